"""Compressed pixel data: every touched frame is blank inside and the same outside, by decoders of others, too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import imagecodecs
import numpy as np
import pytest
from dicom_deid.errors import Failed, Withheld
from dicom_deid.pixels.redaction import recoding, redact, rle
from dicom_deid.pixels.redaction.description import described
from dicom_deid.regions import Rectangle, Region
from dicom_deid.splice import Copy
from hypothesis import given, settings
from hypothesis import strategies as st
from making import compressed
from pydicom import uid
from pydicom.dataset import Dataset
from redacting import Values, covered, frames_by_another, opened, redacted, smooth, some_regions

FRAMES, ROWS, COLUMNS = 3, 21, 34
FEW = settings(deadline=None, max_examples=8)
REGIONS = some_regions(ROWS, COLUMNS, FRAMES)
INNER = Region(Rectangle(3, 4, 20, 11))
ONE_FRAME = Region(Rectangle(3, 4, 20, 11), 2, 2)
GREY = {"PhotometricInterpretation": "MONOCHROME2"}


def jpeg_ls(values: Values, level: int = 0) -> bytes:
    return bytes(imagecodecs.jpegls_encode(values, level))


def jpeg_2000(values: Values, level: int = 0, **options: Any) -> bytes:
    kind: dict[str, Any] = {"reversible": True} if not level else {"level": level, "reversible": False}
    return bytes(imagecodecs.jpeg2k_encode(values, codecformat="j2k", **kind, **options))


def htj2k(values: Values, level: int = 0) -> bytes:
    return bytes(imagecodecs.htj2k_encode(values, level=level or None, reversible=not level, tlm=True))


def jpeg_lossless(values: Values, bits: int = 12) -> bytes:
    bits = min(bits, 8 * values.dtype.itemsize)
    return bytes(imagecodecs.jpeg8_encode(values, lossless=True, predictor=1, bitspersample=bits))


def jpeg_12(values: Values) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(values, level=90, bitspersample=12))


def to_rle(values: Values) -> bytes:
    """A frame in RLE by the rules of pydicom's own encoder."""
    from pydicom.pixels.encoders.native import _encode_segment

    samples = values.reshape(ROWS, COLUMNS, -1)
    size = values.dtype.itemsize
    planes = [
        samples[..., sample].astype(samples.dtype.newbyteorder(">")).view("u1").reshape(ROWS, COLUMNS, size)[..., byte]
        for sample in range(samples.shape[2])
        for byte in range(size)
    ]
    coded = [bytes(_encode_segment(np.ascontiguousarray(plane).tobytes(), columns=COLUMNS)) for plane in planes]
    starts = np.cumsum([64, *map(len, coded)])[:-1]
    heads = [len(coded), *starts.tolist()]
    return np.array(heads + [0] * (16 - len(heads)), "<u4").tobytes() + b"".join(coded)


WAYS: dict[str, tuple[uid.UID, uid.UID, int, int, dict[str, Any], Any]] = {
    "RLE 8": (uid.RLELossless, uid.RLELossless, 8, 1, GREY, to_rle),
    "RLE 16": (uid.RLELossless, uid.RLELossless, 16, 1, GREY, to_rle),
    "RLE colour": (uid.RLELossless, uid.RLELossless, 8, 3, {"PhotometricInterpretation": "RGB"}, to_rle),
    "JPEG Lossless": (uid.JPEGLosslessSV1, uid.JPEGLosslessSV1, 12, 1, GREY, jpeg_lossless),
    "JPEG Lossless 8": (uid.JPEGLossless, uid.JPEGLossless, 8, 1, GREY, jpeg_lossless),
    "JPEG Lossless colour": (
        uid.JPEGLossless, uid.JPEGLossless, 8, 3, {"PhotometricInterpretation": "RGB"}, jpeg_lossless,
    ),
    "JPEG-LS": (uid.JPEGLSLossless, uid.JPEGLSLossless, 16, 1, GREY, jpeg_ls),
    "JPEG-LS colour": (uid.JPEGLSLossless, uid.JPEGLSLossless, 8, 3, {"PhotometricInterpretation": "RGB"}, jpeg_ls),
    "JPEG-LS lossy": (
        uid.JPEGLSNearLossless, uid.JPEGLSLossless, 8, 1, GREY, lambda values: jpeg_ls(values, 3),
    ),
    "JPEG 2000": (
        uid.JPEG2000Lossless, uid.JPEG2000Lossless, 12, 1, GREY, lambda values: jpeg_2000(values, bitspersample=12),
    ),
    "JPEG 2000 colour": (
        uid.JPEG2000Lossless, uid.JPEG2000Lossless, 8, 3, {"PhotometricInterpretation": "YBR_RCT"}, jpeg_2000,
    ),
    "JPEG 2000 RGB": (
        uid.JPEG2000Lossless, uid.JPEG2000Lossless, 8, 3, {"PhotometricInterpretation": "RGB"},
        lambda values: jpeg_2000(values, mct=False),
    ),
    "JPEG 2000 lossy": (
        uid.JPEG2000, uid.JPEG2000Lossless, 8, 1, GREY, lambda values: jpeg_2000(values, 35, resolutions=2),
    ),
    "JPEG 2000 lossy colour": (
        uid.JPEG2000, uid.JPEG2000Lossless, 8, 3, {"PhotometricInterpretation": "YBR_ICT"},
        lambda values: jpeg_2000(values, 35, resolutions=2),
    ),
    "HTJ2K": (uid.HTJ2KLossless, uid.HTJ2KLossless, 16, 1, GREY, htj2k),
    "HTJ2K RPCL": (uid.HTJ2KLosslessRPCL, uid.HTJ2KLosslessRPCL, 8, 1, GREY, htj2k),
    "HTJ2K in a syntax for both": (uid.HTJ2K, uid.HTJ2KLossless, 16, 1, GREY, htj2k),
    "HTJ2K RGB": (
        uid.HTJ2KLossless, uid.HTJ2KLossless, 8, 3, {"PhotometricInterpretation": "RGB"},
        lambda values: bytes(imagecodecs.htj2k_encode(values, reversible=True, tlm=True, rgb=False)),
    ),
    "HTJ2K colour": (uid.HTJ2KLossless, uid.HTJ2KLossless, 8, 3, {"PhotometricInterpretation": "YBR_RCT"}, htj2k),
}  # fmt: skip
"""Transfer syntax, that of an output of which all frames are touched, bits, samples, attributes, and an encoder."""


def made(way: str, frames: int = FRAMES) -> Dataset:
    syntax, _, bits, samples, told, encode = WAYS[way]
    pictures = [smooth(ROWS, COLUMNS, samples, seed, (1 << bits) - 1) for seed in range(frames)]
    like = np.zeros((ROWS, COLUMNS), pictures[0].dtype)
    planar = {"PlanarConfiguration": int(way == "RLE colour")} if samples == 3 else {}
    return compressed(
        [encode(one) for one in pictures], like, syntax, bits=bits, SamplesPerPixel=samples, **planar, **told
    )


def prove(dataset: Dataset, output: Dataset, given: list[Region]) -> None:
    """Blank inside, the same outside, as pydicom's other plugins decode it."""
    before, after = frames_by_another(dataset), frames_by_another(output)
    assert len(before) == len(after) == FRAMES
    for frame, (old, new) in enumerate(zip(before, after, strict=True)):
        mask = covered((ROWS, COLUMNS), given, frame, FRAMES)
        assert (new[~mask] == old[~mask]).all()
        assert (new[mask] == 0).all()


@pytest.mark.parametrize("way", WAYS)
@FEW
@given(given=REGIONS)
def test_blank_inside_the_same_outside(way: str, given: list[Region]) -> None:
    dataset = made(way)
    _, output = redacted(dataset, *given)
    prove(dataset, output, given)


@pytest.mark.parametrize("way", WAYS)
def test_the_transfer_syntax_of_frames_that_are_all_new(way: str) -> None:
    syntax, lossless, _, _, told, _ = WAYS[way]
    result, output = redacted(made(way), INNER)
    assert result.transfer_syntax == output.file_meta.TransferSyntaxUID == lossless
    moved = {"YBR_ICT": "YBR_RCT"} if lossless != syntax else {}
    photometric = told["PhotometricInterpretation"]
    assert output.PhotometricInterpretation == moved.get(photometric, photometric)
    assert result.grid == (1, 1)


@pytest.mark.parametrize("way", WAYS)
def test_frames_that_no_region_touches_are_copied(way: str) -> None:
    dataset = made(way)
    result, output = redacted(dataset, ONE_FRAME)
    assert result.transfer_syntax == dataset.file_meta.TransferSyntaxUID
    assert output.PhotometricInterpretation == dataset.PhotometricInterpretation
    source, instance = opened(dataset)
    copied = [source.read(*one) for one in result.segments if isinstance(one, Copy)]
    first, second = dataset.PixelData.index(copied[0]), dataset.PixelData.index(copied[-1])
    assert 0 < first < second
    prove(dataset, output, [ONE_FRAME])
    assert instance.pixels


def test_signs_stay_where_a_codestream_has_fewer_bits_than_a_cell() -> None:
    """JPEG-LS of 12 bits in two's complement: the codec encodes 16 bits."""
    values = (smooth(ROWS, COLUMNS, most=4095).astype("i2") - 2048).astype("i2")
    frame = jpeg_2000(values, bitspersample=12)
    dataset = compressed([frame], values, uid.JPEG2000Lossless, bits=12, **GREY)
    _, output = redacted(dataset, INNER)
    (found,) = frames_by_another(output)
    mask = covered((ROWS, COLUMNS), [INNER], 0, 1)
    assert (found == np.where(mask, -2048, values)).all()
    raw = recoding.Samples((values.astype("u2") & 0xFFF), 12)
    _, instance = opened(dataset)
    assert instance.pixels
    again = imagecodecs.jpegls_decode(recoding.to_jpeg_ls(raw, described(instance, instance.pixels)))
    assert (again.astype("i2") == values).all()


def test_jpeg_of_12_bits_keeps_its_process() -> None:
    values = smooth(ROWS, COLUMNS, most=4095)
    dataset = compressed([jpeg_12(values)], values, uid.JPEGExtended12Bit, bits=12, **GREY)
    result, output = redacted(dataset, INNER)
    assert result.transfer_syntax == output.file_meta.TransferSyntaxUID == uid.JPEGExtended12Bit
    assert result.grid == (8, 8)


def test_jpeg_of_12_bits_becomes_lossless_where_its_blocks_cannot_be_blank(monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(*_: Any) -> Any:
        raise Withheld("PIXELS_CANNOT_BE_CLEANED")

    values = [smooth(ROWS, COLUMNS, seed=seed, most=4095) for seed in range(FRAMES)]
    frames = [jpeg_12(one) for one in values]
    monkeypatch.setattr("dicom_deid.pixels.redaction.jpeg.blank", cannot)
    result, output = redacted(compressed(frames, values[0], uid.JPEGExtended12Bit, bits=12, **GREY), ONE_FRAME)
    assert result.transfer_syntax == uid.JPEGLosslessSV1
    for number, found in enumerate(frames_by_another(output)):
        mask = covered((ROWS, COLUMNS), [ONE_FRAME], number, FRAMES)
        assert (found == np.where(mask, 0, imagecodecs.jpeg8_decode(frames[number]))).all()


def test_jpeg_lossless_becomes_jpeg_ls_where_its_codec_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = made("JPEG Lossless")
    wrong = recoding.JPEG._replace(encode=lambda samples, _: jpeg_lossless(samples.values ^ 1))
    monkeypatch.setitem(recoding.CODECS, uid.JPEGLosslessSV1, wrong)
    result, output = redacted(dataset, ONE_FRAME)
    assert result.transfer_syntax == uid.JPEGLSLossless
    prove(dataset, output, [ONE_FRAME])


def test_an_encoder_that_changes_something_outside_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    def encode(samples: recoding.Samples, told: Any) -> bytes:
        values = samples.values.copy()
        values[-1, -1] ^= 1
        return jpeg_ls(values)

    monkeypatch.setitem(recoding.CODECS, uid.JPEGLSLossless, recoding.JPEG_LS._replace(encode=encode))
    with pytest.raises(Withheld, match="PIXELS_NOT_PROVEN"):
        redacted(made("JPEG-LS"), INNER)


def test_an_encoder_that_leaves_something_inside_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dicom_deid.pixels.redaction.compressed.painted", lambda samples, *_: samples)
    with pytest.raises(Withheld, match="PIXELS_NOT_PROVEN"):
        redacted(made("JPEG-LS"), INNER)


@pytest.mark.parametrize("wrong", [b"", b"\xff\xd8\xff\xd9", bytes(100)])
def test_an_encoder_that_makes_what_cannot_be_decoded(wrong: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    codec = recoding.JPEG_LS._replace(encode=lambda *_: wrong)
    monkeypatch.setitem(recoding.CODECS, uid.JPEGLSLossless, codec)
    with pytest.raises(Withheld, match="PIXELS_NOT_PROVEN"):
        redacted(made("JPEG-LS"), INNER)


def test_an_rle_encoder_that_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = rle.packed
    monkeypatch.setattr(rle, "packed", lambda row: packed(row[::-1]))
    with pytest.raises(Withheld, match="PIXELS_NOT_PROVEN"):
        redacted(made("RLE 16"), INNER)


@pytest.mark.parametrize("way", ["RLE 16", "JPEG Lossless", "JPEG-LS", "JPEG 2000", "HTJ2K"])
def test_a_frame_that_was_cut_off_is_not_cleaned(way: str) -> None:
    syntax, _, bits, _, told, encode = WAYS[way]
    frame = encode(smooth(ROWS, COLUMNS, 1, 0, (1 << bits) - 1))
    like = np.zeros((ROWS, COLUMNS), "u1" if bits == 8 else "u2")
    dataset = compressed([frame[: len(frame) // 3 * 2]], like, syntax, bits=bits, **told)
    with pytest.raises((Failed, Withheld), match=r"PIXELS_DAMAGED|TRUNCATED"):
        redacted(dataset, INNER)


@pytest.mark.parametrize(
    "syntax",
    ["1.2.840.10008.1.2.4.110", "1.2.840.10008.1.2.4.112", uid.MPEG2MPML, uid.MPEG4HP41, uid.HEVCMP51,
     uid.JPEG2000MC, uid.UID("1.2.840.10008.1.2.4.55")],
)  # fmt: skip
def test_syntaxes_that_nothing_is_known_of_are_withheld(syntax: str) -> None:
    source, instance = opened(made("JPEG-LS"))
    with pytest.raises(Withheld, match="PIXELS_CANNOT_BE_CLEANED"):
        redact(source, replace(instance, transfer_syntax=syntax), [INNER])


def test_a_codestream_in_a_file_of_its_own_is_withheld() -> None:
    values = smooth(ROWS, COLUMNS)
    frame = bytes(imagecodecs.jpeg2k_encode(values, codecformat="jp2", reversible=True))
    with pytest.raises(Withheld, match="PIXELS_CANNOT_BE_CLEANED"):
        redacted(compressed([frame], values, uid.JPEG2000Lossless, **GREY), INNER)


@FEW
@given(st.binary(max_size=400), st.integers(1, 9))
def test_rows_are_packed_and_unpacked(row: bytes, times: int) -> None:
    row = bytes(byte for byte in row for _ in range(times))
    packed = rle.packed(row)
    assert rle.decoded(packed, len(row)) == row
    assert len(packed) <= len(row) + len(row) // 128 + 1


@FEW
@given(given=REGIONS)
def test_runs_that_cross_the_ends_of_rows(given: list[Region]) -> None:
    """Against the standard, but such encoders have been seen; padding is left out, too."""
    values = smooth(ROWS, COLUMNS) // 64 * 64
    coded = rle.packed(values.tobytes())
    frame = np.array([1, 64] + [0] * 14, "<u4").tobytes() + coded
    dataset = compressed([frame] * FRAMES, values, uid.RLELossless, **GREY)
    _, output = redacted(dataset, *given)
    prove(dataset, output, given)
