"""The rehearsal of a run on a cluster: its files are listed, and its workers try a sample of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from dicom_deid.executors import Executor
from dicom_deid.native.estimate import Timed, Work, work
from dicom_deid.native.forecast import Forecasting, Foreseen, sorted_out
from dicom_deid.native.listing import Listing
from dicom_deid.native.rehearsal import Rehearse, Rehearsed, SameInput
from dicom_deid.native.sample import Sample

FILES_AT_ONCE = 8
"""Most files in a batch; of few each worker gets its share."""
FOUND_BY_WORKERS = 8
"""Files of which each worker has to find one as it was listed."""


@dataclass(slots=True)
class Rehearsing:
    """One rehearsal; ``forecasting`` is of the sample, and has the origin and the display."""

    forecasting: Forecasting
    sample: Sample
    listing: float = 0.0
    """Seconds that the listing took."""
    rehearsed: list[Rehearsed] = field(default_factory=list)
    """The files of the sample, but for those over which a worker died."""

    def go(self, start: Callable[[SameInput], Executor[Rehearse, Rehearsed]], workers: int) -> None:
        """Tries the sample with so many workers, each of which has to see the same INPUT.

        Raises Failed: SOURCE_LOST and what else a listing raises, WORKERS_LOST and the codes of a cluster.
        """
        with Listing(self.forecasting.origin) as listing:
            for candidates in listing.told([], self.forecasting.display):
                for file in candidates:
                    self.sample.take(file)
        self.listing = listing.seconds
        tasks = list(self.tasks())
        trial = SameInput(self.forecasting.origin, list(islice(tasks, FOUND_BY_WORKERS)))
        step = max(1, min(FILES_AT_ONCE, len(tasks) // (4 * max(1, workers))))
        executor = start(trial)
        try:
            died = self.carry_out(executor, tasks, step)
            # The file before it may have been the one: without that, it shows.
            for _ in self.carry_out(executor, [task._replace(before="") for task in died], 1):
                self.forecasting.kinds[Foreseen("failed", "WORKER_ERROR")] += 1
        finally:
            executor.close()

    def tasks(self) -> Iterator[Rehearse]:
        """The files that can be opened; a run books the others without a worker."""
        for file, before in self.sample.drawn:
            if file.reason:
                self.take(Rehearsed(sorted_out(file.reason), file.size))
            else:
                yield Rehearse(file.path, file.size, file.modified, before)

    def carry_out(self, executor: Executor[Rehearse, Rehearsed], tasks: list[Rehearse], step: int) -> list[Rehearse]:
        """Has tasks carried out, ``step`` in a batch, and returns those over which workers died."""
        died = list[Rehearse]()
        batches = [tasks[at : at + step] for at in range(0, len(tasks), step)]
        for answers in executor.run(batches, lambda: False):
            for task, rehearsed in answers:
                if rehearsed:
                    self.take(rehearsed)
                else:
                    died.append(task)
        return died

    def take(self, rehearsed: Rehearsed) -> None:
        """Takes in a file."""
        self.rehearsed.append(rehearsed)
        self.forecasting.kinds[rehearsed.foreseen] += 1

    def work(self) -> Work:
        """The work of all files, by that of the sample."""
        timed = (Timed(one.size, one.seconds) for one in self.rehearsed)
        return work(timed, self.sample.files, self.sample.bytes, self.sample.largest)
