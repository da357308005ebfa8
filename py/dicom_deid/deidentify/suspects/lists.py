"""Lists of persons: names that a word such as "and" or a stroke joins to one that is found, or behind Drs. a comma."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from dicom_deid.deidentify.suspects.languages import alternation, everywhere, listed
from dicom_deid.deidentify.suspects.names import Reader, Suspect
from dicom_deid.deidentify.suspects.reading import Reading, plain
from dicom_deid.deidentify.suspects.vocabulary import ordinary

ACRONYM = 4
"""The most letters of what in capitals may be an abbreviation."""


@cache
def joints() -> re.Pattern[str]:
    """What stands between the names of a list, in plain text."""
    words = alternation(map(plain, everywhere("name_joining")))
    return re.compile(rf"\s{{0,2}}(?P<comma>,)?\s{{0,2}}(?:[&/+]\s{{0,2}}|(?<=\s)(?:{words})\s{{1,2}})?")


def others(reading: Reading, found: Suspect) -> Iterator[Suspect]:
    """The names that follow one in a list."""
    several = plain(reading.flat[slice(*found.head)]).strip(" .") in everywhere("plural_titles")
    at = found.words[-1][1]
    while (joint := joints().match(reading.plain, at)) and is_joint(joint, several=several):
        names = Reader(reading, joint.end(), most=2, comma=False, titled=False).read()
        if not names or not is_person(reading.flat[slice(*names[0])]):
            return
        yield Suspect((joint.end(), joint.end()), names)
        at = names[-1][1]


def is_joint(joint: re.Match[str], *, several: bool) -> bool:
    """Whether names are joined: by a comma alone where the title is that of several."""
    return bool(joint[0].strip(" ,") or (joint["comma"] and several))


def is_person(word: str) -> bool:
    """Whether a word that is no term may be a name of a list: no abbreviation, no ordinary word, and no title."""
    small = plain(word)
    if (word.isupper() and len(word) <= ACRONYM and word.lower() != word) or len(word) <= 2:
        return False
    return not ordinary(small) and small not in titles_and_relatives()


@cache
def titles_and_relatives() -> frozenset[str]:
    """Words that stand before a name, plain."""
    keys = ("titles", "forms", "relatives")
    return frozenset(word.rstrip(".:") for key in keys for word in listed(key))
