"""What became of a value in an earlier instance of the series: it need not be worked out again.

The elements of a data set that instances share are the same objects (reader.py). What becomes of one of them depends,
beside the plan, on the patient, the kind of object, the character set and the identifiers to look for: one context.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple
from typing import NamedTuple

from dicom_deid.deidentify import CODE_MEANING, NOTHING_SPECIAL, Deidentifier
from dicom_deid.model import Counts, Element, ElementAction, Item
from dicom_deid.policy import Plan

CONTEXTS = 16
"""Contexts remembered; in one folder, series hardly ever take turns by more."""
MOST = 4096
"""Elements remembered in one context."""


class Became(NamedTuple):
    """What became of an element: the new one or none, what was counted, and the UIDs that were replaced."""

    elements: tuple[Element, ...]
    counted: tuple[int, ...]
    """The fields of Counts; () when nothing was counted, and then no UID was replaced either."""
    remapped: frozenset[str]


class Memory:
    """What is remembered under one plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.contexts: dict[tuple[object, ...], dict[Element, Became]] = {}

    def of(self, context: tuple[object, ...]) -> dict[Element, Became]:
        """What is remembered in a context."""
        known = self.contexts.get(context)
        if known is None:
            if len(self.contexts) >= CONTEXTS:
                self.contexts.clear()
            known = self.contexts[context] = {}
        elif len(known) >= MOST:
            known.clear()
        return known


class Recalling(Deidentifier):
    """A Deidentifier that recalls what became of the same element in instances before."""

    memory: Memory | None = None

    def item(
        self,
        item: Item,
        path: tuple[int, ...],
        encodings: tuple[str, ...],
        special: Mapping[int, ElementAction] = NOTHING_SPECIAL,
    ) -> Item:
        """The new elements; those of a data set by what is remembered, unless they depend on each other."""
        if path or self.coded or self.private or self.plan.policy.verbose or item.get(CODE_MEANING) is not None:
            return super().item(item, path, encodings, special)
        memory = Recalling.memory
        if memory is None or memory.plan is not self.plan:
            memory = Recalling.memory = Memory(self.plan)
        context = (self.patient, self.weeks, self.instance.sop_class, encodings, self.identifiers, self.retained)
        known, new, counted = memory.of(context), Item(undefined=item.undefined), [astuple(self.counts)]
        for element in item:
            became = known.get(element)
            if became is None:
                became = self.worked_out(element, encodings)
                if element.shared:
                    known[element] = became
            new += became.elements
            if became.counted:
                counted.append(became.counted)
                self.remapped |= became.remapped
        self.counts = Counts(*map(sum, zip(*counted, strict=True)))
        return new

    def worked_out(self, element: Element, encodings: tuple[str, ...]) -> Became:
        """What becomes of one element of the data set, by itself."""
        counts, remapped = self.counts, self.remapped
        self.counts, self.remapped = Counts(), set()
        try:
            made = super().item(Item([element]), (), encodings)
            counted = astuple(self.counts)
            return Became(tuple(made), counted if any(counted) else (), frozenset(self.remapped))
        finally:
            self.counts, self.remapped = counts, remapped
