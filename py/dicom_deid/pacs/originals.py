"""A folder of originals that were fetched: each file whole and durable under its UIDs, or not there at all."""

from __future__ import annotations

import os
import shutil
import uuid
from contextlib import suppress
from pathlib import Path

from dicom_deid.errors import NoRun, SinkFailure
from dicom_deid.native.write import FOR_WRITING, append, code_of, discard
from dicom_deid.pacs.instance import LOOK_BYTES, Instance, objection

UNFINISHED = "unfinished-fetch"
"""Where files are written until they are whole, below the folder."""
FOR_OWNER, FOLDER_FOR_OWNER = 0o600, 0o700
"""Originals are for the one who fetched them alone."""


class Originals:
    """A folder that is open for originals. No other command of this kind may be at it at the same time."""

    def __init__(self, root: Path) -> None:
        """Raises SinkFailure where it cannot be written, NoRun BUSY where another one is at it."""
        self.root = root
        self.staging = root / UNFINISHED
        self._lock = -1
        self._changed = set[Path]()
        try:
            root.mkdir(FOLDER_FOR_OWNER, parents=True, exist_ok=True)
            self._lock = os.open(root, os.O_RDONLY) if os.name == "posix" else -1
            self._keep_others_out()
            shutil.rmtree(self.staging, ignore_errors=True)
            self.staging.mkdir(FOLDER_FOR_OWNER)
        except OSError as error:
            raise SinkFailure(code_of(error)) from None

    def _keep_others_out(self) -> None:
        try:
            import fcntl  # not on Windows
        except ImportError:
            return
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NoRun("BUSY") from None
        except OSError:
            return  # some network file systems have no locks

    def has(self, instance: Instance) -> bool:
        """Whether an instance is here already: its own header says so. What is placed is whole."""
        try:
            with (self.root / instance.path).open("rb") as file:
                return not objection(instance, file.read(LOOK_BYTES), os.fstat(file.fileno()).st_size)
        except OSError:
            return False

    def place(self, instance: Instance) -> OriginalFile:
        """The place of an instance that comes."""
        return OriginalFile(self, instance)

    def put(self, staged: Path, instance: Instance) -> None:
        """Moves a file that is on the disk to its place. Raises OSError."""
        target = self.root / instance.path
        target.parent.mkdir(FOLDER_FOR_OWNER, parents=True, exist_ok=True)
        staged.replace(target)
        self._changed |= {target.parent, target.parent.parent, self.root}

    def settle(self) -> None:
        """Makes the names durable, too, of all files that were placed."""
        changed, self._changed = self._changed, set()
        for folder in changed if os.name == "posix" else ():
            with suppress(OSError):  # some network file systems cannot
                descriptor = os.open(folder, os.O_RDONLY)
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)

    def close(self) -> None:
        """Takes away what is unfinished."""
        self.settle()
        shutil.rmtree(self.staging, ignore_errors=True)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


class OriginalFile:
    """The file of one instance while it comes."""

    def __init__(self, folder: Originals, instance: Instance) -> None:
        self._folder, self._instance = folder, instance
        self._path = folder.staging / uuid.uuid4().hex
        self._file, self._code = -1, ""
        try:
            self._file = os.open(self._path, FOR_WRITING, FOR_OWNER)
        except OSError as error:
            self._code = code_of(error)

    def write(self, data: bytes) -> None:
        if self._file < 0:
            return
        try:
            append(self._file, data)
        except OSError as error:
            self._code = code_of(error)
            self.drop()

    def end(self) -> str:
        if self._file < 0:
            return self._code or "WRITE_FAILED"
        try:
            os.fsync(self._file)
            self._close()
            self._folder.put(self._path, self._instance)
        except OSError as error:
            self.drop()
            return code_of(error)
        return ""

    def drop(self) -> None:
        self._close()
        discard(self._path)

    def _close(self) -> None:
        file, self._file = self._file, -1
        if file >= 0:
            with suppress(OSError):
                os.close(file)
