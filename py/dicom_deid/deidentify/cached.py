"""Cache of de-identified elements: what instances of a series share is de-identified once.

The elements of a data set that instances share are the same objects (dicom/read_cache.py). What becomes of one of them
depends, beside the plan, on the patient, the SOP Class, the character set, the identifiers to look for and what the
object declares of its private elements: these together are one context. Private elements depend on each other, and are
de-identified each time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from dicom_deid.deidentify import NOTHING_SPECIAL, Deidentifier
from dicom_deid.deidentify.codes import CODE_MEANING
from dicom_deid.deidentify.identifiers import IdentifierCache, Stated
from dicom_deid.deidentify.markers import DATES_MODIFIED, IDENTITY_REMOVED, METHOD_CODES
from dicom_deid.deidentify.private import CHARACTERISTICS
from dicom_deid.dicom.bounded import Contexts
from dicom_deid.dicom.encoding import encode
from dicom_deid.model import COUNTED, Counts, Element, ElementAction, Item, Run

MOST = 1024 * 1024
"""Bytes of one context."""
LONGEST = 4096
"""Bytes of elements that are written in one piece; the check before writing keeps no longer ones."""
PLACES = (IDENTITY_REMOVED, METHOD_CODES + 1, DATES_MODIFIED, DATES_MODIFIED + 1)
"""The tags at which the marks of an output begin and end."""


class Became(NamedTuple):
    """The result for an element or a run: the new elements, the counts, and the UIDs that were replaced."""

    elements: tuple[Element, ...]
    units: list[Element | Run]
    """The same, several as runs."""
    counted: tuple[int, ...]
    """The fields of Counts; () when nothing was counted, and then no UID was replaced either."""
    remapped: frozenset[str]
    short: frozenset[str]
    """The options that are not done in full."""
    log: tuple[str, ...]


class DeidentifiedCache:
    """The elements that instances share, under one plan: the result for each, and the identifiers that it holds."""

    def __init__(self) -> None:
        self.became: Contexts[Element | Run, Became] = Contexts(MOST)
        self.identifiers: Contexts[Element | Run, Stated] = Contexts(MOST)


class CachedDeidentifier(Deidentifier):
    """A Deidentifier that takes the results for elements of earlier instances from the plan's cache."""

    @property
    def cache(self) -> DeidentifiedCache:
        """The cache of this plan."""
        return self.plan.caches.of(DeidentifiedCache)

    @property
    def shifts(self) -> bool:
        """Whether the plan may shift dates."""
        return self.plan.dates == "MODIFIED" or bool(self.plan.policy.rules)

    def identifier_cache(self) -> IdentifierCache | None:
        if self.inquiry.rules:
            return None
        return self.cache.identifiers.of((self.instance.sop_class, self.encodings))

    def item(
        self,
        item: Item,
        path: tuple[int, ...],
        encodings: tuple[str, ...],
        special: Mapping[int, ElementAction] = NOTHING_SPECIAL,
    ) -> Item:
        """The new elements; those of a data set from the cache, unless they depend on each other."""
        declared = item.get(CHARACTERISTICS) if self.declared is not None else None
        if (
            path
            or self.inquiry.rules
            or item.get(CODE_MEANING) is not None
            or not (declared is None or declared.shared)
        ):
            return super().item(item, path, encodings, special)
        names = (self.identifiers, self.repeated, self.retained, self.numbers)
        kind = (self.instance.syntax, self.instance.sop_class, encodings, *names)
        shift = (self.weeks, self.device_weeks) if self.shifts else ()
        known = self.cache.became.of((self.patient, shift, declared, *kind))
        new, counted = Item(undefined=item.undefined), list[tuple[int, ...]]()
        for unit in item.units or item:
            became = known.get(unit)
            if became is None:
                if isinstance(unit, Element) and not unit.shared:
                    self.take(unit, new, path, encodings)
                    continue
                elements = unit.elements if isinstance(unit, Run) else (unit,)
                became = known.add(unit, self.worked_out(elements, encodings), 2 * unit.shared)
            new += became.elements
            new.units += became.units
            if became.counted:
                counted.append(became.counted)
                self.remapped |= became.remapped
            self.short |= became.short
            self.log += became.log
        self.counts = Counts(*map(sum, zip(COUNTED(self.counts), *counted, strict=True)))
        if self.private:
            self.keep_private(item, new, path, encodings)
        return new

    def worked_out(self, elements: Sequence[Element], encodings: tuple[str, ...]) -> Became:
        """The new elements of some of the data set, by themselves; private ones that may stay are not among them."""
        made = Item()
        counts, remapped, short, log = self.counts, self.remapped, self.short, self.log
        self.counts, self.remapped, self.short, self.log = Counts(), set(), set(), []
        try:
            for element in elements:
                self.take(element, made, (), encodings)
            counted = COUNTED(self.counts)
            counted = counted if any(counted) else ()
            found = frozenset(self.remapped), frozenset(self.short), tuple(self.log)
            return Became(tuple(made), self.joined(made), counted, *found)
        finally:
            self.counts, self.remapped, self.short, self.log = counts, remapped, short, log

    def joined(self, made: Item) -> list[Element | Run]:
        """New elements as runs, unless they are long; between the places where marks will be put."""
        units = list[Element | Run]()
        for _, between in groupby(made, lambda element: bisect_right(PLACES, element.tag)):
            elements = list(between)
            coded = encode(Item(elements), self.instance.syntax)
            units += [Run(coded, elements, [])] if len(elements) > 1 and len(coded) <= LONGEST else elements
        return units
