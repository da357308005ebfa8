"""`dicom-deid thumbnails` as a person uses it: what is made, where, how it is named, found again, and deleted."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from unittest.mock import patch

import commands
import pytest
from made import ct, to_bytes
from PIL import Image
from pydicom.data import get_testdata_file
from runs import PASSPHRASE, native_run

NAMES = ("CT_small.dcm", "MR_small_RLE.dcm", "SC_rgb_rle_2frame.dcm", "rtplan.dcm", "examples_palette.dcm")
BAD = {
    "badVR.dcm": "PIXELS_DISAGREE",
    "no_meta.dcm": "NOT_DICOM",
    "MR_truncated.dcm": "TRUNCATED",
    "JPEG2000-embedded-sequence-delimiter.dcm": "PIXELS_DISAGREE",
    "GDCMJ2K_TextGBR.dcm": "PIXELS_WRAPPED",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Real files: grey, in colour, of two frames, without pixels."""
    (tmp_path / "source" / "a").mkdir(parents=True)
    for name in NAMES:
        shutil.copyfile(str(get_testdata_file(name)), tmp_path / "source" / "a" / name)
    return tmp_path / "source"


def command(tmp_path: Path, *arguments: str | Path) -> CompletedProcess[str]:
    with patch.dict(os.environ, {"XDG_DATA_HOME": str(tmp_path / "home")}):
        return commands.command(*arguments)


def told(tmp_path: Path, *arguments: str | Path) -> dict[str, Any]:
    done = command(tmp_path, "thumbnails", *arguments, "--json", "--workers", "0")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def images(made: dict[str, Any]) -> list[tuple[Any, ...]]:
    with sqlite3.connect(made["index"]) as database:
        return database.execute(
            "SELECT filename, study, path, frame, split FROM images ORDER BY path, frame"
        ).fetchall()


def test_each_frame_once_and_found_again(tmp_path: Path, folder: Path) -> None:
    done = command(tmp_path, "thumbnails", folder, "--workers", "2", "--size", "64")
    assert done.returncode == 0, done.stderr
    first, *_ = done.stdout.splitlines()
    assert first == "5 thumbnails, 5 of them made now"
    for step, items in (("Discover", 5), ("Processing", 5), ("DB insert", 5)):
        assert f"\n{step}: {items} items in " in done.stdout
    made = told(tmp_path, folder, "--size", "64")
    assert (made["made"], made["total"], made["holds"]) == (0, 5, "originals")
    rows = images(made)
    assert [(path, frame) for _, _, path, frame, _ in rows] == [
        ("a/CT_small.dcm", 1), ("a/MR_small_RLE.dcm", 1), ("a/SC_rgb_rle_2frame.dcm", 1),
        ("a/SC_rgb_rle_2frame.dcm", 2), ("a/examples_palette.dcm", 1),
    ]  # fmt: skip
    assert [row[0] for row in rows if row[2] == "a/SC_rgb_rle_2frame.dcm"] == [
        f"{rows[2][1]}/SC_rgb_rle_2frame_frame0001.png", f"{rows[2][1]}/SC_rgb_rle_2frame_frame0002.png",
    ]  # fmt: skip
    for name, *_ in rows:
        with Image.open(Path(made["thumbnails"], name)) as image:
            assert max(image.size) == 64
            assert image.info == {}
    times = [Path(made["thumbnails"], row[0]).stat().st_mtime_ns for row in rows]
    assert told(tmp_path, folder, "--size", "64")["made"] == 0
    assert [Path(made["thumbnails"], row[0]).stat().st_mtime_ns for row in rows] == times
    assert told(tmp_path, folder, "--size", "32")["made"] == 5


def test_those_of_originals_are_for_their_user_alone_and_are_deleted_with_the_index(
    tmp_path: Path, folder: Path
) -> None:
    before = sorted(folder.rglob("*"))
    made = told(tmp_path, folder)
    place = Path(made["thumbnails"])
    assert place.parent == tmp_path / "home" / "dicom-deid" / "index"
    assert place.name.endswith(".thumbnails-of-originals")
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert sorted(folder.rglob("*")) == before
    assert command(tmp_path, "thumbnails", folder, "--output", folder / "here").returncode == 2
    assert command(tmp_path, "index", folder, "--delete").returncode == 0
    assert not place.exists()
    assert not Path(made["index"]).exists()


def test_a_folder_of_the_users_own_keeps_what_else_is_in_it(tmp_path: Path, folder: Path) -> None:
    own = tmp_path / "own"
    made = told(tmp_path, folder, "--output", own)
    assert len(list(own.rglob("*.png"))) == made["total"] == 5
    (own / "mine.png").write_bytes(b"")
    command(tmp_path, "index", folder, "--delete")
    assert list(own.rglob("*")) == [own / "mine.png"]


def test_what_changed_or_was_lost_is_made_anew_and_what_went_is_deleted(tmp_path: Path, folder: Path) -> None:
    made = told(tmp_path, folder)
    names = {row[2]: Path(made["thumbnails"], row[0]) for row in images(made)}
    (folder / "a" / "CT_small.dcm").write_bytes(to_bytes(ct()))
    (folder / "a" / "MR_small_RLE.dcm").unlink()
    names["a/examples_palette.dcm"].unlink()
    assert told(tmp_path, folder)["made"] == 2
    assert not names["a/MR_small_RLE.dcm"].exists()
    assert names["a/examples_palette.dcm"].exists()
    assert len(list(Path(made["thumbnails"]).rglob("*.png"))) == 4


def test_names_never_collide(tmp_path: Path) -> None:
    for place in ("one/im.dcm", "two/im.dcm", "three/IM.dcm", "one/im_frame0001.dcm"):
        path = tmp_path / "source" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(to_bytes(ct(StudyInstanceUID="../../escape")))
    made = told(tmp_path, tmp_path / "source")
    assert made["total"] == 4
    assert len({row[0].lower() for row in images(made)}) == 4
    assert len(list(Path(made["thumbnails"]).rglob("*.png"))) == 4
    assert {row[0].split("/")[0] for row in images(made)} == {"escape"}


def test_bad_files_are_named_and_the_others_go_on(tmp_path: Path, folder: Path) -> None:
    for name in BAD:
        shutil.copyfile(str(get_testdata_file(name)), folder / name)
    made = told(tmp_path, folder)
    assert {row["path"]: row["reason"] for row in made["unshown"]} == BAD
    assert made["total"] == 6
    again = command(tmp_path, "thumbnails", folder, "--workers", "0").stdout
    assert again.startswith("6 thumbnails, 0 of them made now\n")
    cut_off = "TRUNCATED: The file or its pixel data end too early: they were cut off."
    assert f"\n{cut_off} 1 file:\n  MR_truncated.dcm\n" in again


def test_those_of_a_run_lie_in_it_and_name_nobody(tmp_path: Path, folder: Path) -> None:
    native_run(folder, tmp_path / "run")
    made = told(tmp_path, tmp_path / "run")
    assert (made["holds"], made["thumbnails"]) == ("de-identified", str(tmp_path / "run" / "previews"))
    assert made["total"] == len(list((tmp_path / "run" / "previews").rglob("*.png"))) > 0
    outputs = {path.stem for path in (tmp_path / "run" / "out").rglob("*.dcm")}
    assert {Path(row[0]).stem.split("_frame")[0] for row in images(made)} <= outputs


def test_the_same_patients_are_held_out_of_originals_and_results(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(PASSPHRASE, encoding="utf-8")
    (tmp_path / "source").mkdir()
    for number in range(24):
        uids = {"SOPInstanceUID": f"1.2.3.{number}", "SeriesInstanceUID": f"1.2.4.{number}"}
        content = to_bytes(ct(PatientID=f"P{number // 2}", **uids))
        (tmp_path / "source" / f"{number:02}.dcm").write_bytes(content)
    native_run(tmp_path / "source", tmp_path / "run", status=0)
    hold = ("--hold-out", "0.5", "--passphrase-file", secret)
    sides = {row[2]: row[4] for row in images(told(tmp_path, tmp_path / "source", *hold))}
    assert set(sides.values()) == {"hold-out", "train"}
    assert all(sides[f"{number:02}.dcm"] == sides[f"{number + 1:02}.dcm"] for number in range(0, 24, 2))
    results = [row[4] for row in images(told(tmp_path, tmp_path / "run", *hold))]
    assert sorted(results) == sorted(sides.values())
    assert {row[4] for row in images(told(tmp_path, tmp_path / "source"))} == {""}
    assert command(tmp_path, "thumbnails", tmp_path / "source", "--hold-out", "0.5").returncode == 2
