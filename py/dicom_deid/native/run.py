"""A run, natively: files go through an executor, their rows into the run folder, up to the last line of the log."""

from __future__ import annotations

import os
import platform
import time
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from math import inf
from typing import Any

from dicom_deid.conformance import conformance
from dicom_deid.errors import Failed, SourceFailure, WorkersFailed
from dicom_deid.executors import Executor, Inline, Processes
from dicom_deid.linkage import Row as LinkageRow
from dicom_deid.native.counts import Tally
from dicom_deid.native.job import Job, Look, Looked, Paths, Take, Taken, plain_row, unwritten
from dicom_deid.native.linkage_file import LinkageFile
from dicom_deid.native.pick import Sources
from dicom_deid.native.run_folder import Row, RunFolder
from dicom_deid.native.scan import Display, Survey
from dicom_deid.plan import document, opening
from dicom_deid.policy import Plan
from dicom_deid.report import closing
from dicom_deid.source_and_sink import Origin

FILES_AT_ONCE = 32
"""Most files in a batch; towards the end there are fewer in it, so that all processes end together."""
BYTES_AT_ONCE = 256 * 1024 * 1024
"""A batch that has so many bytes of files gets no more of them."""
CODE_PATIENCE = 600.0
"""Seconds after which a process that runs a policy's code and has not answered is ended."""
FOR_THE_RUN = frozenset(("OUTPUT_FULL", "OUTPUT_LOST", "SOURCE_LOST"))
"""Reasons that end the run: the next file would meet the same."""


@dataclass(slots=True)
class Stop:
    """Whether the run was asked to stop, and by which signal."""

    signal: int = 0

    def __call__(self) -> bool:
        return self.signal != 0


@dataclass(slots=True)
class Run:
    """One run over the files of ``origin`` into ``folder``."""

    origin: Origin
    folder: RunFolder
    plan: Plan
    key: bytes
    workers: int
    """Processes; 0: everything in this one."""
    resume: bool = False
    linkage: LinkageFile | None = None
    """The file for links of old to new, if it was asked for; open already."""
    wheels: Paths = ()
    stop: Stop = field(default_factory=Stop)
    display: Display = field(default_factory=Display)
    sources: Sources = field(default_factory=Sources)
    tally: Tally = field(default_factory=Tally)
    unwritten: array[int] = field(default_factory=lambda: array("Q"))
    """Numbers of the files that were not written."""
    _earlier: dict[str, str] = field(default_factory=dict)
    """Source id -> status of the files that an earlier run did."""
    _collided: list[Take] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)
    """Path -> number, of the files under way only."""

    def open(self) -> None:
        """Opens the run folder. Raises PolicyError, NoRun or OSError when it cannot be used; then nothing was begun."""

        def keep(row: Row) -> bool:
            source_id, status = str(row["source_id"]), str(row["status"])
            if self.linkage and status == "written" and not self.linkage.holds(source_id):
                return False  # it is done again, so that the linkage has it too
            self._earlier[source_id] = status
            self.tally.count(row)
            return True

        self.resume = self.resume and self.folder.holds_run()
        if self.resume:
            self.folder.resume(document(self.plan), self.plan.key.check(), keep)
        else:
            self.folder.begin(document(self.plan), self.plan.key.check())
        self.folder.state(conformance(self.plan))
        how = f"{self.workers} processes" if self.workers else "one process"
        machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
        self.folder.log([*opening(self.plan), f"command line on {machine}, {how}"])
        if self.linkage:
            self.folder.log(["what links old to new goes to a separate encrypted file"])
        if self.resume:
            self.folder.log([f"resumed: {len(self._earlier)} files were done before"])

    def go(self, display: Display) -> dict[str, Any]:
        """Runs to the end, whichever, and returns the summary (RunSummary in worker/shared/protocol/files.js)."""
        began = time.perf_counter()
        end, error, self.display = "finished", "", display
        executor = self.executor()
        try:
            self.scan(executor)
            self.skip()
            self.display.started(len(self.sources) - sum(self.sources.done), self.bytes_to_do())
            self.deidentify(executor)
        except Failed as failure:
            end, error = "stopped", failure.reason
        except WorkersFailed:
            end, error = "stopped", "WORKER_ERROR"
        finally:
            executor.close()
        if end == "finished" and self.stop():
            end = "cancelled"
        summary = self.tally.summary(self.folder.sink.name, end, error, time.perf_counter() - began)
        self.close(summary)
        return summary

    def executor(self) -> Executor[Any, Any]:
        policy, linked = self.plan.policy, self.linkage is not None
        job = Job(self.origin, policy, self.key, self.folder.sink, linked, self.wheels)
        patience = CODE_PATIENCE if policy.python else inf
        return Processes(job, self.workers, patience) if self.workers else Inline(job)

    def scan(self, executor: Executor[Look, Looked]) -> None:
        """Lists the files and looks at each once."""
        began = time.perf_counter()
        Survey(self.origin, self.sources, self.display).run(executor, self.stop)
        self.tally.stages["scan"].add(time.perf_counter() - began, len(self.sources))
        if self.origin.left_alone:
            self.folder.log([f"{self.origin.left_alone} symbolic links or special files were left alone"])

    def skip(self) -> None:
        """Marks what an earlier run did."""
        for number in range(len(self.sources)) if self._earlier else ():
            status = self._earlier.get(self.plan.key.source(self.sources.path(number)))
            if status is not None:
                self.sources.done[number] = 1
                if status != "written":
                    self.unwritten.append(number)
        self._earlier.clear()

    def bytes_to_do(self) -> int:
        return sum(size for size, done in zip(self.sources.sizes, self.sources.done, strict=True) if not done)

    def deidentify(self, executor: Executor[Take, Taken]) -> None:
        """Takes every file to its row."""
        self.rows_without_core()
        self.take_all(executor, self.takes())
        self.take_all(executor, [[task] for task in self._collided])

    def rows_without_core(self) -> None:
        """The rows of the files that the scan has sorted out."""
        for number in range(len(self.sources)):
            reason = self.sources.reason(number)
            if self.stop():
                return
            if reason and not self.sources.done[number]:
                end = unwritten(
                    plain_row(self.plan.key.source(self.sources.path(number)), reason, self.sources.sizes[number])
                )
                self.append(number, end.row, end.lines)

    def takes(self) -> Iterator[list[Take]]:
        """The DICOM files in batches, in the order of the pick."""
        sources, batch, size = self.sources, list[Take](), 0
        for number in range(len(sources)):
            if sources.done[number] or sources.reason(number):
                continue
            path, length = sources.path(number), sources.sizes[number]
            share = (len(sources) - self.tally.done) // (4 * max(1, self.workers)) + 1
            if batch and (len(batch) >= min(FILES_AT_ONCE, share) or size + length > BYTES_AT_ONCE):
                yield batch
                batch, size = [], 0
            self._numbers[path] = number
            first = sources.firsts.get(number)
            repeated = "" if first is None else sources.path(first)
            batch.append(Take(path, length, sources.modified[number], first is not None, repeated))
            size += length
        if batch:
            yield batch

    def take_all(self, executor: Executor[Take, Taken], batches: Iterable[list[Take]]) -> None:
        for answers in executor.run(batches, self.stop):
            for task, taken in answers:
                self.commit(task, taken or self.failed(task, "WORKER_ERROR"))

    def failed(self, task: Take, reason: str) -> Taken:
        """The end of a file that no process could decide or place."""
        return unwritten(plain_row(self.plan.key.source(task.path), reason, task.size))

    def commit(self, task: Take, taken: Taken) -> None:
        """Moves the output to its place, links it, then appends the row: with it the file is done."""
        cells, reason = taken.row, str(taken.row["reason"])
        if reason in FOR_THE_RUN:
            raise Failed(reason)
        if reason == "READ_FAILED" and self.origin.is_lost():
            raise SourceFailure("SOURCE_LOST")
        if taken.staged and not self.place(task, taken):
            return
        if self.linkage and taken.link:
            where = str(cells["source_id"]), task.path, str(cells["output_path"])
            self.linkage.append(LinkageRow(*where, taken.link))
        number = self._numbers.pop(task.path)
        stages = self.tally.stages
        stages["read"].add(taken.read)
        stages["deidentify"].add(taken.deidentify)
        if taken.staged:
            stages["write"].add(taken.write)
        self.append(number, cells, taken.lines)

    def place(self, task: Take, taken: Taken) -> bool:
        """Moves an output to its place; where another stands there, the file is taken again under a name of its own."""
        reason = "WRITE_FAILED"
        try:
            if self.folder.place(taken.staged, str(taken.row["output_path"]), self.resume):
                return True
        except Failed as failure:
            reason = failure.reason
            if reason in FOR_THE_RUN:
                raise
        else:
            if not task.repeat:
                self._collided.append(task._replace(repeat=True))
                return False
        self.commit(task, self.failed(task, reason))
        return False

    def append(self, number: int, cells: dict[str, str | int], lines: Iterable[str]) -> None:
        """Appends a row and counts it."""
        self.folder.append(cells, lines)
        self.tally.count(cells, self.sources.sizes[number])
        if cells["status"] != "written":
            self.unwritten.append(number)
        self.display.advanced(1, self.sources.sizes[number])

    def close(self, summary: dict[str, Any]) -> None:
        """Puts audit and log in their order and writes the last lines, as far as that is still possible."""
        left = len(self.sources) - self.tally.done
        if self.linkage:
            attempt(self.linkage.close, summary)
        attempt(lambda: self.folder.log([f"{left} files not done"] if left else ()), summary)
        if not attempt(lambda: self.folder.order(closing(summary)), summary):
            attempt(lambda: self.folder.log(closing(summary)), summary)
        self.folder.finish()


def attempt(step: Callable[[], None], summary: dict[str, Any]) -> bool:
    """Takes one of the last steps; where it fails, the summary says so."""
    try:
        step()
    except Failed as failure:
        summary["error"] = summary.get("error") or failure.reason
        summary["end"] = "stopped" if summary["end"] == "finished" else summary["end"]
        return False
    return True
