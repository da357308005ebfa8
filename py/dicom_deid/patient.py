"""Who the patient of an instance is: the identity of which key.py makes pseudonym and shift of dates.

The patient is the Patient ID within what issued it (PS3.3 C.7.1.1.1): two hospitals number their patients alike. An ID
such as UNKNOWN or 0 names nobody; then name and birth date do, else each study is a patient of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache, lru_cache

from pydicom.charset import convert_encodings, decode_bytes

from dicom_deid.dicom.encoding import ascii_text
from dicom_deid.dicom.in_common import Elements, in_common
from dicom_deid.key import BY_ID, NEWEST
from dicom_deid.model import Element, Item
from dicom_deid.normal_form import normal_form
from dicom_deid.profile import table

CHARACTER_SET, PATIENT_NAME, PATIENT_ID, BIRTH_DATE, STUDY = 0x00080005, 0x00100010, 0x00100020, 0x00100030, 0x0020000D
ISSUER, QUALIFIERS = 0x00100021, 0x00100024
IDENTIFYING = (CHARACTER_SET, PATIENT_ID, PATIENT_NAME, BIRTH_DATE, STUDY, ISSUER, QUALIFIERS)
"""All attributes of which the identity is made."""
SCOPE = frozenset((0x00080100, 0x00080102, 0x00080119, 0x00080120, 0x00400031, 0x00400032, 0x00400033, 0x00400035))
"""What scopes an ID in the items of (0010,0024): codes with their scheme, entity IDs with their type, the kind of ID.
The meaning of a code is no part of it: systems word it as they like."""
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
"""Soft hyphens, blanks without width, marks of direction and of the order of bytes."""
BLANK = re.compile(r"[\x00-\x20\x7f-\xa0\u3000]+")
"""Blanks and control characters: a line end behind an ID makes no other patient."""
PLACEHOLDERS = "placeholders.json"
NAME_PARTS = 3
"""Family, given and middle name: prefixes and suffixes come and go (PS3.5 6.2.1)."""
BETWEEN = re.compile(r"[\s^,./_\\-]+")
"""Separators of words and of the parts of a name."""
REPEATED = re.compile(r"0+|9{3,}|x+|(\d)\1{5,}")
"""One character over and over, which stands for an unknown number."""
TYPES = ("00400033", "00400035")
"""The type of an entity ID, and the kind of an ID: by themselves they scope nothing."""
REMEMBERED = 1024


def identity(data: Item, sop_instance: str, version: int = NEWEST) -> str:
    """The identity of the patient of a data set; never empty where it has a SOP Instance UID."""
    return identified(data.some(IDENTIFYING), version) or f"instance\0{sop_instance}"


@in_common
def identified(elements: Elements, version: int) -> str:
    """The same by the elements of IDENTIFYING; "" where nothing names the patient, and the study has no UID."""
    character_set, patient_id, person_name, birth_date, named_study, issued_by, qualifiers = elements
    uid = ascii_text(named_study)
    study = f"study\0{uid}" if uid else ""
    if version == BY_ID:
        return ascii_text(patient_id) or study
    charset = ascii_text(character_set)
    number = text(patient_id, charset)
    if not is_placeholder(number):
        return number + issuer(issued_by, qualifiers, charset)
    person, born = name(text(person_name, charset)), ascii_text(birth_date)
    return f"person\0{person}\0{day(born)}" if person and day(born) else study


def issuer(issued_by: Element | None, qualifiers: Element | None, charset: str) -> str:
    """The issuer of the Patient ID, by name and by its qualifiers; "" where there is none."""
    named = text(issued_by, charset)
    found = [] if is_placeholder(named) else [f"issuer\0{plain(named) or named.casefold()}"]
    scoped = set() if qualifiers is None else set(scopes(qualifiers, charset))
    if any(scope.rpartition("/")[2][:8] not in TYPES for scope in scoped):
        found += sorted(scoped)
    return "\0".join(["", *found])


def scopes(sequence: Element, charset: str) -> Iterator[str]:
    """What scopes an ID in the items of a sequence, at any depth."""
    for element in (element for item in sequence.items or () for element in item):
        if element.items is not None:
            yield from (f"{element.tag:08X}/{scope}" for scope in scopes(element, charset))
        elif element.tag in SCOPE and not is_placeholder(value := text(element, charset)):
            yield f"{element.tag:08X} {value.casefold()}"


def text(element: Element | None, charset: str) -> str:
    """A value as it is compared: decoded, in one form of Unicode, without blanks at its ends."""
    return "" if element is None or not element.value else decoded(element.value, charset)


@lru_cache(REMEMBERED)
def decoded(value: bytes, charset: str) -> str:
    """Bytes as text; Latin-1 where the character set does not have them."""
    found = value.decode("latin-1")
    if not value.isascii() or b"\x1b" in value:
        with suppress(LookupError, ValueError):
            found = decode_bytes(value, encodings(charset), {0x0D, 0x0A, 0x09, 0x0C, 0x5C, 0x5E, 0x3D})
    return BLANK.sub(" ", UNSEEN.sub("", normal_form("NFKC", found))).strip()


def encodings(charset: str) -> list[str]:
    """Python's names of what Specific Character Set says (PS3.5 6.1.2). Raises LookupError or ValueError."""
    found = convert_encodings([name.strip() for name in charset.split("\\")])
    return [found] if isinstance(found, str) else list(found)


@lru_cache(REMEMBERED)
def is_placeholder(value: str) -> bool:
    """Whether a Patient ID, or an issuer, stands for none: nothing, a word such as UNKNOWN, or one sign repeated."""
    parts = [part for part in map(plain, BETWEEN.split(value)) if part]
    return value == "-1" or is_no_word("".join(parts)) or all(map(is_no_word, parts))


def is_no_word(letters: str) -> bool:
    """Whether letters and digits, as they are compared, name nothing."""
    half = letters[: len(letters) // 2]
    word = half if half + half == letters else letters
    return not word or not placeholders().isdisjoint((word, letters)) or REPEATED.fullmatch(letters) is not None


@lru_cache(REMEMBERED)
def name(value: str) -> str:
    """A person name as it is compared: its first group that is there, without accents; "" for a placeholder."""
    group = next((group for group in value.partition("\\")[0].split("=") if plain(group)), "")
    named = "^".join(group.split("^")[:NAME_PARTS])
    return "" if is_placeholder(named) else " ".join(part for part in map(plain, BETWEEN.split(named)) if part)


def day(value: str) -> str:
    """A date of birth in digits; "" for one that is none, or that systems put where they know none."""
    digits = value.replace(".", "").replace("-", "")
    known = re.fullmatch(r"(18|19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", digits)
    return digits if known and digits not in table(PLACEHOLDERS)["dates"] else ""


@cache
def placeholders() -> frozenset[str]:
    """The words that stand in place of an ID or a name, as they are compared."""
    return frozenset(plain(word) for listed in table(PLACEHOLDERS)["words"].values() for word in listed)


def plain(value: str) -> str:
    """The letters and digits of a text, without accents and case."""
    return "".join(filter(str.isalnum, normal_form("NFKD", value.casefold())))
