"""Elements as people read them: a name for the attribute, and a value as text of bounded length."""

from __future__ import annotations

import struct

from pydicom.datadict import dictionary_description, keyword_for_tag, private_dictionary_description
from pydicom.uid import UID

from dicom_deid.deidentify.character_set import decode
from dicom_deid.deidentify.values import NUMBERS, WORDS, numbers_of
from dicom_deid.dicom.encoding import TEXT_VRS
from dicom_deid.model import Element, Syntax
from dicom_deid.profile import table, well_known
from dicom_deid.wording import counted

LONGEST = 120
"""Characters of a value that are shown unless more are asked for; of a longer one, its length is."""
MOST = 16
"""Numbers of a binary value that are shown; of more, how many there are."""


def tag_text(tag: int) -> str:
    """A tag as the standard writes it."""
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def name_of(tag: int, creator: str) -> str:
    """The name of an attribute. A private creator may be any text, so only a name that is published is given."""
    if tag & 0xFFFF == 0:
        return "Group Length"
    try:
        if not tag >> 16 & 1:
            return dictionary_description(tag)
        if 0x10 <= tag & 0xFFFF <= 0xFF:
            return "Private Creator"
        return private_dictionary_description(tag, creator)
    except KeyError:
        return "Private" if tag >> 16 & 1 else "Unknown"


def keyword_of(tag: int) -> str:
    """The keyword of a standard attribute, or ""."""
    return keyword_for_tag(tag)


def class_name(uid: str) -> str:
    """The name of a registered SOP Class, "" for any other text."""
    listed = next((row["name"] for row in table("sop-classes.json") if row["uid"] == uid), "")
    return listed or (UID(uid).name if well_known(uid) else "")


def value_of(element: Element, encodings: tuple[str, ...], syntax: Syntax, longest: int = LONGEST) -> str:
    """The value as text: long ones cut, bulk ones as their size."""
    element = element.whole()
    if element.items is not None:
        return counted(len(element.items), "item")
    if element.vr in TEXT_VRS:
        return cut(decode(element, encodings).strip(" \0"), longest)
    if element.vr in WORDS:
        return cut(element.value.decode("latin-1").strip(" \0"), longest)
    return binary(element, syntax)


def binary(element: Element, syntax: Syntax) -> str:
    """The value of an element of a binary VR."""
    size = len(element.value)
    if element.vr == "AT" and size % 4 == 0:
        pairs = struct.unpack(f"{'<' if syntax.little else '>'}{size // 2}H", element.value)
        return cut("\\".join(tag_text(pairs[at] << 16 | pairs[at + 1]) for at in range(0, len(pairs), 2)))
    numbers = numbers_of(element, syntax, MOST)
    if numbers is None:
        return counted(size, "byte") if size else ""
    text = "\\".join(f"{value:g}" if isinstance(value, float) else str(value) for value in numbers)
    count = size // struct.calcsize(f"<{NUMBERS[element.vr]}")
    return text if count == len(numbers) else f"{text}… ({count} values)"


def cut(text: str, longest: int = LONGEST) -> str:
    """A text of bounded length."""
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text)} characters)"
