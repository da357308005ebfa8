"""Dates in figures and words, with the months of all languages (CLDR), and years of birth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from dicom_deid.deidentify.suspects.languages import BEGIN, END, alternation, cues, everywhere, languages_of, listed
from dicom_deid.deidentify.suspects.measures import measures, names_version
from dicom_deid.deidentify.suspects.reading import Reading, Span, plain
from dicom_deid.profile import table

YEAR, DAY, MONTH = r"(?:19|20)\d\d", r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0[1-9]|1[0-2])"
DAY2 = r"(?:0[1-9]|[12]\d|3[01])"
TIME = (
    r"(?:(?:[t ]{1,3}|,\s|\s(?:at|um|a|as|a las|alle|om|o|v|kl\.?|klo)\s)"
    r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:\s?[ap]m)?)?"
)
ROMAN = r"(?:i|ii|iii|iv|v|vi|vii|viii|ix|x|xi|xii)"
VIETNAMESE = (
    rf"(?:(?:ngay\s)?{DAY},?\s)?thang\s(?:0?[1-9]|1[0-2])[\s,/-]{{1,2}}(?:nam\s)?{YEAR}"
    rf"|(?:ngay\s)?{DAY}\sthang\s(?:0?[1-9]|1[0-2])"
)
"""ngày 9 tháng 7 năm 2013, in plain text."""
BRIEF_ROMAN = rf"{DAY}(?P<dash>[.-])(?:ii|iii|iv|vi|vii|viii|ix|xi|xii)(?P=dash)\d\d"
LIVED = r"(?:19[2-9]\d|20[0-4]\d)"
BARE_FIGURES = rf"(?:{DAY2}{MONTH}|{MONTH}{DAY2}){LIVED}"
"""Day, month and year of somebody alive without a mark between: 14052019, 05142019."""
FIGURES = (
    BARE_FIGURES,
    BRIEF_ROMAN,
    rf"{YEAR}(?P<gap>[-/._]?){MONTH}(?P=gap)(?:0[1-9]|[12]\d|3[01])(?:-\d{{4}}|{TIME})",
    rf"{YEAR}{MONTH}(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d(?:\.\d{{1,9}})?)?",
    rf"{DAY}[./-]{DAY}[./-]'?(?:{YEAR}|\d\d){TIME}",
    rf"{DAY}\.\s{DAY}\.\s?{YEAR}",
    rf"{DAY}[./ -]\s?{ROMAN}[./ -]\s?{YEAR}",
    rf"{YEAR}\.\s?(?:0?[1-9]|1[0-2])\.\s?{DAY}\.?",
    rf"{YEAR}(?P<sep>[-/])(?:0?[1-9]|1[0-2])(?P=sep){DAY}",
    rf"(?:0?[1-9]|1[0-2])/{YEAR}|{MONTH}[.-]{YEAR}|{YEAR}-{MONTH}",
    VIETNAMESE,
)
BRIEFEST = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d\d")
"""A date that may as well be three numbers."""
BARE = re.compile(r"(?<![^\s(])(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?=[,;)]|$|\s-)")
"""Day and month in a German text: 12.8."""
SEPARATED = r"[\s./-]{0,3}"
ORDINAL = r"(?:st|nd|rd|th|er|re|o|a|η|ος|\.)?"
BRIEF = 3
"""Letters of the stem of a month from which on any ending of two may follow; four from five letters on."""
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"})
"""As these letters are written where a keyboard has none: Maerz."""
VOWELS = "aeiouyаеиоуяюьйοιυε"


@cache
def months(width: str) -> tuple[str, ...]:
    """The names of the months in all languages, plain."""
    rows = table("months.json")["rows"].values()
    forms = [form.rstrip("׳'").lower() for row in rows for each in row[width] for form in each.split("|")]
    return tuple(dict.fromkeys(map(plain, (*forms, *(form.translate(UMLAUTS) for form in forms)))))


def beginning(forms: list[str]) -> str:
    """The letters that all the forms begin with."""
    shortest = min(forms, key=len)
    same = (at for at in range(len(shortest)) if any(form[at] != shortest[at] for form in forms))
    return shortest[: next(same, len(shortest))]


@cache
def month() -> str:
    """An expression for a month in any language, inflected or abbreviated."""
    stems = set[str]()
    for row in table("months.json")["rows"].values():
        for each in row["wide"]:
            forms = [plain(form) for form in each.split("|")]
            stem = beginning(forms)
            if len(stem) > BRIEF:
                stems.add(re.escape(stem[:-1] if stem[-1] in VOWELS else stem) + r"[^\W\d_]{0,5}")
            elif len(stem) >= BRIEF and len(forms) > 1:
                stems.add(re.escape(stem) + r"[^\W\d_]{0,2}")
    exact = {re.escape(name) for width in ("wide", "abbreviated") for name in months(width) if len(name) > 1}
    extra = {form.replace("~", r"[^\W\d_]{0,2}") for form in everywhere("month_forms")}
    return f"(?:[בהל]?(?:{'|'.join(sorted(exact | extra | stems, key=lambda one: (-len(one), one)))}))"


@cache
def words() -> re.Pattern[str]:
    """Dates with the name of a month, in plain text."""
    full = alternation(
        name for name in months("wide") if name not in everywhere("doubtful_months") and len(name) > BRIEF
    )
    english = alternation(name for name in months("wide")[:12] if name not in everywhere("doubtful_months"))
    of = r"(?:\s{1,2}(?:of|de|del|di|den)\s{1,2}|" + SEPARATED + ")"
    end = rf"[\s.,/-]{{0,3}}(?:(?:de|del|of|do)\s)?(?:{YEAR}(?!\d)(?:\s?(?:г\.?|года|r\.))?|'\d\d){TIME}"
    day = rf"(?:{DAY}{ORDINAL})"
    found = (
        rf"(?:{day}{of})?{month()}{end}",
        rf"{month()}{SEPARATED}{day}(?:[\s.,/-]{{1,3}}(?:{YEAR}|'\d\d){TIME})",
        rf"{YEAR}{SEPARATED}{month()}{SEPARATED}{DAY}",
        rf"{day}{of}{month()}[\s.,/-]{{1,3}}\d\d{TIME}(?!\s?(?:mm|cm|ml|mg|%|kv|x|t\b))",
        rf"{DAY}{month()}\d\d",
        rf"(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?\s{day}(?<=[a-z])",
        rf"(?:the\s)?{day}(?:\s{{1,2}}of\s{{1,2}}|\s{{1,2}}|\.\s?|\s?de\s)(?:d['e]\s?)?(?:{full})",
        rf"(?:{english})\s{{1,2}}{day}",
    )
    return re.compile("|".join(f"{BEGIN}(?:{one}){END}" for one in found))


@cache
def beginnings() -> frozenset[str]:
    """The first letters of the names of months, one of which a text must have; in Hebrew behind a preposition, too."""
    names = {name[:BRIEF] for width in ("wide", "abbreviated") for name in months(width)}
    names |= {form[:BRIEF] for form in everywhere("month_forms")}
    return frozenset(names | {before + name[: BRIEF - 1] for name in names for before in "בהל"})


@cache
def capital() -> re.Pattern[str]:
    """A day beside a month that is another word in small letters: 3 May, 3 maja."""
    forms = r"May|March|Mai|Mei|Maj|Mayo|Mart"
    small = r"мая|mai|mei|maj|mayo|mars|maggio|maja|marca|maio"
    return re.compile(
        rf"{BEGIN}(?:{DAY}(?:st|nd|rd|th|\.)?\s(?:{forms}|(?:de\s)?(?:{small}))|May\s\d{{1,2}}(?:st|nd|rd|th)){END}(?!-)"
    )


@cache
def cued() -> re.Pattern[str]:
    """Days and years that only a word before them tells to be dates."""
    dated, born = alternation(listed("dated")), alternation(listed("born"))
    return re.compile(
        rf"{BEGIN}(?:(?:{born})(?:\s(?:in|im|en|em|nel|w|v|в))?\s{{0,2}}:?\s{{0,2}}(?P<year>{YEAR}|\d{{6}}(?!\d)|\d{{8}}(?!\d))"
        rf"|(?:{dated})\s{{1,2}}(?:the\s)?(?P<named>(?:{month()})\.?\s{DAY}(?![\d.,]*\d|\s?(?:mm|cm|t|db|kv)\b))"
        rf"|(?:{dated})\s{{1,2}}(?:am\s)?(?P<day>{DAY}\.\s?(?:0?[1-9]|1[0-2])\.(?!\d)|(?:0?[1-9]|1[0-2])/{DAY}{ORDINAL}(?![/\d])))"
    )


@cache
def feast_words() -> frozenset[str]:
    """The first words of feasts."""
    return frozenset(re.split("[ '-]", plain(name))[0] for name in everywhere("feasts"))


@cache
def feasts() -> re.Pattern[str]:
    """A feast of a year: Christmas 2017."""
    names = alternation(map(plain, everywhere("feasts")))
    return re.compile(rf"{BEGIN}(?:{names})[\s,]{{1,2}}(?:(?:of|in|de|del|di|van)\s)?{YEAR}{END}")


@cache
def births() -> re.Pattern[str]:
    """A date or a month behind a word for birth, which no other mark need tell: DOB 3/3/61, geb. 3/61."""
    value = rf"{DAY}[./-]{DAY}[./-](?:{YEAR}|\d\d)|(?:0?[1-9]|1[0-2])[./-](?:{YEAR}|\d\d)|{YEAR}|\d{{6}}|\d{{8}}"
    cue = alternation(word for word in listed("born") if len(word.strip(".")) >= BRIEF)
    return re.compile(
        rf"{BEGIN}(?:{cue})(?:\s(?:on|in|im|am|en|em|el|le|il|nel|w|v|в))?[\s:=._-]{{0,3}}"
        rf"(?P<year>{value})(?![./-]?[^\W_])"
    )


ERAS = r"(?:令和|平成|昭和|大正|明治|民国|民國|[RHS](?=\d{1,2}[./]))"
NUMERAL = "[〇零一二三四五六七八九十○\\d]"
IDEOGRAPHIC = re.compile(
    rf"(?:{ERAS}\s?(?:{NUMERAL}{{1,3}}|元)\s?(?:年|[./])(?:\s?{NUMERAL}{{1,3}}\s?(?:月|[./])(?:\s?{NUMERAL}{{1,3}}\s?[日号]?)?)?"
    rf"|{NUMERAL}{{4}}\s?年\s?{NUMERAL}{{1,3}}\s?月(?:\s?{NUMERAL}{{1,3}}\s?[日号]?)?"
    rf"|(?:\d{{4}}|\d{{2}})\s?년\s?\d{{1,2}}\s?월(?:\s?\d{{1,2}}\s?일)?"
    rf"|(?<!\d)\d{{1,2}}\s?[月월]\s?\d{{1,2}}\s?[日号號일]|{NUMERAL}{{1,2}}月{NUMERAL}{{1,3}}[日号]"
    r"|(?:出生于|生于)\s?\d{4}年?)"
)


def dates(reading: Reading) -> Iterator[Span]:
    """The places of dates."""
    if reading.numbered:
        named = not beginnings().isdisjoint(word[:BRIEF] for word in reading.words)
        told = cues("dated", "born").may_be_in(reading)
        yield from born(reading)
        if not feast_words().isdisjoint(reading.words):
            yield from (hit.span() for hit in feasts().finditer(reading.plain))
        for pattern in (figures(), *([words(), capital()] if named else ()), *([cued()] if told else ())):
            for hit in pattern.finditer(reading.flat if pattern.pattern == capital().pattern else reading.plain):
                if not (BRIEFEST.fullmatch(hit[0]) and measures(reading, hit.span())):
                    yield place(hit)
        if "de" in languages_of(reading):
            yield from (hit.span() for hit in BARE.finditer(reading.flat))
    if reading.eastern:
        yield from (hit.span() for hit in IDEOGRAPHIC.finditer(reading.flat))


def born(reading: Reading) -> Iterator[Span]:
    """The places of dates of birth behind a word for it."""
    if cues("born").may_be_in(reading):
        yield from (hit.span("year") for hit in births().finditer(reading.plain))


def place(hit: re.Match[str]) -> Span:
    """Where a date stands; of one that a cue tells to be one, without the cue, unless it is no more than 1/15."""
    found = hit.groupdict()
    name = (
        "year"
        if found.get("year")
        else "named"
        if found.get("named")
        else "day"
        if "." in (found.get("day") or "")
        else None
    )
    return hit.span(name) if name else hit.span()


@cache
def figures() -> re.Pattern[str]:
    """Dates in figures."""
    return re.compile("|".join(rf"{BEGIN}(?<!\d[./-])(?:{one})(?:\s?[гr]\.?)?{END}" for one in FIGURES))


FULL = re.compile(
    rf"{BEGIN}(?<!\d[./-])(?:{YEAR}(?P<gap>[-/._])(?:0?[1-9]|1[0-2])(?P=gap){DAY}{TIME}|{DAY}(?P<mark>[./-]){DAY}(?P=mark){YEAR}{TIME}"
    rf"|{DAY}\.\s{DAY}\.\s?{YEAR}|{DAY}[./ -]\s?{ROMAN}[./ -]\s?{YEAR}"
    rf"|{BRIEF_ROMAN}|{VIETNAMESE}|{BARE_FIGURES}|{YEAR}{MONTH}(?:0[1-9]|[12]\d|3[01])(?:(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?)?){END}(?![./-]\d)"
)
"""Dates in figures with day, month and a year of four digits."""

SHORT = re.compile(
    rf"{BEGIN}(?<!\d[./-])(?:(?:0?[1-9]|1[0-2])/(?:1[3-9]|2\d|3[01])/\d\d|(?:1[3-9]|2\d|3[01])(?P<mark>[./])(?:0?[1-9]|1[0-2])(?P=mark)\d\d)"
    rf"{END}(?![./-]\d)"
)
"""Those with two digits for the year of which one number can only be a day."""


@cache
def full_words() -> re.Pattern[str]:
    """The same with the name of a month, in plain text."""
    day, of = rf"(?:{DAY}{ORDINAL})", r"(?:\s{1,2}(?:of|de|del|di|den)\s{1,2}|" + SEPARATED + ")"
    end = rf"[\s.,/-]{{0,3}}(?:(?:de|del|of|do)\s)?{YEAR}(?!\d)"
    return re.compile(
        rf"{BEGIN}(?:{day}{of}{month()}{end}|{DAY}(?P<gap>-?){month()}(?P=gap)\d\d|{month()}{SEPARATED}{day}[\s.,/-]{{1,3}}{YEAR}"
        rf"|{YEAR}{SEPARATED}{month()}{SEPARATED}{DAY}){END}"
    )


PARTS = 3
"""Marks of a full date in ideographs; with the letter of an era there is one less."""


def full(reading: Reading) -> Iterator[Span]:
    """The places of dates with day, month and year, which are no part of a protocol's or a program's name."""
    if not reading.numbered or not reading.sought.dated:
        return
    yield from born(reading)
    for pattern in (FULL, SHORT):
        for hit in pattern.finditer(reading.plain):
            if not names_version(reading, hit.start()) and not (pattern is SHORT and measures(reading, hit.span())):
                yield hit.span()
    if not beginnings().isdisjoint(word[:BRIEF] for word in reading.words):
        yield from (hit.span() for hit in full_words().finditer(reading.plain))
    if reading.eastern:
        yield from (
            hit.span()
            for hit in IDEOGRAPHIC.finditer(reading.flat)
            if len(re.findall("[年月日년월일./]", hit[0])) >= PARTS - (hit[0][0] in "RHS")
        )
