"""The estimate of a run on a cluster, on a terminal or as JSON: time, hours of workers, cost, outcomes of a sample."""

from __future__ import annotations

import json
from contextlib import ExitStack
from functools import partial
from math import ceil, floor, inf, log10
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from dicom_deid.cli.text import Unusable, in_words
from dicom_deid.errors import Failed, sentence
from dicom_deid.wording import counted

if TYPE_CHECKING:
    from dicom_deid.cli.cluster import Wanted
    from dicom_deid.errors import Status
    from dicom_deid.native.estimate import Range
    from dicom_deid.native.forecast import ForecastJob
    from dicom_deid.native.rehearsing import Rehearsing
    from dicom_deid.policy import Plan

SampleFiles = Annotated[
    int | None,
    typer.Option("--sample", metavar="N", min=10, help="With --cluster: files that its workers try; 200 by default."),
]
Price = Annotated[
    float | None, typer.Option(metavar="X", min=0, help="With --cluster: cost of a worker's hour, in any currency.")
]
WorkersPlanned = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="With --cluster: as if it had so many workers of this kind.")
]
SAMPLE_FILES = 200
UNITS = (("day", 86400, 3), ("hour", 3600, 2), ("minute", 60, 2), ("second", 1, 0))
"""Name, seconds, and from how many of it on it is told by."""


class Asked(NamedTuple):
    """The options of an estimate, as they were given."""

    sample: int | None = None
    price: float | None = None
    workers: int | None = None

    def check(self, wanted: Wanted) -> None:
        """Raises Unusable where there is no cluster that they go with."""
        if wanted.address is None and any(option is not None for option in self):
            raise Unusable("--sample, --price and --workers-planned go with --cluster.")


class Estimate(NamedTuple):
    """What follows for the run: seconds from its first file to its last row, and what is paid for its workers."""

    workers: int
    seconds: Range
    most_workers: int
    """More would wait for the command."""
    price: float | None

    @property
    def worker_hours(self) -> Range:
        """Of all workers, who are paid until the last is done."""
        return self.seconds.times(self.workers / 3600)

    @property
    def cost(self) -> Range | None:
        """By the price of a worker's hour, where that was given."""
        return None if self.price is None else self.worker_hours.times(self.price)


def show_estimate(job: ForecastJob, plan: Plan, wanted: Wanted, asked: Asked, *, as_json: bool) -> dict[Status, int]:
    """Shows what a run on the cluster would take, and returns the outcomes of the sample.

    Raises Unusable where its workers could not come to the end.
    """
    from dicom_deid.cli.progress import Lines
    from dicom_deid.cli.run import cores
    from dicom_deid.native.estimate import most_workers, seconds
    from dicom_deid.native.forecast import Forecasting
    from dicom_deid.native.rehearsal import Rehearsal
    from dicom_deid.native.rehearsing import Rehearsing
    from dicom_deid.native.run import CODE_PATIENCE
    from dicom_deid.native.sample import Sample

    sample = Sample(asked.sample or SAMPLE_FILES)
    tried = Rehearsing(Forecasting(job.origin, Lines()), sample)
    with ExitStack() as ends:
        client = wanted.client(cores(), ends)
        assert client is not None, "its address is given"
        from dicom_deid.executors.cluster import Cluster  # an extra

        workers = len(client.nthreads())
        patience = CODE_PATIENCE if plan.policy.python else inf
        try:
            tried.go(partial(Cluster, client, Rehearsal(job), patience=patience), workers)
        except Failed as failure:
            raise Unusable(sentence(failure.reason)) from None
    workers = asked.workers or max(1, workers)
    work = tried.work()
    span = seconds(work, sample.files, tried.listing, workers)
    estimate = Estimate(workers, span, most_workers(work, sample.files), asked.price)
    if as_json:
        print(json.dumps(stated(tried, estimate, plan), indent=2))
    else:
        tell(tried, estimate)
    return tried.forecasting.outcomes()


def stated(tried: Rehearsing, estimate: Estimate, plan: Plan) -> dict[str, Any]:
    """The estimate as JSON has it (docs/cluster.md)."""
    from dicom_deid.cli.forecast import document

    cost = estimate.cost
    return document(tried.forecasting, plan) | {
        "files": tried.sample.files,
        "bytes": tried.sample.bytes,
        "sample": len(tried.sample.drawn),
        "workers": estimate.workers,
        "most_workers": estimate.most_workers,
        "milliseconds": milliseconds(tried),
        "seconds": rounded(estimate.seconds, 3),
        "worker_hours": rounded(estimate.worker_hours, 6),
        "cost": rounded(cost, 6) if cost else None,
    }


def milliseconds(tried: Rehearsing) -> dict[str, float]:
    """What a file of the sample took, in the mean: reading its header, deciding, reading what is copied."""
    count = max(1, len(tried.rehearsed))
    parts = ("read", "decide", "copy")
    return {part: round(sum(getattr(one, part) for one in tried.rehearsed) / count * 1000, 2) for part in parts}


def rounded(span: Range, digits: int) -> dict[str, float]:
    return {"low": round(span.low, digits), "high": round(span.high, digits)}


def tell(tried: Rehearsing, estimate: Estimate) -> None:
    """The estimate on stdout, under the forecast of the sample."""
    from dicom_deid.cli.forecast import show

    sample = tried.sample
    of_all = f"{counted(sample.files, 'file', grouped=True)}, {in_words(sample.bytes)}"
    whole = len(sample.drawn) == sample.files
    print(f"Tried: all {of_all}." if whole else f"Tried: a sample of {len(sample.drawn)} of {of_all}.")
    show(tried.forecasting)
    told = milliseconds(tried)
    took = f"{told['read']} ms to read, {told['decide']} to decide, {told['copy']} to read what is copied"
    print(f"A file took {took}; to write that is taken to last as long.")
    workers, hours = counted(estimate.workers, "worker", grouped=True), between(estimate.worker_hours)
    cost = f", cost {between(estimate.cost)}" if estimate.cost else ""
    print(f"Estimate with {workers}: {lasting(estimate.seconds)}, {hours} hours of workers{cost}.")
    print(f"More than {counted(estimate.most_workers, 'worker', grouped=True)} would wait for the command.")


def between(span: Range) -> str:
    """A range of numbers in words, with three digits that count of the higher one."""
    digits = min(6, max(0, 2 - floor(log10(span.high)))) if span.high else 0
    low, high = (f"{number:,.{digits}f}" for number in span)
    return low if low == high else f"{low} to {high}"


def lasting(span: Range) -> str:
    """A range of seconds in words, by the largest unit of which it has some: "between 12 and 17 minutes"."""
    name, unit = next((name, unit) for name, unit, some in UNITS if span.high >= some * unit)
    low, high = floor(span.low / unit), max(1, ceil(span.high / unit))
    return f"between {low} and {counted(high, name)}" if low else f"at most {counted(high, name)}"
