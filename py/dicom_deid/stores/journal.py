"""A text that grows in a store, where no object does: what is appended is an object beside it, joined when it is read.

``audit.csv`` is the text; its parts are journal/audit.csv/<version>/<first>-<last>, numbered. They belong to that one
version of the text: when another takes its place, which has them in it, they count no longer, at that very moment. So
whoever is killed between two steps leaves nothing that would be read twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from dicom_deid.errors import SinkFailure
from dicom_deid.stores.failures import EXISTS, UNSUPPORTED, StoreFailure
from dicom_deid.stores.store import Stand, Store

PLACE = "journal"
JOINED = 256
"""Parts that become one: a long run would leave a million of them."""


class Part(NamedTuple):
    """A part, and the numbers of what was appended with it."""

    first: int
    last: int
    stand: Stand


def parts_of(store: Store, place: str, text: Stand) -> Iterator[Part]:
    """The parts of a version of a text, in their order. ``place``: the key below which those of all versions are."""
    parts = [numbered(stand) for stand in store.list(f"{place}/{text.mark:x}")]
    covered = 0
    for part in sorted(parts, key=lambda part: (part.first, -part.last)):
        if part.first > covered:  # else it has become part of a longer one, and was to be deleted
            covered = part.last
            yield part


def numbered(stand: Stand) -> Part:
    """A part that was listed."""
    first, _, last = stand.key.rpartition("/")[2].partition("-")
    return Part(int(first), int(last), stand)


class StoreJournal:
    """Appends to the text at ``key``. Every failure is a SinkFailure; a retry of the library appends nothing twice."""

    def __init__(self, store: Store, key: str, place: str, before: Callable[[], None]) -> None:
        """``before``: what has to be done before anything is appended. Raises StoreFailure, as that may."""
        self._store, self._key, self._before = store, key, before
        text = store.stand(key)
        if text is None:
            store.put(key, b"")
            text = store.stand(key)
        if text is None:
            raise StoreFailure("OUTPUT_LOST")
        self._version, self._below = text.mark, f"{place}/{text.mark:x}"
        self._last = max((part.last for part in parts_of(store, place, text)), default=0)
        self._own: list[bytes] = []
        """What was appended by this object and is in parts of its own."""
        self._taken = False

    def lock(self) -> bool:
        """True: a store has no locks. That another run has gone on here shows itself when this one appends next."""
        return True

    def cut_torn_line(self) -> None:
        """Nothing: an object is there whole or not at all."""

    def write(self, text: str) -> None:
        """Appends a text as an object. Raises SinkFailure OUTPUT_TAKEN where another run has appended meanwhile."""
        if not text:
            return
        data = text.encode("utf-8", "backslashreplace")
        try:
            self.prepare()
            self._last += 1
            self.append(self.name(self._last, self._last), data)
            self._own.append(data)
            if len(self._own) == JOINED:
                self.join()
        except StoreFailure as failure:
            raise SinkFailure(code_of(failure)) from None

    def prepare(self) -> None:
        """Does what comes before; where it fails because another run has gone on here, that is the reason."""
        try:
            self._before()
        finally:
            self.check()

    def check(self) -> None:
        """Raises StoreFailure OUTPUT_TAKEN unless the text is the one that was opened."""
        text = None if self._taken else self._store.stand(self._key)
        if text is None or text.mark != self._version:
            self._taken = True
            raise StoreFailure("OUTPUT_TAKEN")

    def name(self, first: int, last: int) -> str:
        return f"{self._below}/{first:012}-{last:012}"

    def append(self, key: str, data: bytes) -> None:
        """Writes a part that is not there yet."""
        try:
            self._store.put(key, data, new=True)
        except StoreFailure as failure:
            if failure.code or failure.kind not in (EXISTS, UNSUPPORTED):
                raise
            if failure.kind == UNSUPPORTED:
                self._store.put(key, data)
            elif self._store.read(key, 0, len(data) + 1) != data:  # else it was the first try, whose answer was lost
                self._taken = True
                raise StoreFailure("OUTPUT_TAKEN") from None

    def join(self) -> None:
        """Makes one part of many. Until those are deleted it counts in their place."""
        numbers = range(self._last - len(self._own) + 1, self._last + 1)
        self.append(self.name(numbers[0], numbers[-1]), b"".join(self._own))
        self._store.delete(self.name(number, number) for number in numbers)
        self._own.clear()

    def close(self) -> None:
        """Nothing: what was appended is in the store."""


def code_of(failure: StoreFailure) -> str:
    """The reason for which nothing more can be written."""
    return failure.code or "OUTPUT_LOST"
