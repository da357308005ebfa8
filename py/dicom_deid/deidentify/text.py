"""Cleaning text: identifiers are cut out of it word by word, and the rest stays as it is.

No dictionary of names is used: a name is known because an attribute of the object holds it. Free text is also searched
for what only looks like an identifier (suspects/).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache, partial

from dicom_deid.deidentify import suspects
from dicom_deid.deidentify.dummies import REMOVED
from dicom_deid.deidentify.suspects import DEFAULT, Sought
from dicom_deid.profile import words

BEGIN, END = "(?<![a-z0-9])", "(?![a-z0-9])"
"""Bounds of a word in folded text."""
LONG = 6
"""Letters and digits from which on an identifier is recognised in other spellings."""
SHORT = 4
"""Letters of a name from which on it is recognised with a number beside it."""
DIGITS = 4
"""Digits from which on such an identifier is one also where letters stand beside it."""
DAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
TIME = r"(?:(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?)?"
"""The time that may follow a date in digits."""
PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "\u0131": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})
"""Letters that Unicode does not take apart, as they are written where they are missing."""


def fold(text: str) -> str:
    """Text as it is compared: lower case, without accents, in one form."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(PLAIN)


@lru_cache(128)
def but(known: tuple[str, ...], identifiers: frozenset[str]) -> frozenset[str]:
    """The identifiers but for the words of some lists of judged.json, which mean something else in their place."""
    return identifiers - {fold(word) for name in known for word in words(name)}


@lru_cache(64)
def pattern(identifiers: frozenset[str]) -> re.Pattern[str] | None:
    """Finds any of the identifiers in folded text, the longest first: as a word, however its parts are joined."""
    if not identifiers:
        return None
    longest = sorted(identifiers, key=lambda text: (-len(text), text))
    return re.compile("|".join(dict.fromkeys([*map(bounded, longest), *joined(longest)])))


def bounded(text: str) -> str:
    """An expression for a text that is no part of a longer word; words of ideographs have no bounds.

    What stands between the parts of a longer one does not count: MRN-0815 is also written MRN0815 and MRN 0815. Beside
    one with a number in it letters do not count either: ID081547 holds 081547, and CT20240229101112 a date.
    """
    if not text.isascii():
        return re.escape(text)
    parts = re.findall("[a-z0-9]+", text)
    letters = "".join(parts)
    loose = len(parts) > 1 and len(letters) >= LONG
    inner = r"[^a-z0-9\\]{0,2}".join(parts) if loose else re.escape(text)
    if len(letters) < LONG or sum(map(str.isdigit, letters)) < DIGITS:
        return BEGIN + inner + END
    if DAY.fullmatch(text):
        inner += TIME
    return (r"(?<!\d)" if text[0].isdigit() else "") + inner + (r"(?!\d)" if text[-1].isdigit() else "")


def joined(identifiers: list[str]) -> list[str]:
    """Expressions for names that are written together, or with a number, a letter or an s, as in the name of a file."""
    names = [text for text in identifiers if text.isascii() and text.isalpha()]
    long = "|".join(text for text in names if len(text) >= LONG)
    short = "|".join(text for text in names if SHORT <= len(text) < LONG)
    found = [rf"{BEGIN}(?:{'|'.join(names)}){{2,}}\d*{END}"] if len(names) > 1 else []
    if short:
        found.append(rf"{BEGIN}(?:\d+(?:{short})|(?:{short})\d+){END}")
    return found + ([rf"{BEGIN}(?:(?:[a-z]|\d+)?(?:{long})|(?:{long})(?:\d+|[a-z]\d*)){END}"] if long else [])


def holds(text: str, identifiers: frozenset[str]) -> bool:
    """Whether an identifier occurs in the text."""
    found = pattern(identifiers)
    return found is not None and found.search(fold(text)) is not None


def clean(text: str, identifiers: frozenset[str], sought: Sought = DEFAULT) -> str:
    """The text without the words that hold an identifier, and without what its form alone tells to be one.

    A value of nothing else becomes a dummy, as for action D.
    """
    return clean_named(without(suspects.lightly, text, identifiers, sought), identifiers)


def clean_maker(text: str, identifiers: frozenset[str], sought: Sought = DEFAULT) -> str:
    """The same of the name of a maker or a model, in which a title stays: some makers are called Dr. Somebody."""
    return clean_named(without(partial(suspects.lightly, persons=False), text, identifiers, sought), identifiers)


def clean_named(text: str, identifiers: frozenset[str]) -> str:
    """The text without the words that hold an identifier."""
    found = pattern(identifiers)
    if found is None or not found.search(fold(text)):
        return text
    return "\\".join(clean_value(value, found) or REMOVED if value else "" for value in text.split("\\"))


def clean_thoroughly(text: str, identifiers: frozenset[str], sought: Sought = DEFAULT) -> str:
    """Free text without identifiers, and without what looks like one."""
    return clean_named(without(suspects.without, text, identifiers, sought), identifiers)


def without(suspected: Callable[..., str], text: str, identifiers: frozenset[str], sought: Sought) -> str:
    """Each value of a text without what is suspected in it; one of nothing else becomes a dummy."""
    values = text.split("\\")
    changed = [suspected(value, lambda word: holds(word, identifiers), sought) for value in values]
    if changed == values:
        return text
    return "\\".join(old if old == new else tidy(new) or REMOVED for old, new in zip(values, changed, strict=True))


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
    return re.sub(r" ([,;])", r"\1", re.sub(r"  +", " ", value)).strip(" ,;^")
