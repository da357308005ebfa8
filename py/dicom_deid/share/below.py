"""Files below a folder, opened so that no symbolic link and no ".." can lead out of it."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from dicom_deid.errors import SourceFailure
from dicom_deid.native.source import FOR_READING, FileSource

BY_FOLDERS = os.open in os.supports_dir_fd
"""Whether a file can be opened from an open folder. Not on Windows, where the whole path is resolved instead."""
NO_LINK = getattr(os, "O_NOFOLLOW", 0)
AT_ONCE = getattr(os, "O_NONBLOCK", 0)
"""So that a pipe in the place of a file holds nobody up."""
FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | NO_LINK


def open_below(root: Path, path: str) -> FileSource:
    """The file at a path below ``root``, which is absolute and resolved. Raises SourceFailure READ_FAILED."""
    try:
        descriptor = opened(root, parts_of(path))
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise SourceFailure("READ_FAILED")
        return FileSource(descriptor)
    except (OSError, ValueError):
        raise SourceFailure("READ_FAILED") from None


def parts_of(path: str) -> list[str]:
    """The names that a path is made of. Raises ValueError where it is not one that a walk below a folder finds."""
    parts = path.split("/")
    if any(part in ("", ".", "..") or "\0" in part or (os.sep != "/" and set(part) & {os.sep, ":"}) for part in parts):
        raise ValueError("no path below a folder")
    return parts


def opened(root: Path, parts: list[str]) -> int:
    """The descriptor of a file, with each folder on the way opened by itself. Raises OSError."""
    if not BY_FOLDERS:
        whole = root.joinpath(*parts)
        if whole.resolve() != whole:
            raise OSError("a link is on the way")
        return os.open(whole, FOR_READING)
    folder = os.open(root, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        for part in parts[:-1]:
            inner = os.open(part, FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.open(parts[-1], FOR_READING | NO_LINK | AT_ONCE, dir_fd=folder)
    finally:
        with suppress(OSError):
            os.close(folder)
