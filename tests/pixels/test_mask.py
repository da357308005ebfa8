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
from dicom_deid.native.source import FileSource
from dicom_deid.pixels.evidence import mask
from dicom_deid.pixels.evidence.mask import MOST, covering
from masked import COLUMNS, LABEL_MAP, MARKED, ROWS, head_folder, saved, segmentation, slice_of
from pydicom import uid
from runs import PASSPHRASE, native_run, source_ids

OPTION = ("--option", "clean-pixel-data")


def search(folder: Path, file: Path, mask: Path) -> subprocess.CompletedProcess[str]:
    secret = file.with_name("passphrase")
    secret.write_text(PASSPHRASE)
    options = ("--passphrase-file", secret, "--workers", "0", "--no-detector")
    return commands.command("pixels", folder, "--regions", file, *options, "--mask", mask)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return head_folder(tmp_path_factory.mktemp("head") / "in")


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


def test_a_mask_of_other_images_is_told_to_mark_nothing(folder: Path, tmp_path: Path) -> None:
    other = saved(segmentation(FrameOfReferenceUID="1.2.3"), tmp_path / "face.dcm")
    done = search(folder, tmp_path / "r.json", other)
    assert "The mask marks nothing: nothing that was looked at is of its frame of reference." in done.stdout


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


def test_how_much_of_a_mask_is_read_is_told(tmp_path: Path) -> None:
    told: list[float] = []
    with FileSource(saved(segmentation(), tmp_path / "face.dcm")) as source:
        assert len(mask.read_mask(source, told.append).planes) == 2
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] == 1
