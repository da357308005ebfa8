"""A folder of this machine as the sink of a run: outputs are staged in unfinished/ and moved to their places."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dicom_deid.errors import SinkFailure
from dicom_deid.native.append_only import Appended
from dicom_deid.native.write import SMALL, code_of, discard, level, write
from dicom_deid.source_and_sink import OpenSource
from dicom_deid.splice import Splice

UNFINISHED, OUTPUTS = "unfinished", "out"
DEEPEST = ("0" * (16 + len(OUTPUTS) - len(UNFINISHED)), "0" * 44, "0" * 44, "0" * 44 + ".dcm")
"""Names as long as those of patient, study, series and instance, below unfinished/ as long as below out/."""
MOST_MADE = 4096
"""Folders that are remembered to be there."""
TOO_DEEP = frozenset((errno.ENAMETOOLONG, *((errno.ENOENT,) if os.name == "nt" else ())))
"""What a system says of a path that is too long; Windows finds nothing there."""


class FolderSink:
    """The outputs, journals and texts of a run, as files below ``root``."""

    atomic = False

    def __init__(self, root: Path) -> None:
        self.root, self.name = root, root.name
        self._unfinished = root / UNFINISHED
        # Of what is done for each file, making a Path would be a part that counts.
        self._prefix, self._staging = f"{root}{os.sep}", f"{self._unfinished}{os.sep}"
        self._made = set[str]()
        """Folders of outputs that are there."""
        self._scratch: memoryview | None = None

    def __reduce__(self) -> tuple[type[FolderSink], tuple[Path]]:
        return FolderSink, (self.root,)

    def open(self) -> None:
        """Raises SinkFailure; OUTPUT_TOO_DEEP where each output would have too long a path."""
        deepest = self._unfinished.joinpath(*DEEPEST)
        try:
            deepest.parent.mkdir(parents=True, exist_ok=True)
            deepest.touch()
        except OSError as error:
            shutil.rmtree(self._unfinished, ignore_errors=True)
            raise SinkFailure("OUTPUT_TOO_DEEP" if error.errno in TOO_DEEP else code_of(error)) from None
        self.clear()

    def clear(self) -> None:
        shutil.rmtree(self._unfinished, ignore_errors=True)
        with suppress(OSError):
            self._unfinished.mkdir()

    def close(self) -> None:
        self.clear()
        with suppress(OSError):
            self._unfinished.rmdir()
        for folder, _, _ in os.walk(self.root / OUTPUTS):
            level(Path(folder))

    def names(self) -> set[str]:
        with coded():
            return {path.name for path in self.root.iterdir()} if self.root.exists() else set()

    def expect(self, keys: Iterable[str]) -> None:
        pass

    def size(self, key: str) -> int | None:
        try:
            return os.stat(self._prefix + key).st_size  # noqa: PTH116
        except OSError:
            return None

    def read(self, key: str, start: int, end: int) -> bytes:
        with coded(), (self.root / key).open("rb", buffering=0) as file:
            file.seek(start)
            return file.read(end - start)

    def lines(self, key: str) -> Iterator[str]:
        with coded(), (self.root / key).open(encoding="utf-8", newline="", errors="replace") as file:
            yield from file

    def put(self, key: str, lines: Iterable[str]) -> None:
        path = self.root / key
        begun = path.with_name(path.name + ".new")
        with coded():
            with begun.open("w", encoding="utf-8", newline="") as file:
                file.writelines(lines)
                file.flush()
                os.fsync(file.fileno())
            begun.replace(path)

    def journal(self, key: str) -> Appended:
        with coded():
            return Appended(self.root / key)

    def stage(self, name: str, splice: Splice, source: OpenSource) -> None:
        if self._scratch is None:
            self._scratch = memoryview(bytearray(SMALL))
        write(splice, source, self._staging + name, self._scratch)

    def place(self, name: str, key: str) -> None:
        folder = key.rpartition("/")[0]
        try:
            if folder not in self._made:
                if len(self._made) >= MOST_MADE:
                    self._made.clear()
                (self.root / folder).mkdir(parents=True, exist_ok=True)
                self._made.add(folder)
            os.replace(self._staging + name, self._prefix + key)  # noqa: PTH105
        except OSError as error:
            raise SinkFailure(code_of(error)) from None

    def discard(self, name: str) -> None:
        discard(self._staging + name)


@contextmanager
def coded() -> Iterator[None]:
    """Makes a SinkFailure of an OSError, which would quote the path."""
    try:
        yield
    except OSError as error:
        raise SinkFailure(code_of(error)) from None
