"""How fast a cluster is beside processes of this machine, what a task costs, and how many rows one parent can book.

    .venv/bin/python tests/bench/cluster.py [--count 2000] [--rounds 3] [--rows 20000]
    .venv/bin/python tests/bench/cluster.py --kills 20 [--seed 1]
    .venv/bin/python tests/bench/cluster.py --memory 1000 10000 200000
    .venv/bin/python tests/bench/cluster.py --simulate 64 --latency 20 [--rows 20000]

Runs go over CT slices (slices.py), in turns, with `dicom-deid run`; the seconds are those of the run itself, without
the start of Python and of the cluster. The cost of a task is that of jobs that do nothing. The parent's rows are those
of a run whose answers are all there at once: placing outputs, their rows, the log. ``--kills`` ends workers, scheduler
or client of runs at random moments instead, goes on, and compares with an undisturbed run. ``--simulate`` has workers
that only wait (waiting.py), of which a small machine bears many.
"""

from __future__ import annotations

import argparse
import json
import pickle
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / part) for part in ("py", "tests", "tests/unit", "tests/native", "tests/bench")]

import slices  # noqa: E402 - the paths above come first
from clusters import Cluster, certificates, kill, members, wait_for  # noqa: E402
from dicom_deid.executors import Answers, Executor  # noqa: E402
from dicom_deid.executors import cluster as cluster_executor  # noqa: E402
from dicom_deid.executors.cluster_client import end, local  # noqa: E402
from dicom_deid.key import Key  # noqa: E402
from dicom_deid.native.display import Display  # noqa: E402
from dicom_deid.native.folder_sink import FolderSink  # noqa: E402
from dicom_deid.native.run import Run  # noqa: E402
from dicom_deid.native.run_folder import RunFolder  # noqa: E402
from dicom_deid.native.same_places import Blank  # noqa: E402
from dicom_deid.native.to_do import ToDo  # noqa: E402
from dicom_deid.policy import Plan, Policy  # noqa: E402
from dicom_deid.source_and_sink import Candidate  # noqa: E402
from made import UID, ct, to_bytes  # noqa: E402
from runs import PASSPHRASE, native_run, timeless  # noqa: E402
from runs import RunFolder as Finished  # noqa: E402
from waiting import SECRET, end_of, simulate  # noqa: E402

WAYS = {
    "in the command's own process": ["--workers", "0"],
    "one process": ["--workers", "1"],
    "two processes": ["--workers", "2"],
    "cluster, one worker": ["--cluster", "local:1"],
    "cluster, two workers": ["--cluster", "local:2"],
}
BATCH = 32


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def line_of(source: Path, target: Path, *options: str) -> list[str]:
    secret = target.with_name("secret")
    secret.write_text(PASSPHRASE, encoding="utf-8")
    places = [str(source), str(target), "--passphrase-file", str(secret)]
    return [sys.executable, "-m", "dicom_deid", "run", *places, "--json-progress", *options]


def seconds_of(source: Path, target: Path, options: list[str]) -> float:
    """Seconds that a run took by its own account."""
    told = subprocess.run(line_of(source, target, *options), capture_output=True, text=True, check=False).stdout
    return float(json.loads(told.splitlines()[-1])["seconds"])


def compare(count: int, rounds: int, scratch: Path) -> None:
    slices.write(scratch / "slices", count)
    taken: dict[str, list[float]] = {way: [] for way in WAYS}
    for number in range(rounds):
        for way, options in WAYS.items():
            with tempfile.TemporaryDirectory(dir=scratch) as name:
                taken[way].append(seconds_of(scratch / "slices", Path(name, "run"), options))
        say(f"round {number + 1} of {rounds} is done")
    say("| way | files/s, median | files/s, best |\n| --- | --- | --- |")
    for way, found in taken.items():
        say(f"| {way} | {count / statistics.median(found):.0f} | {count / min(found):.0f} |")


def cost_of_a_task() -> None:
    """Jobs that do nothing, with batches of one and of 32 tasks; answers of the size of an audit row."""
    client = local(2, lambda: None)
    try:
        say("| tasks in a batch | ms a batch | tasks/s |\n| --- | --- | --- |")
        for size in (1, BATCH):
            tasks = [
                [f"{{'row': '{number:0400}'}}" for number in range(at, at + size)] for at in range(0, size * 400, size)
            ]
            workers: cluster_executor.Cluster[str, object] = cluster_executor.Cluster(client, eval, str)
            sum(map(len, workers.run(tasks[:20], lambda: False)))
            began = time.perf_counter()
            done = sum(map(len, workers.run(tasks, lambda: False)))
            spent = time.perf_counter() - began
            workers.close()
            say(f"| {size} | {spent / len(tasks) * 1000:.1f} | {done / spent:.0f} |")
    finally:
        end(client)


class Simulated:
    """An origin that lists files which are not there."""

    left_alone = 0

    def __init__(self, count: int) -> None:
        self.count = count

    def list(self) -> Iterator[Candidate]:
        for number in range(self.count):
            yield Candidate(
                f"site{number % 40:02}/P{number // 4000:06}/S{number // 400:07}/I{number:09}.dcm", "", 530_000, number
            )

    def is_lost(self) -> bool:
        return False


class Ready:
    """An executor all of whose answers are there, pickled as they come from workers; ``waited`` is not the parent's."""

    workers = 0

    def __init__(self, run: Run, *, placing: bool) -> None:
        self.run_, self.placing, self.waited = run, placing, 0.0

    def run(self, batches: Iterable[list[Any]], _stopped: Callable[[], bool]) -> Iterator[Answers[Any, Any]]:
        plan, sink = self.run_.plan, self.run_.folder.sink
        for batch in batches:
            began, results = time.process_time(), []
            for task in batch:
                source_id = plan.key.source(task.path)
                end = end_of(source_id, task.modified, task.size)
                if self.placing:
                    sink.stage(source_id, (b"",), Blank())
                # Fingerprints come in no order.
                instance = task.modified * 0x9E3779B97F4A7C15 % 2**64
                results.append(end._replace(staged=source_id if self.placing else "", instance=instance))
            sent = pickle.dumps(results)
            self.waited += time.process_time() - began
            yield list(zip(batch, pickle.loads(sent), strict=True))

    def close(self) -> None:
        pass


class Booked(Run):
    """A run of the parent alone; ``placing``: whether there are outputs to move to their places."""

    placing = True

    def begin(self, _to_do: ToDo) -> Executor[Any, Any]:
        return Ready(self, placing=self.placing)

    def deidentify(self, executor: Executor[Any, Any], to_do: ToDo) -> None:
        assert isinstance(executor, Ready)
        began = time.process_time()
        super().deidentify(executor, to_do)
        spent = time.process_time() - began - executor.waited
        each = spent / len(self.sources)
        say(f"the parent books {1 / each:.0f} rows/s of processor ({each * 1e6:.0f} µs a file), with the listing")


def rows_of_the_parent(count: int, scratch: Path) -> None:
    plan = Plan(Policy(), Key(SECRET))
    origin: Any = Simulated(count)
    run = Booked(origin, RunFolder(FolderSink(scratch / "booked")), plan, SECRET, 2)
    run.open()
    run.go(Display())


def memory_of_the_parent(count: int) -> None:
    """Says what a whole run of so many files that are not there takes, from the listing to the order of the audit."""
    Booked.placing = False
    with tempfile.TemporaryDirectory() as name:
        began = time.perf_counter()
        rows_of_the_parent(count, Path(name))
        most, seconds = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, time.perf_counter() - began
    say(f"{count} files: {most:.0f} MiB at most, {seconds:.0f} s")


def memory(counts: list[int]) -> None:
    """The memory of the parent over runs of so many files, each in a process of its own."""
    for count in counts:
        subprocess.run([sys.executable, __file__, "--parent", f"{count}"], check=True)


def kills(count: int, seed: int, scratch: Path) -> None:
    """Ends someone at a random moment of each run, then lets the run be gone on with, and compares."""
    chance, source = random.Random(seed), scratch / "in"
    source.mkdir()
    for number in range(600):
        data = to_bytes(
            ct(SOPInstanceUID=f"{UID}.{number % 590}", BurnedInAnnotation="YES" if number % 6 == 0 else "NO")
        )
        (source / f"{number:04}.dcm").write_bytes(data)
    whole, tls = native_run(source, scratch / "whole"), certificates(scratch / "tls")
    for number in range(count):
        place = scratch / f"round{number}"
        place.mkdir()
        cluster = Cluster(place / "dask", tls)
        try:
            workers = cluster.add_workers(2)
            target = place / "run"
            running = subprocess.Popen(line_of(source, target, *cluster.options), stdout=subprocess.DEVNULL)
            audit, rows = target / "audit.csv", chance.randrange(600)
            wait_for(lambda audit=audit, rows=rows: audit.exists() and audit.read_bytes().count(b"\n") > rows)
            victim = chance.choice(("worker", "scheduler", "client"))
            pids = {
                "worker": members(workers.pid)[-1:],
                "scheduler": [cluster.processes[0].pid],
                "client": [running.pid],
            }
            for pid in pids[victim]:
                kill(pid)
            code = running.wait(120)
            done = audit.read_bytes().count(b"\n") - 1
            run = native_run(source, target, "--resume", status=None) if victim != "worker" else Finished(target)
            run.check()
            same = run.outputs == whole.outputs and timeless(run.rows) == timeless(whole.rows)
            verdict = "the same" if same else "NOT THE SAME"
            say(f"{number + 1}: {victim} killed after {rows} rows, exit {code}, {done} rows; then {verdict}")
            if not same:
                sys.exit(1)
        finally:
            cluster.end()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=2000, help="slices")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=20_000, help="rows that the parent books")
    parser.add_argument("--memory", type=int, nargs="+", default=[], help="files of runs whose parent is measured")
    parser.add_argument("--parent", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--simulate", type=int, default=0, help="workers that only wait")
    parser.add_argument("--latency", type=float, default=20, help="milliseconds that they wait for each file")
    options = parser.parse_args()
    if options.parent or options.memory:
        memory_of_the_parent(options.parent) if options.parent else memory(options.memory)
        return
    if options.simulate:
        simulate(options.simulate, options.latency, Simulated(options.rows), say)
        return
    with tempfile.TemporaryDirectory() as name:
        if options.kills:
            kills(options.kills, options.seed, Path(name))
            return
        if options.rows:
            rows_of_the_parent(options.rows, Path(name))
        cost_of_a_task()
        compare(options.count, options.rounds, Path(name))


if __name__ == "__main__":
    main()
