"""Clean Descriptors removes what no header names, in every category and language, and keeps every clinical word."""

from __future__ import annotations

from importlib import import_module

import pytest
from dicom_deid.deidentify.text import clean, clean_thoroughly
from unnamed import CHECKED, Measured, measure, phrases

LEAST = 0.85


@pytest.fixture(scope="module")
def measured() -> Measured:
    return measure()


@pytest.mark.parametrize("held", [False, True])
def test_most_of_it_goes(measured: Measured, held: bool) -> None:
    shares = {key: measured.clean[key, held] / count for (key, back), count in measured.all.items() if back == held}
    assert len(shares) > 25
    assert {key: share for key, share in shares.items() if share < LEAST} == {}


def test_every_clinical_word_stays(measured: Measured) -> None:
    assert len(list(phrases())) > 2000
    assert measured.losses == []


def test_the_code_meanings_of_the_standard_stay() -> None:
    """But for what names breeds and authors."""
    schemes = import_module("pydicom.sr._concepts_dict").concepts.values()
    meanings = sorted({meaning for codes in schemes for named in codes.values() for meaning, _ in named.values()})[::4]
    assert [meaning for meaning in meanings if clean(meaning, frozenset()) != meaning] == []
    changed = [meaning for meaning in meanings if clean_thoroughly(meaning, frozenset(), CHECKED) != meaning]
    assert len(changed) < len(meanings) / 1000
