"""A ZIP of this machine as the origin of a run, entry by entry; worker/zip/entry.js has the same rules and limits.

Names of entries are paths as those of a folder, and never become a path to write to. An entry that would become far
longer than it is, leads out of its folder, is encrypted or shares bytes with another fails with its own reason.
"""

from __future__ import annotations

import io
import os
import re
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from dicom_deid.errors import SourceFailure
from dicom_deid.native.folder_origin import place_of
from dicom_deid.readable import Readable
from dicom_deid.source_and_sink import Candidate

BOMB_BYTES, BOMB_RATIO = 256 * 1024 * 1024, 200
"""An entry that says that it becomes longer than this, and so many times as long, is taken for a bomb."""
WHOLE_BYTES = 4 * 1024 * 1024
"""Bytes of an entry that are held in memory; a longer one goes into a temporary file."""
PIECE = 1024 * 1024
LOCAL_HEADER_BYTES = 30
ENCRYPTED = 0x2041
"""General purpose bits: encrypted, strongly encrypted, header encrypted."""
NAME_IS_UTF8, UNICODE_PATH, UNICODE_PATH_HEAD = 0x0800, 0x7075, 5
"""Flag, extra field, and what stands in that before the name (PKWARE APPNOTE 4.4.4, 4.6.9)."""
ROOTED = re.compile(r"([/\\]|[A-Za-z]:)")


class Entry(NamedTuple):
    """An entry of the archive; ``reason``: the code for which it is not read, or ""."""

    info: zipfile.ZipInfo
    path: str
    reason: str


class ZipOrigin:
    """The entries of the archive at ``root``."""

    left_alone = 0

    def __init__(self, root: Path) -> None:
        self.root = root
        self._place: tuple[int, int] | None = None
        self._file: zipfile.ZipFile | None = None
        self._entries: dict[str, Entry] = {}

    def __reduce__(self) -> tuple[type[ZipOrigin], tuple[Path]]:
        return ZipOrigin, (self.root,)

    def list(self) -> Iterator[Candidate]:
        """The entries, by the parts of their names. Raises SourceFailure ZIP_BAD for an archive without directory."""
        self._place = place_of(self.root)
        modified = self.modified()
        entries = sorted(self.opened().values(), key=lambda entry: by_parts(entry.path))
        return (Candidate(entry.path, entry.reason, entry.info.file_size, modified) for entry in entries)

    def opened(self) -> dict[str, Entry]:
        """The entries by path; each process reads the directory of the archive for itself."""
        if self._file is None:
            try:
                self._file = zipfile.ZipFile(self.root)
            except OSError:
                raise SourceFailure("SOURCE_LOST") from None
            except (zipfile.BadZipFile, ValueError, NotImplementedError):
                raise SourceFailure("ZIP_BAD") from None
            self._entries = {entry.path: entry for entry in entries_of(self._file.infolist())}
        return self._entries

    def open(self, path: str) -> EntrySource:
        """An entry, checked against its CRC. Raises SourceFailure."""
        entry = self.opened().get(path)
        if entry is None or self._file is None:
            raise SourceFailure("READ_FAILED")
        if entry.reason:
            raise SourceFailure(entry.reason)
        return EntrySource(self, self._file, entry.info)

    def modified(self) -> int:
        """When the archive was modified, in nanoseconds. Raises SourceFailure READ_FAILED."""
        try:
            return self.root.stat().st_mtime_ns
        except OSError:
            raise SourceFailure("READ_FAILED") from None

    def sop_instance(self, _: str) -> str:
        return ""

    def is_lost(self) -> bool:
        """Whether another file, or none, is where the archive was."""
        return not (os.access(self.root, os.R_OK) and place_of(self.root) == self._place)


class EntrySource(Readable):
    """An open entry of an archive."""

    def __init__(self, origin: ZipOrigin, file: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        began = time.perf_counter()
        super().__init__(info.file_size)
        self._origin, self.modified = origin, origin.modified()
        self._content: BinaryIO = io.BytesIO() if info.file_size <= WHOLE_BYTES else tempfile.TemporaryFile()  # noqa: SIM115
        try:
            unpack(file, info, self._content)
        except BaseException:
            self.close()
            raise
        self.seconds = time.perf_counter() - began
        """Time spent reading."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Frees the content."""
        with suppress(OSError):
            self._content.close()

    def unchanged(self) -> bool:
        """Whether the archive is still as it was when the entry was opened."""
        return self._origin.modified() == self.modified

    def read(self, start: int, end: int) -> bytes:
        """The bytes [start, end)."""
        self._content.seek(start)
        found = self._content.read(end - start)
        if len(found) < end - start:
            raise SourceFailure("SOURCE_CHANGED")
        return found


def unpack(file: zipfile.ZipFile, info: zipfile.ZipInfo, target: BinaryIO) -> None:
    """Copies an entry, up to the length that the directory says. Raises SourceFailure."""
    length = 0
    try:
        with file.open(info) as packed:
            while piece := packed.read(PIECE):
                length += len(piece)
                if length > info.file_size:
                    break
                target.write(piece)
    except OSError:
        raise SourceFailure("READ_FAILED") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError):
        raise SourceFailure("ZIP_ENTRY_BAD") from None
    if length != info.file_size:
        raise SourceFailure("ZIP_ENTRY_BAD")


def entries_of(infos: Iterable[zipfile.ZipInfo]) -> Iterator[Entry]:
    """The files of an archive. A name that comes again gets a number."""
    listed = [(info, name) for info in infos if not (name := name_of(info)).endswith("/")]
    overlapping = overlaps(info for info, _ in listed)
    taken = set[str]()
    for info, name in listed:
        path, number = name, 2
        while path in taken:
            path, number = f"{name} ({number})", number + 1
        taken.add(path)
        reason = reason_of(info, name) or ("ZIP_ENTRY_BAD" if id(info) in overlapping else "")
        yield Entry(info, path, reason)


def reason_of(info: zipfile.ZipInfo, name: str) -> str:
    """The code for which an entry is not read, or ""."""
    if info.flag_bits & ENCRYPTED:
        return "ZIP_ENCRYPTED"
    if ROOTED.match(name) or ".." in re.split(r"[/\\]", name):
        return "ZIP_PATH"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "ZIP_METHOD"
    if info.compress_type == zipfile.ZIP_STORED and info.compress_size != info.file_size:
        return "ZIP_ENTRY_BAD"
    bomb = info.file_size > BOMB_BYTES and info.file_size > BOMB_RATIO * info.compress_size
    return "ZIP_BOMB" if bomb else ""


def overlaps(infos: Iterable[zipfile.ZipInfo]) -> set[int]:
    """The entries that share bytes, by their identity in memory: by these a small archive becomes endless."""
    found, furthest, end = set[int](), None, 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if furthest is not None and info.header_offset < end:
            found |= {id(info), id(furthest)}
        own = info.header_offset + LOCAL_HEADER_BYTES + info.compress_size
        if furthest is None or own > end:
            furthest, end = info, own
    return found


def name_of(info: zipfile.ZipInfo) -> str:
    """The name of an entry: UTF-8 where it says so or can be; else IBM's code page 437 (APPNOTE, appendix D)."""
    if info.flag_bits & NAME_IS_UTF8:
        return info.orig_filename
    extra, at = info.extra, 0
    while at + 4 <= len(extra):
        kind, length = int.from_bytes(extra[at : at + 2], "little"), int.from_bytes(extra[at + 2 : at + 4], "little")
        field, at = extra[at + 4 : at + 4 + length], at + 4 + length
        if kind == UNICODE_PATH and len(field) > UNICODE_PATH_HEAD:
            return field[UNICODE_PATH_HEAD:].decode("utf-8", "replace")
    try:
        return info.orig_filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.orig_filename


def by_parts(path: str) -> list[bytes]:
    """The order of a walk: by name in UTF-16 code units, folder by folder."""
    return [part.encode("utf-16-be", "surrogatepass") for part in path.split("/")]
