"""Identifiers that an object itself states, such as names and IDs: they may occur nowhere else in its output."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import chain

from pydicom.charset import convert_encodings, decode_bytes, encode_string

from dicom_deid.deidentify.suspects import ordinary
from dicom_deid.deidentify.text import fold
from dicom_deid.dicom.bounded import Remembered
from dicom_deid.dicom.encoding import TEXT_VRS, ascii_text, vr_of
from dicom_deid.errors import Failed
from dicom_deid.model import Element, Item, Run
from dicom_deid.profile import judged, words

CHARACTER_SET, PATIENT_SEX, PATIENT_AGE = 0x00080005, 0x00100040, 0x00101010
MIN_NAME = 3
"""Least number of letters of a part of a name that is searched for; shorter ones occur in half of all words."""
IDEOGRAPHS = "\u1100"
"""The first letter of the scripts in which a letter is a syllable or a word (Hangul, Kana, Han).

There, two letters are enough for a name. Two letters of other scripts occur by chance, above all where a name is read
in a wrong character set.
"""
MIN_UMLAUT = 5
"""Least number of letters of a part whose ae, oe and ue are also searched for as umlauts: Mueller, Müller."""
MIN_NUMBER = 4
"""Least number of characters of an ID that is searched for."""
Kept = Callable[[Element, tuple[int, ...], tuple[str, ...]], bool]
"""Whether the plan keeps an element, by its path and the codecs of its text."""
IdentifierCache = Remembered[Element | Run, frozenset[str]]
"""Cache of the identifiers of elements that instances share."""
NO_IDENTIFIERS: frozenset[str] = frozenset()
BROKEN = re.compile("[\x00-\x1f\x7f-\x9f\ufffd]+")
"""Control characters, and U+FFFD for bytes that the character set does not have: no part of any name."""
BETWEEN_PARTS = re.compile(r"[\s,.;/()\[\]\"'`\u00b4\u2018\u2019\u02bc\u2010-\u2015·\u30fb-]+")
"""Separators of the parts of a name component; Unicode has several apostrophes, hyphens and middle dots."""
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
DAYS = frozenset(("DA", "DT"))
DATE = re.compile(r"\s*(\d{4})\.?(\d\d)\.?(\d\d)")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
DELIMITERS = {ord(letter) for letter in "\\^=\r\n\t\f"}


def collect(
    data: Item,
    retained: frozenset[int],
    kept: Kept = lambda _element, _path, _codecs: True,
    known: IdentifierCache | None = None,
) -> frozenset[str]:
    """The identifiers of an instance, folded (see ``fold``): parts of names, IDs, institutions, addresses, dates.

    Values of the attributes in ``retained`` are left out where ``kept`` says that they stay. ``known``: the identifiers
    of elements of earlier data sets of these encodings, under the same ``retained`` and ``kept``.
    """
    known, encodings = Remembered(0) if known is None else known, encodings_of(data, ("iso8859",))

    def left(element: Element, path: tuple[int, ...], codecs: tuple[str, ...]) -> bool:
        return element.tag in retained and kept(element, path, codecs)

    named = [
        NO_IDENTIFIERS
        if PATIENT_AGE in retained
        else ages(ascii_text(data.get(PATIENT_AGE)), ascii_text(data.get(PATIENT_SEX)).lower())
    ]
    for unit in data.units or data:
        held = known.get(unit)
        if held is None:
            if isinstance(unit, Element) and unit.items is None and not may_identify(unit.tag, unit.vr):
                continue
            elements = unit.elements if isinstance(unit, Run) else (unit,)
            held = frozenset().union(*(identifiers_of(element, (), encodings, left) for element in elements))
            if unit.shared:
                known.add(unit, held, unit.shared + 100 * len(held))
        if held:
            named.append(held)
    return united(frozenset(named))


@lru_cache(256)
def united(named: frozenset[frozenset[str]]) -> frozenset[str]:
    """The union of sets. Equal arguments give the same object, which is compared quickly as a key."""
    return frozenset[str]().union(*named)


def identifiers_of(element: Element, path: tuple[int, ...], encodings: tuple[str, ...], kept: Kept) -> AbstractSet[str]:
    """The identifiers of one element and what is nested in it."""
    if element.items is not None:
        within, found = (*path, element.tag), set[str]()
        for item in element.items:
            codecs = encodings_of(item, encodings)
            found.update(*(identifiers_of(nested, within, codecs, kept) for nested in item))
        return found
    if not may_identify(element.tag, element.vr) or kept(element, path, encodings):
        return NO_IDENTIFIERS
    if "PN" in (element.vr, vr_of(element.tag)):
        text = decode(element, encodings)
        meant = otherwise(element.value, text)
        return name_parts(text) if meant is None else name_parts(text) | name_parts(meant)
    if element.tag in judged("whole_identifiers"):
        return whole_values(decode(element, encodings))
    return NO_IDENTIFIERS if element.tag in judged("vocabulary_dates") else date_forms(element.value)


@lru_cache(8192)
def may_identify(tag: int, vr: str) -> bool:
    """Whether an attribute, stored in this VR, holds a name or a date, or is an identifier as a whole."""
    return bool({vr, vr_of(tag)} & (DAYS | {"PN"})) or tag in judged("whole_identifiers")


def name_parts(text: str) -> set[str]:
    """The parts of person names that are long enough to be searched for; ideographic parts from two characters on.

    A component of several parts is also taken as one word: O'Brien is also written OBrien.
    """
    found = short_names(text)
    for component in re.split(r"[\\^=]+", text):
        parts = unbroken([part for part in BETWEEN_PARTS.split(component) if part])
        named = [part for part in parts if is_name(part)]
        if 0 < len(named) < len(parts) and not BROKEN.search(component):
            named.append("".join(parts))
        found.update(*map(spellings, named))
    return found


def short_names(text: str) -> set[str]:
    """Whole names with a part of two letters, which is not searched for by itself: Xu Na, Na Xu."""
    found = set[str]()
    for name in re.split(r"[\\=]", text):
        components = [[part for part in BETWEEN_PARTS.split(fold(one)) if part] for one in name.split("^")[:2]]
        for order in (components, components[::-1]):
            parts = [*chain(*order)]
            short = any(part.isalpha() and len(part) == MIN_NAME - 1 and part < IDEOGRAPHS for part in parts)
            if short and len(parts) > 1 and words("not_names").isdisjoint(parts):
                found.update(gap.join(parts) for gap in (" ", ", ", ",", "^", "_"))
    return found


def is_name(part: str) -> bool:
    """Whether a part of a name is searched for."""
    name = fold(part)
    if any(letter >= IDEOGRAPHS for letter in part):
        return len(name) > 1
    return min(len(part), len(name)) >= MIN_NAME and name not in words("not_names") and not name.isdigit()


def spellings(part: str) -> set[str]:
    """The spellings of a part of a name, folded: with umlauts, and without."""
    if not part.isascii():
        return {fold(part), fold(unicodedata.normalize("NFC", part).casefold().translate(UMLAUTS))}
    name = part.lower()
    shorter = re.sub("([aou])e", r"\1", name)
    return {name} if len(shorter) < MIN_UMLAUT or ordinary(shorter) else {name, shorter}


def whole_values(text: str) -> set[str]:
    """The values of an ID, institution or address that are long enough to be searched for."""
    values = (fold(value.strip()) for value in unbroken(re.split(r"[\\\r\n]+", text)))
    return {value for value in values if len(value) >= MIN_NUMBER and value not in words("not_names")}


def unbroken(texts: list[str]) -> list[str]:
    """Texts, and the readable pieces of those with unreadable bytes: elsewhere the same may stand without these."""
    return texts + [piece for text in texts if BROKEN.search(text) for piece in BROKEN.split(text)]


def date_forms(value: bytes) -> set[str]:
    """The ways in which people write the dates of a DA or DT element; a dummy date is none."""
    found = (DATE.match(text) for text in value.decode("latin-1").split("\\"))
    return set[str]().union(*(written(date[1], date[2], date[3]) for date in found if date and date[1] > "1900"))


@lru_cache(1024)
def written(year: str, month: str, day: str) -> frozenset[str]:
    """The ways in which people write a date."""
    forms = {f"{year}{gap}{month}{gap}{day}" for gap in ("", "-", "/", ".")}
    forms |= {f"{day}{gap}{month}{gap}{year}" for gap in "./-"} | {f"{month}/{day}/{year}"}
    short_month, short_day = month.lstrip("0"), day.lstrip("0")
    forms |= {f"{short_day}{gap}{short_month}{gap}{year}" for gap in "./"} | {f"{short_month}/{short_day}/{year}"}
    if 1 <= int(month) <= len(MONTHS):
        full = MONTHS[int(month) - 1]
        for name in (full, full[:3]):
            forms |= {f"{one} {name} {year}" for one in (day, short_day)}
            forms |= {f"{name} {day} {year}", f"{name} {short_day} {year}", f"{year} {name} {day}"}
    return frozenset(forms)


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


def otherwise(value: bytes, text: str) -> str | None:
    """A second reading of a value that was read as ``text``, for the case that its character set is wrong.

    Many archives set Specific Character Set without converting the text, so that UTF-8 and Latin-1 are mistaken for
    each other. None where there is no other reading.
    """
    if value.isascii() or b"\x1b" in value:
        return None
    try:
        meant = value.decode("utf-8")
    except UnicodeDecodeError:
        meant = value.decode("latin-1") if "\ufffd" in text else text
    return None if meant == text else meant


def encode(text: str, encodings: tuple[str, ...]) -> bytes:
    """Text in a character set, with escape sequences; b"" where the character set lacks a letter of it."""
    try:
        return text.encode(encodings[0])
    except (UnicodeError, LookupError):
        pass
    try:
        value = b"\\".join(encode_string(one, list(encodings)) for one in text.split("\\"))
        return value if str(decode_bytes(value, list(encodings), DELIMITERS)) == text else b""
    except (UnicodeError, LookupError, ValueError):
        return b""


@lru_cache(256)
def ages(age: str, sex: str) -> frozenset[str]:
    """The ways in which people write age and sex ("55F", "55 y/o"), from (0010,1010) and (0010,0040)."""
    if not re.fullmatch(r"\d{3}Y", age) or age == "000Y":
        return NO_IDENTIFIERS
    years = str(int(age[:3]))
    units = ("y", "yo", "y/o", "yr", "yrs", "years", "years old", "year old", "-year-old", "y.o.")
    found = {f"{years}{gap}{unit}" for unit in units for gap in ("", " ")}
    if sex in ("f", "m"):
        named = (sex, "female" if sex == "f" else "male")
        found |= {f"{start}{gap}{name}" for start in {years, *found} for name in named for gap in ("", " ")}
        found |= {f"{name}{gap}{years}" for name in named for gap in ("", " ")}
    return frozenset(found)
