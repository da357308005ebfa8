"""A folder with pictures that name their patient: an ultrasound cine, one in JPEG, secondary captures, and CT."""

from __future__ import annotations

from pathlib import Path

import imagecodecs
import numpy as np
from lettered import PATIENT, Line, lettered, phantom
from made import UID, item, sequence, to_bytes
from making import compressed, image
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset

Values = NDArray[np.uint8]
ROWS, COLUMNS = 200, 320
FRAMES = 2
ULTRASOUND, CAPTURE = uid.UltrasoundMultiFrameImageStorage, uid.SecondaryCaptureImageStorage
LINES = (Line("OKONKWO^Adaeze", 8, 6), Line("MRN-0815-4711", 190, 8, 13))


def screens() -> Values:
    """Frames of a screen with the patient's name at its top."""
    return np.stack([lettered(ROWS, COLUMNS, *LINES, ground=phantom(ROWS, COLUMNS) + n)[0] for n in range(FRAMES)])


def named(dataset: Dataset, number: int, kind: str, modality: str) -> Dataset:
    """An instance of a study and series of its own."""
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = kind
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"{UID}.31.{number}"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = f"{UID}.32.{number}", f"{UID}.33.{number}"
    dataset.Modality = modality
    return dataset


def cine(number: int) -> Dataset:
    """An ultrasound cine whose one calibrated region is below the text."""
    region = item(
        RegionSpatialFormat=1, RegionDataType=1, RegionLocationMinX0=0, RegionLocationMinY0=40,
        RegionLocationMaxX1=COLUMNS - 1, RegionLocationMaxY1=ROWS - 1,
    )  # fmt: skip
    dataset = image(screens(), NumberOfFrames=FRAMES, SequenceOfUltrasoundRegions=sequence(region))
    return named(dataset, number, ULTRASOUND, "US")


def jpeg_cine(number: int) -> Dataset:
    """A cine in JPEG Baseline, without ultrasound regions."""
    frames = screens()
    encoded = [imagecodecs.jpeg8_encode(frame, level=92) for frame in frames]
    dataset = compressed(encoded, frames, uid.JPEGBaseline8Bit, ManufacturerModelName="Heron 2")
    return named(dataset, number, ULTRASOUND, "US")


def capture(number: int) -> Dataset:
    """A secondary capture in colour."""
    grey = lettered(120, 260, *PATIENT[:2])[0]
    dataset = image(grey, ConversionType="WSD")
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PlanarConfiguration = 3, "RGB", 0
    dataset.PixelData = np.dstack([grey, grey, grey // 2]).tobytes()
    return named(dataset, number, CAPTURE, "OT")


def slice_of(number: int) -> Dataset:
    """A CT slice without text."""
    values = phantom(64, 64).astype(np.uint16)
    return named(image(values), number, uid.CTImageStorage, "CT")


def lettered_slice(number: int) -> Dataset:
    """A CT slice that names its patient."""
    return named(image(lettered(120, 260, *PATIENT[:2])[0].astype(np.uint16)), number, uid.CTImageStorage, "CT")


def picture_folder(folder: Path) -> Path:
    """Six files."""
    made = {
        "us/cine.dcm": cine(1),
        "us/jpeg.dcm": jpeg_cine(2),
        "sc/one.dcm": capture(3),
        "sc/two.dcm": capture(4),
        "ct/one.dcm": slice_of(5),
        "ct/two.dcm": slice_of(6),
    }
    for name, dataset in made.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(to_bytes(dataset))
    return folder
