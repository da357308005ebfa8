"""Runs a job over many tasks, in this process or in several (processes.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from time import perf_counter
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")
Answers = list[tuple[T, R | None]]
"""Tasks with their results; None where a process died twice over the task."""

ANSWER_SECONDS = 0.1
"""A process tells its results at least this often, as long as the tasks are short."""


class Executor(Protocol[T, R]):
    """Carries out batches of tasks. Results come in any order, those of a batch in the batch's."""

    @property
    def workers(self) -> int:
        """How many carry them out at this moment."""

    def run(self, batches: Iterable[list[T]], stopped: Callable[[], bool]) -> Iterator[Answers[T, R]]:
        """Answers until the batches are done or ``stopped`` says so."""

    def close(self) -> None:
        """Ends what was started; tasks under way are broken off."""


class Inline(Generic[T, R]):
    """One task after another, in this process; answers come as often as those of another process."""

    workers = 1

    def __init__(self, job: Callable[[T], R]) -> None:
        self._job = job

    def run(self, batches: Iterable[list[T]], stopped: Callable[[], bool]) -> Iterator[Answers[T, R]]:
        for batch in batches:
            answers: Answers[T, R] = []
            told = perf_counter()
            for task in batch:
                if stopped():
                    break
                answers.append((task, self._job(task)))
                if perf_counter() - told > ANSWER_SECONDS:
                    yield answers
                    answers, told = [], perf_counter()
            if answers:
                yield answers
            if stopped():
                return

    def close(self) -> None:
        pass
