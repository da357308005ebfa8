"""Volumes of the head are flagged, or withheld where the policy says so; no other image is."""

from __future__ import annotations

from typing import Any

import pytest
from dicom_deid.errors import reasons
from dicom_deid.policy import Policy
from made import ct, item, outcome_of, sequence, to_bytes
from pydicom.dataset import Dataset

MR, US, PET = "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.6.1", "1.2.840.10008.5.1.4.1.1.128"
FLAG, HELD = "FACE_CAN_BE_REBUILT", "FACE_WITHHELD"


def image(sop_class: str = "1.2.840.10008.5.1.4.1.1.2", **values: Any) -> Dataset:
    dataset = ct(SOPClassUID=sop_class, **values)
    dataset.file_meta.MediaStorageSOPClassUID = sop_class
    return dataset


def reason(dataset: Dataset, policy: Policy | None = None) -> str:
    return outcome_of(to_bytes(dataset), policy).reason


@pytest.mark.parametrize(
    "values",
    [
        {"BodyPartExamined": "HEAD"},
        {"BodyPartExamined": "BRAIN "},
        {"BodyPartExamined": "WHOLEBODY"},
        {"ProtocolName": "1.1 HeadRoutine Head"},
        {"SeriesDescription": "Schädel nativ"},
        {"StudyDescription": "cMRT Kopf_KM"},
        {"StudyDescription": "TDM CRÂNE"},
        {"SeriesDescription": "t1_mprage_sag_p2_iso"},
        {"SpecificCharacterSet": "ISO_IR 192", "StudyDescription": "КТ головного мозга"},
        {"SpecificCharacterSet": "ISO_IR 192", "StudyDescription": "頭部単純CT"},
        {"SpecificCharacterSet": ["", "ISO 2022 IR 87"], "StudyDescription": "頭部単純CT"},
        {"AnatomicRegionSequence": sequence(item(CodeMeaning="Head and Neck"))},
        {"BodyPartExamined": "HEAD", "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"], "SliceThickness": "5"},
    ],
)
def test_an_image_of_a_volume_of_the_head_is_flagged(values: dict[str, Any]) -> None:
    for sop_class in (image().SOPClassUID, MR, PET):
        dataset = image(sop_class, **values)
        found = outcome_of(to_bytes(dataset))
        assert (found.status, found.reason) == ("written", FLAG)
        assert reason(dataset, Policy(withhold_faces=True)) == HELD


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"BodyPartExamined": "CHEST"},
        {"SeriesDescription": "femoral head left"},
        {"StudyDescription": "Forehead-free"},
        {"BodyPartExamined": "HEAD", "ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]},
        {"BodyPartExamined": "HEAD", "SliceThickness": "12"},
    ],
)
def test_no_other_image_is_flagged_or_withheld(values: dict[str, Any]) -> None:
    assert reason(image(**values)) == ""
    assert reason(image(**values), Policy(withhold_faces=True)) == ""


def test_what_is_no_volume_is_not_flagged() -> None:
    ultrasound = image(US, BodyPartExamined="HEAD")
    assert reason(ultrasound, Policy(allow_sop_classes=[US])) == ""
    empty = image(BodyPartExamined="HEAD")
    del empty.PixelData
    assert reason(empty) == ""


def test_a_policy_file_can_withhold_them() -> None:
    assert Policy.read("withhold_faces = true").withhold_faces
    assert Policy.read("withhold_faces = true").stated()["withhold_faces"] is True
    assert "withhold_faces" not in Policy().stated()


def test_the_flag_is_a_word_about_what_is_written() -> None:
    assert (reasons()[FLAG]["status"], reasons()[HELD]["status"]) == ("written", "withheld")
