"""Looking through the results: what is rejected by keyboard leaves them, and the audit says so."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from conftest import visiting
from journey import READY, Ended, Journey
from playwright.sync_api import expect
from pydicom import dcmread
from pydicom.data import get_testdata_file
from test_access import tab_to

if TYPE_CHECKING:
    from conftest import Server
    from playwright.sync_api import BrowserContext

# A folder of private storage stands for one on the disk.
CHOSEN = """globalThis.showDirectoryPicker = async () =>
  (await navigator.storage.getDirectory()).getDirectoryHandle("chosen", { create: true });"""
# The browser is killed when it has noted that the first output is to be taken out; the paths of all of them.
KILLED = r"""async () => {
  const top = await navigator.storage.getDirectory();
  const chosen = await top.getDirectoryHandle("chosen");
  const [name] = await Array.fromAsync(chosen.keys());
  const run = await chosen.getDirectoryHandle(name);
  const journals = await top.getDirectoryHandle("journals", { create: true });
  const journal = await journals.getDirectoryHandle(name, { create: true });
  const put = async (file, content) => {
    const writable = await (await journal.getFileHandle(file, { create: true })).createWritable();
    await writable.write(content);
    await writable.close();
  };
  const read = async (file) => (await run.getFileHandle(file)).getFile();
  for (const file of ["plan.json", "audit.csv", "output.log"]) await put(file, await read(file));
  const paths = (await (await read("audit.csv")).text()).match(/out\/[^,]+/g);
  await put("rejected", JSON.stringify(paths.slice(0, 1)));
  return paths;
}"""
LEFT = """async () => {
  const walk = async (folder, path) => (await Array.fromAsync(folder.values(), (one) =>
    one.kind === "file" ? [path + one.name] : walk(one, `${path}${one.name}/`))).flat();
  const top = await navigator.storage.getDirectory();
  const [run] = await Array.fromAsync((await top.getDirectoryHandle("chosen")).values());
  const left = await walk(await run.getDirectoryHandle("out"), "out/");
  await top.removeEntry("chosen", { recursive: true });
  return left;
}"""


def two_series(folder: Path) -> Path:
    folder.mkdir()
    slice_ = dcmread(str(get_testdata_file("CT_small.dcm")))
    for series in (1, 2):
        slice_.SeriesInstanceUID, slice_.SeriesNumber = f"1.2.9.{series}", series
        for number in (1, 2):
            slice_.SOPInstanceUID = slice_.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.{series}.{number}"
            slice_.save_as(folder / f"{series}-{number}.dcm")
    return folder


def test_a_series_that_is_rejected_by_keyboard_leaves_the_results(journey: Journey, tmp_path: Path) -> None:
    page, press = journey.page, journey.page.keyboard.press
    folder = two_series(tmp_path / "Herons")
    shutil.copyfile(str(get_testdata_file("rtplan.dcm")), folder / "plan.dcm")
    journey.drop(folder)
    assert journey.run() == Ended("Done", written=5, withheld=0, skipped=0, failed=0)
    tab_to(journey, "Look through the results")
    press("Enter")
    sheet = page.get_by_role("dialog", name="Look through the results")
    tiles, state = sheet.get_by_role("listbox").get_by_role("option"), sheet.locator("[data-part=state]")
    expect(tiles.locator("img[src]")).to_have_count(2, timeout=READY)
    expect(tiles.filter(has_text="RTPLAN")).to_contain_text("No picture. The object has no image.")
    expect(tiles.get_by_text("No picture")).to_have_count(1)
    press("r")
    expect(state).to_have_text("3 series: 0 passed, 1 rejected, 2 not judged.")
    press("z")
    press("Space")
    press("r")
    expect(state).to_have_text("3 series: 1 passed, 1 rejected, 1 not judged.")
    expect(tiles.nth(1)).to_contain_text("Rejected")
    press("ArrowLeft")
    press("Enter")
    expect(page.get_by_role("dialog", name="Look through a series")).to_contain_text("of 2")
    press("Escape")
    expect(sheet.get_by_role("listbox")).to_be_focused()
    journey.button("Take the rejected ones out (1)").focus()
    press("Enter")
    expect(page.get_by_role("dialog", name="Take the rejected ones out?")).to_contain_text("1 series with 2 files")
    tab_to(journey, "Take them out")
    press("Enter")
    expect(tiles).to_have_count(2)
    press("Escape")
    expect(page.locator("results-panel").get_by_role("status")).to_have_text(
        "Done: 3 written, 2 withheld, 0 skipped, 0 failed"
    )
    expect(page.locator("results-panel td.path")).to_have_text(["2-1.dcm", "2-2.dcm"])
    run = journey.results(tmp_path)
    run.check()
    outcomes = sorted((row["status"], row["reason"]) for row in run.rows)
    assert outcomes == [("withheld", "REJECTED")] * 2 + [("written", "")] * 3
    assert "2 files of 1 study; 3 written files are left" in run.log
    page.reload()
    journey.view("Runs")
    expect(page.locator("stored-runs li").first).to_contain_text("3 files written, 2 withheld")


def test_rejected_files_that_stayed_in_a_chosen_folder_are_taken_out_under_runs(
    browser: "BrowserContext", server: "Server", tmp_path: Path
) -> None:
    with visiting(browser, server, before=CHOSEN) as journey:
        page = journey.page
        journey.drop(two_series(tmp_path / "Herons"))
        journey.choose_output("chosen")
        assert journey.run() == Ended("Done", written=4, withheld=0, skipped=0, failed=0)
        first, *others = page.evaluate(KILLED)
        page.reload()
        journey.view("Runs")
        run = page.locator("stored-runs li", has_text="so are files that were rejected")
        run.get_by_role("button", name="Take the rejected ones out").click()
        expect(run).to_have_count(0)
        assert first not in others
        assert sorted(page.evaluate(LEFT)) == sorted(others)
