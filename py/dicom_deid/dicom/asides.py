"""Asides of compressed frames: comments, application segments, small pictures, and what follows an image.

No picture shows them, and they can hold any text. Each is a range of the source that a run makes empty where it stands,
so that no length and no offset changes. Codestreams are followed marker by marker (ITU-T T.81 B.1.1 for JPEG and
JPEG-LS, T.800 A.2 for JPEG 2000 and HTJ2K), and nothing is decoded for it. worker/dicom/asides.js is the same walk.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dicom_deid.dicom.fragment_stream import NOT_FOLLOWED, WINDOW, Range, Stream
from dicom_deid.dicom.fragments import ITEM_HEADER, Fragment, Read
from dicom_deid.errors import Withheld
from dicom_deid.model import Asides

FILLING = b"\0\xff "
"""Bytes with which writers fill up a fragment behind the image."""
JPEG, JPEG_2000 = b"\xff\xd8\xff", b"\xff\x4f"
"""Their first bytes: SOI and what begins a marker, SOC."""
SOI, EOI, SOS, COM = 0xD8, 0xD9, 0xDA, 0xFE
ALONE = frozenset((0x01, *range(0xD0, 0xD8)))
"""Second bytes of markers without a length."""
JFIF, PROFILE, ADOBE = b"JFIF\0", b"ICC_PROFILE\0", b"Adobe"
NUMBERS = 12
"""Bytes of a JFIF or an Adobe segment that say what the samples mean; in JFIF a small picture follows."""
MARKER = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")
"""What ends entropy-coded bytes of JPEG and JPEG-LS: in them FF stands before 00, a lower byte or a restart marker."""
PLAIN = re.compile(rb"mrfx[\x00-\x05]|SPIFF\0[\s\S]{24}|\0\0\0\x01\xff\xd8")
"""In JPEG-LS: how colours were transformed; a SPIFF header, which is numbers; and what says that nothing follows it."""
END_OF_CODESTREAM = re.compile(b"\xff\xd9")
SOT, SOD, COMMENT = 0x90, 0x93, 0x64
"""Second bytes of markers of JPEG 2000."""
WRITERS = re.compile(
    rb"(?:\0\x01)?(?:Kakadu-v?|Created by (?:GDCM/)?OpenJPEG version |OpenJPH Ver |Creator: JasPer Version "
    rb"|Created by:? (?:JJ2000|Grok) +version |LEAD Technologies Inc\. V|CREATOR: gd-jpeg v)[\d.]{1,8}\0?"
    rb"|Created with GIMP\0?"
)
"""Comments that name a program and nothing else: nearly all codestreams of JPEG 2000 have one."""
FILES = (b"\0\0\0\x0cjP  \r\n\x87\n", b"\0\0\0\x0cJXL \r\n\x87\n")
"""A file of boxes (T.800 I.5) begins so: JP2, which some writers put in place of its codestream, and JPEG XL."""
FILE_START = len(FILES[0])
NUMERIC = frozenset(
    b"jP  ,ftyp,rreq,ihdr,bpcc,colr,pclr,cmap,cdef,resc,resd,JXL ,jxlc,jxlp,jxll".split(b",")
)  # fmt: skip
"""Boxes that say what the samples mean, or are the codestream of JPEG XL. ``SUPER``: those that are made of boxes."""
SUPER, CODESTREAM, OWN = frozenset((b"jp2h", b"res ")), b"jp2c", b"uuid"
LEAST = 20
"""Bytes of a box of somebody's own that are its UUID and a number."""


def asides(read: Read, items: Sequence[Fragment]) -> Asides:
    """The asides in the items of encapsulated pixel data; none where these are no codestreams.

    Raises Withheld where a codestream cannot be followed, or the offset table before it holds what is no offset.
    """
    stream = Stream(read, items[1:])
    found = Walk(stream).all()
    start, end = items[0]
    for at in range(start, end, 4) if found.images else ():
        if end - at < 4 or int.from_bytes(read(at, at + 4), "little") >= stream.size + ITEM_HEADER * len(items):
            raise Withheld(NOT_FOLLOWED)  # offsets are less than what they count in: text would be more
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
                if not images:
                    break  # of another kind, or damaged from its beginning
                self.aside(end, stop)
            at = stop
        return Asides(tuple(self._found), images)

    def begins(self, at: int) -> bool:
        """Whether an image begins here."""
        opening = self._stream.part(at, min(FILE_START, self._stream.size - at))
        return opening in FILES or opening.startswith((JPEG, JPEG_2000))

    def image(self, at: int) -> int:
        """The end of the image that begins here, if one does."""
        opening = self._stream.part(at, min(FILE_START, self._stream.size - at))
        if opening.startswith(JPEG):
            return self.jpeg(at + 2)
        if opening.startswith(JPEG_2000):
            return self.jpeg_2000(at + 2)
        return self.file(at) if opening in FILES else at

    def is_more(self, at: int, end: int) -> bool:
        """Whether more than filling stands behind an image, up to the end of its fragment."""
        for start in range(at, end, WINDOW):
            if self._stream.part(start, min(WINDOW, end - start)).strip(FILLING):
                return True
        return False

    def aside(self, at: int, end: int) -> None:
        """Takes down a part."""
        self._found += self._stream.ranges(at, end)

    def jpeg(self, at: int) -> int:
        """JPEG of any process, or JPEG-LS: from behind SOI to behind EOI, or to the end where it was cut off."""
        stream = self._stream
        while at < stream.size:
            escape, marker = stream.part(at, 2) if at + 1 < stream.size else (0xFF, EOI)
            if marker == SOI and stream.boundary(at) == at:
                return at  # the one before was cut off
            if escape != 0xFF or marker in (0, SOI):
                raise Withheld(NOT_FOLLOWED)
            if marker == 0xFF:  # fill bytes may stand before a marker
                at += 1
                continue
            if marker == EOI:
                return min(at + 2, stream.size)
            if marker in ALONE:
                at += 2
                continue
            size = stream.number(at + 2)
            content = stream.part(at + 4, size - 2) if size >= 2 else b""
            if marker == COM or 0xE0 <= marker < 0xF0:
                self.application(marker, content, at + 4)
            at += 2 + max(size, 2)
            if marker == SOS:
                at = stream.find(MARKER, at)
        return at

    def application(self, marker: int, content: bytes, at: int) -> None:
        """An application segment or a comment; what says how samples are meant stays."""
        stays = 0
        if (marker == 0xE0 and content.startswith(JFIF)) or (marker == 0xEE and content.startswith(ADOBE)):
            stays = NUMBERS
        elif (
            (marker == 0xE2 and content.startswith(PROFILE))
            or (marker == 0xE8 and PLAIN.fullmatch(content))
            or (marker == COM and WRITERS.fullmatch(content))
        ):
            stays = len(content)
        if any(content[stays:]):
            self.aside(at + stays, at + len(content))

    def jpeg_2000(self, at: int) -> int:
        """JPEG 2000 or HTJ2K: from behind SOC to behind EOC, or to the end where it was cut off."""
        stream = self._stream
        at = self.segments(at, SOT)
        while at + 12 <= stream.size and stream.number(at) == 0xFF00 | SOT:
            length = stream.number(at + 6, 4)
            inner = self.segments(at + 12, SOD)
            if not length:  # the last one, up to the end of the codestream
                length = self.last(inner) - at
            if length < inner + 2 - at:
                raise Withheld(NOT_FOLLOWED)
            at += length
        if at >= stream.size:
            return stream.size
        if stream.number(at) != 0xFF00 | EOI:
            raise Withheld(NOT_FOLLOWED)
        return at + 2

    def last(self, at: int) -> int:
        """Where a tile-part ends that does not say it: at EOC, but before the next codestream."""
        end, stream = self._stream.find(END_OF_CODESTREAM, at), self._stream
        border = stream.boundary(at)
        while border < end and stream.part(border, 2) != JPEG_2000:
            border = stream.boundary(border + 1)
        return min(border, end)

    def segments(self, at: int, last: int) -> int:
        """Segments of a header of JPEG 2000 up to a marker; their comments are asides."""
        stream = self._stream
        while (marker := stream.number(at)) != 0xFF00 | last:
            size = stream.number(at + 2)
            if marker < 0xFF4F or size < 2:
                raise Withheld(NOT_FOLLOWED)
            content = stream.part(at + 4, size - 2)
            if marker == 0xFF00 | COMMENT and any(content[2:]) and not WRITERS.fullmatch(content):
                self.aside(at + 6, at + 2 + size)
            at += 2 + size
        return at

    def file(self, at: int) -> int:
        """A file of boxes, up to the next one or to filling."""
        stream, first = self._stream, at
        while stream.size - at >= FILE_START:
            end = stream.boundary(at + 1)
            if at > first and (self.begins(at) or not self.is_more(at, min(end, at + 8))):
                break
            at = self.box(at, end)
        return at

    def box(self, at: int, end: int) -> int:
        """A box, and those in it; what can hold text is an aside. ``end``: where one ends that does not say it."""
        stream = self._stream
        size, kind, inner = stream.number(at, 4), stream.part(at + 4, 4), at + 8
        if size == 1:
            size, inner = stream.number(at + 8, 8), at + 16
        stop = at + size if size else end
        if not inner <= stop <= stream.size:
            raise Withheld(NOT_FOLLOWED)
        if kind == CODESTREAM:
            if stream.part(inner, 2) != JPEG_2000 or (last := self.jpeg_2000(inner + 2)) > stop:
                raise Withheld(NOT_FOLLOWED)
            if self.is_more(last, stop):
                self.aside(last, stop)
        elif kind not in NUMERIC | SUPER and not (kind == OWN and stop - inner <= LEAST):
            self.aside(inner, stop)
        while kind in SUPER and inner < stop:
            inner = self.box(inner, stop)
        return stop
