"""Numbers of people and cases: behind cues such as MRN, and national ones by their shape and checksum.

Checksums are the business of python-stdnum where the plan lets it (Sought.checked), else of checksums.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from dicom_deid.deidentify.suspects.checksums import holds
from dicom_deid.deidentify.suspects.languages import BEGIN, cues, eastern_cue, numbered
from dicom_deid.deidentify.suspects.reading import Reading, Span
from dicom_deid.profile import table

GAP = r"(?:[\s.:#=-]{0,3}|_{1,2}(?=[^\W\d_]{0,4}[_/-]?\d[\d/.-]{4}))"
"""Between a cue and its number: marks, or in a label an underscore before five digits."""
AFTER = (
    rf"(?!\s?\(?[\da-f]{{4}}(?:'h)?,){GAP}"
    rf"(?:(?:id|no|nr|n|num|number|numer|numero|№|o)(?![^\W\d_])(?:[\s.:#]{{0,3}}|{GAP}))?\(?"
)
VALUE = (
    r"(?P<value>[a-z]{0,4}[-/]?\d[\d/.-]{2,24}(?<![./-])(?:\s\d{3,8}){0,3}"
    r"(?:-[a-z]{1,4}-?\d{1,8}){0,2}(?:-?[a-z\d]{1,2})?(?![^\W_]|\.\d))"
)
"""No beginning of a UID: "ref 2.25.329800735698586629295641978511506172918" is a link."""
SPACED = (
    r"(?P<value>(?:[a-zα-ω]{1,3}[ -]?)?\d(?:[\s./-]{0,2}[\da-z](?![a-z]{2})){4,30}"
    r"|[a-z\d]{4}-[a-z\d]{3}-[a-z\d]{4}|[a-z]{4,6}\d\d[a-z\d]{6,12}"
    r"|[a-hj-npr-z\d]{13}\d{4}|[a-z]{2}\d\d(?:\s?[a-z\d]{4}){2,7}(?:\s?[a-z\d]{1,3})?(?![^\W_]))"
)
"""National numbers are written with spaces, too, and with letters in them."""
LONG = (
    r"(?P<value>[a-z]{0,3}[-/]?(?:(?:19|20)\d\d[-/.]\d{3,8}|\d{5,14})(?:[-/]\d{1,6}){0,2}"
    r"(?![^\W_]|[.,]\d|\s?(?:mm|cm|ml|mg|mbq|kv|ms|hz|hu)\b))"
)
"""A number of five digits or more, which everyday words want: Patient 551209."""
BEFORE_PLATE = re.compile(r"[\s.:#=-]{0,3}(?:(?:no|nr|n|number|num|№|is|ist|est|es)[\s.:#]{1,3})?")
SIGN = r"[A-ZÀ-ÖØ-ÞА-ЯЁΑ-Ω\u05d0-\u05ea\u0621-\u064a\d]"
PLATE = re.compile(rf"(?:{SIGN}{{1,4}}(?:[\s./·-]{{0,2}}{SIGN}{{1,4}}(?![^\W_])){{1,3}}|{SIGN}{{5,8}})(?![^\W_])")
"""Capitals and digits of a number plate, in up to four groups: B-ZQ 4711, AB12 CDE, 34 ABC 123."""
FEWEST = 2
"""Digits of a number plate."""
EASTERN_PLATE = (
    r"(?P<value>[^\W\d_]{1,4}[·\s-]?(?:\d{1,3}[·\s-]?[ぁ-ん][·\s-]?)?[a-z\d][a-z\d·\s-]{2,9}\d"
    r"|\d{2,3}\s?[가-힣]\s?\d{4})"
)
KEYS = (("numbers", VALUE), ("national", SPACED), ("everyday_numbers", LONG))
OTHERS = re.compile(
    rf"{BEGIN}[a-z]{{3,12}}\s?#\s?[a-z]{{0,3}}\d{{5,14}}(?![^\W_])"
    rf"|{BEGIN}(?:id|acc|mrn|pid|case|no|req|order|exam|visit|episode|ref|enc|csn|fin|har|urn|patient|pat|pt|visit|file|chart)\s?[:#]\s?[a-z]{{0,4}}[-/]?\d[\d/-]{{2,20}}(?![^\W_])"
)
CODED = re.compile(rf"{BEGIN}[a-z]{{1,4}}-(?:19|20)\d\d-?\d{{3,8}}(?![^\W_])")
"""Letters, a year and a number: the number of a case."""
SHAPED = re.compile(
    r"\d{6}|[A-Z]{6}\d\d|\d{3}[-. ]\d{2,3}[-. ]|\d{4}[-. ]\d|\d{2}[. ]\d{2,3}[. ]\d|[A-Z]{4}\d{6}|[12] \d\d"
    r"|[A-Z]{2}\d\d ?[A-Z\d]{4}|[A-HJ-NPR-Z\d]{13}\d{4}|\d[A-Z][A-Z\d]\d-?[A-Z]|\d-\d{4}-\d{5}|[A-Z]{2} ?\d\d ?\d\d"
)


def cued(reading: Reading) -> Iterator[Span]:
    """Numbers behind a cue, with the cue."""
    if not reading.numbered:
        return
    for key, value in KEYS:
        yield from (hit.span() for hit in numbered(key, AFTER + value).found(reading))
        if reading.eastern:
            yield from (hit.span() for hit in eastern_cue(key, value).finditer(reading.plain))
    yield from (hit.span() for hit in OTHERS.finditer(reading.plain))


def plates(reading: Reading) -> Iterator[Span]:
    """Number plates of vehicles behind a cue."""
    if not reading.numbered:
        return
    for cue in cues("plates").found(reading):
        plate = PLATE.match(reading.flat, BEFORE_PLATE.match(reading.plain, cue.end()).end())  # type: ignore[union-attr]
        if plate and sum(map(str.isdigit, plate[0])) >= FEWEST:
            yield cue.start(), plate.end()
    if reading.eastern:
        yield from (hit.span() for hit in eastern_cue("plates", EASTERN_PLATE).finditer(reading.plain))


def coded(reading: Reading) -> Iterator[Span]:
    """Numbers of cases that no cue tells."""
    return (hit.span() for hit in CODED.finditer(reading.plain))


class Shape(NamedTuple):
    """The shape of a national number that needs no cue, the module that checks it, and the rule of checksums.py."""

    pattern: re.Pattern[str]
    module: str
    rule: str


@cache
def shapes() -> tuple[Shape, ...]:
    """The shapes of the table."""
    rows = (row for row in table("national-numbers.json")["rows"] if not row.get("cued"))
    edges = r"(?<![A-Za-z\d_-])(?<!\d[.,/])", r"(?![\w/-]|[.,]\d)"
    return tuple(
        Shape(re.compile(f"{edges[0]}(?:{row['shape']}){edges[1]}"), row["module"], row.get("rule", "")) for row in rows
    )


def national(reading: Reading) -> Iterator[Span]:
    """National numbers with their checksum."""
    if not SHAPED.search(reading.flat):
        return
    for shape in shapes():
        for hit in shape.pattern.finditer(reading.flat):
            if reading.sought.maker and hit[0].isdigit():
                continue  # the number of a program or of a model
            if is_right(hit[0], shape, checked=reading.sought.checked):
                yield hit.span()


def is_right(number: str, shape: Shape, *, checked: bool) -> bool:
    """Whether a number of this shape has the right checksum; where nothing is known of one, the shape is enough."""
    if not checked or not shape.module:
        return not shape.rule or holds(number, shape.rule)
    checks: Any = import_module(f"stdnum.{shape.module}")
    return bool(checks.is_valid(number))
