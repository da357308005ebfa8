"""The salt of a project, weak passphrases, and results by which no passphrase can be tried out."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from commands import command
from dicom_deid.key import Key, derive
from made import ct, to_bytes
from runs import PASSPHRASE, SALT, WORDS, RunFolder

WEAK = [
    "Radiologie2024",
    "Sommer2024!",
    "Hospital123",
    "радиология2024",
    "password",
    "Krankenhaus1",
    "aaaaaaaaaaaaaaaa",
]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "a.dcm").write_bytes(to_bytes(ct()))
    return folder


def run(source: Path, target: Path, text: str, *options: str | Path) -> CompletedProcess[str]:
    """`dicom-deid run` with the passphrase in a file beside the source, which is written only once."""
    secret = source.with_name("secret")
    if not secret.exists():
        secret.write_text(f"{text}\n", encoding="utf-8")
    return command("run", source, target, "--passphrase-file", secret, "--workers", "0", *options)


def patient(target: Path) -> str:
    return RunFolder(target).rows[0]["patient_id"]


def test_a_salt_is_made_once_and_kept_beside_the_passphrase(source: Path, tmp_path: Path) -> None:
    first = run(source, tmp_path / "one", WORDS)
    kept = source.with_name("secret.salt")
    salt = kept.read_text().strip()
    assert "A salt was made" in first.stderr
    assert str(kept) in first.stderr
    assert salt.removeprefix("salt:") not in first.stderr
    assert kept.stat().st_mode & 0o077 == 0
    second = run(source, tmp_path / "two", WORDS)
    assert "salt" not in second.stderr
    assert (
        patient(tmp_path / "one")
        == patient(tmp_path / "two")
        == Key(derive(f"{WORDS} {salt}")).patient("MRN-0815-4711")
    )
    kept.unlink()
    assert run(source, tmp_path / "three", WORDS).returncode == 0
    assert patient(tmp_path / "three") != patient(tmp_path / "one")


@pytest.mark.parametrize("text", [PASSPHRASE, f"{WORDS}\nsalt: {SALT}"])
def test_a_salt_behind_the_passphrase_counts(source: Path, tmp_path: Path, text: str) -> None:
    assert run(source, tmp_path / "run", text).returncode == 0
    assert not source.with_name("secret.salt").exists()
    assert patient(tmp_path / "run") == Key(derive(PASSPHRASE)).patient("MRN-0815-4711")


def test_a_salt_file_can_be_named(source: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text(f"{SALT}\n")
    assert run(source, tmp_path / "run", WORDS, "--salt-file", tmp_path / "kept").returncode == 0
    assert patient(tmp_path / "run") == Key(derive(PASSPHRASE)).patient("MRN-0815-4711")
    (tmp_path / "kept").write_text("no salt\n")
    assert run(source, tmp_path / "other", WORDS, "--salt-file", tmp_path / "kept").returncode == 2
    assert not (tmp_path / "other").exists()


def test_a_salt_never_lies_among_the_results(source: Path, tmp_path: Path) -> None:
    done = run(source, tmp_path / "run", WORDS, "--salt-file", tmp_path / "run" / "salt")
    assert (done.returncode, (tmp_path / "run").exists()) == (2, False)


def test_the_pseudonyms_of_version_0_2_need_no_salt(source: Path, tmp_path: Path) -> None:
    assert run(source, tmp_path / "run", WORDS, "--pseudonyms", "1").returncode == 0
    assert not source.with_name("secret.salt").exists()
    assert patient(tmp_path / "run") == Key(derive(WORDS)).patient("MRN-0815-4711")


@pytest.mark.parametrize("text", WEAK)
def test_a_weak_passphrase_is_refused_unless_one_insists(source: Path, tmp_path: Path, text: str) -> None:
    refused = run(source, tmp_path / "run", text)
    assert (refused.returncode, (tmp_path / "run").exists()) == (2, False)
    assert "--weak-passphrase" in refused.stderr
    assert text not in refused.stderr
    assert not source.with_name("secret.salt").exists()
    assert run(source, tmp_path / "run", text, "--weak-passphrase").returncode == 0


def test_what_is_passed_on_holds_nothing_to_try_a_passphrase_by(source: Path, tmp_path: Path) -> None:
    assert run(source, tmp_path / "run", PASSPHRASE).returncode == 0
    keys = [Key(derive(PASSPHRASE)), Key(derive(WORDS))]
    passed_on = [path for path in (tmp_path / "run").rglob("*") if path.is_file() and path.name != "key-check.json"]
    for path in passed_on:
        content = path.read_bytes()
        assert SALT.encode() not in content
        assert not any(key.check().encode() in content for key in keys), path.name
        without = Key(derive(WORDS))
        for value in (without.patient("MRN-0815-4711"), without.source("a.dcm"), without.uid("1.2")):
            assert value.encode() not in content


def test_a_wrong_passphrase_is_found_out_when_a_run_goes_on(source: Path, tmp_path: Path) -> None:
    assert run(source, tmp_path / "run", PASSPHRASE).returncode == 0
    assert run(source, tmp_path / "run", PASSPHRASE, "--resume").returncode == 0
    source.with_name("secret").write_text(f"other words by the weir salt:{SALT}")
    assert run(source, tmp_path / "run", "", "--resume").returncode == 2
    source.with_name("secret").write_text(WORDS)
    missing = run(source, tmp_path / "run", "", "--resume")
    assert missing.returncode == 2
    assert "salt" in missing.stderr
    assert not source.with_name("secret.salt").exists()


def test_a_run_of_version_0_2_goes_on_with_its_pseudonyms(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "run"
    assert run(source, target, WORDS, "--pseudonyms", "1").returncode == 0
    plan = json.loads((target / "plan.json").read_text())
    check = json.loads((target / "key-check.json").read_text())["key_check"]
    assert "pseudonyms" not in plan
    (target / "plan.json").write_text(json.dumps({**plan, "key_check": check}))  # as version 0.2 left it
    (target / "key-check.json").unlink()
    (source / "b.dcm").write_bytes(to_bytes(ct(SOPInstanceUID="1.2.3")))
    assert run(source, target, WORDS, "--resume").returncode == 0
    assert {row["patient_id"] for row in RunFolder(target).rows} == {Key(derive(WORDS)).patient("MRN-0815-4711")}
    assert check not in (target / "plan.json").read_text()


def test_a_made_passphrase_needs_no_salt_and_works_as_it_was_saved(source: Path, tmp_path: Path) -> None:
    saved = tmp_path / "secret"
    options = [[tmp_path / "one", "--save-passphrase", saved], [tmp_path / "two", "--passphrase-file", saved]]
    for option in options:
        assert command("run", source, "--workers", "0", *option).returncode == 0
    assert re.fullmatch(r"([A-Z2-7]{4}-){7}[A-Z2-7]{4}\n", saved.read_text())
    assert not (tmp_path / "secret.salt").exists()
    assert patient(tmp_path / "one") == patient(tmp_path / "two")


def test_linkage_files_of_version_0_2_open_with_the_passphrase_alone(source: Path, tmp_path: Path) -> None:
    linkage, secret = tmp_path / "linkage", source.with_name("secret")
    assert run(source, tmp_path / "run", WORDS, "--pseudonyms", "1", "--linkage", linkage).returncode == 0
    secret.write_text(PASSPHRASE)  # by now, a salt belongs to it
    assert command("decrypt", linkage, tmp_path / "tables", "--passphrase-file", secret).returncode == 0
    assert "MRN-0815-4711" in (tmp_path / "tables" / "patid_mapping.csv").read_text()


@pytest.mark.parametrize("text", [f"{WORDS} salt:AAAA-BBBB", f"{WORDS}\nsalt:{SALT[:-1]}"])
def test_a_damaged_salt_is_no_part_of_the_passphrase(source: Path, tmp_path: Path, text: str) -> None:
    done = run(source, tmp_path / "run", text)
    assert (done.returncode, (tmp_path / "run").exists()) == (2, False)
    assert "The salt behind the passphrase is damaged" in done.stderr
    assert not source.with_name("secret.salt").exists()


def test_a_salt_needs_a_file_of_its_own_or_the_passphrase_s(source: Path, tmp_path: Path) -> None:
    line = [sys.executable, "-m", "dicom_deid", "run", source, tmp_path / "run", "--workers", "0"]
    for options, words in (
        (("--passphrase-file", "/dev/stdin"), "name --salt-file"),
        (("--salt-file", tmp_path / "salt"), "--salt-file is for the passphrase of --passphrase-file"),
    ):
        done = subprocess.run([*line, *options], input=WORDS, capture_output=True, text=True, check=False)
        assert (done.returncode, (tmp_path / "run").exists()) == (2, False)
        assert words in done.stderr


def test_a_linkage_file_whose_salt_is_missing_is_told(source: Path, tmp_path: Path) -> None:
    assert run(source, tmp_path / "run", WORDS, "--linkage", tmp_path / "linkage").returncode == 0
    source.with_name("secret.salt").unlink()
    secret = source.with_name("secret")
    done = command("decrypt", tmp_path / "linkage", tmp_path / "tables", "--passphrase-file", secret)
    assert done.returncode == 2
    assert "name the file with --salt-file" in done.stderr
