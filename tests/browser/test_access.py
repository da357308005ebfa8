"""The page for everyone: by keyboard alone, by name and role, on a narrow screen, light and dark."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from conftest import ROOT
from journey import READY, Ended, Journey
from many import WITHOUT_HANDLES, choose, many_files, start_and_wait
from playwright.sync_api import expect
from pydicom import dcmread
from pydicom.data import get_testdata_file
from runs import PASSPHRASE, RunFolder, unpacked
from samples import sample_folder

# axe knows the rules of WCAG and ARIA in their present state, which this project need not keep itself.
AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
FINDINGS = """async (rules) => {
  const only = rules.length ? { runOnly: { type: "rule", values: rules } } : {};
  const { violations } = await axe.run(document, { resultTypes: ["violations"], preload: false, ...only });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`));
}"""
# Those of axe's rules that a change from light to dark can make a difference to.
OF_COLOUR = ["color-contrast", "link-in-text-block"]
# Colours may change gently.
SETTLED = """() => Promise.allSettled(document.getAnimations()
  .filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity).map(({ finished }) => finished))"""
CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
NARROW, USUAL, WIDE = 360, 1280, 1920  # pixels
MOST_TO_RESULTS, MOST_TO_DECIDED = 3, 4  # actions
ULTRASOUNDS = 13
MOST_STOPS = 80  # between two controls, with all options between them
# Every control must have a name that a screen reader can speak.
OPERATED = {"button", "checkbox", "combobox", "link", "progressbar", "radio", "spinbutton", "textbox"}
OPERATED |= {"DisclosureTriangle"}
# An outline is drawn around what has the focus, or around its label.
FOCUS_SEEN = """() => {
  const at = document.activeElement;
  const styles = [at, at.closest("label") ?? at].map((one) => getComputedStyle(one));
  return at === document.body || styles.some((one) => one.outlineStyle !== "none" && one.outlineWidth !== "0px");
}"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_folder(tmp_path_factory.mktemp("access") / "Herons")


@pytest.fixture(scope="module")
def archive(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.make_archive(str(tmp_path_factory.mktemp("zip") / "herons"), "zip", source))


def tab_to(journey: Journey, name: str) -> None:
    """Goes on with the Tab key until the button of that name has the focus, which must be seen at every stop."""
    button = journey.button(name)
    for _ in range(MOST_STOPS):
        journey.page.keyboard.press("Tab")
        assert journey.page.evaluate(FOCUS_SEEN), journey.page.evaluate("document.activeElement.outerHTML")
        if button.count() and button.evaluate("(one) => one === document.activeElement"):
            return
    raise AssertionError(f"no way to {name} by the Tab key")


def test_the_whole_way_by_keyboard(journey: Journey, archive: Path, tmp_path: Path) -> None:
    page = journey.page
    page.on("filechooser", lambda chosen: chosen.set_files(archive))  # early: a key comes faster than this is set up
    journey.wait_for_python()
    tab_to(journey, "Choose folder")
    tab_to(journey, "Choose ZIP")
    page.keyboard.press("Enter")
    journey.wait_for_scan()
    tab_to(journey, "Start")
    page.keyboard.press("Enter")
    assert journey.wait_for_end() == Ended("Done", written=3, withheld=1, skipped=1, failed=1)
    tab_to(journey, "Download results ZIP")
    with page.expect_download() as downloading:
        page.keyboard.press("Enter")
    downloading.value.save_as(tmp_path / "results.zip")
    tab_to(journey, "Download audit CSV")
    tab_to(journey, "Download output.log")


@dataclass
class Actions:
    """A person at the keyboard. An action is one activation with Enter or Space, or one value that is typed; going from
    one control to another with Tab is none, nor is an answer to the browser's own dialogue of files."""

    journey: Journey
    done: int = 0

    def activate(self, name: str) -> None:
        tab_to(self.journey, name)
        self.done += 1
        self.journey.page.keyboard.press("Enter")

    def download(self, name: str, folder: Path) -> RunFolder:
        with self.journey.page.expect_download() as downloading:
            self.activate(name)
        archive = folder / f"{self.done}.zip"
        downloading.value.save_as(archive)
        return unpacked(archive, folder / archive.stem)


def test_results_and_decisions_take_few_actions_at_the_keyboard(journey: Journey, tmp_path: Path) -> None:
    page, mixed = journey.page, tmp_path / "Herons"
    mixed.mkdir()
    shutil.copyfile(str(get_testdata_file("CT_small.dcm")), mixed / "slice.dcm")
    (mixed / "note.txt").write_text("a note", encoding="utf-8")
    image = dcmread(str(get_testdata_file("examples_rgb_color.dcm")))
    for number in range(ULTRASOUNDS):
        image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.{number}"
        image.save_as(mixed / f"{number}.dcm")
    page.evaluate(WITHOUT_HANDLES)
    page.on("filechooser", lambda chosen: chosen.set_files(mixed))
    journey.wait_for_python()
    person = Actions(journey)
    person.activate("Choose folder")
    journey.wait_for_scan()
    person.activate("Start")
    assert journey.wait_for_end() == Ended("Done", written=1, withheld=ULTRASOUNDS, skipped=1, failed=0)
    assert len(person.download("Download results ZIP", tmp_path).outputs) == 1
    assert person.done <= MOST_TO_RESULTS
    before = person.done
    person.activate(f"Allow {ULTRASOUNDS} Ultrasound images and run only them")
    status = page.locator("results-panel").get_by_role("status")
    expect(status).to_have_text(f"Done: {ULTRASOUNDS} written, 0 withheld, 0 skipped, 0 failed")
    assert len(person.download("Download results ZIP", tmp_path).outputs) == ULTRASOUNDS
    assert person.done - before <= MOST_TO_DECIDED


def nameless(journey: Journey) -> list[str]:
    """Roles of controls that a screen reader could not name."""
    session = journey.page.context.new_cdp_session(journey.page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    controls = [node for node in nodes if not node["ignored"] and node["role"]["value"] in OPERATED]
    assert len(controls) > 1
    return [node["role"]["value"] for node in controls if not node["name"]["value"].strip()]


def broader_than(journey: Journey, width: int) -> bool:
    journey.page.set_viewport_size({"width": width, "height": 800})
    return int(journey.page.evaluate("document.documentElement.scrollWidth")) > width


def show_in(journey: Journey, scheme: Scheme) -> None:
    journey.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    journey.page.evaluate(SETTLED)


def low_contrast(journey: Journey) -> list[str]:
    bad = []
    for scheme in SCHEMES:
        show_in(journey, scheme)
        seen = journey.page.evaluate(CONTRAST)
        assert seen["looked"] > 10
        bad += [f"{scheme}: {text}" for text in seen["bad"]]
    return bad


def look_at(journey: Journey) -> None:
    """The checks that every state of the page must pass."""
    assert nameless(journey) == []
    assert low_contrast(journey) == []
    for width in (NARROW, WIDE):
        assert not broader_than(journey, width), width


def found_by_axe(journey: Journey) -> list[str]:
    """What axe finds in the page as it is, light and dark, on a narrow, a usual and a wide screen."""
    found: list[str] = []
    journey.page.evaluate(AXE)
    rules: list[str] = []  # all of them
    for scheme in SCHEMES:
        show_in(journey, scheme)
        for width in (NARROW, USUAL, WIDE):
            journey.page.set_viewport_size({"width": width, "height": 800})
            found += [f"{scheme}, {width}: {text}" for text in journey.page.evaluate(FINDINGS, rules)]
        rules = OF_COLOUR
    return found


def test_every_state_is_named_legible_and_fits_a_narrow_screen(journey: Journey, source: Path) -> None:
    page = journey.page
    journey.wait_for_python()
    look_at(journey)
    assert found_by_axe(journey) == []
    journey.drop(source)
    page.locator("summary", has_text="SOP Classes to allow").click()
    expect(page.get_by_role("heading", name="1 file needs a decision")).to_be_visible()
    look_at(journey)
    assert found_by_axe(journey) == []
    journey.open_workshop("Python")
    expect(page.locator("what-if tbody tr").first).to_be_visible(timeout=READY)
    expect(page.locator("python-rules .cm-content")).to_be_visible(timeout=READY)
    look_at(journey)
    journey.close_workshop()
    journey.set_passphrase("")
    journey.start()
    journey.wait_for_end()
    look_at(journey)
    assert found_by_axe(journey) == []
    journey.view("Help")
    look_at(journey)
    assert found_by_axe(journey) == []
    journey.view("Runs")
    assert found_by_axe(journey) == []


def test_going_on_with_a_run_is_for_everyone(journey: Journey, tmp_path: Path) -> None:
    page, many = journey.page, many_files(tmp_path / "Herons")
    page.evaluate(WITHOUT_HANDLES)
    choose(journey, many)
    start_and_wait(journey, 20)
    page.reload()
    journey.wait_for_python()
    tab_to(journey, "Go on")
    look_at(journey)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Go on with this run")
    which = re.compile(r"Folder “Herons”, begun \d+ \w{3} 20\d\d, \d\d:\d\d: \d+ of [\d,]+ files done\.")
    expect(dialog.locator("#go-on-about")).to_have_text(which)
    expect(dialog.locator("#go-on-how")).to_contain_text("the same folder or files (Folder “Herons”)")
    expect(dialog.get_by_label("Key of this run")).to_be_focused()
    page.keyboard.type("another")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("another key", timeout=60_000)
    look_at(journey)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    journey.view("Runs")
    look_at(journey)
    page.get_by_role("button", name="Delete of ").first.click()
    journey.button("Delete").click()
    expect(page.locator("cut-off-run")).to_be_hidden()


def test_choosing_studies_details_and_a_linkage_are_for_everyone(journey: Journey, tmp_path: Path) -> None:
    page, many = journey.page, many_files(tmp_path / "Herons")
    sample_folder(many)
    journey.drop(many)
    page.locator("summary", has_text="Studies to de-identify").click()
    page.get_by_role("checkbox", name="Study 2").uncheck()
    page.get_by_role("checkbox", name="Keep an encrypted linkage file").check()
    look_at(journey)
    start_and_wait(journey, 20)
    journey.button("Pause").click()
    expect(page.locator("run-panel")).to_contain_text("Paused at")
    page.locator("run-status summary").click()
    look_at(journey)
    assert found_by_axe(journey) == []
    journey.button("Cancel").click()
    journey.wait_for_end()
    linkage = journey.download("Download linkage file", tmp_path)
    linkage.write_bytes(linkage.read_bytes()[:-9])
    journey.view("Runs")
    tab_to(journey, "Open a linkage file")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Open a linkage file")
    expect(dialog.get_by_label("File", exact=True)).to_be_focused()
    dialog.get_by_label("File", exact=True).set_input_files(linkage)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSPHRASE)
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Download linkage.csv")).to_be_visible(timeout=READY)
    expect(dialog.get_by_role("status")).to_contain_text("no end")
    look_at(journey)
    tab_to(journey, "Close")
    page.keyboard.press("Enter")
    expect(journey.button("Open a linkage file")).to_be_focused()


def test_a_screen_reader_hears_how_it_goes(journey: Journey, source: Path) -> None:
    page = journey.page
    journey.drop(source)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    progress = page.get_by_role("progressbar", name="Files done", include_hidden=True)
    expect(progress).to_have_count(1)
    journey.run()
    expect(progress).to_have_js_property("value", 6)
    expect(page.locator("results-panel").get_by_role("status")).to_contain_text("Done: 3 written")
    table = page.get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_text(["Reason", "What to do", "File"])
    expect(table.get_by_role("rowheader")).to_have_count(3)
    expect(page.locator("#results-title")).to_be_focused()
    assert page.evaluate("document.documentElement.lang") == "en"
