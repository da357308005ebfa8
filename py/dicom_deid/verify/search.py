"""The search of what was read: identifiers as words of their own, in text of every character set and in bytes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import cache, lru_cache
from itertools import chain, filterfalse

from pydicom.dataelem import RawDataElement, convert_raw_data_element
from pydicom.multival import MultiValue

from dicom_deid.dicom.bounded import CONTEXTS
from dicom_deid.normal_form import normal_form
from dicom_deid.profile import CODE_TERMS, MAKER_NAMES, equipment_labels, judged, table, words
from dicom_deid.verify.binary_values import is_held, is_number
from dicom_deid.verify.digits import SEARCHED, day_left, number_left
from dicom_deid.verify.disguised import disguised
from dicom_deid.verify.encoded import Codecs

NUMERIC = frozenset(("AS", "DA", "DS", "DT", "IS", "TM", "UI"))
"""VRs whose values are numbers and dates, not words."""
TEXTS = frozenset(("LO", "LT", "PN", "SH", "ST", "UC", "UT"))
"""VRs whose bytes depend on Specific Character Set."""
OURS = frozenset((0x00120062, 0x00120063, 0x00120064, 0x00280303))
"""The marks: what they say is this project's."""
EQUIPMENT, MEANINGS, CODE_MEANING = ("equipment",), ("meanings",), 0x00080104
"""Stand for attributes whose ordinary words mean what they say: those of equipment, and the meaning of a code."""
UNDIVIDED = str.maketrans(dict(zip("øłđ\u0131æœðþ", ("o", "l", "d", "i", "ae", "oe", "d", "th"), strict=True)))
"""Letters with a stroke and ligatures, which normalization leaves as they are."""
FOUR = 4
UNMEASURED = r"(?<!\b(?:t[reic12]|fa|w[wl]|bw|sl|kv|ma)[ =:_-])(?<!\bt[rei] = )(?<!\bb[ =:-])"
NO_UNIT = "(?! ?(?:ms(?:ec)?|mm|k?hz|kv|mas?|us(?:ec)?|s(?:ec)?|hu|px)(?![a-z0-9]))"
"""Digits of a number, and what must not stand before and behind it, where it is to be an ID."""
WORDS = bytes(ord(chr(at).lower()) if at < 128 and chr(at).isalnum() else 32 for at in range(256))
"""Table of bytes that makes spaces of everything between ASCII words."""


@lru_cache(2 * CONTEXTS)
def but(known: tuple[str, ...], identifiers: frozenset[str]) -> frozenset[str]:
    """The identifiers but for the words that mean something else in their place (tables/judged.json)."""
    return identifiers - {word.lower() for name in known for word in words(name)}


@lru_cache(CONTEXTS)
def finder(identifiers: frozenset[str]) -> re.Pattern[str]:
    """Finds any identifier as a word of its own in folded text; of none, nothing."""
    if not identifiers:
        return re.compile(r"(?!)")
    return re.compile("|".join(expression(word) for word in sorted(identifiers)))


def expression(word: str) -> str:
    """An expression for a folded identifier; one of four digits is none where it says what is measured: TR 3000."""
    if not word.isascii():
        return re.escape(word)
    measured, unit = (UNMEASURED, NO_UNIT) if len(word) == FOUR and word.isdigit() else ("", "")
    return rf"(?<![a-z0-9]){measured}{re.escape(word)}{unit}(?![a-z0-9])"


@lru_cache(CONTEXTS)
def beginnings(identifiers: frozenset[str]) -> tuple[frozenset[bytes], tuple[str, ...]]:
    """The first words of identifiers, and the identifiers that begin with no ASCII letter or digit."""
    others = tuple(identifier for identifier in identifiers if not words_in(identifier[:1]))
    return frozenset(words_in(identifier)[0] for identifier in identifiers.difference(others)), others


def words_in(text: str) -> list[bytes]:
    """The ASCII words of folded text; anything else stands between words."""
    return text.encode("ascii", "replace").translate(WORDS).split()


def folded(text: str) -> str:
    """Lower case, without accents, soft hyphens and other marks of format."""
    if text.isascii():
        return text.lower()
    letters = filterfalse(unicodedata.combining, normal_form("NFKD", text.casefold()).casefold())
    return "".join(letter for letter in letters if unicodedata.category(letter) != "Cf").translate(UNDIVIDED)


def uid_left(uid: bytes, header: bytes) -> bool:
    """Whether a UID stands in the header, and not as a part of a longer one. One of a few digits is no identifier."""
    if len(uid) <= 8 or uid not in header:
        return False
    return re.search(rb"(?<![0-9.])%b(?![0-9.])" % re.escape(uid), header) is not None


def named_in(
    values: Iterable[tuple[RawDataElement, str, Codecs]],
    identifiers: frozenset[str],
    retained: frozenset[int],
    repeated: frozenset[str] = frozenset(),
    uids: Collection[str] = (),
) -> bool:
    """Whether an identifier is left in a text, or in the bytes of a value that is not text; in numbers, or a UID."""
    found = dict[tuple[str, ...], list[str]]()
    for raw, vr, codecs in values:
        tag, value = raw.tag, raw.value
        if not value or tag in OURS or tag in retained:
            continue
        if vr in SEARCHED and number_left(raw, vr, identifiers):
            return True
        if vr in NUMERIC:
            continue
        if is_number(tag, vr):
            if is_held(value, identifiers, uids):
                return True
            continue
        plain_text = value.isascii() and b"\x1b" not in value
        written = str(value, "ascii") if plain_text else text_of(raw, vr, codecs)
        text = folded(written)
        is_equipment = tag in equipment_labels()
        if is_equipment and repeated:
            text = "\\".join(one for one in text.split("\\") if "".join(filter(str.isalnum, one)) not in repeated)
        else:
            text = "\\".join((text, *map(folded, disguised(written))))
        plainly = EQUIPMENT if is_equipment else MEANINGS if tag == CODE_MEANING else ()
        known = CODE_TERMS if vr == "CS" else MAKER_NAMES if tag in judged("maker_names") else plainly
        found.setdefault(known, []).append(text)
    return any(is_left(known, "\\".join(texts), identifiers) for known, texts in found.items())


def is_left(known: tuple[str, ...], text: str, identifiers: frozenset[str]) -> bool:
    """Whether an identifier is left in values where words of some lists mean something else, or ordinary words do."""
    if known in (EQUIPMENT, MEANINGS):
        return left(text, identifiers) and left(text, unwritten(identifiers, eponyms=known == MEANINGS))
    sought = but(known, identifiers) if known else identifiers
    return left(text, sought) and (known != MAKER_NAMES or left(text, unwritten(sought, eponyms=False)))


@lru_cache(2 * CONTEXTS)
def unwritten(identifiers: frozenset[str], *, eponyms: bool) -> frozenset[str]:
    """The identifiers but for those that are made of words of PS3.16 and of descriptions, or ``eponyms``, alone."""
    known = terms() | {folded(name) for name in table("clinical-words.json")["eponyms"].split("|") if eponyms}
    return frozenset(one for one in identifiers if not known.issuperset(re.findall(r"[^\W_]+", one)))


@cache
def terms() -> frozenset[str]:
    """Words of code meanings and descriptions."""
    lists = (words("description_words"), words("terms"), words("not_names"))
    return frozenset(folded(word) for word in chain(table("code-meanings.json")["words"].split(), *lists))


def left(text: str, identifiers: frozenset[str]) -> bool:
    """Whether an identifier is left in values, folded, with a backslash between them, which no identifier holds."""
    first, others = beginnings(identifiers)
    # An identifier is a word of its own, so its first word is one, too: most outputs have none of these words.
    if first.isdisjoint(words_in(text)) and not any(other in text for other in others):
        return day_left(text, identifiers)
    return finder(identifiers).search(text) is not None or day_left(text, identifiers)


def text_of(raw: RawDataElement, vr: str, codecs: Codecs) -> str:
    """The text of a value as pydicom reads it; where its character set is broken or it is no text, its bytes."""
    value = raw.value or b""
    if vr in TEXTS:
        try:
            return plain(convert_raw_data_element(raw, encoding=list(codecs)).value)
        except (LookupError, ValueError):
            pass
    return value.decode("latin-1")


def plain(value: object) -> str:
    """The text of a value that pydicom has converted."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, MultiValue):
        return "\\".join(plain(single) for single in value)
    return "" if value is None else str(value)
