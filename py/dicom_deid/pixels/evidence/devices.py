"""Evidence of devices: rectangles of two tables, in which others found text on pictures of such headers."""

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
TABLES = ("devices.json", "devices-dicom-dre.json")
NUMBERS = frozenset((0x00280010, 0x00280011))
"""Rows and Columns, which are binary."""


class Condition(NamedTuple):
    """One alternative of a condition."""

    tag: int
    how: str
    """The value "equals" the text, "begins" with it, or only "contains" it."""
    text: str
    """In capitals."""

    def met(self, value: str) -> bool:
        """Whether a value in capitals is what is asked for."""
        if self.how == "equals":
            return value == self.text
        return value.startswith(self.text) if self.how == "begins" else self.text in value


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
    return any(condition.met(value) for value in values(instance, condition.tag))


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
    """The rows of the tables."""
    rows = [row for name in TABLES for row in table(name)["rows"]]
    return tuple(
        Device(tuple(map(condition, row["where"])), tuple(Rectangle(*sides) for sides in row["rectangles"]))
        for row in rows
    )


def condition(alternatives: list[list[str]]) -> tuple[Condition, ...]:
    """The alternatives of a condition as the table states them."""
    return tuple(Condition(int(tag, 16), how, text) for tag, how, text in alternatives)
