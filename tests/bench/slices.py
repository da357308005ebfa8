"""A made series of CT slices to measure with: 512 x 512, some 200 data elements, nested sequences, private blocks.

    .venv/bin/python tests/bench/slices.py FOLDER [COUNT]

The same count always gives the same bytes. Nobody's data are in it.
"""

import random
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

EDGE = 512  # pixels
ROOT = "1.2.826.0.1.3680043.10.99999."
STUDY, SERIES, FRAME, DEVICE = (f"{ROOT}20240229.{number}" for number in range(1, 5))
WORDS = ("Thorax", "routine", "axial", "mediastinum", "contrast", "venous", "lung", "reconstruction", "kernel", "dose")
PRIVATE = {0x0009: "ACME CT HEADER", 0x0019: "ACME CT ACQUISITION", 0x0021: "ACME CT GEOMETRY", 0x0029: "ACME CT BLOB"}
PATIENT = {
    "PatientName": "Okonkwo^Adaeze^Chidinma", "PatientID": "MRN-0815-4711", "IssuerOfPatientID": "General Hospital",
    "PatientBirthDate": "19610307", "PatientSex": "F", "PatientAge": "062Y", "PatientSize": "1.68",
    "PatientWeight": "71.5", "OtherPatientNames": "Eze^Adaeze", "PatientAddress": "12 Harbour Lane, Eastport",
    "PatientTelephoneNumbers": "0555 010 4711", "EthnicGroup": "unknown", "Occupation": "Pilot",
    "AdditionalPatientHistory": "Mrs Okonkwo was seen on 2024-02-12; cough for three weeks.",
    "PregnancyStatus": 1, "PatientComments": "Prefers to be called Ada", "MedicalAlerts": "Asthma",
    "Allergies": "Iodine, mild", "SmokingStatus": "NO", "LastMenstrualDate": "20240210",
    "PatientBirthTime": "061500", "PatientReligiousPreference": "none",
}  # fmt: skip
STUDY_MODULE = {
    "SpecificCharacterSet": "ISO_IR 100", "StudyDate": "20240229", "StudyTime": "101112.125000", "StudyID": "S4711",
    "AccessionNumber": "ACC-99-104711", "ReferringPhysicianName": "Marlowe^Philippa", "StudyInstanceUID": STUDY,
    "StudyDescription": "CT Thorax with contrast", "NameOfPhysiciansReadingStudy": "Vance^Orla",
    "InstitutionName": "General Hospital Eastport", "InstitutionAddress": "1 Quay Road, Eastport",
    "InstitutionalDepartmentName": "Radiology", "StationName": "CTAWP73021", "PerformingPhysicianName": "Reyes^Tomas",
    "OperatorsName": "Novak^Jana", "RequestingPhysician": "Marlowe^Philippa",
    "RequestedProcedureDescription": "CT Thorax", "ReasonForStudy": "Persistent cough",
    "PhysiciansOfRecord": "Marlowe^Philippa", "AdmissionID": "ADM-4711-22",
    "CurrentPatientLocation": "Ward 7", "AdmittingDiagnosesDescription": "Pneumonia?", "StudyComments": "none",
    "TimezoneOffsetFromUTC": "+0100", "RequestingService": "Internal Medicine",
}  # fmt: skip
SERIES_MODULE = {
    "Modality": "CT", "Manufacturer": "ACME", "ManufacturerModelName": "Spiral 64", "DeviceSerialNumber": "73021",
    "SoftwareVersions": ["VA47C", "SL7P1"], "SeriesInstanceUID": SERIES, "SeriesNumber": "3", "SeriesDate": "20240229",
    "SeriesTime": "101500.250000", "SeriesDescription": "Thorax 1.0 B30f", "ProtocolName": "ThoraxRoutine",
    "BodyPartExamined": "CHEST", "PatientPosition": "HFS", "Laterality": "U", "FrameOfReferenceUID": FRAME,
    "PositionReferenceIndicator": "SN", "DeviceUID": DEVICE, "PerformedProcedureStepStartDate": "20240229",
    "PerformedProcedureStepStartTime": "101112.000000", "PerformedProcedureStepID": "PPS-4711",
    "PerformedProcedureStepDescription": "CT Thorax", "CommentsOnThePerformedProcedureStep": "tolerated well",
    "SmallestPixelValueInSeries": 0, "LargestPixelValueInSeries": 4095, "GantryID": "G-1",
    "DateOfLastCalibration": "20240201", "TimeOfLastCalibration": "070000",
}  # fmt: skip
IMAGE_MODULE = {
    "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL", "CT_SOM5 SPI"], "InstanceCreationDate": "20240229",
    "InstanceCreatorUID": f"{ROOT}7", "SOPClassUID": CTImageStorage, "AcquisitionDate": "20240229",
    "ContentDate": "20240229", "ImageComments": "breath hold, Okonkwo", "ScanOptions": "HELICAL_CT", "KVP": "120",
    "DataCollectionDiameter": "500", "ReconstructionDiameter": "380", "DistanceSourceToDetector": "1040",
    "DistanceSourceToPatient": "570", "GantryDetectorTilt": "0", "TableHeight": "152", "RotationDirection": "CW",
    "ExposureTime": "500", "XRayTubeCurrent": "212", "Exposure": "151", "FilterType": "WEDGE_2",
    "GeneratorPower": "40", "FocalSpots": "1.2", "ConvolutionKernel": "B30f", "SliceThickness": "1.0",
    "SpiralPitchFactor": 1.2, "SingleCollimationWidth": 0.6, "TotalCollimationWidth": 19.2, "TableSpeed": 46.0,
    "TableFeedPerRotation": 23.0, "CTDIvol": 10.2, "ExposureModulationType": "XYZ_EC", "EstimatedDoseSaving": 20.0,
    "ImageOrientationPatient": [1, 0, 0, 0, 1, 0], "SamplesPerPixel": 1, "PhotometricInterpretation": "MONOCHROME2",
    "Rows": EDGE, "Columns": EDGE, "PixelSpacing": [0.7421875, 0.7421875], "BitsAllocated": 16, "BitsStored": 12,
    "HighBit": 11, "PixelRepresentation": 0, "WindowCenter": ["40", "-600"], "WindowWidth": ["400", "1200"],
    "RescaleIntercept": "-1024", "RescaleSlope": "1", "RescaleType": "HU", "LossyImageCompression": "00",
    "WindowCenterWidthExplanation": ["WINDOW1", "WINDOW2"], "BurnedInAnnotation": "NO", "AcquisitionNumber": "2",
    "ContrastBolusAgent": "Iomeprol 350", "ContrastBolusVolume": "90", "ContrastBolusRoute": "IV",
    "SmallestImagePixelValue": 0, "LargestImagePixelValue": 4095, "ContrastFlowRate": "3.5",
    "RequestedContrastAgent": "Iomeprol", "SpecialNeeds": "none", "RequestedProcedureID": "RP-4711",
}  # fmt: skip


def item(**values: object) -> Dataset:
    dataset = Dataset()
    fill(dataset, values)
    return dataset


def fill(dataset: Dataset, values: dict[str, object]) -> None:
    for keyword, value in values.items():
        setattr(dataset, keyword, value)


def code(value: str, meaning: str) -> Dataset:
    return item(CodeValue=value, CodingSchemeDesignator="SCT", CodeMeaning=meaning)


def reference(kind: str, number: int) -> Dataset:
    return item(ReferencedSOPClassUID=CTImageStorage, ReferencedSOPInstanceUID=f"{ROOT}{kind}.{number}")


def series() -> Dataset:
    """The elements that all slices have in common."""
    dataset = Dataset()
    for module in (PATIENT, STUDY_MODULE, SERIES_MODULE, IMAGE_MODULE):
        fill(dataset, module)
    dataset.AnatomicRegionSequence = [code("51185008", "Thorax")]
    dataset.ProcedureCodeSequence = [code("169069000", "CT of chest")]
    dataset.ReferencedStudySequence = [reference("8", 1)]
    dataset.ReferencedPerformedProcedureStepSequence = [reference("9", 1)]
    request = item(ScheduledProcedureStepID="SPS-1", RequestedProcedureID="RP-4711", RequestedProcedureDescription="CT")
    request.ScheduledProcedureStepDescription = "Thorax for Mrs Okonkwo"
    request.ScheduledProtocolCodeSequence = [code("169069000", "CT of chest")]
    dataset.RequestAttributesSequence = [request]
    person = item(PersonIdentificationCodeSequence=[code("N-4711", "Novak, Jana")], InstitutionName="General Hospital")
    dataset.OperatorIdentificationSequence = [person]
    other = item(PatientID="OLD-4711", IssuerOfPatientID="Old Hospital", TypeOfPatientID="TEXT")
    dataset.OtherPatientIDsSequence = [other]
    return dataset


def add_private(dataset: Dataset, chance: random.Random) -> None:
    """Four blocks of a maker's own, as scanners write them: texts, numbers, an opaque blob, a sequence."""
    for group, creator in PRIVATE.items():
        block = dataset.private_block(group, creator, create=True)
        for number in range(2):
            block.add_new(0x10 + number, "LO", f"{chance.choice(WORDS)} {chance.choice(WORDS)}")
            block.add_new(0x20 + number, "DS", f"{chance.uniform(-500, 500):.4f}")
            block.add_new(0x30 + number, "IS", str(chance.randrange(4096)))
    block.add_new(0x40, "OB", chance.randbytes(1024))
    block.add_new(0x41, "SQ", [item(PatientID="MRN-0815-4711", StudyDate="20240229")])


def make(count: int, frames: int = 1) -> Iterator[bytes]:
    """The files of a series, one after another; each with so many equal frames."""
    dataset, chance = series(), random.Random(count)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.ImplementationClassUID = generate_uid(ROOT, ["bench"])
    add_private(dataset, chance)
    if frames > 1:
        dataset.NumberOfFrames = frames
    for number in range(1, count + 1):
        yield slice_of(dataset, number, chance, frames)


def slice_of(dataset: Dataset, number: int, chance: random.Random, frames: int) -> bytes:
    """One slice: what differs between slices is set, and the whole is written by pydicom."""
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"{SERIES}.{number}"
    dataset.file_meta.MediaStorageSOPClassUID = CTImageStorage
    dataset.InstanceNumber = str(number)
    dataset.AcquisitionTime = dataset.ContentTime = dataset.InstanceCreationTime = (
        f"10{12 + number % 40}00.{number:06d}"
    )
    dataset.ImagePositionPatient = [-190.0, -190.0, number * 0.7]
    dataset.SliceLocation = f"{number * 0.7:.1f}"
    dataset.ReferencedImageSequence = [reference("5", number), reference("5", number + 1)]
    dataset.SourceImageSequence = [reference("6", number)]
    dataset.IrradiationEventUID = f"{ROOT}4.{number // 50}"
    # Noise as of a scanner: 12 bits in words of 16, which no file system and no archive makes small.
    noise = (int.from_bytes(chance.randbytes(EDGE * EDGE * 2)) & TWELVE_BITS).to_bytes(EDGE * EDGE * 2)
    dataset.PixelData = noise * frames
    dataset["PixelData"].VR = "OW"
    out = BytesIO()
    pydicom.dcmwrite(out, dataset, enforce_file_format=True)
    return out.getvalue()


TWELVE_BITS = int.from_bytes(b"\xff\x0f" * (EDGE * EDGE))


def elements(dataset: Dataset) -> int:
    """Data elements at every depth."""
    return sum(1 for _ in dataset.iterall())


def write(folder: Path, count: int, frames: int = 1) -> list[Path]:
    """The series as files, of half a MiB for each frame; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, content in enumerate(make(count, frames), 1):
        paths.append(folder / f"IM{number:06d}")
        paths[-1].write_bytes(content)
    return paths


if __name__ == "__main__":
    made = write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 300)
    first = pydicom.dcmread(made[0])
    sys.stdout.write(f"{len(made)} files, {elements(first)} data elements in the first\n")
