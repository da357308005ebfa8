"""Processor time of a scan and of a run in the real page, by turns for several builds of the site.

    .venv/bin/python tests/bench/scan.py [--dist dist ../old/dist] [--files 1000] [--rounds 3] [--threads] [--run]

Each measurement has a browser of its own, in which the page was once before. It begins when all of the browser's
processes are at rest, and ends when they are again, so that what a scan leaves to do counts. The files are CT slices
of 39 kB (--edge 512: 529 kB) in series of 100. Processor time is that of all threads of the browser, in seconds; with
--threads by the kind of process and the name of the thread.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from io import BytesIO
from pathlib import Path

import pydicom
import slices
from playwright.sync_api import Playwright, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser"), str(ROOT / "py")]

from boot import browser_of  # noqa: E402 - the paths above come first
from conftest import opened, serving  # noqa: E402
from drag import drop  # noqa: E402
from journey import POLLING, Journey  # noqa: E402
from machine import install_browser  # noqa: E402

EDGE = 128  # pixels
PER_SERIES = 100
TICKS = os.sysconf("SC_CLK_TCK")
REST_SECONDS = 1.5
RESTING = 0.04  # seconds of processor in that time
PATIENCE = 90  # seconds until all is at rest
RUN_MILLISECONDS = 600_000
ENDED = """() => document.querySelector(".outcome")?.textContent.includes(" written")"""


def write(folder: Path, count: int, edge: int = EDGE) -> None:
    slices.EDGE, slices.TWELVE_BITS = edge, int.from_bytes(b"\xff\x0f" * (edge * edge))
    slices.IMAGE_MODULE |= {"Rows": edge, "Columns": edge}
    for number, content in enumerate(slices.make(count)):
        series = number // PER_SERIES
        target = folder / f"series{series:03}"
        target.mkdir(parents=True, exist_ok=True)
        dataset = pydicom.dcmread(BytesIO(content))
        dataset.SeriesInstanceUID, dataset.SeriesNumber = f"{slices.SERIES}.0.{series}", series
        dataset.save_as(target / f"IM{number:06d}")


def spent(profile: Path) -> Counter[str]:
    """Seconds of processor of each kind of thread of a browser, of those that live; each thread once."""
    found: Counter[str] = Counter()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(profile).encode() not in browser_of(process):
                continue
            kind = (process / "cmdline").read_bytes().partition(b"--type=")[2].split(b"\0")[0].split(b" ")[0].decode()
            for thread in (process / "task").iterdir():
                name, _, rest = (thread / "stat").read_text().partition("(")[2].rpartition(")")
                fields = rest.split()
                found[f"{kind or 'browser'} {name}"] += (int(fields[11]) + int(fields[12])) / TICKS
        except (OSError, StopIteration):  # it ended meanwhile
            continue
    return found


def at_rest(profile: Path) -> Counter[str]:
    """What was spent when the browser had come to rest."""
    before, until = spent(profile), time.monotonic() + PATIENCE
    while time.monotonic() < until:
        time.sleep(REST_SECONDS)
        now = spent(profile)
        if now.total() - before.total() <= RESTING:
            return now
        before = now
    return before


def measure(playwright: Playwright, url: str, source: Path, *, run: bool) -> list[Counter[str]]:
    with tempfile.TemporaryDirectory() as name:
        profile = Path(name)
        context = opened(playwright, install_browser(), profile)
        journey = Journey(context.pages[0])
        for _visit in range(2):
            journey.page.goto(url)
            journey.wait_for_python()
        before = at_rest(profile)
        drop(journey.page, source)
        scanned = at_rest(profile)  # nobody asks the page meanwhile: to look for a button in it costs as much as a scan
        assert journey.button("Start").is_visible(), "the scan did not end in time"
        taken = [scanned - before]
        if run:
            journey.set_passphrase()
            before = at_rest(profile)
            journey.start()
            journey.page.wait_for_function(ENDED, timeout=RUN_MILLISECONDS, polling=POLLING)
            taken.append(at_rest(profile) - before)
        context.close()
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dist", type=Path, nargs="+", default=[ROOT / "dist"])
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--edge", type=int, default=EDGE, help="of a slice, in pixels")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", action="store_true")
    parser.add_argument("--run", action="store_true")
    options = parser.parse_args()
    install_browser()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        source = Path(name) / "source"
        write(source, options.files, options.edge)
        for turn in range(options.rounds):
            for dist in options.dist:
                with serving(dist) as server:
                    taken = measure(playwright, server.url, source, run=options.run)
                for what, seconds in zip(("scan", "run"), taken, strict=False):
                    say(f"{turn} {dist} {what} {seconds.total():.2f}")
                    if options.threads:
                        for thread, part in seconds.most_common(14):
                            say(f"      {part:6.2f} {thread}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
