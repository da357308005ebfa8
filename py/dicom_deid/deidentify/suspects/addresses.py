"""Addresses in languages that are written in letters: behind a cue, or a kind of street with the number of a house."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from dicom_deid.deidentify.suspects import streets
from dicom_deid.deidentify.suspects.languages import BEGIN, cues, everywhere, listed
from dicom_deid.deidentify.suspects.reading import Reading, Span, plain
from dicom_deid.deidentify.suspects.streets import CAP, POSTCODE
from dicom_deid.deidentify.suspects.vocabulary import is_medical, is_term

PIECE = re.compile(
    r"[^\W\d_]+(?:['-][^\W\d_]+){0,6}\.?"
    r"|\d{1,6}(?:[-/ ]\d{1,5})?[^\W\d_]?(?:/\w{1,4})?(?![^\W_])|№|[A-Z]{1,2}\d[A-Z\d]?"
)
GAP = re.compile(r"(?:\s?[,:]\s{0,2}|\s-\s|\s{1,2}|[.º]\s?)?")
PROVINCE = re.compile(r"\s?\([A-Z]{2}\)|")
MOST = 14
"""Pieces of an address."""
STATES = re.compile(r",\s{0,2}[A-Z]{2}\s{1,2}\d{5}(?:-\d{4})?(?!\w)|〒\s?\d{3}-\d{4}")
UNNAMED = re.compile(
    rf"{BEGIN}(?P<name>{CAP}[^\W\d_]{{3,30}})\s\d{{1,4}}(?:/\d{{1,4}})?[a-zA-Z]?,\s{{0,2}}"
    rf"(?:[A-Z]{{1,2}}-)?(?:\d{{5}}|\d{{3}}\s\d\d|\d\d-\d{{3}}|\d{{4}}\s?[A-Z]{{2}}|\d{{4}})\s{CAP}[^\W\d_]{{2,30}}(?!\w)"
)
"""A street without a word for it, told by the number, the postal code and the place: Podhradská 14, 602 00 Brno."""


def read_on(reading: Reading, at: int, *, began: bool = False) -> int:
    """Where an address that begins at a place ends; the place itself where there is none."""
    end, named, numbers = at, began, 0
    for _ in range(MOST):
        code = POSTCODE.match(reading.flat, end)
        if code:
            end = code.end()
            continue
        gap = GAP.match(reading.flat, end)
        start = gap.end() if gap else end
        piece = PIECE.match(reading.flat, start)
        if piece is None or not belongs(reading, piece, comma="," in (gap[0] if gap else "")):
            break
        if (
            gap
            and gap[0].strip() == "-"
            and not re.match(r"\s?(?:[,;)]|$|-\s|\([A-Z]{2}\))", reading.flat[piece.end() : piece.end() + 6])
        ):
            break
        named |= piece[0][0].isalpha() and plain(piece[0].rstrip(".")) not in everywhere("particles")
        numbers += piece[0][0].isdigit()
        end = piece.end()
    return PROVINCE.match(reading.flat, end).end() if named else at  # type: ignore[union-attr]


def belongs(reading: Reading, piece: re.Match[str], *, comma: bool) -> bool:
    """Whether a piece may be one of an address."""
    word = piece[0].rstrip(".")
    small = plain(word)
    if word[0].isdigit():
        return (
            re.match(r"\s?(?:mm|cm|ml|mg|kv|%|x\s?\d|mas|hu)\b", reading.plain[piece.end() : piece.end() + 9]) is None
        )
    if small in HOUSE_WORDS:
        return re.match(r"[.:]{0,2}\s?\d", reading.flat[piece.end() :]) is not None
    if word == "Ct" or small in street_words() or small in everywhere("particles") or word == "№":
        return True
    if word[0].upper() == word[0].lower():
        return not is_term(small)
    return word[0].isupper() and not (
        is_medical(small) and small not in everywhere("lone") and (comma or word.isupper() or is_term(small))
    )


@cache
def street_words() -> frozenset[str]:
    """Words for streets, plain, and the abbreviations around numbers of houses."""
    found = (word.rstrip(".") for key in ("streets", "streets_before") for word in listed(key))
    return frozenset(found) | {"bis", "ter", "b", "г"}


HOUSE_WORDS = frozenset(
    (
        "no",
        "nr",
        "n",
        "d",
        "д",
        "кв",
        "корп",
        "стр",
        "apt",
        "m",
        "п",
        "daire",
        "kat",
        "unit",
        "suite",
        "ste",
        "flat",
        "apartment",
        "floor",
        "bldg",
        "lot",
        "box",
    )
)
"""What stands before the number of a house or a flat."""


def addresses(reading: Reading) -> Iterator[Span]:
    """The places of addresses."""
    for hit in cues("addresses").found(reading):
        at = re.compile(r"\s{0,2}:?\s{0,3}(?:(?:at|in|a|à|na|no|te|v|w|в|u|em|en|på|i)\s)?").match(
            reading.plain, hit.end()
        )
        start = at.end() if at else hit.end()
        end = read_on(reading, start)
        if end > start:
            yield start, end
    if not reading.numbered:
        return
    yield from houses(reading, label=False)


def houses(reading: Reading, *, label: bool) -> Iterator[Span]:
    """The places of streets with the number of a house, of boxes in the post, and of postal codes with a place."""
    for hit in streets.found(reading, label=label):
        yield hit.start(), max(hit.end(), read_on(reading, hit.end(), began=True))
    yield from (hit.span() for hit in STATES.finditer(reading.flat))
    yield from (hit.span() for hit in UNNAMED.finditer(reading.flat) if not is_medical(plain(hit["name"])))
