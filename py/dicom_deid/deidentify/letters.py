"""Letters as text is compared: in lower case, without accents, and in Latin where a script has one plain transcription.

Identifiers are kept folded (``fold``). Text is searched in Latin (``latin``), so that Иванов is found as Ivanov, too.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from dicom_deid.normal_form import normal_form
from dicom_deid.profile import table

PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "\u0131": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})
"""Letters that Unicode does not take apart, as they are written where they are missing."""
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
"""Soft hyphens, joiners and marks of direction, which nobody sees."""
KATAKANA = range(0x30A1, 0x30F7)
"""Katakana, each 0x60 behind the same in Hiragana."""
ZEROS = (0x660, 0x6F0, 0x966)
"""The zeros of Arabic, Persian and Devanagari."""
UPSILON, BEFORE_UPSILON = "\u03c5", "\u03b1\u03b5\u03bf"
"""Upsilon is u behind alpha, epsilon and omicron."""
AFTER_VOWEL = re.compile(f"(?<=[{BEFORE_UPSILON}]){UPSILON}")


HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
"""A Chinese character."""


def pairs(name: str, file: str = "letters.json") -> dict[str, str]:
    """Letter -> its reading, of one list of a table."""
    return {pair[0]: pair[1:] for pair in table(file)[name].split()}


@cache
def ideographs() -> dict[int, str]:
    """Chinese character -> its simplified form, of the traditional and the Japanese ones."""
    return str.maketrans({**pairs("simplified", "ideographs.json"), **pairs("japanese", "ideographs.json")})


@cache
def readings() -> dict[int, str]:
    """Letter -> how it is read, of the scripts that have one plain transcription, and of digits."""
    digits = {chr(zero + digit): str(digit) for zero in ZEROS for digit in range(10)}
    kana = {chr(letter): chr(letter - 0x60) for letter in KATAKANA}
    return str.maketrans({**pairs("cyrillic"), **pairs("greek"), **pairs("plainer"), **digits, **kana})


def fold(text: str) -> str:
    """Text as it is compared: lower case, without accents and letters that nobody sees, in one form."""
    if text.isascii():
        return text.lower()
    decomposed = normal_form("NFKD", INVISIBLE.sub("", text).casefold()).casefold()  # some capitals are only now plain
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(PLAIN)


def latin(folded: str) -> str:
    """Folded text, its Cyrillic and Greek letters in Latin, and Kana, Han, Hebrew and Arabic letters in one form."""
    if folded.isascii():
        return folded
    plain = AFTER_VOWEL.sub("u", folded).translate(readings())
    return plain.translate(ideographs()) if HAN.search(plain) else plain


def read(text: str) -> str:
    """Text as it is searched."""
    return text.lower() if text.isascii() else latin(fold(text))


def read_letters(text: str) -> tuple[str, list[int]]:
    """Text as it is searched, and for each of its letters the place of the one in ``text`` that it comes from."""
    parts, places, before = list[str](), list[int](), ""
    for at, letter in enumerate(text):
        folded = fold_letter(letter)
        new = "u" if folded == UPSILON and before and before in BEFORE_UPSILON else latin(folded)
        parts.append(new)
        places += [at] * len(new)
        before = folded[-1:] or before
    return "".join(parts), places


@lru_cache(4096)
def fold_letter(letter: str) -> str:
    """One letter folded."""
    return fold(letter)
