"""Numbers that python-stdnum and phonenumbers judge under Clean Descriptors, and rules of the table without it."""

from __future__ import annotations

import pytest
from dicom_deid.deidentify.suspects import Sought
from dicom_deid.deidentify.text import clean, clean_thoroughly

NOBODY: frozenset[str] = frozenset()
CHECKED = Sought(checked=True)


@pytest.mark.parametrize(
    "number",
    [
        "536-90-4399", "943 476 5919", "390.533.447-05", "44051401359", "1112.22.333", "54362315K", "X-2482300-W",
        "RCCMNL83S18D969H", "710319/2745", "880320-0016", "131052-308T", "17291716060", "971013-9019902",
        "360426199101010071", "295109912611193", "756.9217.0769.85", "01013099997", "BOXW310820HNERXN09",
    ],
)  # fmt: skip
def test_national_numbers_go_by_their_checksum(number: str) -> None:
    assert clean_thoroughly(f"knee {number}", NOBODY, CHECKED) == "knee"
    assert clean(f"knee {number}", NOBODY, CHECKED) == "knee"
    assert clean(f"knee {number}", NOBODY) == "knee"


@pytest.mark.parametrize("text", ["series 44051401351", "12345678901", "54362315A", "44051401351 b"])
def test_what_has_a_wrong_checksum_stays(text: str) -> None:
    assert clean(text, NOBODY, CHECKED) == text
    assert clean(text, NOBODY) == text


@pytest.mark.parametrize("number", ["0711 1234567", "01 42 68 53 00", "020 7946 0958", "06-12345678", "070-123 45 67"])
def test_telephone_numbers_go_where_they_are_valid(number: str) -> None:
    assert clean_thoroughly(f"knee, {number}, hip", NOBODY, CHECKED) == "knee,, hip"


@pytest.mark.parametrize(
    "text",
    ["120 kV 200 mAs", "1.5 x 1.5 x 3.0", "b 50 400 800", "matrix 512 512 180", "TR 4000 TE 80"],
)
def test_what_is_measured_stays(text: str) -> None:
    assert clean_thoroughly(text, NOBODY, CHECKED) == text
