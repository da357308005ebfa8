"""Damaged frames end in a reason or in a picture, and never end the batch."""

from __future__ import annotations

from typing import Any

import numpy as np
from dicom_deid.errors import Failed
from dicom_deid.preview.frames import Frames
from dicom_deid.preview.painting import Painter
from hypothesis import given, settings
from hypothesis import strategies as st
from pictured import made_frames
from pydicom import dcmread
from pydicom.data import get_testdata_file

FILES = (
    "JPEG2000.dcm", "MR_small_jpeg_ls_lossless.dcm", "SC_rgb_dcmtk_+eb+cr.dcm", "MR_small_RLE.dcm", "JPGExtended.dcm",
)  # fmt: skip


@settings(deadline=None)
@given(st.sampled_from(FILES), st.data())
def test_damaged_frames_end_in_a_reason_or_in_a_picture(name: str, data: st.DataObject) -> None:
    dataset = dcmread(str(get_testdata_file(name)))
    content = bytearray(dataset.PixelData)
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(16, len(content) - 9))] = data.draw(st.integers(0, 255))
    dataset.PixelData = bytes(content)
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    try:
        frames: Frames | list[Any] = made_frames(dataset)
    except Failed as failure:
        frames = [failure]
    for frame in frames:
        if isinstance(frame, Failed):
            assert frame.reason.startswith("PIXELS_") or frame.reason == "TRUNCATED"
        else:
            Painter().paint(frame, np.zeros(frame.values.shape[:2], np.uint32))
