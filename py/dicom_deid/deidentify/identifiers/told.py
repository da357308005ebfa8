"""Words that removed text tells: they may identify, but nothing but their form can say so.

Vendors fill private elements with the words of their protocols, and people the descriptions of studies with those of
medicine. So a word counts only if it has five digits, or four beside letters, or if it is longer and no ordinary one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from dicom_deid.deidentify.character_set import decode, otherwise
from dicom_deid.deidentify.identifiers.names import BROKEN, IDEOGRAPHS
from dicom_deid.deidentify.identifiers.numbers import MIN_DIGITS, is_wordy, whole_values
from dicom_deid.deidentify.letters import fold
from dicom_deid.deidentify.suspects.vocabulary import endings
from dicom_deid.deidentify.values import NUMBERS
from dicom_deid.deidentify.values import numbers_of as numbers_in
from dicom_deid.deidentify.vocabulary import ordinary
from dicom_deid.dicom.encoding import TEXT_VRS
from dicom_deid.dicom.reader import Reader
from dicom_deid.errors import Failed, ShortRead
from dicom_deid.model import Element, Item, Syntax

MIN_WORD = 5
"""Least number of letters of a word that counts."""
MIN_PLURAL = 8
"""Least number of letters of the plural of an ordinary word, which is one, too; shorter ones are also names: Woods."""
MOST_TEXT, MOST_LOOKED_AT, MOST_BYTES, FEW = 64 * 1024, 8192, 2048, 64
"""Letters of a text, bytes of a value without VR, readable ones among these, and bytes of numbers that are looked at.

A value without VR of a FEW bytes is no more than a name or a number: there, small letters count, too.
"""
LEAST_NUMBER = 10 ** (MIN_DIGITS - 1)
LARGEST = 1e18
"""The least and the largest number of a value of numbers that counts."""
WIDTH = 4
"""Bytes of a value without VR that may be one number."""
ORDERS = Syntax(explicit=True, little=True), Syntax(explicit=True, little=False)
ITEM_TAGS = {b"\xfe\xff\x00\xe0": True, b"\xff\xfe\xe0\x00": False}
"""The bytes of the tag of an item -> whether they are in little endian."""
CAPITALIZED, PERSON_PART = r"\b[A-Z][a-z]{3}\b", r"[^\W\d_]{4,}"
"""Words of four letters that count: with a capital, or a part of what is written like a person name."""
READABLE = re.compile(rb"[\x1b\x20-\x7e\x80-\xff]{4,}")
"""Runs of text in any character set: letters of several bytes have bytes from 0x80 on."""
WIDE = re.compile(rb"(?:[\x20-\x7e]\0){3,}[\x20-\x7e]")
"""Runs of ASCII text in UTF-16, in either byte order."""
INTEGERS = re.compile(rb"(?:^|\\)[ +-]*(\d{%d,})[ \0]*(?=\\|$)" % MIN_DIGITS)
"""Numbers without a fraction in DS, IS, or TM."""


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
        and not (len(word) >= MIN_PLURAL and ordinary(word.removesuffix("s")))
        and not endings().fullmatch(word)
    )


def opaque_words(element: Element, encodings: tuple[str, ...]) -> set[str]:
    """The words that may identify in a value of which only the VR, or not even that, is known."""
    if element.vr in TEXT_VRS:
        return words_of(decode(element, encodings))
    if element.vr in ("DS", "IS", "TM"):
        return {str(number, "ascii").lstrip("0") for number in INTEGERS.findall(element.value)}
    if element.vr in NUMBERS:
        return binary_numbers(element)
    if element.vr == "AE":
        return entities(decode(element, encodings))
    return set(readable_words(element.value[:MOST_LOOKED_AT], encodings, short=len(element.value) <= FEW))


@lru_cache(64)
def readable_words(value: bytes, encodings: tuple[str, ...], *, short: bool) -> frozenset[str]:
    """The same of the beginning of a value without VR; ``short``: it is the whole value, and may be a single number."""
    found = binary_numbers(Element(0, "UL", value)) if len(value) == WIDTH else set[str]()
    for text in readable_texts(value, encodings):
        clear = BROKEN.sub(" ", text)
        found |= words_of(clear.upper() if short and clear.islower() else clear)
    return frozenset(found)


def readable_texts(value: bytes, encodings: tuple[str, ...]) -> set[str]:
    """The texts in a value; those in ASCII are one, but for person names, since few texts are read faster."""
    plain, found = list[bytes](), set[str]()
    if b"\0" in value:
        plain += (run.replace(b"\0", b"") for run in WIDE.findall(value, 0, 2 * MOST_BYTES))
    for run in first_runs(value):
        if run.isascii() and b"^" not in run and b"\x1b" not in run:
            plain.append(run)
            continue
        read = decode(Element(0, "LO", run), encodings)
        found |= {read, otherwise(run, read) or read}
    return found | ({b"\n".join(plain).decode("ascii")} if plain else set())


def entities(text: str) -> set[str]:
    """The Application Entity Titles of a value that are no ordinary words."""
    return words_of(text).union(*(whole_values(one) for one in text.split("\\") if not is_wordy(one)))


def first_runs(value: bytes) -> Iterator[bytes]:
    """The first runs of text in a value, of MOST_BYTES in all."""
    left = MOST_BYTES
    for hit in READABLE.finditer(value):
        yield hit[0][:left]
        left -= len(hit[0])
        if left <= 0:
            return


def binary_numbers(element: Element) -> set[str]:
    """The whole numbers of a short value, in either byte order: which one it has does not show in it."""
    if len(element.value) > FEW:
        return set()
    read = [number for syntax in ORDERS for number in numbers_in(element, syntax) or ()]
    return {str(int(abs(one))) for one in read if LEAST_NUMBER <= abs(one) < LARGEST and one == one // 1}
