"""Cleaning text: identifiers are cut out of it word by word, and the rest stays as it is.

No dictionary of names is used: a name is known because an attribute of the object holds it. Free text is also searched
for what only looks like an identifier: dates, addresses of electronic mail, telephone numbers, names behind a title.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from dicom_deid.deidentify.dummies import REMOVED
from dicom_deid.profile import words

LOOKS_IDENTIFYING = re.compile(
    r"""
      [\w.+-]+@[\w-]+\.[\w.]+
    | (?P<title>\b(?i:dr|prof|mr|mrs|ms|miss|mme|herr|frau|sra?)\b\.?\s*(?i:med\.\s*)?)
      [A-ZÀ-Þ][\w'-]+(?:\s+[A-ZÀ-Þ][\w'-]+)?
    | \b[A-ZÀ-Þ][\w'-]+,?\s+M\.?D\.?\b
    | \b(?:19|20)\d\d(?P<gap>[-/.]?)(?:0[1-9]|1[0-2])(?P=gap)(?:0[1-9]|[12]\d|3[01])\b
    | \b(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|[12]\d|3[01])[./-](?:(?:19|20)?\d\d)\b
    | \b(?i:tel|phone|fax|pager)\b[.:]?\s*[+\d(][\d\s()/-]{4,}\d
    | \+\d[\d\s()/-]{6,}\d
    """,
    re.VERBOSE,
)


@lru_cache(65_536)
def fold(text: str) -> str:
    """Text as it is compared: lower case, without accents, in one form."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@lru_cache(1024)
def but(known: str, identifiers: frozenset[str]) -> frozenset[str]:
    """The identifiers but for the words of a list of judged.json, which mean something else in their place."""
    return identifiers - {fold(word) for word in words(known)}


@lru_cache(512)
def pattern(identifiers: frozenset[str]) -> re.Pattern[str] | None:
    """Finds any of the identifiers as a word of its own in folded text, the longest first."""
    if not identifiers:
        return None
    longest = sorted(identifiers, key=lambda text: (-len(text), text))
    return re.compile("|".join(bounded(text) for text in longest))


def bounded(text: str) -> str:
    """An expression for a text that is no part of a longer word; words of ideographs have no bounds."""
    escaped = re.escape(text)
    return rf"(?<![a-z0-9]){escaped}(?![a-z0-9])" if text.isascii() else escaped


def holds(text: str, identifiers: frozenset[str]) -> bool:
    """Whether an identifier occurs in the text."""
    found = pattern(identifiers)
    return found is not None and found.search(fold(text)) is not None


def clean(text: str, identifiers: frozenset[str]) -> str:
    """The text without the words that hold an identifier; a value of nothing else becomes a dummy, as for action D."""
    found = pattern(identifiers)
    if found is None or not found.search(fold(text)):
        return text
    return "\\".join(clean_value(value, found) or REMOVED if value else "" for value in text.split("\\"))


def clean_thoroughly(text: str, identifiers: frozenset[str]) -> str:
    """Free text without identifiers, and without what looks like one."""
    if LOOKS_IDENTIFYING.search(text):
        values = (LOOKS_IDENTIFYING.sub(lambda hit: rest_of(hit, identifiers), value) for value in text.split("\\"))
        text = "\\".join(
            tidy(new) or (REMOVED if old else "") for old, new in zip(text.split("\\"), values, strict=True)
        )
    return clean(text, identifiers)


def rest_of(hit: re.Match[str], identifiers: frozenset[str]) -> str:
    """What stays of a text that looks identifying: of a title and two words, the one that is no name while one is."""
    words_after = hit[0][hit.end("title") - hit.start() :].split() if hit["title"] else []
    unknown = [word for word in words_after if not holds(word, identifiers)]
    return " ".join(unknown) if len(unknown) < len(words_after) else ""


def clean_value(value: str, found: re.Pattern[str]) -> str:
    """One value without the letters of which the identifiers were folded."""
    folded = [(part, at) for at, letter in enumerate(value) for part in fold(letter)]
    kept, at = [], 0
    for hit in found.finditer("".join(part for part, _ in folded)):
        kept.append(value[at : folded[hit.start()][1]])
        at = folded[hit.end() - 1][1] + 1
    kept.append(value[at:])
    return tidy("".join(kept))


def tidy(value: str) -> str:
    """A value without the spaces and commas that cutting leaves behind."""
    return re.sub(r"  +", " ", value).strip(" ,;^")
