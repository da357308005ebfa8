"""How near the estimate of `dicom-deid plan --cluster` is to the run, and what memory the workers of a run take.

    .venv/bin/python tests/bench/estimates.py [--count 2000] [--rounds 2] [--cold]
    .venv/bin/python tests/bench/estimates.py --memory 1000 10000

Estimates are made of CT slices (slices.py) with a sample of 200, and of the same files a run follows, on a cluster of
this machine; the run's seconds are its own account. ``--cold``: before each, the system forgets the slices.
``--memory``: made objects of 1 KiB, 100 in a series, and the largest of two workers as the system counts it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / part) for part in ("py", "tests", "tests/unit", "tests/native", "tests/bench")]

import slices  # noqa: E402 - the paths above come first
from cluster import line_of, say, seconds_of  # noqa: E402
from clusters import Cluster, certificates, members  # noqa: E402
from made import UID, ct, to_bytes  # noqa: E402

WORKERS = (1, 2)


def forget(folder: Path) -> None:
    """Takes files out of the page cache."""
    os.sync()
    for path in folder.iterdir():
        file = os.open(path, os.O_RDONLY)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(file)


def compare(count: int, rounds: int, scratch: Path, *, cold: bool) -> None:
    source = scratch / "slices"
    slices.write(source, count)
    say("| workers | estimate, s | run, s | read, decide, copy, ms |\n| --- | --- | --- | --- |")
    ratios: dict[int, list[float]] = {workers: [] for workers in WORKERS}
    for workers in WORKERS * rounds:
        if cold:
            forget(source)
        options = ["--cluster", f"local:{workers}"]
        line = [sys.executable, "-m", "dicom_deid", "plan", str(source), "--json", *options]
        estimate = json.loads(subprocess.run(line, capture_output=True, text=True, check=False).stdout)
        if cold:
            forget(source)
        with tempfile.TemporaryDirectory(dir=scratch) as name:
            taken = seconds_of(source, Path(name, "run"), options)
        spent = ", ".join(f"{part:.2f}" for part in estimate["milliseconds"].values())
        span = estimate["seconds"]
        ratios[workers].append(taken * 2 / (span["low"] + span["high"]))
        say(f"| {workers} | {span['low']:.1f} to {span['high']:.1f} | {taken:.1f} | {spent} |")
    for workers, found in ratios.items():
        say(f"{workers}: a run takes {statistics.median(found):.2f} of the middle of its estimate (median)")


def highest(pid: int) -> int:
    """The most memory that a process has had, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in status if line.startswith("VmHWM"))) // 1024


def memory(counts: list[int], scratch: Path) -> None:
    say("| objects | largest worker, MiB | s |\n| --- | --- | --- |")
    tls = certificates(scratch / "tls")
    for count in counts:
        place = scratch / f"{count}"
        source = place / "in"
        source.mkdir(parents=True)
        for number in range(count):
            uids = {"SOPInstanceUID": f"{UID}.{number}", "SeriesInstanceUID": f"{UID}.1.{number // 100}"}
            made = to_bytes(ct(**uids, StudyInstanceUID=f"{UID}.2.{number // 400}", PatientID=f"P{number // 4000}"))
            (source / f"{number:06}").write_bytes(made)
        cluster = Cluster(place / "dask", tls)
        try:
            started = cluster.add_workers(2)
            line = line_of(source, place / "run", *cluster.options)
            told = subprocess.run(line, capture_output=True, text=True, check=False).stdout
            end = json.loads(told.splitlines()[-1])
            assert end["counts"]["written"] == count, end
            say(f"| {count:,} | {max(map(highest, members(started.pid)))} | {end['seconds']:.0f} |")
        finally:
            cluster.end()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=2000, help="slices")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--cold", action="store_true", help="from the disk")
    parser.add_argument("--memory", type=int, nargs="+", default=[], help="objects of runs whose workers are measured")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        if options.memory:
            memory(options.memory, Path(name))
        else:
            compare(options.count, options.rounds, Path(name), cold=options.cold)


if __name__ == "__main__":
    main()
