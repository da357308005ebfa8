"""The index as the browser has it: made head by head, kept as bytes, with the order of a series and thumbnails."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from dicom_deid.browser.index import WorkerIndex
from dicom_deid.index.order import place_of
from dicom_deid.key import Key
from made import KEY, UID, ct, to_bytes
from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian

FIRST = 4096
"""Bytes of a file that are given at first."""


def given(index: WorkerIndex, files: dict[str, Dataset | bytes], modified: int = 1, whole: bool = True) -> list[str]:
    """Brings a index up to date with a folder, as the worker does. Returns the paths of which heads were read."""
    contents = {path: file if isinstance(file, bytes) else to_bytes(file) for path, file in files.items()}
    told = [[path, len(content), modified, "" if content else "EMPTY"] for path, content in contents.items()]
    index.begin()
    wanted = json.loads(index.wanted(json.dumps(told), 10, len(told)))
    paths = list(contents)
    for number in wanted:
        content, size = contents[paths[number - 10]], FIRST
        while size:
            size = index.read(number, memoryview(content[:size]))
    index.finish(whole)
    return [paths[number - 10] for number in wanted]


def rows(index: WorkerIndex, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(index.search(query, 0, 100))["rows"]
    return found


def order(*files: tuple[str, Dataset]) -> str:
    """The names of the files of one series, as they are looked through."""
    index = WorkerIndex("originals")
    given(index, dict(files))
    (row,) = rows(index)
    return "".join(path for path, _ in json.loads(index.instances(row["key"])))


def at(position: object, orientation: object, number: int | str = "") -> Dataset:
    return ct(ImagePositionPatient=position, ImageOrientationPatient=orientation, InstanceNumber=number)


AXIAL, SAGITTAL = [1, 0, 0, 0, 1, 0], [0, 1, 0, 0, 0, -1]
OBLIQUE = [math.cos(0.3), math.sin(0.3), 0, 0, 0, -1]


@pytest.mark.parametrize("orientation", [AXIAL, SAGITTAL, OBLIQUE])
def test_slices_go_along_their_normal_whatever_their_numbers_and_paths(orientation: list[float]) -> None:
    (a, b, c), (d, e, f) = orientation[:3], orientation[3:]
    normal = (b * f - c * e, c * d - a * f, a * e - b * d)
    places = {"a": 30.5, "b": -10.0, "c": 7.25, "d": 7.5}
    files = [
        (
            name,
            at(
                [str(round(place * part + 5, 4)) for part in normal], [str(round(one, 6)) for one in orientation], 9 - i
            ),
        )
        for i, (name, place) in enumerate(places.items())
    ]
    assert order(*files) == "bcda"


def test_slices_at_one_place_go_by_number() -> None:
    files = [
        (name, at([0, 0, place], AXIAL, number)) for name, place, number in (("a", 1, 4), ("b", 0, 3), ("c", 1, 1))
    ]
    assert order(*files) == "bca"


def test_a_normal_may_be_rounded_differently() -> None:
    tilted = [1, 0, 0, 0, 0.99995, 0.0051]
    assert order(("a", at([0, 0, 2], AXIAL)), ("b", at([0, 0, 1], tilted)), ("c", at([0, 0, 0], AXIAL))) == "cba"


def test_where_slices_cross_or_one_has_no_place_the_number_decides_and_then_the_path() -> None:
    assert order(("a", at([0, 0, 2], AXIAL, 2)), ("b", at([0, 0, 3], SAGITTAL, 1))) == "ba"
    assert order(("a", at([0, 0, 2], AXIAL, 1)), ("b", at([0, 0, 1], AXIAL, 10)), ("c", ct(InstanceNumber=2))) == "acb"
    assert order(("b", ct()), ("a", ct()), ("c", ct(InstanceNumber=1))) == "abc"


@pytest.mark.parametrize(
    ("position", "orientation"),
    [
        ([], AXIAL),
        ([0, 0], AXIAL),
        ([0, 0, 1], [1, 0, 0]),
        ([0, 0, 1], [1, 0, 0, 1, 0, 0]),
        ([0, 0, math.nan], AXIAL),
        ([0, 0, math.inf], AXIAL),
        ([0, 0, 1], [math.nan] * 6),
        ([0, 0, 1], [1e200] * 6),
        ([1e308] * 3, [0.6, 0.8, 0, 0, 0, 1]),
    ],
)
def test_what_is_no_place_is_none(position: list[float], orientation: list[float]) -> None:
    place = place_of(7, position, orientation)
    assert place.number == 7
    assert place.position is None or math.isfinite(place.position)
    assert (place.normal is None) == (place.position is None)


def test_a_value_that_is_no_number_is_no_place() -> None:
    dataset = at([0, 0, 1], AXIAL)
    dataset.add_new(0x00200032, "LO", "over\\the\\hill")
    assert order(("b", dataset), ("a", at([0, 0, 2], AXIAL))) == "ab"


def test_a_long_header_is_asked_for_and_a_deflated_one_as_a_whole() -> None:
    long = ct(SeriesInstanceUID="1.1")
    long.add_new(0x00090010, "LO", "ACME")
    long.add_new(0x00091001, "UN", bytes(3 * FIRST))
    deflated = ct(SeriesInstanceUID="1.2", PixelData=bytes(range(256)) * 256)
    deflated.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    index = WorkerIndex("originals")
    assert given(index, {"long": long, "deflated": deflated, "none": b"", "text": b"hello"}) == [
        "long",
        "deflated",
        "text",
    ]
    assert {row["first_path"] for row in rows(index)} == {"long", "deflated"}
    status = json.loads(index.status())
    assert (status["files_processed"], status["series_count"], status["errors"], status["running"]) == (4, 2, 0, False)


def test_only_what_is_new_or_changed_is_read() -> None:
    index = WorkerIndex("originals")
    files: dict[str, Dataset | bytes] = {"1": ct(), "2": ct(SeriesInstanceUID="1.2")}
    assert given(index, files) == ["1", "2"]
    assert given(index, files) == []
    assert given(index, files | {"3": ct(PatientName="Longer^Name")}) == ["3"]
    assert given(index, {"1": ct()}, modified=2) == ["1"]
    assert len(rows(index)) == 1


def test_a_file_that_could_not_be_read_is_tried_again() -> None:
    index = WorkerIndex("originals")
    index.begin()
    assert json.loads(index.wanted('[["1", 10, 1, ""]]', 0, 1)) == [0]
    index.unread(0, "READ_FAILED")
    index.finish(whole=True)
    assert json.loads(index.status())["errors"] == 1
    assert json.loads(index.wanted('[["1", 10, 1, ""]]', 0, 1)) == [0]


def test_it_is_kept_as_bytes_and_what_is_none_is_a_new_one() -> None:
    index = WorkerIndex("de-identified")
    given(index, {"1": ct()})
    index.begin()
    kept = index.kept()
    again = WorkerIndex("de-identified", memoryview(kept))
    status = json.loads(again.status())
    assert (status["holds"], status["series_count"], status["running"]) == ("de-identified", 1, False)
    other = WorkerIndex("originals")
    other.index.database.execute("PRAGMA user_version = 1")
    for nothing in (b"", b"no database", kept[:5000], kept[:100], other.kept()):
        assert json.loads(WorkerIndex("originals", nothing).search("", 0, 10))["total"] == 0


def test_it_is_emptied_for_other_files() -> None:
    index = WorkerIndex("originals")
    assert json.loads(index.sample()) == []
    given(index, {"1": ct(), "viewer.exe": b"the same on every disc"})
    assert json.loads(index.sample()) == [["1", len(to_bytes(ct())), 1]]
    index.empty()
    assert rows(index) == []
    assert given(index, {"1": ct()}) == ["1"]


def test_a_thumbnail_stands_for_a_series() -> None:
    index = WorkerIndex("originals")
    files: dict[str, Dataset | bytes] = {
        name: ct(InstanceNumber=number, NumberOfFrames=frames)
        for name, number, frames in (("a.dcm", 3, 1), ("b.dcm", 2, 12), ("c.dcm", 1, 1))
    }
    given(index, files)
    (row,) = rows(index)
    key = row["key"]
    assert (row["thumbnails"], row["thumbnail"]) == (0, None)
    wanted = {"key": key, "filename": None, "reason": "", "path": "b.dcm", "frame": 7, "frames": 12}
    assert json.loads(index.found(json.dumps([key, "nothing"]))) == [wanted]
    names = json.loads(index.names("b.dcm", "[7]"))
    assert names == [f"{UID}.1/b_frame0007.png"]
    index.note("b.dcm", json.dumps([[names[0], 7]]), "[]")
    (row,) = rows(index)
    assert (row["thumbnails"], row["thumbnail"]) == (1, names[0])
    assert json.loads(index.found(json.dumps([key]))) == [wanted | {"filename": names[0]}]
    assert json.loads(index.names("b.dcm", "[8]")) == [f"{UID}.1/b_frame0008.png"]
    assert json.loads(index.wanting("", 10, json.dumps([key]))) == [["a.dcm", 1], ["b.dcm", 12], ["c.dcm", 1]]
    assert json.loads(index.gone()) == []
    given(index, {"a.dcm": ct()})
    assert json.loads(index.gone()) == names
    assert json.loads(index.gone()) == []


def test_only_what_is_missing_is_wanted_and_of_the_series_asked_for() -> None:
    index = WorkerIndex("originals")
    given(index, {"1": ct(NumberOfFrames=3), "2": ct(SeriesInstanceUID="1.2"), "3": ct(SeriesInstanceUID="1.2")})
    both = json.loads(index.keys(""))
    first, second = [json.dumps([key]) for key in (both if rows(index)[0]["first_path"] == "1" else both[::-1])]
    assert [json.loads(index.wanting("", 9, key)) for key in (first, second)] == [[["1", 3]], [["2", 1], ["3", 1]]]
    for frame in (1, 1, 2):
        index.note("1", json.dumps([[f"x/1_frame000{frame}.png", frame]]), "[]")
    assert sum(row["thumbnails"] for row in rows(index)) == 2, "one that is made again counts once"
    assert json.loads(index.wanting("", 9, first)) == [["1", 3]]
    for _ in range(2):
        index.note("1", "[]", '[[3, "PIXELS_DAMAGED"]]')
    index.note("2", "[]", '[[0, "PIXELS_DAMAGED"]]')
    index.note("3", '[["x/3.png", 1]]', '[[1, "PIXELS_WRAPPED"]]')
    assert json.loads(index.wanting("", 9, json.dumps(both))) == []
    assert json.loads(index.missing(second)) == [["PIXELS_DAMAGED", 1], ["PIXELS_WRAPPED", 1]]
    assert json.loads(index.missing(first)) == [["PIXELS_DAMAGED", 1]]


def test_a_part_of_the_patients_is_held_out_as_the_command_line_does() -> None:
    index = WorkerIndex("originals")
    given(index, {str(number): ct(PatientID=f"P{number}", SeriesInstanceUID=f"1.{number}") for number in range(40)})
    for number in range(40):
        index.note(str(number), json.dumps([[f"x/{number}.png", 1]]), "[]")
    key, sides = Key(KEY), "SELECT path, split FROM images"
    index.split(KEY, 0.5)
    told = dict(index.index.database.execute(sides).fetchall())
    assert {path for path, side in told.items() if side == "hold-out"} == {
        path for path in told if key.is_held_out(key.patient(f"P{path}"), 0.5)
    }
    assert set(told.values()) == {"hold-out", "train"}
    index.split(KEY, 0)
    assert set(dict(index.index.database.execute(sides).fetchall()).values()) == {""}


def test_what_has_no_thumbnail_says_why() -> None:
    index = WorkerIndex("originals")
    plain = ct(SeriesInstanceUID="1.2")
    del plain.PixelData
    given(index, {"broken": ct(SeriesInstanceUID="1.1"), "plain": plain})
    index.note("broken", "[]", '[[0, "PIXELS_DAMAGED"]]')
    keys = index.keys("")
    assert len(json.loads(keys)) == 2
    reasons = {one["path"]: one["reason"] for one in json.loads(index.found(keys))}
    assert reasons == {"broken": "PIXELS_DAMAGED", "plain": "NO_PIXELS"}
