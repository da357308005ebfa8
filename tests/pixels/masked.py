"""Slices of a head, and segmentations that mark something in some of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from made import UID, item, sequence, to_bytes
from making import image
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset

ROWS, COLUMNS = 40, 60
LABEL_MAP = "1.2.840.10008.5.1.4.1.1.66.7"
FLAT = [1, 0, 0, 0, 1, 0]
Marked = NDArray[np.bool_]


def disc(row: int, column: int, radius: int) -> Marked:
    y, x = np.mgrid[0:ROWS, 0:COLUMNS]
    return np.hypot(y - row, x - column) < radius


MARKED = {0: disc(10, 20, 9), 1: disc(12, 30, 6) | disc(30, 10, 5)}


def slice_of(number: int, **values: Any) -> Dataset:
    """A CT slice of the head, 2 mm above the one before."""
    pixels = np.random.default_rng(number).integers(1, 4000, (ROWS, COLUMNS)).astype(np.uint16)
    told = {"FrameOfReferenceUID": f"{UID}.77", "ImagePositionPatient": [-100, 20.5, 2 * number],
            "ImageOrientationPatient": FLAT, "PixelSpacing": [0.5, 0.5], "BodyPartExamined": "HEAD"}  # fmt: skip
    dataset = image(pixels, SOPInstanceUID=f"{UID}.78.{number}", Modality="CT", **told | values)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    return dataset


def segmentation(kind: str = uid.SegmentationStorage, **values: Any) -> Dataset:
    """Frames from above to below, the second plane's in two segments; of a label map, one frame a plane."""
    parts = [(1, disc(12, 30, 6)), (0, MARKED[0]), (1, disc(30, 10, 5))]
    if kind == LABEL_MAP:
        parts = [(1, MARKED[1]), (0, MARKED[0])]
    frames = np.stack([one for _, one in parts])
    if kind == LABEL_MAP:
        labels = np.where(frames, 9, 4).astype(np.uint8)  # 4 is the background
        dataset = image(labels, NumberOfFrames=2, PixelPaddingValue=4)
        dataset.compress(uid.RLELossless, generate_instance_uid=False)
    else:
        dataset = image(frames[0].astype(np.uint8))
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 1, 1, 0
        dataset.NumberOfFrames = len(frames)
        packed = np.packbits(frames.reshape(-1), bitorder="little").tobytes()
        dataset.PixelData = packed + b"\0" * (len(packed) % 2)
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = kind
    dataset.FrameOfReferenceUID = f"{UID}.77"
    planes = (item(ImagePositionPatient=[-100, 20.5, 2 * number]) for number, _ in parts)
    dataset.PerFrameFunctionalGroupsSequence = sequence(
        *(item(PlanePositionSequence=sequence(plane)) for plane in planes)
    )
    shared = item(PlaneOrientationSequence=sequence(item(ImageOrientationPatient=FLAT)),
                  PixelMeasuresSequence=sequence(item(PixelSpacing=[0.5, 0.5])))  # fmt: skip
    dataset.SharedFunctionalGroupsSequence = sequence(shared)
    for name, value in values.items():
        setattr(dataset, name, value)
    return dataset


def saved(dataset: Dataset, file: Path) -> Path:
    file.write_bytes(to_bytes(dataset))
    return file


def head_folder(folder: Path) -> Path:
    """Two slices that the masks mark, one that they do not reach, and one that is shifted by a millimetre."""
    folder.mkdir()
    for number in range(3):
        saved(slice_of(number), folder / f"{number}.dcm")
    saved(slice_of(3, ImagePositionPatient=[-99, 20.5, 2]), folder / "3.dcm")
    return folder
