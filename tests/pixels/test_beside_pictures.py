"""What no picture shows in frames of real encoders is gone, and decoders show the same pictures."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import imagecodecs
import numpy as np
import pydicom
import pytest
from dicom_deid.regions import Box
from made import item, sequence
from making import compressed, image
from pydicom import uid
from pydicom.encaps import encapsulate, generate_frames
from redacting import frames_by_another
from test_treatment import CAPTURE, PLACE, VALUES, captured, treated

NAME = b"OKONKWO^Adaeze 1961!"
CLEANED = '{"options": ["clean-pixel-data"]}'
PASSING = f'{{"pass_burned_in": true, "allow_sop_classes": ["{CAPTURE}"]}}'
COLOURS = np.dstack([VALUES[0], VALUES[1], VALUES[0] // 2])


def segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


def jpeg(values: np.ndarray = VALUES[0], level: int = 92, **options: object) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(values, level=level, **options))


def behind_start(frame: bytes, marker: int, content: bytes) -> bytes:
    return frame[:2] + segment(marker, content) + frame[2:]


def jpeg_2000(codec: str = "J2K") -> bytes:
    return bytes(imagecodecs.jpeg2k_encode(VALUES[0], codecformat=codec, reversible=True))


def before_tile(frame: bytes) -> bytes:
    at = frame.index(b"\xff\x90")
    return frame[:at] + segment(0x64, b"\0\1" + NAME) + frame[at:]


HIDING: dict[str, tuple[str, bytes, Callable[[bytes], bytes]]] = {
    "a comment": (uid.JPEGBaseline8Bit, jpeg(), lambda one: behind_start(one, 0xFE, NAME)),
    "EXIF": (uid.JPEGBaseline8Bit, jpeg(), lambda one: behind_start(one, 0xE1, b"Exif\0\0" + NAME)),
    "a small picture in JFIF": (
        uid.JPEGBaseline8Bit, jpeg(),
        lambda one: behind_start(one, 0xE0, b"JFIF\0\1\2\0\0\1\0\1\1\6" + NAME[:18]),
    ),
    "a comment between tables": (
        uid.JPEGBaseline8Bit, jpeg(), lambda one: one.replace(b"\xff\xda", segment(0xFE, NAME) + b"\xff\xda", 1),
    ),
    "what an editor of pictures adds": (uid.JPEGBaseline8Bit, jpeg(), lambda one: behind_start(one, 0xED, NAME)),
    "bytes behind the image": (uid.JPEGBaseline8Bit, jpeg(), lambda one: one + NAME),
    "another image behind it": (uid.JPEGBaseline8Bit, jpeg(), lambda one: one + behind_start(one, 0xFE, NAME)),
    "JPEG Lossless": (
        uid.JPEGLosslessSV1, jpeg(lossless=True, predictor=1), lambda one: behind_start(one, 0xFE, NAME),
    ),
    "JPEG-LS": (
        uid.JPEGLSLossless, bytes(imagecodecs.jpegls_encode(VALUES[0])), lambda one: behind_start(one, 0xFE, NAME),
    ),
    "JPEG 2000": (uid.JPEG2000Lossless, jpeg_2000(), before_tile),
    "behind JPEG 2000": (uid.JPEG2000Lossless, jpeg_2000(), lambda one: one + NAME),
    "HTJ2K": (uid.HTJ2KLossless, bytes(imagecodecs.htj2k_encode(VALUES[0], reversible=True)), before_tile),
}  # fmt: skip


@pytest.mark.parametrize("way", HIDING)
@pytest.mark.parametrize("boxes", [None, (), (Box(PLACE, 2, 2),)], ids=["as it is", "no box", "a box in another frame"])
def test_text_that_no_picture_shows_goes_and_the_picture_stays(way: str, boxes: tuple[Box, ...] | None) -> None:
    syntax, frame, hide = HIDING[way]
    dataset = captured(compressed([hide(frame), frame], VALUES, syntax))
    shown = frames_by_another(captured(compressed([frame, frame], VALUES, syntax)))
    outcome, output = treated(dataset, *boxes or (), policy=PASSING if boxes is None else CLEANED)
    told = "kept" if boxes is None else "cleaned (1 region); reviewed" if boxes else "kept; reviewed"
    assert outcome.pixels == told, outcome.reason
    assert NAME in dataset.PixelData or "small" in way
    assert NAME[:18] not in output
    after = pydicom.dcmread(BytesIO(output))
    assert after.file_meta.TransferSyntaxUID == syntax
    assert (frames_by_another(after)[0] == shown[0]).all()


def test_an_image_of_which_no_frame_speaks_does_not_pass() -> None:
    dataset = captured(compressed([jpeg(), behind_start(jpeg(), 0xFE, NAME)], VALUES[0], uid.JPEGBaseline8Bit))
    dataset.NumberOfFrames = 1
    assert treated(dataset)[0].reason == "PIXELS_NOT_FOLLOWED"
    dataset.PixelData = encapsulate([jpeg(), behind_start(jpeg(), 0xFE, NAME)], has_bot=False)
    assert treated(dataset)[0].reason == "PIXELS_NOT_FOLLOWED"


def test_frames_of_rle_of_which_the_header_does_not_speak_do_not_pass_as_reviewed() -> None:
    dataset = captured(image(VALUES, NumberOfFrames=2))
    dataset.compress(uid.RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)
    assert treated(dataset)[0].pixels == "kept; reviewed"
    dataset.NumberOfFrames = 1
    assert treated(dataset)[0].reason == "PIXELS_CANNOT_BE_CLEANED"


def test_colours_are_meant_as_before() -> None:
    """An Adobe segment says that there is no transform: without it decoders would make other colours."""
    frame = jpeg(COLOURS, colorspace="RGB", outcolorspace="RGB")
    dataset = captured(compressed([behind_start(frame, 0xFE, NAME)], COLOURS, uid.JPEGBaseline8Bit))
    after = pydicom.dcmread(BytesIO(treated(dataset)[1]))
    (made,) = generate_frames(after.PixelData, number_of_frames=1)
    assert (imagecodecs.jpeg8_decode(made) == imagecodecs.jpeg8_decode(frame)).all()


@pytest.mark.parametrize("boxes", [(), (Box(PLACE),)])
def test_pixel_data_in_items_do_not_pass(boxes: tuple[Box, ...]) -> None:
    nested = item(CodeValue="1", CodingSchemeDesignator="DCM", CodeMeaning="x", BitsAllocated=8, PixelData=NAME)
    dataset = captured(image(VALUES, NumberOfFrames=2), AnatomicRegionSequence=sequence(nested))
    outcome, output = treated(dataset, *boxes)
    assert outcome.written
    assert NAME not in output
    assert pydicom.dcmread(BytesIO(output)).AnatomicRegionSequence[0].CodeValue == "1"
