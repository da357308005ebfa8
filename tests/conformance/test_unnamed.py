"""Clean Descriptors removes what no header names, in every category and language, and keeps every clinical word."""

from __future__ import annotations

import pytest
from unnamed import Measured, measure, phrases

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
