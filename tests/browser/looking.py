"""The viewer as a person uses it: opened, looked at by its pixels, and by what it says."""

import base64
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from journey import READY, Journey
from numpy.typing import NDArray
from playwright.sync_api import Locator, expect
from pydicom import dcmread
from pydicom.data import get_testdata_file

SLICES = 6
DAMAGED = 3  # number of the slice, from 0, that is cut off
STEPS = 5  # of what a finger does
FURTHER = 9  # columns from one slice to the next
PIXELS = """(canvas) => {
  const { width, height } = canvas;
  const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, width, height);
  return { width, height, data: new Uint8Array(data.buffer).toBase64() };
}"""
NOT_BUSY = """() => [...document.querySelectorAll("series-viewer .pane[data-busy]")]
  .every((pane) => !pane.checkVisibility())"""


def series(folder: Path) -> Path:
    """A series of slices made of CT_small.dcm, one of which is cut off, and real files of other kinds."""
    folder.mkdir(parents=True)
    slice_ = dcmread(str(get_testdata_file("CT_small.dcm")))
    values = slice_.pixel_array.copy()
    for number in range(SLICES):
        slice_.InstanceNumber = str(number + 1)
        slice_.ImagePositionPatient[2] = number * 5
        slice_.SOPInstanceUID = slice_.file_meta.MediaStorageSOPInstanceUID = f"1.2.826.0.1.3680043.8.498.7.{number}"
        slice_.PixelData = np.roll(values, FURTHER * number, axis=1).tobytes()
        slice_.save_as(folder / f"{number + 1}.dcm")
    cut = folder / f"{DAMAGED + 1}.dcm"
    cut.write_bytes(cut.read_bytes()[:-5000])
    return folder


@dataclass(frozen=True)
class Looking:
    """The open viewer."""

    journey: Journey

    @property
    def dialog(self) -> Locator:
        return self.journey.page.get_by_role("dialog", name="Look through a series")

    @property
    def stage(self) -> Locator:
        return self.dialog.get_by_role("application", name="Picture")

    @property
    def picture(self) -> Locator:
        return self.dialog.get_by_role("img")

    @property
    def position(self) -> Locator:
        return self.dialog.locator("[data-part=position]")

    def open(self) -> None:
        """Opens it on the sample file of the workshop, by keyboard."""
        if not self.journey.workshop.is_visible():
            self.journey.button("Rules and code…").click()
        look = self.journey.button("Look at it")
        look.focus()
        look.press("Enter")
        expect(self.stage).to_be_focused()
        self.settle()

    def settle(self) -> None:
        """Until it shows what was wished last."""
        self.journey.wait_for(NOT_BUSY, READY)
        self.journey.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.stage.press(key)
        self.settle()

    def check(self, name: str) -> None:
        self.dialog.get_by_role("radio", name=name, exact=True).check()
        self.settle()

    def grey(self) -> NDArray[Any]:
        """The canvas, by rows of device pixels; red alone, which is enough for grey."""
        found = self.dialog.locator("canvas").evaluate(PIXELS)
        pixels = np.frombuffer(base64.b64decode(found["data"]), np.uint8)
        return pixels.reshape(found["height"], found["width"], 4)[..., 0]

    def mean(self) -> float:
        return float(self.grey().mean())

    def number(self, name: str) -> float:
        return float(self.dialog.get_by_role("spinbutton", name=name).input_value())

    def drag(self, right: int, down: int, *, shift: bool = False) -> None:
        mouse, box = self.journey.page.mouse, self.stage.bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        if shift:
            self.journey.page.keyboard.down("Shift")
        mouse.move(x, y)
        mouse.down()
        mouse.move(x + right, y + down, steps=5)
        mouse.up()
        if shift:
            self.journey.page.keyboard.up("Shift")
        self.settle()

    def touch(self, *paths: tuple[tuple[int, int], tuple[int, int]]) -> None:
        """Fingers go, each on its way, given as right and down from the middle of the picture."""
        box = self.stage.bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        session = self.journey.page.context.new_cdp_session(self.journey.page)
        for step in range(STEPS + 1):
            points = [
                {"id": finger, "x": x + a + (c - a) * step / STEPS, "y": y + b + (d - b) * step / STEPS}
                for finger, ((a, b), (c, d)) in enumerate(paths)
            ]
            kind = "touchMove" if step else "touchStart"
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        session.detach()
        self.settle()

    def wheel(self, down: int, *, ctrl: bool = False) -> None:
        self.stage.hover()
        if ctrl:
            self.journey.page.keyboard.down("Control")
        self.journey.page.mouse.wheel(0, down)
        if ctrl:
            self.journey.page.keyboard.up("Control")
        self.journey.page.wait_for_timeout(50)  # the browser delivers a wheel in its own time
        self.settle()

    def heap(self) -> int:
        """Bytes of the imaging worker's memory."""
        text = str(self.dialog.locator("[data-part=memory]").get_attribute("value"))
        assert re.fullmatch(r"\d+", text)
        return int(text)
