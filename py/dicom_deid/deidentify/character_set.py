"""Text of data elements in the character sets of PS3.5 6.1: bytes into text, and text into bytes."""

from __future__ import annotations

import re
from functools import lru_cache

from pydicom.charset import convert_encodings, decode_bytes, encode_string

from dicom_deid.dicom.encoding import TEXT_VRS
from dicom_deid.errors import Failed
from dicom_deid.model import Element, Item

CHARACTER_SET = 0x00080005
DELIMITERS = {ord(letter) for letter in "\\^=\r\n\t\f"}
ESCAPES = re.compile(r"\x1b[ -/]{1,3}[0-~]")
"""Escape sequences of ISO 2022; some stay in text that was decoded, such as those of ISO 2022 IR 58."""
DESIGNATIONS = {"euc_kr": b"\x1b$)C", "iso_ir_58": b"\x1b$)A"}
"""Codecs of two bytes for a letter, and the escape sequences after which they count, up to a delimiter."""
PARTS = re.compile(rb"[^\\^=\r\n\t\f]+")


def encodings_of(item: Item, inherited: tuple[str, ...]) -> tuple[str, ...]:
    """The Python codecs of an item's Specific Character Set, or those of the item around it (PS3.5 7.5.3)."""
    element = item.get(CHARACTER_SET)
    if element is None or not element.value.strip(b" \0"):
        return inherited
    return codecs_of(element.value)


@lru_cache(256)
def codecs_of(value: bytes) -> tuple[str, ...]:
    """The Python codecs of a value of Specific Character Set; raises Failed UNSUPPORTED_CHARACTER_SET."""
    names = [name.strip() for name in value.decode("latin-1").strip(" \0").split("\\")]
    try:
        return tuple(convert_encodings(names))
    except (LookupError, ValueError):
        raise Failed("UNSUPPORTED_CHARACTER_SET") from None


def decode(element: Element, encodings: tuple[str, ...]) -> str:
    """The text of an element. Bytes that its character set does not have are read as Latin-1, so none is lost."""
    value = element.value.rstrip(b"\0 ")
    if element.vr not in TEXT_VRS or (value.isascii() and b"\x1b" not in value):
        return value.decode("latin-1")
    try:
        return read(designated(value, encodings), encodings)
    except (LookupError, ValueError):
        return value.decode("latin-1")


def read(value: bytes, encodings: tuple[str, ...]) -> str:
    """The text of a value, without escape sequences."""
    return ESCAPES.sub("", str(decode_bytes(value, list(encodings), DELIMITERS)))


def designated(value: bytes, encodings: tuple[str, ...]) -> bytes:
    """A value with the escape sequence in each part between delimiters that needs one (PS3.5 6.1.2.5.3).

    Many writers give it once, or not at all where nothing else can be meant; their readers see the letters still.
    """
    known = [name for name in encodings if name in DESIGNATIONS]
    if not known:
        return value
    latest = known[0] if encodings[0] == "iso8859" else ""

    def whole(part: re.Match[bytes]) -> bytes:
        nonlocal latest
        found = part[0]
        if b"\x1b" in found:
            latest = max(known, key=lambda name: found.rfind(DESIGNATIONS[name]))
        elif latest and not found.isascii() and fits(found, latest):
            return DESIGNATIONS[latest] + found
        return found

    return PARTS.sub(whole, value)


def fits(value: bytes, codec: str) -> bool:
    """Whether bytes are text of a codec."""
    try:
        value.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def otherwise(value: bytes, text: str) -> str | None:
    """A second reading of a value that was read as ``text``, for the case that its character set is wrong.

    Many archives set Specific Character Set without converting the text, so that UTF-8 and Latin-1 are mistaken for
    each other. None where there is no other reading.
    """
    if value.isascii() or b"\x1b" in value:
        return None
    try:
        meant = value.decode("utf-8")
    except UnicodeDecodeError:
        meant = value.decode("latin-1") if "\ufffd" in text else text
    return None if meant == text else meant


def encode(text: str, encodings: tuple[str, ...]) -> bytes:
    """Text in a character set, with escape sequences; b"" where the character set lacks a letter of it."""
    try:
        return text.encode(encodings[0])
    except (UnicodeError, LookupError):
        pass
    try:
        value = b"\\".join(encode_string(one, list(encodings)) for one in text.split("\\"))
        value = designated(value, encodings)
        return value if read(value, encodings) == text else b""
    except (UnicodeError, LookupError, ValueError):
        return b""
