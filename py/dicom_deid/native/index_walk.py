"""The files that an index is made of: those below folders, or those that a list names. Few are in memory at a time.

A folder is read to its end before the next one, and its files are taken as it gives them: the order means nothing to an
index, and to sort a million names takes them into memory. Symbolic links are not followed, as by a run.
"""

from __future__ import annotations

import codecs
import os
import re
import stat
from collections.abc import Iterator
from io import TextIOWrapper
from itertools import islice
from pathlib import Path, PurePath
from typing import NamedTuple

from dicom_deid.errors import SourceFailure
from dicom_deid.index import Seen
from dicom_deid.native.read_failure import reason_of

MARKS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
"""Byte order marks. PowerShell 5 writes UTF-16 with ``>``, and UTF-8 with a mark where it is asked for UTF-8."""
OF_WINDOWS = re.compile(r"[A-Za-z]:/|//|.*\\")
"""Paths that Windows alone knows: of a share (UNC) or a drive, or with its backslashes."""
AGAIN = -1
"""A time of change that no file has: the file is looked at again next time."""


class Found(NamedTuple):
    """A file to index. ``reason``: why it cannot be looked at; of a folder, whose path then ends with a slash."""

    path: str
    entry: os.DirEntry[str] | None = None
    """What the folder knows of it already; None: nobody has asked."""
    reason: str = ""


class Stamped(NamedTuple):
    """A file with its size and time of change, or with the reason code for there being none."""

    seen: Seen
    reason: str = ""


def below(root: Path, start: str = "", prefix: str = "") -> Iterator[Found]:
    """The files below the folder ``start`` of ``root``, with paths from ``root``; ``prefix``: what stands before these.

    Raises SourceFailure for ``start`` itself.
    """
    waiting = [start]
    while waiting:
        folder = waiting.pop()
        folders: list[str] = []
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    path = f"{folder}{entry.name}"
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(f"{path}/")
                    elif entry.is_file(follow_symlinks=False):
                        yield Found(prefix + path, entry)
        except OSError as error:
            if folder == start:
                raise SourceFailure(reason_of_top(error)) from None
            yield Found(prefix + folder, None, reason_of(error))
        waiting += sorted(folders, reverse=True)


def reason_of_top(error: OSError) -> str:
    """The reason code for the folder that was asked for: where it is not there, its share is probably gone."""
    code = reason_of(error)
    return "SHARE_GONE" if code == "FILE_GONE" else code


def listed(file: Path, folder: Path | None = None) -> Iterator[Found]:
    """The files that a list names, one path in a line, in UTF-8 or, with its mark, UTF-16; relative to ``folder``.

    Those below it bear their paths from it, all others whole ones. Raises SourceFailure for the list.
    """
    base = (folder or Path()).absolute()
    for line in lines(file):
        foreign = os.name == "posix" and OF_WINDOWS.match(line)  # it is told that it is of no use here
        yield Found(line if foreign else placed(line, base, whole=folder is None))


def placed(line: str, folder: PurePath, *, whole: bool) -> str:
    """The path that a line names, relative to a folder: a ``whole`` one, or that from the folder where it is below."""
    path = folder / line
    return (path if whole or not path.is_relative_to(folder) else path.relative_to(folder)).as_posix()


def lines(file: Path) -> Iterator[str]:
    """The lines of a list, without the quotes that the Explorer of Windows puts around a path."""
    try:
        with file.open("rb") as content:
            first = content.peek(4)  # not read: of a pipe, nothing comes twice
            encoding = next((name for mark, name in MARKS if first.startswith(mark)), "utf-8")
            # A path in UTF-8 need not be text on other systems; what is no UTF-16 is the name of no file.
            errors = "surrogateescape" if encoding == "utf-8" else "replace"
            for line in TextIOWrapper(content, encoding, errors):
                path = line.removeprefix("\ufeff").strip()
                if len(path) > 1 and path[0] == path[-1] == '"':
                    path = path[1:-1]
                if path:
                    yield path
    except OSError:
        raise SourceFailure("LIST_UNREADABLE") from None


def stamped(root: Path, files: list[Found]) -> list[Stamped]:
    """The files with size and time of change, by one look at each."""
    return [stamp(root, file) for file in files]


def stamp(root: Path, file: Found) -> Stamped:
    """A file with size and time of change."""
    unseen = Seen(file.path, 0, AGAIN)
    if file.reason:
        return Stamped(unseen, file.reason)
    try:
        status = (root / file.path).stat() if file.entry is None else file.entry.stat(follow_symlinks=False)
    except OSError as error:
        code = reason_of(error)
        foreign = os.name == "posix" and code == "FILE_GONE" and OF_WINDOWS.match(file.path)
        return Stamped(unseen, "WINDOWS_PATH" if foreign else code)
    except ValueError:  # a NUL in it
        return Stamped(unseen, "FILE_GONE")
    if not stat.S_ISREG(status.st_mode):
        return Stamped(unseen, "NO_FILE")
    return Stamped(Seen(file.path, status.st_size, status.st_mtime_ns // 1_000_000))


def in_parts(files: Iterator[Found], most: int) -> Iterator[list[Found]]:
    """The files in lists of at most ``most``."""
    while part := list(islice(files, most)):
        yield part
