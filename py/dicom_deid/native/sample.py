"""A sample of the files of an origin, drawn while they are listed: however many there are, no more than it is held."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from dicom_deid.source_and_sink import Candidate


class Drawn(NamedTuple):
    """A file of a sample. ``before``: path of the one that was listed before it, "" where none can be opened."""

    file: Candidate
    before: str


@dataclass(slots=True)
class Sample:
    """At most ``most`` files, each as likely as any other (Vitter's algorithm R); of the same listing, the same."""

    most: int
    drawn: list[Drawn] = field(default_factory=list)
    files: int = 0
    """Of the listing so far."""
    bytes: int = 0
    largest: int = 0
    """Bytes of the largest of them."""
    _chance: Random = field(default_factory=lambda: Random(0))
    _before: str = ""

    def take(self, file: Candidate) -> None:
        """Takes the next file of a listing, which is drawn or not."""
        place = self.files if self.files < self.most else self._chance.randrange(self.files + 1)
        if place < self.most:
            self.drawn[place : place + 1] = [Drawn(file, self._before)]
        self.files += 1
        self.bytes += file.size
        self.largest = max(self.largest, file.size)
        self._before = "" if file.reason else file.path
