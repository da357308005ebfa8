"""The cleaning options and safe private elements: what stays, and that nothing identifying stays with it."""

from __future__ import annotations

from io import BytesIO

import pydicom
import pytest
from dicom_deid.policy import Policy
from made import ct, deidentified, item, outcome_of, output_of, sequence, to_bytes
from pydicom.dataset import Dataset

SR = "1.2.840.10008.5.1.4.1.1.88.11"


def code(value: str, scheme: str = "DCM", meaning: str = "x") -> Dataset:
    return item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)


def content_item(kind: str, concept: Dataset, **values: object) -> Dataset:
    return item(RelationshipType="CONTAINS", ValueType=kind, ConceptNameCodeSequence=sequence(concept), **values)


def report(*items: Dataset) -> Dataset:
    dataset = ct(SOPClassUID=SR, Modality="SR", ValueType="CONTAINER", ContentSequence=sequence(*items))
    dataset.file_meta.MediaStorageSOPClassUID = SR
    del dataset.PixelData
    return dataset


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("55F Dr. Okonkwo chest", "chest"),
        ("CT chest w/ contrast", "CT chest w/ contrast"),
        ("seen by Dr. Unbekannt today", "seen by today"),
        ("prior 2023-11-05 stable", "prior stable"),
        ("prior 05.11.2023 stable", "prior stable"),
        ("call +49 89 1234567", "call"),
        ("mail a.b@clinic.example", "mail"),
        ("Okonkwo", "REMOVED"),
        ("MRN-0815-4711", "REMOVED"),
        ("5 mm, 120 kV, 3.0 T", "5 mm, 120 kV, 3.0 T"),
    ],
)
def test_clean_descriptors_keeps_what_is_clinical(before: str, after: str) -> None:
    read = deidentified(ct(SeriesDescription=before, PatientAge="055Y", ImageComments=before), "clean-descriptors")
    assert (read.SeriesDescription, read.ImageComments) == (after, after)
    assert [entry.CodeValue for entry in read.DeidentificationMethodCodeSequence] == ["113100", "113105"]


def test_a_number_stored_as_text_stays_and_text_in_its_place_does_not() -> None:
    dataset = ct()
    for text, left in (("-1.5", "-1.5"), ("Unbekannt", "")):
        dataset.add_new(0x00181120, "LO", text)
        assert (deidentified(dataset)[0x00181120].value or "") == left


def test_age_and_sex_in_text_stay_with_patient_characteristics() -> None:
    dataset = ct(SeriesDescription="55F chest", PatientAge="055Y")
    read = deidentified(dataset, "clean-descriptors", "retain-patient-characteristics")
    assert (read.SeriesDescription, read.PatientAge) == ("55F chest", "055Y")


def test_free_text_that_no_table_lists_is_cleaned_and_not_removed() -> None:
    dataset = ct(SegmentDescription="liver of Okonkwo")
    assert "SegmentDescription" not in deidentified(dataset)
    assert deidentified(dataset, "clean-descriptors").SegmentDescription == "liver of"


def test_basic_replaces_the_content_of_a_report() -> None:
    read = deidentified(report(content_item("TEXT", code("121071"), TextValue="nodule")))
    assert [entry.TextValue for entry in read.ContentSequence] == ["REMOVED"]


@pytest.mark.parametrize(
    ("options", "said"),
    [((), "19000101000000"), (("retain-full-dates",), "20240301120000"), (("retain-modified-dates",), None)],
)
def test_an_option_retains_the_date_of_an_observer_who_is_replaced(options: tuple[str, ...], said: str | None) -> None:
    dataset = report(content_item("TEXT", code("121071"), TextValue="nodule"))
    observer = item(VerifyingOrganization="Clinic", VerificationDateTime="20240301120000")
    observer.VerifyingObserverName = "Okonkwo^Adaeze"
    dataset.VerifyingObserverSequence = sequence(observer)
    dataset.ContentDate = "20240301"
    read = deidentified(dataset, *options)
    observer = read.VerifyingObserverSequence[0]
    assert (observer.VerifyingOrganization, str(observer.VerifyingObserverName)) == ("REMOVED", "REMOVED^")
    assert observer.VerificationDateTime == (said or f"{read.ContentDate}120000")


def test_a_uid_of_structured_content_stays_where_uids_are_retained() -> None:
    uid = "1.2.276.0.99999.4711.3"
    reference = item(ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.2", ReferencedSOPInstanceUID=uid)
    read = deidentified(
        report(
            content_item("UIDREF", code("C-1", "99LOCAL"), UID=uid),
            content_item("IMAGE", code("111040", meaning="Original Source"), ReferencedSOPSequence=sequence(reference)),
        ),
        "clean-structured-content",
        "retain-uids",
    )
    assert [read.ContentSequence[0].UID, read.ContentSequence[1].ReferencedSOPSequence[0].ReferencedSOPInstanceUID] == [
        uid,
        uid,
    ]


def test_structured_content_is_decided_item_by_item() -> None:
    reference = item(
        ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.2", ReferencedSOPInstanceUID="1.2.276.0.99999.4711.3"
    )
    measured = item(NumericValue="12.5", MeasurementUnitsCodeSequence=sequence(code("mm", "UCUM")))
    dataset = report(
        content_item("TEXT", code("121071", meaning="Finding"), TextValue="nodule, Dr. Okonkwo, 2023-11-05"),
        content_item("NUM", code("410668003", "SCT", "Length"), MeasuredValueSequence=sequence(measured)),
        content_item("PNAME", code("121008", meaning="Person Observer Name"), PersonName="Who^Doctor"),
        content_item("TEXT", code("121022", meaning="Accession Number"), TextValue="A-1"),
        content_item("IMAGE", code("111040", meaning="Original Source"), ReferencedSOPSequence=sequence(reference)),
        content_item("CODE", code("121071"), ConceptCodeSequence=sequence(code("T-28000", "SRT", "Lung"))),
    )
    read = deidentified(dataset, "clean-structured-content", "clean-descriptors")
    kept = {entry.ValueType: entry for entry in read.ContentSequence}
    assert kept["TEXT"].TextValue == "nodule"
    assert kept["NUM"].MeasuredValueSequence[0].NumericValue == "12.5"
    assert kept["CODE"].ConceptCodeSequence[0].CodeMeaning == "Lung"
    assert kept["IMAGE"].ReferencedSOPSequence[0].ReferencedSOPInstanceUID == deidentified(ct()).SOPInstanceUID
    assert "Who" not in str(kept.get("PNAME", ""))
    assert all(entry.get("TextValue") != "A-1" for entry in read.ContentSequence)


def test_clean_graphics_keeps_the_drawing_and_cleans_its_text() -> None:
    drawn = item(GraphicData=[1.0, 2.0], GraphicType="POINT", NumberOfGraphicPoints=1)
    annotation = item(
        GraphicObjectSequence=sequence(drawn), TextObjectSequence=sequence(item(UnformattedTextValue="Okonkwo here"))
    )
    dataset = ct(GraphicAnnotationSequence=sequence(annotation))
    dataset.add_new(0x60003000, "OW", b"\x01\x00")
    read = deidentified(dataset, "clean-graphics", "clean-descriptors")
    kept = read.GraphicAnnotationSequence[0]
    assert list(kept.GraphicObjectSequence[0].GraphicData) == [1.0, 2.0]
    assert kept.TextObjectSequence[0].UnformattedTextValue == "here"
    assert 0x60003000 not in read
    assert "Okonkwo" not in str(deidentified(dataset, "clean-graphics"))


def private(**characteristics: object) -> Dataset:
    dataset = ct(**characteristics)
    gems = dataset.private_block(0x0043, "GEMS_PARM_01", create=True)
    gems.add_new(0x27, "SH", "/1.375:1")
    gems.add_new(0x28, "OB", b"secret")
    gems.add_new(0xFE, "LO", "unlisted")
    other = dataset.private_block(0x0043, "OKONKWO LAB", create=True)
    other.add_new(0x27, "SH", "by another creator")
    return dataset


def test_safe_private_elements_stay_with_their_creator_and_no_other() -> None:
    assert not any(element.tag.is_private for element in deidentified(private()))
    read = deidentified(private(), "retain-safe-private")
    kept = {element.tag: element.value for element in read if element.tag.is_private}
    assert kept == {0x00430010: "GEMS_PARM_01", 0x00431027: "/1.375:1"}
    assert "113111" in [entry.CodeValue for entry in read.DeidentificationMethodCodeSequence]


def test_safe_private_text_is_cleaned() -> None:
    dataset = private()
    dataset[0x00431027].value = "Okonkwo 1:1"
    assert deidentified(dataset, "retain-safe-private")[0x00431027].value == "1:1"


@pytest.mark.parametrize("declared", ["K", "U"])
def test_a_safe_private_uid_stays_where_uids_are_retained(declared: str) -> None:
    action = item(IdentifyingPrivateElements=[0x01], DeidentificationAction=declared)
    block = item(
        PrivateGroupReference=0x0029, PrivateCreatorReference="ACME", BlockIdentifyingInformationStatus="UNSAFE"
    )
    block.DeidentificationActionSequence = sequence(action)
    dataset = ct(PrivateDataElementCharacteristicsSequence=sequence(block))
    dataset.private_block(0x0029, "ACME", create=True).add_new(0x01, "UI", dataset.SeriesInstanceUID)
    for options in (("retain-safe-private",), ("retain-safe-private", "retain-uids")):
        read = deidentified(dataset, *options)
        assert read[0x00291001].value == read.SeriesInstanceUID
    assert read.SeriesInstanceUID == dataset.SeriesInstanceUID


@pytest.mark.parametrize(("status", "kept"), [("SAFE", {0x27, 0xFE}), ("MIXED", {0x27, 0xFE}), ("UNSAFE", {0x27})])
def test_what_the_object_declares_safe_stays(status: str, kept: set[int]) -> None:
    block = item(
        PrivateGroupReference=0x0043,
        PrivateCreatorReference="GEMS_PARM_01",
        BlockIdentifyingInformationStatus=status,
        NonidentifyingPrivateElements=[0xFE],
    )
    dataset = private(PrivateDataElementCharacteristicsSequence=sequence(block))
    read = deidentified(dataset, "retain-safe-private")
    assert {element.tag & 0xFF for element in read if element.tag.is_private and element.tag & 0xFF00} == kept


def test_an_implicit_file_keeps_its_safe_private_elements_too() -> None:
    dataset = private()
    dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2"
    data = to_bytes(dataset)
    outcome = outcome_of(data, Policy(options=frozenset(("retain-safe-private",))))
    read = pydicom.dcmread(BytesIO(output_of(data, outcome)))
    assert read[0x00431027].value in ("/1.375:1", b"/1.375:1")
    assert 0x00431028 not in read
