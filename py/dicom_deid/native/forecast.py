"""The forecast of a whole folder, natively: each file goes through the stages of a run, and nothing is written.

So the counts are those of a run of the same files, policy and regions, but for what the writing itself can meet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from dicom_deid.errors import Failed, ShortRead, Status, Unwritten
from dicom_deid.executors import Executor
from dicom_deid.forecast import Change, Kind, kind_of, remedies
from dicom_deid.key import Key
from dicom_deid.model import Outcome
from dicom_deid.native.display import Display
from dicom_deid.native.job import look_at, plain_row, settle
from dicom_deid.native.listing import Listing, is_much
from dicom_deid.native.time_limit import TimeLimit
from dicom_deid.native.wheels import importable
from dicom_deid.policy import Plan, Policy
from dicom_deid.source_and_sink import Candidate, OpenSource, Origin

if TYPE_CHECKING:
    from dicom_deid.regions import Regions

FILES_AT_ONCE = 32
"""Files in a batch."""


class Foreseen(NamedTuple):
    """The outcome that files of one kind will have."""

    outcome: Status
    reason: str = ""
    sop_class: str = ""
    """Its UID, if PS3.6 has it: any other may hold whatever somebody typed."""
    remedies: tuple[tuple[Change, ...], ...] = ()
    """Changes of the policy, each of which lets them be written."""


class ForecastJob:
    """All that a process needs for the forecast of any file: where it is, the policy, the key, wheels and regions."""

    def __init__(
        self,
        origin: Origin,
        policy: Policy,
        key: bytes,
        wheels: tuple[str, ...] = (),
        regions: Regions | None = None,
        unreviewed: bool = False,
    ) -> None:
        importable(wheels)
        self.origin = origin
        self.plan = Plan(policy, Key(key), False, TimeLimit(), regions=regions, unreviewed=unreviewed)  # noqa: FBT003
        self._parts = (origin, policy, key, wheels, regions, unreviewed)

    def __reduce__(
        self,
    ) -> tuple[type[ForecastJob], tuple[Origin, Policy, bytes, tuple[str, ...], Regions | None, bool]]:
        return ForecastJob, self._parts

    def __call__(self, path: str) -> Foreseen:
        try:
            with self.origin.open(path) as source:
                if reason := look_at(source).reason:
                    return sorted_out(reason)
                return self.foreseen(source, path)
        except Unwritten as end:
            return Foreseen(end.status, end.reason)
        except Exception:  # its text may quote a value or the path
            return Foreseen("failed", "INTERNAL_ERROR")

    def foreseen(self, source: OpenSource, path: str) -> Foreseen:
        """The outcome of an open file."""
        outcome, _ = settle(source, self.plan, self.plan.key.source(path), False)  # noqa: FBT003 - no repeat
        return self.told(source, outcome)

    def told(self, source: OpenSource, outcome: Outcome) -> Foreseen:
        """What is told of an outcome that an open file has."""
        if outcome.status != "withheld":
            return Foreseen(outcome.status, outcome.reason, outcome.names.sop_class)
        kind = whole_kind(source, self.plan)
        changes = tuple(remedies(self.plan.policy, kind))
        return Foreseen("withheld", outcome.reason, outcome.names.sop_class, changes)


def whole_kind(source: OpenSource, plan: Plan) -> Kind:
    """The kind of an open file; more of it is read as asked for."""
    while True:
        try:
            return kind_of(source, plan)
        except ShortRead as short:
            if not source.extend(short.end):
                raise Failed("INTERNAL_ERROR") from None


def sorted_out(reason: str) -> Foreseen:
    """The outcome of a file that the core does not get."""
    status: Status = "skipped" if plain_row("", reason, 0)["status"] == "skipped" else "failed"
    return Foreseen(status, reason)


@dataclass(slots=True)
class Forecasting:
    """One forecast of the files of ``origin``."""

    origin: Origin
    display: Display = field(default_factory=Display)
    kinds: Counter[Foreseen] = field(default_factory=Counter)
    """Files by what will become of them."""

    def go(self, start: Callable[[bool], Executor[str, Foreseen]], stopped: Callable[[], bool]) -> None:
        """Foresees every file; ``start`` is told whether they are much. Raises SourceFailure, and WorkersFailed."""
        with Listing(self.origin) as listing:
            first = listing.first()
            executor = start(is_much(listing.files, 0))
            try:
                for answers in executor.run(self.batches(first, listing), stopped):
                    self.kinds.update(found or Foreseen("failed", "WORKER_ERROR") for _, found in answers)
                    self.display.advanced(len(answers), 0)
            finally:
                executor.close()

    def batches(self, first: list[Candidate], listing: Listing) -> Iterator[list[str]]:
        """The files that were listed without a reason, some at a time."""
        for candidates in listing.told(first, self.display):
            paths = []
            for one in candidates:
                if one.reason:
                    self.kinds[sorted_out(one.reason)] += 1
                else:
                    paths.append(one.path)
            yield from (paths[at : at + FILES_AT_ONCE] for at in range(0, len(paths), FILES_AT_ONCE))

    def outcomes(self) -> dict[Status, int]:
        """Files by outcome."""
        sums: dict[Status, int] = {"written": 0, "withheld": 0, "skipped": 0, "failed": 0}
        for foreseen, files in self.kinds.items():
            sums[foreseen.outcome] += files
        return sums
