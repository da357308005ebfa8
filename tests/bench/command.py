"""How long `dicom-deid run` takes for a folder of CT slices, beside `cp -r` of the same folder, and for one slice.

    .venv/bin/python tests/bench/command.py [--count 3000] [--workers 2] [--rounds 4] [--cold] [--scratch FOLDER]

Prints a table: seconds by the clock, the best of the rounds and the median, and those of the processor, with all
processes that a command starts. The ways take turns, onto the same file system, and what one leaves to be written is
written before the next begins (`os.sync`); the command's own start, its scan, audit and log are in its time. The slices
lie in the page cache; with ``--cold`` the kernel is told to forget them before each turn. A machine that does other
things at the same time disturbs all, but several processes more than one: believe it on a quiet one.
"""

import argparse
import compileall
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import slices

COMMAND = Path(sys.executable).with_name("dicom-deid")
PACKAGE = Path(__file__).resolve().parents[2] / "py" / "dicom_deid"
WATCHED = 0.002
"""Seconds between two looks at whether the processes of a command have ended."""


class Taken(NamedTuple):
    """Seconds of a command by the clock and of the processor."""

    clock: float
    processor: float


def taken(command: tuple[str | Path, ...]) -> Taken:
    """The seconds of a command with all its processes. Those that nobody waits for come to this one at their end."""
    os.sync()  # what an earlier turn left to be written is not this one's
    before, began = os.times(), time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True)
    clock = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(f"{command[0]} has failed: {done.stderr.decode()}")
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(WATCHED)
        except ChildProcessError:
            break
    after = os.times()
    user, system = after.children_user - before.children_user, after.children_system - before.children_system
    return Taken(clock, user + system)


def adopt() -> None:
    """Makes processes whose parents have ended children of this one, so that their time is counted, too (Linux)."""
    import ctypes

    set_child_subreaper = 36
    ctypes.CDLL(None).prctl(set_child_subreaper, 1)


def forget(paths: list[Path]) -> None:
    """Takes files out of the page cache."""
    for path in paths:
        file = os.open(path, os.O_RDONLY)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=3000, help="slices")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--cold", action="store_true", help="the slices are read from the disk")
    parser.add_argument("--scratch", type=Path, help="where to make the slices and the copies")
    options = parser.parse_args()
    adopt()
    compileall.compile_dir(PACKAGE, quiet=1)  # as where it is installed
    with tempfile.TemporaryDirectory(dir=options.scratch) as name:
        folder, target, secret = Path(name, "slices"), Path(name, "out"), Path(name, "secret.txt")
        made = slices.write(folder, options.count)
        secret.write_text("seven grey herons stand by the weir at dusk\n")
        run = (COMMAND, "run", folder, target, "--passphrase-file", secret)
        ways: dict[str, tuple[str | Path, ...]] = {
            "cp -r": ("cp", "-r", folder, target),
            f"dicom-deid run, {options.workers} processes": (*run, "--workers", str(options.workers)),
            "dicom-deid run, one process": (*run, "--workers", "0"),
            "dicom-deid run, one slice": (COMMAND, "run", made[0], *run[3:]),
        }
        seconds: dict[str, list[Taken]] = {way: [] for way in ways}
        for turn in range(options.rounds + 1):
            for way, command in ways.items():
                if options.cold:
                    forget(made)
                spent = taken(command)
                if turn:  # the first only warms up
                    seconds[way].append(spent)
                shutil.rmtree(target)
        show(seconds, options.count, sum(path.stat().st_size for path in made))


def show(seconds: dict[str, list[Taken]], count: int, size: int) -> None:
    """The table."""
    copied = min(seconds["cp -r"]).clock
    lines = [
        f"{count} slices, {size / 1e6:.0f} MB",
        "| way | s, best | median | of the processor, best | files/s | MB/s | of cp -r's speed |",
        "| --- |" + " --- |" * 6,
    ]
    for way, turns in seconds.items():
        spent, median = min(turns).clock, statistics.median(turn.clock for turn in turns)
        processor = min(turn.processor for turn in turns)
        line = f"| {way} | {spent:.2f} | {median:.2f} | {processor:.2f} |"
        if way.endswith("one slice"):
            lines.append(f"{line} | | |")
        else:
            lines.append(f"{line} {count / spent:.0f} | {size / 1e6 / spent:.0f} | {copied / spent:.2f} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
