"""Memory of the real page, in a real Chromium, while it looks for text in pictures, and how many it looks at.

    .venv/bin/python tests/bench/looking.py [--files 60] [--frames 60] [--seconds 240] [--rounds 2] [--scratch FOLDER]

Made pictures of 1024 x 768 that name their patient: secondary captures in colour, grey ultrasound, the same in JPEG and
RLE, and one cine in JPEG that comes first. With --slices there are so many CT slices of 512 x 512 in their place, each
eighth one a radiograph of 2048 x 2048 and another eighth captures, and the page looks in all pictures. The page was
visited once before. Each round has a browser of its own and prints a row: memory is what the page's processes use (PSS,
MB), half a minute after the scan, in the middle of the first and of the last quarter of the search (medians), and at
its highest; the load is the machine's. In these times no debugger looks on, as none does at a user's page: one keeps a
copy of all that is fetched. With --attached it does, as in size.py. `build.py site` has to have been run.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import imagecodecs
import numpy as np
from playwright.sync_api import BrowserType, Page, sync_playwright
from pydicom import uid
from pydicom.dataset import Dataset

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("", "browser", "unit", "preview", "pixels")
sys.path[:0] = [*(str(ROOT / "tests" / room) for room in ROOMS), str(ROOT / "py")]

from boot import SETTLED_SECONDS  # noqa: E402 - the paths above come first
from conftest import CHROMIUM_ARGUMENTS, serving  # noqa: E402
from drag import drop  # noqa: E402
from folder import CAPTURE, ULTRASOUND, named  # noqa: E402
from journey import Journey  # noqa: E402
from lettered import Line, lettered, phantom  # noqa: E402
from machine import install_browser  # noqa: E402
from made import to_bytes  # noqa: E402
from making import compressed, image  # noqa: E402
from size import CORES, Memory  # noqa: E402

ROWS, COLUMNS = 768, 1024
OF_CAPTURES = 4
RADIOGRAPH = uid.DigitalXRayImageStorageForPresentation
PICTURES = re.compile(r"([\d,]+) of [\d,]+ files?, ([\d,]+) pictures?")
HEADINGS = ("round", "load", "files", "pictures", "pictures/s", "MB before", "early", "late", "highest")
POLLING_SECONDS = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--frames", type=int, default=60, help="of the cine; 0: none")
    parser.add_argument("--slices", type=int, default=0, help="in place of all these")
    parser.add_argument("--seconds", type=float, default=240, help="of the search that are measured")
    parser.add_argument("--rest", type=float, default=30, help="seconds between the scan and the search")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--workers", type=int, default=0, help="Python workers of a run; 0: as the page chooses")
    parser.add_argument("--attached", action="store_true", help="a debugger looks on, as in size.py")
    parser.add_argument("--plain-host", action="store_true", help="without cross-origin isolation")
    parser.add_argument("--scratch", type=Path, help="where pictures and the browser's profile are put")
    options = parser.parse_args()
    install_browser()
    say(f"| {' | '.join(HEADINGS)} |\n|{' --- |' * len(HEADINGS)}")
    with tempfile.TemporaryDirectory(dir=options.scratch) as name, sync_playwright() as playwright:
        source = Path(name, "pictures")
        if options.slices:
            write_slices(source, options.slices)
        else:
            write(source, options.files, options.frames)
        with serving(ROOT / "dist", isolation=not options.plain_host) as server:
            for number in range(options.rounds):
                profile = Path(name, f"profile{number}")
                told = measure(playwright.chromium, server.url, profile, source, options)
                say(f"| {number + 1} | {' | '.join(told)} |")


@contextmanager
def running(profile: Path) -> Iterator[str]:
    """A browser that debuggers can come to and leave; its address."""
    switches = ("--headless=new", "--remote-debugging-port=0", f"--user-data-dir={profile}")
    browser = subprocess.Popen(
        [install_browser(), *CHROMIUM_ARGUMENTS, *switches, "about:blank"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    said = profile / "DevToolsActivePort"
    try:
        while not said.exists() or "\n" not in said.read_text():
            time.sleep(POLLING_SECONDS)
        yield f"http://127.0.0.1:{said.read_text().split()[0]}"
    finally:
        browser.terminate()
        browser.wait()
        said.unlink(missing_ok=True)


def measure(chromium: BrowserType, url: str, profile: Path, source: Path, options: argparse.Namespace) -> list[str]:
    """The figures of a row, behind its name."""
    with running(profile) as address:  # a browser of its own: what a page leaves to the collector stays in its process
        visit(shown(chromium, address), url, options.workers)
        time.sleep(SETTLED_SECONDS)
    with running(profile) as address:
        page = shown(chromium, address)
        visit(page, url, options.workers)
        choose(page, source)
        page.get_by_role("checkbox", name="Look in all pictures").set_checked(options.slices > 0)
        if not options.attached:
            page = left_alone(chromium, page, address, options.rest)
        memory = Memory(profile)
        before = memory.now()
        with memory.watched():
            Journey(page).button("Look for text in pictures").click()
            if options.attached:
                time.sleep(options.seconds)
            else:
                page = left_alone(chromium, page, address, options.seconds)
        far = page.locator("pixels-panel").inner_text()
    match = PICTURES.search(far)
    assert match, f"the search has ended: {far}"
    files, pictures = (int(told.replace(",", "")) for told in match.groups())
    speed = f"{pictures / options.seconds:.2f}"
    megabytes = (before, *memory.quarters(), max(memory.samples))
    return [f"{os.getloadavg()[0]:.1f}", str(files), str(pictures), speed, *(f"{mb:.0f}" for mb in megabytes)]


def shown(chromium: BrowserType, address: str) -> Page:
    """The page that the browser shows."""
    return chromium.connect_over_cdp(address).contexts[0].pages[0]


def left_alone(chromium: BrowserType, page: Page, address: str, seconds: float) -> Page:
    """The page again, after nobody has looked on for so long."""
    browser = page.context.browser
    assert browser
    browser.close()  # leaves it
    time.sleep(seconds)
    return shown(chromium, address)


def visit(page: Page, url: str, workers: int) -> None:
    if workers:
        page.add_init_script(CORES.format(workers + 1))  # the page leaves one to the rest
    page.goto(url)
    Journey(page).wait_for_python()


def choose(page: Page, source: Path) -> None:
    """Until the search can begin."""
    drop(page, source)
    Journey(page).wait_for_scan()
    page.get_by_role("checkbox", name="Clean Pixel Data").check()
    Journey(page).set_passphrase()
    time.sleep(SETTLED_SECONDS)


def write(folder: Path, files: int, frames: int) -> None:
    folder.mkdir()
    if frames:
        (folder / "0000.dcm").write_bytes(to_bytes(cine(frames)))
    for number in range(files):
        make = (capture, ultrasound, jpeg, rle)[number % 4]
        (folder / f"{number + 1:04}.dcm").write_bytes(to_bytes(make(number + 1)))


def write_slices(folder: Path, files: int) -> None:
    folder.mkdir()
    for number in range(files):
        kind, side, modality = (uid.CTImageStorage, 512, "CT") if number % 8 else (RADIOGRAPH, 2048, "DX")
        noise = np.random.default_rng(number).integers(0, 30, (side, side), np.uint16)
        pixels = phantom(side, side).astype(np.uint16) * 8 + noise
        dataset = capture(number) if number % 8 == OF_CAPTURES else named(image(pixels), number, kind, modality)
        (folder / f"{number:04}.dcm").write_bytes(to_bytes(dataset))


def screen(number: int) -> np.ndarray:
    """A grey screen with a patient's name and number."""
    ground = phantom(ROWS, COLUMNS) // 2 + 10
    lines = (
        Line(f"OKONKWO^Adaeze {number}", 20, 12, 18),
        Line(f"MRN 0815-{4711 + number}", 700, 14, 16),
        Line("1961-02-03  F  ST. AGNES CLINIC", 20, 735, 14),
        Line(f"Acc 70021{number:03}", 980, 300, 13, turned=True),
    )
    return lettered(ROWS, COLUMNS, *lines, ground=ground)[0]


def coloured(number: int) -> np.ndarray:
    grey = screen(number)
    return np.ascontiguousarray(np.dstack([grey, grey, grey // 2]))


def in_colour(dataset: Dataset) -> Dataset:
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PlanarConfiguration = 3, "RGB", 0
    dataset.Rows, dataset.Columns = ROWS, COLUMNS
    return dataset


def capture(number: int) -> Dataset:
    dataset = in_colour(image(screen(number), ConversionType="WSD"))
    dataset.PixelData = coloured(number).tobytes()
    return named(dataset, number, CAPTURE, "OT")


def ultrasound(number: int) -> Dataset:
    return named(image(screen(number)), number, ULTRASOUND, "US")


def jpeg(number: int) -> Dataset:
    frame = imagecodecs.jpeg8_encode(coloured(number), level=92)
    dataset = in_colour(compressed([frame], screen(number), uid.JPEGBaseline8Bit))
    dataset.PhotometricInterpretation = "YBR_FULL_422"
    return named(dataset, number, ULTRASOUND, "US")


def rle(number: int) -> Dataset:
    dataset = image(screen(number))
    dataset.compress(uid.RLELossless)
    return named(dataset, number, ULTRASOUND, "US")


def cine(frames: int) -> Dataset:
    encoded = [imagecodecs.jpeg8_encode(coloured(number), level=92) for number in range(frames)]
    dataset = in_colour(compressed(encoded, screen(0), uid.JPEGBaseline8Bit))
    dataset.PhotometricInterpretation = "YBR_FULL_422"
    return named(dataset, 0, ULTRASOUND, "US")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
