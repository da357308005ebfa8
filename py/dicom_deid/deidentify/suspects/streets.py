"""Streets with the number of a house, as expressions of which a text only meets those whose words it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from dicom_deid.deidentify.suspects.languages import BEGIN, everywhere, listed
from dicom_deid.deidentify.suspects.reading import Reading, plain
from dicom_deid.deidentify.suspects.vocabulary import is_medical, is_term, street_like
from dicom_deid.profile import table

HOUSE = re.compile(
    r"(?i:\s?,?\s{0,2}(?:n[oº]\.?\s?:?|nr\.?|n\.?|д\.\s?|№\s?)?\s{0,2}\d{1,5}(?:\s?[-/]\s?(?:\d{1,4}|[a-z](?![a-z])))?[a-z]?(?![\w%]))"
)
GERMAN = ("am", "an der", "im", "in der", "auf", "unter", "zu", "alte", "neue", "gro", "klein", "ober")
"""Words before a street that has no other word for it: Am Alten Markt 3."""
FEW = 4
"""Letters of a word for a box in the post, at least."""
POSTCODE = re.compile(
    r"(?:,\s{0,2}|\s-\s|\s)(?:(?:in|à|te|w)\s)?(?:[A-Z]{1,2}\s\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}|(?:[A-Z]{1,2}-)?\d{4,5}(?:-\d{3})?\s[A-Z]\w+"
    r"|\d{4}\s?[A-Z]{2}\s[A-Z]\w+|\d{2}-\d{3}\s[A-Z]\w+|\d{3}\s\d{2}\s[A-Z]\w+)\b"
)
MEANT = 2
"""Letters of what in a label is an abbreviation of something else: TR, C, P."""
BRITISH = r"[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}"
"""A postal code of the United Kingdom."""
STRONG = re.compile(r"^\d.*(?i:street|avenue|road|boulevard|lane|drive|highway|parkway)\b", re.DOTALL)
CAP = r"[A-ZÀ-ÖØ-ÞŁŚŻŹĆŠČŘŽĐİĞŞŐŰА-ЯЁΑ-ΩΆΈΉΊΌΎΏ]"
STREET_NAME = (
    rf"(?:{CAP}|d[ei]l?\s|de\s|des\s|du\s|d'|da\s|do\s|das\s|dos\s|della\s|dei\s|la\s|van\s)"
    rf"(?:[^\W\d_]|[.'’-](?=\w)){{0,30}}"
)


def has_street(reading: Reading) -> bool:
    """Whether a label may hold a street with the number of a house, or a box in the post."""
    return reading.numbered and next(streets(reading, label=True), None) is not None


def streets(reading: Reading, *, label: bool) -> Iterator[re.Pattern[str]]:
    """The expressions for streets of which a word is there; in a ``label``, no abbreviation without a dot is one."""
    there = plainly(reading) if label else reading.words
    behind, before = present("streets", there), present("streets_before", there)
    if behind:
        yield street_behind(behind)
    if before:
        yield street_before(before)
        if not reading.text.isascii():
            yield caseless()
    if any(word.endswith(plain_endings()) for word in there):
        yield street_ending()
    if "bp" in there or "box" in there or (present("post", there) and (not label or has_post(there))):
        yield boxes()


def has_post(there: frozenset[str]) -> bool:
    """Whether one of the words begins with that for the post in many languages: Postfach, Postbus."""
    return any(word.startswith("post") for word in there)


def plainly(reading: Reading) -> frozenset[str]:
    """The words of a label that may be such: long ones, and abbreviations with a mark; C and TR mean something else."""
    marked = re.findall(r"[^\W\d_]+(?=[./])", reading.plain)
    return frozenset(word for word in reading.words if len(word) > MEANT).union(marked)


def present(key: str, there: frozenset[str]) -> tuple[str, ...]:
    """The words of a key whose first part is in a text."""
    return tuple(word for first in sorted(there & firsts(key).keys()) for word in firsts(key)[first])


@cache
def firsts(key: str) -> dict[str, list[str]]:
    """First part -> the words of a key that begin with it."""
    found: dict[str, list[str]] = {}
    for word in listed(key):
        first = re.search(r"[^\W\d_]+", word)
        if first:
            found.setdefault(first[0], []).append(word)
    return found


def is_street(hit: re.Match[str]) -> bool:
    """Whether what stands beside the word for a street may be its name."""
    name = hit.groupdict().get("name")
    return (
        not name
        or STRONG.search(hit[0]) is not None
        or any(not is_term(plain(word)) for word in re.findall(r"[^\W\d_]{2,}", name) if word[0].isupper())
    )


def found(reading: Reading, *, label: bool) -> Iterator[re.Match[str]]:
    """The streets in a text; in a ``label``, no single letter or abbreviation without a dot begins one: TR 3000."""
    for pattern in streets(reading, label=label):
        for hit in pattern.finditer(reading.flat):
            if not is_street(hit) or (pattern is street_ending() and is_doubtful(hit, reading, label=label)):
                continue
            first = re.match(r"([^\W\d_]+)([./]?)", hit[0])
            if not label or first is None or len(first[1]) > MEANT or first[2] or "box" in hit[0].lower():
                yield hit


def is_doubtful(hit: re.Match[str], reading: Reading, *, label: bool) -> bool:
    """Whether a word with a number behind it may be another thing than a street: Atemweg 2, Flipwinkel 20.

    A postal code and a place behind it tell that it is one.
    """
    word = plain(hit["name"])
    ending = next((one for one in everywhere("doubtful_streets") if word.endswith(one)), "")
    if not ending or POSTCODE.match(reading.flat, hit.end()):
        return False
    stem = word.removesuffix(ending).rstrip("s-")
    return label or ending in everywhere("measured") or is_medical(stem) or stem in street_like()


def cased(words: tuple[str, ...], *, small: bool) -> str:
    """An expression for plain words in flat text, in any case, or with a capital; of none, for nothing."""
    if not words:
        return "(?!)"
    letters = {  # with their accents
        "e": "[eéèêëěę]",
        "a": "[aáàâãäåą]",
        "o": "[oóòôõöøő]",
        "i": "[iíìîı]",
        "u": "[uúùûüůű]",
        "c": "[cçč]",
        "n": "[nñň]",
        "s": "[sšşß]",
        "r": "[rř]",
        "z": "[zžź]",
        "g": "[gğ]",
        "l": "[lł]",
        "υ": "[υύ]",
        "ο": "[οό]",
        "ι": "[ιί]",
        "ω": "[ωώ]",
        "ε": "[εέ]",
        "α": "[αά]",
    }
    found = (
        "".join(letters.get(letter, r"\." if letter == "." else re.escape(letter)) for letter in word.rstrip("."))
        for word in sorted(words, key=lambda word: -len(word))
    )
    return f"(?:(?i:{'|'.join(found)})" + (r"\.?" if small else "") + ")"


@lru_cache(64)
def street_behind(words: tuple[str, ...]) -> re.Pattern[str]:
    """42 Main Street; Atatürk Cad. No: 5; Зорбатовский бульвар 3."""
    behind = cased(tuple(word for word in words if len(word) > 1), small=True)
    numbered = cased(tuple(word for word in words if word in listed("streets", "tr", "ru", "cs", "hu")), small=True)
    return re.compile(
        rf"{BEGIN}(?:(?i:flat|apt|apartment|unit|suite)\.?\s#?\w{{1,4}},?\s)?(?:\d{{1,4}}/)?\d{{1,5}}[A-Za-z]?\s{{1,2}}(?P<name>(?:{CAP}(?:[^\W\d_]|['-]){{0,30}}\.?\s{{1,2}}){{1,3}}){behind}(?![^\W_])"
        rf"(?:{POSTCODE.pattern})?"
        rf"|{BEGIN}(?:{CAP}(?:[^\W\d_]|['-]){{0,30}}\.?\s{{1,2}}){{1,3}}(?:{numbered}|u\.){HOUSE.pattern}"
    )


@lru_cache(64)
def street_before(words: tuple[str, ...]) -> re.Pattern[str]:
    """12 rue de la Paix; Calle Mayor 5; ул. Садовая 17."""
    before = cased(tuple(word for word in words if not word.startswith(GERMAN)), small=True)
    name = rf"(?P<name>(?:{STREET_NAME}\s?){{1,5}}?)"
    german = r"(?:Am|An der|Im|In der|Auf der|Auf dem|Unter den|Zum|Zur|Alte|Neue|Große|Kleine|Obere|Untere)"
    return re.compile(
        rf"{BEGIN}(?:\d{{1,4}}(?:\s?(?:bis|ter|quater))?,?\s{{1,2}}{before}\s{{1,2}}(?:{STREET_NAME}\s?){{1,5}}"
        rf"|(?:г\.\s?{CAP}\w{{2,30}},\s)?{before}(?:(?<=[./])\s{{0,2}}|\s{{1,2}}){name}{HOUSE.pattern}"
        rf"|{german}\s(?:{CAP}\w{{1,30}}\s){{1,2}}\d{{1,4}}[a-z]?,?\s\d{{5}}\s{CAP}\w{{2,40}})"
    )


@cache
def caseless() -> re.Pattern[str]:
    """רחוב הרצל 18, in scripts without capitals: behind words that mean nothing but a street."""
    words = r"(?:ב|ל|מ|וב)?(?:רחוב|רח'|רח|שדרות|שד'|סמטת|כיכר)|(?:ب|ل)?(?:شارع|ميدان|زقاق)"
    return re.compile(
        rf"{BEGIN}(?:{words})\s{{1,2}}(?:[א-ת\u0621-\u064a\u064b-\u0652][א-ת\u0621-\u0652'\"-]{{0,20}}\s{{1,2}}){{1,4}}"
        r"(?:מס'?\s|رقم\s)?\d{1,4}(?:/\d{1,4})?(?![\w%])"
    )


@cache
def street_ending() -> re.Pattern[str]:
    """Lindenstraße 44; Kerkstraat 12; Storgatan 5."""
    endings = "|".join(
        sorted({re.escape(word) for word in "".join(raw_endings()).split("|") if word}, key=lambda word: -len(word))
    )
    return re.compile(
        rf"{BEGIN}(?P<name>{CAP}[^\W\d_]{{1,40}}?(?:{endings}|str\.))\s{{0,2}}\d{{1,4}}(?:\s?[a-zA-Z](?![^\W_]))?(?:[-/]\d{{1,4}})?(?![\w%]|\s?(?:mm|cm|ml|mg)\b)"
    )


@cache
def plain_endings() -> tuple[str, ...]:
    """The endings of names of streets, plain."""
    return (*(plain(word) for word in "".join(raw_endings()).split("|") if word), "str")


def raw_endings() -> list[str]:
    rows = table("languages.json")["languages"].values()
    return [
        "|" + row["street_endings"]
        for row in rows
        if "street_endings" in row and not row["street_endings"][0] > "\u1100"
    ]


@cache
def boxes() -> re.Pattern[str]:
    words = tuple(word for word in listed("post") if len(word) > FEW or "." in word or " " in word)
    return re.compile(
        rf"{BEGIN}(?:{cased(words, small=True)}\s?:?\s{{0,2}}(?:\d{{2,8}}(?:-\d{{3,4}})?|\d{{3}}\s\d\d|{BRITISH})"
        rf"|(?i:zip|plz|cep|irsz|psč)\.?\s?:?\s{{0,2}}\d{{4,5}}(?:-\d{{3,4}})?|BP\s\d{{3,5}}(?!/)"
        rf"|(?:Rural Route|RR)\s\d{{1,3}},?\sBox\s\d{{1,5}})(?!\w)"
    )
