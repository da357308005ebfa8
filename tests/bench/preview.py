"""Finding and looking: headers/s, thumbnails/s, how fast a search answers, what the preview takes of time and memory.

    .venv/bin/python tests/bench/preview.py [--count 500] [--series 10000] [--edge 2000]

Made slices of 512 x 512; an index of made-up series; a made frame of the edge given. The preview is compared with the
same steps written plainly, with an array for each. Then thumbnails and the same frame in the real page, in Chromium;
`build.py site` has to have been run.
"""

import argparse
import gc
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import slices
from dicom_deid.executors import Executor, Inline
from dicom_deid.executors.processes import Processes
from dicom_deid.index import Index, Seen
from dicom_deid.index.entry import FIELDS, NUMBERS, Entry
from dicom_deid.index.search import search
from dicom_deid.native import index_file, thumbnails
from dicom_deid.native.thumbnail_job import Drawing
from dicom_deid.native.thumbnails import Draw, Drawn
from dicom_deid.preview.display import Display, Window
from dicom_deid.preview.painting import Painter, Tuning
from dicom_deid.preview.picture import Picture
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "unit"), str(ROOT / "tests" / "preview")]

from conftest import opened, serving  # noqa: E402 - the paths above come first
from machine import install_browser  # noqa: E402
from made import to_bytes  # noqa: E402
from making import image  # noqa: E402

HARNESS = ROOT / "tests" / "browser" / "imaging_harness.js"
SCAN = "() => harness.scan([...document.querySelector('input').files])"
CHANGE = """async (changes) => {
  await imaging.open(0, {index: 0});
  const times = [];
  for (let step = 0; step <= changes; step++) {
    const window = {center: step, width: 400, function: "LINEAR"};
    const began = performance.now();
    const {bitmap, milliseconds} = await imaging.paint(0, 0, {window, gamma: 1, invert: false});
    bitmap.close();
    times.push([performance.now() - began, milliseconds, imaging.heap]);
  }
  return times;
}"""
CHANGES = 200
QUERIES = ("thorax", "modality:CT", "date:2024-01..2024-03", "patient:okon", "thorax modality:MR date:2024", "-ct", "")
MIB = 2**20


def headers_and_thumbnails(folder: Path, count: int, workers: int) -> None:
    slices.write(folder / "slices", count)
    index = Index(sqlite3.connect(folder / "index.sqlite"))
    picked = index_file.picked_in(folder / "slices")
    done = index_file.bring_up_to_date(index, folder / "slices", picked, whole=True, tell=lambda *_: None)
    seconds = done.discover + done.processing + done.insert
    row("headers/s, one process", f"{count / seconds:.0f}")
    for processes in sorted({0, workers}):
        drawing = Drawing(folder / "slices", folder / f"thumbnails{processes}", 256)

        def start(drawing: Drawing = drawing, processes: int = processes) -> Executor[Draw, Drawn]:
            return Processes(drawing, processes) if processes else Inline(drawing)

        began = time.perf_counter()
        made = thumbnails.make(index, folder / f"thumbnails{processes}", 256, start, lambda _: None)
        seconds = time.perf_counter() - began
        row(f"thumbnails/s, {processes or 'no'} other processes", f"{made.thumbnails / seconds:.0f}")


def searching(count: int) -> None:
    index = Index(sqlite3.connect(":memory:"))
    index.begin()
    parts, kinds = ("thorax", "abdomen", "head", "knee"), ("CT", "MR", "US", "CR")
    for number in range(count):
        told = dict.fromkeys(FIELDS, "") | dict.fromkeys(NUMBERS, number % 20)
        told |= {"patient_name": f"Okonkwo{number // 7} Ada", "patient_id": f"P{number // 7}"}
        told |= {"study_date": f"202{number % 5}{number % 12 + 1:02}{number % 28 + 1:02}"}
        told |= {"series_description": f"{parts[number % 4]} axial {number % 9} mm", "modality": kinds[number % 4]}
        told |= {"study_instance_uid": f"1.2.{number // 3}", "series_instance_uid": f"1.2.3.{number}"}
        entry = Entry(str(number), 1, tuple(told[name] for name in FIELDS))
        index.add(Seen(f"{number}.dcm", 1, 1), entry)
    index.finish("2026-11-23T00:00:00+00:00", complete=False)
    times = [timed(lambda query=query: search(index.database, query)) for query in QUERIES for _ in range(5)]
    row(f"search of {count} series, ms, median and slowest", f"{statistics.median(times):.1f}, {max(times):.1f}")


def previewing(edge: int) -> None:
    values = np.random.default_rng(1).normal(0, 700, (edge, edge))
    for dtype in ("int16", "uint8", "float32"):
        frame = np.clip(values, 0, 255).astype(dtype) if dtype == "uint8" else values.astype(dtype)
        show(frame, Display("MONOCHROME2", None, 1.0, -1024.0, None, (), inverse=False, padding=None, palette=None))


def show(frame: np.ndarray, display: Display) -> None:
    picture, painter, out = Picture(frame, 16, display), Painter(), np.zeros(frame.shape, np.uint32)
    painter.paint(picture, out, Tuning(Window(0, 400)))
    gc.collect()
    before = rss()
    tunings = [Tuning(Window(step, 400)) for step in range(CHANGES)]
    times = [timed(lambda tuning=tuning: painter.paint(picture, out, tuning)) for tuning in tunings]
    after = rss()
    name = f"{frame.shape[0]} x {frame.shape[1]} {frame.dtype}"
    row(f"{name}: ms a window change, median of {CHANGES}", f"{statistics.median(times):.1f}")
    row(f"{name}: with gamma", f"{timed(lambda: painter.paint(picture, out, Tuning(Window(0, 400), 1.4))):.1f}")
    row(f"{name}: ms plainly", f"{timed(lambda: plainly(frame, display)):.1f}")
    row(f"{name}: MiB resident before and after", f"{before:.1f}, {after:.1f}")
    ours = peak(lambda: Painter().paint(picture, np.zeros(frame.shape, np.uint32), Tuning(Window(0, 400))))
    again = peak(lambda: painter.paint(picture, out, Tuning(Window(0, 400))))
    row(
        f"{name}: MiB at most, first frame, next frames, plainly",
        f"{ours:.1f}, {again:.2f}, {peak(lambda: plainly(frame, display)):.1f}",
    )


def plainly(frame: np.ndarray, display: Display) -> np.ndarray:
    """The same pipeline, written with temporaries."""
    rescaled = frame.astype(np.float64) * display.slope + display.intercept
    shades = np.clip((rescaled + 0.5) / 399 + 0.5, 0, 1)
    grey = (shades * 255 + 0.5).astype(np.uint8)
    opaque = np.full_like(grey, 255)
    return np.stack([grey, grey, grey, opaque], axis=-1)


def in_page(folder: Path, count: int, edge: int) -> None:
    """The slices of a folder, and the made frame, in the page."""
    values = np.random.default_rng(1).normal(0, 700, (edge, edge)).astype(np.int16)
    (folder / "frame.dcm").write_bytes(to_bytes(image(values)))
    with serving(ROOT / "dist") as server, sync_playwright() as playwright:
        context = opened(playwright, install_browser(), folder / "profile")
        page = context.new_page()
        page.goto(server.url + "version.json")
        page.evaluate(HARNESS.read_text(encoding="utf-8"))
        page.evaluate("() => document.body.innerHTML = '<input type=file multiple>'")
        scan(page, [folder / "frame.dcm"])
        page.evaluate("harness.start()")
        times = page.evaluate(CHANGE, CHANGES)
        wall, python, heaps = zip(*times, strict=True)
        name = f"{edge} x {edge} int16 in the page"
        row(f"{name}: ms a window change, median of {CHANGES}, of which in Python", f"{middle(wall)}, {middle(python)}")
        row(f"{name}: MiB of heap after the first and the last", f"{heaps[0] / MIB:.1f}, {heaps[-1] / MIB:.1f}")
        page.evaluate("imaging.close()")
        scan(page, sorted(path for path in (folder / "slices").rglob("*") if path.is_file())[:count])
        stages = page.evaluate("harness.thumbnails('', 0)")["summary"]["stages"]
        for stage, told in stages.items():
            rate = told["items"] / max(told["seconds"], 1e-9)
            row(f"thumbnails in the page, {stage}", f"{told['items']} items in {told['seconds']:.1f} s, {rate:.0f}/s")
        context.close()


def scan(page: Page, paths: list[Path]) -> None:
    page.set_input_files("input", paths)
    page.evaluate(SCAN)


def middle(times: tuple[float, ...]) -> str:
    return f"{statistics.median(times[1:]):.1f}"


def timed(doing: Callable[[], object]) -> float:
    """Milliseconds of the processor."""
    began = time.process_time()
    doing()
    return (time.process_time() - began) * 1000


def peak(doing: Callable[[], object]) -> float:
    """MiB that it holds at once at most."""
    tracemalloc.start()
    doing()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / MIB


def rss() -> float:
    """MiB of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / MIB


def row(what: str, figures: str) -> None:
    sys.stdout.write(f"| {what} | {figures} |\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=500, help="slices")
    parser.add_argument("--series", type=int, default=10_000)
    parser.add_argument("--edge", type=int, default=2000, help="rows and columns of the frame that is previewed")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    install_browser()
    row("what", "result")
    row("---", "---")
    previewing(options.edge)
    searching(options.series)
    with tempfile.TemporaryDirectory() as name:
        headers_and_thumbnails(Path(name), options.count, options.workers)
        in_page(Path(name), options.count, options.edge)


if __name__ == "__main__":
    main()
