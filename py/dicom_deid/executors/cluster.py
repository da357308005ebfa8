"""Workers of a Dask cluster that carry out tasks; only this process knows the run, and it alone books what comes back.

A worker that dies over a batch costs little: each task of it is tried once more, alone in a batch. What dies then may
have had a neighbour on its worker (dask/distributed#5234), so it is tried a last time while nothing else is under way
anywhere, and is given up only if its worker dies then. So no task is ever blamed for another.
"""

from __future__ import annotations

import asyncio
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from math import inf
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Generic, NamedTuple
from uuid import uuid4

from distributed import Client, Future, KilledWorker

from dicom_deid.errors import Failed
from dicom_deid.executors import Answers, R, T
from dicom_deid.executors.cluster_client import is_sealed
from dicom_deid.executors.cluster_worker import Answer, Batch, Trial, forget, perform, program

TICK = 0.1
"""Seconds between two looks at whether to stop."""
COUNT_SECONDS = 1.0
"""Between two looks at how many workers there are."""
WITHOUT_WORKERS = 60.0
"""Seconds without any worker after which they are taken to be lost."""
STOP_SECONDS = 5.0
"""How long batches under way may take to end when the run is asked to stop."""
AHEAD = 2
"""Batches under way for each worker: one that it is at, and one that the scheduler hands out next."""
FIRST, ALONE, SOLE = range(3)
"""Tries of a task: in a batch, in one of its own, and while nothing else is under way."""


class UnderWay(NamedTuple, Generic[T]):
    """A batch that was handed out."""

    tasks: list[T]
    tried: int
    future: Future[Answer]


class Cluster(Generic[T, R]):
    """The workers of a scheduler, to which ``client`` is connected."""

    def __init__(self, client: Client, job: Callable[[T], R], trial: Trial, patience: float = inf) -> None:
        """``trial``: asked in each worker before its first batch. ``patience``: seconds that a task may take."""
        loop: Any = client.loop
        self._client, self._loop, self._patience = client, loop.asyncio_loop, patience
        # In every batch: what the scheduler kept for new workers would outlive this process, and it holds the key.
        self._job = pickle.dumps((job, trial))
        self._name, self._number = f"deidentify-{uuid4().hex}", 0
        self._under_way: dict[int, UnderWay[T]] = {}
        self._heard: SimpleQueue[tuple[int, Answer | BaseException]] = SimpleQueue()
        self._again: tuple[deque[T], deque[T]] = deque(), deque()
        """Tasks to try alone, and as the only one."""
        self.workers, self._counted, self._seen = 0, 0.0, monotonic()

    def run(self, batches: Iterable[list[T]], stopped: Callable[[], bool]) -> Iterator[Answers[T, R]]:
        fresh, until = iter(batches), inf
        while True:
            self.count()
            if stopped():
                exhausted, until = True, min(until, monotonic() + STOP_SECONDS)
            else:
                exhausted = self.fill(fresh)
            if (exhausted and not self._under_way) or monotonic() > until:
                self.drop()
                return
            for number, answer in self.heard():
                batch = self._under_way.pop(number, None)  # none where the run was stopped before it came back
                if batch and (answers := self.take(batch, answer)):
                    yield answers

    def count(self) -> None:
        """Keeps the number of workers. Raises Failed where the scheduler or all workers are gone, or one has no TLS."""
        if self._client.status != "running":
            raise Failed("WORKERS_LOST")
        now = monotonic()
        if now - self._counted < COUNT_SECONDS:
            return
        try:
            addresses = list(self._client.nthreads())
        except Exception:  # many kinds, from sockets up to Dask; their texts name addresses
            raise Failed("WORKERS_LOST") from None
        if not all(map(is_sealed, addresses)):
            raise Failed("CLUSTER_PLAIN")
        self.workers, self._counted = len(addresses), now
        if self.workers:
            self._seen = now
        elif now - self._seen > WITHOUT_WORKERS:
            raise Failed("WORKERS_LOST")

    def fill(self, fresh: Iterator[list[T]]) -> bool:
        """Hands out as much as keeps the workers busy, and says whether nothing is left to hand out.

        New batches first, so that a hard task holds nothing up.
        """
        alone, sole = self._again
        while len(self._under_way) < AHEAD * self.workers and not self.is_sole():
            if batch := next(fresh, None):
                self.give(batch, FIRST)
            elif alone and len(self._under_way) < self.workers:
                self.give([alone.popleft()], ALONE)
            elif sole and not self._under_way:
                self.give([sole.popleft()], SOLE)
            else:
                return not (alone or sole)
        return False

    def is_sole(self) -> bool:
        """Whether a task is under way that has to be the only one."""
        return any(batch.tried == SOLE for batch in self._under_way.values())

    def give(self, tasks: list[T], tried: int) -> None:
        """Hands out a batch."""
        self._number += 1
        batch = Batch(program(), self._job, pickle.dumps(tasks), self._patience)
        future = self._client.submit(perform, batch, key=(self._name, self._number), pure=False, retries=0)
        self._under_way[self._number] = UnderWay(tasks, tried, future)
        asyncio.run_coroutine_threadsafe(hear(self._number, future, self._heard), self._loop)

    def heard(self) -> Iterator[tuple[int, Answer | BaseException]]:
        """What has come back, after a moment at most."""
        with suppress(Empty):
            yield self._heard.get(timeout=TICK)
            while True:
                yield self._heard.get_nowait()

    def take(self, batch: UnderWay[T], answer: Answer | BaseException) -> Answers[T, R]:
        """The answers of a batch that has come back. Raises Failed where the workers cannot go on."""
        if isinstance(answer, KilledWorker):
            if batch.tried == SOLE:
                return [(task, None) for task in batch.tasks]
            self._again[batch.tried].extend(batch.tasks)
            return []
        if isinstance(answer, ImportError | AttributeError | TypeError):
            raise Failed("CLUSTER_VERSION")  # the worker does not know what it was sent
        if isinstance(answer, BaseException):
            raise Failed("WORKERS_LOST")
        if answer.unfit:
            raise Failed(answer.unfit)
        results: list[R | None] = pickle.loads(answer.results)
        return list(zip(batch.tasks, results, strict=True))

    def drop(self) -> None:
        """Gives up what is under way: a later call of ``run``, for other tasks, does not hear of it."""
        futures = [batch.future for batch in self._under_way.values()]
        self._under_way.clear()
        with suppress(Exception):  # the scheduler may be gone just now
            if futures and self._client.status == "running":
                self._client.cancel(futures)

    def close(self) -> None:
        self.drop()
        with suppress(Exception):
            if self._client.status == "running":
                self._client.run(forget, on_error="ignore")


async def hear(number: int, future: Future[Answer], heard: SimpleQueue[tuple[int, Any]]) -> None:
    """Waits in Dask's own thread for a batch to come back."""
    try:
        heard.put((number, await future))
    except BaseException as error:
        heard.put((number, error))
        if not isinstance(error, Exception):
            raise
