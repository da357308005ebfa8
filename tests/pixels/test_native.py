"""Native pixel data: blank inside, the same outside, in every layout of samples; nothing is read that need not be."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from dicom_deid.errors import Withheld
from dicom_deid.pixels.redaction import native, redact
from dicom_deid.regions import Rectangle, Region
from dicom_deid.scan import located
from dicom_deid.splice import Copy, Fill, Stripe, Stripes
from hypothesis import example, given, settings
from hypothesis import strategies as st
from made import to_bytes
from making import image, noise
from pictured import InMemory
from pydicom import uid
from pydicom.dataset import Dataset
from redacting import Values, covered, opened, redacted, some_regions

FRAMES, ROWS, COLUMNS = 3, 7, 10
BIG = uid.ExplicitVRBigEndian
SYNTAXES = (uid.ExplicitVRLittleEndian, uid.ImplicitVRLittleEndian, BIG, uid.DeflatedExplicitVRLittleEndian)
REGIONS = some_regions(ROWS, COLUMNS, FRAMES)
FEW = settings(deadline=None, max_examples=12)
CORNER = Region(Rectangle(1, 1, 4, 3))


def order(syntax: uid.UID) -> str:
    return ">" if syntax == BIG else "<"


def grey(given: list[Region], dtype: str, bits: int, syntax: uid.UID, fill: int, **changed: Any) -> Dataset:
    values = noise(dtype, bits, (FRAMES, ROWS, COLUMNS))
    stored = values.astype(values.dtype.newbyteorder(order(syntax)))
    dataset = image(stored, syntax, bits, NumberOfFrames=FRAMES, **changed)
    result, output = redacted(dataset, *given)
    found = np.frombuffer(output.PixelData[: values.nbytes], stored.dtype).reshape(values.shape)
    for frame in range(FRAMES):
        mask = covered((ROWS, COLUMNS), given, frame, FRAMES)
        assert (found[frame] == np.where(mask, fill, values[frame])).all()
    assert result.transfer_syntax == syntax
    return output


@FEW
@given(REGIONS, st.sampled_from(SYNTAXES))
def test_greys_of_each_depth(given: list[Region], syntax: uid.UID) -> None:
    grey(given, "u2", 12, syntax, 0, PhotometricInterpretation="MONOCHROME2")
    grey(given, "i2", 16, syntax, -32768, PhotometricInterpretation="MONOCHROME2")
    grey(given, "i2", 12, syntax, -2048, PhotometricInterpretation="MONOCHROME2")
    grey(given, "u2", 12, syntax, 4095, PhotometricInterpretation="MONOCHROME1")
    grey(given, "u4", 32, syntax, 0, PhotometricInterpretation="MONOCHROME2")


@FEW
@given(REGIONS, st.sampled_from(SYNTAXES[:2]))
def test_bytes(given: list[Region], syntax: uid.UID) -> None:
    grey(given, "u1", 8, syntax, 0, PhotometricInterpretation="MONOCHROME2")
    grey(given, "u1", 8, syntax, 255, PhotometricInterpretation="MONOCHROME1")


def test_padding_is_what_a_blank_pixel_has() -> None:
    padded = {"PhotometricInterpretation": "MONOCHROME2", "PixelPaddingValue": -2000}
    grey([CORNER], "i2", 16, SYNTAXES[0], -2000, **padded)


def test_padding_that_no_pixel_can_have_is_not_followed() -> None:
    padded = {"PhotometricInterpretation": "MONOCHROME2", "PixelPaddingValue": -2000}
    grey([CORNER], "i2", 8, SYNTAXES[0], -128, **padded)


def test_values_that_are_no_longer_true_go() -> None:
    told = {"SmallestImagePixelValue": 7, "LargestImagePixelValue": 9, "PhotometricInterpretation": "MONOCHROME2"}
    output = grey([CORNER], "u2", 16, SYNTAXES[0], 0, IconImageSequence=[Dataset()], **told)
    assert not {"SmallestImagePixelValue", "LargestImagePixelValue", "IconImageSequence"} & set(output.dir())


@FEW
@example([Region(Rectangle(0, 0, 1, 1), 1, 1)], BIG)  # one word
@given(REGIONS, st.sampled_from(SYNTAXES))
def test_words_of_two_pixels(given: list[Region], syntax: uid.UID) -> None:
    """In big endian data of VR OW, two samples of a byte each are swapped (PS3.5 A.3)."""
    values = noise("u1", 8, (FRAMES, ROWS, COLUMNS))
    dataset = image(values, syntax, NumberOfFrames=FRAMES, PhotometricInterpretation="MONOCHROME1")
    if syntax == BIG:
        dataset.PixelData = values.reshape(-1, 2)[:, ::-1].tobytes()
    dataset["PixelData"].VR = "OW"
    data = np.frombuffer(redacted(dataset, *given)[1].PixelData, np.uint8)
    found = (data.reshape(-1, 2)[:, ::-1] if syntax == BIG else data).reshape(values.shape)
    for frame in range(FRAMES):
        mask = covered((ROWS, COLUMNS), given, frame, FRAMES)
        assert (found[frame] == np.where(mask, 255, values[frame])).all()


@FEW
@given(REGIONS, st.sampled_from(("MONOCHROME1", "MONOCHROME2")))
def test_single_bits(given: list[Region], photometric: str) -> None:
    """Frames of 70 bits, so that most begin within a byte."""
    bits = noise("u1", 1, (FRAMES, ROWS, COLUMNS))
    dataset = image(bits, NumberOfFrames=FRAMES, PhotometricInterpretation=photometric)
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 1, 1, 0
    packed = np.packbits(bits.reshape(-1), bitorder="little").tobytes()
    dataset.PixelData = packed + b"\0" * (len(packed) % 2)
    _, output = redacted(dataset, *given)
    found = np.unpackbits(np.frombuffer(output.PixelData, np.uint8), bitorder="little")[: bits.size]
    for frame, one in enumerate(found.reshape(bits.shape)):
        mask = covered((ROWS, COLUMNS), given, frame, FRAMES)
        assert (one == np.where(mask, photometric == "MONOCHROME1", bits[frame])).all()


def colours(photometric: str, planar: int, syntax: uid.UID, dtype: str = "u1") -> tuple[Dataset, Values]:
    values = noise(dtype, 8 * np.dtype(dtype).itemsize, (FRAMES, ROWS, COLUMNS, 3))
    stored = values.transpose(0, 3, 1, 2) if planar else values
    stored = np.ascontiguousarray(stored.astype(stored.dtype.newbyteorder(order(syntax))))
    dataset = image(
        stored, syntax, NumberOfFrames=FRAMES, SamplesPerPixel=3, PhotometricInterpretation=photometric,
        PlanarConfiguration=planar,
    )  # fmt: skip
    dataset.Rows, dataset.Columns = ROWS, COLUMNS
    return dataset, values


@FEW
@given(REGIONS, st.sampled_from(SYNTAXES[:3]), st.sampled_from((0, 1)))
def test_colours(given: list[Region], syntax: uid.UID, planar: int) -> None:
    for photometric, dtype, fill in (
        ("RGB", "u1", (0, 0, 0)), ("RGB", "u2", (0, 0, 0)), ("YBR_FULL", "u1", (0, 128, 128)),
    ):  # fmt: skip
        dataset, values = colours(photometric, planar, syntax, dtype)
        _, output = redacted(dataset, *given)
        found = np.frombuffer(output.PixelData[: values.nbytes], np.dtype(dtype).newbyteorder(order(syntax)))
        shape = (FRAMES, 3, ROWS, COLUMNS) if planar else values.shape
        found = found.reshape(shape).transpose(0, 2, 3, 1) if planar else found.reshape(shape)
        for frame in range(FRAMES):
            mask = covered((ROWS, COLUMNS), given, frame, FRAMES)
            assert (found[frame] == np.where(mask[..., None], fill, values[frame])).all()


@FEW
@given(REGIONS)
def test_halved_chroma(given: list[Region]) -> None:
    """Two pixels share their chroma: both are blank where a rectangle covers one (PS3.3 C.7.6.3.1.2)."""
    stored = noise("u1", 8, (FRAMES, ROWS, COLUMNS // 2, 4))
    dataset = image(
        stored, NumberOfFrames=FRAMES, SamplesPerPixel=3, PhotometricInterpretation="YBR_FULL_422",
        PlanarConfiguration=0,
    )  # fmt: skip
    dataset.Rows, dataset.Columns = ROWS, COLUMNS
    result, output = redacted(dataset, *given)
    found = np.frombuffer(output.PixelData, np.uint8).reshape(stored.shape)
    for frame in range(FRAMES):
        mask = covered((ROWS, COLUMNS), given, frame, FRAMES).reshape(ROWS, -1, 2).any(-1)
        assert (found[frame] == np.where(mask[..., None], (0, 0, 128, 128), stored[frame])).all()
    assert result.grid in ((2, 1), (1, 1))


def test_chroma_that_is_not_halved_in_spite_of_what_the_header_says() -> None:
    dataset, values = colours("YBR_FULL_422", 0, SYNTAXES[0])
    try:
        _, output = redacted(dataset, CORNER)
    except Withheld as withheld:
        assert withheld.reason == "PIXELS_NOT_PROVEN"
        return
    found = np.frombuffer(output.PixelData, np.uint8).reshape(values.shape)
    assert (found[0, 1:3, 1:4] == (0, 128, 128)).all()
    assert (found[0, 3:] == values[0, 3:]).all()


def palette(entries: list[int], **changed: Any) -> Dataset:
    values = np.arange(ROWS * COLUMNS, dtype="u1").reshape(1, ROWS, COLUMNS) % 8
    dataset = image(values, PhotometricInterpretation="PALETTE COLOR", **changed)
    for colour in ("Red", "Green", "Blue"):
        setattr(dataset, f"{colour}PaletteColorLookupTableDescriptor", [len(entries), 0, 16])
        setattr(dataset, f"{colour}PaletteColorLookupTableData", np.array(entries, "<u2").tobytes())
    return dataset


def test_the_darkest_entry_of_a_palette() -> None:
    _, output = redacted(palette([60000, 50000, 40000, 300, 20000, 10000, 9000, 8000]), CORNER)
    found = np.frombuffer(output.PixelData[: ROWS * COLUMNS], np.uint8).reshape(ROWS, COLUMNS)
    assert (found[1:3, 1:4] == 3).all()


def test_a_palette_that_is_not_there() -> None:
    dataset = palette([0, 1])
    del dataset.RedPaletteColorLookupTableData
    with pytest.raises(Withheld, match="PIXELS_CANNOT_BE_CLEANED"):
        redacted(dataset, CORNER)


@pytest.mark.parametrize("keyword", ["FloatPixelData", "DoubleFloatPixelData"])
def test_floats_are_withheld(keyword: str) -> None:
    dataset = image(noise("u4", 32), PhotometricInterpretation="MONOCHROME2")
    if keyword.startswith("Double"):
        dataset.BitsAllocated, dataset.Columns = 64, dataset.Columns // 2
    setattr(dataset, keyword, dataset.PixelData)
    del dataset.PixelData
    with pytest.raises(Withheld, match="PIXELS_CANNOT_BE_CLEANED"):
        redacted(dataset, CORNER)


@pytest.mark.parametrize(
    "changed",
    [
        {"PhotometricInterpretation": "HSV", "SamplesPerPixel": 3, "Columns": 8},
        {"PhotometricInterpretation": "CMYK"},
        {"PhotometricInterpretation": "MONOCHROME2", "HighBit": 15},
        {"PhotometricInterpretation": "RGB"},
        {"PhotometricInterpretation": "MONOCHROME2", "BitsStored": 17},
    ],
)
def test_descriptions_that_do_not_go_together_are_withheld(changed: dict[str, Any]) -> None:
    dataset = image(noise("u2", 12), bits=12)
    for keyword, value in changed.items():
        setattr(dataset, keyword, value)
    with pytest.raises(Withheld, match="PIXELS_CANNOT_BE_CLEANED"):
        redacted(dataset, CORNER)


@pytest.mark.parametrize(("position", "allocated"), [(12, 16), (15, 16), (0, 16)])
def test_an_overlay_in_unused_bits_is_withheld(position: int, allocated: int) -> None:
    dataset = image(noise("u2", 12), bits=12, PhotometricInterpretation="MONOCHROME2")
    dataset.add_new(0x60020100, "US", allocated)
    dataset.add_new(0x60020102, "US", position)
    with pytest.raises(Withheld, match="PIXELS_HIDE_OVERLAY"):
        redacted(dataset, CORNER)


def test_an_overlay_of_its_own_is_no_hindrance() -> None:
    dataset = image(noise("u2", 12), bits=12, PhotometricInterpretation="MONOCHROME2")
    dataset.add_new(0x60000100, "US", 1)
    dataset.add_new(0x60000102, "US", 0)
    assert redacted(dataset, CORNER)[0].changes


@pytest.mark.parametrize("regions", [(), (Region(Rectangle(500, 500, 600, 600)),), (CORNER._replace(first=4),)])
def test_nothing_to_do(regions: tuple[Region, ...]) -> None:
    source, instance = opened(image(noise("u2", 12), bits=12, PhotometricInterpretation="MONOCHROME2"))
    result = redact(source, instance, regions)
    assert instance.pixels
    assert result.segments == (Copy(instance.pixels.start, instance.pixels.end),)
    assert not result.changes
    assert result.transfer_syntax == instance.transfer_syntax


class Counting(InMemory):
    """Counts what is read; claims to have more frames than it has bytes for."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self.size, self.taken, self.most = size, 0, 0

    def read(self, start: int, end: int) -> bytes:
        self.taken += end - start
        self.most = max(self.most, end - start)
        return super().read(start, end).ljust(end - start, b"\x55")


def test_a_cine_of_gigabytes() -> None:
    """Two frames are read and decoded of 1,300, and the splice is of some segments a frame, not of some a row."""
    frames, rows, columns = 1300, 768, 1024
    dataset = image(np.zeros((1, 2, 6), np.uint8), SamplesPerPixel=3, PhotometricInterpretation="RGB",
                    PlanarConfiguration=0, NumberOfFrames=frames)  # fmt: skip
    dataset.Rows, dataset.Columns = rows, columns
    data, size = to_bytes(dataset), rows * columns * 3 * frames
    head = data[:-12].removesuffix((12).to_bytes(4, "little")) + size.to_bytes(4, "little")
    source = Counting(head, len(head) + size)
    instance = located(source)
    source.taken = 0
    result = redact(source, instance, [Region(Rectangle(0, 0, columns, 40)), Region(Rectangle(700, 100, 1000, 300))])
    assert source.taken < 20 * rows * columns * 3
    assert len(result.segments) <= 4 * frames + 1
    assert sum(sys.getsizeof(one) for one in result.segments) < 1_000_000
    assert {type(one) for one in result.segments} == {Fill, Copy, Stripes}


Blank = tuple[int, int, Any]
WRONG: dict[str, Callable[[list[Blank]], list[Blank]]] = {
    "a frame is left out": lambda blank: blank[:1] + blank[2:],
    "all frames are left out": lambda blank: blank[:0],
    "a pixel to the right": lambda blank: [
        (start + 2, end + 2, one._replace(start=start + 2)) for start, end, one in blank
    ],
    "a row less": lambda blank: [(start, one._replace(rows=1).end, one._replace(rows=1)) for start, end, one in blank],
    "another source": lambda blank: [(start, end, one._replace(start=start - 2)) for start, end, one in blank],
    "not constant": lambda blank: [(start, end, one._replace(stripes=(UNEVEN,))) for start, end, one in blank],
    "longer": lambda blank: [(start, end, bytes(end - start + 2)) for start, end, one in blank],
    "in the wrong frame": lambda blank: [
        (at + 140, to + 140, one._replace(start=at + 140)) for at, to, one in blank[:2]
    ],
}
UNEVEN = Stripe(0, 1, b"\0\0\0\0\1\1")


@pytest.mark.parametrize("wrong", WRONG)
def test_a_splice_that_is_wrong_is_withheld(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    values = noise("u2", 12, (FRAMES, ROWS, COLUMNS))
    dataset = image(values, bits=12, NumberOfFrames=FRAMES, PhotometricInterpretation="MONOCHROME2")
    assert redacted(dataset, CORNER)[0].segments
    striped = native.striped
    monkeypatch.setattr(native, "striped", lambda *given: iter(WRONG[wrong](list(striped(*given)))))
    with pytest.raises(Withheld, match="PIXELS_NOT_PROVEN"):
        redacted(dataset, CORNER)
