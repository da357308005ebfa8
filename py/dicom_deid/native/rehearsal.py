"""A run of one file without its output, and what it took: it is opened and decided, what is copied of it is read."""

from __future__ import annotations

import time
from typing import NamedTuple

from dicom_deid.errors import SourceFailure, Unwritten
from dicom_deid.native.forecast import ForecastJob, Foreseen, sorted_out
from dicom_deid.native.job import look_at, settle
from dicom_deid.native.same_places import is_as_listed
from dicom_deid.native.write import CHUNK
from dicom_deid.source_and_sink import UNKNOWN, OpenSource, Origin
from dicom_deid.splice import Copy, Splice, Stripes
from dicom_deid.warm_up import warm_up

WARM_UP = 8
"""Made slices: what a process compiles and remembers at its first files is nothing in a run, and much in a sample."""


class Rehearse(NamedTuple):
    """Asks for the rehearsal of a file as it was listed; ``before``: path of the one that a run takes before it."""

    path: str
    size: int
    modified: int
    before: str


class Rehearsed(NamedTuple):
    """What will become of a file, and the seconds spent reading its header, deciding, and reading what is copied."""

    foreseen: Foreseen
    size: int
    """Bytes of the file."""
    read: float = 0.0
    decide: float = 0.0
    copy: float = 0.0

    @property
    def seconds(self) -> float:
        """Of the file in a run. Nothing was written, which is taken to last as long as reading what is copied."""
        return self.read + self.decide + 2 * self.copy


class Rehearsal:
    """All that a process needs to rehearse any file: ``forecast`` has its place, policy and key."""

    def __init__(self, forecast: ForecastJob) -> None:
        self.forecast, self._is_warm = forecast, False

    def __reduce__(self) -> tuple[type[Rehearsal], tuple[ForecastJob]]:
        return Rehearsal, (self.forecast,)

    def __call__(self, task: Rehearse) -> Rehearsed:
        if not self._is_warm:
            warm_up(0, WARM_UP)
            self._is_warm = True
        if task.before:
            self.forecast(task.before)  # in a run, what a series has in common was seen by then
        began = time.perf_counter()
        try:
            return self.rehearsed(task, began)
        except Unwritten as end:
            foreseen = Foreseen(end.status, end.reason)
        except Exception:  # its text may quote a value or the path
            foreseen = Foreseen("failed", "INTERNAL_ERROR")
        return Rehearsed(foreseen, task.size, time.perf_counter() - began)

    def rehearsed(self, task: Rehearse, began: float) -> Rehearsed:
        """The rehearsal of a file that can be read."""
        plan = self.forecast.plan
        with self.forecast.origin.open(task.path) as source:
            if task.modified != UNKNOWN and (source.size, source.modified) != (task.size, task.modified):
                raise SourceFailure("SOURCE_CHANGED")
            if reason := look_at(source).reason:
                return Rehearsed(sorted_out(reason), source.size, source.seconds)
            outcome, _ = settle(source, plan, plan.key.source(task.path), False)  # noqa: FBT003 - no repeat
            decided, read = time.perf_counter(), source.seconds
            if outcome.written:
                read_through(outcome.splice, source)
            copied = time.perf_counter()
            foreseen = self.forecast.told(source, outcome)
            return Rehearsed(foreseen, source.size, read, decided - began - read, copied - decided)


def read_through(splice: Splice, source: OpenSource) -> None:
    """Reads what an output would have of its source, a piece at a time. Raises SourceFailure, as its writing does."""
    for segment in splice:
        match segment:
            case Copy(start, end):
                for at in range(start, end, CHUNK):
                    source.read(at, min(at + CHUNK, end))
            case Stripes():
                for start, end in segment.ranges(CHUNK):
                    source.read(start, end)
    if not source.unchanged():
        raise SourceFailure("SOURCE_CHANGED")


class SameInput:
    """Says in a worker whether it sees INPUT as this machine does, as a code or ""."""

    def __init__(self, origin: Origin, listed: list[Rehearse]) -> None:
        """``listed``: some files, of which a worker has to find one as it was, since any may change meanwhile."""
        self.origin = origin
        self.listed = [file for file in listed if self.finds(file)]

    def __call__(self) -> str:
        return "CLUSTER_PLACES" if self.listed and not any(map(self.finds, self.listed)) else ""

    def finds(self, file: Rehearse) -> bool:
        """Whether a file is here as it was listed."""
        return is_as_listed(self.origin, file.path, file.size, file.modified)
