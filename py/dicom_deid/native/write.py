"""Stage write, natively: a splice becomes a file; what stays of the source is copied by the operating system."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from dicom_deid.errors import SinkFailure, SourceFailure
from dicom_deid.native.source import FileSource
from dicom_deid.source_and_sink import OpenSource
from dicom_deid.splice import Copy, Fill, Splice, Stripes, splice_size

CHUNK = 4 * 1024 * 1024
"""Bytes held in memory at a time where the operating system cannot copy by itself."""
SMALL = 1024 * 1024
"""Bytes that are read and written: for so few the operating system's own ways take more of the processor."""
FOR_WRITING = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
"""How an output is opened; Windows has texts beside."""
SYSTEM_CHUNK = 1024 * 1024 * 1024
"""Bytes the operating system is asked to copy at a time; more than 2 GiB it never does."""
LEVEL = 946_684_800
"""The time of every output: 2000-01-01, UTC. ZIP archives know no time before 1980."""
FULL = frozenset((errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)))
LOST = frozenset((errno.EROFS, errno.ENODEV, errno.ENOENT, getattr(errno, "ESTALE", errno.ENODEV)))
Copier = Callable[[int, int, int, int], int]
"""(from descriptor, to descriptor, bytes, offset in the source) -> bytes copied to where the target stands."""


def write(splice: Splice, source: OpenSource, path: Path | str, scratch: memoryview | None = None) -> int:
    """Writes a splice of ``source`` to ``path`` and returns its bytes; on any failure there is no file.

    ``scratch``: memory that pieces are read into, where there is some.

    Raises SourceFailure: SOURCE_CHANGED, READ_FAILED; SinkFailure: WRITE_FAILED for this file alone, OUTPUT_FULL and
    OUTPUT_LOST for the run.
    """
    try:
        target = os.open(path, FOR_WRITING, 0o666)
        try:
            for segment in splice:
                put(segment, source, target, scratch)
            size = os.fstat(target).st_size
            level(target if os.utime in os.supports_fd else path)
        finally:
            os.close(target)
        # A source that was rewritten meanwhile would give an output of old header and new pixel data.
        if not source.unchanged():
            raise SourceFailure("SOURCE_CHANGED")
        if size != splice_size(splice):
            raise SinkFailure("WRITE_FAILED")
        return size
    except OSError as error:
        discard(path)
        raise SinkFailure(code_of(error)) from None
    except BaseException:
        discard(path)
        raise


def level(path: Path | str | int) -> None:
    """Gives a file or folder the time that all have: their own would tell in which order the originals came."""
    with suppress(OSError):
        os.utime(path, (LEVEL, LEVEL))


def discard(path: Path | str) -> None:
    """Removes what was begun; where even that fails, the run's end will see to it."""
    with suppress(OSError):
        Path(path).unlink(missing_ok=True)


def code_of(error: OSError) -> str:
    """The reason code of a failure to write: for the run, or for this file alone."""
    if error.errno in FULL:
        return "OUTPUT_FULL"
    return "OUTPUT_LOST" if error.errno in LOST else "WRITE_FAILED"


def put(
    segment: bytes | Copy | Fill | Stripes, source: OpenSource, target: int, scratch: memoryview | None = None
) -> None:
    """Appends one segment."""
    match segment:
        case Copy(start, end):
            copy(source, target, start, end, scratch)
        case Fill(count, byte):
            block = bytes([byte]) * min(count, CHUNK)
            for at in range(0, count, CHUNK):
                append(target, block[: count - at])
        case Stripes():
            for start, end in segment.ranges(CHUNK):
                part = bytearray(source.read(start, end))
                segment.over(part)
                append(target, part)
        case bytes():
            append(target, segment)


def append(target: int, data: bytes | bytearray | memoryview) -> None:
    """Writes all of the bytes; the operating system may take fewer at a time."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(target, rest) :]


def copy(source: OpenSource, target: int, start: int, end: int, scratch: memoryview | None = None) -> None:
    """Copies bytes [start, end) of the source to the end of the target, the fastest way that works here."""
    if isinstance(source, FileSource) and end - start > SMALL:
        for copier in COPIERS:
            start = copy_by(copier, source.fileno(), target, start, end)
            if start == end:
                return
    elif isinstance(source, FileSource) and scratch is not None:
        while start < end and (count := source.read_into(scratch[: end - start], start)):
            append(target, scratch[:count])
            start += count
    while start < end:
        chunk = source.read(start, min(start + CHUNK, end))
        append(target, chunk)
        start += len(chunk)


def copy_by(copier: Copier, source: int, target: int, start: int, end: int) -> int:
    """Copies as far as this way goes, and says how far that was; the next way goes on there."""
    while start < end:
        try:
            copied = copier(source, target, min(end - start, SYSTEM_CHUNK), start)
        except OSError as error:
            if error.errno in FULL:
                raise
            break  # these two file systems cannot do it, or the failure is a real one and the next way meets it again
        if copied == 0:
            break
        start += copied
    return start


def by_copy_file_range(source: int, target: int, count: int, offset: int) -> int:
    """Linux: within one file system the bytes need not even be copied."""
    return os.copy_file_range(source, target, count, offset_src=offset)


def by_sendfile(source: int, target: int, count: int, offset: int) -> int:
    """Linux before 5.3, and between file systems: from kernel to kernel."""
    return os.sendfile(target, source, offset, count)


COPIERS: tuple[Copier, ...] = tuple(
    copier for name, copier in (("copy_file_range", by_copy_file_range), ("sendfile", by_sendfile)) if hasattr(os, name)
)
