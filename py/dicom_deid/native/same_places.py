"""A trial in a worker of another machine: INPUT and OUTPUT of the run must be where they are here, file for file."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple, Self
from uuid import uuid4

from dicom_deid.errors import Failed
from dicom_deid.native.folder_sink import UNFINISHED
from dicom_deid.native.sources import Listed
from dicom_deid.readable import Readable
from dicom_deid.source_and_sink import Origin, Sink

SAMPLES, LOOKED_AT = 8, 200
"""Files of the listing of which a worker has to find one as it was listed, since any may change meanwhile; and among
how many they are sought."""


class Sample(NamedTuple):
    """A file as it was listed."""

    path: str
    size: int
    modified: int


class Blank(Readable):
    """A source without a byte: what is staged of it is a mark."""

    seconds, modified = 0.0, 0

    def __init__(self) -> None:
        super().__init__(0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def read(self, _start: int, _end: int) -> bytes:
        return b""

    def unchanged(self) -> bool:
        return True


def is_as_listed(origin: Origin, path: str, size: int, modified: int) -> bool:
    """Whether a file of an origin is here as it was listed."""
    try:
        with origin.open(path) as source:
            return (source.size, source.modified) == (size, modified)
    except Failed:
        return False


class SamePlaces:
    """Says in a worker whether it sees the places of a run, as a code or ""."""

    def __init__(self, origin: Origin, sink: Sink, listed: Iterable[Listed]) -> None:
        """Leaves a mark where outputs are staged, with which it goes at the run's end. Raises SinkFailure."""
        self.origin, self.sink, self.mark = origin, sink, f"mark-{uuid4().hex}"
        samples = (Sample(one.path, one.size, one.modified) for one in listed if not one.reason)
        self.samples = list(islice(filter(self.finds, samples), SAMPLES))
        sink.stage(self.mark, (self.mark.encode(),), Blank())

    def __call__(self) -> str:
        fits = self.reaches_output() and (not self.samples or any(map(self.finds, self.samples)))
        return "" if fits else "CLUSTER_PLACES"

    def finds(self, sample: Sample) -> bool:
        """Whether a file is here as it was listed."""
        return is_as_listed(self.origin, *sample)

    def reaches_output(self) -> bool:
        """Whether the mark is here, and something can be staged beside it."""
        own = f"{self.mark}-{uuid4().hex}"
        try:
            if self.sink.read(f"{UNFINISHED}/{self.mark}", 0, len(self.mark) + 1) != self.mark.encode():
                return False
            self.sink.stage(own, (b"",), Blank())
        except Failed:
            return False
        self.sink.discard(own)
        return True
