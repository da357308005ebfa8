"""The search for text in the pictures of a folder, natively: nothing is written but the regions that come of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from dicom_deid.errors import reasons
from dicom_deid.executors import Executor
from dicom_deid.native.display import Display
from dicom_deid.native.listing import Listing
from dicom_deid.pixels.sighting import Gathering, Sighting
from dicom_deid.regions import Regions
from dicom_deid.source_and_sink import Origin

FILES_AT_ONCE = 4
"""Files in a batch: one can take seconds."""


class Search(NamedTuple):
    """Asks what speaks for boxes in a file."""

    path: str


class Found(NamedTuple):
    """The answer: the sighting, or why there is none.

    ``head``: it is of a volume of the head; ``beside``: the mask is of its frame of reference, and marks nothing in it.
    """

    sighting: Sighting | None = None
    reason: str = ""
    head: bool = False
    beside: bool = False


@dataclass(slots=True)
class Finding:
    """One search over the files of ``origin``."""

    origin: Origin
    project: str
    display: Display = field(default_factory=Display)
    looked: int = 0
    """Instances with pictures that were looked at."""
    heads: int = 0
    """Instances from which a face can be rebuilt."""
    marked: int = 0
    """Instances in which a mask marks something."""
    beside: int = 0
    """Other instances of the mask's frame of reference."""
    unneeded: int = 0
    """Instances that are written as they are."""
    tell: Callable[[str, Sighting], None] = lambda _path, _sighting: None
    """Is told of each instance that was looked at, and of its path."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Reason code -> files that were not looked at."""

    def go(self, start: Callable[[], Executor[Search, Found]], stopped: Callable[[], bool]) -> Regions:
        """Looks at every file. Raises SourceFailure SOURCE_LOST, and WorkersFailed."""
        gathering = Gathering(self.project)
        executor = start()
        try:
            with Listing(self.origin) as listing:
                for answers in executor.run(self.batches(listing), stopped):
                    for task, found in answers:
                        self.take(found or Found(reason="WORKER_ERROR"), gathering)
                        if found and found.sighting:
                            self.tell(task.path, found.sighting)
                    self.display.advanced(len(answers), 0)
        finally:
            executor.close()
        return gathering.regions()

    def batches(self, listing: Listing) -> Iterator[list[Search]]:
        """The files that were listed without a reason, a few at a time."""
        for candidates in listing.told([], self.display):
            self.reasons.update(one.reason for one in candidates if one.reason)
            tasks = [Search(one.path) for one in candidates if not one.reason]
            yield from (tasks[at : at + FILES_AT_ONCE] for at in range(0, len(tasks), FILES_AT_ONCE))

    def take(self, found: Found, gathering: Gathering) -> None:
        """Counts an answer, and takes what was seen into its group."""
        self.heads += found.head
        self.beside += found.beside
        if found.sighting is not None:
            self.looked += 1
            self.marked += bool(found.sighting.own)
            gathering.add(found.sighting)
        elif found.reason:
            self.reasons[found.reason] += 1
        else:
            self.unneeded += 1

    def told(self) -> list[str]:
        """The reasons for not looking at files, in words."""
        return [
            f"{count} not looked at, {code}: {reasons()[code]['sentence']}"
            for code, count in sorted(self.reasons.items())
        ]
