"""Stage pick, natively: the files below a folder, in an order that does not depend on the file system.

Folder by folder, by name in UTF-16 code units, files and sub-folders mixed: the order of worker/pick/walk.js, so that
both find the same one of two equal instances to be the repeat. As in the browser, symbolic links are not followed: what
they point to inside the folder is picked at its own place, and what lies outside was not chosen.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from pathlib import Path

from dicom_deid.errors import SourceFailure
from dicom_deid.source_and_sink import Candidate

FEW_FILES, FEW_BYTES = 256, 512 * 1024 * 1024
"""So much one process has done before others would have started."""


def is_much(files: int, size: int) -> bool:
    """Whether files of so many bytes are worth more than one process."""
    return files > FEW_FILES or size > FEW_BYTES


class Pick:
    """One walk below ``root``; afterwards ``left_alone`` is how many links, pipes and devices it passed by."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.left_alone = 0

    def __iter__(self) -> Iterator[Candidate]:
        if self.root.is_file():
            yield self.alone()
            return
        waiting = [("", self.children(""))]
        while waiting:
            prefix, entries = waiting[-1]
            entry = next(entries, None)
            if entry is None:
                waiting.pop()
                continue
            path = prefix + entry.name
            try:
                if entry.is_dir(follow_symlinks=False):
                    path += "/"
                    waiting.append((path, self.children(path)))
                elif entry.is_file(follow_symlinks=False):
                    # On Windows an entry tells what the folder knew of the file, which can be old.
                    status = entry.stat(follow_symlinks=False) if os.name == "posix" else Path(entry).stat()
                    yield Candidate(path, "", status.st_size, status.st_mtime_ns)
                else:
                    self.left_alone += 1
            except OSError:
                yield Candidate(path, "READ_FAILED")

    def alone(self) -> Candidate:
        """The root, where it is a file itself."""
        try:
            status = self.root.stat()
        except OSError:
            return Candidate(self.root.name, "READ_FAILED")
        return Candidate(self.root.name, "", status.st_size, status.st_mtime_ns)

    def children(self, folder: str) -> Iterator[os.DirEntry[str]]:
        """The entries of a folder, in order. Raises SourceFailure for the top folder, OSError for another."""
        try:
            with os.scandir(self.root / folder) as entries:
                return iter(sorted(entries, key=lambda entry: entry.name.encode("utf-16-be", "surrogatepass")))
        except OSError:
            if folder:
                raise
            raise SourceFailure("SOURCE_LOST") from None


class Sources:
    """The picked files: some tens of bytes for each, so that a million of them fit into memory easily."""

    def __init__(self) -> None:
        self._paths, self._ends = bytearray(), array("Q")
        self.sizes, self.modified = array("q"), array("q")
        """Bytes, and nanoseconds since 1970."""
        self._reasons, self._codes = array("B"), [""]
        self.done = bytearray()
        self._firsts: dict[int, int] = {}
        """Fingerprint of a SOP Instance UID -> number of the first file that has it."""

    def __len__(self) -> int:
        return len(self._ends)

    def add(self, candidate: Candidate) -> int:
        """Adds a file and returns its number."""
        self._paths += os.fsencode(candidate.path)
        self._ends.append(len(self._paths))
        self.sizes.append(candidate.size)
        self.modified.append(candidate.modified)
        self._reasons.append(self._code(candidate.reason))
        self.done.append(0)
        return len(self) - 1

    def path(self, number: int) -> str:
        """The path of a file, relative to the root."""
        return os.fsdecode(bytes(self._paths[self._ends[number - 1] if number else 0 : self._ends[number]]))

    def reason(self, number: int) -> str:
        """Why a file is not handed to the core; "" when it is."""
        return self._codes[self._reasons[number]]

    def _code(self, reason: str) -> int:
        if reason not in self._codes:
            self._codes.append(reason)
        return self._codes.index(reason)

    def first(self, number: int, instance: int) -> int:
        """The number of the first file that has a SOP Instance UID, by its fingerprint: this one, or an earlier one.

        To be asked in the order of the pick. The fingerprint 0, of none, repeats nothing.
        """
        return self._firsts.setdefault(instance, number) if instance else number
