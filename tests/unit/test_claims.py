"""Claims: what the markers of a plan may say, given its options and rules."""

from __future__ import annotations

import pytest
from dicom_deid.key import Key
from dicom_deid.policy import Plan, Policy
from dicom_deid.policy.claims import Claims
from dicom_deid.policy.python import PythonRule
from dicom_deid.policy.rules import Rule
from made import KEY

CODE = "def rule(element, instance): pass"


def claims_of(*options: str, rules: tuple[Rule, ...] = (), may: tuple[str, ...] = ()) -> Claims:
    python = (PythonRule(CODE, "", may),) if may else ()
    return Plan(Policy(options=frozenset(options), rules=rules, python=python), Key(KEY)).claims


def test_a_rule_that_is_overruled_at_the_top_still_keeps_what_lies_deeper() -> None:
    anywhere, top = Rule(match="PatientAge", action="K"), Rule(match="/PatientAge", action="X")
    assert claims_of(rules=(anywhere, top)).weaker == ("policy rule 1",)
    assert claims_of(rules=(top,)).weaker == ()
    assert claims_of(rules=(Rule(match="/PatientAge", action="K"), Rule(match="PatientAge", action="X"))).weaker == ()


@pytest.mark.parametrize(
    ("options", "may", "told"),
    [
        ((), ("K", "C"), True),
        ((), ("K",), False),
        ((), ("C",), False),
        ((), ("X", "D"), False),
        (("retain-modified-dates",), ("K",), True),
        (("retain-modified-dates",), ("X",), False),
        (("retain-modified-dates",), ("C",), False),
        (("retain-full-dates",), ("C",), True),
        (("retain-full-dates",), ("K",), False),
    ],
)
def test_kept_dates_beside_shifted_ones_give_the_offset_away(
    options: tuple[str, ...], may: tuple[str, ...], told: bool
) -> None:
    assert claims_of(*options, may=may).tells_offset == told


@pytest.mark.parametrize(
    ("rules", "dates", "told"),
    [
        ((("StudyDate", "K"),), "UNMODIFIED", False),
        ((("StudyDate", "C"),), "MODIFIED", False),
        ((("StudyDate", "C"), ("SeriesDate", "K")), "UNMODIFIED", True),
        ((("StudyDate", "X"),), "REMOVED", False),
        ((("StationName", "K"),), "REMOVED", False),
    ],
)
def test_rules_for_dates_say_what_the_marker_says(rules: tuple[tuple[str, str], ...], dates: str, told: bool) -> None:
    found = claims_of(rules=tuple(Rule(match=match, action=action) for match, action in rules))
    assert (found.dates, found.tells_offset) == (dates, told)
