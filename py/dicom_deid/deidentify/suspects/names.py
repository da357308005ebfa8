"""A name as it is read from a place in a text: words with a capital, initials, particles, up to a word that stays."""

from __future__ import annotations

import re
from typing import NamedTuple

from dicom_deid.deidentify.suspects.languages import everywhere, languages_of
from dicom_deid.deidentify.suspects.reading import Reading, Span, plain
from dicom_deid.deidentify.suspects.vocabulary import eponyms, is_medical, is_term

TOKEN = re.compile(r"[^\W\d_]+(?:(?:['-]|\"(?=[\u05d0-\u05ea]))[^\W\d_]+){0,6}")
GAP, COMMA = re.compile(r"[ \t\xa0_]{0,3}"), re.compile(r"[ \t]?,[ \t]{0,3}")
SLASH = re.compile(r"[ \t]?/[ \t]?(?=[A-Z])")
NEXT = re.compile(r"[ \t_]{0,2}'?")
ENDED = re.compile(r"\s{0,2}(?:[,;.()-]|$)")
LEAST = 2
"""Letters of a name."""


class Suspect(NamedTuple):
    """Words that are taken for a name, and the title before them."""

    head: Span
    words: tuple[Span, ...]


class Reader:
    """Reads a name from a place on: words with a capital, initials and particles, up to a word that stays."""

    def __init__(self, reading: Reading, at: int, *, most: int, comma: bool, titled: bool) -> None:
        self.reading, self.at, self.most, self.comma, self.titled = reading, at, most, comma, titled
        self.words: list[Span] = []
        self.counted = 0

    def read(self) -> tuple[Span, ...]:
        """The words of the name."""
        while self.counted < self.most and self.step():
            pass
        while self.words and plain(self.letters(self.words[-1])) in everywhere("particles"):
            self.words.pop()
        return tuple(self.words) if self.counted else ()

    def letters(self, span: Span) -> str:
        return self.reading.flat[span[0] : span[1]]

    def step(self) -> bool:
        """Takes the next word; whether there was one."""
        flat = self.reading.flat
        gap = GAP.match(flat, self.at)
        if self.comma and self.counted in (1, 2):
            gap = COMMA.match(flat, self.at) or SLASH.match(flat, self.at) or gap
        token = TOKEN.match(flat, gap.end() if gap else self.at)
        if token is None:
            return False
        word, small = token[0], self.reading.plain[token.start() : token.end()]
        if small in everywhere("particles") and len(self.words) < self.most + 2 and self.goes_on(token.end()):
            self.take(token.span(), 0)
        elif len(word) == 1 and word.isupper() and flat[token.end() : token.end() + 1] == ".":
            self.take((token.start(), token.end() + 1), 0)
        elif len(word) == 1 and word.isupper() and self.titled and not self.counted and self.goes_on(token.end()):
            self.take(token.span(), 0)  # an initial without its dot: Dictated by: E Zorbath
        elif self.is_name(word, small, token.end()):
            self.take(token.span(), 1)
            if flat[self.at : self.at + 1] == "." and len(word) <= LEAST:
                self.at += 1
        else:
            return bool(len(word) == 1 and word.isupper() and self.counted and self.take(token.span(), 0))
        return True

    def take(self, span: Span, count: int) -> bool:
        self.words.append(span)
        self.at, self.counted = span[1], self.counted + count
        return True

    def goes_on(self, at: int) -> bool:
        """Whether a word of a name follows a particle."""
        gap = NEXT.match(self.reading.flat, at)
        token = TOKEN.match(self.reading.flat, gap.end() if gap else at)
        if token is None or not token[0][0].isupper():
            return bool(token and token[0] in everywhere("particles"))
        return not is_term(self.reading.plain[token.start() : token.end()])

    def is_name(self, word: str, small: str, end: int) -> bool:
        """Whether a word may be one of a name."""
        if self.reading.flat[end : end + 1].isdigit():
            return False
        if len(word) < LEAST or (word[0].upper() != word[0].lower() and not word[0].isupper()):
            return False
        if is_term(small):
            return False
        if self.counted or not self.titled:
            follows = TOKEN.match(self.reading.plain, end + 1)
            disease = follows is not None and self.reading.flat[follows.start()].islower() and is_medical(follows[0])
            if self.is_medical(word, small) and (not self.titled or disease or not is_eponym(small)):
                return False
        if word[0].upper() == word[0].lower() and self.counted:  # a script without capitals
            return self.counted < LEAST and ENDED.match(self.reading.flat[end : end + 4]) is not None
        return True

    def is_medical(self, word: str, small: str) -> bool:
        """Whether a word is a term; where only names have capitals, the ending of one with a capital tells nothing."""
        languages = languages_of(self.reading)
        named = bool(languages) and "de" not in languages and not word.isupper()
        return is_medical(small, endings_count=not named)


def is_eponym(small: str) -> bool:
    """Whether a plain word is a name that is part of terms."""
    return small in eponyms()
