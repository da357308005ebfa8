"""How fast the real page is in a real Chromium, beside a plain copy by the same browser calls, and its memory.

    .venv/bin/python tests/bench/page.py [--count 300] [--rounds 3] [--in-flight 8]

Prints a table. Each round opens the page, drops a real folder of CT slices (slices.py) on it, copies the folder without
Python (copy.worker.js) into files in private storage and into one growing file, then runs the page into private storage
and takes the results as one ZIP out of it. Seconds are of the copy, of the run as output.log states it, and of the ZIP
from the click to its end. Memory is what all processes of the page use (PSS), at its highest while they work, sampled
a few times a second. `build.py site` has to have been run.
"""

import argparse
import re
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import slices
from playwright.sync_api import Playwright, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser"), str(ROOT / "py")]

from boot import SETTLED_SECONDS, tab_memory  # noqa: E402 - the paths above come first
from conftest import opened, serving  # noqa: E402
from journey import Journey  # noqa: E402
from machine import browser  # noqa: E402

SAMPLE_SECONDS = 0.25
AT_REST = "nothing: scanned, Python ready"
RUN_SECONDS = re.compile(r"finished: (\d+) written, .* (\d+(?:\.\d+)?)s$", re.MULTILINE)
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


def one_round(playwright: Playwright, url: str, scratch: Path, in_flight: int, count: int) -> Figures:
    profile = scratch / "profile"
    context = opened(playwright, browser() or "chromium", profile)
    page = context.pages[0]
    page.add_init_script(REMEMBER)
    page.goto(url)
    journey = Journey(page)
    journey.wait_for_python()
    journey.drop(scratch / "slices")
    time.sleep(SETTLED_SECONDS)
    rest = tab_memory(profile)

    def copy(into: str) -> float:
        done: dict[str, Any] = page.evaluate(COPY, [into, in_flight])
        assert done["files"] == count, done
        return float(done["seconds"])

    def run() -> float:
        ended = journey.run()
        assert ended.written == count, ended
        log = journey.download("Download output.log", scratch).read_text(encoding="utf-8")
        found = RUN_SECONDS.search(log)
        assert found, "the log has no closing line"
        return float(found[2])

    def archive() -> float:
        began = time.perf_counter()
        journey.download("Download results ZIP", scratch).unlink()
        return time.perf_counter() - began

    figures = {
        AT_REST: (0.0, rest),
        "plain copy into files in private storage": measured(profile, lambda: copy("files")),
        "the page into private storage": measured(profile, run),
        "plain copy into one growing file": measured(profile, lambda: copy("one")),
        "Download results ZIP": measured(profile, archive),
    }
    page.evaluate(EMPTY)
    context.close()
    return figures


def make_site(folder: Path) -> None:
    """The built site with the bench's worker."""
    shutil.copytree(ROOT / "dist", folder)
    (folder / "bench").mkdir()
    shutil.copyfile(Path(__file__).with_name("copy.worker.js"), folder / "bench" / "copy.worker.js")


def show(rounds: list[Figures], count: int) -> None:
    lines = ["| way | files/s | of the plain copy | MB, all processes of the page |", "| --- | --- | --- | --- |"]
    copied = 0.0
    for way in rounds[0]:
        seconds = statistics.median(figures[way][0] for figures in rounds)
        copied = seconds if way.startswith("plain") else copied
        megabytes = max(figures[way][1] for figures in rounds)
        speed = f"{count / seconds:.0f} | {copied / seconds:.2f}" if seconds else "- | -"
        lines.append(f"| {way} | {speed} | {megabytes:.0f} |")
    sys.stdout.write("\n".join(lines) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=300, help="slices")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--in-flight", type=int, default=8, help="files that the plain copy has in hand at once")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        scratch = Path(name)
        slices.write(scratch / "slices", options.count)
        make_site(scratch / "site")
        rounds = []
        with serving(scratch / "site") as server:
            for _ in range(options.rounds):
                rounds.append(one_round(playwright, server.url, scratch, options.in_flight, options.count))  # noqa: PERF401
    show(rounds, options.count)


if __name__ == "__main__":
    main()
