"""What the object itself names: the identifiers that must occur nowhere else in it, and their removal from text.

No dictionary of names is used: a name is known because an attribute of the object holds it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pydicom.charset import convert_encodings, decode_bytes

from dicom_deid.deidentify.dummies import REMOVED
from dicom_deid.elements import TEXT_VRS, vr_of
from dicom_deid.errors import Failed
from dicom_deid.model import Element, Item
from dicom_deid.profile import judged, words

CHARACTER_SET = 0x00080005
MIN_NAME = 3
"""Letters of a part of a name that is looked for; a shorter one would be found in half of all words."""
MIN_NUMBER = 4
"""Characters of an ID that is looked for."""
DELIMITERS = {ord(letter) for letter in "\\^=\r\n\t\f"}


def collect(data: Item, retained: frozenset[int]) -> frozenset[str]:
    """The identifiers of an instance, folded (see ``fold``): parts of names, IDs, institutions, addresses, dates.

    What the attributes in ``retained`` hold may stay, so it is not looked for.
    """
    found: set[str] = set()
    gather(data, encodings_of(data, ("iso8859",)), retained, found)
    return frozenset(found)


def gather(item: Item, encodings: tuple[str, ...], retained: frozenset[int], found: set[str]) -> None:
    """Adds the identifiers of one item and what is nested in it."""
    for element in item:
        if element.items is not None:
            for nested in element.items:
                gather(nested, encodings_of(nested, encodings), retained, found)
        elif element.vr == "PN" or vr_of(element.tag) == "PN":
            found.update(name_parts(decode(element, encodings)))
        elif element.tag in retained:
            continue
        elif element.tag in judged("whole_identifiers"):
            found.update(whole_values(decode(element, encodings)))
        elif element.vr == "DA" or vr_of(element.tag) == "DA":
            found.update(date_forms(element.value))


def name_parts(text: str) -> set[str]:
    """The parts of person names that are long enough to be looked for; ideographic parts from two characters on."""
    parts = (fold(part) for part in re.split(r"[\\^=\s,.;/()\[\]\"'-]+", text))
    return {
        part
        for part in parts
        if part not in words("not_names") and (len(part) >= (MIN_NAME if part.isascii() else 2)) and not part.isdigit()
    }


def whole_values(text: str) -> set[str]:
    """The values of an ID, institution or address that are long enough to be looked for."""
    values = (fold(value.strip()) for value in re.split(r"[\\\r\n]+", text))
    return {value for value in values if len(value) >= MIN_NUMBER and value not in words("not_names")}


def date_forms(value: bytes) -> set[str]:
    """The ways in which people write the dates of a DA element; a dummy date is none."""
    forms: set[str] = set()
    for text in value.decode("latin-1").replace(".", "").split("\\"):
        year, month, day = text[:4], text[4:6], text[6:8]
        if len(text.strip(" \0")) == 8 and text[:8].isdigit() and year > "1900":
            forms.update(
                (f"{year}{month}{day}", f"{year}-{month}-{day}", f"{year}/{month}/{day}", f"{year}.{month}.{day}")
            )
            forms.update(
                (f"{day}.{month}.{year}", f"{month}/{day}/{year}", f"{day}/{month}/{year}", f"{day}-{month}-{year}")
            )
    return forms


def encodings_of(item: Item, inherited: tuple[str, ...]) -> tuple[str, ...]:
    """The Python codecs of an item's Specific Character Set, or those of the item around it (PS3.5 7.5.3)."""
    element = item.get(CHARACTER_SET)
    if element is None or not element.value.strip(b" \0"):
        return inherited
    return codecs_of(element.value)


@lru_cache(256)
def codecs_of(value: bytes) -> tuple[str, ...]:
    """The Python codecs of a value of Specific Character Set; raises Failed UNSUPPORTED_CHARACTER_SET."""
    names = [name.strip() for name in value.decode("latin-1").strip(" \0").split("\\")]
    try:
        return tuple(convert_encodings(names))
    except (LookupError, ValueError):
        raise Failed("UNSUPPORTED_CHARACTER_SET") from None


def decode(element: Element, encodings: tuple[str, ...]) -> str:
    """The text of an element. Bytes that its character set does not have are read as Latin-1, so none is lost."""
    value = element.value.rstrip(b"\0 ")
    if element.vr not in TEXT_VRS or (value.isascii() and b"\x1b" not in value):
        return value.decode("latin-1")
    try:
        return str(decode_bytes(value, list(encodings), DELIMITERS))
    except (LookupError, ValueError):
        return value.decode("latin-1")


@lru_cache(65_536)
def fold(text: str) -> str:
    """Text as it is compared: lower case, without accents, in one form."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@lru_cache(512)
def but_terms(identifiers: frozenset[str]) -> frozenset[str]:
    """The identifiers that are looked for in code strings: a word that is a term of the standard may be one there."""
    return identifiers - {fold(term) for term in words("terms")}


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
    if not text.isascii():
        return escaped
    return rf"(?<![a-z0-9]){escaped}(?![a-z0-9])"


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


def clean_value(value: str, found: re.Pattern[str]) -> str:
    """One value without the identifiers; where they cannot be cut out letter by letter, nothing of it stays."""
    folded = fold(value)
    if len(folded) != len(value):
        return value if not found.search(folded) else ""
    kept, at = [], 0
    for hit in found.finditer(folded):
        kept.append(value[at : hit.start()])
        at = hit.end()
    kept.append(value[at:])
    return re.sub(r"  +", " ", "".join(kept)).strip(" ,;^")
