"""How many instances a second go into a PACS, beside dcmtk's storescu, in one run and into the same Orthanc.

    .venv/bin/python tests/bench/pacs.py [--count 200] [--kib 512] [--rounds 5]

Prints a table. All ways send the same files, in turns, round after round, each into an Orthanc that was emptied before;
medians, and ratios to storescu of the same round. Ours hold each file against the audit, keep the ledger and, in the
second column, have all confirmed; without the start of the program. Orthanc and storescu have TCP_NODELAY=1.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "py"), *(str(ROOT / "tests" / room) for room in ("", "unit", "pacs"))]

from dicom_deid.native.display import Display
from dicom_deid.pacs.destination import Destination
from dicom_deid.pacs.ledger import NAME, Ledger
from dicom_deid.pacs.outgoing import outgoing
from dicom_deid.pacs.sending import Sending
from orthanc import PASSWORD, USER, Orthanc, running
from pydicom.dataset import Dataset
from runs import RunFolder
from sendable import run_of, slices


def made(folder: Path, count: int, kib: int) -> RunFolder:
    """A run of one series, with so many KiB of pixel data each."""
    datasets = slices(count, series=1)
    side = int((kib * 512) ** 0.5)

    def large() -> Iterator[Dataset]:
        for dataset in datasets:
            dataset.Rows = dataset.Columns = side
            dataset.PixelData = os.urandom(side * side * 2)
            yield dataset

    return run_of(folder, large())


class Timed(Sending):
    """Keeps when all was acknowledged."""

    acknowledged = 0.0

    def _confirm(self) -> None:
        self.acknowledged = time.perf_counter()
        super()._confirm()


def ours(run: RunFolder, destination: Destination) -> Callable[[], float]:
    def send() -> float:
        (run.root / NAME).unlink(missing_ok=True)
        with closing(Ledger(run.root, destination.name)) as ledger:
            sending = Timed(outgoing(run.root), destination, ledger, Display())
            summary = sending.go()
        assert summary.is_whole, summary
        return sending.acknowledged

    return send


def storescu(run: RunFolder, server: Orthanc, programs: int) -> Callable[[], float]:
    """So many programs side by side, each with its part of the files: what the PACS takes at most on this machine."""
    line = ("storescu", "-aec", server.dimse.called, "-aet", "DICOMDEID", "-xe", "127.0.0.1", str(server.dicom_port))
    environment = {**os.environ, "TCP_NODELAY": "1"}
    files = [str(path) for path in sorted((run.root / "out").rglob("*")) if path.is_file()]
    lines = [(*line, *files[part::programs]) for part in range(programs)]

    def send() -> float:
        started = [subprocess.Popen(one, stdout=subprocess.DEVNULL, env=environment) for one in lines]
        assert not any(one.wait() for one in started)
        return time.perf_counter()

    return send


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--kib", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    os.environ.update(DICOM_DEID_USER=USER, DICOM_DEID_PASSWORD=PASSWORD)
    folder = Path(tempfile.mkdtemp(prefix="dicom-deid-bench-"))
    try:
        run = made(folder, options.count, options.kib)
        with running(folder / "orthanc", StorageCompression=False) as server:
            ways = {"storescu": storescu(run, server, 1)}
            for count in (2, 4):
                ways[f"storescu, {count} side by side"] = storescu(run, server, count)
            for count in (1, 2, 4):
                ways[f"C-STORE, {count}"] = ours(run, server.dimse._replace(associations=count))
            for count in (1, 2, 4):
                ways[f"STOW-RS, {count}"] = ours(run, server.web._replace(associations=count))
            seconds = measured(ways, server, options.rounds)
    finally:
        shutil.rmtree(folder)
    print(f"| {options.count} × {options.kib} KiB | instances/s | ÷ storescu | and confirmed | ÷ storescu |")
    print("| --- | --- | --- | --- | --- |")
    for name, own in seconds.items():
        cells = [name]
        for column in (0, 1):
            times = [one[column] for one in own]
            ratio = statistics.median(one[0] / other for one, other in zip(seconds["storescu"], times, strict=True))
            cells += [f"{options.count / statistics.median(times):.0f}", f"{ratio:.2f}"]
        print(f"| {' | '.join(cells)} |")
    print(f"Load of the machine at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def measured(
    ways: dict[str, Callable[[], float]], server: Orthanc, rounds: int
) -> dict[str, list[tuple[float, float]]]:
    """Seconds of each way, round by round, until all was acknowledged and until the end; the first one warms up."""
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, send in ways.items():
            server.empty()
            began = time.perf_counter()
            acknowledged = send() - began
            if number:
                seconds[name].append((acknowledged, time.perf_counter() - began))
    return seconds


if __name__ == "__main__":
    main()
