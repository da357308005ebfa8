"""The index natively: headers/s where each open takes its time, by the number of threads, and memory with many files.

    .venv/bin/python tests/bench/index.py [--files 5000] [--delay 5] [--threads 1 8 16]
    .venv/bin/python tests/bench/index.py --memory [--files 1000000] [--per-series 100]

The first one indexes the files of index_page.py, with so many milliseconds added to each open, as a share adds them, by
each number of threads in turn, and then once more, when nothing has changed. The second one walks through so many names
of a few files (hard links), of each of which a made header is read, with a series for so many of them, and tells the
memory of the process (RSS) on the way, and of the export as JSON.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import slices
from index_page import FOLDER_FILES, PIXELS, write
from preview import row

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "py"))

from dicom_deid.native import index_file, index_update  # noqa: E402 - the path above comes first

LINKS = 30_000
"""Names of one file: file systems have a limit."""
PAGE = os.sysconf("SC_PAGE_SIZE")


@contextmanager
def slow(milliseconds: float) -> Iterator[None]:
    """Every opening of a file takes so much longer."""
    opening = os.open

    def late(*arguments: object) -> int:
        time.sleep(milliseconds / 1000)
        return opening(*arguments)  # type: ignore[arg-type]

    with patch.object(index_update.os, "open", late):
        yield


def speeds(folder: Path, files: int, delay: float, threads: list[int]) -> None:
    write(folder / "files", files, per_series=100)
    for count in threads:
        for what in ("new", "nothing has changed"):
            with slow(delay), patch.object(index_file, "THREADS", count):
                began = time.perf_counter()
                done = index_file.update(folder / f"{count}.sqlite", [folder / "files"])
                seconds = time.perf_counter() - began
            row(f"{count} threads, {delay:g} ms an open, {what}: files/s", f"{done.found / seconds:.0f}")


def memory(folder: Path, files: int, per_series: int) -> None:
    names(folder / "files", files)
    row("names made", f"{files}, {rss():.0f} MB")
    head = next(iter(slices.make(1)))[:-PIXELS]

    def made(_: Path, wanted: index_update.Wanted) -> bytes:
        series = int(wanted.seen.path[-7:]) // per_series
        return head.replace(b"20240229.2", f"{10**7 + series}.2".encode())[: wanted.length]

    marks = [files // part for part in (1000, 100, 10, 2, 1)]
    began = time.perf_counter()

    def tell(_: int, read: int) -> None:
        if marks and read >= marks[0]:
            marks.pop(0)
            row(f"{read} files read", f"{rss():.0f} MB, {read / (time.perf_counter() - began):.0f}/s")

    path = folder / "index.sqlite"
    with patch.object(index_update, "first_bytes", made):
        index_file.update(path, [folder / "files"], tell=tell)
    row("in the end, and the most", f"{rss():.0f} MB, {most():.0f} MB")
    began = time.perf_counter()
    status = index_file.status(path)
    row("how far it is, asked", f"{status.series_count} series, {1000 * (time.perf_counter() - began):.1f} ms")
    row("the index on disk", f"{path.stat().st_size / 1e6:.0f} MB")
    began = time.perf_counter()
    index_file.update(path, [folder / "files"], out=folder / "index.json")
    row(
        "nothing has changed, and as JSON", f"{time.perf_counter() - began:.0f} s, {rss():.0f} MB, most {most():.0f} MB"
    )


def names(folder: Path, files: int) -> None:
    """So many names, a thousand in a folder, for a file of the size of a slice for every LINKS of them."""
    first = folder / "first"
    for number in range(files):
        place = folder / f"{number // FOLDER_FILES:04}"
        if number % FOLDER_FILES == 0:
            place.mkdir(parents=True)
        path = place / f"IM{number:07}"
        if number % LINKS == 0:
            first = path
            with path.open("wb") as file:
                file.truncate(PIXELS)
        else:
            os.link(first, path)


def rss() -> float:
    """Memory of this process, in MB."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE / 1e6


def most() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=None)
    parser.add_argument("--delay", type=float, default=5, help="milliseconds added to each open")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 8, 16])
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--per-series", type=int, default=100)
    options = parser.parse_args()
    row("what", "result")
    row("---", "---")
    with tempfile.TemporaryDirectory() as name:
        if options.memory:
            memory(Path(name), options.files or 1_000_000, options.per_series)
        else:
            speeds(Path(name), options.files or 5000, options.delay, options.threads)


if __name__ == "__main__":
    main()
