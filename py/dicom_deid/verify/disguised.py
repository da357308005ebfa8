"""Other readings of a text: what stands in it encoded, letter by letter, or in letters that look like others.

Where one of these holds an identifier, the output is withheld. Nothing of deidentify/ is used but a table.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache

from dicom_deid.profile import table

BYTES = re.compile(rb"%([0-9a-fA-F]{2})"), re.compile(rb"=([0-9A-F]{2})")
"""A byte in an address, and in mail."""
ESCAPED = re.compile(r"[\\%](?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))")
ENTITY = re.compile("&[#A-Za-z]")
APART = re.compile(r"(?<![^\W_])[^\W_](?:[^\w\\]{1,3}[^\W_]|_[^\W_]){3,}(?![^\W_])")
"""Single letters, four or more."""
BASE64 = re.compile("[A-Za-z0-9+/_-]{8,}")
DIGITS = re.compile("(?:[2-7c-fC-F][0-9a-fA-F]|[89abAB][0-9a-fA-F]){4,}")
"""Hexadecimal digits without control characters."""
FOREIGN = re.compile("[\u0370-\u058f\u13a0-\u13ff]")
"""Letters that may look like Latin ones."""


def disguised(text: str) -> Iterator[str]:
    """What a text says in other ways than by its own letters; nothing, of most."""
    if ENTITY.search(text):
        yield unescaped(unescaped(text))
    if "%" in text or "=" in text:
        value = text.encode("utf-8", "replace")
        for shape in BYTES:
            plain = shape.sub(lambda hit: bytes.fromhex(hit[1].decode()), value)
            if plain != value:
                yield from readings(plain)
    if ESCAPED.search(text):
        yield ESCAPED.sub(lambda hit: chr(int(hit[1] or hit[2], 16)), text)
    for hit in APART.finditer(text):
        yield "".join(filter(str.isalnum, hit[0]))
    if FOREIGN.search(text):
        yield text.translate(lookalikes())
    yield from encoded(text)


def encoded(text: str) -> Iterator[str]:
    """What stands in base64 or hexadecimal digits."""
    for hit in BASE64.finditer(text):
        for word in {hit[0], *re.split("[/_-]", hit[0])}:
            yield from decoded(lambda code: urlsafe_b64decode(code + "=" * (-len(code) % 4)), plain64(word))
    for hit in DIGITS.finditer(text):
        yield from decoded(bytes.fromhex, hit[0])


def unescaped(text: str) -> str:
    """A text with its entities as letters."""
    from html import unescape  # its table of names is loaded when there is one

    return unescape(text)


def plain64(word: str) -> str:
    """A word of base64 in the alphabet of addresses."""
    return word.replace("+", "-").replace("/", "_")


def decoded(decode: Callable[[str], bytes], code: str) -> Iterator[str]:
    """What a code stands for, if it is text."""
    with suppress(ValueError):
        value = decode(code).replace(b"\0", b"")
        if value.isalnum() or not any(byte < 0x20 for byte in value):
            yield from readings(value)


def readings(value: bytes) -> Iterator[str]:
    """Bytes as text: in UTF-8, or else in Latin-1."""
    try:
        yield value.decode()
    except UnicodeDecodeError:
        yield value.decode("latin-1")


@cache
def lookalikes() -> dict[int, str]:
    """Letter -> the Latin one that looks the same."""
    return str.maketrans({pair[0]: pair[1] for pair in table("letters.json")["alike"].split()})
