"""The encoding of data elements (PS3.5 section 7): header bytes into elements, and elements into header bytes.

A value that stays is kept as the bytes it was stored in. Numbers are never decoded here, so both byte orders and all
character sets pass through unharmed.
"""

from __future__ import annotations

import struct
from functools import cache

from pydicom.datadict import get_entry

from dicom_deid.errors import Failed, ShortRead
from dicom_deid.model import Element, Item, Syntax

UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
PIXEL_TAGS = frozenset((0x7FE00008, 0x7FE00009, 0x7FE00010))
MAX_DEPTH = 64
"""Sequences nested deeper than this do not occur; a file that claims them is broken or hostile."""
LONG_VRS = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"))
TEXT_VRS = frozenset(("LO", "LT", "PN", "SH", "ST", "UC", "UT"))
"""VRs whose bytes depend on Specific Character Set (PS3.5 6.1.2.3)."""
OTHER_SHORT_VRS = frozenset(
    ("AE", "AS", "AT", "CS", "DA", "DS", "DT", "FL", "FD", "IS", "SL", "SS", "TM", "UI", "UL", "US")
)
SHORT_VRS = OTHER_SHORT_VRS | TEXT_VRS - LONG_VRS
VRS = LONG_VRS | SHORT_VRS
IMPLICIT_LITTLE = Syntax(explicit=False, little=True)
_TAG = {True: struct.Struct("<HH"), False: struct.Struct(">HH")}
_U16 = {True: struct.Struct("<H"), False: struct.Struct(">H")}
_U32 = {True: struct.Struct("<L"), False: struct.Struct(">L")}
_VR_NAMES = {name.encode(): name for name in VRS}


@cache
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


def registered(tag: int) -> bool:
    """Whether PS3.6 has the attribute."""
    try:
        get_entry(tag)
    except KeyError:
        return False
    return True


class Reader:
    """Reads the elements of one data set. ``size`` is where the whole ends; ``buffer`` may hold less of it."""

    def __init__(self, buffer: bytes, size: int, syntax: Syntax) -> None:
        self.buffer, self.size, self.syntax = buffer, size, syntax

    def need(self, end: int) -> None:
        """Makes sure that the bytes before ``end`` are at hand; raises ShortRead, or Failed past the file's end."""
        if end > self.size:
            raise Failed("TRUNCATED")
        if end > len(self.buffer):
            raise ShortRead(0, end)

    def header(self, at: int, syntax: Syntax) -> tuple[int, str, int, int]:
        """Tag, VR, length and offset of the value of the element at ``at``."""
        self.need(at + 8)
        group, number = _TAG[syntax.little].unpack_from(self.buffer, at)
        tag = group << 16 | number
        if not syntax.explicit or group == 0xFFFE:
            return tag, vr_of(tag), _U32[syntax.little].unpack_from(self.buffer, at + 4)[0], at + 8
        vr = _VR_NAMES.get(self.buffer[at + 4 : at + 6])
        if vr is None:
            raise Failed("MALFORMED")
        if vr in SHORT_VRS:
            return tag, vr, _U16[syntax.little].unpack_from(self.buffer, at + 6)[0], at + 8
        self.need(at + 12)
        return tag, vr, _U32[syntax.little].unpack_from(self.buffer, at + 8)[0], at + 12

    def data_set(self, at: int) -> tuple[Item, int]:
        """The elements from ``at`` up to the pixel data or the end, and the offset where they end."""
        item = Item()
        while at < self.size:
            if self.buffer[at : at + 2] in (b"", b"\0\0") and self.only_zeros(at):
                break
            tag, vr, length, start = self.header(at, self.syntax)
            if tag in PIXEL_TAGS:
                break
            if tag >> 16 == 0xFFFE:
                raise Failed("MALFORMED")
            element, at = self.value(tag, vr, length, start, self.size, self.syntax, 0)
            item.append(element)
        return in_order(item), at

    def only_zeros(self, at: int) -> bool:
        """Whether nothing but zero bytes follows, as some writers leave behind a data set."""
        self.need(min(at + 8, self.size))
        if any(self.buffer[at : at + 8]):
            return False
        self.need(self.size)
        return not any(self.buffer[at:])

    def value(
        self, tag: int, vr: str, length: int, start: int, limit: int, syntax: Syntax, depth: int
    ) -> tuple[Element, int]:
        """The element whose value begins at ``start``, and the offset behind it; ``limit`` ends the enclosing item."""
        if depth > MAX_DEPTH:
            raise Failed("MALFORMED")
        if vr == "UN" and (length == UNDEFINED or vr_of(tag) == "SQ"):
            vr, syntax = "SQ", IMPLICIT_LITTLE  # PS3.5 6.2.2 note 2
        if vr == "SQ":
            items, end = self.items(start, length, limit, syntax, depth)
            return Element(tag, "SQ", b"", items, length == UNDEFINED), end
        if length == UNDEFINED:
            if vr not in ("OB", "OW"):
                raise Failed("MALFORMED")
            end = self.fragments_end(start, limit)
            return Element(tag, vr, self.buffer[start:end], None, undefined=True), end
        end = start + length
        if end > limit:
            raise Failed("TRUNCATED" if limit == self.size else "MALFORMED")
        self.need(end)
        if vr == "UN" and (syntax.little or vr_of(tag) in TEXT_VRS) and vr_of(tag) != "OW":
            vr = vr_of(tag)
        return Element(tag, vr, self.buffer[start:end]), end

    def items(self, at: int, length: int, limit: int, syntax: Syntax, depth: int) -> tuple[list[Item], int]:
        """The items of a sequence whose value begins at ``at``."""
        end = limit if length == UNDEFINED else at + length
        if end > limit:
            raise Failed("TRUNCATED" if limit == self.size else "MALFORMED")
        items: list[Item] = []
        while length == UNDEFINED or at < end:
            tag, _, size, start = self.header(at, syntax)
            if start > end:
                raise Failed("MALFORMED")
            if tag == SEQUENCE_END and length == UNDEFINED:
                return items, start
            if tag != ITEM:
                raise Failed("MALFORMED")
            item, at = self.item(start, size, end, syntax, depth)
            items.append(item)
        return items, at

    def item(self, at: int, length: int, limit: int, syntax: Syntax, depth: int) -> tuple[Item, int]:
        """One item whose value begins at ``at``."""
        end = limit if length == UNDEFINED else at + length
        if end > limit:
            raise Failed("TRUNCATED" if limit == self.size else "MALFORMED")
        item = Item(undefined=length == UNDEFINED)
        syntax = self.item_syntax(at, syntax)
        while length == UNDEFINED or at < end:
            tag, vr, size, start = self.header(at, syntax)
            if start > end:
                raise Failed("MALFORMED")
            if tag == ITEM_END and length == UNDEFINED:
                return in_order(item), start
            if tag >> 16 == 0xFFFE:
                raise Failed("MALFORMED")
            element, at = self.value(tag, vr, size, start, end, syntax, depth + 1)
            item.append(element)
        return in_order(item), at

    def item_syntax(self, at: int, syntax: Syntax) -> Syntax:
        """Implicit VR where an item inside an explicit data set is so encoded, as some vendors do."""
        if syntax.explicit and len(self.buffer) >= at + 6 and self.buffer[at + 4 : at + 6] not in _VR_NAMES:
            return Syntax(explicit=False, little=syntax.little)
        return syntax

    def fragments_end(self, at: int, limit: int) -> int:
        """Behind the sequence delimiter of fragments that lie in the header, as in an icon image."""
        little = self.syntax.little
        while True:
            self.need(at + 8)
            group, number = _TAG[little].unpack_from(self.buffer, at)
            length = _U32[little].unpack_from(self.buffer, at + 4)[0]
            at += 8
            if group << 16 | number == SEQUENCE_END:
                return at
            if group << 16 | number != ITEM or at + length > limit:
                raise Failed("MALFORMED")
            at += length


def in_order(item: Item) -> Item:
    """The item with its elements in increasing order of tag (PS3.5 7.1), which some writers do not keep."""
    tags = [element.tag for element in item]
    if len(set(tags)) != len(tags):
        raise Failed("MALFORMED")
    if tags != sorted(tags):
        item.sort(key=lambda element: element.tag)
    return item


def encode(item: Item, syntax: Syntax) -> bytes:
    """The bytes of the elements of a data set or an item, without the item's own header."""
    parts: list[bytes] = []
    for element in item:
        if element.items is not None:
            value = encode_items(element, syntax)
        else:
            value = element.value if len(element.value) % 2 == 0 else element.value + padding(element.vr)
        parts.append(encode_header(element, len(value), syntax))
        parts.append(value)
    return b"".join(parts)


def encode_header(element: Element, length: int, syntax: Syntax) -> bytes:
    """Tag, VR and length of an element."""
    tag = _TAG[syntax.little].pack(element.tag >> 16, element.tag & 0xFFFF)
    if element.undefined:
        length = UNDEFINED
    if not syntax.explicit:
        return tag + _U32[syntax.little].pack(length)
    vr = element.vr if element.vr in LONG_VRS or length <= 0xFFFF else "UN"
    if vr in SHORT_VRS:
        return tag + vr.encode() + _U16[syntax.little].pack(length)
    return tag + vr.encode() + b"\0\0" + _U32[syntax.little].pack(length)


def encode_items(element: Element, syntax: Syntax) -> bytes:
    """The value of a sequence; each item's length stays undefined if it was."""
    little = syntax.little
    parts: list[bytes] = []
    for item in element.items or ():
        value = encode(item, syntax)
        length = UNDEFINED if item.undefined else len(value)
        parts += (_TAG[little].pack(0xFFFE, 0xE000), _U32[little].pack(length), value)
        if item.undefined:
            parts.append(_TAG[little].pack(0xFFFE, 0xE00D) + bytes(4))
    if element.undefined:
        parts.append(_TAG[little].pack(0xFFFE, 0xE0DD) + bytes(4))
    return b"".join(parts)


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
        return int(_U16[syntax.little].unpack_from(element.value)[0])
    if element.vr == "UL" and len(element.value) >= 4:
        return int(_U32[syntax.little].unpack_from(element.value)[0])
    return None


def ascii_text(element: Element | None) -> str:
    """The value of an element of a VR without character set, without padding; "" when it is absent."""
    return "" if element is None else element.value.decode("latin-1").strip(" \0")
