"""Names of hospitals, with the word for them before or behind the name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from dicom_deid.deidentify.suspects.languages import BEGIN, END, alternation, cues, everywhere, languages_of, listed
from dicom_deid.deidentify.suspects.names import TOKEN
from dicom_deid.deidentify.suspects.reading import Reading, Span, plain
from dicom_deid.deidentify.suspects.vocabulary import behind_patient, is_medical, is_term, kinds

FEW = 4
"""Words of a name."""
SAINT = re.compile(r"\bSt\.?\s(?P<name>[A-Z][a-z]{2,20})(?:'s|s')(?!\s[a-z]{3,}|\w)")
"""A hospital that bears the name of a saint and no word for it."""
COMPOUND = re.compile(
    r"(?<![^\W_])[A-ZÄÖÜ][a-zäöüß-]{2,30}(?:krankenhaus|klinikum|klinik|spital|hospital|ziekenhuis|sjukhus)"
    r"\s(?:in\s|am\s|te\s|i\s)?(?P<place>[A-ZÄÖÜ]\w{2,30})"
)
"""One whose kind is a long word, and its place: Diakonissenkrankenhaus Mannheim."""
GENERAL = re.compile(
    r"\b(?:at|from|to|in)\s(?:the\s)?(?P<name>(?:[A-Z][a-z]{2,20}\s){1,2}(?:General|Memorial|Infirmary))\b(?!\s[A-Z])"
)
"""One that is called General and no hospital."""


STAFF = frozenset(("round", "rounds", "sister", "manager", "clerk", "nurse", "staff", "team", "based", "book"))
WARD = re.compile(r"\b(?:Ward|Wing|Pavilion|Pavillon|Pabellón)\s(?P<name>[A-Z][a-z]{2,20})(?=\s{0,2}(?:[,;.()-]|$))")
"""A ward that bears a name."""
JOINED = re.compile(r"\s(?:de|du|des|d'|del|la)\s?(?:l'|la\s)?[A-ZÀ-Þ]")
"""Behind an abbreviation for a hospital: of a place."""


def hospitals(reading: Reading) -> Iterator[Span]:
    """The places of names of hospitals, with the word for them."""
    for hit in cues("hospitals").found(reading):
        start = named_before(reading, hit.start())
        if start < hit.start():
            at = AT.search(reading.plain, max(start - len("at the  "), 0), start)
            yield at.start() if at else start, hit.end()
    for hit in cues("hospitals_before").found(reading):
        end = named_behind(reading, hit.end())
        if end > hit.end() and counts(reading, hit):
            yield hit.span()[0], end
    yield from unworded(reading)


def unworded(reading: Reading) -> Iterator[Span]:
    """The places of names of hospitals without a word of their own for it."""
    for hit in SAINT.finditer(reading.flat):
        if not is_medical(plain(hit["name"])):
            yield hit.span()
    for hit in COMPOUND.finditer(reading.flat):
        if not is_medical(plain(hit["place"])):
            yield hit.span()
    yield from (hit.span("name") for hit in GENERAL.finditer(reading.flat))
    for hit in WARD.finditer(reading.flat):
        if not is_medical(plain(hit["name"])) and plain(hit["name"]) not in behind_patient() | STAFF:
            yield hit.span("name")
    for word in hospital_endings().finditer(reading.plain):
        if not is_term(word["name"]) and word["name"] not in kinds() and reading.flat[word.start()].isupper():
            yield word.span()


def counts(reading: Reading, hit: re.Match[str]) -> bool:
    """Whether a word for hospital counts: an abbreviation only in its language, since elsewhere ASL is perfusion."""
    flat = reading.flat[hit.start("cue") : hit.end("cue")]
    if len(flat) > FEW or not flat.isupper() or not flat.isascii():
        return True
    if JOINED.match(reading.flat, hit.end()):
        return True
    return any(hit["cue"] in listed("hospitals_before", language) for language in languages_of(reading))


@cache
def hospital_endings() -> re.Pattern[str]:
    return re.compile(
        rf"{BEGIN}(?P<name>[^\W\d_]{{4,30}}?)(?:{alternation(listed('hospital_endings')).replace(END, '')}){END}"
    )


AT = re.compile(r"(?<![^\W_])at\s(?:the\s)?$")
BEFORE = re.compile(r"(?:[^\W\d_]+(?:['-][^\W\d_]+){0,4}|&)\.?-?$")


def named_before(reading: Reading, at: int) -> int:
    """Where the name before a word for hospital begins; the place itself where there is none."""
    flat, end, start, named, joined = reading.flat, at, at, False, False
    for _ in range(FEW + 1):
        gap = re.compile(r"\s{0,2}").match(flat, max(end - 1, 0)) if end else None
        stop = end - 1 if gap and flat[end - 1 : end].isspace() else end
        word = BEFORE.search(flat, max(stop - 40, 0), stop)
        if word is None or (stop == end and not word[0].endswith("-")):
            break
        small = plain(word[0].strip(".-")).replace("'", "")
        dotted = word[0].endswith(".") and small not in everywhere("lone")
        if dotted or not (
            word[0][0].isupper() or small in kinds() or (small in everywhere("joining") and (named or joined))
        ):
            break
        kind = small in kinds()
        joined |= kind
        medical = (
            not kind and is_medical(small) and small not in everywhere("lone") and small not in everywhere("joining")
        )
        if medical and (not named or is_term(small)):
            break
        if not kind and small not in everywhere("joining") and (small not in everywhere("lone") or named):
            named, start = True, word.start()
        elif small in everywhere("lone") and named:
            start = word.start()
        end = word.start()
    return start if named else at


def named_behind(reading: Reading, at: int) -> int:
    """Where the name behind a word for hospital ends; the place itself where there is none."""
    flat, end, named = reading.flat, at, False
    number = re.compile(r"\s{0,2}(?:№|nr\.?|no\.?)\s?\d{1,4}|\s?№\s?\d{1,4}|\s?\"[^\"\n]{2,30}\"").match(flat, at)
    if number:
        return number.end()
    for _ in range(FEW + 3):
        gap = re.compile(r"['.]?\s{1,2}\"?|'").match(flat, end)
        token = TOKEN.match(flat, gap.end()) if gap else None
        if token is None:
            break
        small, dotted = plain(token[0]), flat[token.end() : token.end() + 1] == "."
        joined = small in everywhere("particles") or small in everywhere("joining")
        kind = small in kinds() or small in everywhere("lone")
        caseless = token[0][0].upper() == token[0][0].lower()
        if not (token[0][0].isupper() or joined or (kind and not named) or caseless):
            break
        if not kind and not joined:
            if is_term(small) or (is_medical(small) and not named):
                break
            if caseless and named and not re.match(r"\s{0,2}(?:[,;.()-]|$)", flat[token.end() : token.end() + 3]):
                break
            named = True
            at = token.end()
        elif kind and named:
            at = token.end()
        end = token.end() + (1 if dotted and small in everywhere("lone") else 0)
    return at
