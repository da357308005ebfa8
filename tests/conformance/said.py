"""Objects about images in the cohort: structured reports, key object selections, presentation states."""

from __future__ import annotations

from base import Study, code, item, made, plant, reference
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

STORAGE = "1.2.840.10008.5.1.4.1.1."
REPORT, SELECTION, STATE = f"{STORAGE}88.33", f"{STORAGE}88.59", f"{STORAGE}11.1"


def content(value_type: str, concept: Sequence, relation: str = "CONTAINS", **values: object) -> Dataset:
    return item(RelationshipType=relation, ValueType=value_type, ConceptNameCodeSequence=concept, **values)


def evidence(study: Study, slices: list[Dataset]) -> Sequence:
    series = item(
        SeriesInstanceUID=slices[0].SeriesInstanceUID,
        ReferencedSOPSequence=Sequence([reference(image) for image in slices]),
    )
    return Sequence([item(StudyInstanceUID=study.uid("study"), ReferencedSeriesSequence=Sequence([series]))])


def report(study: Study, slices: list[Dataset]) -> Dataset:
    """A measurement report in the form of TID 1500."""
    person = study.person
    dataset = made(study, "SR", 0, REPORT, "SR")
    plant(dataset, study)
    dataset.ValueType, dataset.ContinuityOfContent = "CONTAINER", "SEPARATE"
    dataset.ConceptNameCodeSequence = code("126000", "DCM", "Imaging Measurement Report")
    dataset.CompletionFlag, dataset.VerificationFlag = "COMPLETE", "VERIFIED"
    dataset.VerifyingObserverSequence = Sequence(
        [
            item(
                VerifyingOrganization=person.institution,
                VerificationDateTime=f"{study.days[1]}090000",
                VerifyingObserverName=person.physician,
                VerifyingObserverIdentificationCodeSequence=Sequence([]),
            )
        ]
    )
    dataset.CurrentRequestedProcedureEvidenceSequence = evidence(study, slices)
    measured = item(NumericValue="14.5", MeasurementUnitsCodeSequence=code("mm", "UCUM", "millimeter"))
    tracking = content("TEXT", code("112039", "DCM", "Tracking Identifier"), TextValue=f"lesion of {person.given}")
    length = content("NUM", code("410668003", "SCT", "Length"), MeasuredValueSequence=Sequence([measured]))
    picture = content(
        "IMAGE", code("260753009", "SCT", "Source"), ReferencedSOPSequence=Sequence([reference(slices[0])])
    )
    finding = content("CODE", code("121071", "DCM", "Finding"), ConceptCodeSequence=code("39607008", "SCT", "Lung"))
    group = content(
        "CONTAINER", code("125007", "DCM", "Measurement Group"), ContinuityOfContent="SEPARATE",
        ContentSequence=Sequence([tracking, length, picture, finding]),
    )  # fmt: skip
    observer = content(
        "PNAME", code("121008", "DCM", "Person Observer Name"), "HAS OBS CONTEXT", PersonName=person.physician
    )
    subject = content("PNAME", code("121029", "DCM", "Subject Name"), "HAS OBS CONTEXT", PersonName=person.name)
    text = content(
        "TEXT", code("121071", "DCM", "Finding"), TextValue=f"{person.clinical}, told {person.given} on 2019-02-27"
    )
    dataset.ContentSequence = Sequence([observer, subject, text, group])
    return dataset


def selection(study: Study, slices: list[Dataset]) -> Dataset:
    """Key objects; their comment names the patient."""
    dataset = made(study, "KO", 0, SELECTION, "KO")
    plant(dataset, study)
    dataset.ValueType, dataset.ContinuityOfContent = "CONTAINER", "SEPARATE"
    dataset.ConceptNameCodeSequence = code("113000", "DCM", "Of Interest")
    dataset.CurrentRequestedProcedureEvidenceSequence = evidence(study, slices)
    comment = f"{study.person.clinical} {study.person.given}"
    note = content("TEXT", code("113012", "DCM", "Key Object Description"), TextValue=comment)
    shown = item(RelationshipType="CONTAINS", ValueType="IMAGE", ReferencedSOPSequence=Sequence([reference(slices[0])]))
    dataset.ContentSequence = Sequence([note, shown])
    return dataset


def presentation(study: Study, slices: list[Dataset]) -> Dataset:
    """A softcopy presentation state, with the patient's name written across the image."""
    dataset = made(study, "PR", 0, STATE, "PR")
    plant(dataset, study)
    dataset.ContentLabel, dataset.ContentDescription = "ARROWS", f"arrows for {study.person.given}"
    dataset.ContentCreatorName = study.person.physician
    dataset.PresentationCreationDate, dataset.PresentationCreationTime = study.days[1], "091500"
    series = item(
        SeriesInstanceUID=slices[0].SeriesInstanceUID,
        ReferencedImageSequence=Sequence([reference(image) for image in slices]),
    )
    dataset.ReferencedSeriesSequence = Sequence([series])
    text = item(
        BoundingBoxAnnotationUnits="PIXEL",
        UnformattedTextValue=f"nodule {study.person.given}",
        BoundingBoxTopLeftHandCorner=[1.0, 1.0],
        BoundingBoxBottomRightHandCorner=[9.0, 4.0],
        BoundingBoxTextHorizontalJustification="LEFT",
    )
    dataset.GraphicAnnotationSequence = Sequence([item(GraphicLayer="LAYER1", TextObjectSequence=Sequence([text]))])
    dataset.GraphicLayerSequence = Sequence([item(GraphicLayer="LAYER1", GraphicLayerOrder="1")])
    dataset.PresentationLUTShape = "IDENTITY"
    return dataset
