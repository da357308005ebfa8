"""Texts in small letters throughout: there the lack of a capital tells nothing, so words are read as if they had one.

A name counts only where no list has the word: in other texts, the capital tells a name from an ordinary word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain

from dicom_deid.deidentify.suspects import addresses, hospitals, people, titles
from dicom_deid.deidentify.suspects.languages import common_words, everywhere
from dicom_deid.deidentify.suspects.names import TOKEN, Suspect
from dicom_deid.deidentify.suspects.reading import Reading, Sought, Span
from dicom_deid.deidentify.suspects.vocabulary import is_medical, split
from dicom_deid.deidentify.vocabulary import ordinary
from dicom_deid.profile import table

SHORTEST = 4
"""Letters of a word that counts as a name in small letters."""
NUMBER = re.compile(r"\d{4}|[a-z]\d[a-z\d]? ?\d[a-z]{2}")
"""Four digits or more, or a British postcode."""
PART = re.compile(r",?[^,]+")
INITIAL = 2
"""Letters of an initial with its dot, which goes with a name."""


def found(text: str, sought: Sought) -> tuple[list[Suspect], list[Span]]:
    """Names behind titles and cues, addresses and hospitals."""
    reading = Reading(text, sought)
    reading.flat = capitalised(reading.flat)
    places = chain(addresses.addresses(reading), hospitals.hospitals(reading))
    return list(names(reading)), list(chain.from_iterable(named(reading, place) for place in places))


def names(reading: Reading) -> Iterator[Suspect]:
    """Names of one unknown word behind a title or a cue such as "referred by"; elsewhere of two, or behind a mark."""
    sure = chain(titles.titled(reading), people.cued(reading))
    for suspect in chain(
        sure, (one for one in chain(people.paired(reading), people.related(reading)) if is_sure(reading, one))
    ):
        words = unknown(reading, suspect.words)
        if words:
            yield Suspect(suspect.head, words)


def is_sure(reading: Reading, suspect: Suspect) -> bool:
    """Whether two unknown words stand there, a mark before one, or what people are behind it: son tobin anxious."""
    words = unknown(reading, suspect.words)
    if not words or len(words) > 1 or not reading.flat[: words[0][0]].rstrip()[-1:].isalnum():
        return bool(words)
    behind = TOKEN.match(reading.plain, words[-1][1] + 1)
    return behind is not None and behind[0] in no_names()


def unknown(reading: Reading, words: tuple[Span, ...]) -> tuple[Span, ...]:
    """The words of a name up to the first that a list has; none where no word of four letters is left."""
    kept = list[Span]()
    for begin, end in words:
        word = reading.plain[begin:end]
        if word not in everywhere("particles") and end - begin > INITIAL and is_known(word):
            break
        kept.append((begin, end))
    return tuple(kept) if any(end - begin >= SHORTEST for begin, end in kept) else ()


def named(reading: Reading, place: Span) -> Iterator[Span]:
    """The parts of a place, between commas, that begin with a word that no list has, or hold a number or such a word.

    "klinik olarak" is "clinically", and behind "kerkstraat 12," the finding goes on: "geen pleuravocht".
    """
    for part in PART.finditer(reading.plain, *place):
        words = [word for word in TOKEN.findall(part[0]) if len(word) >= SHORTEST]
        number = NUMBER.search(part[0]) is not None
        if number or (words and not is_known(words[0])) or (part.start() == place[0] and not all(map(is_known, words))):
            yield part.span()


def is_known(word: str) -> bool:
    """Whether a plain word is too short for a name here, or one of a list."""
    return len(word) < SHORTEST or ordinary(word) or is_medical(word) or word in common_words() or word in no_names()


@cache
def no_names() -> frozenset[str]:
    """Ordinary words that follow cues, titles and relatives."""
    return split("|".join(table("clinical-words.json")["no_names"].values()))


def capitalised(text: str) -> str:
    """The text with a capital first in each word, as long as before."""
    title = text.title()
    return title if len(title) == len(text) else "".join(map(capital, text, f" {text}"))


def capital(letter: str, before: str) -> str:
    """A letter, as a capital where it begins a word and has one of its length."""
    upper = letter.upper()
    return upper if len(upper) == 1 and not before.isalpha() else letter
