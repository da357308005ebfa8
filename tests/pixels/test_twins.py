"""The detection's arithmetic is the same in Python and JavaScript, to the last bit: on made numbers, without models."""

from __future__ import annotations

import base64
import itertools
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dicom_deid.pixels.detection.boxes import Box, grown, places, turned_back
from dicom_deid.pixels.detection.numbers import numbers
from dicom_deid.pixels.detection.reader import Reader, decoded, line, ways
from dicom_deid.pixels.detection.sizes import parts, scaled, tiles
from dicom_deid.regions import Rectangle

TWINS = Path(__file__).with_name("twins.mjs")
SIZES = ((1, 1), (2, 3), (7, 5), (31, 64), (48, 90), (120, 33), (61, 200))


def text(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def asked(what: str, picture: np.ndarray, **more: object) -> dict[str, object]:
    return {"what": what, "rows": picture.shape[0], "columns": picture.shape[1], "bytes": text(picture), **more}


def javascript(requests: list[dict[str, object]]) -> list[Any]:
    node = shutil.which("node")
    assert node, "Node.js is one of the two things that the build needs"
    done = subprocess.run((node, TWINS), input=json.dumps(requests), capture_output=True, text=True, check=True)
    answers: list[Any] = json.loads(done.stdout)
    return answers


def told(picture: np.ndarray) -> list[object]:
    return [*picture.shape[:2], text(picture)]


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    noise = np.random.default_rng(15)
    made = [noise.integers(0, 256, (*size, 3), np.uint8) for size in SIZES]
    return [*made, np.kron(np.eye(9, dtype=np.uint8)[..., None] * 255, np.ones((5, 7, 3), np.uint8))]


def test_pictures_are_resized_and_turned_alike(pictures: list[np.ndarray]) -> None:
    for scale in (0.5, 1, 2):
        answers = javascript([asked("scaled", picture, scale=scale) for picture in pictures])
        assert answers == [told(scaled(picture, scale)) for picture in pictures], scale
    assert javascript([asked("turned", one) for one in pictures]) == [told(np.rot90(one)) for one in pictures]


def test_grey_rgb_and_rgba_are_taken_alike(pictures: list[np.ndarray]) -> None:
    for picture in pictures:
        opaque = np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
        answers = javascript([asked("blueFirst", one) for one in (picture[..., 0], picture, opaque)])
        blue = told(picture[..., ::-1])
        assert answers == [told(np.repeat(picture[..., :1], 3, 2)), blue, blue]


def test_tiles_are_cut_alike_and_cover_the_picture() -> None:
    lengths = [1, 639, 640, 641, 750, 1184, 1185, 1300, 2600, 12345]
    ours = [parts(length, numbers().sizes) for length in lengths]
    assert javascript([{"what": "parts", "length": length} for length in lengths]) == [
        [list(part) for part in one] for one in ours
    ]
    for length, cut in zip(lengths, ours, strict=True):
        assert (cut[0][0], cut[-1][1]) == (0, length)
        shared = [end - begin for (_, end), (begin, _) in itertools.pairwise(cut)]
        assert all(pixels >= numbers().sizes.overlap for pixels in shared)
        assert all(end - begin <= numbers().sizes.tile for begin, end in cut)


def test_tiles_are_given_to_the_model_alike() -> None:
    picture = np.random.default_rng(18).integers(0, 256, (1190, 45, 3), np.uint8)
    for turned in (False, True):
        ours, asking = [], []
        for top, left, tile in tiles(np.rot90(picture) if turned else picture, numbers().sizes):
            planes = np.stack([tile[..., plane] + np.float32(256 * plane) for plane in range(3)])
            ours.append(text(planes))
            rows, columns = tile.shape[:2]
            part = [left, top, min(left + columns, 1190 if turned else 45), min(top + rows, 45 if turned else 1190)]
            filled = {"rows": rows, "columns": columns, "tile": part, "turned": turned}
            asking.append({**asked("planes", picture), "filled": filled})
        assert len(ours) == 3
        assert javascript(asking) == ours


def test_lines_for_the_reader_are_alike(pictures: list[np.ndarray]) -> None:
    crops = [picture for picture in pictures if min(picture.shape[:2]) >= 2]
    answers = javascript([asked("lines", crop) for crop in crops])
    assert answers == [[text(line(way, numbers().reading)) for way in ways(crop)] for crop in crops]


def boxes(chances: np.ndarray, scale: float, size: tuple[int, int]) -> list[Box]:
    limits = numbers().limits
    return [
        grown(turned, peak, scale, size, limits)
        for place, peak in places(chances, 40, limits)
        for turned in (place, turned_back(place, 100))
    ]


@pytest.mark.parametrize("scale", [0.5, 1, 2])
def test_boxes_are_alike(scale: float) -> None:
    noise = np.random.default_rng(16)
    maps = [noise.integers(0, 256, (70, 90), np.uint8) for _ in range(4)]
    for sparse in (40, 60, 85):
        maps += [np.where(noise.random((70, 90)) * 100 < sparse, 0, one).astype(np.uint8) for one in maps[:4]]
    maps += [np.zeros((4, 4), np.uint8), np.full((4, 4), 255, np.uint8)]
    size = (int(100 / scale), int(95 / scale))
    picture = {"rows": size[0], "columns": size[1]}
    common = {"what": "boxes", "limit": 40, "scale": scale, "picture": picture}
    answers = javascript([{**common, "chances": text(one), "columns": one.shape[1]} for one in maps])
    ours = [boxes(one, scale, size) for one in maps]
    assert sum(map(len, ours)) > 300
    assert [[Box(*(one[name] for name in Box._fields)) for one in answer] for answer in answers] == [
        [Box(list(box.rectangle), list(box.inner), box.confidence, "") for box in one] for one in ours
    ]


def test_lines_are_decoded_alike() -> None:
    noise = np.random.default_rng(17)
    characters = list("abcДé王")
    lines = [noise.random((int(noise.integers(1, 30)), 9)).astype(np.float32) for _ in range(20)]
    for steps in lines[::2]:
        steps[:, 0] *= np.float32(1.5)  # more blanks
    common = {"what": "decoded", "classes": 9, "characters": characters}
    answers = javascript([{**common, "chances": text(steps)} for steps in lines])
    ours = [decoded(steps, characters) for steps in lines]
    assert [(answer["text"], answer["sure"]) for answer in answers] == [
        (said, pytest.approx(sure)) for said, sure in ours
    ]


def test_large_places_have_to_read_surely_or_be_long_lines_alike() -> None:
    cases = {
        ("slices side by side", "0.8", 0.73, (0, 0, 270, 84)): False,
        ("more of them", "00000", 0.53, (0, 0, 604, 90)): False,
        ("standing ones", "E8 0", 0.39, (10, 20, 95, 393)): False,
        ("two of them", "8.8", 0.79, (10, 20, 103, 250)): False,
        ("many letters in no line", "UORP", 0.42, (200, 0, 301, 58)): False,
        ("a line of few letters", "000", 0.71, (0, 0, 425, 90)): False,
        ("a sure text", "29:2", 0.98, (0, 0, 176, 44)): True,
        ("an unsure, long one", "HL\u00e0ug.", 0.56, (0, 0, 147, 43)): True,
        ("a small place", "0.8", 0.73, (0, 0, 130, 40)): True,
        ("a letter", "R", 0.99, (0, 0, 30, 30)): False,
        ("noise", "CL", 0.29, (0, 0, 30, 20)): False,
    }
    reader = Reader(lambda planes: planes, [], numbers().reading)
    ours = [reader.is_text((said, sure), Rectangle(*place)) for _, said, sure, place in cases]
    asking = [
        {"what": "isText", "said": {"text": said, "sure": sure}, "place": place} for _, said, sure, place in cases
    ]
    assert ours == javascript(asking) == list(cases.values())


def test_a_line_whose_chances_are_no_numbers_is_no_answer() -> None:
    steps = np.full((3, 9), np.nan, np.float32)
    with pytest.raises(ValueError, match="no numbers"):
        decoded(steps, ["a"])
    with pytest.raises(subprocess.CalledProcessError):
        javascript([{"what": "decoded", "classes": 9, "characters": ["a"], "chances": text(steps)}])
