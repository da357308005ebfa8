"""Report: one row per file, safe to open, and lines that name nobody."""

from __future__ import annotations

import csv
import io

import pytest
from dicom_deid.errors import reasons
from dicom_deid.model import Outcome
from dicom_deid.policy import Policy
from dicom_deid.report import AUDIT_COLUMNS, closing, csv_head, csv_line, row
from made import SOURCE_ID, UID, ct, outcome_of, output_of, to_bytes


def test_a_row_has_every_column_and_the_sizes_are_true() -> None:
    data = to_bytes(ct())
    outcome = outcome_of(data)
    cells = row(SOURCE_ID, outcome, len(data))
    assert tuple(cells) == AUDIT_COLUMNS
    assert (cells["status"], cells["pixels"]) == ("written", "kept")
    assert cells["bytes_out"] == len(outcome.splice[0]) + 32  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("size", "told"), [(0, 0), (1, 1), (2, 2), (3, 4), (1024, 1024), (1025, 2048), (528_392, 2**20)]
)
def test_neither_the_size_of_an_original_nor_the_time_that_it_took_is_told(size: int, told: int) -> None:
    cells = row(SOURCE_ID, Outcome("failed", "MALFORMED"), size)
    assert (cells["bytes_in"], cells["milliseconds"]) == (told, "")


def test_a_line_can_be_read_again() -> None:
    line = csv_line({"source_id": 'a "b", c', "status": "skipped", "reason": "EMPTY"})
    read = next(csv.DictReader(io.StringIO(csv_head() + line)))
    assert (read["source_id"], read["status"], read["bytes_in"]) == ('a "b", c', "skipped", "")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM", "\tx", "\rx"])
def test_no_cell_is_a_formula(cell: str) -> None:
    read = next(csv.reader(io.StringIO(csv_line({"source_id": cell}), newline="")))
    assert read[0] == f"'{cell}"


def test_the_modality_of_a_lying_header_is_not_shown() -> None:
    assert outcome_of(to_bytes(ct(Modality="Okonkwo^A"))).names.modality == ""


def test_a_name_that_stands_for_the_modality_is_not_shown() -> None:
    assert outcome_of(to_bytes(ct(PatientName="OKONKWO", Modality="OKONKWO"))).names.modality == ""


def test_text_where_a_retained_uid_belongs_is_not_shown() -> None:
    data = to_bytes(ct()).replace(f"{UID}.1".encode(), b"Okonkwo^Adaeze^Miss^Dr"[: len(UID) + 2].ljust(len(UID) + 2))
    outcome = outcome_of(data, Policy(options=frozenset(("retain-uids",))))
    assert (outcome.status, outcome.names.series) == ("written", f"{UID}.2")
    assert "okonkwo" not in csv_line(row(SOURCE_ID, outcome, len(data))).lower()
    assert b"okonkwo" not in output_of(data, outcome).lower()


def test_the_end_of_the_log_has_studies_reasons_and_rates() -> None:
    summary = {
        "end": "finished",
        "counts": {"written": 2, "withheld": 1},
        "reasons": {"BURNED_IN": 1},
        "bytes_in": 10,
        "bytes_out": 8,
        "seconds": 1.0,
        "stages": {"read": {"items": 1000, "seconds": 9.1}},
        "most": {"workers": 2, "heap": 9, "queued": 3, "under_way": 4, "bytes_in_flight": 5},
        "studies": [
            {"patient_id": "Q", "study_instance_uid": "2.25.0", "counts": {"withheld": 1}, "bytes_out": 0},
            {"patient_id": "P", "study_instance_uid": "2.25.1", "counts": {"written": 2}, "bytes_out": 8},
        ],
    }
    assert closing(summary) == [
        "study 2.25.1 of patient P: 2 written, 0 withheld, 0 skipped, 0 failed, 8 bytes",
        "study 2.25.0 of patient Q: 0 written, 1 withheld, 0 skipped, 0 failed, 0 bytes",
        "reason BURNED_IN: 1",
        "read: 1,000 items in 9.1s (110/sec)",
        "at most: 2 workers busy, 9 bytes of memory in all of them, 3 files queued, 4 under way, 8 bytes in flight",
        "finished: 2 written, 1 withheld, 0 skipped, 0 failed; up to 16 bytes in, 8 bytes out, 1.0s",
    ]


def test_every_reason_has_a_sentence_and_a_remedy() -> None:
    for code, reason in reasons().items():
        assert reason["status"] in ("written", "skipped", "withheld", "failed", "run", "page"), code
        assert reason["sentence"].endswith("."), code
        assert reason["remedy"].endswith("."), code
    assert "rule of the policy" in reasons()["IDENTIFIER_LEFT"]["remedy"]  # it may be the user's own doing


def test_an_outcome_that_is_not_written_has_no_output() -> None:
    assert row(SOURCE_ID, Outcome("failed", "TRUNCATED"), 5)["bytes_out"] == 0
