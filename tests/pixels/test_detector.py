"""The native detector: text of made pictures is found, anatomy left alone, and what was not looked at is no answer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from dicom_deid.errors import Refused, Withheld
from dicom_deid.pixels.detection import networks
from dicom_deid.pixels.detection.detector import Detector
from dicom_deid.pixels.detection.numbers import Kind, numbers
from lettered import PATIENT, Line, blanked, lettered, phantom
from sitebuild.paths import LOCK, VENDOR

MODELS = VENDOR / "detection"


@pytest.fixture(scope="module", params=["screen", "anatomy"])
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(MODELS)


def test_every_pixel_of_every_line_is_in_a_box(detector: Detector, kind: Kind) -> None:
    picture, inks = lettered(400, 500, *PATIENT, ground=phantom(400, 500) // 8)
    boxes = detector.boxes(picture, kind)
    hidden = blanked([box.rectangle for box in boxes], 400, 500)
    assert [int((ink & ~hidden).sum()) for ink in inks] == [0] * len(PATIENT)
    assert hidden.mean() < 0.25
    for box in boxes:
        left, top, right, bottom = box.rectangle
        assert 0 <= left < right <= 500
        assert 0 <= top < bottom <= 400
        assert left <= box.inner.left < box.inner.right <= right
        assert numbers().limits.peak <= box.confidence <= 255


def test_text_in_colour_is_found_as_in_grey(detector: Detector, kind: Kind) -> None:
    grey, inks = lettered(200, 300, PATIENT[0], PATIENT[1])
    colour = np.dstack([grey, grey // 2 + 40, grey // 3])
    hidden = blanked([box.rectangle for box in detector.boxes(colour, kind)], 200, 300)
    assert not any((ink & ~hidden).any() for ink in inks)


def test_a_large_picture_is_looked_at_in_tiles(detector: Detector, kind: Kind) -> None:
    lines = [Line(f"PATIENT {n}", 100 + 290 * n, 180 + 190 * n, 20) for n in range(6)]
    picture, inks = lettered(1400, 1900, *lines)
    hidden = blanked([box.rectangle for box in detector.boxes(picture, kind)], 1400, 1900)
    assert not any((ink & ~hidden).any() for ink in inks)


def test_a_picture_without_text_has_no_box(detector: Detector, kind: Kind) -> None:
    assert detector.boxes(phantom(256, 320), kind) == []
    assert detector.boxes(np.zeros((5, 5), np.uint8), kind) == []


def test_words_are_read_where_they_are_wanted(detector: Detector, kind: Kind) -> None:
    picture, _ = lettered(200, 400, Line("KOWALCZYK", 20, 20, 12), Line("MRN 8832714", 20, 90, 30))
    said = {box.text for box in detector.boxes(picture, kind, words=True)}
    assert {"KOWALCZYK", "MRN 8832714"} <= said
    unread = {box.text for box in detector.boxes(picture, kind)}
    assert ("" in unread) is (kind == "screen"), "a small place of a screen counts unread"


@pytest.mark.parametrize(
    "shape", [(0, 5), (5, 5, 2), (5, 5, 4), (5,)], ids=["empty", "two samples", "with an alpha", "a row"]
)
def test_what_is_no_picture_is_not_looked_at(detector: Detector, shape: tuple[int, ...]) -> None:
    with pytest.raises(Withheld, match="DETECTOR_LOST"):
        detector.boxes(np.zeros(shape, np.uint8), "screen")
    with pytest.raises(Withheld, match="DETECTOR_LOST"):
        detector.boxes(np.zeros((40, 40), np.uint16), "screen")  # type: ignore[arg-type]


def test_a_model_that_fails_or_gives_no_numbers_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    detector = Detector(MODELS)
    picture, _ = lettered(64, 200, Line("KOWALCZYK", 8, 8))

    network = detector._network

    def failing(planes: np.ndarray) -> np.ndarray:
        return network(planes[:, :2])  # ONNX Runtime refuses it, in its own words

    def without_numbers(planes: np.ndarray) -> np.ndarray:
        return np.full((1, *planes.shape[2:]), np.nan, np.float32)

    for broken in (failing, without_numbers):
        monkeypatch.setattr(detector, "_network", broken)
        with pytest.raises(Withheld) as stopped:
            detector.boxes(picture, "anatomy")
        assert (stopped.value.reason, stopped.value.__cause__) == ("DETECTOR_LOST", None)


def test_a_reader_that_gives_no_numbers_acquits_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    detector = Detector(MODELS)
    picture, _ = lettered(64, 200, Line("KOWALCZYK", 8, 8))
    monkeypatch.setattr(detector._reader, "_network", lambda _: np.full((40, 6906), np.nan, np.float32))
    with pytest.raises(Withheld, match="DETECTOR_LOST"):
        detector.boxes(picture, "anatomy")


def test_other_models_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="DETECTOR_MISSING"):
        Detector(tmp_path)
    for name in numbers().files:
        (tmp_path / name).write_bytes((MODELS / name).read_bytes())
    changed = bytearray((tmp_path / "reader.onnx").read_bytes())
    changed[-1] ^= 1
    (tmp_path / "reader.onnx").write_bytes(changed)
    with pytest.raises(Refused, match="DETECTOR_MISSING"):
        Detector(tmp_path)


def test_models_are_found_where_their_distributions_are_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, told in numbers().files.items():
        member = tmp_path / told["member"]
        member.parent.mkdir(parents=True, exist_ok=True)
        member.write_bytes((MODELS / name).read_bytes())
        (tmp_path / f"{told['from']}-1.0.dist-info").mkdir(exist_ok=True)
        (tmp_path / f"{told['from']}-1.0.dist-info" / "METADATA").write_text(f"Name: {told['from']}\nVersion: 1.0\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert {name: len(networks.model(name)) for name in numbers().files} == {
        name: told["bytes"] for name, told in numbers().files.items()
    }


def test_the_models_are_those_that_the_site_has() -> None:
    put = {member: place for entry in json.loads(LOCK.read_text())["assets"] for member, place in entry["put"].items()}
    for name, told in numbers().files.items():
        assert put[told["member"]] == f"detection/{name}"


def test_nothing_of_it_is_loaded_before_it_is_needed() -> None:
    code = "import sys, dicom_deid.api, dicom_deid.cli.app; print(*sys.modules)"
    done = subprocess.run((sys.executable, "-c", code), capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "dicom_deid.api" in loaded
    assert not [name for name in loaded if name.startswith(("onnxruntime", "dicom_deid.pixels"))]
