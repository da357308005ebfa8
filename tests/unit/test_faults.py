"""Each fault of a writer has the end that is right; what is written is well-formed, names nobody and lost nothing."""

from __future__ import annotations

from io import BytesIO

import pydicom
import pytest
from faults import SECRETS, faults
from made import outcome_of, output_of
from pydicom.dataset import FileDataset

FAULTS = faults()


@pytest.mark.parametrize("at_hand", [300, 65_536])
@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_has_its_end(name: str, at_hand: int) -> None:
    data, end = FAULTS[name]
    outcome = outcome_of(data, first=at_hand)
    assert (outcome.status, outcome.reason) == end
    if not outcome.written:
        return
    output = output_of(data, outcome)
    assert not [secret for secret in SECRETS if secret in output]
    read = pydicom.dcmread(BytesIO(output))
    assert isinstance(read, FileDataset)
    assert [element.VR for element in read.iterall() if element.VR in ("UN", "")] == []
    assert list(read.keys()) == sorted(read.keys())
    assert read.PatientID == outcome.names.patient
    assert (read.Rows, read.SliceThickness, read.Modality) == (4, 1.25, "CT")
    uids = (read.StudyInstanceUID, read.SeriesInstanceUID, read.SOPInstanceUID)
    assert uids == (outcome.names.study, outcome.names.series, outcome.names.instance)
    assert all(uid.is_valid for uid in uids)
    assert read.file_meta.MediaStorageSOPInstanceUID == read.SOPInstanceUID
