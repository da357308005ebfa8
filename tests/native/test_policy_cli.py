"""Policies on the command line: a file with flags on top, refusals, what the run folder keeps, and imports."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from commands import command
from dicom_deid.policy import Policy
from made import ct, to_bytes
from runs import PASSPHRASE, RunFolder

POLICY = """options = ["retain-institution-identity"]

[[attribute]]
match = "PatientAge"
action = "K"
reason = "the study needs it"
"""


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Input, passphrase and policy."""
    source, secret, policy = tmp_path / "in", tmp_path / "secret", tmp_path / "policy.toml"
    source.mkdir()
    (source / "a.dcm").write_bytes(to_bytes(ct(PatientAge="063Y", InstitutionName="Weir")))
    secret.write_text(PASSPHRASE, encoding="utf-8")
    policy.write_text(POLICY, encoding="utf-8")
    return source, secret, policy


def run(places: tuple[Path, Path, Path], target: Path, *more: str) -> RunFolder:
    source, secret, policy = places
    done = command("run", source, target, "--passphrase-file", secret, "--policy", policy, "--workers", "1", *more)
    assert done.returncode == 0, done.stderr
    return RunFolder(target)


def only(folder: RunFolder) -> pydicom.Dataset:
    (data,) = folder.outputs.values()
    return pydicom.dcmread(BytesIO(data))


def test_a_run_follows_its_policy_and_the_folder_keeps_it(places: tuple[Path, Path, Path], tmp_path: Path) -> None:
    folder = run(places, tmp_path / "run")
    read = only(folder)
    assert (read.PatientAge, read.InstitutionName, "PatientSex" in read) == ("063Y", "Weir", True)
    stated = json.loads((folder.root / "plan.json").read_text(encoding="utf-8"))["policy"]
    assert Policy.read(json.dumps(stated)) == Policy.read(POLICY)
    assert "policy rule 1: PatientAge: K, weaker than the profile (the study needs it)" in folder.log


def test_the_policy_of_a_run_folder_runs_again(places: tuple[Path, Path, Path], tmp_path: Path) -> None:
    first = run(places, tmp_path / "run")
    again = tmp_path / "again.json"
    stated = json.loads((first.root / "plan.json").read_text(encoding="utf-8"))["policy"]
    again.write_text(json.dumps(stated), encoding="utf-8")
    assert run((*places[:2], again), tmp_path / "other").outputs == first.outputs


def test_flags_add_to_the_file(places: tuple[Path, Path, Path], tmp_path: Path) -> None:
    folder = run(places, tmp_path / "run", "--option", "retain-full-dates", "--verbose")
    read = only(folder)
    assert (read.InstitutionName, read.StudyDate) == ("Weir", "20240229")
    assert "policy rule" in folder.log


def test_all_problems_are_told_and_nothing_is_begun(places: tuple[Path, Path, Path], tmp_path: Path) -> None:
    source, secret, policy = places
    policy.write_text('options = ["retain-uid"]\n[[attribute]]\nmatch = "PatientAg"\naction = "K"\n', encoding="utf-8")
    done = command("run", source, tmp_path / "run", "--passphrase-file", secret, "--policy", policy)
    assert done.returncode == 2
    assert f"{policy}: line 1: “retain-uid” is no option. Nearest: retain-uids." in done.stderr
    assert f"{policy}: line 3: “PatientAg” is no keyword" in done.stderr
    assert not (tmp_path / "run").exists()


def test_a_wrong_flag_names_the_nearest(places: tuple[Path, Path, Path], tmp_path: Path) -> None:
    done = command("run", places[0], tmp_path / "run", "--option", "retain-date")
    assert (done.returncode, "Nearest: retain-" in done.stderr) == (2, True)


def test_the_what_if_follows_a_policy(places: tuple[Path, Path, Path]) -> None:
    source, secret, policy = places
    done = command("plan", source / "a.dcm", "--passphrase-file", secret, "--policy", policy, "--json", "--values")
    rows = json.loads(done.stdout)["elements"]
    age = next(row for row in rows if row.get("name") == "Patient's Age")
    assert (age["action"], "policy rule 1" in str(age)) == ("K", True)


def test_an_import_writes_a_policy_that_runs_and_tells_the_rest(
    places: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    script, policy = tmp_path / "ctp.script", tmp_path / "imported.toml"
    keep = '<e en="T" t="00101010" n="PatientAge">@keep()</e>'
    lost = '<e en="T" t="00100010" n="PatientName">@hashname(this,6,2)</e>'
    script.write_text(f"<script>\n{keep}\n{lost}\n</script>\n", encoding="utf-8")
    done = command("import", script, "--output", policy)
    assert done.returncode == 1
    assert "1 line carried over, 0 of them with a difference; 1 could not be carried over." in done.stdout
    assert f"  line 3: {lost}" in done.stdout
    assert only(run((*places[:2], policy), tmp_path / "run")).PatientAge == "063Y"
    assert command("import", script, "--output", policy).returncode == 2


def test_a_file_that_is_not_there_is_not_called_one_of_another_encoding(tmp_path: Path) -> None:
    missing = tmp_path / "no.toml"
    for line in (("conformance", "--policy", missing), ("import", missing, "--output", tmp_path / "policy.toml")):
        done = command(*line)
        assert done.returncode == 2
        assert "cannot be read (" in done.stderr
        assert "UTF-8" not in done.stderr


def test_what_is_no_script_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("nothing", encoding="utf-8")
    done = command("import", tmp_path / "notes", "--output", tmp_path / "policy.toml")
    assert (done.returncode, (tmp_path / "policy.toml").exists()) == (2, False)
