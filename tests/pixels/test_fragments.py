"""Frames of encapsulated pixel data: found by tables and fragments that agree, and written with true tables."""

from __future__ import annotations

from dataclasses import replace

import pytest
from dicom_deid.errors import Failed, ShortRead, Withheld
from dicom_deid.pixels.redaction import redact
from dicom_deid.regions import Rectangle, Region
from dicom_deid.scan import located
from dicom_deid.splice import Copy
from hypothesis import given, settings
from hypothesis import strategies as st
from made import to_bytes
from making import compressed
from pictured import InMemory
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, encapsulate_extended, generate_fragments, parse_basic_offsets
from redacting import frames_by_another, inside, redacted, smooth
from test_compressed import jpeg_ls

FRAMES, ROWS, COLUMNS = 4, 24, 40
BOX = Rectangle(4, 5, 21, 12)
SECOND = Region(BOX, 2, 2)
PICTURES = [smooth(ROWS, COLUMNS, seed=seed) for seed in range(FRAMES)]
CODED = [jpeg_ls(one) for one in PICTURES]
FRAGMENT = b"\xfe\xff\x00\xe0"


def item(data: bytes) -> bytes:
    return FRAGMENT + len(data).to_bytes(4, "little") + data


def made(data: bytes, frames: int = FRAMES) -> Dataset:
    dataset = compressed(CODED, PICTURES[0], uid.JPEGLSLossless, PhotometricInterpretation="MONOCHROME2")
    dataset.PixelData, dataset.NumberOfFrames = data, frames
    return dataset


def prove(dataset: Dataset, *touched: int) -> Dataset:
    """Frames that are blank inside, the others as they were; by another decoder, which goes by the tables."""
    regions = [Region(BOX, number + 1, number + 1) for number in touched]
    _, output = redacted(dataset, *regions)
    for number, frame in enumerate(frames_by_another(output)):
        mask = inside((ROWS, COLUMNS), [BOX] if number in touched else [])
        assert (frame[~mask] == PICTURES[number][~mask]).all()
        assert (frame[mask] == 0).all()
    return output


def starts(output: Dataset) -> list[int]:
    """Where the first fragments of frames begin: all but those that go on with a frame."""
    found, at = [], 0
    table = parse_basic_offsets(output.PixelData)
    for fragment in generate_fragments(output.PixelData[8 + 4 * len(table) :]):
        if fragment[:2] == b"\xff\xd8":
            found.append(at)
        at += 8 + len(fragment)
    return found


@settings(deadline=None, max_examples=12)
@given(st.sets(st.integers(0, FRAMES - 1), min_size=1), st.integers(1, 3), st.booleans())
def test_any_frames_in_any_number_of_fragments(touched: set[int], fragments: int, table: bool) -> None:
    output = prove(made(encapsulate(CODED, fragments, has_bot=table)), *touched)
    told = parse_basic_offsets(output.PixelData)
    assert told == starts(output) or not (told or table or fragments > 1)


def test_an_extended_offset_table_is_made_anew() -> None:
    data, offsets, lengths = encapsulate_extended(CODED)
    dataset = made(data)
    dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths = offsets, lengths
    output = prove(dataset, 1, 2)
    assert parse_basic_offsets(output.PixelData) == []
    numbers = [int.from_bytes(output.ExtendedOffsetTable[at : at + 8], "little") for at in range(0, 8 * FRAMES, 8)]
    assert numbers == starts(output)
    assert output.ExtendedOffsetTable != offsets
    fragments = [len(one) for one in generate_fragments(output.PixelData[8:])]
    told = output.ExtendedOffsetTableLengths
    assert [int.from_bytes(told[at : at + 8], "little") for at in range(0, 8 * FRAMES, 8)] == fragments


def test_frames_that_stay_are_no_bytes_in_memory() -> None:
    dataset = made(encapsulate(CODED))
    result, _ = redacted(dataset, SECOND)
    kinds = [type(one) for one in result.segments]
    assert kinds == [bytes, Copy, bytes, bytes, Copy, bytes]


def bot(*offsets: int) -> bytes:
    return item(b"".join(offset.to_bytes(4, "little") for offset in offsets))


ITEMS = [item(one + b"\0" * (len(one) % 2)) for one in CODED]
HALVES = [item(half) for one in CODED for half in (one[:100], one[100:] + b"\0" * (len(one) % 2))]
TRUE = [sum(map(len, ITEMS[:number])) for number in range(FRAMES)]
END = b"\xfe\xff\xdd\xe0\0\0\0\0"


@pytest.mark.parametrize(
    "data",
    [
        bot(0, TRUE[2], TRUE[1], TRUE[3]) + b"".join(ITEMS) + END,
        bot(0, TRUE[1], TRUE[1], TRUE[3]) + b"".join(ITEMS) + END,
        bot(0, TRUE[1] + 2, TRUE[2], TRUE[3]) + b"".join(ITEMS) + END,
        bot(TRUE[1], TRUE[2], TRUE[3], TRUE[3]) + b"".join(ITEMS) + END,
        bot(*TRUE, TRUE[3] + len(ITEMS[3])) + b"".join(ITEMS) + END,
        bot(*TRUE[:3]) + b"".join(ITEMS) + END,
        bot(0, 4, 8, 10**9) + b"".join(ITEMS) + END,
        item(b"\0\0\0\0\1\0") + b"".join(ITEMS) + END,
        bot() + b"".join(ITEMS[:3]) + END,
        bot() + b"".join([*ITEMS, ITEMS[0]]) + END,
        bot() + b"".join([HALVES[0], *ITEMS]) + END,
        bot() + b"".join([*HALVES, HALVES[1]]) + END,
        bot() + b"".join([HALVES[1], *HALVES]) + END,
    ],
)
def test_tables_and_fragments_that_do_not_agree_are_withheld(data: bytes) -> None:
    with pytest.raises(Withheld, match="PIXELS_CANNOT_BE_CLEANED"):
        redacted(made(data), SECOND)


def test_a_table_that_shifts_frames_by_one() -> None:
    """What it calls the second frame is the first half of the third; the fragments are sound."""
    offsets = [sum(map(len, HALVES[:number])) for number in (0, 3, 4, 6)]
    with pytest.raises((Failed, Withheld), match=r"PIXELS_DAMAGED|PIXELS_CANNOT_BE_CLEANED"):
        redacted(made(bot(*offsets) + b"".join(HALVES) + END), SECOND)


@pytest.mark.parametrize("place", [0, 1])
def test_an_extended_offset_table_that_is_wrong(place: int) -> None:
    data, *tables = encapsulate_extended(CODED)
    wrong = [bytearray(table) for table in tables]
    wrong[place][8] ^= 2
    dataset = made(data)
    dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths = map(bytes, wrong)
    with pytest.raises(Withheld, match="PIXELS_CANNOT_BE_CLEANED"):
        redacted(dataset, SECOND)


def test_a_length_that_leads_out_of_the_pixel_data() -> None:
    dataset = made(encapsulate(CODED))
    source = InMemory(to_bytes(dataset))
    instance = located(source)
    assert instance.pixels
    short = instance.pixels._replace(end=instance.pixels.end - len(END) - 10)
    with pytest.raises(Failed, match="PIXELS_DAMAGED"):
        redact(source, replace(instance, pixels=short), [SECOND])


def test_the_delimiter_is_there_where_the_source_had_none() -> None:
    data = to_bytes(made(encapsulate(CODED)))
    source = InMemory(data.removesuffix(END))
    instance = located(source)
    assert instance.pixels
    assert not instance.pixels.closed
    for regions in ([SECOND], []):
        assert redact(source, instance, regions).segments[-1] == END


class Sparing(InMemory):
    """A source of which only some bytes are at hand."""

    def __init__(self, data: bytes, known: int) -> None:
        super().__init__(data)
        self.known = known

    def head(self) -> bytes:
        return self._data[: self.known]

    def read(self, start: int, end: int) -> bytes:
        if end > self.known:
            raise ShortRead(start, end)
        return super().read(start, end)


def test_bytes_that_are_not_at_hand_are_asked_for() -> None:
    data = to_bytes(made(encapsulate(CODED)))
    instance = located(InMemory(data))
    assert instance.pixels
    source = Sparing(data, instance.pixels.start)
    asked = 0
    while True:
        try:
            result = redact(source, instance, [SECOND])
            break
        except ShortRead as short:
            source.known, asked = short.end, asked + 1
    assert asked
    assert result == redact(InMemory(data), instance, [SECOND])
