"""The search for suspects in free text: all finders over one text. Nothing is cut before all have read."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain

from dicom_deid.deidentify.suspects import (
    addresses,
    ages,
    dates,
    days_in_words,
    east,
    electronic,
    hospitals,
    numbers,
    people,
    phones,
    small,
    titles,
)
from dicom_deid.deidentify.suspects.labels import LONGEST, Found, free, in_pieces
from dicom_deid.deidentify.suspects.reading import Reading, Sought
from dicom_deid.deidentify.suspects.vocabulary import guarded, outside

NAMES = (titles.titled, people.cued, people.paired, people.related, people.shaped)
PLACES = (
    dates.dates,
    days_in_words.in_words,
    ages.ages,
    electronic.reached,
    electronic.uids,
    electronic.networks,
    numbers.cued,
    numbers.plates,
    numbers.coded,
    numbers.national,
    phones.cued,
    phones.phones,
    addresses.addresses,
    hospitals.hospitals,
)


@lru_cache(512)
def found(text: str, sought: Sought) -> Found:
    """All suspects in free text."""
    if len(text) > LONGEST:
        return in_pieces(text, sought, found)
    reading = Reading(text, sought)
    guards = guarded(reading)
    named = list(chain.from_iterable(find(reading) for find in NAMES))
    spans = list(chain.from_iterable(find(reading) for find in PLACES))
    if reading.small:
        more = small.found(text, sought)
        named, spans = named + more[0], spans + more[1]
    if reading.eastern:
        named += east.names(reading)
        spans += chain(east.hospitals(reading), east.addresses(reading))
    return free(named, guards), tuple(outside(spans, guards))
