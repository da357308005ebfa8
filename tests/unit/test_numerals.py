"""Values of numbers and dates hold no identifier: no text, and no number that the object names."""

from __future__ import annotations

import struct

import pytest
from dicom_deid.deidentify.numerals import is_valid
from dicom_deid.policy import Policy
from made import ct, deidentified, outcome_of, output_of, to_bytes
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.tag import Tag
from pydicom.uid import ImplicitVRLittleEndian


def stored(keyword: str, text: str, *options: str) -> Dataset:
    """The output of an input with this text in a value, which need not be one of its VR."""
    made = ct(**{keyword: None})
    made.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    tag = Tag(keyword)
    head = struct.pack("<HH", tag.group, tag.element)
    padded = text + " " * (len(text) % 2)
    data = to_bytes(made)
    data = data.replace(head + bytes(4), head + struct.pack("<L", len(padded)) + padded.encode(), 1)
    return dcmread(DicomBytesIO(output_of(data, outcome_of(data, Policy(options=options)))))


@pytest.mark.parametrize(
    ("vr", "valid"),
    [
        ("IS", ["1", "-12", " 42 ", "0012", "1.0", "1\\2\\3", ""]),
        ("DS", ["1.5", "-0.0000123456789012", "1e-3", ".5", "5.", "1\\2.5\\", "0,5"]),
        ("AS", ["045Y", "003M", ""]),
        ("DA", ["20231117", "2023.11.17", "2023-11-17", "2023", "202311", ""]),
        ("TM", ["101112", "1011", "10", "10:11:12", "101112.123456", "235960.5", "072143.421000\\143236.000000"]),
        ("DT", ["2023", "202311", "20231117101112.5+0100", "20231117101112", "202311171011-0500"]),
        ("UI", ["1.2.840.10008.1.2", "1.2.0.4\\2.25.99", ""]),
    ],
)
def test_what_scanners_write_is_valid(vr: str, valid: list[str]) -> None:
    assert [one for one in valid if not is_valid(one.encode() + b" ", vr)] == []


@pytest.mark.parametrize(
    ("vr", "text"),
    [
        ("AS", "45Y"),
        ("AS", "45"),
        ("UI", "1.2.826.00.1.999"),
        ("UI", "1.2.03.4"),
        ("UI", "1.2." + "3" * 77),
        ("UI", "1"),
    ],
)
def test_values_that_are_nearly_of_their_vr_are_not_valid(vr: str, text: str) -> None:
    assert not is_valid(text.encode(), vr)


@pytest.mark.parametrize("vr", ["AS", "DA", "DT", "TM", "UI", "IS", "DS"])
@pytest.mark.parametrize("text", ["123-45-6789", "219-09-9999", "Okonkwo", "12 34", "(030) 1234567", "MRN1", "Ö"])
def test_text_is_no_number(vr: str, text: str) -> None:
    assert not is_valid(text.encode(), vr)


@pytest.mark.parametrize("vr", ["AS", "DA", "DT", "TM", "UI"])
@pytest.mark.parametrize("text", ["078051120", "219099999", "48151623", "200012319", "457555462"])
def test_a_national_number_is_no_date_age_or_uid(vr: str, text: str) -> None:
    assert not is_valid(text.encode(), vr)


@pytest.mark.parametrize("identifier", ["12345", "0012345", "MRN-12345", "123-45", "12 345"])
@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("AcquisitionNumber", 12345),
        ("SeriesNumber", "12345"),
        ("ExposureTime", "0012345"),
        ("TriggerTime", "12345.0"),
        ("TriggerTime", "1.2345E4"),
        ("TableHeight", "-12345e0"),
        ("TableHeight", "-12345"),
        ("SimpleFrameList", [1, 12345]),
        ("LargestImagePixelValue", 12345),
        ("RecommendedDisplayFrameRateInFloat", 12345.0),
        ("FrameAcquisitionDuration", 12345.0),
    ],
)
def test_a_number_that_is_an_id_goes(identifier: str, keyword: str, value: object) -> None:
    out = deidentified(ct(PatientID=identifier, **{keyword: value}))
    assert not out.get(keyword)


@pytest.mark.parametrize(
    ("others", "value"),
    [
        ({"OtherPatientIDs": "123-45-6789"}, "123456789"),
        ({"PatientTelephoneNumbers": "+49 30 1234567"}, "301234567"),
        ({"PatientTelephoneNumbers": "030 1234567"}, "49301234567"),
        ({"PatientBirthDate": "19520714"}, "19520714"),
        ({"PatientName": "48151623"}, "48151623"),
        ({"AccessionNumber": "A-73512"}, "73512"),
    ],
)
def test_numbers_of_the_patient_go_from_values_of_numbers(others: dict[str, str], value: str) -> None:
    out = deidentified(ct(TriggerTime=value, **others))
    assert not out.get("TriggerTime")


@pytest.mark.parametrize(
    ("identifier", "value"),
    [
        ("1", "1"),
        ("2020", "2020"),
        ("10000", "10000"),
        ("12345", "123456"),
        ("12345", "1.2345"),
        ("12345", "512"),
        ("4711", "4711"),
    ],
)
def test_short_round_and_other_numbers_stay(identifier: str, value: str) -> None:
    assert str(deidentified(ct(PatientID=identifier, TriggerTime=value)).TriggerTime) == value


def test_long_lists_of_numbers_are_left_alone() -> None:
    values = list(range(12300, 12400))
    assert list(deidentified(ct(PatientID="12345", SimpleFrameList=values)).SimpleFrameList) == values


@pytest.mark.parametrize("text", ["123-45-6789", "Okonkwo"])
@pytest.mark.parametrize("keyword", ["SeriesNumber", "TriggerTime", "AcquisitionDate", "AcquisitionTime", "PatientAge"])
def test_what_is_none_of_its_vr_is_emptied(keyword: str, text: str) -> None:
    options = ("retain-full-dates", "retain-patient-characteristics")
    assert not stored(keyword, text, *options).get(keyword)


@pytest.mark.parametrize(
    "written",
    [*("19620704", "04071962", "4071962", "07041962", "196207041011"), *("19620704101112", "19620704.5")],
)
def test_a_day_of_the_patient_in_a_number_is_emptied(written: str) -> None:
    values = {"TriggerTime": written, "TableHeight": f"1\\{written}", "AcquisitionNumber": "10071962"}
    read = deidentified(ct(PatientBirthDate="19620704", **values))
    assert (read.TriggerTime, read.TableHeight, read.AcquisitionNumber) == (None, None, 10071962)


@pytest.mark.parametrize(("keyword", "value"), [("SimpleFrameList", [1, 19620704]), ("SimpleFrameList", 19620704)])
def test_a_day_of_the_patient_in_a_binary_number_is_emptied(keyword: str, value: object) -> None:
    assert not deidentified(ct(PatientBirthDate="19620704", **{keyword: value})).get(keyword)


def test_days_that_are_kept_stay_in_numbers() -> None:
    made = ct(StudyDate="20240229", TriggerTime="20240229", TableHeight="19620705.5")
    assert deidentified(made, "retain-full-dates").TriggerTime == 20240229
    assert deidentified(made).TableHeight == 19620705.5
