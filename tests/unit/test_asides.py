"""What no picture shows in compressed frames is written as zeros, and nothing else of them changes."""

from __future__ import annotations

import pytest
from codestreams import ASTRAY, HIDING, NAME, STAYING, jpeg, jpeg_2000, segment
from dicom_deid.dicom import asides as walk
from dicom_deid.dicom.pixel_length import DELIMITER
from dicom_deid.model import Outcome
from dicom_deid.splice import Copy, Fill, emptied
from made import ct, outcome_of, output_of, to_bytes
from pydicom import uid
from pydicom.encaps import encapsulate

JPEG_XL = "1.2.840.10008.1.2.4.112"


def encapsulated(*fragments: bytes, frames: int = 1, table: bool = False, syntax: str = "") -> bytes:
    """A file with these fragments, of which none begins behind the end of an offset table that is not even."""
    dataset = ct(PixelData=encapsulate([one + b"\0" * (len(one) % 2) for one in fragments], has_bot=table))
    dataset.NumberOfFrames = frames
    dataset.file_meta.TransferSyntaxUID = uid.HTJ2KLossless if syntax == JPEG_XL else syntax or uid.JPEGBaseline8Bit
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    data = to_bytes(dataset)  # pydicom does not write JPEG XL
    return data.replace(uid.HTJ2KLossless.encode(), JPEG_XL.encode()) if syntax == JPEG_XL else data


def pixels(data: bytes) -> bytes:
    """The value of the pixel data of a file."""
    return data[data.rindex(b"\xe0\x7f\x10\0OB") + 12 :].removesuffix(DELIMITER)


def same_but_name(data: bytes, outcome: Outcome) -> None:
    assert outcome.status == "written", outcome.reason
    before, after = pixels(data), pixels(output_of(data, outcome))
    assert NAME not in after
    assert NAME[:8] not in after
    assert len(before) == len(after)
    assert all(one in (other, 0) for one, other in zip(after, before, strict=True)), "bytes stay or are zeros"
    zeros = sum(one != other for one, other in zip(after, before, strict=True))
    assert zeros <= before.count(NAME) * 200


@pytest.mark.parametrize("syntax", [uid.JPEGBaseline8Bit, uid.JPEG2000Lossless, JPEG_XL])
@pytest.mark.parametrize("way", HIDING)
def test_what_no_picture_shows_becomes_zeros(way: str, syntax: str) -> None:
    data = encapsulated(HIDING[way], syntax=syntax)
    same_but_name(data, outcome_of(data))


@pytest.mark.parametrize("way", HIDING)
def test_it_is_found_in_every_frame_and_across_fragments(way: str) -> None:
    frame = HIDING[way]
    data = encapsulated(frame, jpeg(), frame, frames=3, table=True)
    same_but_name(data, outcome_of(data, first=400))
    for cut in range(2, len(frame) - 2, 14):
        split = encapsulated(frame[:cut], frame[cut:])
        outcome = outcome_of(split)
        if outcome.status == "written":
            assert NAME not in output_of(split, outcome)
            assert pixels(output_of(split, outcome)).count(b"\0") >= pixels(split).count(b"\0") + 8
        else:
            assert outcome.reason == "PIXELS_NOT_FOLLOWED"


@pytest.mark.parametrize("way", STAYING)
def test_everything_else_stays_to_the_byte(way: str) -> None:
    for data in (encapsulated(STAYING[way]), encapsulated(STAYING[way], STAYING[way], frames=2, table=True)):
        assert pixels(output_of(data, outcome_of(data))) == pixels(data)


@pytest.mark.parametrize("way", ASTRAY)
def test_what_cannot_be_followed_is_not_written(way: str) -> None:
    outcome = outcome_of(encapsulated(ASTRAY[way]))
    assert (outcome.status, outcome.reason) == ("withheld", "PIXELS_NOT_FOLLOWED")


def test_images_of_which_no_frame_speaks_and_text_for_offsets_do_not_pass() -> None:
    for data in (encapsulated(jpeg(), jpeg()), encapsulated(jpeg(behind=jpeg()), frames=2)):
        assert outcome_of(data).reason == "PIXELS_NOT_FOLLOWED"
    table = encapsulated(jpeg(), table=True).replace(b"\4\0\0\0\0\0\0\0\xfe\xff", b"\4\0\0\0OKON\xfe\xff")
    assert b"OKON" in table
    assert outcome_of(table).reason == "PIXELS_NOT_FOLLOWED"


def test_an_image_behind_a_damaged_one_does_not_pass_with_it() -> None:
    data = encapsulated(b"\0\1\2\3", HIDING["a comment"], frames=2)
    assert outcome_of(data).reason == "PIXELS_NOT_FOLLOWED"


def test_the_transfer_syntax_may_say_something_else() -> None:
    data = encapsulated(HIDING["a comment"], syntax=uid.RLELossless)
    same_but_name(data, outcome_of(data))
    data = encapsulated(b"\1\0\0\0\x40" + bytes(59) + b"\3AAAA", syntax=uid.RLELossless, table=True)
    assert pixels(output_of(data, outcome_of(data))) == pixels(data)
    assert outcome_of(data.replace(b"\4\0\0\0\0\0\0\0\xfe\xff", b"\4\0\0\0OKON\xfe\xff")).status == "withheld"


def test_frames_that_say_too_much_do_not_hide_the_next_one() -> None:
    greedy = jpeg_2000().replace(b"\0\0\0\x12", b"\0\0\xff\0")
    data = encapsulated(greedy, HIDING["JPEG 2000"], frames=2, syntax=uid.JPEG2000Lossless)
    same_but_name(data, outcome_of(data))


def test_more_asides_than_images_have_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    data = encapsulated(jpeg(segment(0xFE, b"A") * 10))
    assert outcome_of(data).status == "written"
    monkeypatch.setattr(walk, "MOST", 9)
    assert outcome_of(data).reason == "PIXELS_NOT_FOLLOWED"


def test_ranges_of_a_splice_are_emptied() -> None:
    splice = (b"ab", Copy(10, 20), Fill(3, 7), Copy(30, 40))
    made = emptied(splice, [(0, 5), (8, 12), (15, 16), (18, 33), (40, 41)])
    assert made == (
        b"ab", Fill(2, 0), Copy(12, 15), Fill(1, 0), Copy(16, 18), Fill(2, 0), Fill(3, 7), Fill(3, 0), Copy(33, 40),
    )  # fmt: skip
    assert emptied(splice, ()) == splice


def test_what_stands_before_an_image_is_not_copied() -> None:
    assert outcome_of(encapsulated(NAME + jpeg())).reason == "PIXELS_NOT_FOLLOWED"
    assert outcome_of(encapsulated(NAME + jpeg(), syntax=uid.RLELossless)).status == "written"
