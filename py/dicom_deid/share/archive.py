"""The ZIP of a link: stored, not compressed, and of the same bytes each time: a download can be gone on with."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from zipstream.ng import ZipStream, ZipStreamInfo

from dicom_deid.errors import SourceFailure
from dicom_deid.share.below import open_below

DATE = (2000, 1, 1, 0, 0, 0)
"""Of every entry, as outputs of a run have it: their own would tell when the originals came."""
CHUNK = 128 * 1024


class Part(NamedTuple):
    """A file of a link as it was when the link was made. ``name``: its name in the ZIP; ``modified`` in ns."""

    root: Path
    path: str
    name: str
    size: int
    modified: int


class Archive(ZipStream):  # type: ignore[misc]  # zipstream has no types
    """A ZIP whose entries all have one date; zipstream-ng, which is pinned, would give them the present time.

    Of its parts, one is taken after the other: it may be of many.
    """

    def __init__(self, parts: Iterable[Part]) -> None:
        super().__init__()
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            self.add(content(part), part.name, size=part.size)
            yield from self.file()
        yield from self.footer()

    def _gen_file_entry(self, *, arcname: str, iterable: Iterator[bytes], size: int, **_: Any) -> Iterator[bytes]:
        entry = ZipStreamInfo(arcname, DATE)
        entry.external_attr = 0o600 << 16
        entry.file_size, entry.header_offset = size, self._pos
        for piece in entry._file_data(iterable):
            yield self._track(piece)
        self._filelist.append(entry)


def content(part: Part) -> Iterator[bytes]:
    """The bytes of a file. Raises SourceFailure SOURCE_CHANGED where it is not the one that was shared."""
    with open_below(part.root, part.path) as source:
        if (source.size, source.modified) != (part.size, part.modified):
            raise SourceFailure("SOURCE_CHANGED")
        for start in range(0, part.size, CHUNK):
            yield source.read(start, min(start + CHUNK, part.size))
        if not source.unchanged():
            raise SourceFailure("SOURCE_CHANGED")


def size_of(parts: Iterable[Part]) -> int:
    """Bytes of the ZIP."""
    sized = ZipStream(sized=True)
    for part in parts:
        sized.add(iter(()), part.name, size=part.size)
    return len(sized)


def etag_of(parts: Iterable[Part]) -> str:
    """A text that is the same for the same ZIP, and for no other."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(repr((part.name, part.size, part.modified, part.path)).encode())
    return whole.hexdigest()[:32]


def ranged(parts: Iterable[Part], start: int, end: int) -> Generator[bytes]:
    """The bytes [start, end) of the ZIP. What lies before is made, too, as b"": its checksums are in the end."""
    at = 0
    for piece in Archive(parts):
        before, at = at, at + len(piece)
        yield piece[max(start - before, 0) : end - before]
        if at >= end:
            return
