"""Images of the cohort: CT, MR, PET, CR, DX, MG, enhanced CT, WSI, and US and SC, which are withheld unless allowed."""

from __future__ import annotations

from base import GANTRY, Study, code, item, made, plant, private, reference
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

SIDE = 16  # pixels
CLASSES = {
    "CT": "1.2.840.10008.5.1.4.1.1.2", "MR": "1.2.840.10008.5.1.4.1.1.4", "PT": "1.2.840.10008.5.1.4.1.1.128",
    "CR": "1.2.840.10008.5.1.4.1.1.1", "DX": "1.2.840.10008.5.1.4.1.1.1.1", "MG": "1.2.840.10008.5.1.4.1.1.1.2",
    "ECT": "1.2.840.10008.5.1.4.1.1.2.1", "US": "1.2.840.10008.5.1.4.1.1.6.1", "SC": "1.2.840.10008.5.1.4.1.1.7",
    "WSI": "1.2.840.10008.5.1.4.1.1.77.1.6",
}  # fmt: skip


def pixels(dataset: Dataset, study: Study, frames: int = 1, colour: bool = False) -> None:
    """Random pixels, as many as the header says."""
    dataset.Rows = dataset.Columns = SIDE
    bits = 8 if colour else 16
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = (3, "RGB") if colour else (1, "MONOCHROME2")
    if colour:
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit, dataset.PixelRepresentation = bits - 1, 0
    data = study.dice.randbytes(SIDE * SIDE * frames * (3 if colour else 2))
    dataset.add_new(0x7FE00010, "OB" if colour else "OW", data)


def geometry(dataset: Dataset, study: Study, number: int) -> None:
    dataset.FrameOfReferenceUID, dataset.PositionReferenceIndicator = study.dated_uid, "XY"
    dataset.ImagePositionPatient = ["-120.5", "-88", str(2.5 * number)]
    dataset.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    dataset.PixelSpacing, dataset.SliceThickness = ["0.75", "0.75"], "2.5"


def image(study: Study, kind: str, number: int = 0, modality: str = "") -> Dataset:
    """The elements that all images share."""
    dataset = made(study, kind, number, CLASSES[kind], modality or kind)
    plant(dataset, study)
    private(dataset, study)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.AcquisitionDate, dataset.AcquisitionTime = study.days[1], "000130.5"
    dataset.BodyPartExamined, dataset.BurnedInAnnotation = "CHEST", "NO"
    dataset.ImageComments = f"seen by {study.person.operator.split('^')[0]}, sharp"
    dataset.AcquisitionProtocolName = " ".join(("THORAX ROUTINE", *([study.person.patient_id] * study.person.is_named)))
    return dataset


def ct(study: Study, number: int) -> Dataset:
    dataset = image(study, "CT", number)
    geometry(dataset, study, number)
    dataset.KVP, dataset.ConvolutionKernel, dataset.FilterType = "120", "B30f", "WEDGE_2"
    dataset.GantryID, dataset.ProtocolName = GANTRY, f"Thorax {study.person.given}"
    dataset.RescaleSlope, dataset.RescaleIntercept = "1", "-1024"
    dataset.IrradiationEventUID = study.uid("event")
    dataset.DateOfLastCalibration, dataset.TimeOfLastCalibration = "20181130", "061500"
    dataset.AnatomicRegionSequence = code("51185008", "SCT", "Chest")
    pixels(dataset, study)
    return dataset


def mr(study: Study, number: int) -> Dataset:
    dataset = image(study, "MR", number)
    geometry(dataset, study, number)
    dataset.ScanningSequence, dataset.SequenceVariant, dataset.ScanOptions = "SE", "NONE", "PFP"
    dataset.MRAcquisitionType, dataset.EchoTime, dataset.RepetitionTime = "2D", "30", "1200"
    dataset.SequenceName, dataset.ReceiveCoilName, dataset.MagneticFieldStrength = "*tse2d1_15", "HEAD_32", "3"
    pixels(dataset, study)
    return dataset


def pet(study: Study, number: int) -> Dataset:
    """A PET slice: standard uptake values need the time from injection to series (rule 10)."""
    dataset = image(study, "PT", number)
    geometry(dataset, study, number)
    dataset.Units, dataset.DecayCorrection, dataset.CorrectedImage = "BQML", "START", ["ATTN", "DECY"]
    dataset.SeriesType, dataset.RescaleSlope, dataset.RescaleIntercept = ["STATIC", "IMAGE"], "2.5", "0"
    dataset.FrameReferenceTime, dataset.ActualFrameDuration = "60000", "120000"
    dataset.RadiopharmaceuticalInformationSequence = Sequence(
        [
            item(
                Radiopharmaceutical="FDG",
                RadiopharmaceuticalStartTime="225500.00",
                RadiopharmaceuticalStopTime="225530.00",
                RadiopharmaceuticalStartDateTime=f"{study.date}225500.000000+0100",
                RadiopharmaceuticalStopDateTime=f"{study.date}225530.000000+0100",
                RadionuclideTotalDose="370000000",
                RadionuclideHalfLife="6586.2",
                RadionuclideCodeSequence=code("77004003", "SCT", "^18^Fluorine"),
            )
        ]
    )
    pixels(dataset, study)
    return dataset


def projection(study: Study, kind: str) -> Dataset:
    """CR, DX and MG."""
    dataset = image(study, kind)
    dataset.ViewPosition, dataset.KVP = ("MLO" if kind == "MG" else "PA"), "28"
    dataset.PatientOrientation, dataset.ImageLaterality = ["A", "F"], "L"
    dataset.AcquisitionDeviceProcessingDescription = f"MUSICA {study.person.patient_id} standard"
    dataset.PlateID, dataset.DetectorID = "PLATE-5512-K", "DET-0991-Q"
    dataset.PresentationIntentType = "FOR PRESENTATION"
    dataset.AcquisitionContextSequence = Sequence([])
    for group in (0x6000, 0x6002):
        overlay(dataset, group, study)
    pixels(dataset, study)
    return dataset


def overlay(dataset: Dataset, group: int, study: Study) -> None:
    """An overlay plane that shows the patient's name, as its comment says."""
    for element, vr, value in (
        (0x0010, "US", SIDE), (0x0011, "US", SIDE), (0x0022, "LO", study.person.family.split("=")[0]),
        (0x0040, "CS", "G"), (0x0050, "SS", [1, 1]), (0x0100, "US", 1), (0x0102, "US", 0),
        (0x3000, "OW", b"OVERLAYS" * 4), (0x4000, "LT", study.person.patient_id),
    ):  # fmt: skip
        dataset.add_new(group << 16 | element, vr, value)


def enhanced_ct(study: Study, source: Dataset) -> Dataset:
    dataset = image(study, "ECT", modality="CT")
    dataset.FrameOfReferenceUID, dataset.NumberOfFrames = source.FrameOfReferenceUID, "3"
    dataset.AcquisitionDateTime = f"{study.days[1]}000130.5"
    organization = study.uid("dimension")
    dataset.DimensionOrganizationSequence = Sequence([item(DimensionOrganizationUID=organization)])
    dataset.DimensionIndexSequence = Sequence(
        [item(DimensionOrganizationUID=organization, DimensionIndexPointer=0x00209056)]
    )
    origin = reference(source)
    origin.PurposeOfReferenceCodeSequence = code("121329", "DCM", "Source image for montage")
    dataset.SharedFunctionalGroupsSequence = Sequence(
        [
            item(
                PixelMeasuresSequence=Sequence([item(PixelSpacing=["0.75", "0.75"], SliceThickness="2.5")]),
                ReferencedImageSequence=Sequence([origin]),
            )
        ]
    )
    dataset.PerFrameFunctionalGroupsSequence = Sequence([frame(study, number) for number in range(3)])
    pixels(dataset, study, frames=3)
    return dataset


def frame(study: Study, number: int) -> Dataset:
    at = f"{study.days[1]}00013{number}.5"
    content = item(
        FrameAcquisitionDateTime=at,
        FrameReferenceDateTime=at,
        FrameAcquisitionNumber=number + 1,
        FrameComments=f"{study.person.given} moved, repeat",
        DimensionIndexValues=[number + 1],
    )
    position = item(ImagePositionPatient=["-120.5", "-88", str(2.5 * number)])
    return item(FrameContentSequence=Sequence([content]), PlanePositionSequence=Sequence([position]))


def ultrasound(study: Study) -> Dataset:
    dataset = image(study, "US")
    dataset.TransducerData = ["C5-1", "XD", "7"]
    pixels(dataset, study, colour=True)
    return dataset


def capture(study: Study) -> Dataset:
    dataset = image(study, "SC", modality="OT")
    dataset.ConversionType, dataset.DateOfSecondaryCapture = "WSD", study.days[1]
    dataset.SecondaryCaptureDeviceID = "CAPTURE-PC-118"
    pixels(dataset, study, colour=True)
    return dataset


def slide(study: Study) -> Dataset:
    """A whole-slide image with its specimen; labels of containers come from the laboratory."""
    dataset = image(study, "WSI", modality="SM")
    dataset.FrameOfReferenceUID, dataset.NumberOfFrames = study.uid("slide frame"), "1"
    dataset.AcquisitionDateTime = f"{study.days[1]}000130"
    dataset.ContainerIdentifier = f"S19-{study.person.patient_id}"
    dataset.SpecimenDescriptionSequence = Sequence(
        [
            item(
                SpecimenIdentifier=f"S19-{study.person.patient_id}-A1",
                SpecimenUID=study.uid("specimen"),
                SpecimenShortDescription=f"biopsy {study.person.given}",
                SpecimenPreparationSequence=Sequence([]),
            )
        ]
    )
    dataset.TotalPixelMatrixColumns = dataset.TotalPixelMatrixRows = SIDE
    dataset.ImagedVolumeWidth = dataset.ImagedVolumeHeight = 4.0
    pixels(dataset, study, colour=True)
    return dataset
