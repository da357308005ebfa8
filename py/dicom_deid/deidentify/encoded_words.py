"""Words in base64 or in hexadecimal digits, as they stand in text for what somebody once copied from a message."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable, Iterator

BASE64 = re.compile(r"[A-Za-z0-9+/]{8,}={0,2}"), re.compile(r"[A-Za-z0-9_-]{8,}={0,2}")
"""The two alphabets of RFC 4648."""
PAIR = "[2-9a-fA-F][0-9a-fA-F]"
"""A byte of text: none is a control character."""
HEXADECIMAL = re.compile(rf"(?<![0-9a-fA-F])(?:0[xX])?((?:{PAIR}[ :-]?){{3,}}{PAIR})(?![0-9a-fA-F])")
CONTROLS = bytes(byte for byte in range(0x20) if byte not in b"\0\t\r\n")


def encoded_words(text: str) -> Iterator[tuple[re.Match[str], str]]:
    """What stands in base64 or hexadecimal digits for text, with the text."""
    for shape in BASE64:
        for hit in shape.finditer(text):
            token = hit[0].rstrip("=").replace("-", "+").replace("_", "/")
            yield from read_as(hit, token + "=" * (-len(token) % 4), b64decode)
    for hit in HEXADECIMAL.finditer(text):
        yield from read_as(hit, re.sub("[ :-]", "", hit[1]), bytes.fromhex)


def read_as(hit: re.Match[str], code: str, decode: Callable[[str], bytes]) -> Iterator[tuple[re.Match[str], str]]:
    """What a code stands for, where that is text."""
    try:
        value = decode(code)
    except (binascii.Error, ValueError):
        return
    if (
        value.translate(None, CONTROLS) == value
        and (text := as_text(value))
        and 2 * sum(map(str.isascii, text)) > len(text)
    ):
        yield hit, text


def as_text(value: bytes) -> str:
    """Bytes in UTF-16 where some are zero, in UTF-8, or else in Latin-1."""
    if b"\0" in value:
        return value.decode("utf-16-be" if value[:1] == b"\0" else "utf-16-le", "replace")
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
