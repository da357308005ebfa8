"""Pictures with text, made in code: the font comes with Pillow, so that every machine draws the same."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Picture = NDArray[np.uint8]


class Line(NamedTuple):
    text: str
    left: int
    top: int
    size: int = 16
    level: int = 230
    turned: bool = False


def lettered(rows: int, columns: int, *lines: Line, ground: Picture | int = 12) -> tuple[Picture, list[Picture]]:
    """A grey picture, and of each line which pixels are its ink."""
    picture = np.broadcast_to(np.asarray(ground, np.uint8), (rows, columns)).copy()
    inks = []
    for line in lines:
        width = columns if not line.turned else rows
        layer = Image.new("L", (width, columns + rows - width))
        font = ImageFont.load_default(line.size)
        ImageDraw.Draw(layer).text((line.left, line.top), line.text, fill=255, font=font)
        cover = np.rot90(np.asarray(layer)) if line.turned else np.asarray(layer)
        share = cover / 255
        drawn = np.rint(picture * (1 - share) + line.level * share).astype(np.uint8)
        inks.append(np.abs(drawn.astype(int) - picture) >= 12)
        picture = drawn
    return picture, inks


def blanked(boxes: list[tuple[int, int, int, int]], rows: int, columns: int) -> NDArray[np.bool_]:
    out = np.zeros((rows, columns), bool)
    for left, top, right, bottom in boxes:
        out[top:bottom, left:right] = True
    return out


def phantom(rows: int, columns: int) -> Picture:
    """Something like a body: no text."""
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j]
    return (180 * np.exp(-2 * (x / 0.8) ** 2 - 2 * y**2) + 40 * np.exp(-40 * (x - 0.1) ** 2 - 9 * y**2)).astype(
        np.uint8
    )


PATIENT = (
    Line("KOWALCZYK^Anna", 20, 20),
    Line("1961-02-03  F", 20, 60, 12),
    Line("MRN 8832714", 200, 330, 28),
    Line("ID: 5521-77", 60, 200, 14, turned=True),
    Line("Acc 70021193", 300, 12, 11, 90),
)
