"""Shifting dates (PS3.15 E.3.6): whole weeks backwards, so that the time of day and the weekday stay.

Values of DA are YYYYMMDD or, retired, YYYY.MM.DD; of DT, YYYYMMDDHHMMSS.FFFFFF&ZZXX with any part from the right left
out (PS3.5 6.2); equipment also writes more than six digits of a fraction. A value of whole days shifted needs no time,
so TM stays as it is.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

DA = re.compile(r"^(\d{4})(\.?)(\d\d)\2(\d\d)$")
DT = re.compile(r"^(\d{4})(\d\d)(\d\d)(\d{0,6}(?:\.\d+)?(?:[+-]\d{4})?)$")
TM = re.compile(r"^\d\d(?::?\d\d(?::?\d\d(?:\.\d+)?)?)?$")


def shift(vr: str, text: str, weeks: int) -> str | None:
    """The values of a DA, DT or TM element, each ``weeks`` earlier; None when one of them is no such date or time."""
    shifted = [shift_one(vr, value.strip(" \0"), weeks) for value in text.split("\\")]
    return None if None in shifted else "\\".join(value for value in shifted if value is not None)


def shift_one(vr: str, value: str, weeks: int) -> str | None:
    """One value, or None. A DT that gives less than a day cannot be shifted and is not a date that may stay."""
    if not value:
        return ""
    if vr == "TM":
        return value if TM.match(value) else None
    found = (DA if vr == "DA" else DT).match(value)
    if found is None:
        return None
    year, month, day = (found[1], found[3], found[4]) if vr == "DA" else (found[1], found[2], found[3])
    try:
        new = date(int(year), int(month), int(day)) - timedelta(weeks=weeks)
    except (ValueError, OverflowError):
        return None
    if vr == "DA":
        return f"{new.year:04d}{found[2]}{new.month:02d}{found[2]}{new.day:02d}"
    return f"{new.year:04d}{new.month:02d}{new.day:02d}{found[4]}"
