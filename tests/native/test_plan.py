"""`dicom-deid plan` and `dicom-deid conformance` as a person uses them: real files, exit codes and words."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from commands import command
from console import on_a_terminal
from dicom_deid.explain import explain
from dicom_deid.key import Key, derive
from dicom_deid.native.source import FileSource
from dicom_deid.policy import Plan, Policy
from dicom_deid.profile import table
from made import ct, to_bytes
from runs import PASSPHRASE, native_run

NAME, PATIENT = "Okonkwo", "MRN-0815-4711"
CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
ORIGINALS = (NAME, PATIENT, "1.2.276.0.99999", "19610307", "ACME", "B30f")


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / NAME / "a.dcm"
    path.parent.mkdir()
    path.write_bytes(to_bytes(ct()))
    return path


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    return path


def told(*arguments: str | Path, status: int = 0) -> dict[str, Any]:
    done = command("plan", *arguments, "--json")
    assert done.returncode == status, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def by_keyword(document: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {element["keyword"]: element for element in document["elements"]}


def test_it_says_what_becomes_of_every_element_and_stores_nothing(image: Path) -> None:
    before = sorted(image.parents[1].rglob("*"))
    done = command("plan", image, "--values")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "It would be written. (CT Image Storage)"
    at = lines.index(
        "(0010,0030) Patient's Birth Date DA: Z, emptied. PS3.15 Table E.1-1 lists it. The Basic Profile has Z."
    )
    assert [line.strip() for line in lines[at + 1 : at + 3]] == ["before: 19610307", "after:"]
    assert "a key was made for this look alone" in done.stderr
    assert sorted(image.parents[1].rglob("*")) == before


@pytest.mark.parametrize("how", [(), ("--json",), ("--no-values",)])
def test_what_goes_into_a_file_has_no_original_value_unless_it_is_asked_for(image: Path, how: tuple[str, ...]) -> None:
    done = command("plan", image, *how)
    assert "Patient's Name" in done.stdout
    for original in ORIGINALS:
        assert original not in done.stdout + done.stderr
    assert ("--values puts them in" in done.stderr) == (how != ("--no-values",))
    asked = command("plan", image, *how, "--values")
    assert all(original in asked.stdout for original in ORIGINALS)


def test_with_the_passphrase_it_shows_what_a_run_writes(image: Path, secret: Path, tmp_path: Path) -> None:
    document = told(image, "--passphrase-file", secret, "--values", "--option", "retain-modified-dates")
    run = native_run(image, tmp_path / "run", "--option", "retain-modified-dates", status=0)
    row, elements = run.rows[0], by_keyword(document)
    assert elements["PatientID"]["after"] == row["patient_id"]
    assert elements["SOPInstanceUID"]["after"] == row["sop_instance_uid"]
    assert elements["MediaStorageSOPInstanceUID"]["after"] == row["sop_instance_uid"]
    assert elements["StudyDate"]["after"] not in ("", "20240229")
    assert document["key"] == "of the passphrase"
    assert document["policy"]["options"] == ["retain-modified-dates"]
    again = told(image, "--values")
    assert by_keyword(again)["PatientID"]["after"] != row["patient_id"]
    assert again["key"] == "made up for this look"


def test_what_would_be_withheld_says_why_and_what_to_do(tmp_path: Path) -> None:
    screen = tmp_path / "screen.dcm"
    screen.write_bytes(to_bytes(ct(SOPClassUID=CAPTURE, BurnedInAnnotation="YES")))
    done = command("plan", screen)
    assert done.returncode == 1
    assert done.stdout.startswith("It would be withheld")
    assert "SOP_CLASS_WITHHELD: Objects of this kind usually show" in done.stdout
    document = told(screen, "--allow-sop-class", CAPTURE, status=1)
    assert document["outcome"]["reason"] == "BURNED_IN"
    assert document["outcome"]["remedy"]
    assert by_keyword(document)["PatientName"]["action"] == "Z"
    assert told(screen, "--allow-sop-class", CAPTURE, "--pass-burned-in")["outcome"]["status"] == "written"


def test_a_file_that_is_no_image_has_an_outcome(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("bed 7")
    assert "It would be skipped.\nNOT_DICOM" in command("plan", tmp_path / "notes").stdout
    (tmp_path / "cut").write_bytes(to_bytes(ct())[:-1])
    assert told(tmp_path / "cut", status=1)["outcome"]["status"] == "failed"


@pytest.mark.parametrize("case", [("gone",), ("a", "--option", "x"), ("a", "--allow-sop-class", "CT")])
def test_a_wrong_command_says_what_is_wrong(tmp_path: Path, case: tuple[str, ...]) -> None:
    (tmp_path / "a").write_bytes(to_bytes(ct()))
    done = command("plan", *case, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_a_terminal_gets_a_table_with_values_that_cannot_command_it(tmp_path: Path) -> None:
    image = tmp_path / "a.dcm"
    image.write_bytes(to_bytes(ct(SoftwareVersions="[red]v1\x1b[31m")))
    code, text = on_a_terminal([sys.executable, "-m", "dicom_deid", "plan", image], 200)
    assert code == 0
    assert "becomes" in text
    assert "Okonkwo^Adaeze" in text
    assert "[red]v1\\x1b[31m" in text
    assert "\x1b[31m" not in text
    assert "E.1-1: PS3.15 Table E.1-1 lists it." in text


def test_the_conformance_statement_is_printed_and_goes_with_a_run(image: Path, tmp_path: Path) -> None:
    done = command("conformance", "--option", "retain-uids")
    assert done.returncode == 0
    assert "| 113110 | Retain UIDs Option |" in done.stdout.split("## What is not claimed")[0]
    run = native_run(image, tmp_path / "run", "--option", "retain-uids", status=0)
    assert (run.root / "conformance.md").read_text(encoding="utf-8") == done.stdout


def test_every_real_file_can_be_explained(corpus: list[Path]) -> None:
    options = frozenset(option["name"] for option in table("options.json")) - {"retain-full-dates"}
    allowed = frozenset(row["uid"] for row in table("sop-classes.json"))
    for policy, files in ((Policy(), corpus[::4]), (Policy(options, allowed, pass_burned_in=True), corpus)):
        plan, explained = Plan(policy, Key(derive(PASSPHRASE))), 0
        for path in files:
            with FileSource(path) as source:
                source.extend(source.size)
                found = explain(source, plan, "0" * 20)
            paths = [row.path for row in found.rows]
            assert len(paths) == len(set(paths)), path.name
            explained += bool(paths)
        assert explained > len(files) / 2
