"""The encoding of data elements (PS3.5 section 7): their VRs, and elements into header bytes.

A value that stays is kept as the bytes it was stored in. Numbers are never decoded here, so both byte orders and all
character sets pass through unharmed.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache

from pydicom.datadict import get_entry

from dicom_deid.model import TAG, Bulk, Element, Item, Piece, Run, Syntax

UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
PIXEL_TAGS = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00010))
LONG_VRS = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"))
TEXT_VRS = frozenset(("LO", "LT", "PN", "SH", "ST", "UC", "UT"))
"""VRs whose bytes depend on Specific Character Set (PS3.5 6.1.2.3)."""
OTHER_SHORT_VRS = frozenset(
    ("AE", "AS", "AT", "CS", "DA", "DS", "DT", "FL", "FD", "IS", "SL", "SS", "TM", "UI", "UL", "US")
)
SHORT_VRS = OTHER_SHORT_VRS | TEXT_VRS - LONG_VRS
VRS = LONG_VRS | SHORT_VRS
NUMBER_VRS = frozenset(("AT", "FD", "FL", "OD", "OF", "OL", "OV", "OW", "SL", "SS", "SV", "UL", "US", "UV"))
"""VRs of binary numbers. OB is none of them: it may be anything."""
PADDING = " \0\t\n\v\f\r"
"""What is no part of a value at its start or end: blanks and nulls, and ends of lines that some writers put there."""
IMPLICIT_LITTLE = Syntax(explicit=False, little=True)
PAIR = {True: struct.Struct("<HH"), False: struct.Struct(">HH")}
U16 = {True: struct.Struct("<H"), False: struct.Struct(">H")}
U32 = {True: struct.Struct("<L"), False: struct.Struct(">L")}


@lru_cache(16_384)
def vr_of(tag: int) -> str:
    """The VR of an attribute in PS3.6; "UN" when it is private or not registered. Ambiguous ones take the wider VR."""
    if tag & 0xFFFF == 0:
        return "UL"
    if tag >> 16 & 1:
        return "LO" if 0x10 <= tag & 0xFFFF <= 0xFF else "UN"
    try:
        vr = get_entry(tag)[0]
    except KeyError:
        return "UN"
    return "OW" if "OW" in vr else vr[:2]


@lru_cache(16_384)
def is_signed_or_not(tag: int) -> bool:
    """Whether Pixel Representation decides on an attribute's VR, US or SS: one that is stored as UN has to stay so."""
    return registered(tag) and get_entry(tag)[0].startswith("US or SS")


def is_single(tag: int) -> bool:
    """Whether an attribute of PS3.6 has one value."""
    return registered(tag) and get_entry(tag)[1] == "1"


def registered(tag: int) -> bool:
    """Whether PS3.6 has the attribute."""
    try:
        get_entry(tag)
    except KeyError:
        return False
    return True


def encode(item: Item, syntax: Syntax) -> bytes:
    """The bytes of the elements of a data set or an item, without the item's own header."""
    return b"".join(part.view if isinstance(part, Bulk) else part for part in parts_of(pieces(item, syntax)))


def parts_of(pieces: Iterable[Piece]) -> list[bytes | Bulk]:
    """The parts of pieces, one behind the other."""
    parts: list[bytes | Bulk] = []
    for piece in pieces:
        if isinstance(piece, bytes):
            parts.append(piece)
        else:
            parts += piece
    return parts


def pieces(item: Item, syntax: Syntax) -> list[Piece]:
    """The same, element by element; runs that the item knows of, encoded in this syntax, are one piece each."""
    parts, at = list[Piece](), 0
    for unit in item.units:
        if not isinstance(unit, Run):
            continue
        start = bisect_left(item, unit.elements[0].tag, at, key=TAG)
        end = start + len(unit.elements)
        if item[start:end] == unit.elements:  # nothing was put in between, or taken out
            if start > at:
                parts += one_by_one(item[at:start], syntax)
            parts.append(unit.coded)
            at = end
    return parts + one_by_one(item[at:], syntax)


def one_by_one(elements: Iterable[Element], syntax: Syntax) -> list[Piece]:
    """Each element as it is written."""
    parts: list[Piece] = []
    for element in elements:
        coded = element.coded
        if coded is None or coded[0] is not syntax:
            coded = element.coded = (syntax, encode_element(element, syntax))
        parts.append(coded[1])
    return parts


def encode_element(element: Element, syntax: Syntax) -> Piece:
    """The bytes of one element; of one with bulk values, its parts."""
    if element.items is not None:
        parts = encode_items(element, syntax)
    elif element.bulk is not None:
        parts = [element.bulk, *([b"\0"] if len(element.bulk) % 2 else [])]
    else:
        value = element.value if len(element.value) % 2 == 0 else element.value + padding(element.vr)
        return encode_header(element, len(value), syntax) + value
    header = encode_header(element, sum(map(len, parts)), syntax)
    plain = [part for part in parts if isinstance(part, bytes)]
    return b"".join((header, *plain)) if len(plain) == len(parts) else (header, *parts)


def encode_header(element: Element, length: int, syntax: Syntax) -> bytes:
    """Tag, VR and length of an element."""
    tag = PAIR[syntax.little].pack(element.tag >> 16, element.tag & 0xFFFF)
    if element.undefined:
        length = UNDEFINED
    if not syntax.explicit:
        return tag + U32[syntax.little].pack(length)
    vr = element.vr if element.vr in LONG_VRS or length <= 0xFFFF else "UN"
    if vr in SHORT_VRS:
        return tag + vr.encode() + U16[syntax.little].pack(length)
    return tag + vr.encode() + b"\0\0" + U32[syntax.little].pack(length)


def encode_items(element: Element, syntax: Syntax) -> list[bytes | Bulk]:
    """The value of a sequence, in parts; each item's length stays undefined if it was."""
    little = syntax.little
    parts: list[bytes | Bulk] = []
    for item in element.items or ():
        value = parts_of(pieces(item, syntax))
        length = UNDEFINED if item.undefined else sum(map(len, value))
        parts += (PAIR[little].pack(0xFFFE, 0xE000), U32[little].pack(length), *value)
        if item.undefined:
            parts.append(PAIR[little].pack(0xFFFE, 0xE00D) + bytes(4))
    if element.undefined:
        parts.append(PAIR[little].pack(0xFFFE, 0xE0DD) + bytes(4))
    return parts


def padding(vr: str) -> bytes:
    """The byte that makes a value's length even (PS3.5 6.2)."""
    return b" " if vr in TEXT_VRS or vr in ("AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UR") else b"\0"


def number(element: Element | None, syntax: Syntax) -> int | None:
    """The first value of a US, UL or IS element, or None."""
    if element is None or not element.value:
        return None
    if element.vr == "IS":
        text = element.value.split(b"\\")[0].strip(b" \0")
        return int(text) if text.isdigit() else None
    if element.vr in ("US", "SS", "OW") and len(element.value) >= 2:
        return int(U16[syntax.little].unpack_from(element.value)[0])
    if element.vr == "UL" and len(element.value) >= 4:
        return int(U32[syntax.little].unpack_from(element.value)[0])
    return None


def ascii_text(element: Element | None) -> str:
    """The value of an element of a VR without character set, without padding; "" when it is absent."""
    return "" if element is None else element.value.decode("latin-1").strip(PADDING)


def first_uid(element: Element | None) -> str:
    """The first UID that an element holds; "" where there is none."""
    return ascii_text(element).partition("\\")[0].rstrip(PADDING)
