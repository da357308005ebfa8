"""Frames of every kind: transfer syntaxes, depths, signs, layouts; and those that lie or are damaged."""

from __future__ import annotations

from typing import Any

import imagecodecs
import numpy as np
import pytest
from dicom_deid.errors import Failed
from dicom_deid.preview import codecs
from dicom_deid.preview.codestream import Stated, stated
from dicom_deid.preview.painting import Tuning
from dicom_deid.preview.picture import Picture
from made import item, sequence
from making import COLUMNS, HTJ2K, ROWS, compressed, image, noise
from pictured import made_frames, painted
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, encapsulate_extended, parse_fragments


@pytest.mark.parametrize("bits", range(1, 33))
@pytest.mark.parametrize("sign", ["u", "i"])
@pytest.mark.parametrize(
    "syntax", [uid.ExplicitVRLittleEndian, uid.ImplicitVRLittleEndian, uid.DeflatedExplicitVRLittleEndian]
)
def test_samples_of_1_to_32_bits(bits: int, sign: str, syntax: uid.UID) -> None:
    dtype = f"{sign}{1 if bits <= 8 else 2 if bits <= 16 else 4}"
    values = noise(dtype, bits)
    (frame,) = made_frames(image(values, syntax, bits))
    assert isinstance(frame, Picture)
    assert (frame.values == values).all()


def test_big_endian_frames_of_an_odd_number_of_bytes() -> None:
    values = noise("u1", 8, (3, 3, 5))
    dataset = image(values, uid.ExplicitVRBigEndian, NumberOfFrames=3)
    dataset.PixelData = np.frombuffer(values.tobytes() + b"\0", "u2").byteswap().tobytes()
    dataset["PixelData"].VR = "OW"
    frames = list(made_frames(dataset))
    assert [frame.values.tolist() for frame in frames if isinstance(frame, Picture)] == values.tolist()


def test_packed_bits_and_frames_that_do_not_begin_with_a_byte() -> None:
    values = noise("u1", 1, (3, 3, 5))
    dataset = image(values, NumberOfFrames=3)
    dataset.BitsAllocated = dataset.BitsStored = 1
    dataset.HighBit = 0
    dataset.PixelData = np.packbits(values.reshape(-1), bitorder="little").tobytes()
    frames = made_frames(dataset)
    assert [frame.values.tolist() for frame in frames if isinstance(frame, Picture)] == values.tolist()
    assert frames[2].values.tolist() == values[2].tolist()


@pytest.mark.parametrize(
    ("dtype", "keyword", "vr"), [("f4", "FloatPixelData", "OF"), ("f8", "DoubleFloatPixelData", "OD")]
)
def test_floating_point(dtype: str, keyword: str, vr: str) -> None:
    values = np.linspace(-1e6, 1e6, ROWS * COLUMNS, dtype=dtype).reshape(ROWS, COLUMNS)
    dataset = image(values)
    del dataset.PixelData, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation
    dataset.add_new(keyword, vr, values.tobytes())
    (frame,) = made_frames(dataset)
    assert isinstance(frame, Picture)
    assert (frame.values == values).all()
    assert painted(frame)[0, 0] == 0
    assert painted(frame)[-1, -1] == 255


def test_planes_of_colours() -> None:
    values = noise("u1", 8, (3, ROWS, COLUMNS))
    dataset = image(values, SamplesPerPixel=3, PhotometricInterpretation="RGB", PlanarConfiguration=1)
    (frame,) = made_frames(dataset)
    assert isinstance(frame, Picture)
    assert (painted(frame) == values.transpose(1, 2, 0)).all()


@pytest.mark.parametrize("syntax", HTJ2K)
@pytest.mark.parametrize(("dtype", "bits"), [("u1", 8), ("u2", 16), ("i2", 16)])
def test_htj2k(syntax: uid.UID, dtype: str, bits: int) -> None:
    values = noise(dtype, bits, (64, 64))
    encoded = imagecodecs.htj2k_encode(values, reversible=True)
    (frame,) = made_frames(compressed([encoded], values, syntax, bits=bits))
    assert isinstance(frame, Picture)
    assert (frame.values == values).all()


@pytest.mark.parametrize("predictor", range(1, 8))
@pytest.mark.parametrize("bits", [8, 12, 16])
def test_lossless_jpeg_of_all_predictors(predictor: int, bits: int) -> None:
    values = noise("u1" if bits == 8 else "u2", bits)
    encoded = imagecodecs.jpeg8_encode(values, lossless=True, predictor=predictor, bitspersample=bits)
    syntax = uid.JPEGLosslessSV1 if predictor == 1 else uid.JPEGLossless
    (frame,) = made_frames(compressed([encoded], values, syntax, bits=bits))
    assert isinstance(frame, Picture)
    assert (frame.values == values).all()


def test_every_compression_that_pydicom_knows_is_decoded() -> None:
    assert all(codecs.is_available(syntax) for syntax in codecs.CODECS)
    assert not codecs.is_available(uid.MPEG2MPML)


def test_windows_and_rescaling_of_single_frames() -> None:
    values = np.stack([np.full((2, 2), 10, np.uint16), np.full((2, 2), 10, np.uint16)])

    def groups(intercept: str, center: str) -> Dataset:
        return item(
            PixelValueTransformationSequence=sequence(item(RescaleSlope="2", RescaleIntercept=intercept)),
            FrameVOILUTSequence=sequence(item(WindowCenter=center, WindowWidth="100", VOILUTFunction="LINEAR_EXACT")),
        )

    dataset = image(values, NumberOfFrames=2)
    del dataset.RescaleSlope, dataset.RescaleIntercept
    dataset.PerFrameFunctionalGroupsSequence = sequence(groups("0", "20"), groups("5", "50"))
    first, second = (painted(frame) for frame in made_frames(dataset) if isinstance(frame, Picture))
    assert (first == 128).all()
    assert (second == 64).all()


def test_a_window_of_the_user_comes_first() -> None:
    from dicom_deid.preview.display import Window

    (frame,) = made_frames(image(np.array([[0, 10]], np.uint16), WindowCenter="5", WindowWidth="11"))
    assert isinstance(frame, Picture)
    assert painted(frame).tolist() == [[13, 255]]
    assert painted(frame, Tuning(Window(10, 20, "LINEAR_EXACT"))).tolist() == [[0, 128]]


def reason(dataset: Dataset, largest: int = 1 << 40) -> str:
    try:
        (frame,) = made_frames(dataset, largest)
    except Failed as failure:
        return failure.reason
    assert isinstance(frame, Failed)
    return frame.reason


def test_frames_that_are_too_large_or_not_as_told_are_not_decoded() -> None:
    values = np.zeros((ROWS, COLUMNS), np.uint8)
    assert reason(image(values), largest=ROWS * COLUMNS - 1) == "PIXELS_TOO_LARGE"
    bomb = imagecodecs.jpeg2k_encode(np.zeros((8000, 8000), np.uint8))
    assert len(bomb) < 100_000
    assert reason(compressed([bomb], values, uid.JPEG2000Lossless)) == "PIXELS_DISAGREE"
    assert reason(compressed([imagecodecs.jpegls_encode(values[:8])], values, uid.JPEGLSLossless)) == "PIXELS_DISAGREE"
    rle = b"\x01\0\0\0\x40\0\0\0" + bytes(56) + b"\x81\0" * 100_000
    assert reason(compressed([rle], values, uid.RLELossless)) in ("PIXELS_DAMAGED", "PIXELS_DISAGREE")
    assert reason(compressed([b"\0\0\0\x01"], values, uid.MPEG2MPML)) == "PIXELS_UNKNOWN"
    assert reason(image(values, PhotometricInterpretation="CMYK")) == "PIXELS_UNKNOWN"
    assert reason(image(values, SamplesPerPixel=0)) == "PIXELS_DISAGREE"


def test_sizes_that_codestreams_state() -> None:
    values = noise("u2", 12, (5, 7))
    assert stated(imagecodecs.jpeg8_encode(values, lossless=True, bitspersample=12)) == Stated(5, 7, 1, 12)
    assert stated(imagecodecs.jpegls_encode(values)) == Stated(5, 7, 1, 16)
    assert stated(imagecodecs.jpeg2k_encode(values, bitspersample=12)) == Stated(5, 7, 1, 12)
    assert stated(b"\xff\xd8\xff") is stated(b"") is stated(b"\xff\x4f\xff\x51\0") is None


def encapsulations(frames: list[bytes]) -> list[tuple[bytes, dict[str, bytes]]]:
    """The same frames with each kind of table of where they are, and in fragments."""
    content, offsets, lengths = encapsulate_extended(frames)
    table = {"ExtendedOffsetTable": offsets, "ExtendedOffsetTableLengths": lengths}
    halves = encapsulate(frames, fragments_per_frame=2)
    return [(encapsulate(frames), {}), (encapsulate(frames, has_bot=False), {}), (content, table), (halves, {})]


def test_compressed_frames_are_found_by_their_number_whatever_says_where_they_are() -> None:
    values = noise("u1", 8, (5, ROWS, COLUMNS))
    encoded = [imagecodecs.jpegls_encode(frame) for frame in values]
    for content, table in encapsulations(encoded):
        dataset = compressed(encoded, values, uid.JPEGLSLossless, **table)
        dataset["PixelData"].value = content
        frames = made_frames(dataset)
        assert [frames[number].values.tolist() for number in (4, 0, 2)] == values[[4, 0, 2]].tolist()


def test_without_a_table_fragments_are_walked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    walks = []

    def walk(file: Any) -> tuple[int, list[int]]:
        walks.append(file)
        return parse_fragments(file)

    monkeypatch.setattr("dicom_deid.preview.frames.parse_fragments", walk)
    values = noise("u1", 8, (4, ROWS, COLUMNS))
    encoded = [imagecodecs.jpegls_encode(frame) for frame in values]
    dataset = compressed(encoded, values, uid.JPEGLSLossless)
    dataset["PixelData"].value = encapsulate(encoded, has_bot=False)
    frames = made_frames(dataset)
    assert all((frames[number].values == values[number]).all() for number in (3, 1, 2))
    assert len(walks) == 1
