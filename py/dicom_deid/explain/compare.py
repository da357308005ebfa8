"""Two states of an instance side by side: a row for each data element that it had or has, at every depth."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from dicom_deid.deidentify import private
from dicom_deid.deidentify.actions import PSEUDONYMS
from dicom_deid.deidentify.character_set import encodings_of
from dicom_deid.dicom.is_dicom import EXPLICIT
from dicom_deid.explain.readable import name_of, tag_text, value_of
from dicom_deid.explain.sentences import ADDED, detail, why
from dicom_deid.model import Element, ElementAction, Instance, Item
from dicom_deid.policy import Policy
from dicom_deid.profile import DATES, MARKERS
from dicom_deid.wording import counted

META_END = 0x00030000
MEDIA_STORAGE_INSTANCE = 0x00020003
WHOLE = 1 << 31
"""Characters of a value of which none is left out."""
A_WORD = re.compile(r"\w+")
REMOVED_CONTENT = ElementAction("X", "E.3.4-1")


class Row(NamedTuple):
    """The fate of one data element. ``before`` and ``after`` are None where it is not there."""

    path: str
    """Tags and items from the outermost sequence on, items counted from 1 (PS3.5 7.5)."""
    depth: int
    tag: int
    name: str
    vr: str
    action: ElementAction
    reason: str
    """The rule, as a sentence."""
    detail: str
    """The row of Table E.1-1 for this attribute, in words; "" where there is none."""
    effect: str
    """unchanged, changed, emptied, removed or added: found by comparing, whatever the action."""
    before: str | None
    after: str | None
    became: str
    """What really happened, in one word of ``became`` in tables/sentences.json."""
    cut: int
    """Words of the value before that are not in the one after; 0 where it was not cleaned."""

    @property
    def said(self) -> str:
        """What really happened, as a person reads it: "cleaned (2 words)"."""
        return f"{self.became} ({counted(self.cut, 'word')})" if self.cut else self.became


class Place(NamedTuple):
    """Where the elements of an item lie."""

    text: str = ""
    tags: tuple[int, ...] = ()
    before: tuple[str, ...] = ("iso8859",)
    after: tuple[str, ...] = ("iso8859",)
    around: ElementAction | None = None
    """The action that was decided for all of this place at once; None where each element has its own."""


@dataclass(slots=True)
class Comparison:
    """The rows of one instance in the making."""

    instance: Instance
    policy: Policy
    decided: Mapping[int, ElementAction]
    """id() of an element of the instance -> what the engine decided."""
    longest: int
    """Characters of a value that are shown."""
    patient: str
    """The patient's pseudonym."""
    rows: list[Row] = field(default_factory=list)

    def item(self, old: Item | None, new: Item | None, place: Place) -> None:
        """Rows of all elements that an item had or has."""
        before = {element.tag: element for element in old or ()}
        after = {element.tag: element for element in new or ()}
        creators = private.creators(old if old is not None else new or Item())
        place = place._replace(
            before=encodings_of(old or Item(), place.before),
            after=encodings_of(new or Item(), place.after),
        )
        for tag in sorted(before.keys() | after.keys()):
            self.element(before.get(tag), after.get(tag), place, creators.get(private.block_of(tag), ""))

    def element(self, old: Element | None, new: Element | None, place: Place, creator: str) -> None:
        """The row of one element, and those of what is in it."""
        present = old or new
        assert present is not None
        instance, tag = self.instance, present.tag
        action = self.action(old, new, place)
        syntax = EXPLICIT if tag < META_END else instance.syntax
        self.rows.append(
            Row(
                f"{place.text}{tag_text(tag)}",
                len(place.tags),
                tag,
                name_of(tag, creator),
                (new or present).vr,
                action,
                why(action.rule),
                detail(action, tag, place.tags, instance.sop_class, self.policy),
                effect(old, new),
                None if old is None else value_of(old, place.before, syntax, self.longest),
                None if new is None else value_of(new, place.after, syntax, self.longest),
                *self.became(old, new, action, place),
            )
        )
        self.nested(old, new, action, place._replace(tags=(*place.tags, tag)))

    def became(self, old: Element | None, new: Element | None, action: ElementAction, place: Place) -> tuple[str, int]:
        """What really happened to an element, in a word, by its values and the action; and how many words went."""
        done = effect(old, new)
        if old is None or new is None or done in ("removed", "added", "emptied"):
            return done, 0
        if done == "unchanged":
            return ("kept" if action.code == "K" else "unchanged"), 0
        if new.items is not None:
            return {"K": "kept", "C": "cleaned"}.get(action.code, "replaced"), 0
        syntax = EXPLICIT if new.tag < META_END else self.instance.syntax
        after = value_of(new, place.after, syntax, WHOLE)
        if new.tag in PSEUDONYMS and after.rstrip("^") == self.patient:
            return "pseudonym", 0
        if new.vr == "UI" and (new.tag >= META_END or new.tag == MEDIA_STORAGE_INSTANCE):
            return "new UID", 0
        if action.code != "C":
            return "replaced", 0
        if new.vr in DATES:
            return "shifted", 0
        cut = cut_out(value_of(old, place.before, syntax, WHOLE), after)
        return ("cleaned" if cut else "replaced"), cut

    def action(self, old: Element | None, new: Element | None, place: Place) -> ElementAction:
        """The decision that the engine took: for this element, or for what it lies in."""
        if old is None:
            assert new is not None
            rule = "marker" if MARKERS.intersection((*place.tags, new.tag)) else "needed"
            return ElementAction(ADDED, place.around.rule if place.around else rule)
        if place.around is not None:
            return ElementAction(place.around.code if new is not None else "X", place.around.rule)
        return self.decided[id(old)]

    def nested(self, old: Element | None, new: Element | None, action: ElementAction, place: Place) -> None:
        """The rows of the items of a sequence; those that are left stand in their order."""
        left = iter((new.items if new is not None else None) or ())
        name = f"{place.text}{tag_text(place.tags[-1])}"
        items = (old.items if old is not None else None) or ()
        for number, item in enumerate(items, 1):
            stays = new is not None and action.code != "Z" and self.stays(item, action, number)
            around = place.around
            if around is None and action.code == "D":
                around = ElementAction("D", "in a dummy")
            elif around is None and not stays:
                around = self.removal(item)
            self.item(
                item, next(left, None) if stays else None, place._replace(text=f"{name}[{number}]/", around=around)
            )
        for number, item in enumerate(left, len(items) + 1):
            self.item(None, item, place._replace(text=f"{name}[{number}]/"))

    def stays(self, item: Item, action: ElementAction, number: int) -> bool:
        """Whether an item of a sequence that stays is itself still there."""
        if action.code == "D":
            return number == 1
        return not item or any(self.decided.get(id(element), REMOVED_CONTENT) != REMOVED_CONTENT for element in item)

    def removal(self, item: Item) -> ElementAction:
        """Why all of an item goes: by its own decision, or with what it lies in."""
        own = any(id(element) in self.decided for element in item)
        return REMOVED_CONTENT if own else ElementAction("X", "within")


def cut_out(before: str, after: str) -> int:
    """How many words of a text are not in another."""
    one, other = (Counter(A_WORD.findall(text)) for text in (before, after))
    return (one - other).total()


def effect(old: Element | None, new: Element | None) -> str:
    """The effect on an element, found by comparing before and after."""
    if old is None or new is None:
        return "added" if old is None else "removed"
    if same(old.whole(), new):
        return "unchanged"
    return "changed" if new.value or new.items else "emptied"


def same(old: Element, new: Element) -> bool:
    """Whether two elements hold the same, padding aside."""
    if old.items is None or new.items is None:
        return old.items is new.items and old.value.rstrip(b" \0") == new.value.rstrip(b" \0")
    return len(old.items) == len(new.items) and all(
        len(before) == len(after)
        and all(one.tag == other.tag and same(one.whole(), other) for one, other in zip(before, after, strict=True))
        for before, after in zip(old.items, new.items, strict=True)
    )
