"""The search for identifiers of digits in values of numbers, and for days in text.

Sought in values are numbers of five digits or more that are not round, in IS, DS and short binary values.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from pydicom.dataelem import RawDataElement

from dicom_deid.dicom.bounded import CONTEXTS

LEAST, FEW = 5, 32
"""Digits of a number that is sought, and bytes of binary values in which it is."""
BINARY = {"FD": "d", "FL": "f", "SL": "l", "SS": "h", "SV": "q", "UL": "L", "US": "H", "UV": "Q"}
SEARCHED = frozenset(("DS", "IS", *BINARY))
"""VRs of numbers in which identifiers are sought."""
MANY = re.compile(rb"\d{5}|[eE]")
"""Stands in any text that holds such a number: most have none."""
NUMERAL = re.compile(rb"[+-]?0*(\d{5,})(?:[.,]0*)?")
IN_FIGURES = re.compile(
    r"(?<!\d)(?:(?P<y>\d{4})(?P<s>[-/.]?)(?P<m>\d\d)(?P=s)(?P<d>\d\d)(?:\d\d\d\d(?:\d\d)?)?"
    r"|(?P<a>\d\d?)(?P<t>[-/.])(?P<b>\d\d?)(?P=t)(?P<c>\d{4}))(?!\d)"
)


class Numbers(NamedTuple):
    """The identifiers that are numbers, and those that are days, as YYYYMMDD."""

    numbers: frozenset[bytes]
    days: frozenset[str]
    years: tuple[str, ...]


@lru_cache(CONTEXTS)
def numbers_of(identifiers: frozenset[str]) -> Numbers:
    """Those among the identifiers."""
    digits = {one.lstrip("0") for one in identifiers if one.isascii() and one.isdigit()}
    numbers = frozenset(one.encode("ascii") for one in digits if len(one) >= LEAST and one[1:].strip("0"))
    days = frozenset(one for one in digits if len(one) == 8 and one[:2] in ("19", "20"))
    return Numbers(numbers, days, tuple({one[:4] for one in days}))


def number_left(raw: RawDataElement, vr: str, identifiers: frozenset[str]) -> bool:
    """Whether a single value of an element is one of these numbers."""
    numbers, value = numbers_of(identifiers).numbers, raw.value or b""
    if not numbers:
        return False
    if vr in ("DS", "IS"):
        if MANY.search(value) is None:
            return False
        single = [one.strip(b" \0") for one in value.split(b"\\")]
        hits = (NUMERAL.fullmatch(written_out(one) if b"e" in one.lower() else one) for one in single)
        return any(hit is not None and hit[1] in numbers for hit in hits)
    width = struct.calcsize("<" + BINARY[vr]) if vr in BINARY else 0
    if not width or len(value) > FEW or len(value) % width:
        return False
    order = f"{'<' if raw.is_little_endian else '>'}{len(value) // width}{BINARY[vr]}"
    return any(
        abs(one) < 1e18 and b"%d" % abs(int(one)) in numbers and one == int(one) for one in struct.unpack(order, value)
    )


def written_out(number: bytes) -> bytes:
    """A whole number without its exponent; any other value as it is."""
    try:
        found = float(number)
        return b"%d" % found if abs(found) < 1e18 and found == int(found) else number
    except ValueError:
        return number


def day_left(text: str, identifiers: frozenset[str]) -> bool:
    """Whether one of the days is left in a folded text, in figures with all four of its year."""
    _, days, years = numbers_of(identifiers)
    return any(year in text for year in years) and any(
        not days.isdisjoint(days_in(hit)) for hit in IN_FIGURES.finditer(text)
    )


def days_in(hit: re.Match[str]) -> Iterator[str]:
    """The days that a hit may mean."""
    if hit["y"]:
        yield hit["y"] + hit["m"] + hit["d"]
        return
    one, other = f"{int(hit['a']):02}", f"{int(hit['b']):02}"
    yield hit["c"] + other + one
    yield hit["c"] + one + other
