"""The viewer as the bridge uses it: a file's bytes in, frames out, in one buffer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from dicom_deid.browser.viewer import Canvas, Viewer
from dicom_deid.errors import Failed, Unwritten
from dicom_deid.preview.display import Window
from dicom_deid.preview.painting import Tuning
from made import ct, item, sequence, to_bytes
from making import image
from pictured import InMemory, frames_of, painted
from pydicom.data import get_testdata_file

SPACED = sequence(item(PixelMeasuresSequence=sequence(item(PixelSpacing=[3, 1]))))
NAMES = ("CT_small.dcm", "JPEG2000.dcm", "SC_rgb_rle_2frame.dcm", "image_dfl.dcm", "SC_rgb_small_odd_big_endian.dcm")


def viewer_of(data: bytes) -> Viewer:
    return Viewer(InMemory(data))


def file(name: str) -> Path:
    return Path(str(get_testdata_file(name)))


@pytest.mark.parametrize("name", NAMES)
def test_frames_are_painted_as_the_thumbnails_are(name: str) -> None:
    viewer = viewer_of(file(name).read_bytes())
    expected = [painted(frame) for frame in frames_of(file(name)) if not isinstance(frame, Failed)]
    assert viewer.facts()["frames"] == len(expected)
    for number, picture in [*enumerate(expected), (0, expected[0])]:
        seen = np.frombuffer(viewer.paint(number), np.uint8).reshape(*picture.shape[:2], 4)
        assert (seen[..., :3] == (picture[..., None] if picture.ndim == 2 else picture)).all()
        assert (seen[..., 3] == 255).all()


def test_what_a_viewer_begins_with_and_what_the_user_changes() -> None:
    viewer = viewer_of(to_bytes(image(np.array([[0, 100], [200, 400]], np.uint16))))
    shape = {"rows": 2, "columns": 2, "aspect": 1}
    kind = {"photometric": "MONOCHROME2", "isGrey": True, "modality": "CT"}
    assert viewer.facts() == {"frames": 1, **shape, **kind, "windows": []}
    assert viewer.shown(0) == Window(200, 400, "LINEAR_EXACT")
    assert viewer.range(0) == (0, 400)
    buffer = viewer.paint(0)
    assert buffer[::4].tolist() == [0, 64, 128, 255]
    viewer.paint(0, Tuning(Window(100, 200, "LINEAR_EXACT"), invert=True))
    assert buffer[::4].tolist() == [255, 128, 0, 0], "the buffer is the same"
    proposed = viewer_of(
        to_bytes(image(np.zeros((2, 2), np.uint16), WindowCenter=["40", "9"], WindowWidth=["80", "3"]))
    )
    assert [window["center"] for window in proposed.facts()["windows"]] == [40, 9]
    assert proposed.shown(0) == Window(40, 80)


@pytest.mark.parametrize("damage", [lambda data: data[:-40], lambda data: data[:2000], lambda data: data[200:]])
def test_what_cannot_be_shown_has_a_reason(damage: object) -> None:
    data = file("JPEG2000.dcm").read_bytes()
    with pytest.raises(Unwritten):
        viewer_of(damage(data)).paint(0)  # type: ignore[operator]
    with pytest.raises(Unwritten):
        viewer_of(file("rtplan.dcm").read_bytes())
    with pytest.raises(Unwritten):
        viewer_of(to_bytes(ct(Rows=60_000, Columns=60_000, PixelData=b"")))


@pytest.mark.parametrize(
    ("told", "aspect"),
    [
        ({}, 1),
        ({"PixelSpacing": [0.8, 0.4]}, 2),
        ({"PixelSpacing": [0, 0], "ImagerPixelSpacing": ["0.1", "0.2"]}, 0.5),
        ({"PixelAspectRatio": ["4", "3"]}, 4 / 3),
        ({"PixelAspectRatio": ["4"]}, 1),
        ({"SharedFunctionalGroupsSequence": SPACED, "PixelSpacing": [1, 1]}, 3),
    ],
)
def test_the_shape_of_pixels_is_told(told: dict[str, object], aspect: float) -> None:
    viewer = viewer_of(to_bytes(image(np.zeros((2, 2), np.uint16), **told)))
    assert viewer.facts()["aspect"] == pytest.approx(aspect)


def test_what_would_be_painted_too_large_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dicom_deid.browser.viewer.WIDEST", 5)
    with pytest.raises(Failed, match="PIXELS_TOO_LARGE"):
        viewer_of(to_bytes(image(np.zeros((2, 3), np.uint8))))
    assert viewer_of(to_bytes(image(np.zeros((5, 1), np.uint8)))).paint(0).nbytes == 20


def test_instances_of_one_shape_are_painted_into_one_buffer() -> None:
    canvas = Canvas()
    levels = [np.full((4, 4), level, np.uint8) for level in (0, 255)]
    viewers = [
        Viewer(InMemory(to_bytes(image(values, WindowCenter="128", WindowWidth="256"))), canvas) for values in levels
    ]
    dark, light = (viewer.paint(0) for viewer in viewers)
    assert dark[0] == light[0] == 255
    assert viewers[0].paint(0)[0] == light[0] == 0
