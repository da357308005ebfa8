"""Values of data elements as Python has them: texts, numbers, bytes, and items as mappings that nothing can change."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

from pydicom.datadict import keyword_for_tag

from dicom_deid.deidentify.character_set import decode, encodings_of
from dicom_deid.dicom.encoding import TEXT_VRS
from dicom_deid.model import Element, Item, Syntax

WORDS = frozenset(("AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI", "UR"))
"""VRs whose values are text of the default character set."""
UNDIVIDED = frozenset(("LT", "ST", "UR", "UT"))
"""VRs in whose text a backslash divides nothing (PS3.5 6.4)."""
NUMBERS = {"FD": "d", "FL": "f", "SL": "l", "SS": "h", "SV": "q", "UL": "L", "US": "H", "UV": "Q"}
NUMERALS: dict[str, type[int] | type[float]] = {"DS": float, "IS": int}
Single = str | int | float | bytes | Mapping[str, object]
Value = Single | tuple[Single, ...] | None
"""None where there is no value; several are a tuple."""


def value_of(element: Element, encodings: tuple[str, ...], syntax: Syntax) -> Value:
    """The value of an element: of a sequence its items; bytes where it is neither text nor numbers."""
    if element.items is not None:
        return tuple(ItemView(item, encodings_of(item, encodings), syntax) for item in element.items)
    element = element.whole()
    if not element.value:
        return None
    if element.vr in TEXT_VRS or element.vr in WORDS:
        text = decode(element, encodings)
        parts = [text] if element.vr in UNDIVIDED else text.split("\\")
        return plain(tuple(read(element.vr, part.strip(" \0")) for part in parts))
    numbers = numbers_of(element, syntax)
    return element.value if numbers is None else plain(numbers)


def plain(values: tuple[str | int | float, ...]) -> Value:
    """One value as itself."""
    return values[0] if len(values) == 1 else values


def read(vr: str, text: str) -> str | int | float:
    """A number where the VR is one of numerals and this is one; else the text."""
    try:
        return NUMERALS[vr](text)
    except (KeyError, ValueError):
        return text


def numbers_of(element: Element, syntax: Syntax, most: int | None = None) -> tuple[int | float, ...] | None:
    """The numbers of an element of a binary VR, the first ``most`` of them; None for another VR or a broken length."""
    code = NUMBERS.get(element.vr)
    width = struct.calcsize(f"<{code}") if code else 0
    if not width or len(element.value) % width:
        return None
    count = len(element.value) // width
    return struct.unpack_from(
        f"{'<' if syntax.little else '>'}{count if most is None else min(count, most)}{code}", element.value
    )


class ItemView(Mapping[str, Value]):
    """The data elements of an item, or of a whole data set, by keyword; private ones have none."""

    __slots__ = ("_elements", "_encodings", "_syntax")

    def __init__(self, item: Item, encodings: tuple[str, ...], syntax: Syntax) -> None:
        named = ((keyword_for_tag(element.tag), element) for element in item if not element.tag >> 16 & 1)
        self._elements = {keyword: element for keyword, element in named if keyword}
        self._encodings, self._syntax = encodings, syntax

    def __getitem__(self, keyword: str) -> Value:
        return value_of(self._elements[keyword], self._encodings, self._syntax)

    def __iter__(self) -> Iterator[str]:
        return iter(self._elements)

    def __len__(self) -> int:
        return len(self._elements)

    def __repr__(self) -> str:
        return f"<{len(self)} elements>"
