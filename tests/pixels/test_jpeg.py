"""JPEG Baseline: blocks that no region touches keep their coefficients to the bit, all others are flat."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import imagecodecs
import numpy as np
import pytest
from dicom_deid.errors import Failed, Withheld
from dicom_deid.pixels.redaction import jpeg
from dicom_deid.pixels.redaction.jpeg import stream, walk
from dicom_deid.pixels.redaction.jpeg.bits import Bits
from dicom_deid.pixels.redaction.jpeg.huffman import Table
from dicom_deid.regions import Rectangle, Region
from hypothesis import given, settings
from hypothesis import strategies as st
from making import compressed
from PIL import Image
from pydicom import uid
from redacting import Values, covered, frames_by_another, redacted, smooth, some_regions

ROWS, COLUMNS = 45, 83
FEW = settings(deadline=None, max_examples=12)
BOX = Region(Rectangle(20, 9, 61, 19))
SAMPLINGS = {"4:4:4": (0, (8, 8)), "4:2:2": (1, (16, 8)), "4:2:0": (2, (16, 16))}


def written(values: Values, **options: Any) -> bytes:
    """A JPEG by Pillow, whose encoder has restart intervals and progressive images, too."""
    out = BytesIO()
    Image.fromarray(values).save(out, "JPEG", **({"quality": 90} | options))
    return out.getvalue()


def colour(values: Values, **options: Any) -> Any:
    return compressed([written(values, **options)], values[..., 0], uid.JPEGBaseline8Bit, SamplesPerPixel=3,
                      PlanarConfiguration=0, PhotometricInterpretation="YBR_FULL_422")  # fmt: skip


def grey(frame: bytes, **changed: Any) -> Any:
    told = {"PhotometricInterpretation": "MONOCHROME2"} | changed
    return compressed([frame], np.zeros((ROWS, COLUMNS), "u1"), uid.JPEGBaseline8Bit, **told)


def blocks(mask: Values, width: int, height: int) -> Values:
    """The blocks of a grid that a mask touches, as a mask."""
    rows, columns = mask.shape
    wide, high = -columns % width, -rows % height
    grid = np.pad(mask, ((0, high), (0, wide))).reshape((rows + high) // height, height, -1, width).any((1, 3))
    return grid.repeat(height, 0).repeat(width, 1)[:rows, :columns]


@FEW
@given(
    given=some_regions(ROWS, COLUMNS, 1), quality=st.sampled_from((5, 50, 90, 100)), optimize=st.booleans(),
    restart=st.sampled_from((0, 1, 7)), seed=st.integers(0, 99),
)  # fmt: skip
def test_grey(given: list[Region], quality: int, optimize: bool, restart: int, seed: int) -> None:
    options = {"quality": quality, "optimize": optimize, "restart_marker_blocks": restart}
    dataset = grey(written(smooth(ROWS, COLUMNS, seed=seed), **options))
    result, output = redacted(dataset, *given)
    (before,), (after,) = frames_by_another(dataset), frames_by_another(output)
    mask = covered((ROWS, COLUMNS), given, 0, 1)
    assert (after[mask] <= 1).all()
    assert (after == before)[~blocks(mask, 8, 8)].all()
    assert result.grid == ((8, 8) if mask.any() else (1, 1))
    assert result.transfer_syntax == uid.JPEGBaseline8Bit


@FEW
@given(
    given=some_regions(ROWS, COLUMNS, 1), sampling=st.sampled_from(sorted(SAMPLINGS)), optimize=st.booleans(),
    restart=st.sampled_from((0, 1, 3)), seed=st.integers(0, 99),
)  # fmt: skip
def test_colours(given: list[Region], sampling: str, optimize: bool, restart: int, seed: int) -> None:
    """Chroma is spread by decoders over one more pixel around its blocks, which are larger."""
    number, grid = SAMPLINGS[sampling]
    options = {"subsampling": number, "optimize": optimize, "restart_marker_blocks": restart}
    dataset = colour(smooth(ROWS, COLUMNS, 3, seed), **options)
    result, output = redacted(dataset, *given)
    mask = covered((ROWS, COLUMNS), given, 0, 1)
    before, after = (
        imagecodecs.jpeg8_decode(frame_of(one), colorspace="YCBCR", outcolorspace="YCBCR") for one in (dataset, output)
    )
    assert (after[..., 0][mask] <= 1).all()
    assert (after == before)[..., 0][~blocks(mask, 8, 8)].all()
    chroma = np.pad(blocks(mask, *grid), 1)
    near = sum(np.roll(chroma, (down, right), (0, 1)) for down in (-1, 0, 1) for right in (-1, 0, 1))[1:-1, 1:-1] > 0
    assert (after == before)[~near].all()
    within = np.pad(blocks(mask, *grid), 1, mode="edge")
    deep = np.all([np.roll(within, (d, r), (0, 1)) for d in (-1, 0, 1) for r in (-1, 0, 1)], 0)[1:-1, 1:-1]
    assert (after[deep][:, 1:] == 128).all()
    assert result.grid == (grid if mask.any() else (1, 1))


def frame_of(dataset: Any) -> bytes:
    from pydicom.encaps import get_frame

    return bytes(get_frame(dataset.PixelData, 0, number_of_frames=1))


def test_inverted_greys_become_dark() -> None:
    dataset = grey(written(smooth(ROWS, COLUMNS)), PhotometricInterpretation="MONOCHROME1")
    (after,) = frames_by_another(redacted(dataset, BOX)[1])
    assert (after[covered((ROWS, COLUMNS), [BOX], 0, 1)] >= 254).all()


def test_red_green_and_blue_become_black() -> None:
    values = smooth(ROWS, COLUMNS, 3)
    frame = bytes(imagecodecs.jpeg8_encode(values, level=90, colorspace="RGB", outcolorspace="RGB"))
    assert stream.parsed(frame).is_rgb
    dataset = compressed([frame], values[..., 0], uid.JPEGBaseline8Bit, SamplesPerPixel=3, PlanarConfiguration=0,
                         PhotometricInterpretation="RGB")  # fmt: skip
    _, output = redacted(dataset, BOX)
    found = imagecodecs.jpeg8_decode(frame_of(output))
    assert (found[covered((ROWS, COLUMNS), [BOX], 0, 1)] <= 1).all()


def test_tables_without_a_code_for_black_get_one() -> None:
    """An image of one shade has differences of no size but 0 and one other in its tables, and few coefficients."""
    dataset = grey(written(np.full((ROWS, COLUMNS), 150, np.uint8), optimize=True))
    (before,), (after,) = frames_by_another(dataset), frames_by_another(redacted(dataset, BOX)[1])
    mask = covered((ROWS, COLUMNS), [BOX], 0, 1)
    assert (after[mask] == 0).all()
    assert (after == before)[~blocks(mask, 8, 8)].all()


def test_a_table_without_room_is_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Table, "extended", lambda table, _: table)
    dataset = grey(written(np.full((ROWS, COLUMNS), 150, np.uint8), optimize=True))
    with pytest.raises(Withheld, match="PIXELS_CANNOT_BE_CLEANED"):
        redacted(dataset, BOX)


def test_more_symbols_leave_the_codes_as_they_are() -> None:
    table = Table((0, 1, 1, *[0] * 13), b"\3\5")
    more = table.extended(range(12))
    assert {symbol: more.codes()[symbol] for symbol in (3, 5)} == table.codes()
    assert sorted(more.symbols) == list(range(12))
    assert all(code.bits + 1 < 1 << code.length for code in more.codes().values())
    full = Table((1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1), bytes(range(20, 36)))
    assert full.extended((0,)) == full


@pytest.mark.parametrize("options", [{"progressive": True}, {"progressive": True, "optimize": True}])
def test_progressive_images_are_withheld(options: dict[str, bool]) -> None:
    with pytest.raises(Withheld, match="PIXELS_CANNOT_BE_CLEANED"):
        redacted(grey(written(smooth(ROWS, COLUMNS), **options)), BOX)


@pytest.mark.parametrize("part", [0.4, 0.8, 0.98])
def test_an_image_that_was_cut_off_is_not_cleaned(part: float) -> None:
    frame = written(smooth(ROWS, COLUMNS))
    with pytest.raises(Failed, match=r"PIXELS_DAMAGED|TRUNCATED"):
        redacted(grey(frame[: int(len(frame) * part)]), BOX)
    with pytest.raises((Failed, Withheld), match=r"PIXELS_DAMAGED|PIXELS_NOT_PROVEN"):
        redacted(grey(frame[: int(len(frame) * part)] + b"\xff\xd9"), Region(Rectangle(0, 0, COLUMNS, ROWS)))


def test_no_components_and_a_difference_of_more_bits_than_there_are_is_damage() -> None:
    frame = written(smooth(ROWS, COLUMNS), optimize=True)
    header, table = frame.index(b"\xff\xc0"), frame.index(b"\xff\xc4")
    for place, byte in ((header + 9, 0), (table + 21, 27)):  # how many components; the first symbol of DC
        damaged = bytearray(frame)
        damaged[place] = byte
        with pytest.raises(Failed, match="PIXELS_DAMAGED"):
            jpeg.blank(bytes(damaged), [BOX.rectangle], (0,))


@FEW
@given(st.integers(0, 10**6), st.integers(0, 255))
def test_damage_ends_in_a_code(place: int, byte: int) -> None:
    frame = bytearray(written(smooth(ROWS, COLUMNS), optimize=True))
    frame[place % len(frame)] = byte
    try:
        jpeg.blank(bytes(frame), [BOX.rectangle], (0,))
    except (Failed, Withheld) as end:
        assert end.reason in ("PIXELS_DAMAGED", "PIXELS_CANNOT_BE_CLEANED")


def test_comments_and_small_pictures_go() -> None:
    """An Exif segment can hold the picture as it was, a comment can hold a name."""
    frame = written(smooth(ROWS, COLUMNS), comment=b"Doe, Jane", exif=b"Exif\0\0Doe, Jane")
    assert frame.count(b"Doe") == 2
    _, output = redacted(grey(frame), BOX)
    assert b"Doe" not in output.PixelData


def test_a_walk_that_leaves_a_block_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    block = walk.Walk.block
    left = iter([False] * 3)

    def forgetful(self: walk.Walk, which: int, is_touched: bool) -> None:
        block(self, which, next(left, is_touched) and is_touched)

    frame = written(smooth(ROWS, COLUMNS))
    monkeypatch.setattr(walk.Walk, "block", forgetful)
    with pytest.raises(Withheld, match="PIXELS_NOT_PROVEN"):
        redacted(grey(frame), Region(Rectangle(0, 0, 60, 12)))


def test_a_walk_that_spoils_a_block_outside_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    block = walk.Walk.block
    monkeypatch.setattr(walk.Walk, "block", lambda self, which, _: block(self, which, is_touched=True))
    with pytest.raises(Withheld, match="PIXELS_NOT_PROVEN"):
        redacted(grey(written(smooth(ROWS, COLUMNS))), BOX)


def test_a_large_image_is_walked_stretch_by_stretch(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = written(smooth(200, 300), quality=98)
    whole = jpeg.blank(frame, [Rectangle(30, 150, 290, 190)], (0,))
    monkeypatch.setattr(walk, "STRETCH", 400)
    assert jpeg.blank(frame, [Rectangle(30, 150, 290, 190)], (0,)) == whole


@FEW
@given(st.lists(st.tuples(st.integers(0, 2**40), st.integers(0, 20)), max_size=50), st.binary(max_size=2000))
def test_bits(numbers: list[tuple[int, int]], data: bytes) -> None:
    out, expected = Bits(), ""
    for value, more in numbers:
        length = value.bit_length() + more
        out.put(value, length)
        expected += format(value, "b").zfill(length) if length else ""
        start = min(value % 50, len(data) * 8)
        out.copy(data, start, len(data) * 8)
        expected += "".join(format(byte, "08b") for byte in data)[start:]
    expected += "1" * (-len(expected) % 8)
    assert out.finished() == int(expected or "0", 2).to_bytes(len(expected) // 8, "big")
