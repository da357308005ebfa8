"""The linkage file in the page: kept on request, apart from the results, opened here and by the command line alike."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from commands import command
from conftest import visiting
from cutoff import agree, kill, take_up
from dicom_deid.linkage import HEADER, RECORD
from journey import FOUND, READY, Ended, Journey
from made import UID, ct, item, sequence, to_bytes
from many import WITHOUT_HANDLES, WRITTEN, choose, many_files, start_and_wait, wait_for_files
from playwright.sync_api import Locator, expect
from runs import PASSPHRASE, RunFolder, native_run, timeless
from samples import sample_folder

if TYPE_CHECKING:
    from conftest import Launch, Server
    from playwright.sync_api import BrowserContext, Page

NAME = "Okonkwo"
FILES = 60
TABLES = ("linkage.csv", "patid_mapping.csv", "uid_mapping.csv")
KEEP = "Keep an encrypted linkage file"
DOWNLOAD = "Download linkage file"
# A folder of private storage stands for one on the disk: the dialogue itself is tested in test_dialogue.py.
CHOSEN = """globalThis.showDirectoryPicker = async () =>
  (await navigator.storage.getDirectory()).getDirectoryHandle("chosen", { create: true });"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three patients with references, odd names, an id that begins with a sign, and files that are not written."""
    root = sample_folder(tmp_path_factory.mktemp("input") / NAME)
    for number in range(FILES):
        source = ct(
            SOPInstanceUID=f"{UID}.5.{number}",
            PatientID=("-4711", "MRN,1", "=CMD(1)")[number % 3],
            StudyInstanceUID=f"{UID}.7.{number % 3}",
            SourceImageSequence=sequence(item(ReferencedSOPInstanceUID=f"{UID}.6.{number}")),
        )
        path = root / f"{number % 4}" / f"Jörg;=“{number}”.dcm"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(to_bytes(source))
    return root


@pytest.fixture(scope="module")
def native(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[RunFolder, Path]:
    """The same by the command line."""
    place = tmp_path_factory.mktemp("native")
    return native_run(folder, place / "run", "--linkage", str(place / "linkage")), place / "linkage"


def decrypted(linkage: Path, tmp_path: Path, passphrase: str = PASSPHRASE) -> dict[str, bytes]:
    """The tables that the command line makes."""
    secret, target = tmp_path / "passphrase", tmp_path / f"tables of {linkage.name}"
    secret.write_text(f"{passphrase}\n", encoding="utf-8")
    assert command("decrypt", linkage, target, "--passphrase-file", secret).stderr == ""
    return {path.name: path.read_bytes() for path in target.iterdir()}


def lines(tables: dict[str, bytes]) -> dict[str, list[bytes]]:
    """The rows of the tables, in any order."""
    return {name: sorted(text.split(b"\n")) for name, text in tables.items()}


def dialog(journey: Journey) -> Locator:
    return journey.page.get_by_role("dialog", name="Open a linkage file")


def open_linkage(journey: Journey, linkage: Path, passphrase: str = PASSPHRASE) -> None:
    """In the dialog, which is opened for it."""
    if not dialog(journey).is_visible():
        journey.view("Runs")
        journey.button("Open a linkage file").click()
    dialog(journey).get_by_label("File", exact=True).set_input_files(linkage)
    dialog(journey).get_by_label("Key of the run").fill(passphrase)
    journey.page.keyboard.press("Enter")


def tables_of(journey: Journey, linkage: Path, tmp_path: Path, passphrase: str = PASSPHRASE) -> dict[str, bytes]:
    """The tables that the page makes."""
    open_linkage(journey, linkage, passphrase)
    expect(dialog(journey).get_by_role("button", name="Download linkage.csv")).to_be_visible(timeout=READY)
    return {name: journey.download(f"Download {name}", tmp_path / "page").read_bytes() for name in TABLES}


def linked_run(journey: Journey, folder: Path, passphrase: str = PASSPHRASE) -> Ended:
    journey.drop(folder)
    journey.page.get_by_role("checkbox", name=KEEP).check()
    return journey.run(passphrase)


def stored(journey: Journey) -> set[str]:
    """The names of all that private storage holds."""
    return set(
        journey.page.evaluate("""async () => {
          const names = [];
          async function list(folder, path) {
            for await (const [name, child] of folder.entries()) {
              names.push(path + name);
              if (child.kind === "directory") await list(child, `${path}${name}/`);
            }
          }
          await list(await navigator.storage.getDirectory(), "");
          return names;
        }""")
    )


def test_a_linkage_of_the_page_is_that_of_the_command_line(
    journey: Journey, folder: Path, native: tuple[RunFolder, Path], tmp_path: Path
) -> None:
    ended = linked_run(journey, folder)
    assert ended.written == FILES + 3
    linkage = journey.download(DOWNLOAD, tmp_path)
    run = journey.results(tmp_path / "zip")
    assert linkage.name == f"{run.root.name}.linkage"
    found = decrypted(linkage, tmp_path)
    assert lines(found) == lines(decrypted(native[1], tmp_path))
    assert tables_of(journey, linkage, tmp_path) == found
    assert run.outputs == native[0].outputs
    assert timeless(run.rows) == timeless(native[0].rows)
    assert (run.root / "plan.json").read_bytes() == (native[0].root / "plan.json").read_bytes()
    there = {path.name for path in native[0].root.iterdir()}
    assert {path.name for path in run.root.iterdir()} == there - {"key-check.json"}  # not passed on
    for secret in (NAME, UID, "4711", "Jörg", PASSPHRASE):
        assert secret.encode() not in linkage.read_bytes()
        assert secret not in run.log + run.audit


def test_a_linkage_of_the_command_line_is_opened_in_the_page_and_what_is_wrong_with_one_is_told(
    journey: Journey, native: tuple[RunFolder, Path], tmp_path: Path
) -> None:
    assert tables_of(journey, native[1], tmp_path) == decrypted(native[1], tmp_path)
    expect(dialog(journey).get_by_role("status")).to_contain_text(f"linkage.csv {FILES + 3} rows")
    journey.page.keyboard.press("Escape")
    expect(journey.button("Open a linkage file")).to_be_focused()
    journey.page.keyboard.press("Enter")
    expect(dialog(journey).get_by_label("Key of the run")).to_have_value("")
    expect(dialog(journey).get_by_role("listitem")).to_have_count(0)

    whole = native[1].read_bytes()
    second = HEADER.size + RECORD.size + RECORD.unpack_from(whole, HEADER.size)[0]
    third = second + RECORD.size + RECORD.unpack_from(whole, second)[0]
    wrong = {
        "text": (b"nothing" * 100, "The file is no linkage file."),
        "later": (whole[:16] + b"\x02" + whole[17:], "made by a newer version"),
        "hopeless": (whole[: second - 1] + bytes([whole[second - 1] ^ 1]), "damaged, or was changed"),
    }
    damaged = {
        "cut": (whole[:-100], "The linkage file has no end"),
        "changed": (whole[: second + 50] + b"\0\0\0" + whole[second + 53 :], "1 record(s) of the linkage file are dam"),
        "taken out": (whole[:second] + whole[third:], "1 record(s) of the linkage file are missing"),
    }  # fmt: skip
    note = dialog(journey).locator("problem-note")
    open_linkage(journey, native[1], "another passphrase")
    expect(note).to_contain_text("made with another key", timeout=READY)
    for name, (content, told) in wrong.items():
        (tmp_path / name).write_bytes(content)
        open_linkage(journey, tmp_path / name)
        expect(note).to_contain_text(told, timeout=FOUND)
        expect(dialog(journey).get_by_role("listitem")).to_have_count(0)
    for name, (content, told) in damaged.items():
        (tmp_path / name).write_bytes(content)
        tables = tables_of(journey, tmp_path / name, tmp_path)
        expect(dialog(journey).get_by_role("list", name="What is missing")).to_contain_text(told)
        assert tables["linkage.csv"].count(b"\n") > FILES
    dialog(journey).get_by_role("button", name="Close").click()


def test_without_being_asked_nothing_links_and_what_was_asked_for_stays_until_its_run_is_deleted(
    journey: Journey, folder: Path, tmp_path: Path
) -> None:
    journey.drop(folder / "some")
    expect(journey.page.get_by_role("checkbox", name=KEEP)).not_to_be_checked()
    journey.run()
    expect(journey.button(DOWNLOAD)).to_have_count(0)
    name = journey.page.locator("results-panel .whole").inner_text()
    assert f"linkages/{name}" not in stored(journey)
    expect(journey.button(f"Linkage file of {name}")).to_have_count(0)
    journey.button("Run again with these files").click()

    journey.page.get_by_role("checkbox", name=KEEP).check()
    assert journey.run("").how == "Done"
    expect(journey.page.locator("project-key")).to_contain_text("It also opens the linkage file.")
    made = journey.page.get_by_label("A key was made for this run").input_value()
    before = journey.download(DOWNLOAD, tmp_path)
    assert tables_of(journey, before, tmp_path, made) == decrypted(before, tmp_path, made)
    dialog(journey).get_by_role("button", name="Close").click()

    name = before.stem
    journey.page.reload()
    journey.view("Runs")
    again = journey.download(f"Linkage file of {name}", tmp_path / "again")
    assert again.read_bytes() == before.read_bytes()
    assert [path for path in stored(journey) if "linkage" in path and name in path] == [f"linkages/{name}"]
    journey.button(f"Delete of {name}").click()
    journey.button("Delete").click()
    expect(journey.page.locator("stored-runs li", has_text=name)).to_have_count(0)
    assert not {path for path in stored(journey) if name in path}


def test_a_linkage_is_apart_from_results_in_a_chosen_folder(
    browser: "BrowserContext", server: "Server", folder: Path, tmp_path: Path
) -> None:
    with visiting(browser, server, before=CHOSEN) as journey:
        journey.drop(folder / "some")
        journey.choose_output("chosen")
        journey.page.get_by_role("checkbox", name=KEEP).check()
        assert journey.run().how == "Done"
        linkage = journey.download(DOWNLOAD, tmp_path)
        name = linkage.stem
        assert [path for path in stored(journey) if path.startswith("chosen/") and "linkage" in path] == []
        journey.page.reload()
        journey.view("Runs")
        item = journey.page.locator("stored-runs li", has_text=name)
        expect(item).to_contain_text("linkage file; the results are in the folder that you chose")
        assert journey.download(f"Linkage file of {name}", tmp_path / "again").read_bytes() == linkage.read_bytes()
        expect(journey.button(f"ZIP of {name}")).to_have_count(0)
        journey.button(f"Delete of {name}").click()
        journey.button("Delete").click()
        expect(item).to_have_count(0)
        assert f"linkages/{name}" not in stored(journey)
        assert f"chosen/{name}/audit.csv" in stored(journey)


def test_a_linkage_goes_on_with_a_run_that_was_killed_twice(
    launch: "Launch", server: "Server", profile: Path, tmp_path: Path
) -> None:
    many = many_files(tmp_path / NAME)
    whole = native_run(many, tmp_path / "native", "--linkage", str(tmp_path / "native.linkage"), status=0)

    def opened() -> Journey:
        page = launch(profile).pages[0]
        page.add_init_script(WITHOUT_HANDLES)
        page.goto(server.url)
        return Journey(page)

    journey = opened()
    choose(journey, many)
    journey.page.get_by_role("checkbox", name=KEEP).check()
    start_and_wait(journey, 60)
    kill(journey.page.context, profile)
    journey = opened()
    done = take_up(journey, many, KEEP)
    wait_for_files(journey, (done + WRITTEN) // 2)
    kill(journey.page.context, profile)
    journey = opened()
    take_up(journey, many, KEEP)
    assert journey.wait_for_end().how == "Done"
    linkage = journey.download(DOWNLOAD, tmp_path)
    assert lines(decrypted(linkage, tmp_path)) == lines(decrypted(tmp_path / "native.linkage", tmp_path))
    agree(journey.results(tmp_path / "zip"), whole)


def test_a_run_whose_linkage_cannot_be_written_does_not_begin(page: "Page", folder: Path) -> None:
    """A file stands where the folder of the linkages should be."""
    page.evaluate("""async () => {
      await (await navigator.storage.getDirectory()).getFileHandle("linkages", { create: true });
    }""")
    ended = linked_run(Journey(page), folder / "some")
    assert (ended.how, ended.total) == ("Stopped", 0)
    expect(page.locator("results-panel problem-note")).to_contain_text("linkage file can no longer be written")
