"""The look at an instance: which pictures are asked about, and what the answers come to."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Sequence

import numpy as np
import pytest
from dicom_deid.errors import Failed
from dicom_deid.key import Key
from dicom_deid.pixels.looking import Look, Looking, Pixels, Read
from dicom_deid.policy import Plan, Policy
from dicom_deid.regions import Rectangle
from folder import COLUMNS, FRAMES, ROWS, capture, cine, jpeg_cine, slice_of
from made import KEY, to_bytes
from pictured import InMemory
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate

PLACE = Rectangle(8, 4, 150, 26)


def begun(dataset: Dataset) -> Look | None:
    plan = Plan(Policy(options=["clean-pixel-data"]), Key(KEY))
    plan.load()
    return Looking(plan).begin(InMemory(to_bytes(dataset)), "0123456789abcdef0123")


def answered_by_nothing(pictures: Generator[Pixels, Sequence[Read], None]) -> int:
    """How many more pictures come."""
    for count in itertools.count():
        try:
            pictures.send([])
        except StopIteration:
            return count
    raise AssertionError


def test_what_is_found_is_made_blank_and_asked_about_again() -> None:
    look = begun(cine(1))
    assert look is not None
    pictures = look.pictures()
    first = next(pictures)
    assert (first.shape, first.dtype) == ((ROWS, COLUMNS), np.uint8)
    again = pictures.send([Read(PLACE, "0K0NKWO ADAEZE")])
    assert not again[4:26, 8:150].any()
    assert (again[26:] == first[26:]).all()
    second = pictures.send([Read(Rectangle(1, 2, 3, 4), "")])
    assert (second != again).any()
    assert answered_by_nothing(pictures) == FRAMES - 2, "each is asked about once"
    sighting = look.sighting()
    found = [(box.rectangle, box.evidence) for box in sighting.boxes if box.evidence != "ultrasound"]
    assert sorted(found) == [(Rectangle(1, 2, 3, 4), "detector"), (PLACE, "detector"), (PLACE, "words")]
    assert (sighting.alarm, sighting.detector, sighting.unread) == (True, "PP-OCRv6 small", "")


def test_colours_are_red_green_and_blue() -> None:
    look = begun(capture(3))
    assert look is not None
    assert next(look.pictures()).shape == (120, 260, 3)


def test_a_frame_that_cannot_be_read_leaves_the_instance_unread() -> None:
    dataset = jpeg_cine(2)
    dataset.PixelData = encapsulate([b"\xff\xd8 no picture \xff\xd9"] * FRAMES)
    look = begun(dataset)
    assert look is not None
    with pytest.raises(Failed) as failed:
        next(look.pictures())
    assert look.unread(failed.value.reason).unread == failed.value.reason == "PIXELS_DAMAGED"


def test_what_is_written_anyway_is_not_looked_at() -> None:
    assert begun(slice_of(5)) is None
