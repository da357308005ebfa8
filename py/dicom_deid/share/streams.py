"""Downloads on their way: no more than there are places, and a place is free again when its client goes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Iterator

from dicom_deid.errors import SourceFailure
from dicom_deid.share.archive import Part, ranged
from dicom_deid.share.links import Link, Links
from dicom_deid.share.record import Record

STREAMS = 4


class Streams:
    """The places for downloads."""

    def __init__(self, places: int = STREAMS) -> None:
        self.places = places
        self._free = threading.Semaphore(places)

    def take(self) -> bool:
        """Takes a place, if one is free."""
        return self._free.acquire(blocking=False)

    def give_back(self) -> None:
        self._free.release()


class Download:
    """A part of a link's ZIP on its way, which has a place among the streams until it is closed."""

    def __init__(
        self, streams: Streams, links: Links, record: Record, link: Link, ticket: str, has_gone: Callable[[], bool]
    ) -> None:
        """``has_gone``: whether the client has left; it is asked while nothing is sent, else sending tells."""
        self._streams, self._links, self._record, self._link, self._ticket = streams, links, record, link, ticket
        self._has_gone = has_gone
        self._pieces: Generator[bytes] | None = None
        self._sent, self._outcome, self._is_open = 0, "broken", True

    def pieces(self, parts: Iterable[Part], start: int, end: int) -> Iterator[bytes]:
        """The bytes [start, end). Raises SourceFailure where a file is no longer as it was shared."""
        self._pieces = ranged(parts, start, end)
        try:
            for piece in self._pieces:
                if self._links.is_cut_off(self._link.number):
                    self._outcome = "revoked"
                    raise SourceFailure("SOURCE_CHANGED")
                if not piece and self._has_gone():
                    return
                yield piece
                self._sent += len(piece)
        except SourceFailure:
            self._outcome = "changed" if self._outcome == "broken" else self._outcome
            raise
        self._outcome = "fetched" if end == self._link.bytes else "part"

    def close(self) -> None:
        """The client has all of it, or has gone. A second time does nothing."""
        if not self._is_open:
            return
        self._is_open = False
        try:
            if self._pieces is not None:
                self._pieces.close()
            if self._outcome == "fetched":
                self._links.delivered(self._link, self._ticket)
            self._record.note(self._link.number, self._outcome, self._sent)
        finally:
            self._streams.give_back()
