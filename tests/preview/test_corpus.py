"""Every frame of pydicom's bundled files and of the corpus looks as it does by pydicom with other decoders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from conftest import SHARED_CORPUS
from dicom_deid.errors import Failed, Unwritten
from dicom_deid.preview.painting import Painter
from dicom_deid.preview.picture import Picture
from making import HTJ2K, compressed, noise
from pictured import frames_of, made_frames, painted
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID
from reference import reference

FRAMES = 4
"""Looked at in a file: some hold hundreds that are all alike."""
REFUSED = {
    "badVR.dcm": "PIXELS_DISAGREE",  # has no Columns
    "no_meta.dcm": "NOT_DICOM",
    "MR_truncated.dcm": "TRUNCATED",
    "JPEG2000-embedded-sequence-delimiter.dcm": "PIXELS_DISAGREE",
}
WARNED = {"GDCMJ2K_TextGBR.dcm": "PIXELS_WRAPPED"}
ALONE = ("JPEG-lossy.dcm", "JPLY__", "DICOMSamples__CT_Implicit_Little_Headless_Retired.dcm")
"""JPEG of 12 bits, which no other decoder in Python takes, and a file without Photometric Interpretation."""
ROUNDED = ".51.dcm"
"""CT as JPEG of 12 bits: decoders round differently, and a narrow window makes up to three grey levels of one."""
TWINS = {"MR3_JPLY": "MR3_J2KR", "MR4_JPLY": "MR4_J2KR", "XA1_JPLY": "XA1_J2KR", "RG3_JPLY": "RG3_RLE"}
"""Images as JPEG of 12 bits, and the same without loss."""


@dataclass
class Seen:
    """The results of all files, by their names."""

    compared: int = 0
    wrong: list[tuple[str, int]] = field(default_factory=list)
    """With the number of grey levels that a frame is off."""
    alone: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    warned: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def seen(corpus: list[Path]) -> Seen:
    seen, painter = Seen(), Painter()
    for path in corpus:
        for number, frame in enumerate(islice(frames_or_reason(path), FRAMES)):
            if isinstance(frame, str):
                if path.name not in REFUSED:
                    assert not decodable(path, number), path.name
                seen.refused[path.name] = frame
                continue
            if frame.warning:
                seen.warned[path.name] = frame.warning
            expected = reference(path, number)
            if expected is None:
                seen.alone.add(path.name)
                continue
            seen.compared += 1
            difference = np.abs(painted(frame, painter=painter).astype(int) - expected)
            if difference.max() > (3 if path.name.endswith(ROUNDED) else 1):
                seen.wrong.append((path.name, int(difference.max())))
    return seen


def frames_or_reason(path: Path) -> Iterator[Picture | str]:
    try:
        for frame in frames_of(path):
            yield frame.reason if isinstance(frame, Failed) else frame
    except Unwritten as end:
        yield end.reason


def decodable(path: Path, number: int) -> bool:
    try:
        return reference(path, number) is not None
    except Exception:
        return False


def test_every_frame_that_pydicom_decodes_looks_as_it_does_there(seen: Seen) -> None:
    assert seen.wrong == []
    assert seen.compared > (300 if SHARED_CORPUS.is_dir() else 60)
    assert {name for name in seen.alone if not name.startswith(ALONE)} == set()


def test_bad_files_are_refused_or_warned_about(seen: Seen) -> None:
    assert {name: seen.refused.get(name) for name in REFUSED} == REFUSED
    assert {name: seen.warned.get(name) for name in WARNED} == WARNED


def test_jpeg_of_12_bits_looks_as_the_same_image_does_without_loss(corpus: list[Path]) -> None:
    by_name = {path.name: path for path in corpus}
    for pair in TWINS.items():
        files = [path for end in pair for name, path in by_name.items() if name.endswith(end)]
        first = [frame.values.astype(int) for path in files if isinstance(frame := next(frames_of(path)), Picture)]
        assert len(first) == 2 or not SHARED_CORPUS.is_dir()
        assert not first or np.abs(first[0] - first[1]).mean() < 0.01 * np.ptp(first[1])


@pytest.mark.parametrize("syntax", HTJ2K)
def test_htj2k_as_another_decoder_has_it(syntax: UID) -> None:
    values = noise("u2", 16, (64, 64))
    dataset = compressed([imagecodecs.htj2k_encode(values, reversible=True)], values, syntax)
    other, _ = get_decoder(syntax).as_array(dataset, decoding_plugin="pylibjpeg")
    (frame,) = made_frames(dataset)
    assert isinstance(frame, Picture)
    assert (frame.values == other).all()
