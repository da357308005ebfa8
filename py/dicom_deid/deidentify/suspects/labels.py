"""Suspects in labels: parts whose form alone tells that they identify. Apart from search.py, which loads slowly."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import chain

from dicom_deid.deidentify.suspects import dates, electronic, numbers, phones, streets, titles
from dicom_deid.deidentify.suspects.names import Suspect
from dicom_deid.deidentify.suspects.reading import Reading, Sought, Span
from dicom_deid.deidentify.suspects.vocabulary import guarded, outside

FINDERS = (
    *(electronic.reached, electronic.networks_lightly, dates.full),
    *(numbers.cued, numbers.national, phones.cued, phones.formatted),
)
"""Finders of what is told by its form alone."""
LONGEST = 2000
"""Letters of a text that are read at once."""
Found = tuple[tuple[Suspect, ...], tuple[Span, ...]]
"""The names that are suspected in a text, and the places of all else."""


@lru_cache(2048)
def found_lightly(text: str, sought: Sought) -> Found:
    """The suspects in a label."""
    if len(text) > LONGEST:
        return in_pieces(text, sought, found_lightly)
    reading = Reading(text, sought)
    spans = list(chain.from_iterable(find(reading) for find in FINDERS))
    if streets.has_street(reading):
        from dicom_deid.deidentify.suspects import addresses  # few labels hold one

        spans += addresses.houses(reading, label=True)
    named = list(titles.titled(reading))
    if reading.eastern:
        from dicom_deid.deidentify.suspects import east  # its expressions are large

        named += east.titled(reading)
        spans += east.addresses(reading) if east.has_place(reading) else ()
    guards = guarded(reading) if spans or named else []
    return free(named, guards), tuple(outside(spans, guards))


def in_pieces(text: str, sought: Sought, find: Callable[[str, Sought], Found]) -> Found:
    """The same of a long text, read piece by piece, up to a line, a sentence, a word: so none takes long."""
    names, spans, at = list[Suspect](), list[Span](), 0
    while at < len(text):
        end = at + LONGEST
        if end < len(text):
            end = next(
                (place + 1 for mark in ("\n", ". ", " ") if (place := text.rfind(mark, at + LONGEST // 2, end)) > 0),
                end,
            )
        for suspect in (pair := find(text[at:end], sought))[0]:
            names.append(Suspect(moved(suspect.head, at), tuple(moved(word, at) for word in suspect.words)))
        spans += [moved(span, at) for span in pair[1]]
        at = end
    return tuple(names), tuple(spans)


def moved(span: Span, by: int) -> Span:
    return span[0] + by, span[1] + by


def free(named: Iterable[Suspect], guards: list[Span]) -> tuple[Suspect, ...]:
    """The suspects that touch none of the guards."""
    return tuple(
        suspect for suspect in named if len(outside([suspect.head, *suspect.words], guards)) > len(suspect.words)
    )
