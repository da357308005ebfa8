"""Memory and time of the real page for many files and for a large one, in a real Chromium.

    .venv/bin/python tests/bench/size.py [--files 1000 10000] [--gigabytes 3] [--workers 2] [--scratch FOLDER]
    .venv/bin/python tests/bench/size.py --folder FOLDER [--files 4000]

Prints a table with a row for each number of files (CT slices of 512 KiB, of which 1,000 are made and the others are
links to them) and for each size of one multi-frame object (a sparse file); or, with --folder, for so many files whose
headers all differ, made of those of the folder (varied.py). The output is written to private storage:
as much room as the sources seem to have must be free in the scratch folder. Each row has a browser of its own, in
which the page was once before. Memory is what the page's processes use (PSS): before the run, in the middle of the
first and of the last quarter of its time (medians), and at its highest. `build.py site` has to have been run.
"""

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pydicom
import slices
import varied
from playwright.sync_api import Page, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser"), str(ROOT / "py")]

from boot import page_processes, pss  # noqa: E402 - the paths above come first
from conftest import opened, serving  # noqa: E402
from drag import drop  # noqa: E402
from journey import Journey  # noqa: E402
from machine import install_browser  # noqa: E402

SAMPLE_SECONDS = 0.5
COLLECTED_SECONDS = 25  # in which the browser collects what starting Python left lying (js/page/memory.js)
PATIENCE = 600_000  # milliseconds for a scan
MADE = 1000  # slices; the others are links
LARGE_EDGE = 4096  # pixels
FIRST = "Number(document.querySelector('run-panel [data-part=progress]').value) > 0"
ENDED = "document.querySelector('.outcome').textContent.includes(' written')"
CORES = "Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', {{get: () => {}}})"
UNTIL = """async () => {{ while (!({truth})) await new Promise((done) => setTimeout(done, 20)); }}"""
HEADINGS = ("source", "seconds", "files/s", "MB/s", "first file after, s", "MB before", "early", "late", "highest")


def has_workers(process: Path) -> bool:
    """Whether it runs the page: the process that the browser keeps in reserve has no workers."""
    return any("DedicatedWorker" in (thread / "comm").read_text() for thread in (process / "task").iterdir())


class Memory:
    """Memory of the page's processes, sampled (MB)."""

    def __init__(self, profile: Path) -> None:
        self.samples: list[float] = []
        self._processes = [process for process in page_processes(profile) if has_workers(process)]
        self._stop = threading.Event()

    def now(self) -> float:
        return sum(pss(process) for process in self._processes) / 1000

    @contextmanager
    def watched(self) -> Iterator[None]:
        thread = threading.Thread(target=self._sample)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def _sample(self) -> None:
        while not self._stop.wait(SAMPLE_SECONDS):
            self.samples.append(self.now())

    def quarters(self) -> tuple[float, float]:
        part = max(1, len(self.samples) // 4)
        return statistics.median(self.samples[:part]), statistics.median(self.samples[-part:])


def links(made: list[Path], folder: Path, count: int) -> None:
    for number in range(count):
        target = folder / f"{number // MADE:03}"
        target.mkdir(parents=True, exist_ok=True)
        os.link(made[number % len(made)], target / made[number % len(made)].name)


def multi_frame(path: Path, gigabytes: float) -> None:
    """One object, of which the file system holds only the header."""
    path.parent.mkdir(parents=True)
    dataset = pydicom.dcmread(BytesIO(next(slices.make(1))))
    dataset.Rows = dataset.Columns = LARGE_EDGE
    dataset.NumberOfFrames = max(1, int(gigabytes * 1e9 / (LARGE_EDGE * LARGE_EDGE * 2)))
    dataset.PixelData = b""
    dataset.save_as(path)
    length = dataset.NumberOfFrames * LARGE_EDGE * LARGE_EDGE * 2
    with path.open("r+b") as file:
        file.seek(-4, os.SEEK_END)
        file.write(length.to_bytes(4, "little"))
        file.truncate(file.tell() + length)


def start_run(page: Page, journey: Journey, source: Path) -> None:
    journey.wait_for_python()
    drop(page, source)
    page.get_by_role("button", name="Start", exact=True).wait_for(timeout=PATIENCE)
    journey.set_passphrase()


def measure(
    playwright: Playwright, url: str, scratch: Path, source: Path, workers: int, *, all_written: bool = True
) -> list[float]:
    """The figures of a row, behind its name."""
    with tempfile.TemporaryDirectory(dir=scratch) as profile:
        context = opened(playwright, install_browser(), Path(profile))
        page = context.pages[0]
        if workers:
            page.add_init_script(CORES.format(workers + 1))  # the page leaves one to the rest
        for _visit in range(2):
            page.goto(url)
            Journey(page).wait_for_python()
        start_run(page, Journey(page), source)
        time.sleep(COLLECTED_SECONDS)
        memory = Memory(Path(profile))
        before, began = memory.now(), time.perf_counter()
        with memory.watched():
            Journey(page).start()
            page.evaluate(UNTIL.format(truth=FIRST))
            first = time.perf_counter() - began
            page.evaluate(UNTIL.format(truth=ENDED))
        seconds = time.perf_counter() - began
        said = page.locator(".outcome").inner_text()
        context.close()
    paths = [path for path in source.rglob("*") if path.is_file()]
    assert not all_written or said == f"Done: {len(paths):,} written, 0 withheld, 0 skipped, 0 failed", said
    megabytes = sum(path.stat().st_size for path in paths) / 1e6
    speeds = [len(paths) / seconds, megabytes / seconds]
    return [seconds, *speeds, first, before, *memory.quarters(), max(memory.samples)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, nargs="*", default=[1000, 10_000])
    parser.add_argument("--gigabytes", type=float, nargs="*", default=[3], help="sizes of one object")
    parser.add_argument("--folder", type=Path, help="files of any kind, repeated with headers that differ")
    parser.add_argument("--workers", type=int, default=0, help="Python workers; 0: as the page chooses")
    parser.add_argument("--scratch", type=Path, help="where the sources and the browser's storage are put")
    options = parser.parse_args()
    install_browser()
    say(f"| {' | '.join(HEADINGS)} |\n|{' --- |' * len(HEADINGS)}")
    with tempfile.TemporaryDirectory(dir=options.scratch) as name, sync_playwright() as playwright:
        scratch = Path(name)
        sources = differing(scratch, options.folder, options.files) if options.folder else made(scratch, options)
        with serving(ROOT / "dist") as server:
            for source in sources:
                figures = measure(
                    playwright, server.url, scratch, source, options.workers, all_written=not options.folder
                )
                show(source.name, figures)


def made(scratch: Path, options: argparse.Namespace) -> list[Path]:
    """Folders of slices, and of one large object each."""
    originals = slices.write(scratch / "made", min(MADE, max(options.files))) if options.files else []
    sources = [scratch / f"{count:,} slices" for count in options.files]
    for source, count in zip(sources, options.files, strict=True):
        links(originals, source, count)
    for size in options.gigabytes:
        sources.append(scratch / f"one object of {size:g} GB")
        multi_frame(sources[-1] / "object", size)
    return sources


def differing(scratch: Path, folder: Path, counts: list[int]) -> list[Path]:
    """Folders of files whose headers differ, made of those of another."""
    sources = [scratch / f"{count:,} files that differ" for count in counts]
    for source, count in zip(sources, counts, strict=True):
        varied.write(folder, source, count)
    return sources


def show(name: str, figures: list[float]) -> None:
    seconds, files, megabytes, first, *memory = figures
    told = (f"{seconds:.0f}", f"{files:.1f}", f"{megabytes:.0f}", f"{first:.2f}", *(f"{mb:.0f}" for mb in memory))
    say(f"| {name} | {' | '.join(told)} |")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
