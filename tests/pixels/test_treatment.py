"""Pixels through the pipeline: made blank as approved, however they are stored, and the header says what is true."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from dicom_deid.api.dataset import joined
from dicom_deid.key import Key
from dicom_deid.model import Outcome
from dicom_deid.pipeline import process
from dicom_deid.pixels.alike import group_id, mark
from dicom_deid.policy import Plan, Policy
from dicom_deid.regions import APPROVED, Box, Group, Rectangle, Regions, Review
from dicom_deid.regions.file import project_of
from dicom_deid.scan import located
from made import KEY, SOURCE_ID, item, sequence, to_bytes
from making import compressed, image
from pictured import InMemory
from pydicom import uid
from pydicom.dataset import Dataset
from redacting import frames_by_another, smooth

CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
PLACE = Rectangle(8, 0, 24, 8)
AT = "2026-11-29T10:30:00Z"
KEEPS_ICONS = '{"options": ["clean-pixel-data"], "attribute": [{"match": "IconImageSequence", "action": "K"}]}'
VALUES = np.stack([smooth(24, 32, seed=seed) for seed in (1, 2)])
MASK = np.zeros((24, 32), bool)
MASK[0:8, 8:24] = True


def captured(dataset: Dataset, **values: Any) -> Dataset:
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = CAPTURE
    dataset.ConversionType, dataset.Modality = "WSD", "OT"
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def treated(dataset: Dataset, *boxes: Box, policy: str = '{"options": ["clean-pixel-data"]}') -> tuple[Outcome, bytes]:
    """The outcome of an instance of which these boxes were approved, and its output."""
    source, key = InMemory(to_bytes(dataset)), Key(KEY)
    instance = located(source)
    seen = {SOURCE_ID: mark(instance, source.size, key)}
    group = Group(24, 32, 1, Review(boxes, APPROVED, "MK", AT), seen)
    plan = Plan(Policy.read(policy), key, regions=Regions(project_of(key), {group_id(instance, key): group}))
    outcome = process(source, plan, SOURCE_ID, repeat=False)
    return outcome, joined(outcome.splice, source.read(0, source.size)) if outcome.written else b""


def codes(dataset: Dataset) -> set[str]:
    return {code.CodeValue for code in dataset.get("DeidentificationMethodCodeSequence") or ()}


STORED = {
    "native": lambda: image(VALUES, NumberOfFrames=2),
    "big endian": lambda: image(VALUES, uid.ExplicitVRBigEndian, NumberOfFrames=2),
    "deflated": lambda: image(VALUES, uid.DeflatedExplicitVRLittleEndian, NumberOfFrames=2),
    "JPEG-LS": lambda: compressed([imagecodecs.jpegls_encode(one) for one in VALUES], VALUES, uid.JPEGLSLossless),
    "JPEG 2000": lambda: compressed(
        [imagecodecs.jpeg2k_encode(one, codecformat="J2K", reversible=True) for one in VALUES],
        VALUES, uid.JPEG2000Lossless,
    ),
}  # fmt: skip


@pytest.mark.parametrize("stored", STORED)
def test_approved_boxes_are_blank_and_all_else_is_as_it_was(stored: str) -> None:
    outcome, output = treated(captured(STORED[stored]()), Box(PLACE))
    after = pydicom.dcmread(BytesIO(output))
    for before, frame in zip(VALUES, frames_by_another(after), strict=True):
        assert (frame[~MASK] == before[~MASK]).all()
        assert (frame[MASK] == 0).all()
    assert outcome.pixels == "cleaned (1 region); reviewed"
    assert outcome.names.transfer_syntax == after.file_meta.TransferSyntaxUID
    assert (after.BurnedInAnnotation, codes(after)) == ("NO", {"113100", "113101"})
    assert after.DerivationDescription.endswith("1 region of the pixels set to one value, as reviewed")


def test_a_box_of_some_frames_leaves_the_others() -> None:
    _, output = treated(captured(image(VALUES, NumberOfFrames=2)), Box(PLACE, 2, 2))
    first, second = frames_by_another(pydicom.dcmread(BytesIO(output)))
    assert (first == VALUES[0]).all()
    assert (second[MASK] == 0).all()


def test_a_box_beyond_the_picture_changes_nothing_and_nothing_is_said_to_be_cleaned() -> None:
    outcome, output = treated(captured(image(VALUES, NumberOfFrames=2)), Box(Rectangle(100, 100, 120, 120)))
    after = pydicom.dcmread(BytesIO(output))
    assert outcome.pixels == "kept; reviewed"
    assert "DerivationDescription" not in after
    assert after.PixelData == VALUES.tobytes()


def test_what_a_derivation_description_said_stays_where_it_may() -> None:
    policy = '{"options": ["clean-pixel-data", "clean-descriptors"]}'
    dataset = captured(image(VALUES, NumberOfFrames=2), DerivationDescription="cropped to the chest")
    _, output = treated(dataset, Box(PLACE), policy=policy)
    assert pydicom.dcmread(BytesIO(output)).DerivationDescription.endswith("as reviewed; cropped to the chest")


def test_icons_and_extremes_go_with_the_pixels_that_they_show() -> None:
    def icon() -> Dataset:
        return item(Rows=1, Columns=1, BitsAllocated=8, PixelData=b"\0\0", PixelRepresentation=0)

    nested = item(IconImageSequence=sequence(icon()), CodeValue="1", CodingSchemeDesignator="DCM", CodeMeaning="x")
    values = {
        "IconImageSequence": sequence(icon()), "AnatomicRegionSequence": sequence(nested),
        "LargestImagePixelValue": 255, "SmallestImagePixelValue": 1,
    }  # fmt: skip
    dataset = captured(image(VALUES, NumberOfFrames=2), **values)
    after = pydicom.dcmread(BytesIO(treated(dataset, Box(PLACE), policy=KEEPS_ICONS)[1]))
    for keyword in ("IconImageSequence", "LargestImagePixelValue", "SmallestImagePixelValue"):
        assert keyword not in after
    assert "IconImageSequence" not in after.AnatomicRegionSequence[0]
    kept = pydicom.dcmread(BytesIO(treated(dataset, policy=KEEPS_ICONS)[1]))
    assert "IconImageSequence" in kept, "its pixels are as they were"


def test_what_cannot_be_made_blank_is_withheld() -> None:
    video = compressed([b"\0\0\1\xb3" + bytes(60)], VALUES[0], uid.MPEG2MPML)
    outcome, _ = treated(captured(video), Box(PLACE))
    assert (outcome.status, outcome.reason, outcome.pixels) == ("withheld", "PIXELS_CANNOT_BE_CLEANED", "")


def test_lossy_image_compression_stays_as_it_was_said() -> None:
    for said in ("00", "01"):
        dataset = captured(image(VALUES, NumberOfFrames=2), LossyImageCompression=said)
        assert pydicom.dcmread(BytesIO(treated(dataset, Box(PLACE))[1])).LossyImageCompression == said
