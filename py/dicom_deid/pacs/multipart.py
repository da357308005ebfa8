"""Parts of a multipart/related answer as they come (RFC 2046 5.1), piece by piece, bounded in all but their length."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from email.message import Message

from dicom_deid.errors import PacsFailure

BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")
"""RFC 2046 5.1.1."""
LONGEST_HEADERS = 16 * 1024
"""Bytes of the headers of a part, and of what may stand before the first and behind a boundary."""
HEADERS_END = b"\r\n\r\n"
PIECE = 64 * 1024
"""Bytes that are gathered of smaller pieces before they are looked through."""
Begin = Callable[[], Callable[[bytes], None]]


def boundary_of(content_type: str) -> bytes:
    """The boundary of an answer that is multipart/related. Raises PacsFailure PACS_ANSWER."""
    header = Message()
    header["Content-Type"] = content_type
    try:
        boundary = header.get_boundary("")
    except (ValueError, LookupError):
        boundary = ""
    if header.get_content_type() != "multipart/related" or not BOUNDARY.fullmatch(boundary):
        raise PacsFailure("PACS_ANSWER")
    return boundary.encode()


def parts(pieces: Iterable[bytes], boundary: bytes) -> Iterator[Iterator[bytes]]:
    """The parts, each as its pieces; each has to be read to its end before the next.

    Raises PacsFailure PACS_CUT_SHORT where the bytes end before the closing boundary: inside of the part that is cut
    off, or after the last one that is whole.
    """
    rest = Rest(pieces, b"\r\n--" + boundary)
    rest.until_boundary()
    while rest.another():
        rest.skip_headers()
        yield rest.part()


class Rest:
    """What is still to be looked through."""

    def __init__(self, pieces: Iterable[bytes], delimiter: bytes) -> None:
        self._pieces, self._delimiter = iter(pieces), delimiter
        self._held = b"\r\n"  # the first boundary may stand at the very beginning
        self._in_part = False

    def until_boundary(self) -> None:
        """Passes by what stands before the first boundary."""
        passed = 0
        for piece in self._before_delimiter():
            passed += len(piece)
            if passed > LONGEST_HEADERS:
                raise PacsFailure("PACS_ANSWER")

    def another(self) -> bool:
        """Whether another part follows the boundary that was just passed; False at the closing one."""
        while len(self._held) < 2:
            self._more()
        if self._held.startswith(b"--"):
            return False
        if self._in_part:
            raise PacsFailure("PACS_ANSWER")
        return True

    def skip_headers(self) -> None:
        """Passes by the headers of a part: what it is, its own header says."""
        # A part without headers has its empty line right behind the boundary.
        while (end := self._held.find(HEADERS_END)) < 0:
            if len(self._held) > LONGEST_HEADERS:
                raise PacsFailure("PACS_ANSWER")
            self._more()
        self._held = self._held[end + len(HEADERS_END) :]

    def part(self) -> Iterator[bytes]:
        """The content of a part."""
        self._in_part = True
        yield from self._before_delimiter()
        self._in_part = False

    def _before_delimiter(self) -> Iterator[bytes]:
        """All up to the next boundary, which is passed, too."""
        keep = len(self._delimiter) - 1
        while (at := self._held.find(self._delimiter)) < 0:
            if len(self._held) > keep:
                free = len(self._held) - keep
                yield self._held[:free]
                self._held = self._held[free:]
            self._more()
        if at:
            yield self._held[:at]
        self._held = self._held[at + len(self._delimiter) :]

    def _more(self) -> None:
        """Takes in more bytes. Raises PacsFailure PACS_CUT_SHORT at their end."""
        gathered = [self._held]
        size = 0
        for piece in self._pieces:
            gathered.append(piece)
            size += len(piece)
            if size >= PIECE:
                break
        if not size:
            raise PacsFailure("PACS_CUT_SHORT")
        self._held = b"".join(gathered)
