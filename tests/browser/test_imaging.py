"""Pictures in a real page: the same pixels as natively, large files by ranges, and workers that break over a file."""

from __future__ import annotations

import base64
import json
import os
import sqlite3
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import imagecodecs
import numpy as np
import pytest
from commands import command
from conftest import Observed
from dicom_deid.browser.viewer import Viewer
from made import to_bytes
from making import compressed, image
from pictured import InMemory
from pydicom import uid
from pydicom.data import get_testdata_file
from runs import PASSPHRASE

if TYPE_CHECKING:
    from conftest import Launch, Server
    from playwright.sync_api import BrowserContext, Page

HARNESS = Path(__file__).with_name("imaging_harness.js").read_text(encoding="utf-8")
EMPTY_PAGE = "version.json"  # of the site, with its policy, but without its page's own pool
KINDS = {
    "CT_small.dcm": [0],
    "MR_small_jpeg_ls_lossless.dcm": [0],
    "JPEG2000.dcm": [0],
    "JPGExtended.dcm": [0],
    "MR_small_RLE.dcm": [0],
    "SC_rgb_rle_2frame.dcm": [1, 0],
    "examples_palette.dcm": [0],
    "examples_ybr_color.dcm": [29, 3],  # with the other libjpeg its decoding ends Python
    "image_dfl.dcm": [0],
    "SC_rgb_small_odd_big_endian.dcm": [0],
}
WRONG = ("rtplan.dcm", "GDCMJ2K_TextGBR.dcm", "MR_truncated.dcm", "JPEG2000-embedded-sequence-delimiter.dcm")
FRAMES, EDGE = 6000, 512
MIB = 2**20
SPARE = 1500  # milliseconds for a worker in reserve to load its code


@contextmanager
def visited(browser: BrowserContext, server: Server) -> Iterator[Page]:
    """A page of the site with the harness in it."""
    observed = Observed()
    observed.watch(browser)
    server.violations.clear()
    page = browser.new_page()
    page.route("**/favicon.ico", lambda route: route.fulfill(status=204))  # only the site's own page names its icon
    page.goto(server.url + EMPTY_PAGE)
    page.evaluate(HARNESS)
    page.evaluate("harness.start()")
    yield page
    page.evaluate("harness.pool.terminate()")
    page.close()
    assert observed.errors == observed.elsewhere(server.url) == server.violations == []


@pytest.fixture(scope="module")
def page(browser: BrowserContext, server: Server) -> Iterator[Page]:
    with visited(browser, server) as page:
        yield page


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def file(name: str) -> bytes:
    return Path(str(get_testdata_file(name))).read_bytes()


Content = bytes | list[tuple[bytes, int]]


def pick(page: Page, *contents: Content) -> None:
    """Has the page pick files: of these bytes, or of parts of which each comes so many times."""
    pick_named(page, {f"{number:04}.dcm": content for number, content in enumerate(contents)})


def pick_named(page: Page, files: Mapping[str, Content]) -> None:
    told = {
        name: text(content) if isinstance(content, bytes) else [[text(part), count] for part, count in content]
        for name, content in files.items()
    }
    page.evaluate("(named) => harness.pick(named)", told)


def look(page: Page, index: int, *frames: int) -> dict[str, Any]:
    """The page's description of a file and of its frames; their pixels as an array."""
    told: dict[str, Any] = page.evaluate("([index, frames]) => harness.look(index, frames)", [index, list(frames)])
    for painted in told.get("painted", []):
        if "pixels" in painted:
            pixels = np.frombuffer(base64.b64decode(painted["pixels"]), np.uint8)
            painted["pixels"] = pixels.reshape(painted["height"], painted["width"], 4)
    return told


def natively(data: bytes, frame: int) -> tuple[dict[str, Any], np.ndarray]:
    viewer = Viewer(InMemory(data))
    pixels = np.frombuffer(viewer.paint(frame), np.uint8)
    ends = viewer.range(0)
    return viewer.facts() | {"range": list(ends) if ends else None}, pixels.reshape(
        *viewer.picture(frame).values.shape[:2], 4
    )


def heap(page: Page) -> float:
    """MiB."""
    return page.evaluate("imaging.heap") / MIB


def test_every_kind_is_painted_as_natively(page: Page) -> None:
    pick(page, *[file(name) for name in KINDS])
    for index, (name, frames) in enumerate(KINDS.items()):
        told = look(page, index, *frames)
        for number, painted in zip(frames, told["painted"], strict=True):
            facts, pixels = natively(file(name), number)
            assert told["facts"] == facts, name
            assert np.abs(painted["pixels"].astype(int) - pixels).max() <= 1, name
    assert heap(page) < 128


def test_a_thumbnail_is_as_the_command_line_makes_it(page: Page) -> None:
    from dicom_deid.preview.thumbnail import Thumbnails

    pick(page, file("examples_palette.dcm"), file("SC_rgb_rle_2frame.dcm"))
    for index, frame in ((0, 0), (1, 1), (1, 0)):
        ask = "([index, frame]) => imaging.thumbnail({index}, frame).then(({png}) => Array.from(png))"
        data = file(("examples_palette.dcm", "SC_rgb_rle_2frame.dcm")[index])
        picture = Viewer(InMemory(data)).picture(frame)
        assert decoded(bytes(page.evaluate(ask, [index, frame]))) == decoded(Thumbnails(256).png(picture))


def decoded(png: bytes) -> list[Any]:
    pixels: list[Any] = imagecodecs.png_decode(png).tolist()
    return pixels


ITEM, END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0\0\0\0\0"


def item(content: bytes) -> bytes:
    return ITEM + len(content).to_bytes(4, "little") + content


def in_fragments(first: bytes, last: bytes, like: np.ndarray, *, table: bool) -> list[tuple[bytes, int]]:
    """A compressed object of FRAMES frames, with or without a Basic Offset Table, in parts."""
    dataset = compressed([first, last], like, uid.JPEGLSLossless)
    dataset.NumberOfFrames, dataset.WindowCenter, dataset.WindowWidth = FRAMES, "2000", "4000"
    begun = to_bytes(dataset)
    begun = begun[: begun.index(b"\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff") + 12]
    offsets = [number * len(item(first)) for number in range(FRAMES)] if table else []
    begun += item(b"".join(offset.to_bytes(4, "little") for offset in offsets))
    return [(begun, 1), (item(first), FRAMES - 1), (item(last) + END, 1)]


def test_frames_of_a_file_of_3_gb_are_read_by_ranges(page: Page) -> None:
    first, last = (np.full((EDGE, EDGE), level, np.uint16) for level in (1000, 3000))
    whole = to_bytes(image(first, WindowCenter="2000", WindowWidth="4000", NumberOfFrames=FRAMES))
    head = whole[: -first.nbytes - 4] + (first.nbytes * FRAMES).to_bytes(4, "little")
    small = [imagecodecs.jpegls_encode(frame) for frame in (first, last)]
    large = [one.ljust(first.nbytes, b"\0") for one in small]
    pick(
        page,
        [(head, 1), (first.tobytes(), FRAMES - 1), (last.tobytes(), 1)],
        in_fragments(*large, first, table=True),
        in_fragments(*small, first, table=False),
    )
    before = heap(page)
    for index in range(3):
        told = look(page, index, 0, FRAMES - 1, 17)
        assert told["facts"]["frames"] == FRAMES
        assert [painted["pixels"][5, 5, 0] for painted in told["painted"]] == [64, 191, 64]
    assert heap(page) <= max(before, 96)


def test_files_of_a_zip_are_painted_from_where_they_were_spooled(page: Page) -> None:
    large = to_bytes(image(np.full((2000, 2000), 1000, np.uint16), WindowCenter="2000", WindowWidth="4000"))
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("large.dcm", large)
        out.writestr("small.dcm", file("CT_small.dcm"))
    scan = "(content) => harness.scan([new File([harness.bytesOf(content)], 'a.zip')], 'zips')"
    page.evaluate(scan, text(archive.getvalue()))
    for index, (size, level) in enumerate([(2000, 64), (128, None), (2000, 64)]):
        (painted,) = look(page, index % 2, 0)["painted"]
        assert painted["width"] == size
        assert level in (None, painted["pixels"][7, 7, 0])


def test_what_cannot_be_shown_has_a_code(page: Page) -> None:
    pick(page, file("rtplan.dcm"), file("JPEG2000.dcm")[:2000], file("CT_small.dcm"))
    assert look(page, 0, 0) == {"error": "NO_PIXELS"}
    assert look(page, 1, 0)["error"] in ("TRUNCATED", "PIXELS_DAMAGED")
    assert look(page, 9, 0) == {"error": "READ_FAILED"}
    assert page.evaluate("imaging.paint(0, 0, harness.plain)") == {"error": "NO_PIXELS"}
    assert look(page, 2, 5)["painted"] == [{"error": "PIXELS_DAMAGED"}]


def test_a_worker_that_ends_is_replaced_and_its_panes_are_open_again(page: Page) -> None:
    pick(page, file("CT_small.dcm"), file("MR_small.dcm"))
    ended = """async () => {
      const open = [await imaging.open(0, {index: 0}), await imaging.open(1, {index: 1})];
      const painting = imaging.paint(0, 0, harness.plain);
      harness.drawers.at(-1).end();
      const broken = await painting;
      const next = [await imaging.paint(1, 0, harness.plain), await imaging.paint(0, 0, harness.plain)];
      return {broken, widths: next.map(({bitmap}) => bitmap.width)};
    }"""
    assert page.evaluate(ended) == {"broken": {"error": "DECODER_LOST"}, "widths": [64, 128]}


def test_pictures_go_on_when_the_network_is_gone(launch: Launch, own_server: Server) -> None:
    with visited(launch(), own_server) as page:
        pick(page, file("CT_small.dcm"))
        page.wait_for_timeout(SPARE)
        own_server.stop()
        page.evaluate("imaging.close()")
        page.evaluate("harness.start()")
        assert look(page, 0, 0)["painted"][0]["width"] == 128


def test_a_worker_that_hangs_or_has_grown_is_replaced(page: Page) -> None:
    pick(page, file("CT_small.dcm"))
    page.evaluate("imaging.close()")
    made = "harness.drawers.length"
    page.evaluate("harness.start({patience: 0})")
    assert page.evaluate("imaging.open(0, {index: 0})") == {"error": "DECODER_LOST"}
    page.evaluate("harness.start({heapLimit: 1})")
    before = page.evaluate(made)
    told = [look(page, 0, 0, 0)["painted"] for _ in range(2)]
    assert [painted["width"] for both in told for painted in both] == [128] * 4
    assert page.evaluate(made) == before + 2, "one for each file, none for each frame"
    page.evaluate("harness.start()")


def noted(index: bytes) -> tuple[list[Any], list[Any]]:
    """Tables `images` and `unshown`."""
    database = sqlite3.connect(":memory:")
    database.deserialize(index)
    unshown = database.execute("SELECT DISTINCT path, reason FROM unshown ORDER BY 1, 2").fetchall()
    return database.execute("SELECT * FROM images ORDER BY filename").fetchall(), unshown


def command_line(folder: Path, secret: Path) -> tuple[list[Any], list[Any]]:
    with patch.dict(os.environ, {"XDG_DATA_HOME": str(secret.parent)}):
        done = command(
            "thumbnails", folder, "--json", "--workers", "0", "--hold-out", "0.5", "--passphrase-file", secret
        )
    return noted(Path(json.loads(done.stdout)["index"]).read_bytes())


def test_thumbnails_are_those_of_the_command_line_and_made_once(page: Page, tmp_path: Path) -> None:
    folder, secret = tmp_path / "in", tmp_path / "secret"
    folder.mkdir()
    secret.write_text(PASSPHRASE)
    for name in (*KINDS, *WRONG):
        (folder / name).write_bytes(file(name))
    pick_named(page, {path.name: path.read_bytes() for path in folder.iterdir()})
    first = page.evaluate("([passphrase, part]) => harness.thumbnails(passphrase, part)", [PASSPHRASE, 0.5])
    assert noted(base64.b64decode(first["index"])) == command_line(folder, secret)
    images, unshown = noted(base64.b64decode(first["index"]))
    summary = first["summary"]
    assert (summary["made"], summary["cancelled"]) == (len(images), False)
    assert {side for *_, side in images} == {"hold-out", "train"}
    assert sorted(summary["missing"]) == sorted([reason, 1] for _, reason in unshown)
    assert [stage["items"] for stage in summary["stages"].values()][1:] == [len(first["reports"]), len(images)]
    assert first["reports"][-1]["files"] == len(first["reports"])
    assert first["workers"] == 1
    assert all(bool(size) is (reason == "") for size, reason in first["standing"])
    again = page.evaluate("harness.thumbnails('', 0)")
    assert (again["summary"]["made"], again["reports"], again["workers"]) == (0, [], 0)
    assert again["summary"]["missing"] == summary["missing"]
    assert {side for *_, side in noted(base64.b64decode(again["index"]))[0]} == {""}
