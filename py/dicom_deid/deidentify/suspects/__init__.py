"""Suspects: parts of free text that look like identifiers, such as dates, numbers of people, addresses and names.

There is no dictionary of names. A name is suspected behind a title or a cue such as "referred by", beside a relative,
or with initials or a degree. Titles, cues, months and kinds of places of some twenty languages stand in tables, as do
the terms that stay ("DR CHEST", "May-Thurner"). The kinds are those of the Safe Harbor list (45 CFR 164.514(b)(2)) that
occur in descriptions and comments. Finders and tables are loaded when there is a text that may hold something.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from dicom_deid.deidentify.suspects.languages import cues
from dicom_deid.deidentify.suspects.reading import DEFAULT, Reading, Sought
from dicom_deid.deidentify.suspects.vocabulary import ordinary

if TYPE_CHECKING:
    from dicom_deid.deidentify.suspects.names import Suspect
    from dicom_deid.deidentify.suspects.reading import Span

__all__ = ["DEFAULT", "Sought", "lightly", "ordinary", "without"]
Known = Callable[[str], bool]
"""Tells of a word whether the object names somebody so."""
CLOSE = re.compile(
    r"\d{5}|(?:mrn|pid|pat[a-z]{0,6}[\s._-]{0,2}(?:id|n[or]))\W{0,3}\d{4}|[a-z]{6}\d\d|\d-?[a-z]{3,9}-?\d\d"
    r"|\d[a-z][a-z\d]\d-?[a-z]|\d[-. )]{1,2}\d{2}|\d\s?/\s?\d|@|://|www\.|[#:№]\s?\w?\d|(?:19|20)\d\d|[^\x00-\x7f]",
    re.I,
)
"""What a label must have to hold one of the things that are sought in labels, but for titles."""
WORDS = re.compile(r"[^\W\d_]\.?[\s._][^\W\d_]{2}")
"""What a label must have to hold a title with a name."""
HOUSE = re.compile(r"[^\W\d_]{2}[.,]?\s(?:n[r.º°]\S{0,2}\s)?\d|\d[a-z]?,?\s[^\W\d_]{2}", re.I)
"""What a label must have to hold a street with the number of a house."""


def without(text: str, known: Known, sought: Sought) -> str:
    """Free text without what looks identifying."""
    from dicom_deid.deidentify.suspects.search import found

    names, spans = found(text, sought)
    return cut(text, chain(spans, *(chosen(text, suspect, known) for suspect in names)))


def lightly(text: str, known: Known, sought: Sought) -> str:
    """A label without what its form alone tells: addresses, telephones, full dates, checked or cued numbers, persons.

    Whom the object names goes with what else it names, as before, and the title stays.
    """
    if not (
        CLOSE.search(text) or (WORDS.search(text) and has_title(text)) or (HOUSE.search(text) and has_street(text))
    ):
        return text
    from dicom_deid.deidentify.suspects.labels import found_lightly

    names, spans = found_lightly(text, sought)
    unknown = [suspect for suspect in names if not any(known(text[word[0] : word[1]]) for word in suspect.words)]
    return cut(text, chain(spans, *((suspect.head, *suspect.words) for suspect in unknown)))


def has_title(text: str) -> bool:
    """Whether one of the words of a text may be a title."""
    return cues("titles", "forms").may_be_in(Reading(text, DEFAULT))


def has_street(text: str) -> bool:
    """Whether one of the words of a text may be that for a street."""
    from dicom_deid.deidentify.suspects import streets

    return streets.has_street(Reading(text, DEFAULT))


def chosen(text: str, suspect: Suspect, known: Known) -> Iterator[Span]:
    """What goes of a suspected name: where a word of it is known, that one alone, and always the title."""
    names = [word for word in suspect.words if known(text[word[0] : word[1]])] or suspect.words
    yield suspect.head
    yield from names


def cut(text: str, spans: Iterable[Span]) -> str:
    """The text without some places, which may overlap."""
    kept, at = [], 0
    for begin, end in sorted(spans):
        if end > at:
            kept.append(text[at : max(begin, at)])
            at = end
    kept.append(text[at:])
    return "".join(kept)
