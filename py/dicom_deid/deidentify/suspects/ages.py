"""Ages above 89, in figures and in words (45 CFR 164.514(b)(2)(i)(C))."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from dicom_deid.deidentify.suspects.languages import BEGIN, alternation, languages_of, listed
from dicom_deid.deidentify.suspects.reading import Reading, Span


@cache
def old() -> re.Pattern[str]:
    """Ages above 89 (45 CFR 164.514); "90Y" is yttrium, and "95 a" may be anything."""
    units = alternation(unit for unit in listed("age_behind") if len(unit.strip(".")) > 1 and not unit.startswith("-"))
    before = alternation(listed("age_before"))
    number = r"(?:(?:9\d|1[01]\d)\+?)"
    east = r"\s?(?:周岁|岁|歳|歲|才|周歲|세|살)"
    return re.compile(
        rf"(?<![a-z\d^-])(?<!\d[.,/])(?:{number}[\s-]{{0,2}}(?:{units}|[jlлraг]\.|a(?=[,;)]|\s-))|{number}{east}|{number}\s?[fm](?=[\s,;)]|$)|[fm]/{number}(?!\d))"
        rf"|{BEGIN}(?:{before})\s{{0,2}}:?\s{{0,2}}(?P<age>{number})(?![\d.,]?\d|\s?(?:%|mm|cm|ms|hu|kg|x|°))(?:\s?{east})?"
        rf"|(?:年龄|年齢|年齡|나이|연령)\s?:?\s?(?P<years>{number})(?!\d)"
    )


SHORT = {
    "fi": re.compile(r"(?<![^\W_])9\d[ -]?v\.?(?=[,;:.) ]|-|$)"),
    "tr": re.compile(r"(?<![^\W_])9\d[ -]?y\.?(?:[ /]?[KE])?(?=[,;:.) ]|$)"),
}
"""Years in one letter, in texts of these languages: 93 v (a voltage has a capital), 95 y K."""
EASTERN = re.compile(
    "[九玖]十[一二三四五六七八九]?\\s?(?:周岁|岁|歳|歲|才|余岁|多岁)|九旬|百[岁歳歲]|卒寿|白寿|百寿|鲐背|耄耋"
    "|(?:아흔|백)[^\\W\\d_]{0,2}\\s?(?:살|세)|구십[일이삼사오육칠팔구]?\\s?세"
)


@cache
def in_words() -> re.Pattern[str]:
    """Ages in words, plain: ~ stands for any letters, a space also for a hyphen and for two short words between."""
    gap = r"[\s-]{1,2}(?:[^\W\d_]{1,8}[\s-]{1,2}){0,2}"
    found = (
        "".join(r"[^\W\d_]{0,16}" if one == "~" else gap if one == " " else re.escape(one) for one in word)
        for word in sorted(listed("age_words"), key=lambda word: -len(word))
    )
    return re.compile(rf"{BEGIN}(?:{'|'.join(found)})(?:[\s-]old)?(?![^\W_])")


@cache
def stems() -> re.Pattern[str]:
    """A stem of the numbers in these words, one of which a text must have."""
    found = {max(re.split("[~ ]", word), key=len)[:6] for word in listed("age_words")}
    return re.compile("|".join(sorted(map(re.escape, found))))


def ages(reading: Reading) -> Iterator[Span]:
    """The places of ages above 89."""
    if reading.numbered:
        for language in SHORT.keys() & languages_of(reading):
            yield from (hit.span() for hit in SHORT[language].finditer(reading.flat))
        for hit in old().finditer(reading.plain):
            yield hit.span(hit.lastgroup) if hit.lastgroup else hit.span()
    if reading.eastern:
        yield from (hit.span() for hit in EASTERN.finditer(reading.flat))
    elif stems().search(reading.plain):
        yield from (hit.span() for hit in in_words().finditer(reading.plain))
