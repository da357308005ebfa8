"""Telephone numbers: behind a cue, in international form, and as they are written where the text is from.

Those of the last kind are judged by phonenumbers, where the plan lets it (Sought.checked).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from dicom_deid.deidentify.suspects.languages import SCRIPTED, eastern_cue, everywhere, languages_of, numbered
from dicom_deid.deidentify.suspects.measures import measures, ranges
from dicom_deid.deidentify.suspects.reading import Reading, Span, plain
from dicom_deid.profile import table

JOINING = "|".join(sorted(map(re.escape, map(plain, everywhere("phone_joining"))), key=lambda word: -len(word)))
BEHIND = (
    rf"(?P<joined>(?:\s{{1,2}}(?:{JOINING})(?![^\W_])\.?){{1,3}})?"
    r"\s{0,2}[.:]{0,2}\s{0,2}(?:nr|no|n|number|№)?[\s.:(]{0,3}(?P<value>\+?\(?\d(?:[\s()./-]{0,3}\d){3,16})"
    r"(?![\d.,]*\d|\s?(?:mm|cm|ml|mg|kv|%))(?P<extension>\s?,?\s?(?:x|ext\.?)\s?\d{1,5}(?!\w))?"
)
"""A number, perhaps with short words between it and the cue: call her back at 555-0142."""
LOCAL_DIGITS = 7
"""Digits of a number behind such words: fewer may count something."""
EASTERN = r"(?P<value>\+?\(?\d(?:[\s()./-]{0,2}\d){3,16})"
FORMATTED = re.compile(
    r"(?<![\w.])(?:\+\s?\d(?:[\s()./-]{0,2}\d){6,15}|(?:\(\d{3}\)\s?|\d{3}[-.])\d{3}[-. ]\d{4}"
    r"|(?:00[1-9]\d{0,2}|00[\s-][1-9]\d{0,2}(?=[\d\s()/-]{1,16}\d{4}))[\s(/-](?:[\s()/-]{0,2}\d){6,11})(?:\s{1,2}(?:x|ext\.?)\s?\d{1,5})?(?!\w)"
)
"""International numbers, and those in the American manner."""
NATIONAL = re.compile(
    r"(?<![A-Za-z\d+_#-])(?<!\d[.,/-])\(?\d(?:[ ()./-]{0,2}\d){4,11}[ ()./-]{0,2}\d\d(?![\w/]|[.,]\d)"
)
DECIMAL = re.compile(r"0\.\d{3}|\d\.\d{1,2}(?!\d)|(?:19|20)\d\d[-./]\d\d")
PAIRS = re.compile(r"0\d(?:[. -]\d\d){4}")
LOCAL = re.compile(r"\d{2,4}(?:[ .-]\d{2,4}){1,4}|[2679]\d{8}")
"""Groups without a zero or a bracket first, and the nine digits of Portugal, Spain and Poland."""
DIGITS = re.compile(r"[^\d]")
NOUNS = ("tel", "phone", "fax", "pager", "mobile", "handy", "тел", "τηλ", "cell")
BRAZIL = re.compile(r"\d{2}\s\d{4,5}-\d{4}")


def cued(reading: Reading) -> Iterator[Span]:
    """Telephone numbers behind a cue."""
    if not reading.numbered:
        return
    for hit in numbered("phones", BEHIND).found(reading):
        few = hit["joined"] and sum(map(str.isdigit, hit["value"])) < LOCAL_DIGITS
        if is_phone(hit["value"], hit["cue"]) and not few:
            yield hit.span() if "ext" in hit["cue"] else phone_place(hit)
    if reading.eastern:
        yield from (hit.span() for hit in eastern_cue("phones", EASTERN).finditer(reading.plain))


def is_phone(value: str, cue: str) -> bool:
    """Whether what stands behind a cue has the length of a telephone number."""
    digits = sum(map(str.isdigit, value))
    return digits >= (4 if cue in everywhere("pagers") else 5) and not DECIMAL.fullmatch(value)


def phone_place(hit: re.Match[str]) -> Span:
    """A telephone number, and the cue before it but for "call"."""
    if hit["cue"].startswith(NOUNS) and not hit["joined"]:
        return hit.span()
    return hit.start("value"), hit.end()


def phones(reading: Reading) -> Iterator[Span]:
    """Telephone numbers that no cue tells: international ones, and those that are valid where the text may be from."""
    if not reading.numbered:
        return
    yield from formatted(reading)
    languages = languages_of(reading)
    for hit in NATIONAL.finditer(reading.flat):
        number = hit[0]
        if (DECIMAL.search(number) and not PAIRS.fullmatch(number.lstrip("("))) or measures(reading, hit.span()):
            continue
        regions = regions_where(number, languages, reading)
        if regions and valid(number, regions, checked=reading.sought.checked):
            yield hit.span()


def formatted(reading: Reading) -> Iterator[Span]:
    """Telephone numbers that are told by their form alone."""
    for hit in FORMATTED.finditer(reading.flat):
        if hit[0][0] == "+" or not ranges(reading, hit.start()):
            yield hit.span()


def regions_where(number: str, languages: tuple[str, ...], reading: Reading) -> tuple[str, ...]:
    """The regions where a number may be a telephone number, by how it is written.

    One with a zero or a bracket first may be from anywhere; another one, in groups, from where the language is spoken.
    """
    digits = DIGITS.sub("", number)
    script = languages if languages and languages[0] in SCRIPTED else ()
    if number.startswith(("0", "(")):
        long = len(digits) > len("01234567") and not number.startswith("00") and len(set(digits)) > 2
        return regions_of(script) if long else ()
    if script:
        return regions_of(script) if len(digits) >= len("6912345678") or "-" in number else ()
    if reading.sought.checked and languages and LOCAL.fullmatch(number) and len(set(digits)) > 2:
        return regions_of(languages)
    return regions_of(()) if BRAZIL.fullmatch(number) else ()


@lru_cache(1024)
def valid(number: str, regions: tuple[str, ...], *, checked: bool) -> bool:
    """Whether phonenumbers finds a number valid in one of the regions; without it, by its form."""
    if not checked:
        return True
    import phonenumbers  # a megabyte of metadata: only when there is something to ask

    for region in regions:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(number, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


@lru_cache(256)
def regions_of(languages: tuple[str, ...]) -> tuple[str, ...]:
    """The regions in which the languages are spoken; of none, those where people write in letters of Latin."""
    rows = table("languages.json")["languages"]
    chosen = languages or [code for code in rows if code not in SCRIPTED]
    return tuple(dict.fromkeys(region for code in chosen for region in rows[code]["countries"].split("|")))
