"""Evidence of words: what was read in a picture, compared with what the header says of the patient, mistakes allowed.

A match only raises alarm. What does not match is not acquitted: readers do not know most scripts.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from dicom_deid.deidentify.letters import read

SHORTEST = 4
"""Letters of an identifier that is looked for."""
LETTERS_FOR_A_MISTAKE = 5
"""Letters of an identifier for each one that may have been read wrongly, be missing, or be too many."""
MOST_MISTAKES = 3
LONGEST = 256
"""Letters of a text that was read, of which more are not compared."""
ALIKE = str.maketrans("oqdilsbzg", "000115829")
"""Letters that readers take for digits."""


def plain(text: str) -> str:
    """Letters and digits as they are compared: in lower case, and one for all that look alike."""
    return re.sub(r"[\W_]+", "", read(text)).translate(ALIKE)


def names(text: str, identifiers: Collection[str]) -> bool:
    """Whether a text that was read holds one of the identifiers, nearly."""
    said = plain(text)[:LONGEST]
    if len(said) < SHORTEST - 1:
        return False
    return any(holds(said, word) for word in {plain(identifier) for identifier in identifiers} if len(word) >= SHORTEST)


def holds(said: str, word: str) -> bool:
    """Whether a word stands in a text with no more mistakes than its length allows."""
    if word in said:
        return True
    allowed = min(len(word) // LETTERS_FOR_A_MISTAKE, MOST_MISTAKES)
    return bool(allowed) and distance(said, word) <= allowed


def distance(said: str, word: str) -> int:
    """Fewest mistakes with which a word stands anywhere in a text (Sellers 1980)."""
    before = list(range(len(word) + 1))
    least = before[-1]
    for letter in said:
        now = [0]
        for at, wanted in enumerate(word, 1):
            now.append(min(before[at - 1] + (letter != wanted), before[at] + 1, now[at - 1] + 1))
        before, least = now, min(least, now[-1])
    return least
