"""Clean Descriptors removes what no header names, in every category and language, and keeps every clinical word."""

from __future__ import annotations

from collections import Counter
from importlib import import_module

import pytest
from dicom_deid.deidentify.text import clean, clean_thoroughly
from unnamed import CHECKED, Measured, left, lost, measure, sentences

LEAST = 0.85


@pytest.fixture(scope="module")
def measured() -> Measured:
    return measure()


def test_most_of_it_goes(measured: Measured) -> None:
    """By category and by language, of what the tables were made with and of what was held back."""
    some = [(category, "") for category in measured.categories] + [("", language) for language in measured.phrases]
    shares = {(*one, held): measured.gone(*one, held=held) for one in some for held in (False, True)}
    assert len(shares) > 50
    assert {one: share for one, share in shares.items() if share[0] < LEAST * share[1]} == {}


def test_every_clinical_word_stays(measured: Measured) -> None:
    assert measured.phrases.total() > 2000
    assert measured.kept == measured.phrases
    assert measured.whole == measured.all
    assert measured.losses == []


def test_texts_in_small_letters_lose_it_too() -> None:
    """There no capital tells a name; single words beside relatives stay, as they are mostly what the person is."""
    clean_ones, total, whole = Counter[str](), Counter[str](), 0
    for one in sentences():
        if not one.held:
            continue
        small = one._replace(**{key: getattr(one, key).lower() for key in ("text", "kept", "goes", "carrier")})
        after = clean_thoroughly(small.text, frozenset(), CHECKED)
        total[one.category] += 1
        clean_ones[one.category] += not left(small, after)
        whole += not lost(small, after)
    some = ("address", "hospital", "person")
    assert {category for category in some if clean_ones[category] < LEAST * total[category]} == set()
    assert whole == total.total()


def test_the_code_meanings_of_the_standard_stay() -> None:
    """But for what names breeds and authors."""
    schemes = import_module("pydicom.sr._concepts_dict").concepts.values()
    meanings = sorted({meaning for codes in schemes for named in codes.values() for meaning, _ in named.values()})[::4]
    assert [meaning for meaning in meanings if clean(meaning, frozenset()) != meaning] == []
    changed = [meaning for meaning in meanings if clean_thoroughly(meaning, frozenset(), CHECKED) != meaning]
    assert len(changed) < len(meanings) / 1000
