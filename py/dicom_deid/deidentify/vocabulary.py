"""Ordinary words: those of PS3.6 and PS3.16, of descriptions and of makers, which by themselves identify nobody."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from dicom_deid.deidentify.suspects import vocabulary as suspects
from dicom_deid.dicom.bounded import CONTEXTS
from dicom_deid.normal_form import normal_form
from dicom_deid.profile import table, words

LISTS = ("code_terms", "maker_names", "place_words")


def ordinary(word: str) -> bool:
    """Whether a folded text is one ordinary word; folding takes apart the syllables of Hangul."""
    word = normal_form("NFC", word)
    return word in suspects.terms() or word in suspects.meanings() or word in suspects.kinds() or in_lists(word)


def is_written(word: str) -> bool:
    """Whether a folded text is a word of PS3.16 or of descriptions."""
    return word in suspects.meanings() or word in suspects.ordinary_words()


def in_lists(word: str) -> bool:
    """Whether it is one of the lists of PS3.6 and of this project."""
    return " " not in word and f" {word} " in vocabulary()


@lru_cache(2 * CONTEXTS)
def unwritten(identifiers: frozenset[str], *, eponyms: bool) -> frozenset[str]:
    """The identifiers but for those that are made of such words, or of ``eponyms``, alone."""
    named = suspects.eponyms() if eponyms else frozenset()
    spelled = ((one, re.findall(r"[^\W_]+", one)) for one in identifiers)
    return frozenset(one for one, parts in spelled if not all(is_written(part) or part in named for part in parts))


@cache
def vocabulary() -> str:
    """All words of these lists, in small letters, between spaces: one text takes less memory than a set."""
    listed = " ".join(word.casefold() for name in LISTS for word in words(name))
    return f" {table('vocabulary.json')['words']} {listed} "
