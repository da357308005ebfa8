"""The linkage without its cipher: what an outcome links, the rows, the order of the records, the tables."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from io import BytesIO, StringIO

import pydicom
import pytest
from dicom_deid.errors import BadLinkage
from dicom_deid.key import Key
from dicom_deid.linkage import (
    CLOSING,
    HEADER,
    MAGIC,
    TABLES,
    Reading,
    Row,
    Tables,
    associated,
    cell_text,
    check_header,
    decode,
    encode,
    make_header,
    sealing_key,
)
from dicom_deid.model import Link, Outcome
from dicom_deid.pipeline import process
from dicom_deid.plan import document
from dicom_deid.policy import Plan, Policy
from made import KEY, SOURCE_ID, UID, Stingy, ct, item, output_of, sequence, to_bytes
from pydicom.dataset import Dataset

FILE_ID = bytes(range(16))


def linked(dataset: Dataset, *options: str) -> tuple[Outcome, Dataset]:
    """The outcome of a data set with its link, and the output."""
    data = to_bytes(dataset)
    outcome = process(Stingy(data), Plan(Policy(frozenset(options)), Key(KEY), linked=True), SOURCE_ID, repeat=False)
    assert outcome.status == "written"
    return outcome, pydicom.dcmread(BytesIO(output_of(data, outcome)))


def row(number: int = 0, **fields: object) -> Row:
    """A row of the series that ``number`` is in the hundreds of."""
    pairs = {name: (f"{UID}.{name}.{number // 100}", f"2.25.{number // 100}") for name in ("study", "series")}
    instance = (f"{UID}.{number}", f"2.25.{number}000")
    link = Link(("P-1", "QRST"), **pairs, instance=instance, weeks=0, uids=((f"{UID}.9", "2.25.9"), instance))
    fields = {"source_id": f"{number:020x}", "source_path": f"a/{number}.dcm", "output_path": f"out/{number}"} | fields
    return Row(**({"link": link} | fields))


def tables(*rows: Row) -> dict[str, list[list[str]]]:
    """The tables of some rows, read again, without their heads."""
    made = Tables()
    texts = made.heads()
    for one in rows:
        for name, lines in made.add(one).items():
            texts[name] += lines
    read = {name: list(csv.reader(StringIO(text, newline=""))) for name, text in texts.items()}
    assert {name: tuple(lines[0]) for name, lines in read.items()} == TABLES
    assert made.counts == {name: len(lines) - 1 for name, lines in read.items()}
    return {name: lines[1:] for name, lines in read.items()}


def test_an_outcome_links_nothing_unless_the_plan_asks_for_it() -> None:
    data = to_bytes(ct())
    plain = process(Stingy(data), Plan(Policy(), Key(KEY)), SOURCE_ID, repeat=False)
    asked, _ = linked(ct())
    assert plain.link is None
    assert asked.link is not None
    assert plain.splice == asked.splice
    assert plain.names == asked.names


def test_that_it_is_asked_for_is_no_part_of_the_plan() -> None:
    assert document(Plan(Policy(), Key(KEY))) == document(Plan(Policy(), Key(KEY), linked=True))


def test_a_link_states_what_source_and_output_have() -> None:
    source = ct(SourceImageSequence=sequence(item(ReferencedSOPInstanceUID=f"{UID}.77")))
    outcome, output = linked(source)
    link = outcome.link
    assert link.patient == ("MRN-0815-4711", output.PatientID)
    assert link.study == (f"{UID}.1", output.StudyInstanceUID)
    assert link.series == (f"{UID}.2", output.SeriesInstanceUID)
    assert link.instance == (f"{UID}.3", output.SOPInstanceUID)
    assert link.weeks == 0
    uids = dict(link.uids)
    assert len(uids) == len(link.uids)
    assert set(uids) >= {f"{UID}.{number}" for number in (1, 2, 3, 4)}
    assert uids[f"{UID}.4"] == output.FrameOfReferenceUID
    assert source.SOPClassUID not in uids


def test_weeks_are_those_by_which_the_dates_went_back() -> None:
    outcome, output = linked(ct(), "retain-modified-dates")
    before = date(2024, 2, 29) - timedelta(weeks=outcome.link.weeks)
    assert output.StudyDate == f"{before:%Y%m%d}"
    assert linked(ct(), "retain-full-dates")[0].link.weeks == 0


def test_what_is_retained_or_absent_is_mapped_to_itself_and_is_in_no_mapping() -> None:
    source = ct()
    del source.PatientID
    outcome, output = linked(source, "retain-uids")
    link = outcome.link
    assert link.study == (f"{UID}.1", f"{UID}.1") == (output.StudyInstanceUID,) * 2
    assert link.patient[0] == ""
    found = tables(row(link=link))
    assert found["uid_mapping.csv"] == found["patid_mapping.csv"] == []
    assert len(found["linkage.csv"]) == 1


def test_a_patient_id_is_read_in_its_character_set() -> None:
    outcome, _ = linked(ct(SpecificCharacterSet="ISO_IR 144", PatientID="Ж-4711"))
    assert outcome.link.patient[0] == "Ж-4711"


def test_what_is_not_written_links_nothing() -> None:
    data = to_bytes(ct(BurnedInAnnotation="YES"))
    outcome = process(Stingy(data), Plan(Policy(), Key(KEY), linked=True), SOURCE_ID, repeat=False)
    assert (outcome.status, outcome.link) == ("withheld", None)


def test_rows_come_back_as_they_went() -> None:
    rows = [row(1, source_path='caf\udce9/"a,b"\n.dcm'), row(2), row(3, link=row().link._replace(weeks=12, uids=()))]
    assert decode(encode(rows)) == rows
    assert encode(rows).isascii()
    assert encode([]) != CLOSING


def test_a_header_is_known_again_by_its_key_alone() -> None:
    header = make_header(Key(KEY), FILE_ID)
    assert len(header) == HEADER.size == 48
    check_header(header, Key(KEY))
    for wrong, key, reason in (
        (header[:-1], KEY, "LINKAGE_UNKNOWN"),
        (b"", KEY, "LINKAGE_UNKNOWN"),
        (b"x" * 48, KEY, "LINKAGE_UNKNOWN"),
        (MAGIC + b"\x02" + header[17:], KEY, "LINKAGE_VERSION"),
        (header, bytes(32), "LINKAGE_KEY"),
    ):
        with pytest.raises(BadLinkage) as caught:
            check_header(wrong, Key(key))
        assert caught.value.reason == reason


def test_each_file_and_each_project_has_a_key_of_its_own() -> None:
    headers = [make_header(Key(key), file_id) for key in (KEY, bytes(32)) for file_id in (FILE_ID, bytes(16))]
    keys = {sealing_key(Key(key), header) for key in (KEY, bytes(32)) for header in headers}
    assert len(keys) == 4
    assert {len(key) for key in keys} == {32}
    assert KEY not in keys


def test_header_and_number_are_authenticated_with_a_record() -> None:
    header = make_header(Key(KEY), FILE_ID)
    assert associated(header, 258) == header + b"\0\0\0\0\0\0\1\2"


def read(*records: tuple[int, bytes | None]) -> tuple[list[Row], Reading]:
    reading = Reading()
    return [found for number, content in records for found in reading.take(number, content)], reading


A, B, C = (encode([row(number)]) for number in (1, 2, 3))


def test_a_whole_file_gives_no_warning() -> None:
    rows, reading = read((0, A), (1, encode([])), (2, B), (3, CLOSING))
    assert rows == [row(1), row(2)]
    assert reading.sound()
    assert reading.warnings() == []


def test_a_file_without_end_is_sound_but_warned_of() -> None:
    rows, reading = read((0, A))
    assert rows == [row(1)]
    assert reading.sound()
    assert len(reading.warnings()) == 1
    _, reading = read((0, A), (1, CLOSING))
    reading.torn = True
    assert len(reading.warnings()) == 1


@pytest.mark.parametrize(
    ("records", "left", "counts"),
    [
        (((0, A), (2, C), (3, CLOSING)), [1, 3], (0, 1, 0)),  # one taken out
        (((1, B), (0, A), (2, CLOSING)), [2, 1], (0, 1, 1)),  # two exchanged
        (((0, A), (0, A), (1, B), (2, CLOSING)), [1, 1, 2], (0, 0, 1)),  # one copied
        (((0, A), (1, None), (2, C), (3, CLOSING)), [1, 3], (1, 0, 0)),  # one changed
        (((0, A), (1, CLOSING), (2, B), (3, CLOSING)), [1, 2], (0, 0, 1)),  # more behind the end
    ],
)
def test_what_was_changed_is_counted_and_the_rest_is_read(
    records: tuple[tuple[int, bytes | None], ...], left: list[int], counts: tuple[int, int, int]
) -> None:
    rows, reading = read(*records)
    assert rows == [row(number) for number in left]
    assert (reading.damaged, reading.missing, reading.misplaced) == counts
    assert not reading.sound()
    assert len(reading.warnings()) == sum(map(bool, counts))


def test_every_file_uid_and_patient_is_listed_once() -> None:
    found = tables(row(1), row(2), row(1), row(101))
    assert [line[1] for line in found["linkage.csv"]] == ["a/1.dcm", "a/2.dcm", "a/101.dcm"]
    assert found["patid_mapping.csv"] == [["P-1", "QRST"]]
    olds = [line[0] for line in found["uid_mapping.csv"]]
    assert len(olds) == len(set(olds))
    assert set(olds) == {
        f"{UID}.study.0", f"{UID}.study.1", f"{UID}.series.0", f"{UID}.series.1",
        f"{UID}.1", f"{UID}.2", f"{UID}.101", f"{UID}.9",
    }  # fmt: skip


def test_the_columns_of_the_linkage() -> None:
    link = Link(("p", "P"), ("st", "ST"), ("se", "SE"), ("i", "I"), 7, ())
    line = tables(Row("s", "path", "out/x", link))["linkage.csv"][0]
    assert line == ["s", "path", "p", "P", "st", "ST", "se", "SE", "i", "I", "7", "out/x"]
    assert tables(Row("s", "path", "out/x", link._replace(weeks=0)))["linkage.csv"][0][10] == ""


@pytest.mark.parametrize("text", ["-4711", "+49 30 1", "@home", "1.2.3", "a=b", "", "Ж-1", "-Ж.7_a"])
def test_ids_stay_as_they_are(text: str) -> None:
    assert cell_text(text) == text


@pytest.mark.parametrize(
    "text", ["=1+1", "=HYPERLINK(A1)", "+cmd|' /C calc'!A0", "-1+A1", "@SUM(1)", "\t=1", "\r=1", "-2+3+cmd|x", "=A1"]
)
def test_what_a_spreadsheet_would_run_is_made_text(text: str) -> None:
    assert next(csv.reader(StringIO(cell_text(text), newline="")))[0] == f"'{text}"


@pytest.mark.parametrize("text", ["a;=1+1", "a\t=1+1", 'a","=1', "a,b", "a\nb", "a\r=1"])
def test_no_separator_opens_a_cell_within_a_text(text: str) -> None:
    assert cell_text(text) == '"' + text.replace('"', '""') + '"'
