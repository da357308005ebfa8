"""`dicom-deid plan FOLDER`: what a run of the same files would do, in counts, with the flags that would change it."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from commands import command
from faults import faults
from made import ct, to_bytes

SC, US = "1.2.840.10008.5.1.4.1.1.7", "1.2.840.10008.5.1.4.1.1.6.1"


def planned(source: Path, *options: str | Path) -> dict[str, Any]:
    done = command("plan", source, "--json", *options)
    assert done.returncode in (0, 1), done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (0 if found["outcomes"]["written"] == found["files"] else 1)
    return found


def run_of(source: Path, target: Path, *options: str | Path) -> tuple[dict[str, int], set[str]]:
    """The counts of a run, and its outputs."""
    secret = target.with_suffix(".secret")
    secret.write_text("seven grey herons by the weir\n", encoding="utf-8")
    done = command("run", source, target, "--passphrase-file", secret, "--pseudonyms", "1", *options)
    assert done.returncode in (0, 1), done.stderr
    counts = {word: int(count) for count, word in (part.split() for part in done.stdout.split("\n")[0][6:].split(", "))}
    return counts, {path.relative_to(target).as_posix() for path in target.rglob("*.dcm")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with every outcome, a kind that is withheld for two reasons, and two files that are the same."""
    root = tmp_path / "Okonkwo"
    (root / "b").mkdir(parents=True)
    made = {
        "a": to_bytes(ct()),
        "b/1": to_bytes(ct()),
        "b/2": to_bytes(ct(SOPInstanceUID="1.2.3.4.5", SOPClassUID=SC)),
        "b/3": to_bytes(ct(SOPInstanceUID="1.2.3.4.6", SOPClassUID=US, BurnedInAnnotation="YES")),
        "c": to_bytes(ct(SOPInstanceUID="1.2.3.4.7"))[:-9],
        "d.txt": b"no DICOM",
        "e": b"",
    }
    for name, data in made.items():
        (root / name).write_bytes(data)
    return root


@pytest.mark.parametrize(
    "options", [(), ("--pass-burned-in",), ("--allow-sop-class", SC), ("--option", "clean-pixel-data")]
)
def test_the_counts_are_those_of_the_run(folder: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    counts, _ = run_of(folder, tmp_path / "out", *options)
    found = planned(folder, *options)
    assert found["outcomes"] == counts
    assert found["files"] == sum(counts.values())
    assert all(count > 0 for count in counts.values())


def test_the_counts_are_those_of_a_run_over_real_and_faulty_files(corpus: list[Path], tmp_path: Path) -> None:
    root = tmp_path / "real"
    root.mkdir()
    for number, path in enumerate(corpus):
        shutil.copyfile(path, root / f"{number}")
    for name, (data, _) in faults().items():
        (root / f"fault {name}").write_bytes(data)
    assert planned(root)["outcomes"] == run_of(root, tmp_path / "out")[0]


def test_each_remedy_names_flags_which_then_write_it(folder: Path) -> None:
    before = planned(folder)
    withheld = {row["sop_class"]: row for row in before["kinds"] if row["reason"] == "SOP_CLASS_WITHHELD"}
    assert withheld[SC]["remedies"] == [f"--allow-sop-class {SC}", "--option clean-pixel-data"]
    assert withheld[US]["remedies"] == [f"--allow-sop-class {US} --pass-burned-in", "--option clean-pixel-data"]
    for row in withheld.values():
        after = planned(folder, *row["remedies"][0].split())["outcomes"]
        assert after["written"] >= before["outcomes"]["written"] + row["files"]


def test_in_words_it_shows_kinds_and_flags_and_no_path(folder: Path) -> None:
    done = command("plan", folder)
    assert done.returncode == 1
    assert "1  will be withheld  Secondary Capture Image Storage" in done.stdout
    assert f"Secondary Capture Image Storage: written with --allow-sop-class {SC}" in done.stdout
    assert "Okonkwo" not in done.stdout + done.stderr
    assert not {path.name for path in folder.parent.iterdir()} - {"Okonkwo"}


def test_kinds_alike_are_one_line_whatever_lets_them_be_written(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number, burned in enumerate(("NO", "YES")):
        made = ct(SOPInstanceUID=f"1.2.3.4.{number}", SOPClassUID=SC, BurnedInAnnotation=burned)
        (tmp_path / "in" / f"{number}").write_bytes(to_bytes(made))
    shown = command("plan", tmp_path / "in").stdout
    assert shown.startswith("    2  will be withheld  Secondary Capture Image Storage  SOP_CLASS_WITHHELD\nForecast: ")
    assert f"--allow-sop-class {SC}\n" in shown
    assert f"--allow-sop-class {SC} --pass-burned-in\n" in shown


@pytest.mark.parametrize("typed", ["OKONKWO", "1.2.840.4711008.1"])
def test_a_sop_class_that_ps3_6_does_not_have_is_not_shown(tmp_path: Path, typed: str) -> None:
    """Anybody may have typed it."""
    (tmp_path / "in").mkdir()
    made = ct()
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = typed
    (tmp_path / "in" / "a").write_bytes(to_bytes(made))
    for options in ((), ("--json",)):
        done = command("plan", tmp_path / "in", *options)
        assert "PRIVATE_SOP_CLASS" in done.stdout
        assert typed not in done.stdout + done.stderr


def test_a_zip_gives_the_same_as_its_folder(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(folder.rglob("*")):
            file.write(path, path.relative_to(folder))
    assert planned(archive)["outcomes"] == planned(folder)["outcomes"]
    assert run_of(archive, tmp_path / "packed") == run_of(folder, tmp_path / "plain")
    for path in (tmp_path / "plain" / "out").rglob("*.dcm"):
        assert (tmp_path / "packed" / path.relative_to(tmp_path / "plain")).read_bytes() == path.read_bytes()
    assert (tmp_path / "packed" / "audit.csv").read_bytes() == (tmp_path / "plain" / "audit.csv").read_bytes()
