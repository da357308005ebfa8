"""Stripes: one segment of a splice that lays the same over many rows of the source."""

from __future__ import annotations

from pathlib import Path

from dicom_deid.api.dataset import joined
from dicom_deid.browser.bridge import segments
from dicom_deid.native import write as writing
from dicom_deid.native.source import FileSource
from dicom_deid.splice import Copy, Stripe, Stripes, splice_size
from hypothesis import given
from hypothesis import strategies as st

STRIPES = Stripes(5, 10, 3, (Stripe(0, 2, b"\1"), Stripe(4, 2, b"\7\x08")))
DATA = bytes(range(100, 160))
EXPECTED = b"".join(b"\1\1" + DATA[at + 2 : at + 4] + b"\7\x08\7\x08" + DATA[at + 8 : at + 10] for at in (5, 15, 25))[
    :-2
]


def test_stripes_over_rows() -> None:
    assert joined((Copy(0, 5), STRIPES, Copy(33, 40)), DATA) == DATA[:5] + EXPECTED + DATA[33:40]
    assert splice_size((STRIPES,)) == len(EXPECTED) == 28


def test_an_output_with_stripes(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(DATA)
    with FileSource(source) as opened:
        assert writing.write((STRIPES, Copy(33, 60)), opened, tmp_path / "output") == 55
    assert (tmp_path / "output").read_bytes() == EXPECTED + DATA[33:]


@given(st.integers(1, 6), st.integers(4, 9), st.integers(1, 60))
def test_parts_of_any_length_give_the_same(rows: int, step: int, most: int) -> None:
    stripes = Stripes(3, step, rows, (Stripe(0, 1, b"\2"), Stripe(2, 2, b"\3")))
    whole, parts = bytearray(DATA[3 : stripes.end]), bytearray()
    stripes.over(whole)
    for start, end in stripes.ranges(most):
        part = bytearray(DATA[start:end])
        stripes.over(part)
        parts += part
        assert len(part) <= max(most, step)
    assert parts == whole
    assert whole.count(2) == rows


def test_stripes_as_the_page_gets_them() -> None:
    assert segments((STRIPES,)) == [{"stripes": [5, 33, 10, 3], "laid": [[0, 2, 1], [4, 2, 7, 8]]}]
