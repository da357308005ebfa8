"""Stage pick, natively: the files below a folder, in an order that does not depend on the file system.

Folder by folder, by name in UTF-16 code units, files and sub-folders mixed: the order of worker/pick/walk.js, so that
both find the same one of two equal instances to be the repeat. As in the browser, symbolic links are not followed: what
they point to inside the folder is picked at its own place, and what lies outside was not chosen.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from dicom_deid.errors import SourceFailure
from dicom_deid.source_and_sink import Candidate


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
