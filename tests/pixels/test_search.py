"""From a folder to a review to outputs, by the command line: found, approved, made blank; and nothing else written."""

from __future__ import annotations

import csv
import json
import os
import stat
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import commands
import imagecodecs
import numpy as np
import pydicom
import pytest
from lettered import Line, lettered, phantom
from made import ct, item, sequence, to_bytes
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from runs import PASSPHRASE, ROOT, RunFolder, native_run, source_ids, timeless

CAPTURE, ULTRASOUND = "1.2.840.10008.5.1.4.1.1.7", "1.2.840.10008.5.1.4.1.1.3.1"
MODELS = ROOT / "vendor" / "detection"
NAME = Line("OKONKWO ADAEZE 1961", 20, 16)
OPTION = ("--option", "clean-pixel-data")
Picture = NDArray[np.uint8]


def picture(sop_class: str, frames: Picture, **values: Any) -> Dataset:
    dataset = ct(SOPClassUID=sop_class, Rows=frames.shape[-2], Columns=frames.shape[-1], **values)
    dataset.file_meta.MediaStorageSOPClassUID = sop_class
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    dataset.PixelData = frames.tobytes()
    dataset["PixelData"].VR = "OB"
    if frames.ndim == 3:
        dataset.NumberOfFrames = len(frames)
    return dataset


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A compressed capture, an ultrasound cine whose second frame alone has text in its image, a CT, and a note."""
    folder = tmp_path_factory.mktemp("pictures") / "in"
    folder.mkdir()
    screen, _ = lettered(200, 320, NAME, ground=phantom(200, 320) // 8)
    capture = picture(CAPTURE, screen, ConversionType="WSD", Modality="OT")
    capture.file_meta.TransferSyntaxUID = pydicom.uid.JPEGLSLossless
    capture.PixelData = pydicom.encaps.encapsulate([imagecodecs.jpegls_encode(screen)])
    capture["PixelData"].is_undefined_length = True
    (folder / "a.dcm").write_bytes(to_bytes(capture))
    frames = np.stack([phantom(160, 240) // 4] * 3)
    frames[1], _ = lettered(160, 240, Line("KIDNEY 42", 90, 100), ground=frames[0])
    region = item(RegionSpatialFormat=1, RegionDataType=1, RegionFlags=1, RegionLocationMinX0=0,
                  RegionLocationMinY0=30, RegionLocationMaxX1=239, RegionLocationMaxY1=159)  # fmt: skip
    cine = picture(ULTRASOUND, frames, SequenceOfUltrasoundRegions=sequence(region), Modality="US",
                   SOPInstanceUID="1.2.276.0.99999.4711.8", DerivationDescription="seen before")  # fmt: skip
    (folder / "b.dcm").write_bytes(to_bytes(cine))
    (folder / "c.dcm").write_bytes(to_bytes(ct(SOPInstanceUID="1.2.276.0.99999.4711.9", BodyPartExamined="HEAD")))
    (folder / "note.txt").write_text("no picture")
    return folder


def command(*arguments: str | Path, status: int = 0) -> subprocess.CompletedProcess[str]:
    done = commands.command(*arguments)
    assert done.returncode == status, done.stdout + done.stderr
    return done


def search(folder: Path, file: Path, *options: str | Path) -> dict[str, Any]:
    """The regions file that the command writes."""
    secret = file.with_name("passphrase")
    secret.write_text(PASSPHRASE)
    command("pixels", folder, "--regions", file, "--passphrase-file", secret, "--models", MODELS, *options)
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def approve(file: Path, target: Path, decision: str = "approved") -> Path:
    """The file with a decision on every group."""
    known = json.loads(file.read_text())
    for group in known["groups"].values():
        group |= {"decision": decision, "by": "MK", "at": "2026-11-29T10:30:00Z"}
    target.write_text(json.dumps(known))
    return target


@pytest.fixture(scope="module")
def found(folder: Path) -> Path:
    file = folder.parent / "regions.json"
    search(folder, file, "--workers", "0")
    return file


@pytest.fixture(scope="module")
def approved(found: Path) -> Path:
    return approve(found, found.with_name("approved.json"))


def group_of(found: Path, folder: Path, name: str) -> dict[str, Any]:
    ids = {path.name: source_id for source_id, path in source_ids(folder).items()}
    groups = json.loads(found.read_text())["groups"].values()
    return next(group for group in groups if ids[name] in group["instances"])


def covered(group: dict[str, Any], evidence: str | None = None) -> NDArray[np.bool_]:
    mask = np.zeros((group["rows"], group["columns"]), bool)
    for box in group["boxes"]:
        if evidence in (None, box["evidence"]):
            left, top, right, bottom = box["rectangle"]
            mask[top:bottom, left:right] = True
    return mask


def written(run: RunFolder) -> dict[str, Dataset]:
    """SOP Class -> output."""
    outputs = [pydicom.dcmread(BytesIO(data)) for data in run.outputs.values()]
    return {str(output.SOPClassUID): output for output in outputs}


def test_text_is_found_where_it_is_and_recognised_as_of_the_header(found: Path, folder: Path) -> None:
    screen = group_of(found, folder, "a.dcm")
    _, (ink,) = lettered(200, 320, NAME, ground=phantom(200, 320) // 8)
    assert not (ink & ~covered(screen, "detector")).any()
    assert (covered(screen, "words") & ink).any()
    assert (screen["alarms"], screen["detector"], screen["decision"]) == (1, "PP-OCRv6 small", "none")
    assert covered(screen).mean() < 0.3


def test_what_one_frame_of_a_cine_shows_counts_for_all(found: Path, folder: Path) -> None:
    cine = group_of(found, folder, "b.dcm")
    assert covered(cine, "ultrasound")[:30].all()
    assert not covered(cine, "ultrasound")[30:].any()
    detected = [box for box in cine["boxes"] if box["evidence"] == "detector"]
    assert detected
    assert {tuple(box["frames"]) for box in cine["boxes"]} == {(1, 0)}
    assert (cine["frames"], cine.get("alarms", 0)) == (3, 0)


def test_the_file_names_nobody_and_is_for_the_user_alone(found: Path, folder: Path) -> None:
    text = found.read_text()
    for word in ("Okonkwo", "okonkwo", "MRN", "ACME", "a.dcm", "4711", str(folder)):
        assert word not in text
    assert stat.S_IMODE(found.stat().st_mode) == 0o600
    assert len(json.loads(text)["groups"]) == 2, "the CT needs no cleaning"


def test_two_processes_find_the_same_and_a_second_search_adds_nothing(found: Path, folder: Path) -> None:
    again = found.with_name("again.json")
    assert search(folder, again, "--workers", "2") == json.loads(found.read_text())
    assert search(folder, again, "--workers", "0") == json.loads(found.read_text())


def test_a_decision_stays_when_the_same_is_found_again(approved: Path, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "regions.json"
    file.write_bytes(approved.read_bytes())
    assert search(folder, file, "--workers", "0")["groups"] == json.loads(approved.read_text())["groups"]


def test_what_was_approved_is_made_blank_and_told(approved: Path, folder: Path, tmp_path: Path) -> None:
    run = native_run(folder, tmp_path / "out", *OPTION, "--regions", str(approved), status=0)
    run.check()
    outputs = written(run)
    for name, sop_class in (("a.dcm", CAPTURE), ("b.dcm", ULTRASOUND)):
        before, after = pydicom.dcmread(folder / name), outputs[sop_class]
        blank = covered(group_of(approved, folder, name))
        frames, now = (np.atleast_3d(one.pixel_array.T).T for one in (before, after))
        for frame, cleaned in zip(frames, now, strict=True):
            assert (cleaned[~blank] == frame[~blank]).all()
            assert len(set(cleaned[blank])) == 1
        assert after.BurnedInAnnotation == "NO"
        assert {code.CodeValue for code in after.DeidentificationMethodCodeSequence} == {"113100", "113101"}
        assert "of the pixels set to one value, as reviewed" in after.DerivationDescription
    ct_output = outputs["1.2.840.10008.5.1.4.1.1.2"]
    assert "DerivationDescription" not in ct_output
    assert {code.CodeValue for code in ct_output.DeidentificationMethodCodeSequence} == {"113100"}
    fates = {row["sop_class_uid"]: row["pixels"] for row in run.rows if row["status"] == "written"}
    assert fates[CAPTURE].startswith("cleaned (")
    assert fates[CAPTURE].endswith("; reviewed")
    assert fates["1.2.840.10008.5.1.4.1.1.2"] == "kept; not reviewed"
    assert "2 approved, 0 left out, 0 none" in run.log
    assert "reason FACE_CAN_BE_REBUILT: 1" in run.log
    assert json.loads((run.root / "regions.json").read_text()) == json.loads(approved.read_text())
    assert len(json.loads((run.root / "plan.json").read_text())["regions_sha256"]) == 64


def test_every_way_gives_the_same_bytes(approved: Path, folder: Path, tmp_path: Path) -> None:
    chosen = (*OPTION, "--regions", str(approved))
    one = native_run(folder, tmp_path / "one", *chosen, "--workers", "0", status=0)
    two = native_run(folder, tmp_path / "two", *chosen, "--workers", "2", status=0)
    assert one.outputs == two.outputs
    assert timeless(one.rows) == timeless(two.rows)
    lines = (one.root / "audit.csv").read_text().splitlines(keepends=True)
    (one.root / "audit.csv").write_text("".join(lines[:2]))
    before = one.outputs
    resumed = native_run(folder, one.root, *OPTION, "--resume", "--workers", "0", status=0)
    assert resumed.outputs == before
    assert timeless(resumed.rows) == timeless(two.rows)


def test_a_run_is_not_resumed_with_other_regions(approved: Path, found: Path, folder: Path, tmp_path: Path) -> None:
    native_run(folder, tmp_path / "out", *OPTION, "--regions", str(approved), status=0)
    secret = tmp_path / "out.passphrase"
    common = ("run", folder, tmp_path / "out", "--resume", "--passphrase-file", secret)
    told = command(*common, *OPTION, "--regions", found, status=2)
    assert "another policy" in told.stderr
    assert command(*common, *OPTION, "--pixels-unreviewed", status=2).returncode == 2


def test_what_nobody_approved_is_withheld(found: Path, folder: Path, tmp_path: Path) -> None:
    for name, chosen, reason in (
        ("none", ("--regions", str(found)), "PIXELS_NOT_REVIEWED"),
        ("no file", (), "PIXELS_NOT_SEEN"),
        ("out", ("--regions", str(approve(found, tmp_path / "x.json", "left out"))), "PIXELS_LEFT_OUT"),
    ):
        run = native_run(folder, tmp_path / name, *OPTION, *chosen)
        held = [row["reason"] for row in run.rows if row["status"] == "withheld"]
        assert held == [reason, reason]
        assert len(run.outputs) == 1


def test_unreviewed_boxes_are_made_blank_on_request_and_nothing_is_claimed(
    found: Path, folder: Path, tmp_path: Path
) -> None:
    chosen = (*OPTION, "--regions", str(found), "--pixels-unreviewed")
    outputs = written(native_run(folder, tmp_path / "out", *chosen, status=0))
    after = outputs[CAPTURE]
    assert len(set(after.pixel_array[covered(group_of(found, folder, "a.dcm"))])) == 1
    assert "BurnedInAnnotation" not in after
    assert {code.CodeValue for code in after.DeidentificationMethodCodeSequence} == {"113100"}
    assert "not reviewed" in after.DerivationDescription


def test_without_a_detector_nothing_is_written_unreviewed(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "regions.json"
    listed = tmp_path / "pictures.csv"
    known = search(folder, file, "--workers", 0, "--no-detector", "--csv", listed)
    check_list(listed, known, folder)
    assert {box["evidence"] for group in known["groups"].values() for box in group["boxes"]} == {"ultrasound"}
    run = native_run(folder, tmp_path / "out", *OPTION, "--regions", str(file), "--pixels-unreviewed")
    assert [row["reason"] for row in run.rows if row["status"] == "withheld"] == ["PIXELS_NOT_REVIEWED"] * 2


def check_list(listed: Path, known: dict[str, Any], folder: Path) -> None:
    """A line for each instance of each group, with its path; only the user may read it."""
    rows = list(csv.DictReader(listed.read_text(encoding="utf-8").splitlines()))
    ids = {source_id: path.name for source_id, path in source_ids(folder).items()}
    assert {(row["group"], row["source_id"], row["path"]) for row in rows} == {
        (name, source_id, ids[source_id]) for name, group in known["groups"].items() for source_id in group["instances"]
    }
    assert {row["path"]: row["boxes"] for row in rows} == {"a.dcm": "0", "b.dcm": "1"}
    assert listed.stat().st_mode & 0o777 == 0o600


def test_a_list_of_pictures_lies_apart_and_takes_the_place_of_nothing(folder: Path, tmp_path: Path) -> None:
    secret, there = tmp_path / "passphrase", tmp_path / "there.csv"
    secret.write_text(PASSPHRASE)
    there.write_text("mine")
    for place, words in ((folder / "list.csv", "among the sources"), (there, "such a file already")):
        options = ("--passphrase-file", secret, "--no-detector", "--csv", place)
        assert words in command("pixels", folder, "--regions", tmp_path / "regions.json", *options, status=2).stderr
    assert there.read_text() == "mine"
    assert not (tmp_path / "regions.json").exists()


def test_an_instance_that_came_or_changed_since_is_withheld(approved: Path, folder: Path, tmp_path: Path) -> None:
    later = tmp_path / "in"
    later.mkdir()
    for path in folder.iterdir():
        (later / path.name).write_bytes(path.read_bytes())
    (later / "d.dcm").write_bytes((folder / "a.dcm").read_bytes())
    changed = pydicom.dcmread(folder / "b.dcm")
    changed.PatientComments = "longer now"
    (later / "b.dcm").write_bytes(to_bytes(changed))
    run = native_run(later, tmp_path / "out", *OPTION, "--regions", str(approved))
    ids = {path.name: source_id for source_id, path in source_ids(later).items()}
    ends = {row["source_id"]: (row["status"], row["reason"]) for row in run.rows}
    assert ends[ids["a.dcm"]] == ("written", "")
    assert ends[ids["b.dcm"]] == ends[ids["d.dcm"]] == ("withheld", "PIXELS_NOT_SEEN")


def test_a_damaged_file_and_one_of_another_key_are_refused(approved: Path, folder: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.json"
    damaged.write_text(approved.read_text()[:-40])
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE)
    other = tmp_path / "other"
    other.write_text(f"{PASSPHRASE.replace('herons', 'hawks')}\n")
    for file, key, words in ((damaged, secret, "damaged"), (approved, other, "another passphrase")):
        told = command("run", folder, tmp_path / "out", "--passphrase-file", key, *OPTION, "--regions", file, status=2)
        assert words in told.stderr
        assert not (tmp_path / "out").exists()
        told = command("pixels", folder, "--passphrase-file", key, "--regions", file, "--no-detector", status=2)
        assert words in told.stderr
    told = command("run", folder, tmp_path / "out", "--passphrase-file", secret, "--regions", approved, status=2)
    assert "clean-pixel-data" in told.stderr


def test_a_frame_that_cannot_be_read_is_told_and_stays_withheld(folder: Path, tmp_path: Path) -> None:
    broken = pydicom.dcmread(folder / "a.dcm")
    broken.file_meta.TransferSyntaxUID = pydicom.uid.JPEGBaseline8Bit
    broken.PixelData = pydicom.encaps.encapsulate([b"\xff\xd8 no picture"])
    broken["PixelData"].is_undefined_length = True
    source = tmp_path / "in"
    source.mkdir()
    (source / "a.dcm").write_bytes(to_bytes(broken))
    file, secret = tmp_path / "regions.json", tmp_path / "passphrase"
    secret.write_text(PASSPHRASE)
    told = command("pixels", source, "--regions", file, "--passphrase-file", secret, "--models", MODELS, status=1)
    assert "1 not read, PIXELS_DAMAGED" in told.stdout
    run = native_run(source, tmp_path / "out", *OPTION, "--regions", str(approve(file, tmp_path / "a.json")))
    assert [row["reason"] for row in run.rows] == ["PIXELS_NOT_READ"]


def test_a_run_without_the_option_loads_nothing_for_pixels() -> None:
    code = (
        "import sys; from dicom_deid.native.light_pydicom import load_pydicom; load_pydicom();"
        "from dicom_deid.native import ready, run; from dicom_deid.cli import run, app;"
        "from dicom_deid.browser import bridge;"
        "unwanted = ('dicom_deid.pixels', 'dicom_deid.regions', 'numpy', 'onnxruntime', 'imagecodecs', 'PIL');"
        "assert not [name for name in sys.modules if name.startswith(unwanted)]"
    )
    subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(ROOT / "py")}, check=True)
