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
from typing import TYPE_CHECKING, Any, TypeVar

from dicom_deid.conformance import conformance
from dicom_deid.errors import Failed, WorkersFailed
from dicom_deid.executors import Executor, Inline
from dicom_deid.native.counts import Tally
from dicom_deid.native.ends import Ends
from dicom_deid.native.job import Job, Look, Looked, Paths, Take, Taken, look
from dicom_deid.native.linkage_file import LinkageFile
from dicom_deid.native.pick import Sources, is_much
from dicom_deid.native.run_folder import Row, RunFolder
from dicom_deid.native.scan import Display, listing
from dicom_deid.native.turns import MOST_WAITING, Turns
from dicom_deid.plan import document, opening, regions
from dicom_deid.policy import Plan
from dicom_deid.report import closing as last_lines
from dicom_deid.source_and_sink import Origin
from dicom_deid.wording import counted

if TYPE_CHECKING:
    from distributed import Client

FILES_AT_ONCE = 32
"""Most files in a batch; towards the end there are fewer in it, so that all processes end together."""
BYTES_AT_ONCE = 256 * 1024 * 1024
"""A batch that has so many bytes of files gets no more of them."""
WAITING_FOR_EACH = 4 * FILES_AT_ONCE
"""Answers that wait for their turn, for each process: of a cluster, more are under way than a few processes have."""
CODE_PATIENCE = 600.0
"""Seconds after which a process that runs a policy's code and has not answered is ended."""
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
    cluster: Client | None = None
    """The cluster whose workers do the work; ``workers`` is then how many there were at the start."""
    stop: Stop = field(default_factory=Stop)
    display: Display = field(default_factory=Display)
    sources: Sources = field(default_factory=Sources)
    tally: Tally = field(default_factory=Tally)
    unwritten: array[int] = field(default_factory=lambda: array("Q"))
    """Numbers of the files that were not written."""
    executor: Executor[Any, Any] | None = None
    """Who does the work, once the files are listed."""
    _earlier: dict[str, str] = field(default_factory=dict)
    """Source id -> status of the files that an earlier run did."""
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
            self.folder.begin(document(self.plan), self.plan.key.check(), regions(self.plan))
        self.folder.state(conformance(self.plan))
        machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
        self.folder.log([*opening(self.plan), f"command line on {machine}, {self.how()}"])
        if self.linkage:
            self.folder.log(["what links old to new goes to a separate encrypted file"])
        if self.resume:
            self.folder.log([f"resumed: {counted(len(self._earlier), 'file was', 'files were')} done before"])

    def how(self) -> str:
        """The processes of the run, in words."""
        if self.cluster:
            return f"a cluster that begins with {counted(self.workers, 'worker')}"
        processes = counted(self.workers, "process", "processes")
        return f"{'up to ' if self.spare else ''}{processes}" if self.workers else "one process"

    def at_work(self) -> int:
        """Processes, or workers of the cluster, that there are now."""
        return self.executor.workers if self.executor else 0

    def go(self, display: Display) -> dict[str, Any]:
        """Runs to the end, whichever, and returns the summary (RunSummary in worker/shared/protocol/files.js)."""
        began = time.perf_counter()
        end, error, self.display = "finished", "", display
        try:
            with closing(self.scan()) as executor:
                self.executor = executor
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
            if executor is None and self.workers and not self.cluster and self.is_much():
                from dicom_deid.executors.processes import Processes, prepare  # one process needs nothing of it

                prepare("dicom_deid.native.job")
                executor = Processes(job, self.workers, CODE_PATIENCE if policy.python else inf)
            if self.stop():
                break
        self.tally.stages["scan"].add(time.perf_counter() - began, len(self.sources))
        if self.origin.left_alone:
            links = ("symbolic link or special file was", "symbolic links or special files were")
            self.folder.log([f"{counted(self.origin.left_alone, *links)} left alone"])
        return self.on_cluster(job) or executor or Inline(job)

    def on_cluster(self, job: Job) -> Executor[Any, Any] | None:
        """The workers of the cluster, where there is one, which have to see the same places as this machine."""
        if not self.cluster:
            return None
        from dicom_deid.executors.cluster import Cluster  # an extra
        from dicom_deid.native.same_places import SamePlaces

        places = SamePlaces(self.origin, self.folder.sink, self.sources)
        return Cluster(self.cluster, job, places, CODE_PATIENCE if self.plan.policy.python else inf)

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
        of_run = self.origin, self.folder, self.plan.key, self.resume, self.linkage
        ends = Ends(*of_run, self.sources, self.tally, self.display, self.unwritten)
        try:
            for number in range(len(self.sources)):
                reason = self.sources.reason(number)
                if self.stop():
                    return
                if reason and not self.sources.done[number]:
                    ends.without_core(number, reason)
            self.take_all(executor, ends)
            self.take_again(executor, ends)
        finally:
            ends.append()

    def take_all(self, executor: Executor[Look | Take, Looked | Taken], ends: Ends) -> None:
        """Takes the files in the order of the pick."""
        most = max(MOST_WAITING, WAITING_FOR_EACH * self.workers)
        turns = Turns[tuple[Look | Take, Looked | Taken | None]](self.sources, self.instance, most)
        for answers in executor.run(self.batches(self.tasks(turns)), self.stop):
            self.folder.expect(answer.row for _, answer in answers if isinstance(answer, Taken))
            for task, answer in answers:
                number, instance = self._numbers.pop(task.path), answer.instance if answer else 0
                for turn in turns.answered(number, instance, (task, answer)):
                    ends.take_turn(turn.number, turn.first, *turn.answer)
            ends.append()

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

    def take_again(self, executor: Executor[Take, Taken], ends: Ends) -> None:
        """Takes the files again that get a name of their own."""
        tasks = ((number, self.task(number, first)) for number, first in ends.again)
        for answers in executor.run(self.batches(tasks), self.stop):
            for task, taken in answers:
                ends.commit(self._numbers.pop(task.path), task, taken or ends.failed(task, "WORKER_ERROR"))
            ends.append()

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

    def close(self, summary: dict[str, Any]) -> None:
        """Puts audit and log in their order and writes the last lines, as far as that is still possible."""
        left = len(self.sources) - self.tally.done
        if self.linkage:
            attempt(self.linkage.close, summary)
        attempt(lambda: self.folder.log([f"{counted(left, 'file')} not done"] if left else ()), summary)
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
