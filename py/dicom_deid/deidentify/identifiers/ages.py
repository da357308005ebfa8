"""The patient's age: as an object states it, and in text as people of many countries write it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache, lru_cache

from dicom_deid.deidentify.letters import read
from dicom_deid.profile import table

NO_AGES: frozenset[str] = frozenset()
YEARS = " years old"
"""Ends an age among the identifiers, which stands for all ways to write one (see ``expressions``)."""
GROWN = 13
"""Age from which on "58F" and "F58" are one; 5F is a size of catheters, and M1 a segment of an artery."""
SHORT = ("y", "j", "j.")
"""Units of one letter that count; others, such as v and g, also mean volts or grams."""
NOT_BEFORE = frozenset(("lat", "anni", "oud"))
"""Words before an age that mean something else in a label, such as lateral."""
EASTERN = "\u1100"
"""The first letter of the scripts without bounds of words."""


@lru_cache(256)
def of_age(age: str, sex: str) -> frozenset[str]:
    """What identifies an age, from (0010,1010) and (0010,0040): its years, and beside them the sex ("55F")."""
    if not re.fullmatch(r"\d{3}Y", age) or age == "000Y":
        return NO_AGES
    years = str(int(age[:3]))
    named = {"f": ("f", "female"), "m": ("m", "male")}.get(sex, ())[int(age[:3]) < GROWN :]
    beside = {
        one
        for name in named
        for gap in ("", " ", "/", ", ", ",")
        for one in (f"{years}{gap}{name}", f"{name}{gap}{years}")
    }
    return frozenset((years + YEARS, *beside))


def age_between(born: str, seen: str) -> str:
    """The age in years, as of VR AS, of somebody born on a day when seen on another; "" where one is no day."""
    try:
        birth, study = (date(int(day[:4]), int(day[4:6]), int(day[6:8])) for day in (born, seen))
    except ValueError:
        return ""
    years = study.year - birth.year - ((study.month, study.day) < (birth.month, birth.day))
    return f"{years:03}Y" if 0 < years < 130 else ""


def expressions(identifiers: Iterable[str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """For each age among the identifiers its years, and an expression for all ways to write it in text as searched."""
    found = (one.removesuffix(YEARS) for one in identifiers if one.endswith(YEARS))
    return tuple((years, compiled(years)) for years in found if years.isdigit())


def spans(text: str, aged: tuple[tuple[str, re.Pattern[str]], ...]) -> Iterator[tuple[int, int]]:
    """The places of ages in a text as it is searched."""
    for years, expression in aged:
        if years in text:
            yield from (hit.span() for hit in expression.finditer(text))


@lru_cache(256)
def compiled(years: str) -> re.Pattern[str]:
    """The expression for an age of so many years."""
    behind, east = units("age_behind")
    before, eastern = units("age_before")
    sex = r"(?:[ ,/-]{0,2}(?:f|m|female|male)(?![a-z0-9]))?"
    unit = rf"(?:[ -]{{0,2}}(?:{behind})(?![a-z0-9]){sex}| ?(?:{east}))"
    return re.compile(
        rf"(?<![a-z0-9])(?<!\d[.,])0?{years}{unit}"
        rf"|(?:(?<![a-z0-9])(?:{before})|{eastern}) ?[:=]? ?0?{years}(?:{unit}|(?![a-z0-9]|[.,]\d))"
    )


@cache
def units(key: str) -> tuple[str, str]:
    """Expressions for the words of a key of languages.json, as text is searched: western ones, and eastern ones."""
    rows = table("languages.json")["languages"].values()
    listed = {read(word.rstrip(":")).lstrip("-") for row in rows for word in row.get(key, "").split("|") if word}
    east = {word for word in listed if max(word) >= EASTERN}
    words = {word for word in listed - east if len(word.rstrip(".")) > 1}
    words = words.union(SHORT) if key == "age_behind" else words - NOT_BEFORE
    return alternation(words), alternation(east)


def alternation(words: set[str]) -> str:
    """An expression for any of some words, the longest first; a hyphen may be a space, and a dot may be missing."""
    longest = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", "[ -]").replace(r"\.", r"\.?") for word in longest)
