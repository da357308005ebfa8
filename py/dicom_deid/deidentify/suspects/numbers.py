"""Numbers of people: behind cues such as MRN, national ones by their checksum (python-stdnum), and telephones.

The two libraries, python-stdnum and phonenumbers, are imported when a candidate is there. Where they are missing, the
shape alone counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from dicom_deid.deidentify.suspects.languages import BEGIN, EASTERN, Cues, cues, listed
from dicom_deid.deidentify.suspects.reading import Reading, Span
from dicom_deid.profile import table

AFTER = r"[\s.:#=-]{0,3}(?:(?:id|no|nr|n|num|number|numer|numero|№|o)(?![^\W\d_])[\s.:#]{0,3})?\(?"
VALUE = r"(?P<value>[a-z]{0,4}[-/]?\d[\d/.-]{2,24}(?<![./-])(?:\s\d{3,8}){0,3}(?:-?[a-z\d]{1,2})?(?![^\W_]))"
SPACED = r"(?P<value>(?:[a-zα-ω]{1,3}[ -]?)?\d(?:[\s./-]{0,2}[\da-z](?![a-z]{2})){4,30}|[a-z\d]{4}-[a-z\d]{3}-[a-z\d]{4}|[a-z]{4,6}\d\d[a-z\d]{6,12})"
"""National numbers are written with spaces, too, and with letters in them."""
TELEPHONE = r"\s{0,2}[.:]{0,2}\s{0,2}(?:nr|no|n|number|№)?[\s.:(]{0,3}(?P<value>\+?\(?\d(?:[\s()./-]{0,3}\d){3,16})(?![\d.,]*\d|\s?(?:mm|cm|ml|mg|kv|%))"
FORMATTED = re.compile(
    r"(?<![\w.])(?:\+\d(?:[\s()./-]{0,2}\d){6,15}|(?:\(\d{3}\)\s?|\d{3}[-.])\d{3}[-. ]\d{4}|00[1-9]\d{0,2}[\s(/-](?:[\s()/-]{0,2}\d){6,11})(?!\w)"
)
"""International numbers, and those in the American manner."""
NATIONAL = re.compile(
    r"(?<![A-Za-z\d+_#-])(?<!\d[.,/-])\(?\d(?:[ ()./-]{0,2}\d){4,11}[ ()./-]{0,2}\d\d(?![\w/]|[.,]\d)"
)
DECIMAL = re.compile(r"\d\.\d{1,2}(?!\d)|(?:19|20)\d\d[-./]\d\d")
PAIRS = re.compile(r"0\d(?:[. -]\d\d){4}")
UNITS = re.compile(r"\s?(?:mm|cm|ml|mg|kv|ms|hz|mas|mhz|ma|hu|%|x|s/mm|iu|kbq|mbq|µ|u)\b")
MEASURES = re.compile(
    r"(?:\b(?:te|tr|ti|fov|matrix|b|kv|mas|dlp|uid|series|image|im|img|kernel|delay|x|×)|[=x×*]|[#_])[\s:=]{0,2}$"
)
REGIONS = {
    "latin": ["US", "GB", "DE", "FR", "ES", "IT", "NL", "PL", "CZ", "PT", "BR", "MX", "SE", "FI", "TR", "BE", "CH", "AT", "DK", "NO"], "cyrillic": ["RU", "UA"],
    "greek": ["GR"], "arabic": ["SA", "EG", "AE"], "hebrew": ["IL"], "eastern": ["CN", "JP", "KR", "TW", "HK"],
}  # fmt: skip
SCRIPTS = {
    "cyrillic": "[\u0400-\u04ff]", "greek": "[\u0370-\u03ff]", "hebrew": "[\u0590-\u05ff]", "arabic": "[\u0600-\u06ff]",
    "eastern": "[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]",
}  # fmt: skip


@cache
def numbered(key: str, behind: str) -> Cues:
    return cues(key, behind=behind)


EASTERN_CUES = {"numbers": VALUE, "national": SPACED, "phones": r"(?P<value>\+?\(?\d(?:[\s()./-]{0,2}\d){3,16})"}


@cache
def eastern(key: str) -> re.Pattern[str]:
    """The cues of Chinese, Japanese and Korean, with the number behind them."""
    words = "|".join(sorted(map(re.escape, listed(key, *EASTERN)), key=lambda word: -len(word)))
    return re.compile(rf"(?:{words})\s?(?:no\.?|번호|号码|番号)?\s{{0,2}}[:(]?\s{{0,2}}{EASTERN_CUES[key]}")


OTHERS = re.compile(rf"{BEGIN}(?:id|acc|mrn|pid|case|no)[:#]\s?[a-z]{{0,4}}[-/]?\d[\d/-]{{2,20}}(?![^\W_])")
UIDS = re.compile(rf"{BEGIN}(?!1\.2\.840\.10008\.)[0-2](?:\.(?:0|[1-9]\d{{0,38}})){{6,30}}(?![^\W_])")


def uids(reading: Reading) -> Iterator[Span]:
    """UIDs that PS3.6 does not register."""
    return (hit.span() for hit in UIDS.finditer(reading.plain))


def cued(reading: Reading) -> Iterator[Span]:
    """Numbers behind a cue, with the cue."""
    if not reading.numbered:
        return
    for key, behind in (("numbers", AFTER + VALUE), ("national", AFTER + SPACED), ("phones", TELEPHONE)):
        for hit in numbered(key, behind).found(reading):
            if key != "phones" or is_phone(hit["value"], hit["cue"]):
                yield hit.span() if key != "phones" or "ext" in hit["cue"] else phone_place(hit)
        if reading.eastern:
            for hit in eastern(key).finditer(reading.plain):
                yield hit.span()
    for hit in OTHERS.finditer(reading.plain):
        yield hit.span()


def is_phone(value: str, cue: str) -> bool:
    """Whether what stands behind a cue has the length of a telephone number."""
    digits = sum(map(str.isdigit, value))
    return digits >= (4 if cue in PAGERS else 5) and not DECIMAL.fullmatch(value)


PAGERS = frozenset(
    ("pager", "ext", "bleep", "beeper", "dw", "durchwahl", "dahili", "klapka", "kl", "bip", "ramal", "доб", "sein")
)


NOUNS = ("tel", "phone", "fax", "pager", "mobile", "handy", "тел", "τηλ", "cell")


def phone_place(hit: re.Match[str]) -> Span:
    """A telephone number, and the cue before it but for "call"."""
    return hit.span() if hit["cue"].startswith(NOUNS) else hit.span("value")


@cache
def shapes() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The shapes of national numbers that need no cue, and the modules that check them."""
    rows = table("national-numbers.json")["rows"]
    return tuple(
        (re.compile(rf"(?<![A-Za-z\d_-])(?<!\d[.,/])(?:{row['shape']})(?![\w/-]|[.,]\d)"), row["module"])
        for row in rows
        if not row.get("cued")
    )


SHAPED = re.compile(
    r"\d{6}|[A-Z]{6}\d\d|\d{3}[-. ]\d{2,3}[-. ]|\d{4}[-. ]\d|\d{2}[. ]\d{2,3}[. ]\d|[A-Z]{4}\d{6}|[12] \d\d"
)


def national(reading: Reading) -> Iterator[Span]:
    """National numbers with their checksum."""
    if not SHAPED.search(reading.flat):
        return
    for pattern, module in shapes():
        for hit in pattern.finditer(reading.flat):
            if checked(module, hit[0]):
                yield hit.span()


def checked(module: str, number: str) -> bool:
    """Whether python-stdnum finds a number valid."""
    if not module:
        return True
    try:
        checks: Any = import_module(f"stdnum.{module}")
    except ImportError:
        return True
    return bool(checks.is_valid(number))


def phones(reading: Reading) -> Iterator[Span]:
    """Telephone numbers that no cue tells: international ones, and those that are valid where the text may be from."""
    if not reading.numbered:
        return
    yield from formatted(reading)
    regions = regions_of(reading)
    for hit in NATIONAL.finditer(reading.flat):
        number = hit[0]
        if (
            (DECIMAL.search(number) and not PAIRS.fullmatch(number.lstrip("(")))
            or UNITS.match(reading.plain, hit.end())
            or MEASURES.search(reading.plain[max(hit.start() - 12, 0) : hit.start()])
        ):
            continue
        if is_written_so(number, regions) and valid(number, regions):
            yield hit.span()


def formatted(reading: Reading) -> Iterator[Span]:
    """Telephone numbers that are told by their form alone."""
    for hit in FORMATTED.finditer(reading.flat):
        yield hit.span()


def is_written_so(number: str, regions: tuple[str, ...]) -> bool:
    """Whether a number is written as telephone numbers are: with a zero or a bracket first, or, elsewhere, in groups."""
    digits = re.sub(r"\D", "", number)
    if number.startswith(("0", "(")):
        return len(digits) > len("01234567") and not number.startswith("00") and len(set(digits)) > 2
    if regions[0] in ("CN", "GR", "IL", "SA", "RU"):
        return len(digits) >= len("6912345678") or "-" in number
    return re.fullmatch(r"\d{2}\s\d{4,5}-\d{4}", number) is not None


@lru_cache(1024)
def valid(number: str, regions: tuple[str, ...]) -> bool:
    """Whether phonenumbers finds a number valid in one of the regions."""
    try:
        import phonenumbers  # four megabytes of metadata: only when there is something to ask
    except ImportError:
        return True
    for region in regions:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(number, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


def regions_of(reading: Reading) -> tuple[str, ...]:
    """The regions whose script the text is written in."""
    if not reading.text.isascii():
        for script, letters in SCRIPTS.items():
            if re.search(letters, reading.text):
                return tuple(REGIONS[script])
    return tuple(REGIONS["latin"])


REACHED = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}|(?:(?:https?|s?ftp)://|www\.)\S+")
NETWORK = re.compile(
    r"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.])"
    rf"|{BEGIN}(?:[0-9a-f]{{2}}[:-]){{5}}[0-9a-f]{{2}}(?![\w:-])"
)


def reached(reading: Reading) -> Iterator[Span]:
    """Electronic mail and the web."""
    if "@" in reading.plain or "." in reading.plain:
        yield from (hit.span() for hit in REACHED.finditer(reading.plain))


def networks(reading: Reading) -> Iterator[Span]:
    """Addresses in networks; in a label they may be a version."""
    return (hit.span() for hit in NETWORK.finditer(reading.plain))
