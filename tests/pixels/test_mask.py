"""A mask that somebody brings: slice by slice it is proposed, and once approved it is made blank."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import commands
import numpy as np
import pydicom
import pytest
from dicom_deid.native.mask import read_mask
from dicom_deid.pixels.evidence.mask import MOST, covering
from made import UID, item, sequence, to_bytes
from making import image
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset
from runs import PASSPHRASE, native_run, source_ids

OPTION = ("--option", "clean-pixel-data")
ROWS, COLUMNS = 40, 60
LABEL_MAP = "1.2.840.10008.5.1.4.1.1.66.7"
FLAT = [1, 0, 0, 0, 1, 0]
Marked = NDArray[np.bool_]


def disc(row: int, column: int, radius: int) -> Marked:
    y, x = np.mgrid[0:ROWS, 0:COLUMNS]
    return np.hypot(y - row, x - column) < radius


MARKED = {0: disc(10, 20, 9), 1: disc(12, 30, 6) | disc(30, 10, 5)}


def slice_of(number: int, **values: Any) -> Dataset:
    """A CT slice of the head, 2 mm above the one before."""
    pixels = np.random.default_rng(number).integers(1, 4000, (ROWS, COLUMNS)).astype(np.uint16)
    told = {"FrameOfReferenceUID": f"{UID}.77", "ImagePositionPatient": [-100, 20.5, 2 * number],
            "ImageOrientationPatient": FLAT, "PixelSpacing": [0.5, 0.5], "BodyPartExamined": "HEAD"}  # fmt: skip
    dataset = image(pixels, SOPInstanceUID=f"{UID}.78.{number}", Modality="CT", **told | values)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    return dataset


def segmentation(kind: str = uid.SegmentationStorage, **values: Any) -> Dataset:
    """Frames from above to below, the second plane's in two segments; of a label map, one frame a plane."""
    parts = [(1, disc(12, 30, 6)), (0, MARKED[0]), (1, disc(30, 10, 5))]
    if kind == LABEL_MAP:
        parts = [(1, MARKED[1]), (0, MARKED[0])]
    frames = np.stack([one for _, one in parts])
    if kind == LABEL_MAP:
        labels = np.where(frames, 9, 4).astype(np.uint8)  # 4 is the background
        dataset = image(labels, NumberOfFrames=2, PixelPaddingValue=4)
        dataset.compress(uid.RLELossless, generate_instance_uid=False)
    else:
        dataset = image(frames[0].astype(np.uint8))
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 1, 1, 0
        dataset.NumberOfFrames = len(frames)
        packed = np.packbits(frames.reshape(-1), bitorder="little").tobytes()
        dataset.PixelData = packed + b"\0" * (len(packed) % 2)
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = kind
    dataset.FrameOfReferenceUID = f"{UID}.77"
    planes = (item(ImagePositionPatient=[-100, 20.5, 2 * number]) for number, _ in parts)
    dataset.PerFrameFunctionalGroupsSequence = sequence(
        *(item(PlanePositionSequence=sequence(plane)) for plane in planes)
    )
    shared = item(PlaneOrientationSequence=sequence(item(ImageOrientationPatient=FLAT)),
                  PixelMeasuresSequence=sequence(item(PixelSpacing=[0.5, 0.5])))  # fmt: skip
    dataset.SharedFunctionalGroupsSequence = sequence(shared)
    for name, value in values.items():
        setattr(dataset, name, value)
    return dataset


def saved(dataset: Dataset, file: Path) -> Path:
    file.write_bytes(to_bytes(dataset))
    return file


def search(folder: Path, file: Path, mask: Path) -> subprocess.CompletedProcess[str]:
    secret = file.with_name("passphrase")
    secret.write_text(PASSPHRASE)
    options = ("--passphrase-file", secret, "--workers", "0", "--no-detector")
    return commands.command("pixels", folder, "--regions", file, *options, "--mask", mask)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two slices that the mask marks, one that it does not reach, and one that is shifted by a millimetre."""
    folder = tmp_path_factory.mktemp("head") / "in"
    folder.mkdir()
    for number in range(3):
        saved(slice_of(number), folder / f"{number}.dcm")
    saved(slice_of(3, ImagePositionPatient=[-99, 20.5, 2]), folder / "3.dcm")
    return folder


@pytest.mark.parametrize("kind", [uid.SegmentationStorage, LABEL_MAP])
def test_a_mask_that_is_approved_is_made_blank_slice_by_slice(folder: Path, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "regions.json"
    done = search(folder, file, saved(segmentation(kind), tmp_path / "face.dcm"))
    assert done.returncode == 0, done.stderr
    assert "The mask marks something in 2 instances, and nothing in 2 more." in done.stdout
    known = json.loads(file.read_text())
    ids = {path.name: source_id for source_id, path in source_ids(folder).items()}
    assert set(known["exceptions"]) == {ids["0.dcm"], ids["1.dcm"]}
    assert {box["evidence"] for one in known["exceptions"].values() for box in one["boxes"]} == {"mask"}
    waiting = native_run(folder, tmp_path / "waiting", *OPTION, "--regions", file)
    assert sorted(row["reason"] for row in waiting.rows if row["reason"]).count("PIXELS_NOT_REVIEWED") == 2
    for one in known["exceptions"].values():
        one |= {"decision": "approved", "by": "MK", "at": "2026-11-29T10:30:00Z"}
    file.write_text(json.dumps(known))
    run = native_run(folder, tmp_path / "done", *OPTION, "--regions", file, status=0)
    outputs = {row["source_id"]: pydicom.dcmread(run.root / row["output_path"]) for row in run.rows}
    assert len(outputs) == 4
    for number in range(4):
        before, after = slice_of(number).pixel_array, outputs[ids[f"{number}.dcm"]].pixel_array
        inside = MARKED.get(number, np.zeros((ROWS, COLUMNS), bool))
        assert (after[inside] == 0).all()
        assert (after[~inside] == before[~inside]).all()
    claimed = json.dumps([one.to_json_dict() for one in outputs.values()], default=str)
    assert "113102" not in claimed


@pytest.mark.parametrize(
    "change",
    [
        {"SOPClassUID": uid.CTImageStorage},
        {"PixelData": bytes(900)},
        {"PerFrameFunctionalGroupsSequence": []},
        {"SharedFunctionalGroupsSequence": []},
        {"FrameOfReferenceUID": ""},
    ],
)
def test_what_is_no_mask_is_refused(folder: Path, tmp_path: Path, change: dict[str, Any]) -> None:
    done = search(folder, tmp_path / "r.json", saved(segmentation(**change), tmp_path / "face.dcm"))
    assert done.returncode == 2
    assert "The mask is no segmentation" in " ".join(done.stderr.split())
    assert not (tmp_path / "r.json").exists()


def test_few_rectangles_cover_what_is_marked(tmp_path: Path) -> None:
    noise = np.random.default_rng(5)
    for marked in (MARKED[1], noise.random((333, 257)) < 0.3, np.ones((7, 9), bool)):
        found = covering(marked)
        assert 0 < len(found) <= MOST
        laid = np.zeros(marked.shape, bool)
        for left, top, right, bottom in found:
            assert 0 <= left < right <= marked.shape[1]
            assert 0 <= top < bottom <= marked.shape[0]
            laid[top:bottom, left:right] = True
        assert not (marked & ~laid).any()
        assert marked is not MARKED[1] or (laid == marked).all()
    assert len(read_mask(saved(segmentation(), tmp_path / "face.dcm")).planes) == 2
