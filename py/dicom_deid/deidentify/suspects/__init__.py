"""Suspects: parts of free text that look like identifiers, such as dates, numbers of people, addresses and names.

There is no dictionary of names. A name is suspected behind a title or a cue such as "referred by", beside a relative,
or with initials or a degree. Titles, cues, months and kinds of places of some twenty languages stand in tables, as do
the terms that stay ("DR CHEST", "May-Thurner"). The kinds are those of the Safe Harbor list (45 CFR 164.514(b)(2)) that
occur in descriptions and comments. Each finder gives places in the text; nothing is cut before all have read it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain

from dicom_deid.deidentify.suspects import dates, east, numbers, people, places
from dicom_deid.deidentify.suspects.people import Suspect
from dicom_deid.deidentify.suspects.reading import Reading, Span
from dicom_deid.deidentify.suspects.vocabulary import guarded, ordinary, outside

__all__ = ["lightly", "ordinary", "without"]
Known = Callable[[str], bool]
"""Tells of a word whether the object names somebody so."""
LETTERS = (people.titled, people.cued, people.paired, people.related, people.shaped)
PLACES = (
    dates.dates,
    dates.ages,
    numbers.reached,
    numbers.cued,
    numbers.uids,
    numbers.networks,
    numbers.national,
    numbers.phones,
    places.addresses,
    places.hospitals,
)
LONGEST = 2000
"""Letters of a text that are read at once."""
CLOSE = re.compile(r"\d{5}|\d[-. )]{1,2}\d{2}|@|://|www\.|[#:№]\s?\w?\d|[^\W\d_]\.?\s[^\W\d_]{2}|[^\x00-\x7f]", re.I)
"""What a label must have to hold one of the things that are sought in labels."""


def without(text: str, known: Known) -> str:
    """Free text without what looks identifying."""
    names, spans = found(text)
    return cut(text, chain(spans, *(chosen(text, suspect, known) for suspect in names)))


def lightly(text: str, known: Known) -> str:
    """A label without what is told by its form alone: mail, telephones, checked and cued numbers, titled persons.

    Whom the object names goes with what else it names, as before, and the title stays.
    """
    if not CLOSE.search(text):
        return text
    names, spans = found_lightly(text)
    unknown = [suspect for suspect in names if not any(known(text[word[0] : word[1]]) for word in suspect.words)]
    return cut(text, chain(spans, *((suspect.head, *suspect.words) for suspect in unknown)))


@lru_cache(512)
def found(text: str) -> tuple[tuple[Suspect, ...], tuple[Span, ...]]:
    """The names that are suspected in a text, and the places of all else."""
    if len(text) > LONGEST:
        return in_pieces(text)
    reading = Reading(text)
    guards = guarded(reading)
    named = list(chain.from_iterable(find(reading) for find in LETTERS))
    spans = list(chain.from_iterable(find(reading) for find in PLACES))
    if reading.eastern:
        named += east.names(reading)
        spans += chain(east.hospitals(reading), east.addresses(reading))
    return free(named, guards), tuple(outside(spans, guards))


def in_pieces(text: str) -> tuple[tuple[Suspect, ...], tuple[Span, ...]]:
    """The same of a long text, read piece by piece, up to a line, a sentence, a word: so none takes long."""
    names, spans, at = list[Suspect](), list[Span](), 0
    while at < len(text):
        end = at + LONGEST
        if end < len(text):
            end = next(
                (place + 1 for mark in ("\n", ". ", " ") if (place := text.rfind(mark, at + LONGEST // 2, end)) > 0),
                end,
            )
        for suspect in (pair := found(text[at:end]))[0]:
            names.append(Suspect(moved(suspect.head, at), tuple(moved(word, at) for word in suspect.words)))
        spans += [moved(span, at) for span in pair[1]]
        at = end
    return tuple(names), tuple(spans)


def moved(span: Span, by: int) -> Span:
    return span[0] + by, span[1] + by


@lru_cache(2048)
def found_lightly(text: str) -> tuple[tuple[Suspect, ...], tuple[Span, ...]]:
    """The same of what is sought in labels."""
    reading = Reading(text[:LONGEST])
    finders = (numbers.reached, numbers.cued, numbers.national, numbers.formatted)
    spans, named = list(chain.from_iterable(find(reading) for find in finders)), list(people.titled(reading))
    guards = guarded(reading) if spans or named else []
    return free(named, guards), tuple(outside(spans, guards))


def free(named: Iterable[Suspect], guards: list[Span]) -> tuple[Suspect, ...]:
    """The suspects that touch none of the guards."""
    return tuple(
        suspect for suspect in named if len(outside([suspect.head, *suspect.words], guards)) > len(suspect.words)
    )


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
