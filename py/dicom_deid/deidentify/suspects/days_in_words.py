"""Dates in words: the fourteenth of May 2019, vierzehnter Mai, quatorze mai, tizennegyedik. Language by language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from dicom_deid.deidentify.suspects.languages import BEGIN, EASTERN, END, alternation, listed
from dicom_deid.deidentify.suspects.reading import Reading, Span, plain
from dicom_deid.profile import table

YEAR = r"(?:[\s,.]{1,2}(?:(?:de|del|of|do)\s)?(?:19|20)\d\d(?!\d))?"
YEARS = (
    r"two thousand(?: and)?(?:[\s-][a-z]{3,9}){1,2}",
    r"(?:nineteen|twenty)[\s-](?:ten|eleven|twelve|[a-z]{3,5}teen|[a-z]{4,6}ty)(?:-[a-z]{3,5})?",
    r"zweitausend[a-z]{0,20}|neunzehnhundert[a-z]{0,25}|duemila[a-z]{0,12}|tweeduizend[a-z]{0,15}",
    r"deux mille(?:[\s-][a-z]{3,8}){1,3}|(?:de )?dos mil(?: [a-z]{3,12}){1,3}|(?:de )?dois mil(?: e [a-z]{3,10}){1,2}",
)
IN_WORDS = rf"(?:,?\s(?:{'|'.join(YEARS)}))?"
"""The year that may follow, in figures or in the words of some languages."""
OF = r"[\s.-]{1,3}(?:(?:of|de|d'|del|di|des|den|من|ה)\s?)?"
FEWEST = 4
"""Letters of a month's name from which on it may have an ending."""
ENGLISH_WORDS = ("may", "march")
"""The months that are ordinary words in small letters."""
MONTH_FIRST = ("en", "hu")
"""The languages in which the day may follow the month."""
NORDIC = {"da": ("da", "nb"), "sv": ("sv",)}
"""Rows of months for the languages that share a row of words."""


@cache
def months(language: str) -> str:
    """An expression for the names of months in one language, with endings."""
    names = set(plain_months(language))
    longest = sorted(names, key=lambda name: (-len(name), name))
    found = (re.escape(name) + (r"[^\W\d_]{0,4}" if len(name) > FEWEST else "") for name in longest)
    return f"[בהל]?(?:{'|'.join(found)})"


@cache
def expressions() -> tuple[tuple[frozenset[str], re.Pattern[str]], ...]:
    """For each language the beginnings of its months, one of which a text must have, and what a date looks like."""
    found = []
    for language in table("languages.json")["languages"]:
        words = listed("day_words", language)
        if language in EASTERN or not words:
            continue
        day = rf"(?:(?:{alternation(words)})[\s-]{{0,2}}){{1,4}}(?<![\s-])"
        shape = rf"{BEGIN}(?:the\s)?{day}{OF}(?P<month>{months(language)}){END}"
        if language in MONTH_FIRST:
            shape += rf"|{BEGIN}(?P<first>{months(language)})\s(?:the\s)?{day}{END}"
        beginnings = frozenset(name[:3] for name in plain_months(language))
        found.append((beginnings, re.compile(rf"(?:{shape}){YEAR}{IN_WORDS}")))
    return tuple(found)


def plain_months(language: str) -> Iterator[str]:
    """The names of months in one language, plain."""
    rows = table("months.json")["rows"]
    for row in NORDIC.get(language, (language,)):
        for month in rows[row]["wide"]:
            yield from map(plain, month.split("|"))


def in_words(reading: Reading) -> Iterator[Span]:
    """The places of dates whose day is in words."""
    firsts = {word[:3] for word in reading.words} | {word[1:4] for word in reading.words}
    for beginnings, pattern in expressions():
        if beginnings.isdisjoint(firsts):
            continue
        for hit in pattern.finditer(reading.plain):
            name = "month" if hit["month"] else "first"  # only where the language may have it first
            if hit[name] not in ENGLISH_WORDS or reading.flat[hit.start(name)].isupper() or " of " in hit[0]:
                yield hit.span()
