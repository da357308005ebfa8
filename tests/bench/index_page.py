"""The index in the page, in a real Chromium: headers/s, how fast a search answers meanwhile and afterwards, its memory.

    .venv/bin/python tests/bench/index_page.py [--files 10000] [--per-series 1]

Files of 529 KB with the headers of slices.py, so many in each series; where pixels would be, the file has a hole. A
search is timed from the page's call to its answer of 100 rows. Memory is what all processes of the page use (PSS).
`build.py site` has to have been run.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import slices
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser"), str(ROOT / "py")]

from boot import tab_memory  # noqa: E402 - the paths above come first
from conftest import opened, serving  # noqa: E402
from drag import drop  # noqa: E402
from machine import install_browser  # noqa: E402
from preview import QUERIES, row  # noqa: E402

HARNESS = (ROOT / "tests" / "browser" / "index_harness.js").read_text(encoding="utf-8")
PIXELS = slices.EDGE * slices.EDGE * 2
MODELS = 8  # slices of which the others are made
FOLDER_FILES = 1000
BETWEEN = 200  # milliseconds between two searches while the index is made
UNLIMITED = 0  # milliseconds: what is measured has no time limit
MAKE = """async (between) => {
  let running = true;
  const times = [];
  const began = performance.now();
  const made = index.start().finally(() => { running = false; });
  while (running) {
    const asked = performance.now();
    await index.search("", 0, 100);
    times.push(performance.now() - asked);
    await new Promise((resolve) => setTimeout(resolve, between));
  }
  await made;
  return {seconds: (performance.now() - began) / 1000, times, status: index.status, size: index.size};
}"""
OPEN = """async () => {
  const began = performance.now();
  globalThis.index = await harness.Catalogue.open(harness.pool, harness.files, {kind: "originals"});
  return performance.now() - began;
}"""
SEARCH = """async (queries) => {
  const times = [];
  for (const query of queries) {
    const asked = performance.now();
    await index.search(query, 0, 100);
    times.push(performance.now() - asked);
  }
  return times;
}"""


def write(folder: Path, count: int, per_series: int) -> None:
    """So many files, whose headers are those of a few slices with other UIDs and patients of the same length."""
    models = [(content[:-PIXELS], len(content)) for content in slices.make(MODELS)]
    for number in range(count):
        head, size = models[number % MODELS]
        series = number // per_series
        for old, new in ((b"20240229.2", f"{10**7 + series}.2"), (b"20240229.1", f"{10**7 + series // 3}.1")):
            head = head.replace(old, new.encode())
        head = head.replace(b"MRN-0815", f"MRN-{series // 7 % 10**4:04}".encode())
        path = folder / f"{number // FOLDER_FILES:04}" / f"IM{number:06}"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(head)
            file.truncate(size)


def measure(page: Page, profile: Path, folder: Path) -> None:
    drop(page, folder)
    page.wait_for_function("() => harness.scanned")
    found = page.evaluate("() => harness.scanned")
    row("scan, files/s", f"{found['seen'] / found['seconds']:.0f}")
    rest = tab_memory(profile)
    page.evaluate(OPEN)
    made: dict[str, Any] = page.evaluate(MAKE, BETWEEN)
    series, files = made["status"]["series_count"], made["status"]["files_processed"]
    row(f"headers/s, {files} files in {series} series", f"{files / made['seconds']:.0f}")
    row("search meanwhile, ms, median and slowest", figures(made["times"]))
    row("size of the index, MB", f"{made['size'] / 1e6:.1f}")
    row("memory, MB, before and after", f"{rest:.0f}, {tab_memory(profile):.0f}")
    row("the same once more, nothing has changed, s", f"{page.evaluate(MAKE, BETWEEN)['seconds']:.2f}")
    page.evaluate("index.close()")
    row("opened again, ms", f"{page.evaluate(OPEN):.0f}")
    row(f"search of {series} series, ms, median and slowest", figures(page.evaluate(SEARCH, [*QUERIES] * 5)))


def figures(times: list[float]) -> str:
    return f"{statistics.median(times):.1f}, {max(times):.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--per-series", type=int, default=1, help="files of each series")
    options = parser.parse_args()
    install_browser()
    row("what", "result")
    row("---", "---")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright, serving(ROOT / "dist") as server:
        folder, profile = Path(name) / "files", Path(name) / "profile"
        write(folder, options.files, options.per_series)
        context = opened(playwright, install_browser(), profile)
        page = context.pages[0]
        page.set_default_timeout(UNLIMITED)
        page.goto(f"{server.url}version.json")
        page.evaluate(HARNESS)
        time.sleep(1)
        measure(page, profile, folder)
        context.close()


if __name__ == "__main__":
    main()
