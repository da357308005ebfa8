"""Compressed pixel data in the page: Python asks for them in few steps, and not for more than there is memory for."""

from __future__ import annotations

from typing import Any

import imagecodecs
import numpy as np
import pytest
from dicom_deid.browser import bridge
from dicom_deid.key import Key
from dicom_deid.model import Fragments
from dicom_deid.pixels.looking import Looking
from dicom_deid.pixels.sighting import Gathering
from dicom_deid.policy import Plan, Policy
from dicom_deid.regions import APPROVED, Box, Group, Rectangle, Regions, Review
from folder import ULTRASOUND, capture, jpeg_cine, named
from made import KEY, SOURCE_ID, Stingy, to_bytes
from making import compressed
from pictured import InMemory
from pydicom import uid

HEAD = 4096
TOP = Review((Box(Rectangle(4, 2, 300, 32)),), APPROVED, "Heron", "2026-11-29T02:00:00Z")


def approved(data: bytes) -> Plan:
    """A plan by which the top of the pictures is made blank."""
    plan = Plan(Policy(options=["clean-pixel-data"]), Key(KEY))
    plan.load()
    look = Looking(plan).begin(InMemory(data), SOURCE_ID)
    assert look is not None
    gathering = Gathering("0123456789abcdef")
    gathering.add(look.seen)
    found = gathering.regions()
    groups = {name: Group(one.rows, one.columns, one.frames, TOP, one.instances) for name, one in found.groups.items()}
    plan.regions = Regions(found.project, groups)
    return plan


def answered(data: bytes) -> tuple[dict[str, Any], int]:
    """The outcome, and how often more was asked for before."""
    plan, asker, asked = approved(data), Stingy(data), 0
    fragments: Fragments | None = None
    wanted = [(0, HEAD)]
    while True:
        ranges = [(start, data[start:end]) for start, end in wanted]
        answer = bridge.answer(bridge.Ranges(len(data), ranges, fragments), plan, 1, SOURCE_ID, repeat=False)
        if answer["kind"] == "outcome":
            return answer, asked
        asked += 1
        if answer["kind"] == "fragments":
            asker.walk(answer["start"])
            fragments = asker.walked
            continue
        wanted = joined([*wanted, (answer["start"], min(answer["end"], len(data)))])


def joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges that touch made one, as worker/shared/ranges.js does."""
    out: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def long_cine() -> bytes:
    """Frames that compress badly."""
    frames = np.random.default_rng(7).integers(0, 256, (30, 240, 320), np.uint8)
    encoded = [imagecodecs.jpeg8_encode(frame, level=95) for frame in frames]
    return to_bytes(named(compressed(encoded, frames, uid.JPEGBaseline8Bit), 2, ULTRASOUND, "US"))


def test_a_cine_is_asked_for_in_few_steps() -> None:
    data = long_cine()
    answer, asked = answered(data)
    assert (answer["row"]["status"], answer["row"]["pixels"]) == ("written", "cleaned (1 region); reviewed")
    assert len(data) > 400 * HEAD
    assert asked <= 12, "not once for each of its frames"


def test_one_that_is_too_long_for_memory_has_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "MOST_HELD", 3 * HEAD)
    answer, _ = answered(to_bytes(jpeg_cine(2)))
    assert (answer["row"]["status"], answer["row"]["reason"]) == ("failed", "PIXELS_EXCEED_MEMORY")
    assert answer["segments"] == []


def test_native_pixels_that_are_not_at_hand_are_asked_for_and_not_taken_for_damaged() -> None:
    answer, _ = answered(to_bytes(capture(3)))
    assert (answer["row"]["status"], answer["row"]["pixels"]) == ("written", "cleaned (1 region); reviewed")
