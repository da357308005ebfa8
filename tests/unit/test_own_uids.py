"""The UIDs of an object itself: never empty, never several, made of the content where there are none."""

from __future__ import annotations

import struct
from io import BytesIO

import pydicom
import pytest
from dicom_deid.key import Key
from dicom_deid.model import Outcome
from dicom_deid.pipeline import process
from dicom_deid.policy import Plan, Policy
from made import KEY, SOURCE_ID, UID, Stingy, ct, outcome_of, output_of, to_bytes
from pydicom.dataset import Dataset

CT_CLASS = b"1.2.840.10008.5.1.4.1.1.2"
KEYWORDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")


def stored(dataset: Dataset, meta: bool = False) -> bytes:
    """A file as pydicom writes it without asking whether it is whole; ``meta``: its own UID is named in the meta."""
    out = BytesIO()
    if not meta:
        dataset.file_meta.pop("MediaStorageSOPInstanceUID", None)
    pydicom.dcmwrite(out, dataset, enforce_file_format=False)
    return out.getvalue()


def uids(data: bytes, *options: str) -> tuple[str, ...]:
    """Study, series and instance of the output; they are what the outcome names, and valid."""
    outcome = outcome_of(data, Policy(options=options))
    assert (outcome.status, outcome.reason) == ("written", "")
    return checked(output_of(data, outcome), outcome)


def checked(output: bytes, outcome: Outcome) -> tuple[str, ...]:
    read = pydicom.dcmread(BytesIO(output))
    found = tuple(str(read.get(keyword, "")) for keyword in KEYWORDS)
    assert found == (outcome.names.study, outcome.names.series, outcome.names.instance)
    assert read.file_meta.MediaStorageSOPInstanceUID == found[2]
    assert all(pydicom.uid.UID(uid).is_valid and "\\" not in uid for uid in found if uid)
    return found


def without(*keywords: str, empty: bool = False, **values: object) -> Dataset:
    """A slice without some UIDs, or with empty ones."""
    dataset = ct(**values)
    for keyword in keywords:
        if empty:
            setattr(dataset, keyword, "")
        else:
            delattr(dataset, keyword)
    return dataset


@pytest.mark.parametrize("options", [(), ("retain-uids",)])
@pytest.mark.parametrize("empty", [True, False])
@pytest.mark.parametrize("lacking", [KEYWORDS, *((keyword,) for keyword in KEYWORDS)])
def test_a_uid_that_is_missing_or_empty_is_made(
    lacking: tuple[str, ...], empty: bool, options: tuple[str, ...]
) -> None:
    data = stored(without(*lacking, empty=empty))
    found = uids(data, *options)
    assert all(found)
    assert found == uids(data, *options)
    assert all(uid.startswith("2.25.") for uid, keyword in zip(found, KEYWORDS, strict=True) if keyword in lacking)


def test_an_empty_one_is_that_of_the_file_meta_information() -> None:
    named = uids(to_bytes(ct()))[2]
    assert uids(stored(without("SOPInstanceUID", empty=True), meta=True))[2] == named
    assert uids(stored(without("SOPInstanceUID"), meta=True))[2] == named


@pytest.mark.parametrize("value", [b"\0\0", b"  ", b"\r\n", b" \0"])
def test_one_of_blanks_is_empty(value: bytes) -> None:
    data = stored(without("SOPInstanceUID", empty=True))
    at = data.index(struct.pack("<HH", 0x0008, 0x0018) + b"UI")
    data = data[: at + 6] + struct.pack("<H", len(value)) + value + data[at + 8 :]
    assert uids(data)[2].startswith("2.25.")


CHANGES = [
    {"InstanceNumber": "2"}, {"SliceThickness": "2"}, {"PixelData": bytes(32)}, {"PatientID": "4712"},
    {"PixelData": bytes(range(31)) + b"x"},
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_other_content_makes_another_instance_and_the_same_content_the_same(change: dict[str, object]) -> None:
    one, again, other = (
        uids(stored(without("SOPInstanceUID", **values)))[2] for values in ({}, {}, {"InstanceNumber": "1"} | change)
    )
    assert one == again != other


def test_it_does_not_depend_on_how_much_was_at_hand() -> None:
    data = stored(without("SOPInstanceUID", Rows=128, Columns=128, PixelData=bytes(range(256)) * 128))
    source = Stingy(data, 1024)
    assert outcome_of(data, first=1024).names == outcome_of(data).names
    assert len(data) > source.have


SAME_SERIES = [{"InstanceNumber": "2"}, {"SliceThickness": "2", "InstanceNumber": "3"}, {"ContentTime": "101112"}]


@pytest.mark.parametrize("change", SAME_SERIES)
def test_instances_of_one_study_and_series_stay_together(change: dict[str, object]) -> None:
    one, other = (uids(stored(without(*KEYWORDS, SeriesNumber="3", **values))) for values in ({}, change))
    assert one[:2] == other[:2]
    assert one[2] != other[2]


@pytest.mark.parametrize(
    ("change", "same_study"),
    [
        ({"SeriesNumber": "4"}, True), ({"Modality": "PT"}, True), ({"SeriesDescription": "MIP"}, True),
        ({"StudyDate": "20240301"}, False), ({"PatientID": "4712"}, False), ({"AccessionNumber": "ACC-99-2"}, False),
    ],
)  # fmt: skip
def test_those_of_others_do_not(change: dict[str, object], same_study: bool) -> None:
    one, other = (
        uids(stored(without("StudyInstanceUID", "SeriesInstanceUID", **{"SeriesNumber": "3", **values})))
        for values in ({}, change)
    )
    assert (one[0] == other[0]) is same_study
    assert one[1] != other[1]


def test_a_study_that_nothing_tells_is_that_of_the_series() -> None:
    bare = {"PatientID": "", "PatientName": "", "PatientBirthDate": "", "StudyDate": "", "StudyTime": ""}
    bare |= {"AccessionNumber": ""}
    one, two = (uids(stored(without("StudyInstanceUID", InstanceNumber=number, **bare), meta=True)) for number in "12")
    assert one[0] == two[0]
    other = uids(stored(without("StudyInstanceUID", SeriesInstanceUID=f"{UID}.9", **bare), meta=True))
    assert other[0] != one[0]


def test_an_object_of_no_patient_gets_no_study() -> None:
    dataset = Dataset()
    dataset.file_meta = ct().file_meta
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.39.1"  # Color Palette
    dataset.SOPInstanceUID, dataset.ContentLabel = f"{UID}.3", "HOT_IRON"
    found = uids(to_bytes(dataset))
    assert found[:2] == ("", "")
    assert found[2]


@pytest.mark.parametrize("keyword", KEYWORDS)
@pytest.mark.parametrize("options", [(), ("retain-uids",)])
def test_of_several_the_first_is_written(keyword: str, options: tuple[str, ...]) -> None:
    one, several = ct(**{keyword: f"{UID}.7"}), ct(**{keyword: [f"{UID}.7", f"{UID}.8"]})
    assert uids(stored(one, meta=True), *options) == uids(stored(several, meta=True), *options)


@pytest.mark.parametrize("keyword", KEYWORDS)
@pytest.mark.parametrize("end", ["\r\n", "\n", "  ", "\0\0", "\t "])
@pytest.mark.parametrize("options", [(), ("retain-uids",)])
def test_ends_of_lines_behind_a_uid_are_none_of_it(keyword: str, end: str, options: tuple[str, ...]) -> None:
    plain = stored(ct(), meta=True)
    value = str(ct()[keyword].value).encode() + end.encode()
    value += b"\0" * (len(value) % 2)
    tag = int(ct()[keyword].tag)
    at = plain.index(struct.pack("<HH", tag >> 16, tag & 0xFFFF) + b"UI")
    length = int.from_bytes(plain[at + 6 : at + 8], "little")
    data = plain[: at + 6] + struct.pack("<H", len(value)) + value + plain[at + 8 + length :]
    assert uids(data, *options) == uids(plain, *options)


def test_the_linkage_says_that_there_was_none() -> None:
    data = stored(without(*KEYWORDS))
    outcome = process(Stingy(data), Plan(Policy(), Key(KEY), linked=True), SOURCE_ID, repeat=False)
    assert outcome.link is not None
    names = outcome.names
    assert outcome.link.study == ("", names.study)
    assert outcome.link.series == ("", names.series)
    assert outcome.link.instance == ("", names.instance)
    assert all("\0" not in old for old, _ in outcome.link.uids)


@pytest.mark.parametrize("end", [" ", "\r\n", "\n", "\0\0", "\t "])
def test_what_stands_behind_a_patient_id_makes_no_other_patient(end: str) -> None:
    plain = outcome_of(to_bytes(ct(PatientID="MRN-0815-4711")))
    assert outcome_of(to_bytes(ct(PatientID=f"MRN-0815-4711{end}"))).names.patient == plain.names.patient


@pytest.mark.parametrize("options", [(), ("retain-uids",)])
@pytest.mark.parametrize("value", [None, b"", CT_CLASS, CT_CLASS + b"\\1.2.840.10008.5.1.4.1.1.4"])
def test_the_sop_class_is_in_the_data_set(value: bytes | None, options: tuple[str, ...]) -> None:
    data = stored(ct(), meta=True)
    at = data.index(b"\x08\0\x16\0UI")
    end = at + 8 + data[at + 6]
    padded = (value or b"") + b"\0" * (len(value or b"") % 2)
    new = b"" if value is None else data[at : at + 6] + len(padded).to_bytes(2, "little") + padded
    data = data[:at] + new + data[end:]
    outcome = outcome_of(data, Policy(options=options))
    assert (outcome.status, outcome.reason) == ("written", "")
    assert pydicom.dcmread(BytesIO(output_of(data, outcome))).SOPClassUID == CT_CLASS.decode()
