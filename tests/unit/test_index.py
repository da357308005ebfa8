"""The index: one row per series, kept up to date file by file, and found by words, kinds and dates."""

from __future__ import annotations

import sqlite3

import pytest
from dicom_deid.errors import OtherVersion
from dicom_deid.index import Index, Seen, Status
from dicom_deid.index.entry import Entry, entry, series_key
from dicom_deid.index.search import keys, search
from dicom_deid.scan import header
from hypothesis import given
from hypothesis import strategies as st
from made import UID, Stingy, ct, to_bytes
from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian


def entry_of(dataset: Dataset) -> Entry:
    data, has_pixels, little = header(Stingy(to_bytes(dataset)))
    return entry(data, has_pixels=has_pixels, little=little)


def made(*files: tuple[str, Dataset | None]) -> Index:
    index = Index(sqlite3.connect(":memory:"))
    index.begin()
    for path, dataset in files:
        take(index, path, dataset)
    index.finish("2026-11-23T00:00:00+00:00")
    return index


def take(index: Index, path: str, dataset: Dataset | None, size: int = 1000, modified: int = 1) -> None:
    for seen in index.wanted([Seen(path, size, modified)]):
        index.add(seen, entry_of(dataset) if dataset else None, "" if dataset else "NOT_DICOM")


def found(index: Index, query: str) -> list[object]:
    return [row["first_path"] for row in search(index.database, query).rows]


def test_files_of_a_series_make_one_row() -> None:
    index = made(
        ("b/2.dcm", ct(SeriesNumber=3, SeriesDescription="second")),
        ("b/1.dcm", ct(SeriesNumber=3, SeriesDescription="first")),
        ("c/1.dcm", ct(SeriesInstanceUID=f"{UID}.9")),
        ("note.txt", None),
    )
    rows = search(index.database, "").rows
    assert len(rows) == 2
    row = next(row for row in rows if row["series_instance_uid"] == f"{UID}.2")
    assert row["key"] == series_key(f"{UID}.2")
    assert (row["file_count"], row["bytes"], row["frames"], row["first_path"]) == (2, 2000, 2, "b/1.dcm")
    assert row["series_description"] == "first", "what describes a series does not depend on the order of its files"
    assert index.status() == Status(4, 4, 2, 0, "2026-11-23T00:00:00+00:00", running=False)


def test_without_series_uid_study_and_number_make_the_key() -> None:
    assert entry_of(ct(SeriesInstanceUID="", SeriesNumber=7)).key == series_key(f"{UID}.1" + "7")


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian])
def test_every_encoding_tells_the_same(syntax: str) -> None:
    dataset = ct(NumberOfFrames=12, Rows=300)
    plain = entry_of(dataset)
    dataset.file_meta.TransferSyntaxUID = syntax
    assert entry_of(dataset) == plain
    assert plain.frames == 12


def test_a_changed_file_is_read_again_and_a_gone_one_is_taken_out() -> None:
    index = made(("1.dcm", ct()), ("2.dcm", ct(SeriesInstanceUID=f"{UID}.9")), ("3.dcm", ct()))
    index.begin()
    assert index.wanted([Seen("1.dcm", 1000, 1)]) == []
    take(index, "3.dcm", ct(SeriesInstanceUID=f"{UID}.10"), modified=2)
    index.finish("later")
    assert sorted(map(str, found(index, ""))) == ["1.dcm", "3.dcm"]
    assert [row["file_count"] for row in search(index.database, "").rows] == [1, 1]


def test_what_a_changed_file_says_describes_its_series() -> None:
    index = made(("1.dcm", ct(PatientName="Before")), ("2.dcm", ct(PatientName="Before")))
    index.begin()
    take(index, "1.dcm", ct(PatientName="After"), modified=2)
    index.finish("later", complete=False)
    assert found(index, "after") == ["1.dcm"]


def test_a_path_that_is_no_text_is_spelled_out() -> None:
    index = made(("x\udcff.dcm", ct()))
    assert found(index, "") == ["x\\udcff.dcm"]
    index.begin()
    assert index.wanted([Seen("x\udcff.dcm", 1000, 1)]) == []


def test_a_walk_that_was_not_whole_takes_nothing_out() -> None:
    index = made(("1.dcm", ct()), ("2.dcm", ct(SeriesInstanceUID=f"{UID}.9")))
    index.begin()
    index.wanted([Seen("1.dcm", 1000, 1)])
    index.finish("later", complete=False)
    assert len(found(index, "")) == 2


def test_what_is_below_a_folder_that_could_not_be_looked_through_stays() -> None:
    paths = ("a/1.dcm", "a/b/1.dcm", "a/b/z/1.dcm", "a/b0/1.dcm", "a/b.dcm")
    index = made(*((path, ct(SeriesInstanceUID=f"1.{number}")) for number, path in enumerate(paths)))
    index.begin()
    index.wanted([Seen("a/1.dcm", 1000, 1)])
    index.spare("a/b/")
    index.finish("later")
    assert set(found(index, "")) == {"a/1.dcm", "a/b/1.dcm", "a/b/z/1.dcm"}


def test_the_counts_of_a_series_follow_its_files() -> None:
    index = made(*((f"{number}.dcm", ct(NumberOfFrames=number)) for number in (1, 2, 3)), ("note.txt", None))
    index.begin()
    take(index, "2.dcm", ct(NumberOfFrames=5), size=40, modified=2)
    take(index, "4.dcm", None, modified=2)
    index.wanted([Seen("1.dcm", 1000, 1)])
    index.finish("later")
    (row,) = search(index.database, "").rows
    assert (row["file_count"], row["bytes"], row["frames"]) == (2, 1040, 6)
    assert index.status()[:4] == (3, 3, 1, 0)


OLDER = """
DROP TRIGGER file_came; DROP TRIGGER file_went; DROP TABLE counts;
ALTER TABLE series RENAME COLUMN file_count TO files;
PRAGMA user_version = 4;
"""


def test_an_index_of_the_version_before_goes_on() -> None:
    index = made(("1.dcm", ct()), ("2.dcm", ct()), ("note.txt", None))
    before = search(index.database, "").rows, index.status()
    index.database.executescript(OLDER)
    again = Index(index.database)
    assert (search(again.database, "").rows, again.status()) == before
    again.begin()
    again.wanted([Seen("1.dcm", 1000, 1)])
    again.finish("later")
    assert [row["file_count"] for row in search(again.database, "").rows] == [1]


def test_what_was_committed_is_found_while_the_walk_goes_on() -> None:
    index = Index(sqlite3.connect(":memory:"))
    index.begin()
    take(index, "1.dcm", ct())
    index.commit()
    assert found(index, "okonkwo") == ["1.dcm"]
    assert index.status().running


def test_an_index_is_found_again_and_another_database_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("index") / "index.sqlite"
    index = Index(sqlite3.connect(path), "de-identified")
    take(index, "1.dcm", ct())
    index.finish("now")
    index.database.close()
    again = Index(sqlite3.connect(path))
    assert again.holds == "de-identified"
    assert found(again, "") == ["1.dcm"]
    other = sqlite3.connect(":memory:")
    other.execute("CREATE TABLE cats (name TEXT)")
    with pytest.raises(OtherVersion):
        Index(other)


SERIES = (
    (
        "ct",
        ct(SeriesInstanceUID="1.1", StudyDate="20240115", StudyDescription="Thorax Abdomen", BodyPartExamined="CHEST"),
    ),
    (
        "mr",
        ct(SeriesInstanceUID="1.2", StudyDate="20240331", Modality="MR", SeriesDescription="t1 sag", PatientName="X"),
    ),
    ("old", ct(SeriesInstanceUID="1.3", StudyDate="20191231", PatientName="Müller^José", PatientID="4711-0815")),
    ("none", ct(SeriesInstanceUID="1.4", StudyDate="", PatientName="山田^太郎", SpecificCharacterSet="ISO_IR 192")),
)


@pytest.mark.parametrize(
    ("query", "paths"),
    [
        ("", {"ct", "mr", "old", "none"}),
        ("thorax", {"ct"}),
        ("THO abd", {"ct"}),
        ('"thorax abd', {"ct"}),
        ('"abdomen thorax"', set()),
        ("modality:CT", {"ct", "old", "none"}),
        ("modality:ct -thorax", {"old", "none"}),
        ("-modality:CT", {"mr"}),
        ("date:2024", {"ct", "mr"}),
        ("date:2024-01..2024-03", {"ct", "mr"}),
        ("date:2024-03", {"mr"}),
        ("date:20240115", {"ct"}),
        ("date:..2023", {"old"}),
        ("date:2024-02..", {"mr"}),
        ("date:20", {"ct", "mr", "old", "none"}),
        ("patient:muller", {"old"}),
        ("patient:jose 4711", {"old"}),
        ("0815", {"ct", "mr", "old", "none"}),
        ("4711-0815", {"old"}),
        ("patient:thorax", set()),
        ("body:chest", {"ct"}),
        ("山田", {"none"}),
        ("patient:太郎", {"none"}),
        ("uid:1.3", {"old"}),
        ("nosuch:ct", set()),
        ("; DROP TABLE series", set()),
    ],
)
def test_search(query: str, paths: set[str]) -> None:
    assert set(found(made(*SERIES), query)) == paths


def test_the_latest_study_is_first_and_pages_follow_each_other() -> None:
    index = made(*SERIES)
    assert found(index, "") == ["mr", "ct", "old", "none"]
    assert keys(index.database, "") == [row["key"] for row in search(index.database, "").rows]
    page = search(index.database, "", 1, 2)
    assert (page.total, [row["first_path"] for row in page.rows]) == (4, ["ct", "old"])


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("sort:study", ["none", "old", "ct", "mr"]),
        ("-sort:study", ["mr", "ct", "old", "none"]),
        ("-sort:modality date:20", ["mr", "ct", "old", "none"]),
        ("sort:nosuch", []),
    ],
)
def test_the_order_can_be_asked_for(query: str, order: list[str]) -> None:
    index = made(*SERIES)
    assert found(index, query) == order
    by_key = {row["key"]: row["first_path"] for row in search(index.database, "").rows}
    assert [by_key[key] for key in keys(index.database, query)] == order  # ticks, pictures and the viewer follow it


def test_fields_that_there_are_not_are_told_with_those_that_there_are() -> None:
    index = made(*SERIES)
    page = search(index.database, "nosuch:ct Patient:muller sort:size 10:30 -other:x")
    assert page.unknown == ["nosuch", "sort", "other"]
    assert {"patient", "modality", "date", "sort"} < set(page.fields)
    assert search(index.database, "modality:CT").unknown == []


ONE = made(*SERIES)


@given(st.text(st.characters(exclude_categories=())))
def test_every_query_has_an_answer(query: str) -> None:
    assert 0 <= search(ONE.database, query).total <= len(SERIES)


@pytest.mark.parametrize("query", ["old {n}", "-mr{n}", '"ct {n}"', "date:2024..20{n:02}"])
def test_a_text_that_was_pasted_by_mistake_has_an_answer(query: str) -> None:
    assert search(ONE.database, " ".join(query.format(n=number) for number in range(3000))).total <= len(SERIES)


def test_a_word_that_is_said_again_says_no_more() -> None:
    assert found(ONE, "thorax " * 3000) == ["ct"]
