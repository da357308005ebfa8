"""Instances with images made in code, compressed or not."""

from __future__ import annotations

from typing import Any

import numpy as np
from made import ct
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate

Values = NDArray[Any]
ROWS, COLUMNS = 24, 32
HTJ2K = (uid.HTJ2KLossless, uid.HTJ2KLosslessRPCL, uid.HTJ2K)


def image(values: Values, syntax: uid.UID = uid.ExplicitVRLittleEndian, bits: int = 0, **changed: Any) -> Dataset:
    """An instance with one frame of these values, or with several (frames, rows, columns)."""
    size = values.dtype.itemsize * 8
    dataset = ct(
        Rows=values.shape[-2], Columns=values.shape[-1], BitsAllocated=size, BitsStored=bits or size,
        HighBit=(bits or size) - 1, PixelRepresentation=int(values.dtype.kind == "i"), RescaleSlope="1",
        RescaleIntercept="0", PixelData=values.tobytes(), **changed,
    )  # fmt: skip
    dataset["PixelData"].VR = "OW" if size > 8 else "OB"
    dataset.file_meta.TransferSyntaxUID = syntax
    return dataset


def compressed(frames: list[bytes], like: Values, syntax: uid.UID, **changed: Any) -> Dataset:
    """An instance with compressed frames, said to be like these values."""
    dataset = image(like, syntax, NumberOfFrames=len(frames), **changed)
    dataset.PixelData = encapsulate(frames)
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    return dataset


def noise(dtype: str, bits: int, shape: tuple[int, ...] = (ROWS, COLUMNS)) -> Values:
    low, high = (-(1 << bits - 1), (1 << bits - 1)) if dtype[0] == "i" else (0, 1 << bits)
    return np.random.default_rng(bits).integers(low, high, shape, np.int64).astype(dtype)
