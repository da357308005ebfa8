"""The viewer: what it shows is what is stored, mouse and keyboard do what they say, and nothing is left behind."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from conftest import visiting
from journey import READY
from looking import DAMAGED, SLICES, Looking, series
from playwright.sync_api import expect
from pydicom import dcmread
from pydicom.data import get_testdata_file
from test_access import look_at
from test_explain_panel import choose, wait_until_gone
from test_search import query, shown, told

if TYPE_CHECKING:
    from conftest import Server
    from playwright.sync_api import BrowserContext

NAME = "CompressedSamples"  # the patient of CT_small.dcm
SHADES = 2.0  # of 255; by less than this a picture as a whole does not change
OTHERS = ("examples_rgb_color.dcm", "GDCMJ2K_TextGBR.dcm", "SC_rgb_rle_2frame.dcm", "rtplan.dcm")
# All before the picture is painted once.
KEYS = """(stage, keys) => {
  for (const [key, shiftKey] of keys) stage.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey }));
}"""
CHANGES = 100
# Each change is seen before the next one is made.
CHANGE = """async (stage, changes) => {
  const center = document.querySelector("series-viewer [data-part=center]");
  for (let number = 0; number < changes; number++) {
    const key = number % 3 ? "ArrowUp" : "ArrowDown";
    const before = center.value;
    stage.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey: true }));
    if (center.value === before) throw new Error("it does not change");
    while (stage.querySelector("[data-part=pane-0][data-busy]")) await new Promise((done) => setTimeout(done, 0));
  }
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = series(tmp_path_factory.mktemp("viewer") / "in" / "series").parent
    for name in OTHERS:
        shutil.copyfile(str(get_testdata_file(name)), folder / name)
    return folder


@pytest.fixture(scope="module")
def page_of_all(browser: "BrowserContext", server: "Server", folder: Path) -> Iterator[Looking]:
    with visiting(browser, server) as journey:
        journey.drop(folder)
        yield Looking(journey)


@pytest.fixture
def looking(page_of_all: Looking) -> Iterator[Looking]:
    """A page on which the folder was dropped, which the tests share: the decoders take longest to start."""
    page_of_all.journey.page.set_viewport_size({"width": 1280, "height": 800})
    page_of_all.journey.page.emulate_media(color_scheme="light", reduced_motion="no-preference")
    yield page_of_all
    if page_of_all.dialog.is_visible():
        page_of_all.dialog.get_by_role("button", name="Close").click()
    if page_of_all.journey.workshop.is_visible():
        page_of_all.journey.close_workshop()


def test_fingers_do_what_is_chosen_and_many_changes_of_the_window_take_no_more_memory(looking: Looking) -> None:
    """The first one, since the memory of the worker never shrinks."""
    choose(looking.journey, "series/1.dcm")
    looking.open()
    looking.dialog.get_by_role("button", name="1:1").click()
    looking.touch(((-20, 0), (-60, 0)), ((20, 0), (60, 0)))
    expect(looking.dialog.locator("[data-part=size]")).to_have_text("300 %")
    looking.check("Slices")
    looking.touch(((0, 0), (0, 50)))
    expect(looking.position).to_have_text(f"Slice 3 of {SLICES}")
    looking.touch(((0, 0), (50, 0)))
    expect(looking.position).to_have_text(f"Slice 1 of {SLICES}")
    looking.check("Window")
    width = looking.number("Width")
    looking.touch(((0, 0), (50, 0)))
    assert looking.number("Width") > width
    looking.press("Shift+ArrowUp", "Shift+ArrowRight")
    before = looking.heap()
    looking.stage.evaluate(CHANGE, CHANGES)
    assert looking.heap() == before


def test_a_series_is_looked_through_by_keyboard_alone(looking: Looking) -> None:
    page = looking.journey.page
    choose(looking.journey, "series/1.dcm")
    looking.open()
    expect(looking.position).to_have_text(f"Slice 1 of {SLICES}")
    first = looking.grey()
    looking.press("ArrowDown")
    expect(looking.position).to_have_text(f"Slice 2 of {SLICES}")
    assert (looking.grey() != first).any()
    looking.press("ArrowDown", "ArrowDown")
    expect(looking.dialog.get_by_role("alert")).to_contain_text("they were cut off")
    why = "The file or its pixel data end too early: they were cut off."
    expect(looking.picture).to_have_accessible_name(f"Slice {DAMAGED + 1} of {SLICES}. No picture. {why}")
    assert looking.mean() == 0
    looking.press("ArrowDown")
    expect(looking.dialog.get_by_role("alert")).to_have_count(0)
    assert looking.grey().std() > SHADES
    looking.press("End")
    expect(looking.position).to_have_text(f"Slice {SLICES} of {SLICES}")
    looking.press("Home")
    assert (looking.grey() == first).all()

    looking.press("Shift+ArrowUp", "Shift+ArrowUp")
    assert looking.mean() > first.mean() + SHADES
    looking.press("r", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight")
    assert looking.grey().std() < first.std() - SHADES
    looking.press("r", "i")
    expect(looking.dialog.get_by_role("checkbox", name="Invert")).to_be_checked()
    shown = first > 0  # not what is beside the picture
    assert np.abs(255 - looking.grey()[shown].astype(int) - first[shown]).max() <= 1
    looking.press("r")
    assert (looking.grey() == first).all()

    looking.press("Shift+ArrowRight")
    wider = looking.grey()
    looking.press("Shift+ArrowUp", "Shift+ArrowUp")
    looking.stage.evaluate(KEYS, [["r", False], ["ArrowRight", True]])
    looking.settle()
    assert (looking.grey() == wider).all()  # begun with the file's own window, not with the one that was reset
    looking.press("r")

    size = looking.dialog.locator("[data-part=size]")
    looking.press("1")
    expect(size).to_have_text("100 %")
    looking.press("+", "+")
    expect(size).to_have_text("156 %")
    looking.press("Control+ArrowLeft")
    looking.press("0")
    assert (looking.grey() == first).all()
    expect(looking.dialog.locator("[data-part=spoken]")).to_have_text(re.compile(rf"^Slice 1 of {SLICES}\. Window"))

    page.keyboard.press("Escape")
    expect(looking.journey.button("Look at it")).to_be_focused()
    assert page.locator("series-viewer").inner_html() == ""


def test_at_1_to_1_the_pixels_are_those_of_the_file_and_the_mouse_changes_them(looking: Looking) -> None:
    choose(looking.journey, "series/1.dcm")
    looking.open()
    dialog = looking.dialog
    dialog.get_by_role("button", name="1:1").click()
    preset = dialog.get_by_label("Preset")
    preset.select_option("Lung: -600, 1500")
    looking.settle()
    assert (looking.number("Centre"), looking.number("Width")) == (-600, 1500)
    stored = dcmread(str(get_testdata_file("CT_small.dcm")))
    rescaled = stored.pixel_array * float(stored.RescaleSlope) + float(stored.RescaleIntercept)
    lung = np.clip(((rescaled + 600 - 0.5) / 1499 + 0.5) * 255, 0, 255)
    assert np.abs(middle(looking, *lung.shape) - lung).max() <= 1

    looking.drag(0, -60)
    brighter = looking.mean()
    assert looking.number("Centre") < -600
    expect(preset.locator("option:checked")).to_have_text("Set by hand")
    looking.drag(75, 0)
    assert looking.number("Width") > 2000
    for name, value in (("Centre", "0"), ("Width", "1")):
        dialog.get_by_role("spinbutton", name=name).fill(value)
        dialog.get_by_role("spinbutton", name=name).press("Enter")
    looking.settle()
    assert set(np.unique(middle(looking, *lung.shape))) == {0, 255}
    dialog.get_by_role("button", name="Reset").click()
    looking.settle()
    gamma = dialog.get_by_role("slider", name="Gamma")
    darker = looking.mean()
    assert darker < brighter
    gamma.press("ArrowRight")
    gamma.press("ArrowRight")
    looking.settle()
    assert looking.mean() > darker

    looking.wheel(100)  # a notch
    expect(looking.position).to_have_text(f"Slice 2 of {SLICES}")
    looking.wheel(240)  # one of a wheel that scrolls further
    expect(looking.position).to_have_text(f"Slice 3 of {SLICES}")
    looking.wheel(-300, ctrl=True)
    expect(dialog.locator("[data-part=size]")).to_have_text("200 %")
    before = looking.grey()
    looking.drag(40, 20, shift=True)
    assert (looking.grey()[20:, 40:] == before[:-20, :-40]).all()
    along = dialog.get_by_role("slider", name="Slice")
    along.press("End")
    expect(looking.position).to_have_text(f"Slice {SLICES} of {SLICES}")
    expect(along).to_have_attribute("aria-valuetext", f"Slice {SLICES} of {SLICES}")


def middle(looking: Looking, rows: int, columns: int) -> np.ndarray:
    """The pixel in the middle of the canvas."""
    grey = looking.grey().astype(int)
    top, left = (grey.shape[0] - rows) / 2, (grey.shape[1] - columns) / 2
    return grey[round(top) :, round(left) :][:rows, :columns]


def test_original_and_planned_are_seen_side_by_side_with_their_elements(looking: Looking) -> None:
    journey, dialog = looking.journey, looking.dialog
    choose(journey, "series/1.dcm")
    looking.open()
    looking.check("Side by side")
    looking.press("ArrowDown", "Shift+ArrowUp", "+")
    both = looking.grey()
    half = both.shape[1] // 2
    left, right = both[30:-30, 40 : half - 40], both[30:-30, half + 40 : -40]
    assert left.std() > SHADES
    shifts = [np.abs(left[:, 1:-1].astype(int) - right[:, at : at + left.shape[1] - 2]).max() for at in range(3)]
    assert min(shifts) <= 1
    looking.check("One over the other")
    over = looking.grey()
    split = dialog.get_by_role("slider", name="Per cent of the picture")
    split.press("Home")
    looking.settle()
    assert np.abs(over[40:].astype(int) - looking.grey()[40:]).max() <= 1
    look_at(journey)
    journey.page.set_viewport_size({"width": 1280, "height": 800})

    looking.check("Data elements")
    dialog.get_by_label("Find").fill("PatientName")
    row = dialog.locator("tbody tr", has_text="(0010,0010)")
    expect(row).to_contain_text(NAME)
    expect(row.locator(".element-code")).to_have_text("Z")
    dialog.get_by_label("Find").fill("SOPInstanceUID")
    uid = dialog.locator("tbody tr", has_text="(0008,0018)").locator(".element-before")
    expect(uid).to_have_text("1.2.826.0.1.3680043.8.498.7.1")
    dialog.get_by_role("button", name="Next file").click()
    expect(uid).to_have_text("1.2.826.0.1.3680043.8.498.7.2")
    look_at(journey)
    dialog.get_by_role("button", name="Close").click()
    journey.close_workshop()
    wait_until_gone(journey)


def test_what_is_withheld_is_not_shown_as_a_picture_and_frames_are_counted(looking: Looking) -> None:
    dialog = looking.dialog
    choose(looking.journey, "examples_rgb_color.dcm")
    looking.open()
    assert looking.mean() > 0
    expect(dialog.get_by_role("spinbutton", name="Width")).to_be_disabled()
    looking.check("De-identified")
    expect(dialog).to_contain_text("This file would be withheld.")
    expect(dialog.get_by_role("alert")).to_contain_text("usually show or hold the patient's name")
    assert looking.mean() == 0
    dialog.get_by_role("button", name="Close").click()
    choose(looking.journey, "SC_rgb_rle_2frame.dcm")
    looking.open()
    expect(looking.position).to_have_text("Slice 1 of 1, frame 1 of 2")
    looking.press("ArrowDown")
    expect(looking.position).to_have_text("Slice 1 of 1, frame 2 of 2")
    dialog.get_by_role("button", name="Close").click()
    choose(looking.journey, "GDCMJ2K_TextGBR.dcm")
    looking.open()
    expect(dialog).to_contain_text("their colours may be shown wrongly")
    assert looking.mean() > 0
    dialog.get_by_role("button", name="Close").click()
    choose(looking.journey, "rtplan.dcm")
    looking.open()
    expect(dialog.get_by_role("alert")).to_contain_text("The object has no image.")


def test_series_that_were_found_are_looked_through_and_so_are_results(looking: Looking) -> None:
    journey, dialog, page = looking.journey, looking.dialog, looking.journey.page
    journey.allow_everything()
    journey.button("Index and search").click()
    told(journey, "5 series")
    query(journey, "modality:CT")
    told(journey, "1 of 5 series")
    journey.page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(looking.position).to_have_text(f"Slice 1 of {SLICES}", timeout=READY)
    expect(journey.button("Next series")).to_be_hidden()
    page.keyboard.press("Escape")
    query(journey, "")
    told(journey, "5 series")
    shown(journey).first.get_by_role("button").click()
    path, seen = dialog.locator(".path"), [""]
    for _ in range(len(OTHERS) + 1):
        expect(path).not_to_have_text(seen[-1])
        seen.append(path.inner_text())
        if journey.button("Next series").is_enabled():
            journey.button("Next series").click()
            expect(looking.stage).to_be_focused()
    expect(looking.stage).to_be_focused()
    page.keyboard.press("p")
    expect(path).to_have_text(seen[-2])
    assert set(seen[1:]) == {"series/1.dcm", *OTHERS}
    page.set_viewport_size({"width": 390, "height": 844})
    parts = (looking.stage, dialog.get_by_role("heading").first, dialog.get_by_role("button", name="Close"))
    stage, title, close = (part.bounding_box() or {} for part in parts)
    assert close["y"] < title["y"] + title["height"]
    assert stage["y"] < 844 / 3
    page.set_viewport_size({"width": 1280, "height": 800})
    page.keyboard.press("Escape")
    journey.button("Close").click()

    journey.run()
    journey.button("Search the results").click()
    told(journey, "5 series")
    query(journey, "modality:CT")
    told(journey, "1 of 5 series")
    shown(journey).first.get_by_role("button").click()
    expect(looking.position).to_have_text(f"Slice 1 of {SLICES - 1}", timeout=READY)
    looking.settle()
    assert looking.mean() > 0
    expect(dialog.get_by_role("radio", name="Side by side")).to_be_hidden()
    looking.check("Data elements")
    dialog.get_by_label("Find").fill("PatientID")
    row = dialog.locator("tbody tr", has_text="(0010,0020)")
    expect(row).not_to_contain_text("1CT1")
    expect(dialog.get_by_role("columnheader")).to_have_text(["Data element", "Value"])
    look_at(journey)

    page.reload()
    journey.wait_for_python()
    journey.button("Search it").click()
    told(journey, "5 series")
    shown(journey).first.get_by_role("button").click()
    expect(dialog.get_by_role("alert")).to_contain_text("not among the files that are chosen now", timeout=READY)
    page.keyboard.press("Escape")
    journey.button("Delete index").click()
    journey.button("Delete").click()
