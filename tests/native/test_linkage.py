"""The linkage as a person uses it: written by a run, resumed, cut, tampered with, and decrypted."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from commands import command
from dicom_deid.errors import BadLinkage, Failed
from dicom_deid.key import Key, derive
from dicom_deid.linkage import HEADER, RECORD, Row
from dicom_deid.model import Link
from dicom_deid.native.linkage_file import LinkageFile
from dicom_deid.native.linkage_tables import unseal
from made import KEY, UID, ct, item, sequence, to_bytes
from runs import PASSPHRASE, RunFolder, native_run, timeless

FILES = 60
NAME = "Okonkwo"
NOBODY = (("", ""),) * 4
Tables = dict[str, list[dict[str, str]]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three patients; a copy, some that are withheld, references, an ID that begins with a sign."""
    root = tmp_path_factory.mktemp("input") / NAME
    for number in range(FILES):
        source = ct(
            SOPInstanceUID=f"{UID}.5.{number}",
            PatientID=("-4711", "MRN,1", "=CMD(1)")[number % 3],
            StudyInstanceUID=f"{UID}.7.{number % 3}",
            BurnedInAnnotation="YES" if number % 10 == 9 else "NO",
            SourceImageSequence=sequence(item(ReferencedSOPInstanceUID=f"{UID}.6.{number}")),
        )
        path = root / f"{number % 4}" / f"{NAME} {number}.dcm"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(to_bytes(source))
    (root / "copy.dcm").write_bytes((root / "0" / f"{NAME} 0.dcm").read_bytes())
    (root / "notes.txt").write_text(NAME)
    return root


@pytest.fixture(scope="module")
def whole(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[RunFolder, Path]:
    """A run that nobody interrupts, and its linkage."""
    place = tmp_path_factory.mktemp("whole")
    return native_run(folder, place / "run", "--linkage", str(place / "linkage")), place / "linkage"


def secret(tmp_path: Path, passphrase: str = PASSPHRASE) -> Path:
    path = tmp_path / f"{passphrase[:5]}.passphrase"
    path.write_text(f"{passphrase}\n", encoding="utf-8")
    return path


def decrypted(linkage: Path, tmp_path: Path, status: int = 0) -> tuple[Tables, str]:
    """The tables that the command makes, and what it says on stderr."""
    target = tmp_path / f"tables of {linkage.name} {time.monotonic_ns()}"
    done = command("decrypt", linkage, target, "--passphrase-file", secret(tmp_path))
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return read(target), done.stderr


def read(target: Path) -> Tables:
    assert sorted(path.name for path in target.iterdir()) == ["linkage.csv", "patid_mapping.csv", "uid_mapping.csv"]
    found = {}
    for path in target.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        with path.open(encoding="utf-8", newline="") as file:
            found[path.name] = list(csv.DictReader(file))
    return found


def in_order(tables: Tables) -> Tables:
    return {name: sorted(rows, key=lambda row: sorted(row.items())) for name, rows in tables.items()}


def test_the_tables_say_what_sources_and_outputs_have(
    folder: Path, whole: tuple[RunFolder, Path], tmp_path: Path
) -> None:
    run, linkage = whole
    tables, said = decrypted(linkage, tmp_path)
    assert said == ""
    rows = {row["source_id"]: row for row in run.rows if row["status"] == "written"}
    assert {row["source_id"] for row in tables["linkage.csv"]} == set(rows)
    for line in tables["linkage.csv"]:
        old, new = (pydicom.dcmread(root / line[name]) for root, name in paths(folder, run))
        neutral = "'" if old.PatientID.startswith("=") else ""
        assert (line["patient_id_old"], line["patient_id_new"]) == (neutral + old.PatientID, new.PatientID)
        for kind, keyword in (("study", "Study"), ("series", "Series"), ("sop", "SOP")):
            found = (line[f"{kind}_instance_uid_old"], line[f"{kind}_instance_uid_new"])
            assert found == (old[f"{keyword}InstanceUID"].value, new[f"{keyword}InstanceUID"].value)
        assert line["output_path"] == rows[line["source_id"]]["output_path"]
        assert line["weeks_back"] == ""


def paths(folder: Path, run: RunFolder) -> list[tuple[Path, str]]:
    return [(folder, "source_path"), (run.root, "output_path")]


def test_the_mappings_have_every_id_once(folder: Path, whole: tuple[RunFolder, Path], tmp_path: Path) -> None:
    tables, _ = decrypted(whole[1], tmp_path)
    key = Key(derive(PASSPHRASE))
    uids = {row["id_old"]: row["id_new"] for row in tables["uid_mapping.csv"]}
    assert len(uids) == len(tables["uid_mapping.csv"])
    assert all(new == key.uid(old) for old, new in uids.items())
    assert set(uids) >= {f"{UID}.5.{number}" for number in range(FILES) if number % 10 != 9}
    assert not set(uids) & {f"{UID}.5.{number}" for number in range(FILES) if number % 10 == 9}
    patients = [(row["id_old"], row["id_new"]) for row in tables["patid_mapping.csv"]]
    expected = {"-4711": "-4711", "MRN,1": "MRN,1", "=CMD(1)": "'=CMD(1)"}
    assert sorted(patients) == sorted((shown, key.patient(old)) for old, shown in expected.items())


def test_a_linkage_changes_nothing_else(folder: Path, whole: tuple[RunFolder, Path], tmp_path: Path) -> None:
    run, plain = whole[0], native_run(folder, tmp_path / "run", "--workers", "0")
    assert plain.outputs == run.outputs
    assert timeless(plain.rows) == timeless(run.rows)
    assert (plain.root / "plan.json").read_bytes() == (run.root / "plan.json").read_bytes()
    assert "encrypted" in run.log
    assert "encrypted" not in plain.log


def test_nothing_of_it_can_be_read_without_the_key(folder: Path, whole: tuple[RunFolder, Path]) -> None:
    run, linkage = whole
    data = linkage.read_bytes()
    assert linkage.stat().st_mode & 0o777 == 0o600
    for text in (data, run.log.encode(), run.audit.encode(), (run.root / "plan.json").read_bytes()):
        for original in (NAME, UID, "4711", str(folder), PASSPHRASE):
            assert original.encode() not in text
        assert text is data or b"MRN" not in text  # three letters stand in sealed bytes by chance
    assert b"2.25." not in data
    assert b"out/" not in data


@pytest.mark.parametrize("workers", ["0", "2"])
def test_options_show_in_the_tables(folder: Path, tmp_path: Path, workers: str) -> None:
    options = ("--option", "retain-modified-dates", "--option", "retain-uids", "--workers", workers)
    run = native_run(folder / "1", tmp_path / "run", "--linkage", str(tmp_path / "linkage"), *options)
    tables, _ = decrypted(tmp_path / "linkage", tmp_path)
    assert tables["uid_mapping.csv"] == []
    key = Key(derive(PASSPHRASE))
    for line in tables["linkage.csv"]:
        assert line["weeks_back"] == str(key.weeks(line["patient_id_old"].removeprefix("'")))
        assert line["study_instance_uid_old"] == line["study_instance_uid_new"]
    assert len(tables["linkage.csv"]) == sum(row["status"] == "written" for row in run.rows)


def test_a_path_that_is_no_text_is_linked(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path / "in") + b"/caf\xe9;=1.dcm")).write_bytes(to_bytes(ct()))
    native_run(tmp_path / "in", tmp_path / "run", "--linkage", str(tmp_path / "linkage"), status=0)
    tables, _ = decrypted(tmp_path / "linkage", tmp_path)
    assert tables["linkage.csv"][0]["source_path"] == "caf\\udce9;=1.dcm"


def test_a_killed_run_goes_on_with_its_linkage(folder: Path, whole: tuple[RunFolder, Path], tmp_path: Path) -> None:
    target, linkage = tmp_path / "run", tmp_path / "linkage"
    line = [sys.executable, "-m", "dicom_deid", "run", folder, target, "--linkage", linkage, "--workers", "0"]
    with subprocess.Popen([*map(str, line), "--passphrase-file", str(secret(tmp_path))]) as running:
        until = time.monotonic() + 60
        while not (target / "audit.csv").exists() or (target / "audit.csv").read_bytes().count(b"\n") < 10:
            assert time.monotonic() < until
            time.sleep(0.002)
        running.kill()
    begun, said = decrypted(linkage, tmp_path, status=1)
    assert "no end" in said
    written = {row["source_id"] for row in RunFolder(target).rows if row["status"] == "written"}
    assert written <= {row["source_id"] for row in begun["linkage.csv"]}
    # States that a power cut can leave: half a record, or one of zeros, and a row whose link is not on the disk.
    with linkage.open("r+b") as file:
        file.truncate(linkage.stat().st_size - 300)
        file.seek(0, os.SEEK_END)
        file.write(bytes(64))
    run = native_run(folder, target, "--resume", "--linkage", str(linkage))
    assert run.outputs == whole[0].outputs
    assert timeless(run.rows) == timeless(whole[0].rows)
    tables, said = decrypted(linkage, tmp_path)
    assert said == ""
    assert in_order(tables) == in_order(decrypted(whole[1], tmp_path)[0])


@pytest.mark.parametrize("length", [0, 7, HEADER.size - 1])
def test_a_linkage_that_was_cut_off_within_its_header_is_made_anew(folder: Path, tmp_path: Path, length: int) -> None:
    target, linkage, one = tmp_path / "run", tmp_path / "linkage", folder / "copy.dcm"
    native_run(one, target, "--linkage", str(linkage), status=0)
    os.truncate(linkage, length)
    native_run(one, target, "--resume", "--linkage", str(linkage), status=0).check()
    assert [row["source_path"] for row in decrypted(linkage, tmp_path)[0]["linkage.csv"]] == ["copy.dcm"]


def test_a_finished_run_that_is_resumed_leaves_its_linkage_alone(folder: Path, tmp_path: Path) -> None:
    options = ("--linkage", str(tmp_path / "linkage"))
    native_run(folder / "1", tmp_path / "run", *options)
    before = (tmp_path / "linkage").read_bytes()
    native_run(folder / "1", tmp_path / "run", "--resume", *options)
    assert (tmp_path / "linkage").read_bytes() == before


def test_what_was_done_without_linkage_is_done_again_for_one(
    folder: Path, whole: tuple[RunFolder, Path], tmp_path: Path
) -> None:
    native_run(folder, tmp_path / "run")
    run = native_run(folder, tmp_path / "run", "--resume", "--linkage", str(tmp_path / "linkage"))
    assert timeless(run.rows) == timeless(whole[0].rows)
    tables, _ = decrypted(tmp_path / "linkage", tmp_path)
    assert in_order(tables) == in_order(decrypted(whole[1], tmp_path)[0])


REFUSED = {
    "exists": ("run", "in", "new", "--linkage", "linkage"),
    "in OUTPUT": ("run", "in", "new", "--linkage", "new/linkage"),
    "in INPUT": ("run", "in", "new", "--linkage", "in/linkage"),
    "no such folder": ("run", "in", "new", "--linkage", "gone/linkage"),
    "a folder": ("run", "in", "new", "--linkage", "in"),
    "other file, resumed": ("run", "in", "new", "--resume", "--linkage", "text"),
    "tables among results": ("decrypt", "linkage", "run/tables"),
    "tables in a file": ("decrypt", "linkage", "text"),
    "tables exist": ("decrypt", "linkage", "tables"),
    "no linkage": ("decrypt", "text", "new"),
    "an empty file": ("decrypt", "empty", "new"),
    "not there": ("decrypt", "gone", "new"),
}


@pytest.fixture
def places(folder: Path, whole: tuple[RunFolder, Path], tmp_path: Path) -> Path:
    """A linkage, a run folder, tables, and other files, to go wrong with."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.dcm").write_bytes((folder / "copy.dcm").read_bytes())
    (tmp_path / "linkage").write_bytes(whole[1].read_bytes())
    (tmp_path / "text").write_text("nothing" * 100)
    (tmp_path / "empty").touch()
    (tmp_path / "run").mkdir()
    for name in ("plan.json", "audit.csv"):
        (tmp_path / "run" / name).touch()
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "patid_mapping.csv").write_text("mine")
    secret(tmp_path)
    secret(tmp_path, "another passphrase")
    return tmp_path


def content(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() if path.is_file() else b"" for path in root.rglob("*")}


def refused(places: Path, *arguments: str, passphrase: str = PASSPHRASE) -> str:
    """The message of a command that must be refused and change nothing."""
    before = content(places)
    done = command(*arguments, "--passphrase-file", secret(places, passphrase).name, folder=places)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("dicom-deid: ")
    assert content(places) == before
    return done.stderr


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_a_wrong_place_or_file_is_refused_and_nothing_is_written(places: Path, case: tuple[str, ...]) -> None:
    assert "inkage" in refused(places, *case)


def test_another_passphrase_is_told_in_plain_words(places: Path) -> None:
    other = PASSPHRASE.replace("seven", "eight")
    secret(places, other)
    for case in (("decrypt", "linkage", "new"), ("run", "in", "new", "--resume", "--linkage", "linkage")):
        assert "another passphrase" in refused(places, *case, passphrase=other)


def test_a_run_that_cannot_begin_takes_its_linkage_away_again(places: Path) -> None:
    refused(places, "run", "in", "tables", "--linkage", "new")
    refused(places, "run", "in", "new", "--linkage", "new linkage", "--option", "retain-everything")


def records(data: bytes) -> list[bytes]:
    """The header and the records of a linkage file."""
    found, at = [data[: HEADER.size]], HEADER.size
    while at < len(data):
        end = at + RECORD.size + RECORD.unpack_from(data, at)[0]
        found.append(data[at:end])
        at = end
    return found


def flipped(part: bytes, at: int) -> bytes:
    return part[:at] + bytes([part[at] ^ 1]) + part[at + 1 :]


def renumbered(parts: list[bytes]) -> list[bytes]:
    """Records with numbers that fit, as somebody would write them who takes one out."""
    packed = [(part, RECORD.unpack_from(part)) for part in parts[1:]]
    return [
        parts[0],
        *(RECORD.pack(length, number, nonce) + part[RECORD.size :] for number, (part, (length, _, nonce)) in
          enumerate(packed)),
    ]  # fmt: skip


TAMPERED: dict[str, tuple[Callable[[list[bytes]], list[bytes]], str, int]] = {
    "content": (lambda parts: [*parts[:5], flipped(parts[5], 40), *parts[6:]], "damaged", 1),
    "tag": (lambda parts: [*parts[:5], flipped(parts[5], len(parts[5]) - 1), *parts[6:]], "damaged", 1),
    "nonce": (lambda parts: [*parts[:5], flipped(parts[5], 14), *parts[6:]], "damaged", 1),
    "taken out": (lambda parts: [*parts[:5], *parts[6:]], "missing", 1),
    "first taken out": (lambda parts: [parts[0], *parts[2:]], "missing", 1),
    "exchanged": (lambda parts: [*parts[:5], parts[6], parts[5], *parts[7:]], "not in their place", 0),
    "renumbered": (lambda parts: renumbered([*parts[:-2], parts[-1]]), "damaged", 1),
    "cut between": (lambda parts: parts[:-1], "no end", 0),
    "cut within": (lambda parts: [*parts[:-2], parts[-2][:50]], "no end", 1),
    "length": (lambda parts: [*parts[:-2], b"\xff" + parts[-2][1:], parts[-1]], "no end", 1),
}


@pytest.mark.parametrize("case", TAMPERED.values(), ids=TAMPERED)
def test_what_was_changed_is_warned_of_and_the_rest_can_be_read(
    whole: tuple[RunFolder, Path],
    tmp_path: Path,
    case: tuple[Callable[[list[bytes]], list[bytes]], str, int],
) -> None:
    change, warning, lost = case
    parts = records(whole[1].read_bytes())
    (tmp_path / "changed").write_bytes(b"".join(change(parts)))
    tables, said = decrypted(tmp_path / "changed", tmp_path, status=1)
    assert warning in said
    assert len(tables["linkage.csv"]) == len(parts) - 2 - lost


def test_records_of_another_file_of_the_same_key_are_not_taken(
    folder: Path, whole: tuple[RunFolder, Path], tmp_path: Path
) -> None:
    native_run(folder, tmp_path / "run", "--linkage", str(tmp_path / "other"), "--workers", "0")
    mine, other = (records(path.read_bytes()) for path in (whole[1], tmp_path / "other"))
    (tmp_path / "mixed").write_bytes(b"".join([*mine[:3], other[3], *mine[4:]]))
    assert "1 record(s) of the linkage file are damaged" in decrypted(tmp_path / "mixed", tmp_path, status=1)[1]
    (tmp_path / "foreign").write_bytes(b"".join([mine[0], *other[1:]]))
    done = command("decrypt", tmp_path / "foreign", tmp_path / "tables", "--passphrase-file", secret(tmp_path))
    assert done.returncode == 2
    assert "damaged" in done.stderr
    assert not (tmp_path / "tables").exists()


def test_a_damaged_linkage_is_not_gone_on_with(places: Path) -> None:
    parts = records((places / "linkage").read_bytes())
    (places / "linkage").write_bytes(b"".join([*parts[:5], flipped(parts[5], 40), *parts[6:]]))
    assert "damaged" in refused(places, "run", "in", "new", "--resume", "--linkage", "linkage")
    (places / "linkage").write_bytes(b"".join([*parts[:5], *parts[6:]]))
    assert "damaged" in refused(places, "run", "in", "new", "--resume", "--linkage", "linkage")


def test_a_run_whose_linkage_cannot_be_written_stops_and_goes_on(folder: Path, tmp_path: Path) -> None:
    target, linkage = tmp_path / "run", tmp_path / "linkage"
    # A linkage of a million bytes, so that it is the first to meet a limit on the size of files.
    long = LinkageFile(linkage, Key(derive(PASSPHRASE)))
    long.begin()
    uids = tuple((f"{number}" * 10_000, "2" * 10_000) for number in range(10, 50))
    long.append(Row("f" * 20, "", "", Link(*NOBODY, 0, uids)))
    long.close()
    limit = f'ulimit -f {linkage.stat().st_size // 1024 + 10}; exec "$0" "$@"'
    line = ["bash", "-c", limit, sys.executable, "-m", "dicom_deid", "run", folder, target, "--workers", "0"]
    options = ["--passphrase-file", secret(tmp_path), "--resume", "--linkage", linkage]
    done = subprocess.run([*line, *options], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert "The linkage file can no longer be written" in done.stderr
    run = RunFolder(target)
    assert "stopped LINKAGE_LOST" in run.log
    unseal(linkage, tmp_path / "tables", Key(derive(PASSPHRASE)))
    linked = [row["source_id"] for row in read(tmp_path / "tables")["linkage.csv"]]
    written = {row["source_id"] for row in run.rows if row["status"] == "written"}
    assert 5 < len(written) < FILES // 2
    assert set(linked) == written | {"f" * 20}
    native_run(folder, target, "--resume", "--linkage", str(linkage)).check()
    finished = {row["source_id"] for row in RunFolder(target).rows if row["status"] == "written"}
    assert {row["source_id"] for row in decrypted(linkage, tmp_path)[0]["linkage.csv"]} == finished | {"f" * 20}


def test_two_runs_cannot_write_to_one_linkage(tmp_path: Path) -> None:
    first, second = (LinkageFile(tmp_path / "linkage", Key(KEY)) for _ in range(2))
    first.begin()
    with pytest.raises(BadLinkage, match="LINKAGE_BUSY"):
        second.resume()
    second.abandon()
    first.close()
    third = LinkageFile(tmp_path / "linkage", Key(KEY))
    third.resume()
    third.close()


def test_a_linkage_grows_over_many_runs(tmp_path: Path) -> None:
    path = tmp_path / "linkage"
    ids = ("old", "new")
    for number in range(5):
        file = LinkageFile(path, Key(KEY))
        file.resume()
        assert [file.holds(f"{earlier:020x}") for earlier in range(5)] == [earlier < number for earlier in range(5)]
        file.append(Row(f"{number:020x}", "path", f"out/{number}", Link(ids, ids, ids, ids, 0, ())))
        file.close()
    counts, warnings = unseal(path, tmp_path / "tables", Key(KEY))
    assert (counts["linkage.csv"], warnings) == (5, [])
    assert len(records(path.read_bytes())) == 1 + 5 + 1
    nonces = [RECORD.unpack_from(part)[2] for part in records(path.read_bytes())[1:]]
    assert len(set(nonces)) == 6


def test_a_linkage_that_was_closed_takes_no_more(tmp_path: Path) -> None:
    file = LinkageFile(tmp_path / "linkage", Key(KEY))
    file.begin()
    file.close()
    file.close()
    with pytest.raises((AssertionError, Failed)):
        file.append(Row("00", "", "", Link(*NOBODY, 0, ())))


def test_nothing_loads_the_cipher_but_a_linkage(folder: Path, tmp_path: Path) -> None:
    line = [sys.executable, "-X", "importtime", "-m", "dicom_deid", "run", folder / "copy.dcm", tmp_path / "run"]
    done = subprocess.run([*line, "--workers", "0"], capture_output=True, text=True, check=True)
    assert "pydicom" in done.stderr
    assert "cryptography" not in done.stderr


def test_a_browser_can_read_it_and_write_one_that_is_gone_on_with(
    folder: Path, whole: tuple[RunFolder, Path], tmp_path: Path
) -> None:
    script, copy = Path(__file__).with_name("linkage.mjs"), tmp_path / "copy"
    line = ["node", str(script), derive(PASSPHRASE).hex(), str(whole[1]), str(copy)]
    found = json.loads(subprocess.run(line, capture_output=True, text=True, check=True, timeout=60).stdout)
    assert found[-1] == {"closing": True}
    mine = decrypted(whole[1], tmp_path)[0]
    assert [row["path"] for record in found[:-1] for row in record["rows"]] == [
        row["source_path"] for row in mine["linkage.csv"]
    ]
    assert decrypted(copy, tmp_path) == (mine, "")
    native_run(folder / "copy.dcm", tmp_path / "run", "--resume", "--linkage", str(copy), status=0)
    assert len(decrypted(copy, tmp_path)[0]["linkage.csv"]) == len(mine["linkage.csv"]) + 1
