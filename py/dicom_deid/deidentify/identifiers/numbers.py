"""IDs, numbers, institutions and addresses: the values that identify as a whole, and their significant parts."""

from __future__ import annotations

import re
from functools import cache

from dicom_deid.deidentify.letters import fold
from dicom_deid.deidentify.suspects.vocabulary import eastern_terms
from dicom_deid.deidentify.vocabulary import ordinary
from dicom_deid.normal_form import normal_form
from dicom_deid.profile import table, words

MIN_NUMBER = 4
"""Least number of characters of an ID that is searched for."""
MIN_DIGITS = 5
"""Least number of digits that are searched for by themselves: a part of an ID, or a number in a value of numbers."""
LONGEST = 80
"""Longest text that is searched for as a whole; in a longer one, its parts are."""
MIN_PART = 4
"""Least number of letters of a significant part."""
SPLIT = re.compile(r"[\\\r\n]+")
LOCAL = 7
"""Least number of digits of a telephone number without the code of an area."""
CAMEL = re.compile("[A-Z]?[a-z]{3,}")
"""A word of an ID that is joined to others: Tanner of TannerJ1962."""
EASTERN = ("zh", "ja", "ko")
"""The languages without spaces between words, and Korean."""
DEPARTMENTS = f"科|{fold('과')}"
"""Endings of departments."""
MORE_HOSPITALS = ("医疗中心", "醫療中心", "センター")
COMMON_PLACES = frozenset(("中央", "第一", "第二", "第三", "南", "北", "東", "西", "新", "重症", "救命救急"))
"""Kinds of hospitals beside those of languages.json, and what is left of the names of many."""
PHONE = re.compile(r"[+(\d][\d\s()/.-]{6,}")
ABROAD = re.compile(r"\+\d[\d\s()/.-]{7,}\d")
"""An international telephone number within a text."""
TRUNK = re.compile(r"(?:\+|00)(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d\d\d)")
"""The country code of an international phone number (ITU-T E.164)."""


def whole_values(text: str) -> set[str]:
    """The values of an ID, institution or address that are long enough to be searched for, and the numbers in them."""
    values = [fold(value.strip()) for value in (*SPLIT.split(text), *parts_of(text))]
    found = {value for value in values if MIN_NUMBER <= len(value) <= LONGEST and not ordinary(value)}
    return found.union(*map(numbers_in, values))


def parts_of(text: str) -> list[str]:
    """The components of an ID that a system copied from a message as it was: 551209 of 551209^^^HOSPITAL^MR."""
    return re.split(r"[\\^\r\n]+", text) if "^" in text else []


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
        found.update(re.findall(r"\d+", value), re.findall(r"\d+", digits))
        found = found.union(*map(national, ABROAD.findall(value)))
    return {number for number in (one.lstrip("0") for one in found) if len(number) >= MIN_DIGITS}


def national(phone: str) -> set[str]:
    """The national number, and of one in parts the last one, if it is long, and the last that make a local one."""
    written = re.sub(r"[^\d+]", "", phone.replace("(0)", ""))
    code = TRUNK.match(written)
    parts = re.findall(r"\d+", phone)
    ends = ("".join(parts[at:]) for at in range(len(parts) - 1, 0, -1))
    local = next((end for end in ends if len(end) >= LOCAL), "")
    found = {written[code.end() :] if code else written, *filter(None, (local,))}
    return found | ({parts[-1]} if len(parts[-1]) > MIN_DIGITS else set())


def significant_parts(text: str) -> set[str]:
    """The words of an institution, an address or an ID that are no ordinary words: Ravensford of Ravensford Clinic."""
    parts = {*re.findall(r"[^\W\d_]+", fold(text)), *map(str.lower, CAMEL.findall(text))}
    found = {
        part for part in parts if len(part) >= MIN_PART and not ordinary(part) and part not in words("place_words")
    }
    return found.union(*(eastern_parts(part) for part in parts if not part.isascii()))


def eastern_parts(name: str) -> set[str]:
    """What is left of a hospital's folded name without its kind, in Han, Kana and Hangul: 浜松中央 of 浜松中央病院."""
    found = set[str]()
    for ending in eastern("hospitals").union(map(fold, MORE_HOSPITALS)):
        left = name.removesuffix(ending)
        if left not in ("", name):
            found |= {left} | eastern_parts(left)
    return {one for one in found if len(normal_form("NFC", one)) > 1 and common_parts().fullmatch(one) is None}


@cache
def common_parts() -> re.Pattern[str]:
    """A text of terms and of kinds of hospitals alone, or a department, folded, in Chinese, Japanese or Korean."""
    terms = (term for code in EASTERN for term in eastern_terms(code))
    common = sorted({*map(fold, (*terms, *COMMON_PLACES)), *eastern("hospital_kinds"), *eastern("hospitals")}, key=len)
    return re.compile(rf"(?:{'|'.join(map(re.escape, reversed(common)))})+|.*(?:{DEPARTMENTS})")


@cache
def eastern(key: str) -> frozenset[str]:
    """The words of a key of languages.json in Chinese, Japanese and Korean, folded."""
    rows = table("languages.json")["languages"]
    return frozenset(fold(word) for code in EASTERN for word in rows[code][key].split("|") if word)
