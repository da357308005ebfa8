"""Health and metrics over HTTP, of this machine alone: whether the gateway receives, and counts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

from dicom_deid.native.told_over_http import Telling, Told, metric, prometheus
from dicom_deid.pacs.gateway.counts import Counts


class State(NamedTuple):
    """How the gateway is. ``codes``: reason codes of what a person has to see to; none: it is well."""

    codes: list[str]
    waiting: int
    runs_taken: int
    runs_unconfirmed: int
    runs_withheld: int
    disk_free_bytes: int
    associations: int


GAUGES = {
    "waiting": "Instances whose study has not come to rest.",
    "runs_taken": "Runs that have not come to their end.",
    "runs_unconfirmed": "Runs whose originals are still there, as not all of their outputs are confirmed.",
    "runs_withheld": "Runs of which originals without an output are still there.",
    "disk_free_bytes": "Bytes that are free on the disk of the spool.",
    "associations": "Associations that are open.",
}


class Health(Telling):
    """A small server on loopback. Raises OSError where it cannot listen."""

    def __init__(self, port: int, state: Callable[[], State], counts: Counts) -> None:
        super().__init__(port, {"/health": lambda: health(state()), "/metrics": lambda: metrics(state(), counts)})


def health(now: State) -> Told:
    """The state as JSON."""
    told = {"state": "attention" if now.codes else "receiving", **now._asdict()}
    return Told(503 if now.codes else 200, "application/json", json.dumps(told) + "\n")


def metrics(state: State, counts: Counts) -> Told:
    """Counts and gauges in the text format of Prometheus."""
    lines = counts.lines()
    for name, text in GAUGES.items():
        lines += metric(name, "gauge", text, {"": getattr(state, name)})
    return prometheus(lines)
