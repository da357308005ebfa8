"""Several processes that carry out tasks; a task whose process dies is tried once more, alone.

A process that dies over a batch costs little: what it had not answered is tried once more, each task alone in a batch,
and a task over which a process dies again is given up. The parent keeps nothing but the tasks under way.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from math import inf
from multiprocessing.connection import Connection, wait
from threading import current_thread, main_thread
from time import monotonic, perf_counter
from types import ModuleType
from typing import Any, Generic

from dicom_deid.errors import WorkersFailed
from dicom_deid.executors import ANSWER_SECONDS, Answers, R, T

TICK = 0.1
"""Seconds between two looks at whether to stop."""
STOP_SECONDS = 2.0
"""How long a process may take to end before it is killed."""


def context() -> Any:
    """The way in which processes are started."""
    # Not fork: a forked child inherits the pipes of its siblings and would not see the parent's end.
    methods = multiprocessing.get_all_start_methods()
    return multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")


def prepare(module: str) -> None:
    """Starts to load a module in the server that processes are forked from, where there is one; this does not wait."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        from multiprocessing import forkserver  # not on Windows

        context().set_forkserver_preload([module, __name__])
        with deaf():
            forkserver.ensure_running()


@contextmanager
def deaf() -> Iterator[None]:
    """A context in which processes that are started do not hear Ctrl-C: it is this one that decides what follows."""
    if current_thread() is not main_thread():  # only there can it be said, and heard
        yield
        return
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, heard)


@contextmanager
def nameless_main() -> Iterator[None]:
    """A context in which a process that is started does not import the main module anew: no job is of it."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


class Processes(Generic[T, R]):
    """Several processes."""

    def __init__(self, job: Callable[[T], R], workers: int, patience: float = inf) -> None:
        """``patience``: seconds without an answer after which a process is taken to hang, and is ended."""
        self._context, self._job, self._patience = context(), job, patience
        self._hands: list[Hand[T, R]] = [Hand(self._context, job) for _ in range(workers)]

    @property
    def workers(self) -> int:
        return len(self._hands)

    def run(self, batches: Iterable[list[T]], stopped: Callable[[], bool]) -> Iterator[Answers[T, R]]:
        fresh, again = iter(batches), deque[T]()
        while not stopped():
            for hand in self._hands:
                if hand.idle:
                    give(hand, fresh, again)
            if all(hand.idle for hand in self._hands):
                return
            self.end_silent()
            for connection in wait([hand.connection for hand in self._hands if not hand.idle], TICK):
                number = next(i for i, hand in enumerate(self._hands) if hand.connection is connection)
                hand = self._hands[number]
                try:
                    answers = hand.take()
                except (EOFError, OSError):
                    self._hands[number] = Hand(self._context, self._job)
                    answers = self.bury(hand, again)
                else:
                    if hand.idle:  # it goes on while the caller looks at the answers
                        give(hand, fresh, again)
                if answers:
                    yield answers

    def end_silent(self) -> None:
        """Ends the processes that are taken to hang; what was theirs is taken over as from any that died."""
        for hand in self._hands:
            if hand.tasks and monotonic() - hand.heard > self._patience:  # one that still loads may take its time
                hand.process.kill()

    def bury(self, hand: Hand[T, R], again: deque[T]) -> Answers[T, R]:
        """Takes over what a dead process had not answered: once more, or given up."""
        hand.end()
        if not hand.greeted:
            raise WorkersFailed
        if hand.alone:
            return [(task, None) for task in hand.tasks]
        again.extend(hand.tasks)
        return []

    def close(self) -> None:
        for hand in self._hands:
            hand.process.terminate()
        for hand in self._hands:
            hand.end()


class Hand(Generic[T, R]):
    """One process, as the parent holds it."""

    def __init__(self, context: Any, job: Callable[[T], R]) -> None:
        self.connection, theirs = context.Pipe()
        self.tasks: deque[T] = deque()
        """Tasks that it was given and has not answered."""
        self.alone = False
        self.greeted = False
        self.heard = monotonic()
        """When it last was given something, or answered."""
        self.process = context.Process(target=serve, args=(theirs, job), daemon=True)
        with nameless_main():
            self.process.start()
        theirs.close()

    @property
    def idle(self) -> bool:
        """Whether it waits for a batch."""
        return self.greeted and not self.tasks

    def give(self, batch: list[T], alone: bool) -> None:
        """Hands it a batch; it is waiting for one, so this cannot block for long."""
        self.tasks.extend(batch)
        self.alone, self.heard = alone, monotonic()
        with suppress(OSError):  # that it is dead shows itself when its answer is waited for
            self.connection.send(batch)

    def take(self) -> Answers[T, R]:
        """The next answers. Raises EOFError or OSError when it is dead."""
        results: list[R] = self.connection.recv()
        self.greeted, self.heard = True, monotonic()
        return [(self.tasks.popleft(), result) for result in results]

    def end(self) -> None:
        """Waits for its end and makes sure of it."""
        self.connection.close()
        self.process.join(STOP_SECONDS)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def give(hand: Hand[T, R], fresh: Iterator[list[T]], again: deque[T]) -> None:
    """The next batch for a process that waits for one; new ones first, so that a hard one holds nothing up."""
    batch = next(fresh, None)
    if batch is not None:
        hand.give(batch, alone=False)
    elif again:
        hand.give([again.popleft()], alone=True)


def serve(connection: Connection, job: Callable[[T], R]) -> None:
    """Main loop of a process: batch after batch, until the parent is gone."""
    # Ctrl-C reaches the whole group of processes; it is the parent that decides what follows.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        connection.send([])
        while True:
            results: list[R] = []
            told = perf_counter()
            for task in connection.recv():
                results.append(job(task))
                if perf_counter() - told > ANSWER_SECONDS:
                    connection.send(results)
                    results, told = [], perf_counter()
            if results:
                connection.send(results)
    except Exception:
        # The parent is gone, or the job broke. A traceback could quote a value or a path: the exit tells enough.
        sys.exit(1)
