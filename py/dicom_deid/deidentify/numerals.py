"""Values of numbers and dates: whether they are valid for their VR (PS3.5 6.2), and whether one is an identifier.

Valid is also what is often written and can mean nothing else: longer numbers, colons in times.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from dicom_deid.deidentify.identifiers.days import DAY, turned
from dicom_deid.deidentify.identifiers.numbers import MIN_DIGITS
from dicom_deid.deidentify.values import NUMBERS, numbers_of
from dicom_deid.dicom.bounded import CONTEXTS
from dicom_deid.model import Element, Syntax

MONTH_DAY = r"(?:0[1-9]|1[0-2])[-./]?(?:0[1-9]|[12]\d|3[01])"
YEAR = r"(?:1[6-9]|2\d)\d\d"
HOUR, FULL_HOUR, SIXTY = r"(?:[01]?\d|2[0-4])", r"(?:[01]\d|2[0-4])", r"[0-6]\d"
FORMS = {
    "AS": r"\d{3}[DWMY]",
    "DA": rf"{YEAR}(?:[-./]?{MONTH_DAY}|0[1-9]|1[0-2])?",
    "DS": r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:E[+-]?\d+)?",
    "DT": rf"{YEAR}(?:(?:0[1-9]|1[0-2])(?:(?:0[1-9]|[12]\d|3[01])(?:{FULL_HOUR}(?:{SIXTY}(?:{SIXTY}(?:\.\d+)?)?)?)?)?)?"
    r"(?:[+-]\d{4})?",
    "IS": r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:E[+-]?\d+)?",
    "UI": r"(?![\d.]{65})(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))+",
    "TM": rf"{HOUR}(?::?{SIXTY}(?::?{SIXTY}(?:[.,]\d+)?)?)?",
}
"""VR -> the form of a single value."""
MANY = re.compile(rb"\d{%d}|[eE]" % MIN_DIGITS)
"""Stands in any value that holds a number of so many digits: most have none."""
DIGITS = re.compile(rb"(?:^|\\) *[+-]?0*(\d{%d,})(?:[.,](\d*))?[ \0]*(?=\\|$)" % MIN_DIGITS)
"""A number in digits, alone or among others, and its fraction."""
POWERS = re.compile(rb"(?:^|\\)[ \0]*([+-]?\d+\.?\d*E[+-]?\d{1,2})[ \0]*(?=\\|$)", re.IGNORECASE)
"""A number with an exponent: 5.512093E6."""
ROUND = re.compile(r"\d0+")
"""A number that occurs everywhere."""
LONG = 8
"""Digits from which on a number is also found behind others: a telephone number behind the code of a country."""
MOMENT, TIME = 11, re.compile(rf"{FULL_HOUR}{SIXTY}(?:{SIXTY}\d{{0,6}})?")
"""Digits of a day and a time, without a leading zero, and the digits of a time."""
SEARCHED = frozenset(("DS", "IS", *NUMBERS))
"""VRs of numbers in which identifiers are sought."""
FEW = 32
"""Bytes of binary values that are looked at: in longer ones, as of a palette, any number stands by chance."""


def is_valid(value: bytes, vr: str) -> bool:
    """Whether each of the values is one of the VR, or empty."""
    return forms()[vr].fullmatch(value) is not None


@cache
def forms() -> dict[str, re.Pattern[bytes]]:
    """VR -> the form of any number of values."""
    single = {vr: f"[ \0]*(?:{form})?[ \0]*" for vr, form in FORMS.items()}
    return {vr: re.compile(rf"{one}(?:\\{one})*".encode("ascii"), re.IGNORECASE) for vr, one in single.items()}


class Numbers(NamedTuple):
    """The identifiers that are numbers, without leading zeros."""

    found: frozenset[str]
    """All of them, days also with the year behind."""
    lengths: tuple[int, ...]
    """The lengths of the long ones."""
    days: frozenset[str]
    """The days."""

    def has(self, number: str) -> bool:
        """Whether a whole number is one of them, ends with a long one, or is a day and a time."""
        if number in self.found or any(number[-length:] in self.found for length in self.lengths):
            return True
        return len(number) >= MOMENT and any(number[:at] in self.days and TIME.fullmatch(number[at:]) for at in (7, 8))


@lru_cache(CONTEXTS)
def numbers_in(identifiers: frozenset[str]) -> Numbers:
    """The numbers among the identifiers."""
    stated = {one for one in identifiers if one.isascii() and one.isdigit()}
    days = frozenset(day.lstrip("0") for one in stated if DAY.fullmatch(one) for day in turned(one))
    numbers = {one.lstrip("0") for one in stated} | days
    found = frozenset(one for one in numbers if len(one) >= MIN_DIGITS and not ROUND.fullmatch(one))
    return Numbers(found, tuple({len(one) for one in found if len(one) >= LONG}), days)


def is_identifier(element: Element, identifiers: frozenset[str], syntax: Syntax) -> bool:
    """Whether a number of the element is an identifier, of MIN_DIGITS digits at least, or a day with any fraction."""
    if element.vr not in SEARCHED:
        return False
    numbers = numbers_in(identifiers)
    if not numbers.found:
        return False
    if element.vr in ("DS", "IS"):
        if MANY.search(element.value) is None:
            return False
        digits = list[str]()
        for number, fraction in DIGITS.findall(element.value):
            if not fraction.strip(b"0"):
                digits.append(str(number, "ascii"))
            elif str(number, "ascii") in numbers.days:
                return True
        digits += [
            str(int(number)) for number in map(abs, map(float, POWERS.findall(element.value))) if is_whole(number)
        ]
    elif element.vr in NUMBERS and len(element.value) <= FEW:
        digits = [
            str(abs(int(one))) for one in numbers_of(element, syntax) or () if one == one // 1 and abs(one) < 1e18
        ]
    else:
        return False
    return any(map(numbers.has, digits))


def is_whole(number: float) -> bool:
    """Whether a number is whole, and not longer than any ID."""
    return abs(number) < 1e18 and number == int(number)
