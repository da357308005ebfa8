"""The standard's own tables: each row of E.1-1 and E.3.4-1 with each option alone, judged by what its cell says.

The tables are those that `build.py tables` reads, byte for byte; nothing here asks the code how it reads them.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import pydicom
import pytest
from dicom_deid.policy import Policy
from dicom_deid.profile import table
from made import CT, UID, ct, item, outcome_of, output_of, sequence, to_bytes
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

HERE = Path(__file__).with_name("standard")
OPTIONS = {
    "": "basic",
    "retain-safe-private": "rtn_safe_priv",
    "retain-uids": "rtn_uids",
    "retain-device-identity": "rtn_dev_id",
    "retain-institution-identity": "rtn_inst_id",
    "retain-patient-characteristics": "rtn_pat_chars",
    "retain-full-dates": "rtn_long_full_dates",
    "retain-modified-dates": "rtn_long_modif_dates",
    "clean-descriptors": "clean_desc",
    "clean-structured-content": "clean_struct_cont",
    "clean-graphics": "clean_graph",
}
"""Option -> its column."""
BULK = ("OB", "OW", "OF", "OD", "OL", "OV", "UN")
VOCABULARY = {0x00080106, 0x00080107, 0x0040DB06, 0x0040DB07}
"""Versions of vocabularies: shifted by the patient's weeks they would tell these."""
AT_ONCE = 90
"""Rows that are planted in one instance, each with a value of its own."""


class Row(NamedTuple):
    """A row of Table E.1-1 with an attribute that it means."""

    number: int
    tag: int
    vr: str
    cells: dict[str, str]


def rows_of(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def listed() -> Iterator[Row]:
    """The rows of E.1-1, but for that of private elements and those of groups that have no place in a data set."""
    for number, cells in enumerate(rows_of("ps3.15-table-E.1-1.csv")):
        digits = cells["tag"].split(" ")[0].strip("()").replace(",", "")
        if "g" in digits:
            continue
        if digits == "50xxxxxx":
            digits = "50000010"
        tag = int(digits.replace("x", "0"), 16)
        if tag >= 0x00080000:
            yield Row(number, tag, vr_of(tag), cells)


def vr_of(tag: int) -> str:
    """The VR in PS3.6 as pydicom has it; its newest attributes are younger."""
    try:
        return dictionary_VR(tag).split(" or ")[-1]
    except KeyError:
        return "LO"


ROWS = list(listed())


def word(row: Row) -> str:
    """A text that stands in the value of this row alone."""
    return f"Zq{row.number:04d}xv"


def value_of(row: Row, cell: str) -> object:
    """A value for the attribute; where its text is to be cleaned, with the patient's name in it."""
    said = f"chest {'Okonkwo' if cell == 'C' else word(row)}"
    values: dict[str, object] = {
        "DA": "20190307", "DT": "20190307101112", "TM": "101112", "AS": "042Y", "DS": "7.5", "IS": "7", "UI": uid(row),
        "CS": word(row).upper(), "AE": word(row), "PN": f"Okonkwo^{word(row)}", "UR": f"http://{word(row)}.example/",
        "SQ": sequence(content(row)), "FD": 7.5, "FL": 7.5, "US": 7, "SS": 7, "UL": 7, "SL": 7, "AT": 0x00100010,
    }  # fmt: skip
    return word(row).encode() if row.vr in BULK else values.get(row.vr, said)


def uid(row: Row) -> str:
    return f"{UID}.9.{row.number}"


def content(row: Row) -> Dataset:
    """An item of a sequence: a text that a content item may have, a technical label and a reference."""
    return item(ValueType="TEXT", TextValue="chest", ConvolutionKernel=word(row), ReferencedSOPInstanceUID=uid(row))


def planted(rows: list[Row], column: str) -> Dataset:
    dataset = ct()
    for row in rows:
        dataset.add(DataElement(row.tag, row.vr, value_of(row, row.cells[column])))
    return dataset


def text_of(element: DataElement) -> str:
    return str(element.value.to_json_dict() if isinstance(element.value, Dataset) else element.value)


def gone(row: Row, after: Dataset) -> bool:
    return row.tag not in after


def emptied(row: Row, after: Dataset) -> bool:
    return row.tag in after and not after[row.tag].value


def replaced(row: Row, after: Dataset) -> bool:
    """A value that is none of the original's."""
    if row.tag not in after or not after[row.tag].value:
        return False
    if row.vr == "SQ":
        first = after[row.tag].value[0]
        return len(after[row.tag].value) == 1 and word(row) not in str(first)
    return after[row.tag].value != value_of(row, "") and word(row).lower() not in text_of(after[row.tag]).lower()


def renamed(row: Row, after: Dataset) -> bool:
    """New UIDs: of the element, or of all that is in the sequence."""
    if row.tag not in after:
        return False
    value = after[row.tag].value
    new = str(value[0].ReferencedSOPInstanceUID if row.vr == "SQ" else value)
    return new.startswith("2.25.")


def kept(row: Row, after: Dataset) -> bool:
    if row.tag not in after:
        return False
    value = after[row.tag].value
    if row.vr == "SQ":
        return len(value) == 1 and value[0].get("ConvolutionKernel") == word(row)
    return value == value_of(row, "")


def cleaned(row: Row, after: Dataset) -> bool:
    """Text that stays without a name, a date that goes back by weeks, a sequence that is looked into."""
    if row.vr in BULK or row.tag >> 24 in (0x50, 0x60):
        return gone(row, after) or replaced(row, after) or emptied(row, after)  # of such an instance not claimed
    if row.tag in VOCABULARY:
        return kept(row, after)
    if row.tag not in after:
        return False
    value = after[row.tag].value
    if row.vr == "SQ":
        return kept(row, after)
    if row.vr in ("DA", "DT"):
        back = date(2019, 3, 7) - date(int(value[:4]), int(value[4:6]), int(value[6:8]))
        return back.days > 0 == back.days % 7 and value[8:] == str(value_of(row, ""))[8:]
    if row.vr in ("LO", "LT", "SH", "ST", "UC", "UT"):
        return str(value) == "chest"
    return str(value) == str(value_of(row, "C"))


CODES = {"X": gone, "Z": lambda row, after: emptied(row, after) or replaced(row, after), "D": replaced,
         "U": renamed, "U*": renamed, "K": kept, "C": cleaned}  # fmt: skip


def test_the_tables_are_those_that_the_code_was_made_of() -> None:
    for name, made in (("ps3.15-table-E.1-1.csv", "profile.json"), ("ps3.15-table-E.3.4-1.csv", "content-items.json")):
        assert hashlib.sha256((HERE / name).read_bytes()).hexdigest() == table(made)["sha256"]
    assert len(rows_of("ps3.15-table-E.1-1.csv")) == 657


@pytest.mark.parametrize("option", OPTIONS)
def test_each_row_of_e_1_1_is_done_as_its_cell_says(option: str) -> None:
    wrong, column = [], OPTIONS[option]
    for start in range(0, len(ROWS), AT_ONCE):
        rows = ROWS[start : start + AT_ONCE]
        after = made(planted(rows, column), option)
        for row in rows:
            cell = row.cells[column] or row.cells["basic"]
            if not any(CODES[code](row, after) for code in cell.split("/")):
                wrong.append((row.cells["tag"], row.cells["name"], row.vr, cell, str(after.get(row.tag))))
    assert wrong == []


def made(dataset: Dataset, option: str) -> Dataset:
    data = to_bytes(dataset)
    outcome = outcome_of(data, Policy(options=filter(None, [option])))
    assert (outcome.status, outcome.reason) == ("written", "")
    return pydicom.dcmread(BytesIO(output_of(data, outcome)))


@pytest.mark.parametrize("option", OPTIONS)
def test_private_elements_go_and_safe_ones_stay_with_their_option(option: str) -> None:
    dataset = ct()
    dataset.private_block(0x0019, "ACME", create=True).add_new(1, "LO", "secret")
    dataset.private_block(0x7053, "Philips PET Private Group", create=True).add_new(0, "DS", "1.5")
    after = made(dataset, option)
    assert (0x0019, 0x1001) not in after
    assert ((0x7053, 0x1000) in after) == (option == "retain-safe-private")


ITEMS = rows_of("ps3.15-table-E.3.4-1.csv")
DATED = {"DATE": ("Date", "20190307"), "TIME": ("Time", "101112"), "DATETIME": ("DateTime", "20190307101112")}
REFERRING = ("COMPOSITE", "IMAGE", "WAVEFORM")


def spoken(number: int, cells: dict[str, str], text: str = "chest of Okonkwo") -> Dataset:
    """A content item of a row of Table E.3.4-1."""
    name = item(
        CodeValue=cells["code_value"], CodingSchemeDesignator=cells["coding_scheme"], CodeMeaning=cells["code_meaning"]
    )
    found = item(RelationshipType="CONTAINS", ValueType=cells["value_type"], ConceptNameCodeSequence=sequence(name))
    kind, own = cells["value_type"], f"{UID}.8.{number}"
    if kind in DATED:
        setattr(found, *DATED[kind])
    elif kind in REFERRING:
        found.ReferencedSOPSequence = sequence(item(ReferencedSOPClassUID=CT, ReferencedSOPInstanceUID=own))
    elif kind == "TEXT":
        found.TextValue = text
    elif kind == "PNAME":
        found.PersonName = "Okonkwo^Adaeze"
    elif kind == "UIDREF":
        found.UID = own
    elif kind == "NUM":
        found.MeasuredValueSequence = sequence(item(NumericValue="42"))
    elif kind == "CODE":
        code = item(CodeValue="F", CodingSchemeDesignator="DCM", CodeMeaning="Female")
        found.ConceptCodeSequence = sequence(code)
    return found


def said(found: Dataset) -> str:
    """The value of a content item."""
    keywords = ("TextValue", "PersonName", "UID", "Date", "Time", "DateTime")
    value = next((str(found[word].value) for word in keywords if word in found), "")
    for step, word in (
        ("MeasuredValueSequence", "NumericValue"),
        ("ReferencedSOPSequence", "ReferencedSOPInstanceUID"),
    ):
        if step in found:
            return str(found[step][0][word].value)
    return value


def goes(code: str, cells: dict[str, str], before: Dataset, after: Dataset | None) -> bool:
    """Whether a content item is what an action code of the table makes of it."""
    if code == "X" or after is None:
        return code == "X" and after is None
    old, new, kind = said(before), said(after), cells["value_type"]
    if code == "K":
        return new == old
    if code == "D":
        return new not in ("", old) and "Okonkwo" not in new
    if kind in ("DATE", "DATETIME"):
        back = date(2019, 3, 7) - date(int(new[:4]), int(new[4:6]), int(new[6:8]))
        return back.days > 0 == back.days % 7 and new[8:] == old[8:]
    return new == (old if kind == "TIME" else "chest of")


@pytest.mark.parametrize("option", [name for name, column in OPTIONS.items() if name == "" or column in ITEMS[0]])
def test_each_row_of_e_3_4_1_is_done_as_its_cell_says(option: str) -> None:
    column = OPTIONS[option]
    texts = ["the scanner" if cells.get(column) == "K" else "chest of Okonkwo" for cells in ITEMS]
    before = [spoken(number, cells, texts[number]) for number, cells in enumerate(ITEMS)]
    data = to_bytes(ct(ContentSequence=sequence(*before), ValueType="CONTAINER"))
    options = filter(None, ("clean-structured-content", option))
    outcome = outcome_of(data, Policy(options=options))
    assert (outcome.status, outcome.reason) == ("written", "")
    left = {key_of(found): found for found in pydicom.dcmread(BytesIO(output_of(data, outcome))).ContentSequence}
    wrong = []
    for cells, found in zip(ITEMS, before, strict=True):
        cell = cells.get(column) or cells["basic"]
        after = left.get(key_of(found))
        if not any(goes(code, cells, found, after) for code in cell.split("/")):
            wrong.append((cells["code_meaning"], cells["value_type"], cell, "" if after is None else said(after)))
    assert wrong == []


def key_of(found: Dataset) -> tuple[str, str, str]:
    """Coding scheme and code of the concept name, and the value type."""
    name = found.ConceptNameCodeSequence[0]
    return name.CodingSchemeDesignator, name.CodeValue, found.ValueType


@pytest.mark.parametrize(
    ("scheme", "code", "kind", "options", "stays"),
    [
        ("DCM", "121112", "IMAGE", "", True),
        ("DCM", "121112", "WAVEFORM", "", False),
        ("SCT", "371524004", "COMPOSITE", "retain-uids", True),
        ("SCT", "371524004", "COMPOSITE", "clean-descriptors", False),
        ("SCT", "371524004", "TEXT", "clean-descriptors", True),
        ("SCT", "371524004", "TEXT", "retain-uids", False),
        ("DCM", "121071", "CODE", "", True),
        ("DCM", "121022", "UIDREF", "", False),
        ("DCM", "113870", "TEXT", "", True),
    ],
)
def test_the_value_type_counts(scheme: str, code: str, kind: str, options: str, stays: bool) -> None:
    cells = {"coding_scheme": scheme, "code_value": code, "code_meaning": "x", "value_type": kind}
    dataset = ct(ContentSequence=sequence(spoken(0, cells)), ValueType="CONTAINER")
    data = to_bytes(dataset)
    outcome = outcome_of(data, Policy(options=["clean-structured-content", *options.split()]))
    output = output_of(data, outcome)
    assert len(pydicom.dcmread(BytesIO(output)).ContentSequence) == stays
    assert b"Okonkwo" not in output
