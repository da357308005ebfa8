"""The turns of files: of those with the same SOP Instance UID the first in the pick has the plain name.

Processes answer in any order. An answer waits until all files before it are known; where one of these takes long, its
SOP Instance UID is looked up, so that it holds nothing up.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, NamedTuple, TypeVar

from dicom_deid.native.sources import Sources

A = TypeVar("A")
MOST_WAITING = 200
"""Answers that wait at a time: each has an output that is not yet in its place."""


class Turn(NamedTuple, Generic[A]):
    """An answer whose turn it is. ``first``: number of the first file with its SOP Instance UID, often its own."""

    number: int
    first: int
    answer: A


class Turns(Generic[A]):
    """The files under way."""

    def __init__(self, sources: Sources, look: Callable[[int], int], most_waiting: int = MOST_WAITING) -> None:
        """``look``: the fingerprint of a file's SOP Instance UID, by the file's number."""
        self._sources, self._look, self._most = sources, look, most_waiting
        self._queue = deque[int]()
        """Numbers of files whose SOP Instance UID is not yet known, in the order of the pick."""
        self._waiting: dict[int, tuple[int, A]] = {}
        """Number -> fingerprint and answer."""
        self._looked: dict[int, int] = {}
        """Number of a file that was looked up, and is still without answer -> first."""

    def begin(self, number: int) -> None:
        """A file is handed out. To be called in the order of the pick."""
        self._queue.append(number)

    def answered(self, number: int, instance: int, answer: A) -> Iterator[Turn[A]]:
        """Takes the answer of a file, and gives those whose turn it is now."""
        if number in self._looked:
            yield Turn(number, self._looked.pop(number), answer)
            return
        self._waiting[number] = instance, answer
        while self._queue:
            next_one = self._queue[0]
            if next_one in self._waiting:
                self._queue.popleft()
                known, ready = self._waiting.pop(next_one)
                yield Turn(next_one, self._sources.first(next_one, known), ready)
            elif len(self._waiting) > self._most:
                self._queue.popleft()
                self._looked[next_one] = self._sources.first(next_one, self._look(next_one))
            else:
                return
