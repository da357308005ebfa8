"""IDs, numbers, institutions and addresses: the values that identify as a whole, and their significant parts."""

from __future__ import annotations

import re

from dicom_deid.deidentify.letters import fold
from dicom_deid.deidentify.vocabulary import ordinary
from dicom_deid.profile import words

MIN_NUMBER = 4
"""Least number of characters of an ID that is searched for."""
MIN_DIGITS = 5
"""Least number of digits that are searched for by themselves: a part of an ID, or a number in a value of numbers."""
LONGEST = 80
"""Longest text that is searched for as a whole; in a longer one, its parts are."""
MIN_PART = 4
"""Least number of letters of a significant part."""
SPLIT = re.compile(r"[\\\r\n]+")
PHONE = re.compile(r"[+(\d][\d\s()/.-]{6,}")
ABROAD = re.compile(r"\+\d[\d\s()/.-]{7,}\d")
"""An international telephone number within a text."""
TRUNK = re.compile(r"(?:\+|00)(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d\d\d)")
"""The country code of an international phone number (ITU-T E.164)."""


def whole_values(text: str) -> set[str]:
    """The values of an ID, institution or address that are long enough to be searched for, and the numbers in them."""
    values = [fold(value.strip()) for value in SPLIT.split(text)]
    found = {value for value in values if MIN_NUMBER <= len(value) <= LONGEST and not ordinary(value)}
    return found.union(*map(numbers_in, values))


def is_wordy(text: str) -> bool:
    """Whether a text is made of ordinary words alone, such as that of a department or of a kind of device."""
    parts = re.findall(r"\w+", fold(text))
    return all(part.isalpha() and (len(part) < MIN_PART or ordinary(part)) for part in parts)


def numbers_in(value: str) -> set[str]:
    """The numbers of an ID or a telephone number, of MIN_DIGITS digits or more, without leading zeros."""
    digits = re.sub(r"[\s()/.+_-]", "", value)
    found = {digits} if digits.isdigit() else set()
    if digits.isdigit() and PHONE.fullmatch(value):
        found |= national(value)
    elif not digits.isdigit():
        found.update(re.findall(r"\d+", value))
        found = found.union(*map(national, ABROAD.findall(value)))
    return {number for number in (one.lstrip("0") for one in found) if len(number) >= MIN_DIGITS}


def national(phone: str) -> set[str]:
    """The national number, and the longest part of a telephone number that is written in parts."""
    written = re.sub(r"[^\d+]", "", phone.replace("(0)", ""))
    code = TRUNK.match(written)
    last = re.findall(r"\d+", phone)[-1]
    found = {written[code.end() :] if code else written}
    return found | ({last} if len(last) > MIN_DIGITS else set())


def significant_parts(text: str) -> set[str]:
    """The words of an institution, an address or an ID that are no ordinary words: Ravensford of Ravensford Clinic."""
    parts = re.findall(r"[^\W\d_]+", fold(text))
    return {part for part in parts if len(part) >= MIN_PART and not ordinary(part) and part not in words("place_words")}
