"""Names behind titles: Dr., Frau, Médico. A title counts with a dot, as a word, or with its capital."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from dicom_deid.deidentify.suspects.languages import BEGIN, compiled, cues, everywhere, languages_of, listed
from dicom_deid.deidentify.suspects.lists import others
from dicom_deid.deidentify.suspects.names import LEAST, TOKEN, Reader, Suspect, is_eponym
from dicom_deid.deidentify.suspects.reading import Reading, Span, plain
from dicom_deid.deidentify.suspects.vocabulary import endings, is_medical, named_things

ACRONYM = 4
"""The most letters of what in capitals may be an abbreviation."""
UPPER = frozenset(("dr", "dra", "mme"))
"""Titles of fewer than four letters that count in capitals and without a dot: MR, MS, SR and others are modalities."""
INFLECTED = r"(?:(?<=\.)(?:ssa|sa|ra|ras|re|ri|na|ma|ta|in|innen|as?|os?)(?![^\W_]))?"
"""An ending directly behind the dot of a title: Sr.ª, Dr.in, prof.ssa."""
SHORT = frozenset(("dr", "mr", "ms", "mx", "hr", "pr", "mw", "sr", "др", "δρ", "sn"))
"""Titles of two letters that count without a dot where only the first is a capital."""


@cache
def title_words() -> tuple[frozenset[str], frozenset[str]]:
    """Abbreviations, which want a dot or their capital, and words that are written in small letters, too."""
    rows = listed("titles"), listed("forms")
    return frozenset(rows[0]), frozenset(rows[1])


@cache
def capitals(languages: tuple[str, ...]) -> frozenset[str]:
    """Titles that count in capitals in a text of one of these languages, and are something else in others."""
    return frozenset(word for language in languages for word in listed("capitals", language))


def titles(reading: Reading) -> re.Pattern[str]:
    """Up to four titles in plain text."""
    more = rf"(?:(?:{'|'.join(sorted(everywhere('behind_titles')))})\.[ \t_]{{0,2}}){{0,4}}"
    one = rf"{BEGIN}(?:{cues('titles', 'forms').among(reading)})\.?{INFLECTED}"
    return compiled(rf"(?:{one}[ \t_]{{0,2}}{more}){{1,4}}")


def title(reading: Reading) -> re.Pattern[str]:
    """One title in plain text."""
    return compiled(rf"{BEGIN}(?P<cue>{cues('titles', 'forms').among(reading)})(?P<dot>\.?)")


def is_title(flat: str, reading: Reading, *, dotted: bool) -> bool:
    """Whether a title counts: with a dot, as a word, or with its capital alone."""
    small = plain(flat)
    abbreviations, forms = title_words()
    if small in forms:
        return not flat.islower() or small not in everywhere("capital_forms")
    if dotted or flat.endswith("'") or "." in flat or '"' in flat:
        return True
    if flat[0].upper() == flat[0].lower():
        return len(flat) > 1
    if flat.islower() and small in abbreviations:
        return not everywhere("small_titles").isdisjoint((small, flat))
    if flat.isupper():
        return small in UPPER or len(small) >= ACRONYM or small in capitals(languages_of(reading))
    return small in SHORT or len(small) > LEAST


def titled(reading: Reading) -> Iterator[Suspect]:
    """Names behind titles."""
    if not cues("titles", "forms").may_be_in(reading):
        return
    at = 0
    while hit := titles(reading).search(reading.plain, at):
        at = hit.end()
        found = behind_title(reading, hit)
        if found:
            at = max(at, found.words[-1][1])
            yield found
            yield from others(reading, found)


def behind_title(reading: Reading, hit: re.Match[str]) -> Suspect | None:
    """The name behind one or several titles, if one of these counts."""
    parts = list(title(reading).finditer(reading.plain, hit.start(), hit.end()))
    flats = [(reading.written[part.start("cue") : part.end("cue")], bool(part["dot"])) for part in parts]
    if not any(is_title(flat, reading, dotted=dotted) for flat, dotted in flats):
        return None
    if reading.flat[hit.end() - 1] not in " \t_" and not flats[-1][1] and not flats[-1][0].endswith("'"):
        return None
    if all(flat.isupper() for flat, _ in flats) and opens_term(reading, hit.end(), sure=flats[-1][1]):
        return None
    if flats[-1][0].isalpha() and not flats[-1][0].isupper() and plain(flats[-1][0]) in listed("relatives"):
        first = TOKEN.match(reading.flat, hit.end())
        if first and first[0].isupper() and len(first[0]) <= ACRONYM:
            return None
    if not any(dotted for _, dotted in flats) and names_disease(reading, hit.end()):
        return None
    strong = any(len(flat) > 1 for flat, _ in flats)
    names = Reader(reading, hit.end(), most=3 if len(flats) > 1 or strong else 2, comma=False, titled=strong).read()
    if not names:
        names = small_name(reading, hit, flats)
    return Suspect(hit.span(), names) if names else None


def opens_term(reading: Reading, at: int, *, sure: bool) -> bool:
    """Whether a word of medicine that is no eponym follows: DR Mechanical; behind a dot one with its ending, too."""
    token = TOKEN.match(reading.plain, at)
    if token is None or is_eponym(token[0]) or not is_medical(token[0]):
        return False
    return not sure or endings().fullmatch(token[0]) is not None


def names_disease(reading: Reading, at: int) -> bool:
    """Whether an eponym and a word of medicine in small letters follow: DR Baker cyst."""
    first = TOKEN.match(reading.plain, at)
    then = TOKEN.match(reading.plain, first.end() + 1) if first and is_eponym(first[0]) else None
    return then is not None and reading.flat[then.start()].islower() and then[0] in named_things()


def small_name(reading: Reading, hit: re.Match[str], flats: list[tuple[str, bool]]) -> tuple[Span, ...]:
    """A name in small letters behind a title in small letters: "dr zorbath"."""
    token = TOKEN.match(reading.plain, hit.end())
    if (
        flats[-1][0] not in everywhere("small_titles")
        or token is None
        or len(token[0]) <= LEAST + 1
        or is_medical(token[0])
    ):
        return ()
    return () if any(letter.isupper() for letter in reading.flat[hit.start() : token.end()]) else (token.span(),)
