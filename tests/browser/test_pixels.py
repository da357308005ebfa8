"""Clean Pixel Data in the page: the same regions give the bytes of the command line, and nothing unseen is written."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import visiting
from cutoff import BEGUN, choose_again, go_on
from folder import capture, lettered_slice, picture_folder
from journey import Journey
from made import UID, to_bytes
from many import WITHOUT_HANDLES, choose
from masked import head_folder, saved, segmentation
from playwright.sync_api import expect
from runs import PASSPHRASE, ROOT, RunFolder, native_run, timeless
from test_access import found_by_axe

if TYPE_CHECKING:
    from conftest import Server
    from playwright.sync_api import BrowserContext

OPTION = "clean-pixel-data"
# Ends the detector over the first picture that it is given; the next one has another worker.
KILLED = """
const Own = Worker;
let alive = true;
globalThis.Worker = class extends Own {
  constructor(url, options) {
    super(url, options);
    this.isDetector = String(url).includes("detector.worker");
  }
  postMessage(message, transfer) {
    super.postMessage(message, transfer);
    if (!alive || !this.isDetector || message.path?.[0] !== "boxes") return;
    alive = false;
    this.dispatchEvent(new ErrorEvent("error"));
  }
};
"""
# Ends the Python worker of the next search over its first file.
LOST = """() => {
  const [post, say] = [Worker.prototype.postMessage, MessagePort.prototype.postMessage];
  let finding;
  Worker.prototype.postMessage = function (message, ...more) {
    if (message?.path?.[0] === "find") finding = this;
    post.call(this, message, ...more);
  };
  MessagePort.prototype.postMessage = function (message, ...more) {
    say.call(this, message, ...more);
    if (!finding || message?.path?.[0] !== "open") return;
    Worker.prototype.postMessage = post;
    MessagePort.prototype.postMessage = say;
    finding.dispatchEvent(new ErrorEvent("error"));
  };
}"""
AT = "2026-11-29T02:00:00Z"
TOP: dict[str, Any] = {"rectangle": [4, 2, 300, 32], "evidence": "person"}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return picture_folder(tmp_path_factory.mktemp("pixels") / "Herons")


def found_natively(folder: Path, scratch: Path, *options: str) -> dict[str, Any]:
    """The regions file of the command line."""
    secret, file = scratch / "passphrase", scratch / "found.json"
    secret.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    command = [sys.executable, "-m", "dicom_deid", "pixels", folder, "--regions", file, "--passphrase-file", secret]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "py")}
    subprocess.run([*command, *options], env=environment, check=True, capture_output=True)
    return dict(json.loads(file.read_text(encoding="utf-8")))


def decided(found: dict[str, Any], scratch: Path, left_out: int = 0) -> Path:
    """The same with a rectangle that a person drew in each group; all are approved but the last ones."""
    groups = list(found["groups"].values())
    for group in groups[: len(groups) - left_out]:
        group["boxes"].append(TOP)
        group.update(decision="approved", by="Heron", at=AT)
    file = scratch / "regions.json"
    file.write_text(json.dumps(found), encoding="utf-8")
    return file


def load_regions(journey: Journey, file: Path) -> None:
    with journey.page.expect_file_chooser() as chosen:
        journey.button("Load regions file").click()
    chosen.value.set_files(file)
    expect(journey.page.locator("pixels-panel")).to_contain_text("regions file is loaded")


def agree(run: RunFolder, whole: RunFolder) -> None:
    run.check()
    assert timeless(run.rows) == timeless(whole.rows)
    assert run.outputs == whole.outputs
    plans = [json.loads((folder.root / "plan.json").read_text(encoding="utf-8")) for folder in (run, whole)]
    assert plans[0] == plans[1]
    assert "regions_sha256" in plans[0]


def test_a_regions_file_gives_the_bytes_of_the_command_line(journey: Journey, pictures: Path, tmp_path: Path) -> None:
    file = decided(found_natively(pictures, tmp_path, "--no-detector"), tmp_path, left_out=1)
    whole = native_run(pictures, tmp_path / "whole", "--option", OPTION, "--regions", str(file), status=None)
    fates = sorted((row["pixels"], row["reason"]) for row in whole.rows)
    assert {fate.split(" ")[0] for fate, _ in fates} == {"", "cleaned", "kept;"}
    assert {reason for _, reason in fates} == {"", "PIXELS_NOT_REVIEWED"}
    journey.wait_for_python()
    journey.drop(pictures)
    journey.page.get_by_role("checkbox", name="Clean Pixel Data").check()
    load_regions(journey, file)
    ended = journey.run()
    assert ended.how == "Done"
    run = journey.results(tmp_path / "page")
    agree(run, whole)
    assert not (run.root / "regions.json").exists(), "it is not for passing on"


def look(journey: Journey, pictures: Path) -> None:
    """Has the page look for text in what was dropped."""
    journey.wait_for_python()
    journey.drop(pictures)
    journey.page.get_by_role("checkbox", name="Clean Pixel Data").check()
    journey.set_passphrase()
    journey.button("Look for text in pictures").click()


def search(folder: Path, scratch: Path, *options: str) -> dict[str, Any]:
    """The regions file of the command line, with the detector of this site."""
    models = str(ROOT / "vendor" / "detection")
    return found_natively(folder, scratch, "--models", models, "--workers", "0", *options)


def approve_by_keyboard(journey: Journey, groups: int) -> None:
    """Opens the review, approves so many groups one after the other, and closes it."""
    keyboard, dialog = journey.page.keyboard, journey.page.get_by_role("dialog", name="Text in pictures")
    journey.button("Review what was found").press("Enter")
    expect(dialog.get_by_role("listbox", name="Groups of pictures")).to_be_focused()
    keyboard.press("Enter")
    for number in range(1, groups + 1):
        expect(dialog.get_by_text(f"{number} of 3", exact=True)).to_be_visible()
        expect(dialog.get_by_role("button", name=re.compile("^Approve"))).to_be_enabled()
        keyboard.press("a")
    expect(dialog.get_by_text(f"{groups + 1} of 3", exact=True)).to_be_visible()
    dialog.get_by_role("button", name="Close").press("Enter")
    expect(dialog).to_be_hidden()


def test_what_is_found_and_approved_by_keyboard_is_made_blank_as_on_the_command_line(
    journey: Journey, pictures: Path, tmp_path: Path
) -> None:
    look(journey, pictures)
    panel = journey.page.locator("pixels-panel")
    expect(panel).to_contain_text("of 6 files", timeout=60_000)
    expect(journey.button("Review what was found")).to_be_visible(timeout=180_000)
    expect(panel).to_contain_text("4 objects will be withheld: 4 not approved")
    found = json.loads(journey.download("Save regions file", tmp_path / "found").read_text(encoding="utf-8"))
    assert plain(found) == plain(search(pictures, tmp_path)), "page and command line find the same"
    approve_by_keyboard(journey, 2)
    withheld = sum(len(group["instances"]) for group in list(found["groups"].values())[2:])
    told = re.compile(
        f"{6 - withheld} of 6 DICOM files will be written, {withheld} will be withheld for (its|their) pictures"
    )
    expect(journey.page.locator("run-panel")).to_contain_text(told)
    file = journey.download("Save regions file", tmp_path / "approved")
    ended = journey.run()
    assert (ended.how, ended.written, ended.withheld) == ("Done", 6 - withheld, withheld)
    whole = native_run(pictures, tmp_path / "whole", "--option", OPTION, "--regions", str(file), status=None)
    agree(journey.results(tmp_path / "page"), whole)
    assert {row["reason"] for row in whole.rows} == {"", "PIXELS_NOT_REVIEWED"}


def test_a_detector_that_ends_leaves_its_picture_unread_and_withheld(
    browser: "BrowserContext", server: "Server", pictures: Path, tmp_path: Path
) -> None:
    captures = tmp_path / "in"
    shutil.copytree(pictures / "sc", captures)
    with visiting(browser, server, before=KILLED) as journey:
        look(journey, captures)
        panel = journey.page.locator("pixels-panel")
        expect(panel).to_contain_text("2 objects will be withheld: 1 not approved, 1 not readable", timeout=180_000)
        found = json.loads(journey.download("Save regions file", tmp_path / "found").read_text(encoding="utf-8"))
        (group,) = found["groups"].values()
        assert (len(group["instances"]), list(group["unread"].values())) == (1, ["DETECTOR_LOST"])
        load_regions(journey, decided(found, tmp_path))
        expect(panel).to_contain_text("1 object will be withheld: 1 not readable")
        ended = journey.run()
        assert (ended.written, ended.withheld) == (1, 1)
        rows = journey.results(tmp_path / "page").rows
        assert sorted(row["reason"] for row in rows) == ["", "PIXELS_NOT_READ"]


WRITTEN_DOWN = """() => {
  globalThis.said = [];
  const textOf = (node) => node.data ?? "";
  const note = (records) => said.push(...records.flatMap(({ addedNodes }) => Array.from(addedNodes, textOf)));
  new MutationObserver(note).observe(document.querySelector("pixels-panel"), { childList: true, subtree: true });
}"""
"""All texts that the panel shows from now on, however short."""


def use_mask(journey: Journey, file: Path) -> None:
    """Brings a mask by keyboard, and looks for text."""
    with journey.page.expect_file_chooser() as chosen:
        journey.button("Use a mask…").press("Enter")
    chosen.value.set_files(file)
    expect(journey.page.locator("pixels-panel")).to_contain_text(f"{file.name} is used when you look for text.")
    journey.button("Look for text in pictures").press("Enter")


def saved_regions(journey: Journey, scratch: Path) -> dict[str, Any]:
    return plain(json.loads(journey.download("Save regions file", scratch).read_text(encoding="utf-8")))


def test_a_mask_and_pictures_of_every_kind_give_what_they_give_on_the_command_line(
    journey: Journey, tmp_path: Path
) -> None:
    page, slices, mask = journey.page, head_folder(tmp_path / "Herons"), tmp_path / "face.dcm"
    saved(segmentation(), mask)
    saved(lettered_slice(7), slices / "lettered.dcm")
    panel, every_kind = page.locator("pixels-panel"), page.get_by_role("checkbox", name="Look in all pictures")
    journey.wait_for_python()
    journey.drop(slices)
    page.get_by_role("checkbox", name="Clean Pixel Data").check()
    journey.set_passphrase()
    use_mask(journey, slices / "0.dcm")
    expect(panel.get_by_role("alert")).to_contain_text("The mask is no segmentation", timeout=60_000)
    expect(panel.get_by_role("alert")).to_contain_text("Give a Segmentation")
    page.evaluate(WRITTEN_DOWN)
    use_mask(journey, mask)
    expect(panel).to_contain_text(
        "1 group of 2 objects with pictures. The mask marks something in 2 objects, and nothing in 2 more of its frame "
        "of reference. 2 objects will be withheld: 2 not approved.",
        timeout=60_000,
    )
    expect(panel.get_by_role("alert")).to_be_hidden()
    said = page.evaluate("said")
    files = next(at for at, text in enumerate(said) if " files, " in text)
    assert said.index("Reading the mask…") < files, "no file is looked at before"
    read = [text for text in said if text.endswith(" % of it is read")]
    assert read[0] == "0 % of it is read"
    assert len(read) > 1
    assert saved_regions(journey, tmp_path / "page") == plain(search(slices, tmp_path, "--mask", str(mask)))
    assert found_by_axe(journey) == []

    page.evaluate(LOST)
    journey.button("Look for text in pictures").press("Enter")
    expect(panel).to_contain_text("2 not approved, 1 not looked at", timeout=60_000)
    still = re.compile("The mask marks something in [12] objects?, and nothing in [12] more")
    expect(panel).to_contain_text(still)  # the worker that came next was given it

    every_kind.press("Space")
    expect(every_kind).to_be_checked()
    journey.button("Look for text in pictures").press("Enter")
    expect(every_kind).to_be_disabled()
    expect(panel).to_contain_text("3 objects will be withheld: 3 not approved", timeout=180_000)
    found = saved_regions(journey, tmp_path / "page")
    assert found == plain(search(slices, tmp_path, "--mask", str(mask), "--every-kind"))
    assert all(group["detector"] for group in found["groups"].values())
    journey.button("Without this mask").press("Enter")
    expect(journey.button("Use a mask…")).to_be_focused()
    expect(panel).not_to_contain_text("face.dcm")

    approve_all_seen_by_keyboard(journey, pictures=(4, 1))
    expect(panel).to_contain_text("None of them will be withheld")
    file = journey.download("Save regions file", tmp_path / "approved")
    assert journey.run().written == 5
    whole = native_run(slices, tmp_path / "whole", "--option", OPTION, "--regions", str(file), status=0)
    agree(journey.results(tmp_path / "results"), whole)
    assert {row["pixels"].split(" ")[0] for row in whole.rows} == {"cleaned", "kept;"}


def approve_all_seen_by_keyboard(journey: Journey, pictures: tuple[int, ...]) -> None:
    """Opens the review, looks at so many pictures of each group, and approves all of it at once."""
    keyboard, dialog = journey.page.keyboard, journey.page.get_by_role("dialog", name="Text in pictures")
    journey.button("Review what was found").press("Enter")
    groups = dialog.get_by_role("listbox", name="Groups of pictures")
    expect(groups).to_be_focused()
    expect(groups.get_by_role("option").first).to_contain_text("no box, 2 exceptions")
    expect(groups.get_by_role("option").first).to_contain_text("2 not decided")
    keyboard.press("Enter")
    for group, many in enumerate(pictures):
        if group:
            keyboard.press("PageDown")
        for number in range(1, many + 1):
            seen = "You have seen its picture." if many == 1 else f"You have seen {number} of {many} pictures."
            expect(dialog.get_by_text(seen)).to_be_visible()
            keyboard.press("ArrowDown")
    keyboard.press("Escape")
    dialog.get_by_role("button", name=f"Approve {len(pictures)} groups looked at").press("Enter")
    expect(dialog).to_contain_text(f"{len(pictures)} approved")
    dialog.get_by_role("button", name="Close").press("Enter")
    expect(dialog).to_be_hidden()


def plain(found: dict[str, Any]) -> dict[str, Any]:
    """A regions file without fields that are empty, in one order."""
    for review in (*found["groups"].values(), *found["exceptions"].values()):
        review["boxes"].sort(key=str)
    for group in found["groups"].values():
        for field in ("unread", "detector", "alarms"):
            if not group.get(field):
                group.pop(field, None)
    return found


def test_a_run_that_was_cut_off_goes_on_with_its_regions(
    browser: "BrowserContext", server: "Server", tmp_path: Path
) -> None:
    pictures = tmp_path / "in"
    pictures.mkdir()
    dataset = capture(100)
    for number in range(300):
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"{UID}.34.{number}"
        (pictures / f"{number}.dcm").write_bytes(to_bytes(dataset))
    file = decided(found_natively(pictures, tmp_path, "--no-detector"), tmp_path)
    whole = native_run(pictures, tmp_path / "whole", "--option", OPTION, "--regions", str(file), status=None)
    with visiting(browser, server, before=WITHOUT_HANDLES) as journey:
        journey.wait_for_python()
        before = journey.page.evaluate(BEGUN)
        choose(journey, pictures)
        journey.wait_for_scan()
        journey.page.get_by_role("checkbox", name="Clean Pixel Data").check()
        load_regions(journey, file)
        journey.set_passphrase()
        journey.start()
        until = time.monotonic() + 60
        while journey.page.evaluate(BEGUN) == before:
            assert time.monotonic() < until, "the run does not begin"
        journey.page.reload()
        journey.wait_for_python()
        journey.page.locator("cut-off-run").get_by_role("button", name="Go on").click()
        go_on(journey)
        choose_again(journey, pictures)
        assert journey.wait_for_end().how == "Done"
        agree(journey.results(tmp_path / "page"), whole)
