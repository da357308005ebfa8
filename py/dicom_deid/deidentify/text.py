"""Cleaning text: identifiers are cut out of it word by word, and the rest stays as it is.

No dictionary of names is used: a name is known because an attribute of the object holds it. Free text is also searched
for what only looks like an identifier (suspects/).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import chain

from dicom_deid.deidentify import disguises, suspects
from dicom_deid.deidentify.dummies import REMOVED
from dicom_deid.deidentify.finder import Finder
from dicom_deid.deidentify.letters import fold, read, read_letters
from dicom_deid.deidentify.suspects import DEFAULT, Sought
from dicom_deid.dicom.bounded import CONTEXTS
from dicom_deid.profile import CODE_TERMS, words

Clean = Callable[[str, frozenset[str], Sought], str]
"""Gives a text without some identifiers, and without what looks like one."""


@lru_cache(2 * CONTEXTS)
def but(known: tuple[str, ...], identifiers: frozenset[str]) -> frozenset[str]:
    """The identifiers but for the words of some lists of judged.json, which mean something else in their place."""
    return identifiers - {fold(word) for name in known for word in words(name)}


@lru_cache(CONTEXTS)
def finder(identifiers: frozenset[str]) -> Finder:
    """Finds any of the identifiers."""
    return Finder(identifiers)


def holds(text: str, identifiers: frozenset[str]) -> bool:
    """Whether an identifier occurs in the text."""
    if not identifiers:
        return False
    found = finder(identifiers)
    return found.finds(read(text)) or next(disguises.spans(text, found), None) is not None


@lru_cache(CONTEXTS)
def shown_code(value: str, identifiers: frozenset[str]) -> str:
    """A code as names and reports show it: "" where it is none, or holds an identifier."""
    is_code = re.fullmatch("[A-Z0-9_]{1,16}", value)
    return value if is_code and not holds(value, but(CODE_TERMS, identifiers)) else ""


def clean(text: str, identifiers: frozenset[str], sought: Sought = DEFAULT) -> str:
    """The text without the words that hold an identifier, and without what its form alone tells to be one.

    A value of nothing else becomes a dummy, as for action D.
    """
    return clean_named(without(suspects.lightly, text, identifiers, sought), identifiers)


def clean_code(text: str, identifiers: frozenset[str], _sought: Sought) -> str:
    """The value of a published code without what the object names: nothing is suspected in it."""
    return clean_named(text, identifiers)


def clean_named(text: str, identifiers: frozenset[str]) -> str:
    """The text without the words that hold an identifier."""
    if not holds(text, identifiers):
        return text
    found = finder(identifiers)
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


def clean_value(value: str, found: Finder) -> str:
    """One value without the letters of which the identifiers were read."""
    searched, at = read_letters(value)
    places = [(at[start], at[end - 1] + 1) for start, end in found.spans(searched)]
    kept, cut = list[str](), 0
    for start, end in sorted(chain(places, disguises.spans(value, found))):
        kept.append(value[cut:start])
        cut = max(cut, end)
        while cut < len(value) and not fold(value[cut]):
            cut += 1  # accents by themselves
    kept.append(value[cut:])
    return tidy("".join(kept))


def tidy(value: str) -> str:
    """A value without the spaces and commas that cutting leaves behind."""
    return re.sub(r" ([,;])", r"\1", re.sub(r"  +", " ", value)).strip(" ,;^")
