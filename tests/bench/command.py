"""How long `dicom-deid run` takes for a folder of CT slices, beside `cp -r` of the same folder.

    .venv/bin/python tests/bench/command.py [--count 2000] [--workers 2] [--rounds 5] [--scratch FOLDER]

Prints a table of seconds by the clock, medians. Both take turns, from a cache that is warm and onto the same file
system; the command's own start, its scan, audit and log are in its time. A machine that does other things at the same
time disturbs both, but several processes more than one: believe it on a quiet one.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import slices

COMMAND = Path(sys.executable).with_name("dicom-deid")


def taken(command: tuple[str | Path, ...]) -> float:
    """Seconds by the clock."""
    os.sync()  # what an earlier turn left to be written is not this one's
    began = time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True)
    seconds = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(f"{command[0]} has failed")
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=2000, help="slices")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scratch", type=Path, help="where to make the slices and the copies")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.scratch) as name:
        folder, target, secret = Path(name, "slices"), Path(name, "out"), Path(name, "secret.txt")
        made = slices.write(folder, options.count)
        secret.write_text("a passphrase of the bench\n")
        run = (COMMAND, "run", folder, target, "--passphrase-file", secret, "--workers", str(options.workers))
        ways: dict[str, tuple[str | Path, ...]] = {"cp -r": ("cp", "-r", folder, target), "dicom-deid run": run}
        seconds: dict[str, list[float]] = {way: [] for way in ways}
        for turn in range(options.rounds + 1):
            for way, command in ways.items():
                spent = taken(command)
                if turn:  # the first only warms up
                    seconds[way].append(spent)
                shutil.rmtree(target)
        show(seconds, options.count, sum(path.stat().st_size for path in made))


def show(seconds: dict[str, list[float]], count: int, size: int) -> None:
    """The table."""
    copied = statistics.median(seconds["cp -r"])
    lines = [
        f"{count} slices, {size / 1e6:.0f} MB",
        "| way | s | files/s | MB/s | of cp -r's speed |",
        "| --- |" + " --- |" * 4,
    ]
    for way, column in seconds.items():
        spent = statistics.median(column)
        lines.append(f"| {way} | {spent:.2f} | {count / spent:.0f} | {size / 1e6 / spent:.0f} | {copied / spent:.2f} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
