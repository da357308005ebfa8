"""How long a run on a cluster takes, by what a sample of its files took: a range, since a sample is no run."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt
from typing import NamedTuple

FILES_A_SECOND = 10_000.0
"""Files that the command can place and book in a second, however many workers there are (docs/performance.md)."""
START_SECONDS = 1.0
"""What a worker may take before its first file: it loads what it needs, and looks at INPUT and OUTPUT."""
SURE = 2.0
"""Standard errors on either side: the truth is within, 19 times of 20, as far as it is the sample that errs."""
AT_BEST = 0.1
"""No estimate claims to be nearer than a tenth: disks and their caches are not the same from one hour to the next."""


class Range(NamedTuple):
    """From the lowest to the highest."""

    low: float
    high: float

    def times(self, factor: float) -> Range:
        return Range(self.low * factor, self.high * factor)


class Timed(NamedTuple):
    """A file of the sample: its bytes, and the seconds that a worker needs for it."""

    size: int
    seconds: float


class Work(NamedTuple):
    """The seconds of one worker for all files, and for the largest of them alone."""

    all: Range
    largest: float


def work(sample: Iterable[Timed], files: int, size: int, largest: int) -> Work:
    """The work of ``files`` that have ``size`` bytes, by a fixed part and a part for each byte (least squares)."""
    timed = list(sample)
    if not timed:
        return Work(Range(0.0, 0.0), 0.0)
    count, bytes_taken, taken = len(timed), sum(one.size for one in timed), sum(one.seconds for one in timed)
    middle, mean = bytes_taken / count, taken / count
    spread = sum((one.size - middle) ** 2 for one in timed)
    each_byte = sum((one.size - middle) * (one.seconds - mean) for one in timed) / spread if spread else 0.0
    each_file = mean - max(0.0, each_byte) * middle
    if each_byte <= 0:
        each_byte = 0.0
    elif each_file < 0:
        each_file, each_byte = 0.0, mean / middle
    sought = each_file * files + each_byte * size
    off = sum((one.seconds - each_file - each_byte * one.size) ** 2 for one in timed) / max(1, count - 2)
    further = (size / files - middle) ** 2 / spread if spread else 0.0  # the sample's files are longer, or shorter
    margin = max(SURE * files * sqrt(off * (1 / count + further)), AT_BEST * sought)
    least = max(sought - margin, taken * (1 - AT_BEST))  # all take no less than these alone
    return Work(Range(least, max(sought + margin, least)), each_file + each_byte * largest)


def seconds(work: Work, files: int, listing: float, workers: int) -> Range:
    """The seconds of a run, whose listing takes ``listing``.

    At best the workers do all beside what the command does; at worst, where these share cores, one after the other.
    """
    command = files / FILES_A_SECOND
    least = max(command, listing, work.largest)
    return Range(max(work.all.low / workers, least), max(work.all.high / workers + command, least) + START_SECONDS)


def most_workers(work: Work, files: int) -> int:
    """How many workers a run can use: what more of them do waits for the command."""
    return max(1, round(sum(work.all) / 2 / files * FILES_A_SECOND)) if files else 1
