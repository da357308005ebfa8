"""A prefix of a bucket as the sink of a run: outputs are staged in unfinished/; the store copies them to their keys.

An object is there when all of it is, so nobody ever sees a part of an output.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from dicom_deid.errors import SinkFailure
from dicom_deid.native.folder_sink import UNFINISHED
from dicom_deid.source_and_sink import OpenSource
from dicom_deid.splice import Splice, splice_size
from dicom_deid.stores.address import Address
from dicom_deid.stores.failures import DENIED, FAILED, StoreFailure
from dicom_deid.stores.journal import PLACE, StoreJournal, parts_of
from dicom_deid.stores.splices import pieces_of
from dicom_deid.stores.store import PAGE, PART, RETRIES, Stand, Store

if TYPE_CHECKING:
    from obstore.store import RetryConfig

AT_ONCE = 16
"""Requests for outputs that are under way: each mostly waits for its answer."""
BEGUN = "begun"
"""Stands in unfinished/ while a run is under way, for a store has no empty folders."""


class StoreSink:
    """The outputs, journals and texts of a run, as objects below an address."""

    atomic = True

    def __init__(self, address: Address, retries: RetryConfig = RETRIES) -> None:
        self.address, self.name = address, address.name
        self._opened: Store | None = None
        self._retries = retries
        self._journals = dict[str, StoreJournal]()
        self._requests = ThreadPoolExecutor(AT_ONCE)
        """For many requests under way. Its threads start with the first one."""
        self._expected = dict[str, Future[Stand | None]]()
        """What stands at keys, asked beforehand. It holds until a journal is written to."""
        self._placing = dict[str, Future[None]]()
        """Outputs on their way to their keys."""
        self._placed = list[str]()
        """Keys of staged outputs that were copied to their places, and are still to be deleted."""

    def __reduce__(self) -> tuple[type[StoreSink], tuple[Address]]:
        return StoreSink, (self.address,)

    @property
    def store(self) -> Store:
        """The bucket; each process opens it for itself, with the credentials of its environment."""
        if self._opened is None:
            self._opened = Store(self.address, self._retries)
        return self._opened

    def staged(self, name: str) -> str:
        """The key of a staged output."""
        return self.address.key(f"{UNFINISHED}/{name}")

    def open(self) -> None:
        """Raises SinkFailure, above all where this account may not write."""
        with coded():
            self.store.put(self.staged(BEGUN), b"")

    def clear(self) -> None:
        with coded():
            self.store.delete(stand.key for stand in self.store.list(self.address.key(UNFINISHED)))
            self.store.put(self.staged(BEGUN), b"")
        self._placed.clear()

    def close(self) -> None:
        wait(self._placing.values())
        self._requests.shutdown()
        with suppress(StoreFailure):
            for journal in self._journals.values():
                journal.check()  # of another run, nothing is deleted
            self.store.delete(stand.key for stand in self.store.list(self.address.key(UNFINISHED)))

    def names(self) -> set[str]:
        with coded():
            return self.store.first_parts(self.address.prefix) - {PLACE}

    def expect(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._expected[key] = self._requests.submit(self.store.stand, self.address.key(key))

    def size(self, key: str) -> int | None:
        with coded():
            if under_way := self._placing.get(key):
                under_way.result()
            elif expected := self._expected.pop(key, None):
                stand = expected.result()
                return stand.size if stand else None
            stand = self.store.stand(self.address.key(key))
            if stand is None or "/" in key:
                return stand.size if stand else None
            return stand.size + sum(part.stand.size for part in parts_of(self.store, self.parts(key), stand))

    def parts(self, key: str) -> str:
        """Where the parts of a journal are."""
        return self.address.key(f"{PLACE}/{key}")

    def read(self, key: str, start: int, end: int) -> bytes:
        with coded():
            if "/" in key:
                return self.store.read(self.address.key(key), start, end)
            return b"".join(self.pieces(key))[start:end]

    def pieces(self, key: str) -> Iterator[bytes]:
        """The bytes of a text, and of what was appended to it. Raises StoreFailure."""
        stand = self.store.stand(self.address.key(key))
        if stand is None:
            raise StoreFailure("")
        yield from self.store.pieces(stand)
        for part in parts_of(self.store, self.parts(key), stand):
            yield from self.store.pieces(part.stand)

    def lines(self, key: str) -> Iterator[str]:
        with coded():
            yield from io.TextIOWrapper(
                io.BufferedReader(Joined(self.pieces(key))), encoding="utf-8", newline="", errors="replace"
            )

    def put(self, key: str, lines: Iterable[str]) -> None:
        """Writes a text whole. What was appended to the one before counts no longer, and is deleted."""
        with coded():
            if journal := self._journals.get(key):
                journal.check()
            self.store.upload(self.address.key(key), in_parts(lines))
            self._journals.pop(key, None)
            self.store.delete(stand.key for stand in self.store.list(self.parts(key)))

    def journal(self, key: str) -> StoreJournal:
        with coded():
            self._journals[key] = StoreJournal(self.store, self.address.key(key), self.parts(key), self.settle)
        return self._journals[key]

    def stage(self, name: str, splice: Splice, source: OpenSource) -> None:
        with coded("WRITE_FAILED"):
            self.store.upload(self.staged(name), pieces_of(splice, source), splice_size(splice))

    def place(self, name: str, key: str) -> None:
        staged = self.staged(name)
        self._placing[key] = self._requests.submit(self.move, staged, self.address.key(key))
        self._placed.append(staged)

    def settle(self) -> None:
        """Waits until all outputs are at their keys. Raises StoreFailure."""
        moves = list(self._placing.values())
        wait(moves)
        self._expected.clear()  # of outputs that were placed since, it is not true any more
        self._placing.clear()
        for move in moves:
            move.result()
        if len(self._placed) >= PAGE:
            self.store.delete(self._placed)
            self._placed.clear()

    def move(self, key: str, to: str) -> None:
        """Copies an object, whatever its length. Raises StoreFailure."""
        try:
            self.store.copy(key, to)
        except StoreFailure as failure:
            if failure.code or failure.kind != FAILED:
                raise
            self.carry(key, to)

    def carry(self, key: str, to: str) -> None:
        """Copies an object through this process: one that is too long for the store's own copying."""
        stand = self.store.stand(key)
        if stand is None:
            raise StoreFailure("")
        self.store.upload(to, self.store.pieces(stand), stand.size)

    def discard(self, name: str) -> None:
        with suppress(StoreFailure):
            self.store.delete([self.staged(name)])


class Joined(io.RawIOBase):
    """Pieces as a file that is read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, target: object) -> int:
        """Fills what it can of a buffer; 0 at the end."""
        assert isinstance(target, memoryview), "a BufferedReader asks"
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        count = min(len(target), len(self._rest))
        target[:count], self._rest = self._rest[:count], self._rest[count:]
        return count


def in_parts(lines: Iterable[str]) -> Iterator[bytes]:
    """A text as bytes, in pieces of which each is worth a request."""
    held = bytearray()
    for line in lines:
        held += line.encode("utf-8", "backslashreplace")
        if len(held) >= PART:
            yield bytes(held)
            held.clear()
    yield bytes(held)


@contextmanager
def coded(of_one: str = "OUTPUT_LOST") -> Iterator[None]:
    """Makes a SinkFailure of a StoreFailure. ``of_one``: the reason where only one object cannot be written."""
    try:
        yield
    except StoreFailure as failure:
        kinds = {DENIED: "STORE_DENIED"}
        raise SinkFailure(failure.code or kinds.get(failure.kind, of_one)) from None
