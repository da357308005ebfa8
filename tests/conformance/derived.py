"""Objects of the cohort made from images, RT and SEG; and ECG and encapsulated PDF, which are made from none."""

from __future__ import annotations

import struct

from base import Study, code, item, made, plant, private, reference
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

STORAGE = "1.2.840.10008.5.1.4.1.1."
STRUCTURES, PLAN, DOSE, SEG = f"{STORAGE}481.3", f"{STORAGE}481.5", f"{STORAGE}481.2", f"{STORAGE}66.4"
ECG, PDF = f"{STORAGE}9.1.1", f"{STORAGE}104.1"


def structures(study: Study, slices: list[Dataset]) -> Dataset:
    dataset = made(study, "RTSTRUCT", 0, STRUCTURES, "RTSTRUCT")
    plant(dataset, study)
    private(dataset, study)
    dataset.StructureSetLabel, dataset.StructureSetName = f"plan {study.person.given}", "lung contours"
    dataset.StructureSetDate, dataset.StructureSetTime = study.days[1], "001500"
    frame = slices[0].FrameOfReferenceUID
    images = Sequence([reference(image) for image in slices])
    series = item(SeriesInstanceUID=slices[0].SeriesInstanceUID, ContourImageSequence=images)
    rt_study = item(
        ReferencedSOPClassUID="1.2.840.10008.3.1.2.3.1",
        ReferencedSOPInstanceUID=study.uid("study"),
        RTReferencedSeriesSequence=Sequence([series]),
    )
    dataset.ReferencedFrameOfReferenceSequence = Sequence(
        [item(FrameOfReferenceUID=frame, RTReferencedStudySequence=Sequence([rt_study]))]
    )
    dataset.StructureSetROISequence = Sequence(
        [
            item(
                ROINumber="1",
                ReferencedFrameOfReferenceUID=frame,
                ROIName=f"lung {study.person.given}",
                ROIGenerationAlgorithm="MANUAL",
            )
        ]
    )
    contour = item(
        ContourImageSequence=Sequence([reference(slices[0])]),
        ContourGeometricType="CLOSED_PLANAR",
        NumberOfContourPoints="3",
        ContourData=["1", "2", "0", "3", "2", "0", "3", "5", "0"],
    )
    dataset.ROIContourSequence = Sequence([item(ReferencedROINumber="1", ContourSequence=Sequence([contour]))])
    dataset.RTROIObservationsSequence = Sequence(
        [
            item(
                ObservationNumber="1",
                ReferencedROINumber="1",
                RTROIInterpretedType="ORGAN",
                ROIInterpreter=study.person.operator,
            )
        ]
    )
    dataset.ApprovalStatus, dataset.ReviewDate, dataset.ReviewTime = "APPROVED", study.days[1], "002000"
    dataset.ReviewerName = study.person.physician
    return dataset


def plan(study: Study, of: Dataset) -> Dataset:
    dataset = made(study, "RTPLAN", 0, PLAN, "RTPLAN")
    plant(dataset, study)
    dataset.RTPlanLabel, dataset.RTPlanName = f"{study.person.given} boost", "thorax boost"
    dataset.RTPlanDate, dataset.RTPlanTime = study.days[1], "003000"
    dataset.RTPlanGeometry, dataset.ApprovalStatus = "PATIENT", "UNAPPROVED"
    dataset.ReferencedStructureSetSequence = Sequence([reference(of)])
    dataset.FractionGroupSequence = Sequence(
        [item(FractionGroupNumber="1", NumberOfFractionsPlanned="30", NumberOfBeams="1")]
    )
    dataset.BeamSequence = Sequence(
        [
            item(
                BeamNumber="1",
                BeamName=f"AP {study.person.patient_id}",
                BeamType="STATIC",
                RadiationType="PHOTON",
                TreatmentMachineName="LINAC-ZEPHYR-2",
                InstitutionName=study.person.institution,
            )
        ]
    )
    return dataset


def dose(study: Study, of: Dataset, image: Dataset) -> Dataset:
    dataset = made(study, "RTDOSE", 0, DOSE, "RTDOSE")
    plant(dataset, study)
    dataset.FrameOfReferenceUID = image.FrameOfReferenceUID
    dataset.DoseUnits, dataset.DoseType, dataset.DoseSummationType = "GY", "PHYSICAL", "PLAN"
    dataset.DoseComment, dataset.DoseGridScaling = f"computed for {study.person.given}", "0.00125"
    dataset.ReferencedRTPlanSequence = Sequence([reference(of)])
    dataset.Rows = dataset.Columns = 4
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 0
    dataset.add_new(0x7FE00010, "OW", study.dice.randbytes(32))
    return dataset


def segmentation(study: Study, slices: list[Dataset]) -> Dataset:
    dataset = made(study, "SEG", 0, SEG, "SEG")
    plant(dataset, study)
    dataset.FrameOfReferenceUID = slices[0].FrameOfReferenceUID
    dataset.SegmentationType, dataset.NumberOfFrames = "BINARY", "1"
    dataset.ContentLabel, dataset.ContentDescription = "LUNG", f"lung of {study.person.given}"
    dataset.ContentCreatorName = study.person.operator
    dataset.ReferencedSeriesSequence = Sequence(
        [
            item(
                SeriesInstanceUID=slices[0].SeriesInstanceUID,
                ReferencedInstanceSequence=Sequence([reference(image) for image in slices]),
            )
        ]
    )
    dataset.SegmentSequence = Sequence(
        [
            item(
                SegmentNumber=1,
                SegmentLabel=f"Lung {study.person.patient_id}",
                SegmentAlgorithmType="MANUAL",
                SegmentedPropertyCategoryCodeSequence=code("123037004", "SCT", "Anatomical Structure"),
                SegmentedPropertyTypeCodeSequence=code("39607008", "SCT", "Lung"),
                TrackingID=f"lesion {study.person.patient_id}",
                TrackingUID=study.uid("tracked"),
            )
        ]
    )
    source = reference(slices[0])
    source.PurposeOfReferenceCodeSequence = code("121322", "DCM", "Source image for image processing operation")
    derivation = item(
        SourceImageSequence=Sequence([source]),
        DerivationCodeSequence=code("113076", "DCM", "Segmentation"),
    )
    dataset.PerFrameFunctionalGroupsSequence = Sequence([item(DerivationImageSequence=Sequence([derivation]))])
    dataset.Rows = dataset.Columns = 16
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 1, 1, 0, 0
    dataset.add_new(0x7FE00010, "OB", study.dice.randbytes(32))
    return dataset


def waveform(study: Study) -> Dataset:
    dataset = made(study, "ECG", 0, ECG, "ECG")
    plant(dataset, study)
    dataset.AcquisitionDateTime = f"{study.days[1]}000200"
    dataset.AcquisitionContextSequence = Sequence([])
    channel = item(
        ChannelSourceSequence=code("5.6.3-9-1", "SCPECG", "Lead I"),
        WaveformBitsStored=16,
        ChannelSensitivity="1.25",
        ChannelLabel=f"I {study.person.given}",
    )
    group = item(
        WaveformOriginality="ORIGINAL",
        NumberOfWaveformChannels=1,
        NumberOfWaveformSamples=8,
        SamplingFrequency="500",
        ChannelDefinitionSequence=Sequence([channel]),
        WaveformBitsAllocated=16,
        WaveformSampleInterpretation="SS",
    )
    group.add_new(0x54001010, "OW", struct.pack("<8h", *range(8)))
    dataset.WaveformSequence = Sequence([group])
    note = item(UnformattedTextValue=f"sinus rhythm, {study.person.given}", ReferencedWaveformChannels=[1, 1])
    dataset.WaveformAnnotationSequence = Sequence([note])
    return dataset


def document(study: Study) -> Dataset:
    dataset = made(study, "PDF", 0, PDF, "DOC")
    plant(dataset, study)
    dataset.BurnedInAnnotation, dataset.DocumentTitle = "NO", f"Letter to {study.person.given}"
    dataset.MIMETypeOfEncapsulatedDocument = "application/pdf"
    dataset.EncapsulatedDocument = b"%PDF-1.7 " + study.person.patient_id.encode() + b" %%EOF"
    if len(dataset.EncapsulatedDocument) % 2:
        dataset.EncapsulatedDocument += b"\n"
    return dataset
