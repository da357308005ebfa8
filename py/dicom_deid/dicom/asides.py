"""Asides of compressed frames: comments, application segments, small pictures, and what follows an image.

No picture shows them, and they can hold any text. Each is a range of the source that a run makes empty where it stands,
so that no length and no offset changes. Codestreams are followed marker by marker (ITU-T T.81 B.1.1 for JPEG and
JPEG-LS, T.800 A.2 for JPEG 2000 and HTJ2K), and nothing is decoded for it. worker/dicom/asides.js is the same walk.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from struct import iter_unpack

from dicom_deid.dicom.fragment_stream import NOT_FOLLOWED, WINDOW, Range, Stream
from dicom_deid.dicom.fragments import ITEM_HEADER, Fragment, Read
from dicom_deid.dicom.segments import (
    COM,
    MOST_LOOKED_AT,
    SEGMENTS_2000,
    WRITERS,
    is_numbers,
    staying,
    staying_of_box,
)
from dicom_deid.errors import Withheld
from dicom_deid.model import Asides

FILLING = b"\0\xff "
"""Bytes with which writers fill up a fragment behind the image."""
JPEG, JPEG_2000, JPEG_XL = b"\xff\xd8\xff", b"\xff\x4f", b"\xff\x0a"
"""Their first bytes: SOI and what begins a marker, SOC, and those of a codestream of JPEG XL without boxes."""
NEXT = JPEG_2000 + b"\xff\x51"
"""SOC and SIZ, which cannot stand in a codestream that has begun."""
SOI, EOI, SOS = 0xD8, 0xD9, 0xDA
END_OF_FILL = re.compile(rb"\xff[^\xff]")
"""The marker behind fill bytes, of which any number may stand before one."""
MARKER = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")
"""What ends entropy-coded bytes of JPEG and JPEG-LS: in them FF stands before 00, a lower byte or a restart marker."""
END_OF_CODESTREAM = re.compile(b"\xff\xd9")
SOT, SOD, COMMENT = 0x90, 0x93, 0x64
"""Second bytes of markers of JPEG 2000."""
FILES = (b"\0\0\0\x0cjP  \r\n\x87\n", b"\0\0\0\x0cJXL \r\n\x87\n")
"""A file of boxes (T.800 I.5) begins so: JP2, which some writers put in place of its codestream, and JPEG XL."""
FILE_START = len(FILES[0])
OPENING = re.compile(rb"[\0\xff ]*?(?:\xff\xd8\xff|\xff\x4f\xff\x51|\0\0\0\x0c(?:jP  |JXL )\r\n\x87\n)")
"""How a fragment begins that is an image, perhaps behind filling."""
SUPER, ONCE = frozenset((b"jp2h", b"res ")), frozenset((b"jp2c", b"jxlc"))
"""Boxes that are made of boxes, and codestreams, of which a reader shows the first."""
MOST = 1_000_000
"""Asides of an object: of a whole slide with a comment in each of its tiles there are fewer."""
DEEPEST = 2
"""Boxes in which a box can stand."""


def asides(read: Read, items: Sequence[Fragment]) -> Asides:
    """The asides in the items of encapsulated pixel data; none where these are no codestreams.

    Raises Withheld where a codestream cannot be followed, or the offset table before it holds what is no offset.
    """
    stream = Stream(read, items[1:])
    found = Walk(stream).all()
    most = stream.size + ITEM_HEADER * len(items)  # offsets are less than what they count in: text would be more
    start, end = items[0]
    for at in range(start, end, WINDOW):
        table = read(at, min(at + WINDOW, end))
        if len(table) % 4 or any(offset >= most for (offset,) in iter_unpack("<I", table)):
            raise Withheld(NOT_FOLLOWED)
    return found


class Walk:
    """The way through all codestreams of a stream."""

    def __init__(self, stream: Stream) -> None:
        self._stream, self._found = stream, list[Range]()

    def all(self) -> Asides:
        """All of it."""
        at, images, stream = 0, 0, self._stream
        while at < stream.size:
            end = self.image(at)
            images += end > at
            stop = stream.boundary(max(end, at + 1))
            if self.is_more(end, stop):
                if not images:  # of another kind, or damaged from its beginning
                    if stream.begins(OPENING, at):
                        raise Withheld(NOT_FOLLOWED)
                    break
                self.aside(end, stop)
            at = stop
        return Asides(tuple(self._found), images)

    def begins(self, at: int) -> bool:
        """Whether an image begins here."""
        opening = self._stream.part(at, min(FILE_START, self._stream.size - at))
        return opening in FILES or opening.startswith((JPEG, JPEG_2000, JPEG_XL))

    def image(self, at: int) -> int:
        """The end of the image that begins here, if one does."""
        opening = self._stream.part(at, min(FILE_START, self._stream.size - at))
        if opening.startswith(JPEG):
            return self.jpeg(at + 2)
        if opening.startswith(JPEG_2000):
            return self.jpeg_2000(at + 2)
        if opening.startswith(JPEG_XL):
            return self.jpeg_xl(at)
        return self.file(at) if opening in FILES else at

    def is_more(self, at: int, end: int) -> bool:
        """Whether more than filling stands behind an image, up to the end of its fragment."""
        for start in range(at, end, WINDOW):
            if self._stream.part(start, min(WINDOW, end - start)).strip(FILLING):
                return True
        return False

    def aside(self, at: int, end: int) -> None:
        """Takes down a part. Raises Withheld where there are more than images have, which would fill the memory."""
        self._found += islice(self._stream.ranges(at, end), MOST)
        if len(self._found) > MOST:
            raise Withheld(NOT_FOLLOWED)

    def jpeg(self, at: int) -> int:
        """JPEG of any process, or JPEG-LS: from behind SOI to behind EOI, or to the end where it was cut off."""
        stream = self._stream
        while at < stream.size:
            escape, marker = stream.part(at, 2) if at + 1 < stream.size else (0xFF, EOI)
            if marker == SOI and stream.boundary(at) == at:
                return at  # the one before was cut off
            if escape != 0xFF or marker in (0, SOI):
                raise Withheld(NOT_FOLLOWED)
            if marker == 0xFF:
                at = stream.find(END_OF_FILL, at)
                continue
            if marker == EOI:
                return min(at + 2, stream.size)
            size = stream.number(at + 2)
            content = stream.part(at + 4, size - 2) if size >= 2 else b""
            if marker == COM or 0xE0 <= marker < 0xF0:
                stays = staying(marker, content)
                if any(content[stays:]):
                    self.aside(at + 4 + stays, at + 4 + len(content))
            elif not is_numbers(marker, content):
                raise Withheld(NOT_FOLLOWED)
            at += 2 + max(size, 2)
            if marker == SOS:
                at = stream.find(MARKER, at)
        return at

    def jpeg_2000(self, at: int) -> int:
        """JPEG 2000 or HTJ2K: from behind SOC to behind EOC, or to the end where it was cut off."""
        stream = self._stream
        at = self.segments(at, SOT)
        while at + 12 <= stream.size and stream.number(at) == 0xFF00 | SOT:
            length = stream.number(at + 6, 4)
            inner = self.segments(at + 12, SOD)
            at = self.tile_part(inner + 2, at + length if length else stream.size + 1)
        if at >= stream.size:
            return stream.size
        if stream.number(at) != 0xFF00 | EOI:
            if stream.boundary(at) == at and self.begins(at):
                return at  # the one before was cut off
            raise Withheld(NOT_FOLLOWED)
        return at + 2

    def tile_part(self, at: int, end: int) -> int:
        """Where the tile-part ends whose data begin here: where it says, but at EOC if that is behind the image."""
        stream = self._stream
        if end < at:
            raise Withheld(NOT_FOLLOWED)
        border = stream.boundary(at)
        while border < min(end, stream.size - len(NEXT)) and stream.part(border, len(NEXT)) != NEXT:
            border = stream.boundary(border + 1)
        border = border if border < min(end, stream.size - len(NEXT)) else min(end, stream.size)
        return end if end == border else stream.find(END_OF_CODESTREAM, at, border)

    def jpeg_xl(self, at: int) -> int:
        """A codestream of JPEG XL without boxes: up to the fragment with which the next one begins."""
        stream = self._stream
        end = stream.boundary(at + 1)
        while end < stream.size and not self.begins(end):
            end = stream.boundary(end + 1)
        return end

    def segments(self, at: int, last: int) -> int:
        """Segments of a header of JPEG 2000 up to a marker; their comments are asides."""
        stream = self._stream
        while (marker := stream.number(at)) != 0xFF00 | last:
            size = stream.number(at + 2)
            if marker < 0xFF4F or size < 2:
                raise Withheld(NOT_FOLLOWED)
            content = stream.part(at + 4, size - 2)
            stays = 2 if marker & 0xFF == COMMENT else len(content) if marker & 0xFF in SEGMENTS_2000 else 0
            if any(content[stays:]) and not (stays == 2 and WRITERS.fullmatch(content)):
                self.aside(at + 4 + stays, at + 2 + size)
            at += 2 + size
        return at

    def file(self, at: int) -> int:
        """A file of boxes, up to the next one or to filling."""
        stream, first, seen = self._stream, at, set[bytes]()
        while stream.size - at >= FILE_START:
            end = stream.boundary(at + 1)
            if at > first and (self.begins(at) or not self.is_more(at, min(end, at + 8))):
                break
            kind = stream.part(at + 4, 4)
            at = self.box(at, end, again=kind in seen & ONCE)
            seen.add(kind)
        return at

    def box(self, at: int, end: int, depth: int = 0, *, again: bool = False) -> int:
        """A box, and those in it; what can hold text is an aside, and a codestream behind the first one.

        ``end``: where one ends that does not say it. ``depth``: boxes around it.
        """
        stream = self._stream
        size, kind, inner = stream.number(at, 4), stream.part(at + 4, 4), at + 8
        if size == 1:
            size, inner = stream.number(at + 8, 8), at + 16
        stop = at + size if size else end
        if not inner <= stop <= stream.size or depth > DEEPEST:
            raise Withheld(NOT_FOLLOWED)
        if kind == b"jp2c" and not again:
            if stream.part(inner, 2) != JPEG_2000 or (last := self.jpeg_2000(inner + 2)) > stop:
                raise Withheld(NOT_FOLLOWED)
            if self.is_more(last, stop):
                self.aside(last, stop)
        elif kind in SUPER:
            while inner < stop:
                inner = self.box(inner, stop, depth + 1)
        else:
            start = stream.part(inner, min(stop - inner, MOST_LOOKED_AT))
            inner += 0 if again else staying_of_box(kind, start, stop - inner)
            if self.is_more(inner, stop):
                self.aside(inner, stop)
        return stop
