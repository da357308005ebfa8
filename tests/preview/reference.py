"""Frames drawn by pydicom alone: other decoders than ours, and the plainest way through its values."""

from __future__ import annotations

import warnings
from copy import copy
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi_lut, apply_windowing

OTHERS = ("pylibjpeg", "pydicom", "")
FIRST = {"1.2.840.10008.1.2.4.50": "pillow", "1.2.840.10008.1.2.4.51": "pillow"}
"""JPEG of 8 bits: how subsampled colours are spread is up to the decoder, and libjpeg's way is the usual one."""
FAR = 1e15
Values = NDArray[Any]


def reference(path: Path, number: int) -> Values | None:
    """Frame ``number`` from 0 as grey levels, or as red, green and blue; None where pydicom cannot decode it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset = pydicom.dcmread(path, force=True)
        decoded = decode(dataset, number)
        return None if decoded is None else levels(*decoded, promoted(dataset, number))


def decode(dataset: Dataset, number: int) -> tuple[Values, dict[str, Any]] | None:
    syntax = dataset.file_meta.get("TransferSyntaxUID") if hasattr(dataset, "file_meta") else None
    syntax = syntax or ("1.2.840.10008.1.2" if dataset.original_encoding[0] else "1.2.840.10008.1.2.1")
    for plugin in (FIRST.get(syntax, ""), *OTHERS):
        try:
            decoder = get_decoder(syntax)
            if decoder.is_encapsulated and plugin not in decoder.available_plugins:
                continue
            return decoder.as_array(dataset, index=number, decoding_plugin=plugin if decoder.is_encapsulated else "")
        except Exception:
            continue
    return None


def promoted(dataset: Dataset, number: int) -> Dataset:
    """The data set with the attributes of a frame's functional groups at its top."""
    top = copy(dataset)
    for groups, place in (("SharedFunctionalGroupsSequence", 0), ("PerFrameFunctionalGroupsSequence", number)):
        items = dataset.get(groups) or []
        for keyword in ("PixelValueTransformationSequence", "FrameVOILUTSequence"):
            if place < len(items) and items[place].get(keyword):
                top.update(items[place].get(keyword)[0])
    return top


def levels(values: Values, told: dict[str, Any], dataset: Dataset) -> Values:
    """8-bit levels."""
    if told["photometric_interpretation"] == "PALETTE COLOR":
        colours = apply_color_lut(values.astype(np.int32), dataset)[..., :3]
        return (colours >> 8 if colours.dtype.itemsize > 1 else colours).astype(np.uint8)
    if values.ndim == 3:
        return np.rint(values / (2.0 ** told["bits_stored"] - 1) * 255).astype(np.uint8)
    shades = shaded(values, dataset)
    if told["photometric_interpretation"] == "MONOCHROME1" or dataset.get("PresentationLUTShape") == "INVERSE":
        shades = 1 - shades
    return np.rint(shades * 255).astype(np.uint8)


def shaded(values: Values, dataset: Dataset) -> Values:
    """Shades from 0 to 1."""
    for keyword in ("ModalityLUTSequence", "VOILUTSequence"):
        items = dataset.get(keyword)
        if items and not items[0].get("LUTDescriptor"):
            del dataset[keyword]
        elif items and keyword == "ModalityLUTSequence":
            items[0].LUTDescriptor[2] = 16  # some tables have entries of 16 bits and say 8, which pydicom takes badly
    if dataset.get("RescaleSlope") is None:
        dataset.RescaleSlope, dataset.RescaleIntercept = 1, 0
    rescaled = apply_modality_lut(values, dataset)
    if dataset.get("VOILUTSequence"):
        return apply_voi_lut(rescaled, dataset) / (2.0 ** dataset.VOILUTSequence[0].LUTDescriptor[2] - 1)
    if dataset.get("WindowWidth") and np.min(dataset.WindowWidth) >= 1:
        dataset.setdefault("PixelRepresentation", 0)
        shown = apply_windowing(np.append(rescaled.ravel().astype(float), (-FAR, FAR)), dataset)
        return ((shown - shown[-2]) / (shown[-1] - shown[-2]))[:-2].reshape(values.shape)
    inside = rescaled[np.isfinite(rescaled) & ~padded(values, dataset)].astype(float)
    low, high = (inside.min(), inside.max()) if inside.size else (0, 0)
    return np.clip((np.nan_to_num(rescaled.astype(float)) - low) / ((high - low) or np.inf), 0, 1)


def padded(values: Values, dataset: Dataset) -> Values:
    """Which values pad the image out."""
    value = dataset.get("PixelPaddingValue")
    if value is None:
        return np.zeros(values.shape, bool)
    limit = dataset.get("PixelPaddingRangeLimit", value)
    return (values >= min(value, limit)) & (values <= max(value, limit))
