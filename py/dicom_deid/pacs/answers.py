"""Answers of a PACS as texts: decoded by their own character sets, and bounded whatever was sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dicom_deid.deidentify.character_set import CHARACTER_SET, codecs_of, decode
from dicom_deid.dicom.encoding import PADDING
from dicom_deid.errors import Failed
from dicom_deid.model import Element
from dicom_deid.pacs.query import Attribute
from dicom_deid.silence import NO_WARNINGS

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Row = dict[str, str]
"""Keyword -> text; "" where the PACS says nothing. Several values stand with a backslash between them."""
MOST_LETTERS, MOST_VALUES = 1024, 64
"""Of a text that is kept, and values of one attribute: both far beyond what the standard allows."""
PARTS_OF_NAME = ("Alphabetic", "Ideographic", "Phonetic")
UNKNOWN = ("iso8859",)
"""What the bytes of a character set that nobody knows are shown as."""


def of_json(answer: Mapping[str, Any], attributes: Iterable[Attribute]) -> Row:
    """The texts of an answer in DICOM JSON (PS3.18 F.2), whatever else is in it."""
    return {one.keyword: text_of_json(answer.get(one.number)) for one in attributes}


def text_of_json(element: object) -> str:
    """The text of one attribute; "" for anything that is no such."""
    values = element.get("Value") if isinstance(element, dict) else None
    if not isinstance(values, list):
        return ""
    return bounded("\\".join(one_text(value) for value in values[:MOST_VALUES]))


def one_text(value: object) -> str:
    """One value: a text, a number, or a person's name in its parts."""
    if isinstance(value, dict):
        parts = [value.get(part) for part in PARTS_OF_NAME]
        return "=".join(part[:MOST_LETTERS] if isinstance(part, str) else "" for part in parts).rstrip("=")
    if isinstance(value, str):
        return value[:MOST_LETTERS]
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def of_data_set(answer: Dataset, attributes: Iterable[Attribute]) -> Row:
    """The texts of an answer of C-FIND, by the Specific Character Set that it names itself."""
    character_set = raw(answer, CHARACTER_SET)
    return {one.keyword: text_of(character_set, Element(one.tag, one.vr, raw(answer, one.tag))) for one in attributes}


def text_of(character_set: bytes, element: Element) -> str:
    """The text of an element."""
    with NO_WARNINGS:
        return bounded(decode(element, encodings_of(character_set)))


def encodings_of(value: bytes) -> tuple[str, ...]:
    """The codecs of a Specific Character Set."""
    try:
        return codecs_of(value)
    except Failed:
        return UNKNOWN


def raw(answer: Dataset, tag: int) -> bytes:
    """The bytes of an element as they came; b"" for none, and for a sequence."""
    element = answer.get_item(tag)
    value = getattr(element, "value", None)
    if isinstance(value, str):  # Specific Character Set is read at once
        return value.encode("latin-1", "replace")
    if isinstance(value, bytes):
        return value[: 4 * MOST_LETTERS]
    if isinstance(value, (list, tuple)):
        return "\\".join(one for one in value if isinstance(one, str)).encode("latin-1", "replace")
    return b""


def bounded(text: str) -> str:
    """A text without padding, of bounded length."""
    return text.strip(PADDING)[:MOST_LETTERS]
