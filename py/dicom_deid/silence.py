"""Silence of the whole process while values are at hand: no warning quotes one, and no rule in Python prints one.

Python keeps the filters of warnings and the standard output once for all threads. Were each user to set and reset them
by itself, the first of two plans to end would switch off what the second still needs. So their users are counted.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stderr, redirect_stdout
from threading import Lock


class Silence:
    """A context that any number of threads may be in at once: the first to enter switches on, the last to leave off."""

    def __init__(self, switched: Callable[[], AbstractContextManager[object]]) -> None:
        self._switched, self._lock, self._within = switched, Lock(), 0
        self._on: AbstractContextManager[object] = switched()

    def __enter__(self) -> None:
        with self._lock:
            if not self._within:
                self._on = self._switched()
                self._on.__enter__()
            self._within += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._within -= 1
            if not self._within:
                self._on.__exit__(None, None, None)


@contextmanager
def ignored() -> Iterator[None]:
    """Without warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def swallowed() -> Iterator[None]:
    """Without standard output and standard error: they may well go to a log."""
    with redirect_stdout(None), redirect_stderr(None):
        yield


NO_WARNINGS = Silence(ignored)
NO_OUTPUT = Silence(swallowed)
