"""The what-if for one file: the page's table is the command line's, follows the policy, and leaves nothing."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from commands import command
from conftest import visiting
from journey import Journey
from playwright.sync_api import Locator, expect
from pydicom import Dataset, dcmread
from pydicom.data import get_testdata_file
from runs import PASSPHRASE
from samples import sample_folder

if TYPE_CHECKING:
    from conftest import Server
    from playwright.sync_api import BrowserContext

SHOWN = 30_000  # milliseconds for the trial worker to start and to answer
NAME = "CompressedSamples"  # the patient of CT_small.dcm
LONG = "a comment of many words, " * 100
MANY = 4000  # elements of a file whose table is long
# The cells of every row that there is, as a person reads them.
ROWS = """(table) => [...table.tBodies[0].rows].map((row) => ({
  name: row.querySelector(".element-name").textContent,
  tag: row.querySelector(".element-tag").textContent,
  depth: Number(row.style.getPropertyValue("--depth")),
  action: row.querySelector(".element-code").textContent,
  word: row.querySelector(".badge").textContent,
  rule: row.querySelector(".element-rule").textContent,
  reason: row.querySelector(".element-reason").textContent,
  effect: row.querySelector(".badge").dataset.effect,
  before: row.querySelector(".element-before").textContent,
  after: row.querySelector(".element-after").textContent,
}))"""

# Whether each word for an action ends before the padding of its cell begins.
ROOM = """(body) => [...body.querySelectorAll(".element-action")].every((cell) => {
  const right = cell.getBoundingClientRect().right - parseFloat(getComputedStyle(cell).paddingRight);
  return cell.querySelector(".badge").getBoundingClientRect().right <= right;
})"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = sample_folder(tmp_path_factory.mktemp("whatif") / "in")
    for name in ("SC_rgb_jpeg_gdcm.dcm", "MR_small_RLE.dcm"):
        (folder / name).write_bytes(Path(str(get_testdata_file(name))).read_bytes())
    long = dcmread(str(get_testdata_file("CT_small.dcm")))
    long.ImageComments = LONG
    long.SOPInstanceUID = long.file_meta.MediaStorageSOPInstanceUID = "1.2.826.0.1.3680043.8.498.1"
    long.SeriesInstanceUID = "1.2.826.0.1.3680043.8.498.2"
    long.StudyInstanceUID = "1.2.826.0.1.3680043.8.498.3"
    long.ReferencedImageSequence = [referring(number) for number in range(MANY // 2)]
    long.save_as(folder / "long.dcm")
    return folder


def referring(number: int) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    item.ReferencedSOPInstanceUID = f"1.2.826.0.1.3680043.8.498.4.{number}"
    return item


@pytest.fixture(scope="module")
def page_of_all(browser: "BrowserContext", server: "Server", source: Path) -> Iterator[Journey]:
    with visiting(browser, server) as journey:
        journey.drop(source)
        yield journey


@pytest.fixture
def opened(page_of_all: Journey) -> Iterator[Journey]:
    """A page on which the source was dropped, which the tests share; each leaves the policy and the view as they were.

    The start of a page and of its trial worker takes longer than most of what is looked at.
    """
    yield page_of_all
    page = page_of_all.page
    shown = page.locator("what-if")
    if shown.get_by_role("table").is_visible():
        shown.get_by_label("Find").fill("")
        shown.get_by_label("Show", exact=True).select_option("all")
    if page_of_all.workshop.is_visible():
        page_of_all.close_workshop()
    page.get_by_role("radio", name="Remove").check()  # dates
    page.locator("input[name=option]:checked").evaluate_all("(boxes) => boxes.forEach((box) => box.click())")
    page_of_all.set_passphrase("")


def planned(file: Path, folder: Path, *options: str) -> dict[str, Any]:
    """The answer of `dicom-deid plan` for a file."""
    secret = folder / "passphrase"
    secret.write_text(PASSPHRASE, encoding="utf-8")
    done = command("plan", file, "--json", "--values", "--passphrase-file", secret, *options)
    assert done.returncode in (0, 1), done.stderr
    return dict(json.loads(done.stdout))


def choose(journey: Journey, name: str) -> None:
    """Opens the workshop and chooses the file of that name, by its study and its number; each has one series here."""
    journey.open_workshop("Rules for single elements")
    page = journey.page
    study, path = page.locator("#try-study"), page.locator("sample-picker:not([aria-busy]) .path")
    following = journey.button("Next file")
    for index in range(study.locator("option").count()):
        study.select_option(index=index)
        while not path.inner_text(timeout=SHOWN).endswith(name) and following.is_enabled():
            following.click()
        if path.inner_text().endswith(name):
            return
    raise AssertionError(f"{name} is not among the files to choose from")


def open_whatif(journey: Journey) -> Locator:
    journey.open_workshop("Rules for single elements")
    return settled(journey)


def settled(journey: Journey) -> Locator:
    """The what-if when it shows what it was asked for."""
    shown = journey.page.locator("what-if")
    expect(shown.locator("[data-part=status]")).to_have_text(re.compile("^would (be|fail)"), timeout=SHOWN)
    expect(shown.locator("[data-part=status]")).to_be_visible()
    expect(journey.page.locator("what-if[aria-busy]")).to_have_count(0, timeout=SHOWN)
    return shown


def rows(journey: Journey) -> list[dict[str, Any]]:
    """All rows, which are made as one scrolls."""
    table = journey.page.locator("what-if table")
    wanted = int(table.get_attribute("aria-rowcount") or 0) - 1
    while (found := table.locator("tbody tr").count()) < wanted:
        table.locator("tbody tr").last.scroll_into_view_if_needed()
        expect(table.locator(f"tbody tr:nth-child({found + 1})")).to_be_attached()
    return list(table.evaluate(ROWS))


def expected_row(element: dict[str, Any]) -> dict[str, Any]:
    """The words that the page must show for an element of the command line's answer."""
    steps = element["path"].split("/")
    item = re.search(r"\[(\d+)\]$", steps[-2])[1] if len(steps) > 1 else ""  # type: ignore[index]
    unchanged = {"unchanged": "the same", "emptied": "empty"}
    words = "word" if element["cut"] == 1 else "words"
    after = "" if element["effect"] == "unchanged" else short(element["after"])
    return {
        "name": element["name"],
        "tag": (f"item {item} " if item else "") + steps[-1],
        "depth": len(steps) - 1,
        "action": element["action"].replace("+", ""),
        "word": element["became"] + (f" ({element['cut']} {words})" if element["cut"] else ""),
        "rule": element["rule"],
        "reason": element["why"],
        "effect": element["effect"],
        "before": short(element["before"]),
        "after": after or unchanged.get(element["effect"], ""),
    }


def short(text: str | None) -> str:
    """The beginning of a long value; how the rest is offered is not compared."""
    return re.sub(r"… (Show all|\().*", "…", text or "")


def test_a_file_is_chosen_by_study_series_and_number(journey: Journey, tmp_path: Path) -> None:
    page = journey.page
    one = dcmread(str(get_testdata_file("CT_small.dcm")))
    for series, number in ((1, 1), (1, 2), (1, 3), (2, 1)):
        one.SeriesInstanceUID = f"1.2.826.0.1.3680043.8.498.5.{series}"
        one.SOPInstanceUID = one.file_meta.MediaStorageSOPInstanceUID = f"{one.SeriesInstanceUID}.{number}"
        folder = tmp_path / "in" / f"series {series}"
        folder.mkdir(parents=True, exist_ok=True)
        one.save_as(folder / f"{number}.dcm")
    journey.drop(tmp_path / "in")
    journey.open_workshop("Rules for single elements")
    path, number_field = page.locator("sample-picker .path"), page.get_by_role("spinbutton", name="File")
    expect(page.locator("#try-study option")).to_have_text(["Study 1: CT, 4 files"])
    series_field = page.locator("#try-series")
    expect(series_field.locator("option")).to_have_text(
        ["Series 1: 3 files, in series 1", "Series 2: 1 file, in series 2"]
    )
    expect(journey.button("Previous file")).to_be_disabled()
    journey.button("Next file").click()
    expect(path).to_have_text("series 1/2.dcm")
    number_field.fill("99")
    number_field.press("Enter")
    expect(number_field).to_have_value("3")
    expect(path).to_have_text("series 1/3.dcm")
    expect(journey.button("Next file")).to_be_disabled()
    series_field.select_option(index=1)
    expect(path).to_have_text("series 2/1.dcm")
    expect(page.locator("sample-picker")).to_contain_text("of 1")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("CT_small.dcm", ()),
        ("rtplan.dcm", ("retain-uids", "retain-modified-dates")),
        ("MR_small_RLE.dcm", ("retain-patient-characteristics",)),
    ],
)
def test_the_table_is_what_the_command_line_says(
    opened: Journey, source: Path, tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    file = next(source.rglob(name))
    expected = planned(file, tmp_path, *(word for option in options for word in ("--option", option)))
    opened.set_passphrase()
    for option in options:
        opened.page.locator(f"input[value={option}]").check()
    choose(opened, name)
    shown = open_whatif(opened)
    expect(shown.get_by_text("would be written")).to_be_visible()
    expect(shown.get_by_text(expected["sop_class"], exact=True)).to_be_visible()
    expect(shown.get_by_text("is made when you press Start")).to_be_hidden()
    found = [{**row, "before": short(row["before"]), "after": short(row["after"])} for row in rows(opened)]
    assert found == [expected_row(element) for element in expected["elements"]]
    assert expected["key"] == "of the passphrase"


def test_it_says_why_a_file_is_not_written(opened: Journey) -> None:
    choose(opened, "examples_rgb_color.dcm")
    shown = open_whatif(opened)
    expect(shown.get_by_text("would be withheld")).to_be_visible()
    expect(shown.get_by_text("usually show or hold the patient's name")).to_be_visible()
    expect(shown.get_by_text("is made when you press Start")).to_be_visible()
    assert len(rows(opened)) > 50  # as they would be if it were allowed
    choose(opened, "MR_truncated.dcm")
    settled(opened)
    expect(shown.get_by_text("would fail")).to_be_visible()
    expect(shown.get_by_text("they were cut off")).to_be_visible()
    expect(shown.get_by_role("table")).to_be_hidden()


def test_the_word_for_an_action_has_room_in_its_column(opened: Journey) -> None:
    choose(opened, "CT_small.dcm")
    shown = open_whatif(opened)
    for width in (390, 1000, 1280):
        opened.page.set_viewport_size({"width": width, "height": 800})
        assert shown.locator("tbody").evaluate(ROOM), width


def test_rows_are_found_by_text_by_action_and_by_change(opened: Journey) -> None:
    page = opened.page
    choose(opened, "CT_small.dcm")
    open_whatif(opened)
    everything = rows(opened)
    count = page.locator("what-if").get_by_text(re.compile(r"data elements?$"))
    which, find = page.locator("what-if").get_by_label("Show", exact=True), page.locator("what-if").get_by_label("Find")
    which.select_option("changed")
    changed = rows(opened)
    assert [row for row in everything if row["effect"] != "unchanged"] == changed
    which.select_option("removed")
    removed = rows(opened)
    assert [row for row in everything if row["word"] == "removed"] == removed
    assert {row["effect"] for row in removed} == {"removed"}
    assert not [words for words in which.locator("option").all_inner_texts() if "undefined" in words]
    which.select_option("all")
    for text in ("patientname", "(0010,0010)", NAME.lower()):
        find.fill(text)
        expect(count).to_have_text(re.compile(rf"^\d of {len(everything)} data elements$"))
        expect(page.locator("what-if tbody tr", has_text="(0010,0010)")).to_be_visible()
    find.fill("nothing has this in it")
    expect(count).to_have_text(f"0 of {len(everything)} data elements")
    find.fill("")
    expect(count).to_have_text(f"{len(everything)} data elements")


def test_it_follows_the_policy_and_the_passphrase(opened: Journey) -> None:
    page = opened.page
    choose(opened, "CT_small.dcm")
    open_whatif(opened)
    page.locator("what-if").get_by_label("Find").fill("StudyInstanceUID")
    study = page.locator("what-if tbody tr", has_text="(0020,000D)")
    expect(study.locator(".badge")).to_have_text("new UID")
    made_up = study.locator(".element-after").inner_text()
    opened.close_workshop()
    page.locator("input[name=option][value=retain-uids]").check()
    open_whatif(opened)
    expect(study.locator(".element-after")).to_have_text("the same", timeout=SHOWN)
    opened.close_workshop()
    page.locator("input[name=option][value=retain-uids]").uncheck()
    opened.set_passphrase()
    open_whatif(opened)
    expect(study.locator(".element-after")).to_have_text(re.compile(r"^2\.25\."), timeout=SHOWN)
    expect(study.locator(".element-after")).not_to_have_text(made_up)
    expect(page.get_by_text("is made when you press Start")).to_be_hidden()


def test_a_long_value_is_cut_and_shown_whole_when_asked_for(opened: Journey) -> None:
    page = opened.page
    choose(opened, "long.dcm")
    open_whatif(opened)
    page.locator("what-if").get_by_label("Find").fill("ImageComments")
    before = page.locator("what-if tbody tr .element-before")
    expect(before).to_have_count(1)
    assert len(before.inner_text()) < 200
    before.get_by_role("button", name="Show all 2,499 characters").click()
    expect(before).to_have_text(LONG.strip())
    expect(page.locator(":focus")).to_have_class(re.compile(r"^element-before"))


def test_thousands_of_rows_are_made_as_one_scrolls(opened: Journey) -> None:
    page = opened.page
    choose(opened, "long.dcm")
    open_whatif(opened)
    table = page.locator("what-if table")
    assert int(table.get_attribute("aria-rowcount") or 0) > MANY
    assert table.locator("tbody tr").count() < 500
    page.get_by_role("region", name="Data elements").press("End")
    expect(table.locator("tbody tr:nth-child(300)")).to_be_attached()
    page.locator("what-if").get_by_label("Find").fill(f"498.4.{MANY // 2 - 1}")
    expect(table.locator("tbody tr")).to_have_count(1)


def test_fragments_of_compressed_pixels_are_followed(opened: Journey) -> None:
    opened.allow_everything()
    choose(opened, "SC_rgb_jpeg_gdcm.dcm")
    open_whatif(opened)
    [pixels] = [row for row in rows(opened) if row["tag"] == "(7FE0,0010)"]
    assert (pixels["action"], pixels["after"]) == ("K", "the same")


PATIENT_ID = "1CT1"  # of CT_small.dcm
KEPT = "document.documentElement.outerHTML + JSON.stringify({...localStorage, ...sessionStorage})"


def values_in(journey: Journey) -> bool:
    """Whether the patient's ID is anywhere in the page, or in what it keeps. The name is in the list of studies."""
    return PATIENT_ID in str(journey.page.evaluate(KEPT))


def wait_until_gone(journey: Journey) -> None:
    """A dialog that is closed tells of it in a task of its own."""
    journey.page.wait_for_function(f"name => !({KEPT}).includes(name)", arg=PATIENT_ID)


def test_values_are_gone_when_it_is_closed_and_when_a_run_begins(opened: Journey) -> None:
    page = opened.page
    wait_until_gone(opened)
    choose(opened, "CT_small.dcm")
    settled(opened)
    assert values_in(opened)
    page.keyboard.press("Escape")
    expect(page.locator("what-if")).to_be_hidden()
    wait_until_gone(opened)
    open_whatif(opened)
    assert values_in(opened)
    opened.close_workshop()
    opened.run()
    wait_until_gone(opened)
    expect(opened.button("Rules and code…")).to_be_hidden()
    opened.button("Run again with these files").click()


def test_a_file_that_changed_after_it_was_found_is_told(journey: Journey, tmp_path: Path) -> None:
    source = sample_folder(tmp_path / "in")
    journey.drop(source)
    choose(journey, "CT_small.dcm")
    settled(journey)
    journey.close_workshop()
    (source / "some" / "CT_small.dcm").write_bytes(b"something else")
    journey.open_workshop("Rules for single elements")
    expect(journey.page.locator("try-out problem-note")).to_contain_text("changed after it was found", timeout=SHOWN)
