"""A run, natively: files go through an executor, their rows into the run folder, up to the last line of the log."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any

from dicom_deid.conformance import conformance
from dicom_deid.errors import Failed, WorkersFailed
from dicom_deid.executors import Executor, Inline
from dicom_deid.native.counts import Tally
from dicom_deid.native.display import Display
from dicom_deid.native.ends import Ends
from dicom_deid.native.job import Job, Look, Looked, Paths, Take, Taken, look
from dicom_deid.native.linkage_file import LinkageFile
from dicom_deid.native.listing import Listing
from dicom_deid.native.run_folder import Row, RunFolder
from dicom_deid.native.sources import Sources
from dicom_deid.native.to_do import FILES_AT_ONCE, ToDo
from dicom_deid.native.turns import MOST_WAITING, Turns
from dicom_deid.plan import document, opening, regions
from dicom_deid.policy import Plan
from dicom_deid.report import closing as last_lines
from dicom_deid.source_and_sink import Origin
from dicom_deid.wording import counted

if TYPE_CHECKING:
    from distributed import Client

WAITING_FOR_EACH = 4 * FILES_AT_ONCE
"""Answers that wait for their turn, for each process: of a cluster, more are under way than a few processes have."""
CODE_PATIENCE = 600.0
"""Seconds after which a process that runs a policy's code and has not answered is ended."""


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
    executor: Executor[Any, Any] | None = None
    """Who does the work, once it has begun."""

    def open(self) -> None:
        """Opens the run folder. Raises PolicyError, NoRun or OSError when it cannot be used; then nothing was begun."""

        def keep(row: Row) -> bool:
            source_id, status = str(row["source_id"]), str(row["status"])
            if self.linkage and status == "written" and not self.linkage.holds(source_id):
                return False  # it is done again, so that the linkage has it too
            self.sources.keep(source_id, status)
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
            self.folder.log([f"resumed: {counted(self.sources.kept, 'file was', 'files were')} done before"])

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
        end, error = "finished", ""
        with Listing(self.origin) as listing:
            to_do = ToDo(listing, self.sources, self.plan.key, display, self.stop)
            try:
                with closing(self.begin(to_do)) as executor:
                    self.executor = executor
                    self.deidentify(executor, to_do)
            except Failed as failure:
                end, error = "stopped", failure.reason
            except WorkersFailed:
                end, error = "stopped", "WORKER_ERROR"
        self.tally.stages["scan"].add(listing.seconds, listing.files)
        if end == "finished" and self.stop():
            end = "cancelled"
        summary = self.tally.summary(self.folder.sink.name, end, error, time.perf_counter() - began)
        self.close(summary, is_listed=listing.ended)
        return summary

    def begin(self, to_do: ToDo) -> Executor[Any, Any]:
        """Who is to do the work; processes are started where they are worth while. Raises Failed."""
        policy, linked = self.plan.policy, self.linkage is not None
        plan, sink = self.plan, self.folder.sink
        job = Job(self.origin, policy, self.key, sink, linked, self.wheels, plan.regions, plan.unreviewed)
        if self.cluster:
            return self.on_cluster(job, to_do)
        if self.workers > 1 and self.spare and not policy.python:
            to_do.wait_for(to_do.is_much)
        # Code of a policy can hang, so that it always has a process of its own.
        if self.workers and (policy.python or (self.workers > 1 and (not self.spare or to_do.is_much()))):
            from dicom_deid.executors.processes import Processes, prepare  # one process needs nothing of it

            prepare("dicom_deid.native.job")
            return Processes(job, self.workers, CODE_PATIENCE if policy.python else inf)
        return Inline(job)

    def on_cluster(self, job: Job, to_do: ToDo) -> Executor[Any, Any]:
        """The workers of the cluster, which have to see the same places as this machine."""
        from dicom_deid.executors.cluster import Cluster  # an extra
        from dicom_deid.native.same_places import LOOKED_AT, SamePlaces

        assert self.cluster is not None, "asked of a run on a cluster"
        to_do.wait_for(lambda: len(self.sources) >= LOOKED_AT)
        first = self.sources.between(0, min(LOOKED_AT, len(self.sources)))
        places = SamePlaces(self.origin, self.folder.sink, first)
        return Cluster(self.cluster, job, places, CODE_PATIENCE if self.plan.policy.python else inf)

    def deidentify(self, executor: Executor[Any, Any], to_do: ToDo) -> None:
        """Takes every file to its row."""
        of_run = self.origin, self.folder, self.plan.key, self.resume, self.linkage
        ends = Ends(*of_run, self.sources, self.tally, to_do.display)
        try:
            self.take_all(executor, to_do, ends)
            self.take_again(executor, to_do, ends)
        finally:
            ends.append()

    def take_all(self, executor: Executor[Look | Take, Looked | Taken], to_do: ToDo, ends: Ends) -> None:
        """Takes the files in the order of the pick."""
        most = max(MOST_WAITING, WAITING_FOR_EACH * self.workers)
        turns = Turns[tuple[Look | Take, Looked | Taken | None]](self.sources, self.instance, most)
        tasks = to_do.tasks(turns.begin, ends.without_core)
        for answers in executor.run(to_do.batches(tasks, self.workers), self.stop):
            self.folder.expect(answer.row for _, answer in answers if isinstance(answer, Taken))
            for task, answer in answers:
                number, instance = to_do.numbers.pop(task.path), answer.instance if answer else 0
                for turn in turns.answered(number, instance, (task, answer)):
                    ends.take_turn(turn.number, turn.first, *turn.answer)
            ends.append()

    def instance(self, number: int) -> int:
        """The fingerprint of a file's SOP Instance UID."""
        return look(self.origin, self.sources[number].path).instance

    def take_again(self, executor: Executor[Take, Taken], to_do: ToDo, ends: Ends) -> None:
        """Takes the files again that get a name of their own."""
        pairs = zip(ends.again[::2], ends.again[1::2], strict=True)
        tasks = ((number, to_do.repeat(number, first)) for number, first in pairs)
        for answers in executor.run(to_do.batches(tasks, self.workers), self.stop):
            for task, taken in answers:
                ends.commit(to_do.numbers.pop(task.path), task, taken or ends.failed(task, "WORKER_ERROR"))
            ends.append()

    def close(self, summary: dict[str, Any], *, is_listed: bool) -> None:
        """Puts audit and log in their order and writes the last lines, as far as that is still possible."""
        left = self.sources.to_do + self.sources.kept - self.tally.done
        lines = [f"{counted(left, 'file')} not done"] if left else []
        if not is_listed:
            lines.append("the listing had not come to its end")
        if alone := self.origin.left_alone:
            links = "symbolic link or special file was", "symbolic links or special files were"
            lines.append(f"{counted(alone, *links)} left alone")
        if self.linkage:
            attempt(self.linkage.close, summary)
        attempt(lambda: self.folder.log(lines), summary)
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
