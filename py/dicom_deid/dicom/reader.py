"""Reading data elements (PS3.5 section 7): header bytes into elements, at every depth.

What was read lately is not read again (read_cache.py). Faults of writers that leave no value in doubt are read over;
whatever else is not whole or not as it should be ends the reading with Failed, and bytes that are not at hand with
ShortRead.
"""

from __future__ import annotations

from dicom_deid.dicom.encoding import (
    IMPLICIT_LITTLE,
    ITEM,
    ITEM_END,
    NUMBER_VRS,
    PIXEL_TAGS,
    SEQUENCE_END,
    TEXT_VRS,
    U32,
    UNDEFINED,
    is_signed_or_not,
    vr_of,
)
from dicom_deid.dicom.header import VR_NAMES, read_header
from dicom_deid.dicom.order import check_strays, in_order
from dicom_deid.dicom.read_cache import ReadCache
from dicom_deid.dicom.recovery import has_reserved, recovered, tag_at
from dicom_deid.errors import Failed, ShortRead
from dicom_deid.model import Bulk, Element, Item, Run, Syntax

SHORTEST_HEADER = 8
"""Bytes of a header of a data element, at least."""
MAX_DEPTH = 64
"""Sequences nested deeper than this do not occur; a file that claims them is broken or hostile."""
TRAILING_PADDING = 0xFFFCFFFC
BULK_BYTES = 1024 * 1024
"""Bytes of a value of numbers from which on it is not copied."""


class Reader:
    """Reads the elements of one data set. ``size`` is where the whole ends; ``buffer`` may hold less of it.

    ``cache`` holds what was read before; without one, nothing was. ``bulk``: long values of numbers stay in ``buffer``.
    """

    def __init__(
        self, buffer: bytes, size: int, syntax: Syntax, cache: ReadCache | None = None, *, bulk: bool = False
    ) -> None:
        self.buffer, self.size, self.syntax, self.bulk = buffer, size, syntax, bulk
        self.known = (cache or ReadCache()).of(syntax)
        self.pixels = False
        """Whether the data set that was read goes on with pixel data."""
        self.padded: tuple[int, int] | None = None
        """How many units, and how many bytes, there are up to the end of Data Set Trailing Padding."""

    def need(self, end: int) -> None:
        """Makes sure that the bytes before ``end`` are at hand; raises ShortRead, or Failed past the file's end."""
        if end > self.size:
            raise Failed("TRUNCATED")
        if end > len(self.buffer):
            raise ShortRead(0, end)

    def header(self, at: int, syntax: Syntax, limit: int) -> tuple[int, str, int, int]:
        """Tag, VR, length and offset of the value of the element at ``at``; ``limit`` ends what it lies in.

        Where no VR is stored, it is that of PS3.6. Raises Failed or ShortRead where no whole header is there.
        """
        self.need(at + 8)
        found = read_header(self.buffer, at, syntax)
        if found is None and self.buffer[at + 4 : at + 6] in VR_NAMES:
            self.need(at + 12)
        if found is None or (found.value == at + 12 and not has_reserved(self.buffer, at)):
            found = recovered(self.buffer, at, syntax, limit, self.need)
        if found is None:
            raise Failed("MALFORMED")
        if found.vr:
            return found
        tag, _, length, start = found
        known = "UN" if self.syntax.explicit and is_signed_or_not(tag) else vr_of(tag)
        return tag, known, length, start

    def data_set(self, at: int) -> tuple[Item, int]:
        """The elements from ``at`` up to the pixel data or the end, and the offset where they end.

        Those behind Data Set Trailing Padding are left to behind_pixels.py, unless pixel data are there, too.
        """
        units: list[Element | Run] = []
        try:
            at = self.units(units, at)
        except Failed:
            if not self.padded:
                raise
        if self.padded and not self.pixels:
            count, at = self.padded
            del units[count:]
        item, last, ordered = Item(), -1, True
        for unit in units:
            if isinstance(unit, Run):
                ordered = ordered and unit.ordered and last < unit.elements[0].tag
                item += unit.elements
            else:
                ordered = ordered and last < unit.tag
                item.append(unit)
            last = item[-1].tag
        item.units = units
        return (item if ordered else in_order(item)), at

    def units(self, units: list[Element | Run], at: int) -> int:
        """Adds the elements from ``at`` on, however many can be read; the offset behind them."""
        strays = list[int]()
        while (at := self.known.top(units, self.buffer, at)) < self.size:
            if self.size - at < SHORTEST_HEADER and self.only_blanks(at):
                break
            if self.buffer[at : at + 2] in (b"", b"\0\0") and self.only_zeros(at):
                break
            tag, vr, length, start = self.header(at, self.syntax, self.size)
            self.pixels = tag in PIXEL_TAGS
            if self.pixels:
                break
            if tag >> 16 == 0xFFFE:
                if tag == ITEM or length:
                    raise Failed("MALFORMED")
                strays.append(len(units))
                at = start
                continue
            element, end = self.value(tag, vr, length, start, self.size, self.syntax, 0)
            units.append(self.known.add(self.buffer, at, end, element))
            at = end
            if tag == TRAILING_PADDING:
                self.padded = len(units), at
        check_strays(units, strays)
        return at

    def only_blanks(self, at: int) -> bool:
        """Whether the last few bytes are none of the data set: zeros, or an end of a line."""
        self.need(self.size)
        return not self.buffer[at:].strip(b"\0\r\n\x1a")

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
        if vr == "SQ" and not syntax.explicit and not self.holds_items(start, length, syntax):
            vr = "LO"  # an attribute that was text in an older edition, and is a sequence today
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
        if (
            vr == "UN"
            and not is_signed_or_not(tag)
            and vr_of(tag) != "OW"
            and (syntax.little or vr_of(tag) in TEXT_VRS)
        ):
            vr = vr_of(tag)
        if length >= BULK_BYTES and self.bulk and vr in NUMBER_VRS | {"OB"} and vr_of(tag) in NUMBER_VRS:
            return Element(tag, vr, b"", bulk=Bulk(self.buffer, start, end)), end
        return Element(tag, vr, self.buffer[start:end]), end

    def items(self, at: int, length: int, limit: int, syntax: Syntax, depth: int) -> tuple[list[Item], int]:
        """The items of a sequence whose value begins at ``at``."""
        end = limit if length == UNDEFINED else at + length
        if end > limit:
            raise Failed("TRUNCATED" if limit == self.size else "MALFORMED")
        items: list[Item] = []
        while length == UNDEFINED or at < end:
            tag, _, size, start = self.header(at, syntax, end)
            if start > end:
                raise Failed("MALFORMED")
            if tag == SEQUENCE_END and (length == UNDEFINED or start == end):
                return items, start
            if tag == ITEM_END and not size and items:  # behind an item whose length had ended it
                at = start
                continue
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
        syntax = self.item_syntax(at, end, syntax)
        remember = syntax == self.syntax
        while length == UNDEFINED or at < end:
            if remember:
                at = self.known.plain(item, self.buffer, at, min(end, len(self.buffer)))
                if at == end and length != UNDEFINED:
                    break
            tag, vr, size, start = self.header(at, syntax, end)
            if start > end:
                raise Failed("MALFORMED")
            if tag == ITEM_END and (length == UNDEFINED or start == end):
                return in_order(item), start
            if tag >> 16 == 0xFFFE:
                raise Failed("MALFORMED")
            element, behind = self.value(tag, vr, size, start, end, syntax, depth + 1)
            if remember and element.items is None:
                element = self.known.add(self.buffer, at, behind, element)
            item.append(element)
            at = behind
        return in_order(item), at

    def item_syntax(self, at: int, end: int, syntax: Syntax) -> Syntax:
        """How an item is encoded, as its first element shows: some vendors put implicit ones into an explicit data set.

        Others put explicit ones where a sequence is stored as UN, and so should be implicit.
        """
        if len(self.buffer) < at + 8 or tag_at(self.buffer, at, syntax) >> 16 == 0xFFFE:
            return syntax
        explicit = self.buffer[at + 4 : at + 6] in VR_NAMES
        if explicit == syntax.explicit:
            return syntax
        length = U32[syntax.little].unpack_from(self.buffer, at + 4)[0]
        fits = length == UNDEFINED or at + 8 + length <= end
        return Syntax(explicit=not fits, little=syntax.little)

    def holds_items(self, start: int, length: int, syntax: Syntax) -> bool:
        """Whether a value without a VR of its own is that of a sequence: it is empty, or begins with an item."""
        if length in (0, UNDEFINED):
            return True
        self.need(min(start + 4, self.size))
        return tag_at(self.buffer, start, syntax) in (ITEM, SEQUENCE_END)

    def fragments_end(self, at: int, limit: int) -> int:
        """Behind the sequence delimiter of fragments that lie in the header, as in an icon image."""
        without_vr = Syntax(explicit=False, little=self.syntax.little)
        while True:
            tag, _, length, start = self.header(at, without_vr, limit)
            if start > limit:
                raise Failed("MALFORMED")
            if tag == SEQUENCE_END:
                return start
            at = start + length
            if tag != ITEM or at > limit:
                raise Failed("MALFORMED")
