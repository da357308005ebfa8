"""The numbers of the detection, which the page has, too: tables/detection.json."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any, Literal, NamedTuple

Kind = Literal["screen", "anatomy"]
"""Of a picture: a screen, photograph or page; or anatomy, of which a place counts only if it reads as text."""


class Limits(NamedTuple):
    """Which pixels are a place with text, and how much around it is made blank. Chances are of 255."""

    low: int
    """Pixels above this chance belong to a component."""
    peak: int
    """A component without such a chance is none."""
    least: int
    """Pixels of a component."""
    tallest: float
    """Shorter side of a component, of the shorter side of the picture: what is more is anatomy …"""
    tallest_pixels: int
    """… but no less than this many pixels."""
    along: float
    """Of the shorter side, added at both ends of the longer one."""
    across: float
    """Of the shorter side, added at the other two sides."""
    margin: int
    """Pixels of the picture, added at every side."""
    around: float
    """Of the shorter side, added to what the reader gets."""


class Sizes(NamedTuple):
    """In which sizes and parts a picture is looked at, in pixels."""

    small_side: int
    """A picture whose longer side is no longer is looked at as it is and doubled; another one halved and as it is."""
    tile: int
    """The longest side of a tile: the model's memory goes with its square."""
    overlap: int
    """What two tiles share at least."""
    step: int
    """Sides of tiles are multiples of it."""


class Reading(NamedTuple):
    """How a place is read, and when it reads as text."""

    height: int
    narrowest: int
    widest: int
    padded: int
    step: int
    letters: int
    certain: float
    large: int
    """Pixels of the shorter side above which a place is large: anatomy, slices side by side, reads as "0.8" there."""
    large_certain: float
    """What a large place has to be sure of …"""
    large_long: float
    """… unless it is so many times as long as it is high …"""
    large_letters: float
    """… and has so many letters for each square of the place: Arabic is unsure, and it is long."""


class Numbers(NamedTuple):
    model: str
    """The name of the model that finds places, as the regions file has it."""
    read_above: dict[Kind, int]
    """Pixels of the shorter side; a place that is not larger counts unread."""
    limits: Limits
    sizes: Sizes
    reading: Reading
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]
    files: dict[str, dict[str, Any]]
    """File of the models -> its bytes and sha256, and the distribution and the member that it is."""


@cache
def numbers() -> Numbers:
    text = resources.files("dicom_deid.tables").joinpath("detection.json").read_text(encoding="utf-8")
    told = json.loads(text)
    return Numbers(
        model=told["model"],
        read_above=told["read_above"],
        limits=Limits(**told["limits"]),
        sizes=Sizes(**told["sizes"]),
        reading=Reading(**told["reading"]),
        mean=tuple(told["mean"]),
        deviation=tuple(told["deviation"]),
        files=told["files"],
    )
