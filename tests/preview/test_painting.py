"""From stored values to pictures: rescale, tables, windows, gamma, colours; and in how much memory."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from dicom_deid.preview.display import LINEAR_EXACT, SIGMOID, Display, Table, Window
from dicom_deid.preview.painting import PLAIN, STEP, Painter, Tuning
from dicom_deid.preview.picture import Picture
from numpy.typing import NDArray

Values = NDArray[Any]
BRAIN = Window(40, 80)


def display(**changed: Any) -> Display:
    said = {
        "photometric": "MONOCHROME2", "modality": None, "slope": 1.0, "intercept": 0.0, "voi": None, "windows": (),
        "inverse": False, "padding": None, "palette": None,
    }  # fmt: skip
    return Display(**(said | changed))


def grey(values: Values, tuning: Tuning = PLAIN, **changed: Any) -> Values:
    out = np.zeros(values.shape, np.uint8)
    return Painter().paint(Picture(values, 8 * values.dtype.itemsize, display(**changed)), out, tuning)


def plainly(values: Values, slope: float, intercept: float, window: Window, gamma: float, inverse: bool) -> Values:
    """The same in as many arrays as it takes (PS3.3 C.11.2.1.2)."""
    rescaled = values.astype(np.float64) * slope + intercept
    if window.function == SIGMOID:
        shades = 1 / (1 + np.exp(-4 * (rescaled - window.center) / window.width))
    elif window.function == LINEAR_EXACT:
        shades = np.clip((rescaled - window.center) / window.width + 0.5, 0, 1)
    else:
        shades = np.clip((rescaled - (window.center - 0.5)) / (window.width - 1) + 0.5, 0, 1)
    shades = 1 - shades if inverse else shades
    return shades ** (1 / gamma)


@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8"])
@pytest.mark.parametrize("function", ["LINEAR", LINEAR_EXACT, SIGMOID])
def test_every_type_of_sample_and_every_window_as_plainly_calculated(dtype: str, function: str) -> None:
    random = np.random.default_rng(1)
    values = (random.normal(100, 60, (300, 301))).clip(0 if dtype[0] == "u" else -128, 127).astype(dtype)
    window, tuning = Window(90, 120, function), Tuning(gamma=1.4, invert=True)
    expected = plainly(values, 1.5, -20, window, 1.4, inverse=True)
    painter, shown = Painter(), display(slope=1.5, intercept=-20.0, windows=(window,))
    shades = painter.shades(values.reshape(-1)[:STEP], shown, window, tuning)
    assert np.abs(shades - expected.reshape(-1)[:STEP]).max() < 1e-6
    seen = grey(values, tuning, slope=1.5, intercept=-20.0, windows=(window,))
    assert np.abs(seen - expected * 255).max() <= 0.5 + 1e-6


def test_the_borders_of_a_linear_window() -> None:
    values = np.array([[-1, 0, 1, 40, 79, 80, 81]], np.int16)
    assert grey(values, windows=(BRAIN,)).tolist() == [[0, 0, 3, 129, 255, 255, 255]]
    assert grey(values, Tuning(Window(40, 1)), windows=(BRAIN,)).tolist() == [[0, 0, 0, 255, 255, 255, 255]]


def test_a_window_of_width_1_is_a_step_and_what_stands_on_it_is_black() -> None:
    window = Window(0.5, 1)
    values = np.array([[-1, 0, 1, 2]])
    for dtype in ("i2", "i4", "f8"):
        assert grey(values.astype(dtype), windows=(window,)).tolist() == [[0, 0, 255, 255]]
        assert grey(values.astype(dtype), windows=(window,), inverse=True).tolist() == [[255, 255, 0, 0]]
        assert grey(values.astype(dtype), windows=(window,), slope=0.1, intercept=0.0).tolist() == [[0, 0, 255, 255]]
    exact = Window(-1023.5, 1)
    assert grey(np.array([[0, 1]], "i2"), windows=(exact,), intercept=-1024.0).tolist() == [[0, 255]]


def test_without_a_window_the_lowest_and_the_highest_are_black_and_white_and_padding_does_not_count() -> None:
    values = np.array([[-2000, 0, 50, 100]], np.int16)
    assert grey(values, padding=(-2000.0, -2000.0)).tolist() == [[0, 0, 128, 255]]
    assert grey(values, padding=(-2000.0, -2000.0), slope=-1.0).tolist() == [[255, 255, 128, 0]]
    assert grey(np.full((2, 2), 7, np.uint8)).tolist() == [[0, 0], [0, 0]]
    floats = np.array([[np.nan, 1, 3, np.inf]], np.float32)
    assert grey(floats).tolist() == [[0, 0, 255, 255]]


def test_tables_and_monochrome1() -> None:
    values = np.array([[0, 1, 2, 3, 9]], np.uint8)
    voi = Table(1, np.array([0.0, 100.0, 200.0]), 200.0)
    assert grey(values, voi=voi).tolist() == [[0, 0, 128, 255, 255]]
    assert grey(values, voi=voi, inverse=True).tolist() == [[255, 255, 128, 0, 0]]
    assert grey(values, Tuning(invert=True), voi=voi, inverse=True).tolist() == [[0, 0, 128, 255, 255]]
    modality = Table(0, np.array([10.0, 20.0, 30.0, 40.0]), 255.0)
    assert grey(values, modality=modality).tolist() == [[0, 85, 170, 255, 255]]
    assert grey(values.astype(np.uint32), modality=modality).tolist() == [[0, 85, 170, 255, 255]]


def test_colours_of_any_depth_and_palettes() -> None:
    colours = np.array([[[0, 128, 255], [10, 20, 30]]], np.uint8)
    for wide, scale in (("u1", 1), ("u2", 257), ("u4", 0x01010101)):
        values = colours.astype(wide) * np.array(scale, wide)
        out = np.zeros((1, 2), np.uint32)
        Painter().paint(Picture(values, values.dtype.itemsize * 8, display(photometric="RGB")), out)
        assert out.view(np.uint8).reshape(1, 2, 4).tolist() == [[[0, 128, 255, 255], [10, 20, 30, 255]]]
    palette = np.zeros((256, 3), np.uint8)
    palette[7] = (1, 2, 3)
    out = np.zeros((1, 2), np.uint32)
    picture = Picture(np.array([[7, 0]], np.int8), 8, display(photometric="PALETTE COLOR", palette=palette))
    Painter().paint(picture, out, Tuning(invert=True))
    assert out.view(np.uint8).reshape(2, 4).tolist() == [[254, 253, 252, 255], [255, 255, 255, 255]]


@pytest.mark.parametrize(("dtype", "windows"), [("i2", 200), ("f4", 20)])
def test_many_windows_make_nothing_large_and_need_less_than_half_of_the_plain_way(dtype: str, windows: int) -> None:
    values = np.random.default_rng(2).normal(0, 500, (1000, 1000)).astype(dtype)
    picture, painter, out = Picture(values, 16, display()), Painter(), np.zeros((1000, 1000), np.uint32)
    painter.paint(picture, out, Tuning(BRAIN))
    peak = peak_of(lambda: plainly(values, 1, 0, BRAIN, 1.0, inverse=False))
    repeated = peak_of(
        lambda: [painter.paint(picture, out, Tuning(Window(step, 400), gamma=1.1)) for step in range(windows)]
    )
    whole = peak_of(lambda: Painter().paint(picture, np.zeros((1000, 1000), np.uint32), Tuning(BRAIN)))
    assert repeated < values.nbytes
    assert whole < peak / 2


def peak_of(doing: Any) -> int:
    """Most bytes that it holds at once beyond what there was."""
    tracemalloc.start()
    try:
        doing()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
