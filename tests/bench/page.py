"""How fast the real page is in a real Chromium, beside a plain copy by the same browser calls, and its memory.

    .venv/bin/python tests/bench/page.py [--count 1000] [--rounds 3] [--workers 1 2 4] [--in-flight 8] [--frames 1]

Prints a table for each number of Python workers (0: as the page chooses). Each round opens the page, drops a real
folder of CT slices (slices.py) on it, copies the folder without Python (copy.worker.js) into files in private storage
and into one growing file, runs the page into private storage, and takes the results as one ZIP out of it. The ZIP's
time ends when it is made and the browser begins to save it; an encrypted one is compared with one that is not. A copy
and what is compared with it follow each other, so that both meet the same load, and change places from round to
round: whichever is second meets what the first has left in memory, and still to be written to the disk. Ratios are
medians over the rounds. Memory is what all processes of the page use (PSS), at its highest while they work, sampled a
few times a second. The stages are those of the last round's output.log. The load is the machine's, as it was
meanwhile. `build.py site` has to have been run.
"""

import argparse
import os
import re
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import slices
from playwright.sync_api import Playwright, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser"), str(ROOT / "py")]

from boot import SETTLED_SECONDS, tab_memory  # noqa: E402 - the paths above come first
from conftest import opened, serving  # noqa: E402
from journey import DONE, Journey  # noqa: E402
from machine import install_browser  # noqa: E402

SAMPLE_SECONDS = 0.25
AT_REST = "nothing: scanned, Python ready"
WAYS = {
    "files": ("plain copy into files in private storage", "the page into private storage"),
    "one": ("plain copy into one growing file", "results ZIP, until it is made"),
    "sealed": ("results ZIP once more", "encrypted ZIP, until it is made"),
}
"""Where the bytes go -> the plain way, and what is compared with it."""
STAGE = re.compile(r"(\w+): ([\d,]+) items? in .* \(([\d,]+)/sec\)$", re.MULTILINE)
RUN_SECONDS = re.compile(r"finished: (\d+) written, .* (\d+(?:\.\d+)?)s$", re.MULTILINE)
CORES = "Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', {{get: () => {}}})"
REMEMBER = """addEventListener("drop", (event) => {
  globalThis.dropped = event.dataTransfer.items[0].getAsFileSystemHandle();
}, true)"""
COPY = """async ([into, inFlight]) => {
  const worker = new Worker("bench/copy.worker.js", {type: "module"});
  const done = new Promise((resolve, reject) => {
    worker.onmessage = (event) => resolve(event.data);
    worker.onerror = () => reject(new Error("the worker failed"));
  });
  worker.postMessage({root: await dropped, into, inFlight});
  return done.finally(() => worker.terminate());
}"""
EMPTY = """async () => {
  const storage = await navigator.storage.getDirectory();
  await storage.removeEntry("runs", {recursive: true});
}"""
Figures = dict[str, tuple[float, float]]
"""Way -> seconds, and MB at the highest."""


class Highest:
    """The most memory that the page's processes had."""

    def __init__(self, profile: Path) -> None:
        self.profile, self.megabytes, self._stop = profile, 0.0, threading.Event()

    def _sample(self) -> None:
        while not self._stop.is_set():
            self.megabytes = max(self.megabytes, tab_memory(self.profile))
            self._stop.wait(SAMPLE_SECONDS)

    @contextmanager
    def watched(self) -> Iterator[None]:
        thread = threading.Thread(target=self._sample)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()


def measured(profile: Path, work: Callable[[], float]) -> tuple[float, float]:
    """Seconds as the work says them, and MB at the highest meanwhile."""
    highest = Highest(profile)
    with highest.watched():
        seconds = work()
    return seconds, highest.megabytes


def one_round(
    playwright: Playwright, url: str, scratch: Path, options: argparse.Namespace, workers: int, copy_first: bool
) -> tuple[Figures, str]:
    """Figures, and what the log says of the stages."""
    profile, count = scratch / "profile", options.count
    context = opened(playwright, install_browser(), profile)
    page = context.pages[0]
    page.add_init_script(REMEMBER)
    if workers:
        page.add_init_script(CORES.format(workers + 1))  # the page leaves one to the rest
    page.goto(url)
    journey = Journey(page)
    journey.wait_for_python()
    journey.drop(scratch / "slices")
    time.sleep(SETTLED_SECONDS)
    rest = tab_memory(profile)
    log = ""

    def copy(into: str) -> float:
        done: dict[str, Any] = page.evaluate(COPY, [into, options.in_flight])
        assert done["files"] == count, done
        return float(done["seconds"])

    def run() -> float:
        nonlocal log
        ended = journey.run()
        assert ended.written == count, ended
        log = journey.download("Download output.log", scratch).read_text(encoding="utf-8")
        found = RUN_SECONDS.search(log)
        assert found, "the log has no closing line"
        return float(found[2])

    def archive(button: str = "Download results ZIP") -> float:
        began = time.perf_counter()
        with page.expect_download(timeout=DONE) as downloading:
            journey.button(button).click()
        seconds = time.perf_counter() - began
        downloading.value.delete()
        return seconds

    def sealed() -> float:
        journey.button("Encrypted ZIP").click()
        seconds = archive("Make and download")
        journey.button("I have the passphrase: close").click()
        return seconds

    figures = {AT_REST: (0.0, rest)}
    works = {
        "files": (partial(copy, "files"), run),
        "one": (partial(copy, "one"), archive),
        "sealed": (archive, sealed),
    }
    for into, both in works.items():
        ways = dict(zip(WAYS[into], both, strict=True))
        for way in WAYS[into] if copy_first else WAYS[into][::-1]:
            figures[way] = measured(profile, ways[way])
    page.evaluate(EMPTY)
    context.close()
    return figures, ", ".join(f"{name} {rate}/s" for name, _, rate in STAGE.findall(log))


def make_site(folder: Path) -> None:
    """The built site with the bench's worker."""
    shutil.copytree(ROOT / "dist", folder)
    (folder / "bench").mkdir()
    shutil.copyfile(Path(__file__).with_name("copy.worker.js"), folder / "bench" / "copy.worker.js")


def show(rounds: list[Figures], count: int) -> None:
    lines = ["| way | files/s | of the plain way | MB, all processes of the page |", "| --- | --- | --- | --- |"]
    lines.append(f"| {AT_REST} | - | - | {max(figures[AT_REST][1] for figures in rounds):.0f} |")
    for plain, way in ((ways[0], way) for ways in WAYS.values() for way in ways):
        megabytes = max(figures[way][1] for figures in rounds)
        seconds = statistics.median(figures[way][0] for figures in rounds)
        ratio = statistics.median(figures[plain][0] / figures[way][0] for figures in rounds)
        lines.append(f"| {way} | {count / seconds:.0f} | {ratio:.2f} | {megabytes:.0f} |")
    say("\n".join(lines))


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000, help="slices")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, nargs="+", default=[0], help="Python workers; 0: as the page chooses")
    parser.add_argument("--in-flight", type=int, default=8, help="files that the plain copy has in hand at once")
    parser.add_argument("--frames", type=int, default=1, help="of a slice, half a MiB each: 20 make files of 10 MiB")
    parser.add_argument("--scratch", type=Path, help="where the slices and the browser's storage are put")
    options = parser.parse_args()
    install_browser()
    with tempfile.TemporaryDirectory(dir=options.scratch) as name, sync_playwright() as playwright:
        scratch = Path(name)
        slices.write(scratch / "slices", options.count, options.frames)
        make_site(scratch / "site")
        with serving(scratch / "site") as server:
            for workers in options.workers:
                say(f"\nWorkers: {workers or 'as the page chooses'}\n")
                rounds = []
                for number in range(options.rounds):
                    figures, stages = one_round(playwright, server.url, scratch, options, workers, number % 2 == 0)
                    rounds.append(figures)
                show(rounds, options.count)
                say(f"\nStages: {stages}. Load: {', '.join(f'{load:.1f}' for load in os.getloadavg())}")


if __name__ == "__main__":
    main()
