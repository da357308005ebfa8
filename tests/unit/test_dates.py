"""Shifted dates: all forms of PS3.5, whole weeks, and nothing that is no date."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from dicom_deid.deidentify.dates import shift
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("vr", "before", "after"),
    [
        ("DA", "20240229", "20240222"),
        ("DA", "2024.02.29", "2024.02.22"),
        ("DA", "20240101", "20231225"),
        ("DA", "20240229\\20240301", "20240222\\20240223"),
        ("DA", "20240229 ", "20240222"),
        ("DT", "20240229235960.123456+0100", "20240222235960.123456+0100"),
        ("DT", "2024022923", "2024022223"),
        ("DT", "20240229-0500", "20240222-0500"),
        ("TM", "235960.999999", "235960.999999"),
        ("TM", "07:30", "07:30"),
        ("TM", "111522.214743816", "111522.214743816"),
        ("DT", "20240229111522.214743816", "20240222111522.214743816"),
        ("TM", "", ""),
    ],
)
def test_a_date_goes_back_a_week_and_its_time_stays(vr: str, before: str, after: str) -> None:
    assert shift(vr, before, 1) == after


@pytest.mark.parametrize(
    ("vr", "value"),
    [
        ("DA", "20240230"),
        ("DA", "SMITH"),
        ("DA", "20240229-20240301"),
        ("DA", "0001010"),
        ("DA", "00010101"),
        ("DT", "2024"),
        ("DT", "202402"),
        ("DT", "Monday"),
        ("TM", "half past"),
        ("DA", "20240229\\tomorrow"),
    ],
)
def test_what_is_no_date_is_not_passed_on(vr: str, value: str) -> None:
    assert shift(vr, value, 1) is None


@given(st.dates(min_value=date(1000, 1, 1)), st.dates(min_value=date(1000, 1, 1)), st.integers(1, 520))
def test_intervals_and_weekdays_stay(one: date, other: date, weeks: int) -> None:
    first, second = (shift("DA", f"{day:%Y%m%d}".zfill(8), weeks) for day in (one, other))
    assert first is not None
    assert second is not None
    new_one, new_other = (datetime.strptime(text, "%Y%m%d").date() for text in (first, second))  # noqa: DTZ007
    assert new_one - new_other == one - other
    assert one - new_one == timedelta(weeks=weeks)
