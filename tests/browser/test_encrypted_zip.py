"""An encrypted ZIP of a run: opened by another program with the passphrase that was shown, and with no other."""

import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pyzipper
from journey import DONE, READY, Journey
from made import UID, ct, to_bytes
from playwright.sync_api import Locator, expect
from samples import sample_folder

if TYPE_CHECKING:
    from conftest import Observed

LETTERS = re.compile(r"[A-Z2-7]{4}(-[A-Z2-7]{4}){5}")  # 120 bits
SIDE = 1100  # pixels: an output of more than is read at once
# Whether it is in anything that the page keeps: private storage, by way of its files, the database and the session.
IS_KEPT = """async (text) => {
  const databases = (await indexedDB.databases()).map(({ name }) => name);
  const said = [JSON.stringify(databases), JSON.stringify(localStorage), JSON.stringify(sessionStorage), location.href];
  let kept = said.some((one) => one.includes(text));
  const look = async (folder) => {
    for await (const [name, child] of folder.entries()) {
      kept ||= name.includes(text);
      if (child.kind === "directory") await look(child);
      else if (!name.startsWith("zip-")) kept ||= (await (await child.getFile()).text()).includes(text);
    }
  };
  await look(await navigator.storage.getDirectory());
  return kept;
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = sample_folder(tmp_path_factory.mktemp("encrypted") / "Herons")
    large = ct(SOPInstanceUID=f"{UID}.9", Rows=SIDE, Columns=SIDE, PixelData=bytes(range(250)) * (SIDE * SIDE // 125))
    (root / "large.dcm").write_bytes(to_bytes(large))
    return root


def dialog(journey: Journey) -> Locator:
    return journey.page.get_by_role("dialog", name="Encrypted ZIP")


def passphrase_shown(journey: Journey) -> str:
    return journey.page.get_by_label("Passphrase of this ZIP").input_value()  # in the dialog, open or not


def make(journey: Journey, target: Path) -> Path:
    with journey.page.expect_download(timeout=DONE) as downloading:
        journey.button("Make and download").click()
    downloading.value.save_as(target / downloading.value.suggested_filename)
    return target / downloading.value.suggested_filename


def opened(archive: Path, passphrase: str) -> dict[str, bytes]:
    with pyzipper.AESZipFile(archive) as file:
        file.setpassword(passphrase.encode())
        return {name: file.read(name) for name in file.namelist()}


def test_it_opens_with_the_passphrase_alone_and_the_page_keeps_nothing_of_it(
    journey: Journey, observed: "Observed", folder: Path, tmp_path: Path
) -> None:
    journey.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    journey.drop(folder)
    assert journey.run().written == 4
    with zipfile.ZipFile(journey.download("Download results ZIP", tmp_path)) as plain:
        content = {name: plain.read(name) for name in plain.namelist()}
    journey.button("Encrypted ZIP").click()
    passphrase = passphrase_shown(journey)
    assert LETTERS.fullmatch(passphrase)
    dialog(journey).get_by_role("button", name="Copy").click()
    expect(dialog(journey).get_by_role("button", name="Copied")).to_be_visible()
    assert journey.page.evaluate("navigator.clipboard.readText()") == passphrase
    archive = make(journey, tmp_path)
    assert archive.name.endswith("-encrypted.zip")
    assert opened(archive, passphrase) == content
    with pytest.raises(RuntimeError, match="Bad password"):
        opened(archive, passphrase[::-1])
    with pyzipper.AESZipFile(archive) as file:
        assert {entry.wz_aes_strength for entry in file.infolist()} == {3}
    expect(dialog(journey).get_by_role("status")).to_contain_text("The ZIP is made")
    journey.page.keyboard.press("Escape")  # a slip, while the passphrase is needed
    expect(dialog(journey)).to_be_visible()
    journey.button("I have the passphrase: close").click()
    expect(journey.page.get_by_label("Passphrase of this ZIP")).to_have_value("")  # a task after the click
    assert journey.page.evaluate(IS_KEPT, archive.name.removesuffix("-encrypted.zip"))
    assert not journey.page.evaluate(IS_KEPT, passphrase)
    assert passphrase not in journey.page.content()
    assert not any(passphrase in told for told in observed.requests + observed.console)

    journey.view("Runs")
    journey.page.get_by_role("button", name=re.compile("^Encrypted ZIP of ")).first.click()
    another = passphrase_shown(journey)
    assert LETTERS.fullmatch(another)
    assert another != passphrase
    assert opened(make(journey, tmp_path / "again"), another) == content


def test_one_that_cannot_be_made_is_told_in_words(journey: Journey, folder: Path) -> None:
    journey.page.route("**/vendor/zip-aes.js", lambda route: route.abort())
    journey.page.reload()
    expect(journey.page.get_by_text("Python is ready")).to_be_visible(timeout=READY)
    journey.drop(folder)
    journey.run()
    journey.button("Encrypted ZIP").click()
    journey.button("Make and download").click()
    expect(dialog(journey).locator('problem-note[data-code="PAGE_INCOMPLETE"]')).to_be_visible()
    journey.button("I have the passphrase: close").click()
    expect(dialog(journey)).to_be_hidden()
