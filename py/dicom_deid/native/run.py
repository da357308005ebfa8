"""A run, natively: files go through an executor, their rows into the run folder, up to the last line of the log."""

from __future__ import annotations

import os
import platform
import time
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from math import inf
from typing import Any, TypeVar

from dicom_deid.conformance import conformance
from dicom_deid.dicom.is_dicom import NO_INSTANCE
from dicom_deid.errors import Failed, SourceFailure, WorkersFailed
from dicom_deid.executors import Executor, Inline
from dicom_deid.linkage import Row as LinkageRow
from dicom_deid.native.counts import Tally
from dicom_deid.native.job import Job, Look, Looked, Paths, Take, Taken, look, plain_row, unwritten
from dicom_deid.native.linkage_file import LinkageFile
from dicom_deid.native.pick import Sources, is_much
from dicom_deid.native.run_folder import Row, RunFolder
from dicom_deid.native.scan import Display, listing
from dicom_deid.native.turns import Turns
from dicom_deid.plan import document, opening
from dicom_deid.policy import Plan
from dicom_deid.report import closing as last_lines
from dicom_deid.source_and_sink import Origin

FILES_AT_ONCE = 32
"""Most files in a batch; towards the end there are fewer in it, so that all processes end together."""
BYTES_AT_ONCE = 256 * 1024 * 1024
"""A batch that has so many bytes of files gets no more of them."""
CODE_PATIENCE = 600.0
"""Seconds after which a process that runs a policy's code and has not answered is ended."""
FOR_THE_RUN = frozenset(("OUTPUT_FULL", "OUTPUT_LOST", "SOURCE_LOST"))
"""Reasons that end the run: the next file would meet the same."""

T = TypeVar("T", bound=Look | Take)


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
    spare: bool = False
    """Whether to start no processes for what one does as soon."""
    stop: Stop = field(default_factory=Stop)
    display: Display = field(default_factory=Display)
    sources: Sources = field(default_factory=Sources)
    tally: Tally = field(default_factory=Tally)
    unwritten: array[int] = field(default_factory=lambda: array("Q"))
    """Numbers of the files that were not written."""
    _earlier: dict[str, str] = field(default_factory=dict)
    """Source id -> status of the files that an earlier run did."""
    _again: list[tuple[int, int]] = field(default_factory=list)
    """Numbers of files that get a name of their own, and of those that have the plain one, -1 where not known."""
    _numbers: dict[str, int] = field(default_factory=dict)
    """Path -> number, of the files under way only."""
    _rows: list[tuple[int, Taken]] = field(default_factory=list)
    """Numbers and ends of files whose rows are to be appended: their outputs are in their places."""

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
            self.folder.begin(document(self.plan), self.plan.key.check(), self.regions())
        self.folder.state(conformance(self.plan))
        how = f"{'up to ' if self.spare else ''}{self.workers} processes" if self.workers else "one process"
        machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
        self.folder.log([*opening(self.plan), f"command line on {machine}, {how}"])
        if self.linkage:
            self.folder.log(["what links old to new goes to a separate encrypted file"])
        if self.resume:
            self.folder.log([f"resumed: {len(self._earlier)} files were done before"])

    def regions(self) -> str:
        """The text of the regions that the run uses; "" without any."""
        if self.plan.regions is None or not self.plan.cleans_pixels:
            return ""
        from dicom_deid.regions.file import write  # needed for this option only

        return write(self.plan.regions)

    def go(self, display: Display) -> dict[str, Any]:
        """Runs to the end, whichever, and returns the summary (RunSummary in worker/shared/protocol/files.js)."""
        began = time.perf_counter()
        end, error, self.display = "finished", "", display
        try:
            with closing(self.scan()) as executor:
                self.skip()
                self.display.started(len(self.sources) - sum(self.sources.done), self.bytes_to_do())
                self.deidentify(executor)
        except Failed as failure:
            end, error = "stopped", failure.reason
        except WorkersFailed:
            end, error = "stopped", "WORKER_ERROR"
        if end == "finished" and self.stop():
            end = "cancelled"
        summary = self.tally.summary(self.folder.sink.name, end, error, time.perf_counter() - began)
        self.close(summary)
        return summary

    def scan(self) -> Executor[Any, Any]:
        """Lists the files; the processes, where they are worth while, are started meanwhile."""
        began, executor = time.perf_counter(), None
        policy, linked = self.plan.policy, self.linkage is not None
        plan, sink = self.plan, self.folder.sink
        job = Job(self.origin, policy, self.key, sink, linked, self.wheels, plan.regions, plan.unreviewed)
        for _ in listing(self.origin, self.sources):
            self.display.scanned(len(self.sources))
            if executor is None and self.workers and self.is_much():
                from dicom_deid.executors.processes import Processes, prepare  # one process needs nothing of it

                prepare("dicom_deid.native.job")
                executor = Processes(job, self.workers, CODE_PATIENCE if policy.python else inf)
            if self.stop():
                break
        self.tally.stages["scan"].add(time.perf_counter() - began, len(self.sources))
        if self.origin.left_alone:
            self.folder.log([f"{self.origin.left_alone} symbolic links or special files were left alone"])
        return executor or Inline(job)

    def is_much(self) -> bool:
        """Whether what was found so far is worth more than one process. Code of a policy, which can hang, always is."""
        if self.plan.policy.python:
            return True
        return self.workers > 1 and (not self.spare or is_much(len(self.sources), sum(self.sources.sizes)))

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

    def deidentify(self, executor: Executor[Any, Any]) -> None:
        """Takes every file to its row."""
        try:
            self.rows_without_core()
            self.take_all(executor)
            self.take_again(executor)
        finally:
            self.append_rows()

    def rows_without_core(self) -> None:
        """The rows of the files that were listed with a reason."""
        for number in range(len(self.sources)):
            reason = self.sources.reason(number)
            if self.stop():
                return
            if reason and not self.sources.done[number]:
                end = unwritten(
                    plain_row(self.plan.key.source(self.sources.path(number)), reason, self.sources.sizes[number])
                )
                self._rows.append((number, end))

    def take_all(self, executor: Executor[Look | Take, Looked | Taken]) -> None:
        """Takes the files in the order of the pick."""
        turns = Turns[tuple[Look | Take, Looked | Taken | None]](self.sources, self.instance)
        for answers in executor.run(self.batches(self.tasks(turns)), self.stop):
            for task, answer in answers:
                number, instance = self._numbers.pop(task.path), answer.instance if answer else 0
                for turn in turns.answered(number, instance, (task, answer)):
                    self.take_turn(turn.number, turn.first, *turn.answer)
            self.append_rows()

    def tasks(self, turns: Turns[Any]) -> Iterator[tuple[int, Look | Take]]:
        """Number and task of each file to do. Of those done by an earlier run only the SOP Instance UID is asked."""
        sources = self.sources
        for number in range(sources.done.rfind(0) + 1):
            if sources.reason(number):
                continue
            turns.begin(number)
            yield number, Look(sources.path(number)) if sources.done[number] else self.task(number)

    def task(self, number: int, first: int | None = None) -> Take:
        """The task of a file; ``first``: number of another with the same SOP Instance UID, -1 where it is not known."""
        sources = self.sources
        path_of_first = "" if first is None or first < 0 else sources.path(first)
        stamp = sources.sizes[number], sources.modified[number]
        return Take(sources.path(number), *stamp, first is not None, path_of_first)

    def instance(self, number: int) -> int:
        """The fingerprint of a file's SOP Instance UID."""
        return look(self.origin, self.sources.path(number)).instance

    def take_turn(self, number: int, first: int, task: Look | Take, answer: Looked | Taken | None) -> None:
        """Ends a file whose turn it is, unless its output has to get a name of its own."""
        if isinstance(task, Look) or isinstance(answer, Looked):
            return
        end = answer or self.failed(task, "WORKER_ERROR")
        if end.staged and first != number:
            self.folder.sink.discard(end.staged)
            self._again.append((number, first))
        else:
            self.commit(number, task, end)

    def take_again(self, executor: Executor[Take, Taken]) -> None:
        """Takes the files again that get a name of their own."""
        tasks = ((number, self.task(number, first)) for number, first in self._again)
        for answers in executor.run(self.batches(tasks), self.stop):
            for task, taken in answers:
                self.commit(self._numbers.pop(task.path), task, taken or self.failed(task, "WORKER_ERROR"))
            self.append_rows()

    def batches(self, tasks: Iterable[tuple[int, T]]) -> Iterator[list[T]]:
        """Tasks in batches, by their numbers; of little left each process gets its share."""
        batch, size = list[T](), 0
        for number, task in tasks:
            length = self.sources.sizes[number]
            share = (len(self.sources) - self.tally.done) // (4 * max(1, self.workers)) + 1
            if batch and (len(batch) >= min(FILES_AT_ONCE, share) or size + length > BYTES_AT_ONCE):
                yield batch
                batch, size = [], 0
            self._numbers[task.path] = number
            batch.append(task)
            size += length
        if batch:
            yield batch

    def failed(self, task: Take, reason: str) -> Taken:
        """The end of a file that no process could decide or place."""
        return unwritten(plain_row(self.plan.key.source(task.path), reason, task.size))

    def commit(self, number: int, task: Take, taken: Taken) -> None:
        """Moves the output to its place and links it; with its row, which comes next, the file is done."""
        cells, reason = taken.row, str(taken.row["reason"])
        if reason in FOR_THE_RUN:
            raise Failed(reason)
        if reason == "READ_FAILED" and self.origin.is_lost():
            raise SourceFailure("SOURCE_LOST")
        if taken.staged and not self.place(number, task, taken):
            return
        if self.linkage and taken.link:
            where = str(cells["source_id"]), task.path, str(cells["output_path"])
            self.linkage.append(LinkageRow(*where, taken.link))
        stages = self.tally.stages
        if reason not in NO_INSTANCE:
            stages["read"].add(taken.read)
            stages["deidentify"].add(taken.deidentify)
        if taken.staged:
            stages["write"].add(taken.write)
        self._rows.append((number, taken))

    def place(self, number: int, task: Take, taken: Taken) -> bool:
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
                self._again.append((number, -1))
                return False
        self.commit(number, task, self.failed(task, reason))
        return False

    def append_rows(self) -> None:
        """Appends the rows of files whose outputs are in their places, and counts them."""
        rows, self._rows = self._rows, []
        self.folder.append((end.row, end.lines) for _, end in rows)
        for number, end in rows:
            self.tally.count(end.row, self.sources.sizes[number])
            if end.row["status"] != "written":
                self.unwritten.append(number)
        if rows:
            self.display.advanced(len(rows), sum(self.sources.sizes[number] for number, _ in rows))

    def close(self, summary: dict[str, Any]) -> None:
        """Puts audit and log in their order and writes the last lines, as far as that is still possible."""
        left = len(self.sources) - self.tally.done
        if self.linkage:
            attempt(self.linkage.close, summary)
        attempt(lambda: self.folder.log([f"{left} files not done"] if left else ()), summary)
        if not attempt(lambda: self.folder.order(last_lines(summary)), summary):
            attempt(lambda: self.folder.log(last_lines(summary)), summary)
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
