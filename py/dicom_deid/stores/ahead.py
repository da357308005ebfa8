"""Pieces made one ahead, in another thread: the library takes them where it can make no request of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor


def ahead(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces in their order; while one is taken, the next one is made. What making raises is raised here."""
    made = iter(pieces)
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, made, None)
        while (piece := coming.result()) is not None:
            coming = thread.submit(next, made, None)
            yield piece
