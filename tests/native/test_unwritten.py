"""`dicom-deid unwritten`: which originals a run has not written, found by the key, and kept in no run folder."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pytest
from commands import command
from console import on_a_terminal
from dicom_deid.cli.policy_options import OPTION_NAMES
from dicom_deid.profile import table
from made import ct, to_bytes

US = "1.2.840.10008.5.1.4.1.1.6.1"


@pytest.fixture
def done(tmp_path: Path) -> tuple[Path, Path, Path]:
    """INPUT, OUTPUT and the passphrase of a run with two files that were not written."""
    source, target, secret = tmp_path / "in", tmp_path / "out", tmp_path / "secret"
    (source / "Okonkwo").mkdir(parents=True)
    (source / "Okonkwo" / "us.dcm").write_bytes(to_bytes(ct(SOPClassUID=US, SOPInstanceUID="1.2.3")))
    (source / "ct.dcm").write_bytes(to_bytes(ct()))
    (source / "=notes.txt").write_bytes(b"no DICOM")
    secret.write_text("seven grey herons by the weir\n", encoding="utf-8")
    ran = command("run", source, target, "--passphrase-file", secret)
    assert ran.returncode == 1
    assert f"run again with --allow-sop-class {US}; or, of pictures, have the pixels cleaned" in ran.stdout
    return source, target, secret


def test_it_lists_paths_kinds_and_reasons_apart_from_the_results(done: tuple[Path, Path, Path], tmp_path: Path) -> None:
    source, target, secret = done
    listed = command("unwritten", source, target, "--passphrase-file", secret, "--csv", tmp_path / "list.csv")
    assert (listed.returncode, "Okonkwo" in listed.stdout + listed.stderr) == (0, False)
    rows = list(csv.DictReader((tmp_path / "list.csv").open(encoding="utf-8")))
    assert [(row["path"], row["sop_class"], row["status"], row["reason"]) for row in rows] == [
        ("'=notes.txt", "", "skipped", "NOT_DICOM"),
        ("Okonkwo/us.dcm", "Ultrasound Image Storage", "withheld", "SOP_CLASS_WITHHELD"),
    ]
    assert [f"--allow-sop-class {US};" in row["remedy"] for row in rows] == [False, True]
    assert (tmp_path / "list.csv").stat().st_mode & 0o077 == 0
    assert not any(b"Okonkwo" in path.read_bytes() for path in target.rglob("*") if path.is_file())


def test_on_a_terminal_it_shows_them(done: tuple[Path, Path, Path]) -> None:
    source, target, secret = done
    line = (sys.executable, "-m", "dicom_deid", "unwritten", source, target, "--passphrase-file", secret)
    status, text = on_a_terminal(line, 200)
    assert (status, "withheld SOP_CLASS_WITHHELD Okonkwo/us.dcm" in text) == (0, True)


def test_what_cannot_be_listed_is_told_in_words(done: tuple[Path, Path, Path], tmp_path: Path) -> None:
    source, target, secret = done
    other = tmp_path / "other"
    other.write_text("eight brown herons by the weir\n", encoding="utf-8")
    place = tmp_path / "list.csv"
    for arguments, words in [
        ((source, target, "--passphrase-file", other, "--csv", place), "another passphrase"),
        ((source, source, "--passphrase-file", secret, "--csv", place), "OUTPUT holds no run"),
        ((tmp_path / "gone", target, "--passphrase-file", secret, "--csv", place), "INPUT is not there"),
        ((source, target, "--passphrase-file", secret, "--csv", target / "list.csv"), "among the sources"),
        ((source, target, "--passphrase-file", secret), "terminal only"),
    ]:
        wrong = command("unwritten", *arguments)
        assert (wrong.returncode, words in wrong.stderr) == (2, True), wrong.stderr
        assert "Traceback" not in wrong.stderr
    assert not place.exists()


def test_the_options_are_listed_by_the_help_and_by_what_is_wrong(tmp_path: Path) -> None:
    assert list(OPTION_NAMES) == [option["name"] for option in table("options.json")]
    (tmp_path / "a").write_bytes(to_bytes(ct()))
    wrong = command("run", tmp_path / "a", tmp_path / "out", "--option", "retain-everything")
    assert wrong.returncode == 2
    assert all(name in wrong.stderr for name in OPTION_NAMES)
