"""Unicode's normal forms, in a time that grows with the text.

Python sorts combining marks that follow each other by looking back over all of them: for ten thousands it takes
seconds. A text is therefore normalised in pieces. They end where a letter begins, so that the result is what Unicode
says; only among more marks in a row than any writing has, a piece ends between two of them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

MOST = 64
"""Characters of a piece."""
JAMO = range(0x1160, 0x1200)
"""Vowels and last consonants of Hangul, which make a syllable with what stands before them, as marks do."""


def normal_form(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """A text in one of the normal forms."""
    if len(text) <= MOST:
        return unicodedata.normalize(form, text)
    return "".join(unicodedata.normalize(form, piece) for piece in pieces(text))


def pieces(text: str) -> Iterator[str]:
    """A text in pieces that are normalised one by one, each as long as can be."""
    start = 0
    while len(text) - start > MOST:
        end = start + MOST
        end = next((at for at in range(end, start, -1) if begins(text[at])), end)
        yield text[start:end]
        start = end
    yield text[start:]


@lru_cache(4096)
def begins(letter: str) -> bool:
    """Whether a character joins nothing that stands before it, in any normal form."""
    first = unicodedata.normalize("NFKD", letter)[0]
    return unicodedata.category(first)[0] != "M" and ord(first) not in JAMO
