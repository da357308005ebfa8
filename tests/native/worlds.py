"""Worlds in which a run takes place: a folder on a disk, and dictionaries in memory. Both are Source and Sink."""

from __future__ import annotations

import errno
import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
from dicom_deid.errors import SinkFailure, SourceFailure
from dicom_deid.native.folder_origin import FolderOrigin
from dicom_deid.native.folder_sink import FolderSink
from dicom_deid.readable import Readable
from dicom_deid.source_and_sink import Candidate, OpenSource, Origin, Sink
from dicom_deid.splice import Copy, Fill, Splice


class World(ABC):
    """Actions of a test in a world, beside a run."""

    origin: Origin

    @abstractmethod
    def sink(self) -> Sink:
        """The sink; a new one for each run, as in a process of its own."""

    @abstractmethod
    def add(self, path: str, data: bytes) -> None:
        """Puts a source there, or another in its place."""

    @abstractmethod
    def lose(self) -> None:
        """Takes away all sources, as where a share is no longer mounted."""

    @abstractmethod
    def made(self) -> dict[str, bytes]:
        """Everything that is in the sink, by key."""

    @abstractmethod
    def spoil(self, key: str, data: bytes | None) -> None:
        """Writes to the sink from outside; None: takes away."""

    @abstractmethod
    def fill(self, code: str) -> None:
        """Lets every further output fail with a code, until it is ""."""


class OnDisk(World):
    """A folder of sources and one of outputs."""

    def __init__(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.source, self.target, self._patch = place / "source", place / "run", monkeypatch
        self.source.mkdir()
        self.origin, self._write = FolderOrigin(self.source), os.write

    def sink(self) -> FolderSink:
        return FolderSink(self.target)

    def add(self, path: str, data: bytes) -> None:
        (self.source / path).parent.mkdir(parents=True, exist_ok=True)
        (self.source / path).write_bytes(data)

    def lose(self) -> None:
        self.source.rename(self.source.with_name("away"))
        self.source.mkdir()

    def made(self) -> dict[str, bytes]:
        files = (path for path in self.target.rglob("*") if path.is_file())
        return {path.relative_to(self.target).as_posix(): path.read_bytes() for path in files}

    def spoil(self, key: str, data: bytes | None) -> None:
        if data is None:
            (self.target / key).unlink()
        else:
            (self.target / key).parent.mkdir(parents=True, exist_ok=True)
            (self.target / key).write_bytes(data)

    def fill(self, code: str) -> None:
        number = {"OUTPUT_FULL": errno.ENOSPC, "OUTPUT_LOST": errno.EROFS, "WRITE_FAILED": errno.EIO}.get(code)

        def write(descriptor: int, data: bytes) -> int:
            if number:
                raise OSError(number, "secret")
            return self._write(descriptor, data)

        self._patch.setattr("dicom_deid.native.write.os.write", write)


class InMemory(World):
    """Dictionaries of sources and of outputs."""

    def __init__(self) -> None:
        self.store, self.failing = dict[str, bytes](), ""
        self.staged: dict[str, bytes] | None = None
        self.locked = False
        self.origin = MemoryOrigin()

    def sink(self) -> MemorySink:
        self.locked = False
        return MemorySink(self)

    def add(self, path: str, data: bytes) -> None:
        self.origin.files[path] = (len(self.origin.files) + 1, data)

    def lose(self) -> None:
        self.origin.files.clear()
        self.origin.lost = True

    def made(self) -> dict[str, bytes]:
        return {**self.store, **{f"unfinished/{name}": data for name, data in (self.staged or {}).items()}}

    def spoil(self, key: str, data: bytes | None) -> None:
        if data is None:
            del self.store[key]
        elif key.startswith("unfinished/"):
            self.staged = {**(self.staged or {}), key.removeprefix("unfinished/"): data}
        else:
            self.store[key] = data

    def fill(self, code: str) -> None:
        self.failing = code


class MemoryOrigin:
    """Sources by path: version and bytes."""

    left_alone = 0

    def __init__(self) -> None:
        self.files: dict[str, tuple[int, bytes]] = {}
        self.lost = False

    def list(self) -> Iterator[Candidate]:
        for path, (version, data) in sorted(self.files.items()):
            yield Candidate(path, "", len(data), version)

    def open(self, path: str) -> MemorySource:
        return MemorySource(self.files, path)

    def sop_instance(self, _: str) -> str:
        return ""

    def is_lost(self) -> bool:
        return self.lost


class MemorySource(Readable):
    """An open source in memory."""

    seconds = 0.0

    def __init__(self, files: dict[str, tuple[int, bytes]], path: str) -> None:
        if path not in files:
            raise SourceFailure("READ_FAILED")
        self._files, self._path = files, path
        self.modified, self._data = files[path]
        super().__init__(len(self._data))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        pass

    def read(self, start: int, end: int) -> bytes:
        return self._data[start:end]

    def unchanged(self) -> bool:
        return self._files.get(self._path, (0, b""))[0] == self.modified


class MemoryJournal:
    """A text in memory that grows."""

    def __init__(self, world: InMemory, key: str) -> None:
        self._world, self._key = world, key
        world.store.setdefault(key, b"")

    def lock(self) -> bool:
        taken, self._world.locked = self._world.locked, True
        return not taken

    def cut_torn_line(self) -> None:
        text = self._world.store[self._key]
        self._world.store[self._key] = text[: text.rfind(b"\n") + 1]

    def write(self, text: str) -> None:
        self._world.store[self._key] += text.encode("utf-8", "backslashreplace")

    def close(self) -> None:
        self._world.locked = False


class MemorySink:
    """Outputs and texts by key."""

    name = "run"
    atomic = False

    def __init__(self, world: InMemory) -> None:
        self._world = world

    def open(self) -> None:
        self._world.staged = self._world.staged or {}

    def clear(self) -> None:
        self._world.staged = {}

    def close(self) -> None:
        self._world.staged = None

    def names(self) -> set[str]:
        staging = set() if self._world.staged is None else {"unfinished"}
        return {key.split("/")[0] for key in self._world.store} | staging

    def expect(self, keys: Iterable[str]) -> None:
        pass

    def size(self, key: str) -> int | None:
        data = self._world.store.get(key)
        return None if data is None else len(data)

    def read(self, key: str, start: int, end: int) -> bytes:
        if key not in self._world.store:
            raise SinkFailure("OUTPUT_LOST")
        return self._world.store[key][start:end]

    def lines(self, key: str) -> Iterator[str]:
        yield from self.read(key, 0, self.size(key) or 0).decode("utf-8", "replace").splitlines(keepends=True)

    def put(self, key: str, lines: Iterable[str]) -> None:
        self._world.store[key] = "".join(lines).encode()

    def journal(self, key: str) -> MemoryJournal:
        return MemoryJournal(self._world, key)

    def stage(self, name: str, splice: Splice, source: OpenSource) -> None:
        if self._world.failing:
            raise SinkFailure(self._world.failing)
        parts = []
        for segment in splice:
            match segment:
                case Copy(start, end):
                    parts.append(source.read(start, end))
                case Fill(count, byte):
                    parts.append(bytes([byte]) * count)
                case bytes():
                    parts.append(segment)
        if not source.unchanged():
            raise SourceFailure("SOURCE_CHANGED")
        assert self._world.staged is not None
        self._world.staged[name] = b"".join(parts)

    def place(self, name: str, key: str) -> None:
        assert self._world.staged is not None
        self._world.store[key] = self._world.staged.pop(name)

    def discard(self, name: str) -> None:
        if self._world.staged is not None:
            self._world.staged.pop(name, None)
