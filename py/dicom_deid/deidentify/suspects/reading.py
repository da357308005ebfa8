"""A text as the finders read it: letter for letter beside the original, so that a place in one is a place in all."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property
from typing import NamedTuple

from dicom_deid.normal_form import normal_form

Span = tuple[int, int]
"""Begin and end of a piece of text."""
EAST, MARKS = "\u1100", "\u3000"
"""From here on: Hangul (below it, only letters of alphabets), and Kana and Han, whose marks are not accents."""
ALIKE = {
    "ı": "i", "ł": "l", "ø": "o", "đ": "d", "ς": "σ", "º": "o", "°": "o", "ª": "a", "ʼ": "'", "׳": "'", "״": '"',
    "’": "'", "‘": "'", "´": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "「": '"', "」": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "．": ".",
}  # fmt: skip
IDEOGRAPHS = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class Letters(dict[int, str]):
    """Letter -> letter, worked out once."""

    def __init__(self, *, plain: bool) -> None:
        super().__init__()
        self.plain = plain

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        if unicodedata.decimal(letter, None) is not None:
            letter = str(unicodedata.decimal(letter))
        elif letter not in ALIKE:
            letter = single(normal_form("NFKC", letter), letter)
        letter = ALIKE.get(letter, letter) if not letter.isalpha() or self.plain else letter
        if self.plain:
            letter = without_accent(single(letter.lower(), letter.lower()[:1] or letter))
        self[code] = letter
        return letter


def single(text: str, other: str) -> str:
    """The text if it is one letter."""
    return text if len(text) == 1 else other


def without_accent(letter: str) -> str:
    """A letter of an alphabet without its accents."""
    parts = normal_form("NFD", letter)
    if len(parts) > 1 and letter < MARKS and all(unicodedata.combining(part) for part in parts[1:]):
        letter = parts[0]
    return ALIKE.get(letter, letter)


FLAT, PLAIN = Letters(plain=False), Letters(plain=True)


def plain(text: str) -> str:
    """A text in small letters, without accents, with figures and marks of ASCII; as long as before."""
    return text.lower() if text.isascii() else text.translate(PLAIN)


class Sought(NamedTuple):
    """What a plan asks of the search."""

    checked: bool = False
    """python-stdnum and phonenumbers judge numbers; else their shape and the rules of checksums.py do."""
    dated: bool = True
    """Dates go from labels; they do not where the plan keeps dates as they are, nor from versions of programs."""
    maker: bool = False
    """The text names a program, its version or its maker: places of source code stay."""


DEFAULT = Sought()


class Reading:
    """One text, flat (figures and marks of ASCII) and plain (small letters without accents, too)."""

    def __init__(self, text: str, sought: Sought) -> None:
        self.text, self.sought = text, sought
        self.languages: tuple[str, ...] | None = None
        """Those that it may be in, once they are known (languages.py)."""
        self.flat = self.written = text if text.isascii() else text.translate(FLAT)
        self.plain = plain(text)

    @cached_property
    def words(self) -> frozenset[str]:
        """The plain words."""
        return frozenset(re.findall(r"[^\W\d_]+", self.plain))

    @property
    def small(self) -> bool:
        """Whether there are letters that could be capitals, and none is one."""
        return self.text.islower()

    @cached_property
    def eastern(self) -> bool:
        """Whether there are syllables or ideographs of Chinese, Japanese or Korean."""
        return not self.text.isascii() and IDEOGRAPHS.search(self.text) is not None

    @cached_property
    def numbered(self) -> bool:
        """Whether there is a figure."""
        return re.search(r"\d", self.flat) is not None
