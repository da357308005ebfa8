"""Words that removed text tells: they may identify, but nothing but their form can say so.

Vendors fill private elements with the words of their protocols, and people the descriptions of studies with those of
medicine. So a word counts only if it has five digits, or four beside letters, or if it is longer and no ordinary one.
"""

from __future__ import annotations

import re

from dicom_deid.deidentify.character_set import decode
from dicom_deid.deidentify.identifiers.names import BROKEN, IDEOGRAPHS
from dicom_deid.deidentify.identifiers.numbers import MIN_DIGITS
from dicom_deid.deidentify.letters import fold
from dicom_deid.deidentify.suspects.vocabulary import endings
from dicom_deid.deidentify.vocabulary import ordinary
from dicom_deid.dicom.encoding import TEXT_VRS
from dicom_deid.dicom.reader import Reader
from dicom_deid.errors import Failed, ShortRead
from dicom_deid.model import Element, Item, Syntax

MIN_WORD = 5
"""Least number of letters of a word that counts."""
MOST_TEXT, MOST_BYTES = 64 * 1024, 2048
"""Letters of a text, and bytes of a value without VR, that are looked at."""
ITEM_TAGS = {b"\xfe\xff\x00\xe0": True, b"\xff\xfe\xe0\x00": False}
"""The bytes of the tag of an item -> whether they are in little endian."""
CAPITALIZED, PERSON_PART = r"\b[A-Z][a-z]{3}\b", r"[^\W\d_]{4,}"
"""Words of four letters that count: with a capital, or a part of what is written like a person name."""
READABLE = re.compile(rb"[\x1b\x20-\x7e\xa0-\xff]{4,}")


def nested(element: Element) -> list[Item] | None:
    """The items of a value that was not read as a sequence; None where it holds none."""
    value = element.value
    little = ITEM_TAGS.get(value[:4])
    if little is None or element.undefined:
        return None
    syntax = Syntax(explicit=True, little=little)  # an item in Implicit VR is told by its first element
    try:
        return Reader(value, len(value), syntax).items(0, len(value), len(value), syntax, 1)[0]
    except (Failed, ShortRead):
        return None


def tokens(text: str) -> set[str]:
    """The words of a text, folded, those that are joined by hyphens, dots or underscores also as one."""
    found = set[str]()
    for joined in re.findall(r"\w(?:[\w./_-]*\w)?", fold(text[:MOST_TEXT])):
        found.add(joined)
        found.update(re.findall(r"[^\W_]+", joined))
    return found


def words_of(text: str) -> set[str]:
    """Those words of a text that may identify: with a capital, where the script has any."""
    named = re.findall(CAPITALIZED, text) + (re.findall(PERSON_PART, text) if "^" in text else [])
    short = {word for word in map(fold, named) if not ordinary(word)}
    words = re.findall(r"[^\W\d_]+", text)
    capital = {fold(word) for word in words if not word.islower()}
    small = set(map(fold, words)) - capital
    return short | {word for word in tokens(text) if may_identify(word) and word not in small}


def numbers_of(text: str) -> set[str]:
    """Those words of a report that may identify: numbers alone, since it is full of words of medicine."""
    return {word for word in tokens(text) if not word.isalpha() and may_identify(word)}


def may_identify(word: str) -> bool:
    """Whether the form of a folded word allows that it identifies."""
    if sum(map(str.isdigit, word)) >= MIN_DIGITS - any(map(str.isalpha, word)):
        return re.fullmatch(r"\d+\.\d+(?:\.[\d.]+)?", word) is None
    if not word.isalpha():
        return False
    return (
        len(word) >= (2 if min(word) >= IDEOGRAPHS else MIN_WORD)
        and not ordinary(word)
        and not endings().fullmatch(word)
    )


def opaque_words(element: Element, encodings: tuple[str, ...]) -> set[str]:
    """The words that may identify in a value of which only the VR, or not even that, is known."""
    if element.vr in TEXT_VRS:
        return words_of(decode(element, encodings))
    if len(element.value) > MOST_BYTES:
        return set()
    found = set[str]()
    for run in READABLE.findall(element.value):
        found |= words_of(BROKEN.sub(" ", decode(Element(element.tag, "LO", run), encodings)))
    return found
