"""Words that stay: terms of medicine and of descriptions, eponyms, and what an ending tells to be a term."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from dicom_deid.deidentify.suspects.languages import BEGIN, END, alternation, listed
from dicom_deid.deidentify.suspects.reading import Reading, Span, plain
from dicom_deid.profile import table, words

SHORTEST = 2
"""Letters of a part of a word that says nothing by itself."""
STEM = 4
"""Letters that stand before the ending of a term at least."""


def split(text: str) -> frozenset[str]:
    """The words of a list in a table, plain."""
    return frozenset(map(plain, text.split("|")))


@cache
def ordinary_words() -> frozenset[str]:
    """Words of descriptions, terms of code strings, and words that are no names."""
    lists = (words("description_words"), words("terms"), words("not_names"))
    return frozenset(plain(word) for listed in lists for word in listed)


@cache
def terms() -> frozenset[str]:
    """The terms of all languages that stay behind a title, too."""
    hand = table("clinical-words.json")["terms"].values()
    return ordinary_words().union(*map(split, hand)) - {""}


@cache
def eponyms() -> frozenset[str]:
    """Names that are parts of terms."""
    return split(table("clinical-words.json")["eponyms"])


@cache
def departments() -> tuple[str, ...]:
    """Endings of words for departments, which are never a name."""
    return tuple(split(table("clinical-words.json")["departments"]))


@cache
def named_things() -> frozenset[str]:
    """The words for what bears somebody's name, such as a cyst."""
    return split(table("clinical-words.json")["named_things"])


@cache
def street_like() -> frozenset[str]:
    """First parts of words that end like a street, and are something else: Atem of Atemweg."""
    return split(table("clinical-words.json")["street_like"])


@cache
def meanings() -> frozenset[str]:
    """The words of the code meanings of PS3.16."""
    return frozenset(table("code-meanings.json")["words"].split())


@cache
def endings() -> re.Pattern[str]:
    """A word with the ending of a term."""
    longest = sorted(split(table("clinical-words.json")["endings"]), key=lambda ending: -len(ending))
    return re.compile(rf"\w{{{STEM},40}}(?:{'|'.join(map(re.escape, longest))})")


@cache
def phrases() -> re.Pattern[str]:
    """The phrases that stay wherever they stand, in plain text."""
    return re.compile(f"{BEGIN}(?:{alternation(split(table('clinical-words.json')['phrases']))}){END}")


@cache
def kinds() -> frozenset[str]:
    """Kinds of hospitals and the words for hospitals themselves: beside them they are no names."""
    keys = ("hospital_kinds", "hospitals", "hospitals_before", "streets", "titles", "forms")
    return frozenset(word for key in keys for word in listed(key))


@cache
def eastern_terms(language: str) -> tuple[str, ...]:
    """The terms of Chinese, Japanese or Korean, the longest first."""
    found = {word for word in table("clinical-words.json")["terms"][language].split("|") if word}
    return tuple(sorted(found, key=lambda word: -len(word)))


def ordinary(word: str) -> bool:
    """Whether a word is one of descriptions, and no name."""
    return plain(word) in ordinary_words() or len(word) < 3


def is_term(word: str) -> bool:
    """Whether a plain word stays behind a title, too; of one with hyphens any part counts."""
    return any(part in terms() for part in (word, *parts_of(word))) or word.endswith(departments())


def parts_of(word: str) -> list[str]:
    """The parts of a word with hyphens, but for the shortest."""
    return [part for part in re.split(r"['-]", word) if len(part) > SHORTEST and part != word]


@cache
def behind_patient() -> frozenset[str]:
    """Ordinary words that may follow the word for a patient."""
    return split(table("clinical-words.json")["behind_patient"])


def is_medical(word: str, *, endings_count: bool = True) -> bool:
    """Whether a plain word is a term anywhere but directly behind a title."""
    if word in kinds() or word in eponyms() or word.removesuffix("s").removesuffix("'") in eponyms():
        return True
    parts = (word, *parts_of(word))
    return any(part in terms() or part in meanings() for part in parts) or (
        endings_count and any(endings().fullmatch(part) for part in parts)
    )


def guarded(reading: Reading) -> list[Span]:
    """The places of phrases that stay."""
    return [hit.span() for hit in phrases().finditer(reading.plain)]


def outside(spans: Iterable[Span], guards: list[Span]) -> list[Span]:
    """The spans that touch none of the guards."""
    return [span for span in spans if not any(span[0] < end and begin < span[1] for begin, end in guards)]
