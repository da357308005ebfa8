"""Threads that wait for a slow share side by side, with answers in the order of the questions.

They are daemons: one that hangs in a dead share, which no program can stop, keeps no program from its end.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import Any, Self, TypeVar

from dicom_deid.errors import SourceFailure

LOOK_SECONDS = 0.2
"""Between two looks whether the work was cancelled, while a share does not answer."""
PATIENCE_SECONDS = 120.0
"""After so long without an answer, a share is taken for dead."""

Task = TypeVar("Task")
Answer = TypeVar("Answer")


class Cancelled(Exception):
    """The work was cancelled while it waited."""


class Threads:
    """So many threads, until the context ends. Whoever waits for them finds out when ``cancelled`` says so."""

    def __init__(self, count: int, cancelled: Callable[[], bool]) -> None:
        self.count, self._cancelled = count, cancelled
        self._tasks: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._ended = False
        for _ in range(count):
            Thread(target=self._work, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ending: object) -> None:
        self._ended = True
        for _ in range(self.count):
            self._tasks.put(None)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            if not self._ended:
                task()

    def _submit(self, work: Callable[[Task], Answer], task: Task) -> Future[Answer]:
        future: Future[Answer] = Future()
        self._tasks.put(lambda: answer(future, work, task))
        return future

    def in_order(
        self, work: Callable[[Task], Answer], tasks: Iterable[Task], most: int
    ) -> Iterator[tuple[Task, Answer]]:
        """(task, answer) of each task, of which at most ``most`` are begun before the first one is taken.

        Raises Cancelled, SourceFailure SHARE_TIMEOUT, and what the work raises.
        """
        under_way: deque[tuple[Task, Future[Answer]]] = deque()
        for task in tasks:
            under_way.append((task, self._submit(work, task)))
            if len(under_way) == most:
                yield self._taken(under_way)
        while under_way:
            yield self._taken(under_way)

    def _taken(self, under_way: deque[tuple[Task, Future[Answer]]]) -> tuple[Task, Answer]:
        task, future = under_way.popleft()
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            if self._cancelled():
                raise Cancelled
            try:
                return task, future.result(LOOK_SECONDS)
            except TimeoutError:
                if time.monotonic() > until:
                    raise SourceFailure("SHARE_TIMEOUT") from None


def answer(future: Future[Any], work: Callable[[Any], Any], task: Any) -> None:
    """Does a task, in a thread."""
    try:
        future.set_result(work(task))
    except BaseException as error:
        future.set_exception(error)
