"""Normal forms in pieces: what Unicode says of any writing, and bounded where there are marks without end."""

import random
import unicodedata
from pathlib import Path

import dicom_deid
import pytest
from dicom_deid.deidentify.letters import fold
from dicom_deid.normal_form import MOST, normal_form, pieces
from dicom_deid.verify.search import folded

FORMS = ("NFC", "NFD", "NFKC", "NFKD")
MARKS = "\u0315\u0300" * 20_000
"""Marks of two classes in turn: Python sorts them in a time that grows with the square of their number."""
JOINED = "e\u0301 ǖ 각\u11a8 ｶﾞ ㅏ ำ \u0f71\u0f80 한글 ﬁ क्\u093c Å\u0323"
"""Letters with marks, syllables of Hangul, and halves that join what stands before them."""


@pytest.mark.parametrize("form", FORMS)
def test_pieces_give_what_the_whole_gives(form: str) -> None:
    letters, draw = JOINED * 5 + "\u1100\u1161\u11a8ﾞﾟ\u0300\u0315" * 5, random.Random(14)
    for _ in range(100):
        text = "".join(draw.choices(letters, k=5 * MOST))
        assert normal_form(form, text) == unicodedata.normalize(form, text)  # type: ignore[arg-type]


def test_marks_without_end_come_in_pieces() -> None:
    cut = list(pieces("a" + MARKS))
    assert "".join(cut) == "a" + MARKS
    assert max(map(len, cut)) == MOST
    assert fold("Zorbath" + MARKS) == folded("Zorbath" + MARKS) == "zorbath"


def test_nothing_else_normalises() -> None:
    core = Path(dicom_deid.__file__).parent
    found = {path.name for path in core.rglob("*.py") if "unicodedata.normalize" in path.read_text(encoding="utf-8")}
    assert found == {"normal_form.py"}
