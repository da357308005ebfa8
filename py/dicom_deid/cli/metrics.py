"""The metrics of a run for Prometheus, on request: counts and times, not one identifier among them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Self

import typer

from dicom_deid.cli.text import Unusable
from dicom_deid.native.display import Display

if TYPE_CHECKING:
    from dicom_deid.cli.bar import Bar
    from dicom_deid.cli.json_progress import JsonLines
    from dicom_deid.cli.progress import Lines
    from dicom_deid.native.run import Run

Metrics = Annotated[
    str | None,
    typer.Option(metavar="[HOST:]PORT", help="/metrics for Prometheus; of this computer alone unless HOST is given."),
]


class Measured(Display):
    """A display that passes on what it hears to another, and keeps what the metrics of ``run`` need."""

    def __init__(self, run: Run, shown: Bar | Lines | JsonLines) -> None:
        self._run, self._shown = run, shown
        self._files = self._size = 0
        self._began = self._last = time.monotonic()

    def __enter__(self) -> Self:
        self._shown.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._shown.__exit__(*error)

    def scanned(self, files: int, size: int) -> None:
        self._shown.scanned(files, size)

    def listed(self, files: int, size: int) -> None:
        self._shown.listed(files, size)

    def advanced(self, files: int, size: int) -> None:
        self._files, self._size, self._last = self._files + files, self._size + size, time.monotonic()
        self._shown.advanced(files, size)

    def lines(self) -> Iterator[str]:
        """All metrics, in the text format of Prometheus; another thread than the run's asks for them."""
        from dicom_deid.native.told_over_http import metric

        now, run = time.monotonic(), self._run
        seconds = max(now - self._began, 0.001)
        by_outcome = {f'{{outcome="{outcome}"}}': count for outcome, count in run.tally.counts.items()}
        yield from metric("files_total", "counter", "Files that have their row, by outcome.", by_outcome)
        for name, kind, text, value in (
            ("files_found", "gauge", "Files that were listed so far.", len(run.sources)),
            ("read_bytes_total", "counter", "Bytes of the files that have their row.", run.tally.bytes_in),
            ("written_bytes_total", "counter", "Bytes of the outputs.", run.tally.bytes_out),
            ("files_per_second", "gauge", "Files, a second since the start.", self._files / seconds),
            ("workers", "gauge", "Processes or workers of the cluster.", run.at_work()),
            ("seconds", "gauge", "Seconds since the start.", round(seconds, 1)),
            ("last_row_age_seconds", "gauge", "Seconds since the last row.", round(now - self._last, 1)),
        ):
            yield from metric(name, kind, text, {"": value})


def listening(given: str) -> tuple[str, int]:
    """Host and port of ``--metrics``. Raises Unusable."""
    from dicom_deid.native.told_over_http import LOOPBACK

    host, _, port = given.rpartition(":")
    if not port.isdecimal() or not port.isascii() or int(port) > 65535:
        raise Unusable("--metrics takes a port, or HOST:PORT.")
    return host.strip("[]") or LOOPBACK, int(port)


def measured(given: str, run: Run, shown: Bar | Lines | JsonLines, undo: ExitStack) -> Measured:
    """The display of a run whose metrics are told until ``undo``. Raises Unusable where nothing can listen."""
    from dicom_deid.native.told_over_http import Telling, prometheus

    host, port = listening(given)
    display = Measured(run, shown)
    try:
        telling = Telling(port, {"/metrics": lambda: prometheus(list(display.lines()))}, host)
    except OSError:
        raise Unusable(f"--metrics: nothing can listen at {given}.") from None
    undo.callback(telling.end)
    return display
