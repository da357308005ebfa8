"""The passphrase in the page: judged as the command line judges it, and kept with the salt that was made for it."""

import json
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from journey import PATIENCE, Journey
from made import ct, to_bytes
from playwright.sync_api import expect
from runs import SALT, WORDS, native_run

if TYPE_CHECKING:
    from playwright.sync_api import Page

RESULTS = ["audit.csv", "conformance.md", "out", "output.log", "plan.json"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    source = tmp_path / "Herons"
    source.mkdir()
    (source / "a.dcm").write_bytes(to_bytes(ct()))
    with zipfile.ZipFile(tmp_path / "Herons.zip", "w") as archive:
        archive.write(source / "a.dcm", "a.dcm")
    return source


def key_of(page: "Page") -> str:
    return page.get_by_label(re.compile("^Your key|^A key was made")).input_value()


def test_a_weak_passphrase_is_told_and_can_be_insisted_on(journey: Journey, folder: Path, tmp_path: Path) -> None:
    journey.choose_zip(folder.with_suffix(".zip"))
    panel, run = journey.page.locator("policy-panel"), journey.page.locator("run-panel")
    journey.set_passphrase("Radiologie2024")
    journey.start()
    expect(run.get_by_text("easy to guess")).to_be_visible(timeout=PATIENCE)
    insist = panel.get_by_role("checkbox", name="Use this passphrase all the same")
    expect(insist).to_be_focused(timeout=PATIENCE)
    journey.page.keyboard.press("Space")
    journey.start()
    assert journey.wait_for_end().written == 1
    assert key_of(journey.page).startswith("Radiologie2024 salt:")


def test_the_salt_that_was_made_gives_the_command_line_the_same_pseudonyms(
    journey: Journey, folder: Path, tmp_path: Path
) -> None:
    journey.choose_zip(folder.with_suffix(".zip"))
    expect(journey.page.locator("policy-panel").get_by_text("easy to guess")).to_be_hidden()
    assert journey.run(WORDS).written == 1
    key = key_of(journey.page)
    assert re.fullmatch(rf"{WORDS} salt:([A-Z2-7]{{4}}-){{5}}[A-Z2-7]{{4}}", key)
    saved = journey.download("Save key", tmp_path / "saved")
    assert saved.read_text() == f"{key}\n"
    run = journey.results(tmp_path / "zip")
    assert sorted(path.name for path in run.root.iterdir()) == RESULTS
    assert run.outputs == native_run(folder, tmp_path / "native", passphrase=key, status=0).outputs
    plan = json.loads((run.root / "plan.json").read_text())
    assert (plan["pseudonyms"], "key_check" in plan) == (2, False)
    for path in run.root.rglob("*"):
        assert not path.is_file() or key.split("salt:")[1].encode() not in path.read_bytes()


def test_without_a_salt_the_pseudonyms_are_those_of_version_0_2(journey: Journey, folder: Path, tmp_path: Path) -> None:
    journey.choose_zip(folder.with_suffix(".zip"))
    journey.page.get_by_role("checkbox", name="Pseudonyms as in version 0.2").check()
    assert journey.run(f"{WORDS} salt:{SALT}").written == 1
    older = native_run(folder, tmp_path / "native", "--pseudonyms", "1", passphrase=WORDS, status=0)
    assert journey.results(tmp_path / "zip").outputs == older.outputs
