"""How many CT slices a second are de-identified natively on one core, beside other programs and a plain copy.

    .venv/bin/python tests/bench/native.py [--count 100] [--rounds 5]

Prints a table. All ways take the same slices (slices.py) from disk and write them to disk, in turns, round after round,
each in a process of its own on the same core; medians. On a machine that does other things at the same time, believe
the processor's time and the ratios, which are made of it. The peers are installed by pip into an environment of the
bench's own, vendor/peers; gdcmanon comes from the Debian package libgdcm-tools, and is left out where it is missing.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pydicom
import slices

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "vendor" / "peers"
PINNED = ("dicognito==0.19.0", "dicom-anonymizer==2.1.0")
OTHERS = {"dicognito": "dicognito", "dicom-anonymizer": "dicomanonymizer"}  # way -> its module
GDCM = "gdcmanon"
Measured = Callable[[Path], tuple[float, float]]
"""Makes all slices anew in a folder; seconds by the clock and of the processor."""


def peers_python() -> Path:
    """The interpreter that has the peers, which are installed when one is missing."""
    python = PEERS / "bin" / "python"
    missing = f"import {', '.join(OTHERS.values())}"
    if not python.exists():
        venv.create(PEERS, with_pip=True)
    if subprocess.run((python, "-c", missing), check=False, capture_output=True).returncode:
        say(f"Installing {' and '.join(PINNED)} into {PEERS.relative_to(ROOT)}")
        subprocess.run((python, "-m", "pip", "install", "--quiet", *PINNED), check=True)
    return python


def started(way: str, python: Path | str, folder: Path, cleanup: ExitStack) -> Measured:
    """A process that goes one way whenever it is asked."""
    process = subprocess.Popen(
        (python, Path(__file__).with_name("ways.py"), way, folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    cleanup.callback(process.wait)
    assert process.stdin
    assert process.stdout
    cleanup.callback(process.stdin.close)
    ask, answer = process.stdin, process.stdout

    def measured(target: Path) -> tuple[float, float]:
        ask.write(f"{target}\n")
        ask.flush()
        line = answer.readline()
        if not line:
            raise SystemExit(f"{way} has failed")
        wall, processor = line.split()
        return float(wall), float(processor)

    return measured


def gdcm(folder: Path, certificate: Path) -> Measured:
    """gdcmanon, started anew each time: it takes a whole folder, and starts in no time."""

    def measured(target: Path) -> tuple[float, float]:
        command = (GDCM, "--de-identify", "-c", certificate, "-i", folder, "-o", target, "--continue")
        began, before = time.perf_counter(), os.times()
        done = subprocess.run(command, check=False, capture_output=True)
        wall, after = time.perf_counter() - began, os.times()
        if done.returncode:
            raise SystemExit(f"{GDCM} has failed")
        spent = after.children_user - before.children_user + after.children_system - before.children_system
        return wall, spent

    return measured


def make_certificate(scratch: Path) -> Path:
    """gdcmanon encrypts what it removes for the holder of a certificate."""
    certificate = scratch / "certificate.pem"
    key = ("-newkey", "rsa:2048", "-nodes", "-keyout", scratch / "key.pem")
    command = ("openssl", "req", "-x509", *key, "-out", certificate, "-subj", "/CN=bench", "-days", "1")
    subprocess.run(command, check=True, capture_output=True)
    return certificate


def take_turns(ways: dict[str, Measured], scratch: Path, rounds: int, count: int) -> dict[str, list[list[float]]]:
    """Way -> [seconds by the clock, seconds of the processor] of each round but the first, which only warms up."""
    taken: dict[str, list[list[float]]] = {way: [] for way in ways}
    names = list(ways)
    for turn in range(rounds + 1):
        for way in names[turn % len(names) :] + names[: turn % len(names)]:  # nobody is always the first
            target = scratch / "out"
            target.mkdir()
            measured = ways[way](target)
            made = sum(1 for path in target.rglob("*") if path.is_file())
            if made != count:
                raise SystemExit(f"{way}: {made} of {count} files were made")
            shutil.rmtree(target)
            if turn:
                taken[way].append(list(measured))
    return taken


def show(taken: dict[str, list[list[float]]], count: int) -> None:
    medians = {way: [statistics.median(column) for column in zip(*rows, strict=True)] for way, rows in taken.items()}
    peer, ours = medians["dicom-anonymizer"][1], medians["dicom-deid"][1]
    names = ("way, one core", "ms of processor a file", "files/s of processor", "files/s by the clock")
    say(f"| {' | '.join(names)} | times dicom-anonymizer | times dicom-deid |")
    say("| --- | --- | --- | --- | --- | --- |")
    for way, (wall, spent) in sorted(medians.items(), key=lambda item: item[1][1]):
        figures = f"{spent * 1000 / count:.2f} | {count / spent:.0f} | {count / wall:.0f}"
        say(f"| {way} | {figures} | {peer / spent:.1f} | {ours / spent:.2f} |")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100, help="slices")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    python = peers_python()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # for all that is started from here, too
    with tempfile.TemporaryDirectory() as name, ExitStack() as cleanup:
        scratch, folder = Path(name), Path(name, "slices")
        made = slices.write(folder, options.count)
        size, elements = made[0].stat().st_size // 1024, slices.elements(pydicom.dcmread(made[0]))
        say(f"{options.count} slices of {size} KiB, {elements} data elements each")
        ways = {way: started(way, sys.executable, folder, cleanup) for way in ("plain copy", "dicom-deid")}
        ways |= {way: started(way, python, folder, cleanup) for way in OTHERS}
        if shutil.which(GDCM) and shutil.which("openssl"):
            ways[GDCM] = gdcm(folder, make_certificate(scratch))
        else:
            say(f"{GDCM} is not here (Debian: libgdcm-tools, openssl) and is left out")
        show(take_turns(ways, scratch, options.rounds, options.count), options.count)


if __name__ == "__main__":
    main()
