"""Days: those that an object states, and in text what may be one, as people of many countries write it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import product

from dicom_deid.deidentify.letters import read
from dicom_deid.profile import table

STORED = re.compile(r"\s*(\d{4})\.?(\d\d)\.?(\d\d)")
DAY = re.compile(r"(?:19(?!00)|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
"""A day as DICOM writes it. In 1900 are only dummies."""
CENTURIES = ("19", "20")
YEAR, WORD, OF = r"((?:19|20)\d\d)", r"([^\W\d_]{1,14})", "(?:(?:of|de|del|di) )?"
GAP, NTH = r"[-\s/.,_']{0,3}", r"(?:\.|st|nd|rd|th|er|º)?"
TIME = r"(?:(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?)?"
"""The time that may follow a date in digits."""
IN_KOREAN = {"년": "\u1102\u1167\u11ab", "월": "\u110b\u116f\u11af", "일": "\u110b\u1175\u11af"}
"""Year, month and day as folding takes them apart."""
ERAS = {"大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
"""Japanese era -> the year before its first."""
ERA_LETTERS = {"t": 1911, "s": 1925, "h": 1988, "r": 2018, "大": 1911, "昭": 1925, "平": 1988, "令": 2018}
"""The same as forms and labels abbreviate them: S37.7.14."""
Readings = Callable[[re.Match[str]], Iterable[str]]


def days_of(value: bytes) -> set[str]:
    """The days of a DA or DT value, as YYYYMMDD; a dummy date is none."""
    found = (STORED.match(text) for text in value.decode("latin-1").split("\\"))
    return {day for day in ("".join(one.groups()) for one in found if one) if DAY.fullmatch(day)}


def turned(day: str) -> tuple[str, str, str]:
    """A day, YYYYMMDD, and the same with the year behind: DDMMYYYY and MMDDYYYY."""
    year, month, of_month = day[:4], day[4:6], day[6:]
    return day, of_month + month + year, month + of_month + year


def spans(text: str, days: frozenset[str]) -> Iterator[tuple[int, int]]:
    """The places where one of these days stands in a text as it is searched (see ``letters.read``)."""
    if not any(map(str.isdigit, text)):
        return
    for expression, readings in shapes():
        at = 0
        while (hit := expression.search(text, at)) is not None:
            if days.isdisjoint(readings(hit)):
                at = hit.start() + 1
            else:
                yield hit.span()
                at = hit.end()


@cache
def shapes() -> tuple[tuple[re.Pattern[str], Readings], ...]:
    """Shapes of dates, with the days that each may mean: a date is only what the object states."""
    year, month = (f"(?:[-/._ {ideograph}]|{IN_KOREAN[word]})" for ideograph, word in (("年", "년"), ("月", "월")))
    found: list[tuple[str, Readings]] = [
        (
            rf"(?<!\d){YEAR}([-/._ ]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01]){TIME}(?!\d)",
            lambda hit: written(hit, 1, 3, 4),
        ),
        (
            rf"(?<!\d){YEAR}{year} {{0,2}}(\d\d?){month} {{0,2}}(\d\d?)(?!\d)(?:日|{IN_KOREAN['일']})?",
            lambda hit: written(hit, 1, 2, 3),
        ),
        (r"(?<!\d)(\d\d?) ?[-/._ ] ?(\d\d?) ?[-/._ ][ ']?((?:19|20)?\d\d)(?!\d)", in_any_order),
        (r"(?<![a-z0-9])(\d\d)(\d\d)((?:19|20)?\d\d)(?![a-z0-9])", in_any_order),
        (rf"(?<!\d)(\d\d?){NTH}{GAP}{OF}{WORD}{GAP}{OF}((?:19|20)?\d\d)(?!\d)", lambda hit: written(hit, 3, 2, 1)),
        (
            rf"(?<![^\W_]){WORD}{GAP}(\d\d?){NTH}[-\s/.,_']{{1,3}}((?:19|20)?\d\d)(?!\d)",
            lambda hit: written(hit, 3, 1, 2),
        ),
        (rf"(?<!\d){YEAR}{GAP}{WORD}{GAP}(\d\d?)(?!\d)", lambda hit: written(hit, 1, 2, 3)),
    ]
    found.append((rf"({'|'.join(ERAS)})(\d\d?)年 ?(\d\d?)月 ?(\d\d?)日?", in_era))
    letters = "".join(ERA_LETTERS)
    found.append((rf"(?<![a-z0-9])([{letters}])(\d\d?)[-/.](\d\d?)[-/.](\d\d?)(?!\d)", in_era))
    return tuple((re.compile(expression), readings) for expression, readings in found)


def in_era(hit: re.Match[str]) -> Iterator[str]:
    """The day of a Japanese date."""
    yield f"{(ERAS | ERA_LETTERS)[hit[1]] + int(hit[2])}{int(hit[3]):02}{int(hit[4]):02}"


def in_any_order(hit: re.Match[str]) -> Iterator[str]:
    """The days that three numbers may mean: day, month and year, month first, or, of two digits, the year first."""
    yield from written(hit, 3, 2, 1)
    yield from written(hit, 3, 1, 2)
    yield from written(hit, 1, 2, 3)


def written(hit: re.Match[str], year: int, month: int, day: int) -> Iterator[str]:
    """The days that a hit may mean where the groups of these numbers are year, month and day."""
    years = (hit[year],) if len(hit[year]) == 4 else tuple(century + hit[year] for century in CENTURIES)
    months = (int(hit[month]),) if hit[month].isdigit() else month_named(hit[month])
    if len(hit[day]) <= 2 and len(years[0]) == 4:
        yield from (f"{one}{number:02}{int(hit[day]):02}" for one, number in product(years, months))


def month_named(word: str) -> tuple[int, ...]:
    """The number of a month by its name, also behind a Hebrew preposition of one letter."""
    known = months_named()
    return known.get(word) or known.get(word[1:], ())


@cache
def months_named() -> dict[str, tuple[int, ...]]:
    """Name or short name of a month, as text is searched -> its number; in two languages it may mean two."""
    found: dict[str, tuple[int, ...]] = {}
    lists = [list(map(split, months)) for row in table("months.json")["rows"].values() for months in row.values()]
    for months in (*lists, list(map(str.split, table("letters.json")["months"]))):
        for number, names in enumerate(months, 1):
            for name in names:
                found[name] = tuple({*found.get(name, ()), number})
    return found


def split(names: str) -> list[str]:
    """The forms of a name in a table, as text is searched."""
    return [read(name.replace("\u0307", "")) for name in names.split("|")]
