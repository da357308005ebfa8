"""Identifiers that an object itself states, such as names and IDs: they may occur nowhere else in its output.

What identifies by its attribute is searched for in all text (names.py, numbers.py, days.py). Of other text that is
removed, the words that identify cannot be told from the rest; such a word counts if it also stands in a label that
stays, and is no ordinary one (told.py).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from dicom_deid.deidentify import disguises
from dicom_deid.deidentify.character_set import decode, encodings_of, otherwise
from dicom_deid.deidentify.identifiers import told
from dicom_deid.deidentify.identifiers.ages import age_between, of_age
from dicom_deid.deidentify.identifiers.days import days_of
from dicom_deid.deidentify.identifiers.kinds import Kind, kind_of
from dicom_deid.deidentify.identifiers.names import name_parts
from dicom_deid.deidentify.identifiers.numbers import is_wordy, significant_parts, whole_values
from dicom_deid.dicom.bounded import CONTEXTS, Remembered
from dicom_deid.dicom.encoding import ascii_text
from dicom_deid.errors import Failed
from dicom_deid.model import Element, Item, Run
from dicom_deid.profile import PATIENT_AGE, judged, words

PATIENT_SEX, BIRTH_DATE, STUDY_DATE, STAFF = 0x00100040, 0x00100030, 0x00080020, 0x00401101
DEPARTMENT, ENTITIES = 0x00081040, (0x00020016, 0x00020017, 0x00020018)
"""Institutional Department Name, and the Application Entity Titles of the file meta information."""
REPORT, SCHEME = 0x0040A730, (0x00080102, 0x00080103)
"""Content Sequence; Coding Scheme Designator and Version."""
CODING_SCHEME, CODE = 0x00080102, frozenset((0x00080100, 0x00080102, 0x00080103, 0x00080104))
"""Value, scheme, version of the scheme, and meaning of a code."""
DEEPEST = 16
"""Sequences around a value in which items are looked for that were not decoded."""
NOTHING_STAYS = frozenset("XZD")
Fate = Callable[[Element, tuple[int, ...], tuple[str, ...]], str]
"""The action code for an element, by its path and the codecs of its text."""
NONE: frozenset[str] = frozenset()


class Stated(NamedTuple):
    """What a part of a data set says."""

    identifiers: frozenset[str] = NONE
    told: frozenset[str] = NONE
    """Words of removed text that may identify."""
    labels: frozenset[str] = NONE
    """Words of labels that stay."""
    common: frozenset[str] = NONE
    """Words of code strings, makers, models and private creators."""

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return 100 * sum(map(len, self))


NO_IDENTIFIERS = Stated()
IdentifierCache = Remembered[Element | Run, Stated]
"""Cache of what elements that instances share say."""


def removed(_element: Element, _path: tuple[int, ...], _codecs: tuple[str, ...]) -> str:
    """The fate of all elements where no plan says otherwise."""
    return "X"


def collect(
    data: Item,
    retained: frozenset[int],
    fate: Fate = removed,
    known: IdentifierCache | None = None,
    meta: Item | None = None,
) -> frozenset[str]:
    """The identifiers of an instance, folded (see ``fold``): parts of names, IDs, institutions, addresses, days.

    ``meta``: the file meta information, for its Application Entity Titles.

    Values of the attributes in ``retained`` are left out where their ``fate`` is to stay. ``known``: what elements of
    earlier data sets of these encodings say, under the same ``retained`` and ``fate``.
    """
    known, encodings = Remembered(0) if known is None else known, encodings_of(data, ("iso8859",))
    units = data.units or data
    held = list(map(known.get, units))
    found = {said for said in held if said is not None}
    for unit in (unit for unit, said in zip(units, held, strict=True) if said is None):
        if isinstance(unit, Element) and says_nothing(unit):
            continue
        said = said_by(unit.elements if isinstance(unit, Run) else (unit,), encodings, retained, fate)
        found.add(known.add(unit, said, unit.shared + said.size) if unit.shared else said)
    identifiers, removed_words, labels, common = together(frozenset(found))
    aged = NONE if PATIENT_AGE in retained else age_of(data)
    also = shared_words(removed_words, labels, common)
    entities = NONE if meta is None else entities_in(tuple(ascii_text(meta.get(tag)) for tag in ENTITIES))
    return united(frozenset((identifiers, also, aged, entities))) if also or aged or entities else identifiers


@lru_cache(64)
def entities_in(titles: tuple[str, ...]) -> frozenset[str]:
    """The Application Entity Titles that are searched for."""
    return frozenset[str]().union(*(whole_values(title) for title in titles if not is_wordy(title)))


def says_nothing(element: Element) -> bool:
    """Whether nothing in an element is searched for elsewhere, which its attribute tells, or those of its items."""
    if element.items is None:
        return kind_of(element.tag, element.vr) is Kind.NONE
    return all(says_nothing(nested) for item in element.items for nested in item)


@lru_cache(CONTEXTS)
def together(found: frozenset[Stated]) -> Stated:
    """What several parts say. Equal arguments give the same sets, which are compared quickly as keys."""
    return Stated(*(united(frozenset(sets)) for sets in zip(*found, strict=True))) if found else NO_IDENTIFIERS


@lru_cache(len(Stated._fields) * CONTEXTS)
def united(named: frozenset[frozenset[str]]) -> frozenset[str]:
    """The union of sets. Equal arguments give the same object, which is compared quickly as a key."""
    return frozenset[str]().union(*named)


@lru_cache(CONTEXTS)
def shared_words(told: frozenset[str], labels: frozenset[str], common: frozenset[str]) -> frozenset[str]:
    """The words that removed text tells and that stand in a label, but for common ones."""
    return (told & labels) - common


def age_of(data: Item) -> frozenset[str]:
    """The ways to write the patient's age, as it is stated or follows from the dates of birth and study."""
    age, sex = ascii_text(data.get(PATIENT_AGE)), ascii_text(data.get(PATIENT_SEX)).lower()
    if not age:
        age = age_between(ascii_text(data.get(BIRTH_DATE)), ascii_text(data.get(STUDY_DATE)))
    return of_age(age, sex)


def said_by(
    elements: tuple[Element, ...] | list[Element], encodings: tuple[str, ...], retained: frozenset[int], fate: Fate
) -> Stated:
    """What some elements of a data set say."""
    said = Sayings(retained, fate)
    for element in elements:
        said.take(element, (), encodings, gone=False)
    sets = said.identifiers, said.told, said.labels, said.common
    return Stated(*(frozenset(one) if one else NONE for one in sets)) if any(sets) else NO_IDENTIFIERS


class Sayings:
    """Gathers what elements say, at every depth."""

    def __init__(self, retained: frozenset[int], fate: Fate) -> None:
        self.retained, self.fate = retained, fate
        self.identifiers, self.told, self.labels, self.common = set[str](), set[str](), set[str](), set[str]()

    def take(self, element: Element, path: tuple[int, ...], encodings: tuple[str, ...], *, gone: bool) -> None:
        """Adds what one element and what is nested in it say; ``gone``: it is in a sequence of which nothing stays."""
        kind = Kind.NONE if element.items is not None else kind_of(element.tag, element.vr)
        items = told.nested(element) if kind is Kind.OPAQUE and len(path) < DEEPEST else element.items
        if items is not None:
            self.take_items(element, items, path, encodings, gone=gone)
            return
        match kind:
            case Kind.NAME:
                self.name(element, path, encodings)
            case Kind.DAY:
                if not self.stays(element, path, encodings):
                    self.identifiers |= days_of(element.value)
            case Kind.WHOLE:
                self.whole(element, path, encodings, gone=gone)
            case Kind.TEXT:
                self.text(element, path, encodings, gone=gone)
            case Kind.OPAQUE:
                self.told |= told.opaque_words(element, encodings)
            case Kind.COMMON if not gone:
                self.common |= told.tokens(decode(element, encodings))
            case Kind.COMMON if element.tag not in SCHEME:
                self.text(element, path, encodings, gone=gone)

    def take_items(
        self, element: Element, items: list[Item], path: tuple[int, ...], encodings: tuple[str, ...], *, gone: bool
    ) -> None:
        """Adds what the items of a sequence say, but for codes that are published."""
        telling = [(item, [nested for nested in item if not says_nothing(nested)]) for item in items]
        telling = [(item, nested) for item, nested in telling if nested and not is_published(item, nested)]
        if not telling:
            return
        gone = gone or self.fate(element, path, encodings) in NOTHING_STAYS
        within = (*path, element.tag)
        for item, elements in telling:
            try:
                codecs = encodings_of(item, encodings)
            except Failed:
                if element.items is not None:
                    raise
                codecs = encodings  # nothing of what was not decoded stays, so it may say what it likes
            for nested in elements:
                self.take(nested, within, codecs, gone=gone)

    def stays(self, element: Element, path: tuple[int, ...], encodings: tuple[str, ...]) -> bool:
        """Whether an identifying attribute is retained."""
        return element.tag in self.retained and self.fate(element, path, encodings) == "K"

    def name(self, element: Element, path: tuple[int, ...], encodings: tuple[str, ...]) -> None:
        """Adds the names of persons."""
        if self.stays(element, path, encodings):
            return
        text = decode(element, encodings)
        self.identifiers |= name_parts(text)
        meant = otherwise(element.value, text)
        if meant is not None:
            self.identifiers |= name_parts(meant)
        if disguises.CODED.search(text):
            self.identifiers |= name_parts(disguises.decoded(text)[0])

    def whole(self, element: Element, path: tuple[int, ...], encodings: tuple[str, ...], *, gone: bool) -> None:
        """Adds a value that identifies as a whole, and its significant parts."""
        if element.tag not in judged("whole_identifiers") and not gone:
            if self.fate(element, path, encodings) not in NOTHING_STAYS:
                return
        elif self.stays(element, path, encodings):
            return
        text = decode(element, encodings)
        named = element.tag in judged("whole_identifiers") and element.tag != DEPARTMENT
        if not named and is_wordy(text):
            return
        self.identifiers |= whole_values(text)
        if element.tag not in judged("devices"):
            self.identifiers |= significant_parts(text)

    def text(self, element: Element, path: tuple[int, ...], encodings: tuple[str, ...], *, gone: bool) -> None:
        """Adds the words of a text: of one that is removed those that may identify, of a label that stays all."""
        text = decode(element, encodings)
        if gone or self.fate(element, path, encodings) in NOTHING_STAYS:
            if STAFF in path:
                self.identifiers |= whole_values(text) | significant_parts(text)
            self.told |= told.numbers_of(text) if REPORT in path else told.words_of(text)
        else:
            self.labels |= told.tokens(text)


def is_published(item: Item, telling: list[Element]) -> bool:
    """Whether an item tells nothing but a code of a published scheme."""
    if any(element.tag not in CODE for element in telling):
        return False
    return ascii_text(item.get(CODING_SCHEME)) in words("coding_schemes")
