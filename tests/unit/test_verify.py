"""Verify: an output with a finding is never written."""

from __future__ import annotations

import pytest
from dicom_deid.errors import Withheld
from dicom_deid.verify import verify
from made import ct, item, sequence, to_bytes
from pydicom.dataset import Dataset

EXPLICIT_UID = "1.2.840.10008.1.2.1"
NAMES = frozenset(("okonkwo",))


def marked(**values: object) -> Dataset:
    code = item(CodeValue="113100", CodingSchemeDesignator="DCM", CodeMeaning="Basic")
    marks = {"PatientIdentityRemoved": "YES", "DeidentificationMethodCodeSequence": sequence(code)}
    return ct(**{"PatientName": "X", "PatientID": "X", **marks, **values})


def finding(dataset: Dataset, uids: tuple[str, ...] = (), syntax: str = EXPLICIT_UID, data: bytes = b"") -> str:
    try:
        verify(data or to_bytes(dataset), NAMES, uids, syntax, frozenset())
    except Withheld as withheld:
        return withheld.reason
    return ""


def test_a_clean_output_passes() -> None:
    assert finding(marked()) == ""


@pytest.mark.parametrize(
    "values",
    [
        {"FilterType": "for Okonkwo"},
        {"FilterType": "OKONKWO"},
        {"SpecificCharacterSet": "ISO_IR 192", "FilterType": "Ókonkwo"},
        {"RequestAttributesSequence": sequence(item(OperatorsName="Okonkwo^A"))},
        {"ICCProfile": b"by okonkwo "},
    ],
)
def test_an_identifier_that_is_left_is_found(values: dict[str, object]) -> None:
    assert finding(marked(**values)) == "IDENTIFIER_LEFT"


def test_a_uid_that_is_left_is_found_wherever_it_is() -> None:
    assert finding(marked(FilterType="1.2.3.4.5.6"), ("1.2.3.4.5.6",)) == "IDENTIFIER_LEFT"
    assert finding(marked(FilterType="1.2.3.4.5.66"), ("1.2.3.4.5.6",)) == ""


def test_marks_that_are_missing_are_found() -> None:
    unmarked = marked()
    unmarked.PatientIdentityRemoved = "NO"
    assert finding(unmarked) == "OUTPUT_UNSOUND"
    del unmarked.PatientIdentityRemoved
    assert finding(unmarked) == "OUTPUT_UNSOUND"


def test_a_private_element_is_found() -> None:
    dataset = marked()
    dataset.private_block(0x0009, "ACME", create=True).add_new(1, "LO", "x")
    assert finding(dataset) == "OUTPUT_UNSOUND"


def test_another_transfer_syntax_or_a_preamble_is_found() -> None:
    assert finding(marked(), syntax="1.2.840.10008.1.2") == "OUTPUT_UNSOUND"
    assert finding(marked(), data=b"II*\0" + to_bytes(marked())[4:]) == "OUTPUT_UNSOUND"


def test_bytes_that_cannot_be_read_are_found() -> None:
    assert finding(marked(), data=b"nothing") == "OUTPUT_UNSOUND"
