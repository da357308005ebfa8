"""Evidence of devices: rectangles of tables/devices.json, in which others found text on pictures of such headers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from dicom_deid.dicom.encoding import ascii_text, number
from dicom_deid.model import Instance, Item
from dicom_deid.pixels.alike import size
from dicom_deid.pixels.evidence import boxes
from dicom_deid.profile import table
from dicom_deid.regions import Box, Rectangle

CODE_MEANING = 0x00080104
NUMBERS = frozenset((0x00280010, 0x00280011))
"""Rows and Columns, which are binary."""


class Condition(NamedTuple):
    """One alternative of a condition."""

    tag: int
    whole: bool
    """Whether the value is the text, and not only holds it."""
    text: str
    """In capitals."""


class Device(NamedTuple):
    """A row of the table."""

    conditions: tuple[tuple[Condition, ...], ...]
    rectangles: tuple[Rectangle, ...]


def device_boxes(instance: Instance) -> list[Box]:
    """Boxes of all rows that fit an instance."""
    rows, columns = size(instance)
    found = {
        rectangle
        for device in devices()
        if all(any(holds(instance, one) for one in condition) for condition in device.conditions)
        for rectangle in device.rectangles
    }
    return boxes(sorted(found), rows, columns, "device")


def holds(instance: Instance, condition: Condition) -> bool:
    """Whether the header says what a condition asks for, whatever the case."""
    found = values(instance, condition.tag)
    return any(condition.text == value if condition.whole else condition.text in value for value in found)


def values(instance: Instance, tag: int) -> Iterator[str]:
    """The values of an attribute, in capitals: also of the file meta information, and code meanings at every depth."""
    if tag in NUMBERS:
        yield str(number(instance.data.get(tag), instance.syntax))
    elif tag == CODE_MEANING:
        yield from meanings(instance.data)
    else:
        item = instance.meta if tag >> 16 == 2 else instance.data
        yield ascii_text(item.get(tag)).upper()


def meanings(item: Item) -> Iterator[str]:
    """All code meanings of an item."""
    for element in item:
        if element.tag == CODE_MEANING:
            yield ascii_text(element).upper()
        for nested in element.items or ():
            yield from meanings(nested)


@cache
def devices() -> tuple[Device, ...]:
    """The rows of the table."""
    return tuple(
        Device(tuple(map(condition, row["where"])), tuple(Rectangle(*sides) for sides in row["rectangles"]))
        for row in table("devices.json")["rows"]
    )


def condition(alternatives: list[list[str]]) -> tuple[Condition, ...]:
    """The alternatives of a condition as the table states them."""
    return tuple(Condition(int(tag, 16), how == "equals", text) for tag, how, text in alternatives)
