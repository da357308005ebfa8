"""The parts of a sequential JPEG image (ITU-T T.81 B): its frame header, tables, scans and entropy-coded parts.

Comments and application segments are left out but for those that say what the samples mean: others can hold text, and
small pictures of the image as it was.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from dicom_deid.errors import Failed, Withheld
from dicom_deid.pixels.redaction.description import CANNOT
from dicom_deid.pixels.redaction.jpeg.huffman import Table, tables_of
from dicom_deid.preview.codestream import big

SOI, EOI, SOS, DHT, DQT, DRI, COM = 0xD8, 0xD9, 0xDA, 0xC4, 0xDB, 0xDD, 0xFE
BASELINE, EXTENDED = 0xC0, 0xC1
FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {DHT, 0xC8, 0xCC}
RESTARTS = range(0xD0, 0xD8)
APPLICATION = range(0xE0, 0xF0)
JFIF, PROFILE, ADOBE = b"JFIF\0", b"ICC_PROFILE\0", b"Adobe"
RGB = b"RGB"
JFIF_LENGTH = 12
"""Bytes of a JFIF segment before the size of its small picture."""


class Component(NamedTuple):
    """A component of the frame: its sampling factors, and the step of its DC (the first of its quantisation table)."""

    number: int
    across: int
    down: int
    table: int


class Scan(NamedTuple):
    """One scan with what holds for it."""

    header: bytes
    """Its SOS segment, marker included."""
    components: tuple[int, ...]
    """Places of its components in the frame."""
    tables: tuple[tuple[tuple[int, Table], tuple[int, Table]], ...]
    """For each component the identifier and the Huffman table of its DC and of its AC coefficients."""
    interval: int
    """MCUs between restart markers; 0: there are none."""
    parts: tuple[bytes, ...]
    """Entropy-coded bytes between restart markers, without stuffing."""


@dataclass
class Image:
    """An image in its parts. ``pieces`` are those of the stream in their order: whole segments, and scans."""

    precision: int = 0
    rows: int = 0
    columns: int = 0
    components: tuple[Component, ...] = ()
    steps: dict[int, int] = field(default_factory=dict)
    """Quantisation table -> the step of DC."""
    is_rgb: bool | None = None
    """Whether its three components are red, green and blue; None where the stream does not say it."""
    pieces: list[bytes | Scan] = field(default_factory=list)

    @property
    def most(self) -> tuple[int, int]:
        """The largest sampling factors, across and down."""
        return max(one.across for one in self.components), max(one.down for one in self.components)


def parsed(data: bytes) -> Image:
    """The parts of an image. Raises Withheld where it is of another process, Failed where it is damaged."""
    try:
        return Parser(data).image()
    except IndexError:
        raise Failed("PIXELS_DAMAGED") from None


class Parser:
    """Reads one image from its start to its end."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 2
        self.found = Image()
        self.huffman: dict[tuple[int, int], Table] = {}
        self.interval = 0
        self.adobe: int | None = None
        self.jfif = False

    def image(self) -> Image:
        """All of it."""
        if self.data[:2] != bytes((0xFF, SOI)):
            raise Failed("PIXELS_DAMAGED")
        while (marker := self.marker()) != EOI:
            size = big(self.data, self.at)
            content = self.data[self.at + 2 : self.at + size]
            if size < 2 or len(content) != size - 2:
                raise Failed("PIXELS_DAMAGED")
            self.at += size
            self.segment(marker, content)
        scanned = [place for piece in self.found.pieces if isinstance(piece, Scan) for place in piece.components]
        if not scanned or sorted(scanned) != list(range(len(self.found.components))):
            raise Withheld(CANNOT)
        self.found.is_rgb = self.rgb()
        return self.found

    def marker(self) -> int:
        """The second byte of the marker that is next."""
        if self.data[self.at] != 0xFF:
            raise Failed("PIXELS_DAMAGED")
        while self.data[self.at] == 0xFF:
            self.at += 1
        self.at += 1
        return self.data[self.at - 1]

    def segment(self, marker: int, content: bytes) -> None:
        """Takes in one segment."""
        if marker in FRAME_HEADERS:
            self.frame(marker, content)
        elif marker == DHT:
            self.huffman |= tables_of(content)
        elif marker == DQT:
            self.quantisation(content)
        elif marker == DRI:
            self.interval = big(content, 0)
        elif marker in APPLICATION:
            content = self.application(marker, content)
        elif marker not in (SOS, COM):
            raise Withheld(CANNOT)  # arithmetic conditioning, DNL, hierarchical
        if marker == SOS:
            self.found.pieces.append(self.scan(content))
        elif content and marker != COM:
            self.found.pieces.append(whole(marker, content))

    def frame(self, marker: int, content: bytes) -> None:
        """The frame header (B.2.2)."""
        found = self.found
        if marker not in (BASELINE, EXTENDED) or found.components:
            raise Withheld(CANNOT)
        found.precision, found.rows, found.columns = content[0], big(content, 1), big(content, 3)
        told = (content[6 + 3 * place : 9 + 3 * place] for place in range(content[5]))
        found.components = tuple(Component(one[0], one[1] >> 4, one[1] & 15, one[2]) for one in told)
        if not found.components:
            raise Failed("PIXELS_DAMAGED")
        if found.precision not in ((8,) if marker == BASELINE else (8, 12)) or not (found.rows and found.columns):
            raise Withheld(CANNOT)
        across, down = found.most
        if any(not one.across or not one.down or across % one.across or down % one.down for one in found.components):
            raise Withheld(CANNOT)

    def quantisation(self, content: bytes) -> None:
        """The steps of DC (B.2.4.1). A table that changes between scans is not followed."""
        at = 0
        while at < len(content):
            wide, number = content[at] >> 4, content[at] & 15
            step = int.from_bytes(content[at + 1 : at + 2 + wide], "big")
            if self.found.steps.setdefault(number, step) != step or not step:
                raise Withheld(CANNOT)
            at += 1 + 64 * (1 + wide)

    def application(self, marker: int, content: bytes) -> bytes:
        """What stays of an application segment."""
        if marker == 0xE0 and content.startswith(JFIF):
            self.jfif = True
            return content[:JFIF_LENGTH] + b"\0\0"
        if marker == 0xEE and content.startswith(ADOBE) and len(content) >= JFIF_LENGTH:
            self.adobe = content[11]
            return content[:JFIF_LENGTH]
        return content if marker == 0xE2 and content.startswith(PROFILE) else b""

    def scan(self, content: bytes) -> Scan:
        """A scan from its header on (B.2.3)."""
        count = content[0]
        places = {one.number: place for place, one in enumerate(self.found.components)}
        chosen, tables = [], []
        for at in range(1, 1 + 2 * count, 2):
            dc, ac = content[at + 1] >> 4, content[at + 1] & 15
            if content[at] not in places or (0, dc) not in self.huffman or (1, ac) not in self.huffman:
                raise Failed("PIXELS_DAMAGED")
            chosen.append(places[content[at]])
            tables.append(((dc, self.huffman[0, dc]), (ac, self.huffman[1, ac])))
        return Scan(whole(SOS, content), tuple(chosen), tuple(tables), self.interval, self.entropy())

    def entropy(self) -> tuple[bytes, ...]:
        """The entropy-coded parts from here on; the next marker is what ends them."""
        parts, start = [], self.at
        while True:
            self.at = self.data.find(b"\xff", self.at)
            if self.at < 0 or self.at + 1 >= len(self.data):
                raise Failed("PIXELS_DAMAGED")
            behind = self.data[self.at + 1]
            if behind == 0:
                self.at += 2
                continue
            if behind == 0xFF:
                self.at += 1
                continue
            parts.append(self.data[start : self.at].rstrip(b"\xff").replace(b"\xff\0", b"\xff"))
            if behind not in RESTARTS:
                return tuple(parts)
            self.at += 2
            start = self.at

    def rgb(self) -> bool | None:
        """Whether three components are red, green and blue, by the rules that decoders follow."""
        if self.jfif:
            return False
        if self.adobe is not None:
            return self.adobe == 0
        return bytes(one.number for one in self.found.components) == RGB or None


def whole(marker: int, content: bytes) -> bytes:
    """A segment with its marker and length."""
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content
