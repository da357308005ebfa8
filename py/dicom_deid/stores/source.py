"""An object as a source of bytes: its first bytes with one request, and later ones of that same version only."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from dicom_deid.errors import SourceFailure
from dicom_deid.readable import HEAD_BYTES, Readable
from dicom_deid.stores.failures import CHANGED, DENIED, MISSING, StoreFailure
from dicom_deid.stores.store import PART, Store

if TYPE_CHECKING:
    from collections.abc import Iterator


class ObjectSource(Readable):
    """An open object. Raises SourceFailure."""

    def __init__(self, store: Store, key: str) -> None:
        self._store, self.seconds = store, 0.0
        self._window, self._window_start = b"", 0
        """Bytes that were read last: whoever walks from fragment to fragment asks for few at a time."""
        with self.reading(missing="FILE_GONE"):
            self._head, self._stand = store.beginning(key, HEAD_BYTES)
        head = self._head
        super().__init__(self._stand.size)
        self._head, self.modified = head, self._stand.mark

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._head = self._window = b""

    @contextmanager
    def reading(self, missing: str = "SOURCE_CHANGED") -> Iterator[None]:
        """Times what is read, and gives failures their code."""
        began = time.perf_counter()
        try:
            yield
        except StoreFailure as failure:
            kinds = {MISSING: missing, CHANGED: "SOURCE_CHANGED", DENIED: "NO_PERMISSION"}
            raise SourceFailure(failure.code or kinds.get(failure.kind, "READ_FAILED")) from None
        finally:
            self.seconds += time.perf_counter() - began

    def read(self, start: int, end: int) -> bytes:
        """The bytes [start, end). Few are read with those that follow, so no byte crosses the network thrice."""
        if end <= start:
            return b""
        at = start - self._window_start
        if not (at >= 0 and at + end - start <= len(self._window)):
            if end - start >= PART:
                return self.fetch(start, end)
            self._window = b""  # so that there is no moment with two of it
            self._window, self._window_start, at = self.fetch(start, min(start + PART, self.size)), start, 0
        found = self._window[at : at + end - start]
        if len(found) < end - start:
            raise SourceFailure("SOURCE_CHANGED")
        return found

    def fetch(self, start: int, end: int) -> bytes:
        """The bytes [start, end), or all up to the end of the object, of the version that was opened."""
        with self.reading():
            found = self._store.read(self._stand.key, start, end, self._stand.etag)
        if len(found) < min(end, self.size) - start:
            raise SourceFailure("SOURCE_CHANGED")
        return found

    def unchanged(self) -> bool:
        """Whether this version still is the newest one."""
        with self.reading():
            stand = self._store.stand(self._stand.key)
        return stand is not None and (stand.size, stand.mark) == (self.size, self.modified)
