"""The order of data elements: by increasing tag, each once (PS3.5 7.1), which some writers do not keep."""

from __future__ import annotations

from operator import lt

from dicom_deid.dicom.encoding import encode, padding
from dicom_deid.errors import Failed
from dicom_deid.model import TAG, Element, Item, Run, Syntax

ANY = Syntax(explicit=True, little=True)


def in_order(item: Item) -> Item:
    """The item with its elements in order; one that comes twice with the same value is there once.

    Raises Failed MALFORMED where the two have different values: nobody knows which of them is true. Private ones go
    then, and a private creator's with it. Group lengths, and what has no place in a data set, never stay.
    """
    tags = list(map(TAG, item))
    if all(map(lt, tags, tags[1:])):
        return item
    found, doubtful = dict[int, Element](), set[int]()
    for element in item:
        first = found.setdefault(element.tag, element)
        if may_stay(element.tag) and not is_same(first, element):
            if not element.tag >> 16 & 1:
                raise Failed("MALFORMED")
            doubtful.add(element.tag)
    item[:] = sorted((element for tag, element in found.items() if tag not in doubtful), key=TAG)
    item.units = []
    return item


def may_stay(tag: int) -> bool:
    """Whether an element of this tag may be in an output."""
    return tag & 0xFFFF != 0 and 0x0008 <= tag >> 16 < 0xFFFA


def is_same(one: Element, other: Element) -> bool:
    """Whether two elements have the same value, whatever fills it up to an even length."""
    if one is other:
        return True
    if one.items is not None or other.items is not None:
        return one.vr == other.vr and encode(Item([one]), ANY) == encode(Item([other]), ANY)
    values = one.whole().value, other.whole().value
    return values[0] == values[1] or (
        is_text(one) and is_text(other) and values[0].rstrip(b" \0") == values[1].rstrip(b" \0")
    )


def is_text(element: Element) -> bool:
    """Whether blanks or nulls at the end of a value are none of it."""
    return element.vr == "UI" or padding(element.vr) == b" "


def check_strays(units: list[Element | Run], strays: list[int]) -> None:
    """Raises Failed where order shows that a delimiter among the elements of a data set ended an item after all.

    ``strays``: how many units there were before each. A delimiter that ends nothing is read over.
    """
    for place in strays:
        if 0 < place < len(units) and first_tag(units[place]) <= last_tag(units[place - 1]):
            raise Failed("MALFORMED")


def first_tag(unit: Element | Run) -> int:
    """The tag of an element, or of the first of a run."""
    return unit.elements[0].tag if isinstance(unit, Run) else unit.tag


def last_tag(unit: Element | Run) -> int:
    """The tag of an element, or of the last of a run."""
    return unit.elements[-1].tag if isinstance(unit, Run) else unit.tag
