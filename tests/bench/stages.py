"""The cost of the header of one CT slice, by stage, natively and inside Pyodide (in node). Prints a table.

    .venv/bin/python tests/bench/stages.py [--count 100] [--rounds 7] [--native] [--profile]

The slices are those of slices.py, given as the files worker gives them: the first 64 KiB in memory, and each for the
first time. Nothing is read from disk or written in the time that is measured, which natively is the processor's. Median
and lowest of the rounds; the lowest is what a busy machine disturbs least. The Pyodide is the one in vendor/
(`python3 build.py vendor`).
"""

import argparse
import cProfile
import json
import pstats
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "py")]

from dicom_deid import pipeline  # noqa: E402 - the path above comes first
from dicom_deid.browser.bridge import Ranges, answer  # noqa: E402
from dicom_deid.key import Key  # noqa: E402
from dicom_deid.policy import Plan, Policy  # noqa: E402

HEAD_BYTES = 64 * 1024  # as in worker/shared/limits.js
CLOCK = time.perf_counter if sys.platform == "emscripten" else time.process_time
"""Natively the time of the processor: other work on the machine counts less."""
FIRST = 10
"""Slices of which the core learns what the series has in common."""
SOURCE_ID = "0123456789abcdef0123"
STAGES = {"inspect": "inspect", "pieces": "encode", "file_meta": "encode", "verify": "verify"}
"""Function that pipeline.py calls -> the stage to which its time belongs. The rest of the whole is `deidentify`."""
CLEANED = "with verification, Clean Descriptors"
ROWS = ("inspect", "deidentify", "encode", "verify", "without verification", "with verification", CLEANED)
Times = dict[str, float]


def timed(call: Callable[..., Any], stage: str, spent: Times) -> Callable[..., Any]:
    """The same call, with its seconds added to its stage."""

    def measured(*given: Any, **named: Any) -> Any:
        began = CLOCK()
        try:
            return call(*given, **named)
        finally:
            spent[stage] += CLOCK() - began

    return measured


def go_over(files: list[tuple[bytes, int]], spent: Times | None = None, *options: str) -> float:
    """Seconds for the answers to all files but the first ones, none of which was seen before."""
    plan = Plan(Policy(options), Key(bytes(range(32))))
    answer_all(files[:FIRST], plan)
    if spent:
        spent.update(dict.fromkeys(spent, 0.0))
    began = CLOCK()
    answer_all(files[FIRST:], plan)
    return CLOCK() - began


def answer_all(files: list[tuple[bytes, int]], plan: Plan) -> None:
    for head, size in files:
        done = answer(Ranges(size, [(0, head)], None), plan, 0, SOURCE_ID, repeat=False)
        if done["row"]["status"] != "written":
            raise SystemExit(f"not written: {done['row']['reason']}")


def one_round(files: list[tuple[bytes, int]]) -> Times:
    """Milliseconds a file by stage. The whole is measured by itself, without the clocks in it."""
    whole = go_over(files)
    spent: Times = dict.fromkeys(STAGES.values(), 0.0)
    known = {name: getattr(pipeline, name) for name in STAGES}
    try:
        for name, stage in STAGES.items():
            setattr(pipeline, name, timed(known[name], stage, spent))
        by_stage = go_over(files, spent)
    finally:
        for name, call in known.items():
            setattr(pipeline, name, call)
    spent["deidentify"] = by_stage - sum(spent.values())
    spent["without verification"] = by_stage - spent["verify"]
    spent["with verification"] = whole
    spent[CLEANED] = go_over(files, None, "clean-descriptors")
    return {name: seconds * 1000 / (len(files) - FIRST) for name, seconds in spent.items()}


def measure(folder: str, rounds: int) -> str:
    """JSON: for each row the milliseconds a file of every round. Also called by stages.mjs, inside Pyodide."""
    files = [(path.read_bytes()[:HEAD_BYTES], path.stat().st_size) for path in sorted(Path(folder).iterdir())]
    go_over(files)
    taken = [one_round(files) for _ in range(rounds)]
    return json.dumps({row: [times[row] for times in taken] for row in ROWS})


def profile(folder: str) -> None:
    """Where the time goes natively, by function."""
    measure(folder, 1)
    files = [(path.read_bytes()[:HEAD_BYTES], path.stat().st_size) for path in sorted(Path(folder).iterdir())]
    with cProfile.Profile() as profiler:
        go_over(files)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100, help="slices")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--native", action="store_true", help="leave Pyodide out")
    parser.add_argument("--profile", action="store_true", help="natively by function instead")
    options = parser.parse_args()
    import slices  # needs pydicom's writer; not wanted inside Pyodide

    with tempfile.TemporaryDirectory() as folder:
        slices.write(Path(folder), options.count)
        if options.profile:
            profile(folder)
            return
        columns = {"natively": json.loads(measure(folder, options.rounds))}
        if not options.native:
            command = ("node", Path(__file__).with_suffix(".mjs"), folder, str(options.rounds))
            columns["Pyodide"] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    show(columns)


def show(columns: dict[str, dict[str, list[float]]]) -> None:
    """The table: milliseconds a file, median and lowest."""
    lines = ["| ms a file, median (lowest) | " + " | ".join(columns) + " |", "| --- |" + " --- |" * len(columns)]
    for row in ROWS:
        cells = (f"{statistics.median(column[row]):.2f} ({min(column[row]):.2f})" for column in columns.values())
        lines.append(f"| {row} | {' | '.join(cells)} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
