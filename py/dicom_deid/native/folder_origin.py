"""A folder of this machine, or one file, as the origin of a run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from dicom_deid.native.pick import Pick
from dicom_deid.native.source import FileSource
from dicom_deid.source_and_sink import Candidate


class FolderOrigin:
    """The files below ``root``; where it is a file itself, that one."""

    def __init__(self, root: Path) -> None:
        self.root, self._pick = root, Pick(root)
        self._prefix = os.path.join(root, "")  # noqa: PTH118 - a text: that of a Path for each file takes its time
        self._place: tuple[int, int] | None = None
        """Device and number of ``root`` when it was listed."""

    def list(self) -> Iterator[Candidate]:
        """The files in the order of Pick."""
        self._place, self._pick = place_of(self.root), Pick(self.root)
        return iter(self._pick)

    @property
    def left_alone(self) -> int:
        """How many links, pipes and devices the last listing passed by."""
        return self._pick.left_alone

    def open(self, path: str) -> FileSource:
        """The file at a path of the pick."""
        is_root = self.root.name == path and self.root.is_file()
        return FileSource(self.root if is_root else f"{self._prefix}{path}")

    def sop_instance(self, _: str) -> str:
        return ""

    def is_lost(self) -> bool:
        """Whether another folder, or none, is where the listed one was."""
        return not (os.access(self.root, os.R_OK) and place_of(self.root) == self._place)


def place_of(root: Path) -> tuple[int, int] | None:
    """Device and number of a folder: of a share that is not mounted any more, an empty folder may be left."""
    try:
        status = root.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
