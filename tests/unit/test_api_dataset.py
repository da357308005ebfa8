"""The Python API over a Dataset in memory: the bytes that a file gives, the given one untouched, codes only."""

from __future__ import annotations

import logging
from io import BytesIO

import pydicom
import pytest
from dicom_deid import Key, Plan, Policy, PolicyError, deidentify_dataset
from dicom_deid.policy.python import PythonRule
from made import KEY, ct, item, outcome_of, output_of, sequence, to_bytes
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
)

NAME = "Okonkwo"
SYNTAXES = (
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
)
CODE = PythonRule("def rule(element, instance):\n    return None\n")


def plan(*options: str) -> Plan:
    return Plan(Policy(options), Key(KEY))


def elements(dataset: Dataset) -> list[tuple[int, object, bytes]]:
    """Tag, VR and stored bytes of each element."""
    found = (dataset.get_item(tag) for tag in sorted(dataset.keys()))
    return [(raw.tag, raw.VR, raw.value) for raw in found]


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda uid: uid.name)
def test_the_elements_are_those_that_come_of_the_file(syntax: pydicom.uid.UID) -> None:
    dataset = ct(ReferencedStudySequence=sequence(item(ReferencedSOPInstanceUID="1.2.3")))
    dataset.file_meta.TransferSyntaxUID = syntax
    data = to_bytes(dataset)
    expected = pydicom.dcmread(BytesIO(output_of(data, outcome_of(data))))
    for given in (dataset, pydicom.dcmread(BytesIO(data))):
        copy, outcome = deidentify_dataset(given, plan())
        assert copy is not None
        assert outcome.written
        assert copy.file_meta.TransferSyntaxUID == syntax
        assert elements(copy) == elements(expected)


def test_compressed_pixel_data_keep_their_bytes() -> None:
    dataset = ct(PixelData=encapsulate([b"\xff\xd8 no picture \xff\xd9"]))
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    copy, outcome = deidentify_dataset(dataset, plan())
    assert outcome.pixels == "kept"
    assert copy is not None
    assert copy.PixelData == dataset.PixelData


@pytest.mark.parametrize("read", [False, True], ids=["made", "read"])
def test_the_given_data_set_is_not_changed(read: bool) -> None:
    dataset = ct(OtherPatientIDsSequence=sequence(item(PatientID="MRN")))
    if read:
        dataset = pydicom.dcmread(BytesIO(to_bytes(dataset)))
    dataset.file_meta.pop("MediaStorageSOPInstanceUID")
    before = {tag: (id(raw), repr(raw)) for tag, raw in dataset._dict.items()}
    meta = str(dataset.file_meta)
    copy, _ = deidentify_dataset(dataset, plan())
    assert copy is not None
    assert copy.PatientName != NAME
    assert {tag: (id(raw), repr(raw)) for tag, raw in dataset._dict.items()} == before
    assert str(dataset.file_meta) == meta


def test_a_data_set_without_file_meta_information_is_stored_as_explicit_little_endian() -> None:
    dataset = ct()
    del dataset.file_meta
    copy, outcome = deidentify_dataset(dataset, plan())
    assert outcome.written
    assert copy is not None
    assert copy.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert copy.PixelData == dataset.PixelData


def test_one_that_was_read_without_it_keeps_its_encoding() -> None:
    dataset = ct()
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    read = pydicom.dcmread(BytesIO(to_bytes(dataset)))
    del read.file_meta
    copy, _ = deidentify_dataset(read, plan())
    assert copy is not None
    assert copy.file_meta.TransferSyntaxUID == ImplicitVRLittleEndian


def test_what_is_not_written_gives_no_data_set_but_a_reason_with_its_remedy() -> None:
    copy, outcome = deidentify_dataset(ct(BurnedInAnnotation="YES"), plan())
    assert copy is None
    assert (outcome.status, outcome.reason) == ("withheld", "BURNED_IN")
    assert outcome.sentence == "The object says that identifying text is burned into its pixels."
    assert outcome.remedy.startswith("Look at it.")


@pytest.mark.parametrize("case", ["empty", "file meta among the data", "no such syntax", "no number"])
def test_what_cannot_be_stored_ends_with_a_code(case: str) -> None:
    dataset = Dataset() if case == "empty" else ct()
    if case == "file meta among the data":
        dataset._dict[pydicom.tag.Tag(0x00020010)] = pydicom.DataElement(0x00020010, "UI", ExplicitVRLittleEndian)
    if case == "no such syntax":
        dataset.file_meta.TransferSyntaxUID = "1.2.3"
    if case == "no number":
        dataset.add(pydicom.DataElement(0x00280010, "US", 3))
        dataset["Rows"]._value = NAME
    copy, outcome = deidentify_dataset(dataset, plan())
    assert copy is None
    assert outcome.reason in ("UNKNOWN_SOP_CLASS", "NOT_DICOM", "MALFORMED", "UNSUPPORTED_TRANSFER_SYNTAX")


def test_nothing_is_printed_or_logged_or_raised_that_names_anybody(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder
) -> None:
    caplog.set_level(logging.DEBUG)
    dataset = ct(PatientID="x" * 80 + NAME, StudyDate="no date " + NAME, SpecificCharacterSet="ISO_IR 100")
    dataset.PatientName = NAME + "^\u4e2d"
    capfd.readouterr(), caplog.clear(), recwarn.clear()
    copy, outcome = deidentify_dataset(dataset, plan())
    shown = "".join(capfd.readouterr()) + caplog.text + "".join(str(one.message) for one in recwarn)
    assert NAME not in shown + repr(outcome) + str(copy)


def test_code_of_a_policy_runs_only_when_it_is_agreed_to() -> None:
    coded = Plan(Policy(python=[CODE]), Key(KEY))
    with pytest.raises(PolicyError, match="CODE_NOT_AGREED"):
        deidentify_dataset(ct(), coded)
    assert deidentify_dataset(ct(), coded, run_code=True)[1].written


def test_a_policy_takes_any_iterable_of_words_or_one() -> None:
    assert Policy(["retain-uids"]) == Policy("retain-uids") == Policy(frozenset({"retain-uids"}))
    assert Policy(allow_sop_classes="Ultrasound Image Storage") == Policy(
        allow_sop_classes=["1.2.840.10008.5.1.4.1.1.6.1"]
    )
    with pytest.raises(PolicyError, match="BAD_POLICY retain-everything"):
        Plan(Policy("retain-everything"), Key(KEY))


def test_a_plan_without_a_key_has_one_of_its_own() -> None:
    one, other = Plan(), Plan()
    assert one.key.patient("A") == one.key.patient("A") != other.key.patient("A")


@pytest.mark.parametrize("case", ["native", "implicit", "whole"])
def test_pixel_data_that_disagree_with_the_transfer_syntax_end_as_they_do_in_a_file(case: str) -> None:
    dataset = ct(PixelData=encapsulate([b"\xff\xd8one\xff\xd9\0"]))
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    data = to_bytes(dataset)
    if case != "whole":
        body = DicomBytesIO()
        body.is_implicit_VR, body.is_little_endian = case == "implicit", True
        write_dataset(body, ct() if case == "native" else dataset)
        data = data[: 144 + int.from_bytes(data[140:144], "little")] + body.getvalue()
    _, outcome = deidentify_dataset(pydicom.dcmread(BytesIO(data)), plan())
    assert outcome.reason == outcome_of(data).reason == ("" if case == "whole" else "PIXELS_DISAGREE")


def test_pixel_data_that_were_compressed_in_memory_are_written() -> None:
    dataset = ct()
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    read = pydicom.dcmread(BytesIO(to_bytes(dataset)))
    read.PixelData = encapsulate([b"\xff\xd8one\xff\xd9\0"])
    read["PixelData"].VR, read["PixelData"].is_undefined_length = "OB", True
    read.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    _, outcome = deidentify_dataset(read, plan())
    assert (outcome.status, outcome.reason) == ("written", "")
