"""Stage deidentify: the new header of an instance, element by element, at every depth."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from dicom_deid.deidentify import content, dates, identifiers, markers, private, text
from dicom_deid.deidentify.asked import Inquiry
from dicom_deid.deidentify.dummies import dummy, dummy_item
from dicom_deid.deidentify.identifiers import Told
from dicom_deid.elements import TEXT_VRS, ascii_text, padding, vr_of
from dicom_deid.model import Counts, Element, ElementAction, Instance, Item, Names
from dicom_deid.policy import Plan
from dicom_deid.profile import DATES, LABEL, judged, well_known, words

PATIENT_ID, PATIENT_NAME = 0x00100020, 0x00100010
STUDY, SERIES, SOP_INSTANCE, MODALITY = 0x0020000D, 0x0020000E, 0x00080018, 0x00080060
NOTHING_SPECIAL: Mapping[int, ElementAction] = {}
KEPT_CREATOR, NO_CREATOR = ElementAction("K", "safe private"), ElementAction("X", "private")
CODE_MEANING, CODING_SCHEME = 0x00080104, 0x00080102
# Attributes whose replacement is the patient's pseudonym: PS3.15 E.3.1 wants identity to stay consistent.
PSEUDONYMS = frozenset((PATIENT_NAME, PATIENT_ID, 0x00120040))
UID = re.compile(rb"[0-9.\\ \0]*")
NUMERIC = DATES | {"AS", "DS", "IS"}
"""VRs whose values are made of digits and a few other characters."""
TYPED = re.compile(rb"[A-Za-z]{2}|[^\x00-\x7f]")
"""What is found in such a value only if somebody typed text there; a single stray letter names nobody."""


class Deidentifier:
    """Rewrites the header of one instance under a plan; afterwards holds what it counted and found."""

    def __init__(self, instance: Instance, plan: Plan) -> None:
        self.instance, self.plan, self.key = instance, plan, plan.key
        self.counts = Counts()
        self.log: list[str] = []
        self.remapped: set[str] = set()
        """The original UIDs that were replaced."""
        data = instance.data
        patient = patient_of(instance)
        self.patient, self.weeks = plan.key.patient(patient), plan.key.weeks(patient)
        self.retained = plan.retained(instance.sop_class)
        self.encodings = identifiers.encodings_of(data, ("iso8859",))
        self.inquiry = Inquiry(plan, instance, self.encodings)
        self.declared = private.declared(data, instance.syntax) if plan.keeps("retain-safe-private") else None
        """What the object says of its private elements; None when that does not count."""
        self.private = self.declared is not None or plan.rules.private or self.inquiry.rules
        """Whether private elements may stay."""

    @cached_property
    def identifiers(self) -> frozenset[str]:
        """What the instance names that must occur nowhere else in it."""
        return identifiers.collect(self.instance.data, self.retained, self.keeps, self.told())

    def told(self) -> Told | None:
        """What elements that instances share named before."""
        return None

    def decide(self, tag: int, vr: str, path: tuple[int, ...]) -> ElementAction:
        """The plan's action for an element of this instance."""
        return self.plan.action(tag, vr or vr_of(tag), path, self.instance.sop_class)

    def keeps(self, element: Element, path: tuple[int, ...], encodings: tuple[str, ...]) -> bool:
        """Whether the plan keeps an element, and no rule in Python says otherwise."""
        if self.decide(element.tag, element.vr, path).code != "K":
            return False
        said = self.inquiry.about(element, path, encodings)
        return said is None or said.code == "K"

    def names(self, source_id: str, repeat: bool) -> Names:
        """The identity of the output. Its path is made of pseudonyms even where the UIDs are retained."""
        instance, data = self.instance, self.instance.data
        original = [ascii_text(data.get(STUDY)), ascii_text(data.get(SERIES)), instance.sop_instance]
        folders = [self.key.uid(uid) if uid else "" for uid in original]
        new = [self.new_uid(uid) for uid in original]
        stem = f"{folders[2]}-{source_id[:8]}" if repeat else folders[2]
        path = f"out/{self.patient}/{folders[0] or 'no-study'}/{folders[1] or 'no-series'}/{stem}.dcm"
        modality = ascii_text(data.get(MODALITY))
        is_code = re.fullmatch("[A-Z0-9_]{1,16}", modality)
        shown = modality if is_code and not text.holds(modality, text.but("terms", self.identifiers)) else ""
        sop_class = instance.sop_class if well_known(instance.sop_class) else ""
        return Names(self.patient, new[0], new[1], new[2], sop_class, shown, instance.transfer_syntax, path)

    def header(self) -> Item:
        """The new data set up to the pixel data, with its markers."""
        data = self.item(self.instance.data, (), self.encodings)
        if self.instance.tail:
            self.counts.removed += 1
        if data.get(SOP_INSTANCE) is None:
            markers.put(data, Element(SOP_INSTANCE, "UI", self.new_uid(self.instance.sop_instance).encode("ascii")))
        markers.mark(data, self.inquiry.claims, self.plan.method)
        return data

    def item(
        self,
        item: Item,
        path: tuple[int, ...],
        encodings: tuple[str, ...],
        special: Mapping[int, ElementAction] = NOTHING_SPECIAL,
    ) -> Item:
        """The new elements of a data set or an item; ``special`` actions go before the profile's."""
        new = Item(undefined=item.undefined)
        if is_local_code(item):
            special = {**special, CODE_MEANING: ElementAction("D", "local code")}
        for element in item:
            if self.private and element.tag >> 16 & 1:
                continue
            action = self.decide(element.tag, element.vr, path)
            if special and not action.local:
                action = special.get(element.tag) or action
            said = self.inquiry.about(element, path, encodings)
            if said is not None:
                self.inquiry.followed(element, said, action)
                action = said
            kept = self.element(element, action, path, encodings)
            if kept is not None:
                new.append(kept)
            self.note(element, action, path)
        if self.private:
            self.keep_private(item, new, path, encodings)
        return new

    def keep_private(self, item: Item, new: Item, path: tuple[int, ...], encodings: tuple[str, ...]) -> None:
        """Puts the safe private elements of an item, and their creators, into the new one."""
        creators = private.creators(item)
        blocks = set()
        for element in item:
            if not element.tag >> 16 & 1 or private.is_creator(element.tag):
                continue
            block = private.block_of(element.tag)
            creator = creators.get(block, "")
            ruled = self.plan.rules.private_action(element.tag, creator)
            vr, action = private.decide(element, creator, self.declared, ruled, tcia=self.plan.policy.tcia)
            items = private.items_of(element) if vr == "SQ" and element.items is None else element.items
            named = Element(element.tag, vr, element.value, items, element.undefined)
            said = self.inquiry.about(named, path, encodings, creator) if creator else None
            if said is not None:
                action = private.by_rule(said, vr, items is not None)
            if vr == "SQ" and items is None:
                action = NO_CREATOR
            kept = self.element(named, action, path, encodings)
            self.note(element, action, path)
            if kept is not None:
                blocks.add(block)
                markers.put(new, kept)
        for element in item:
            if private.is_creator(element.tag):
                if element.tag >> 16 << 8 | element.tag & 0xFF in blocks:
                    markers.put(new, element)
                    self.note(element, KEPT_CREATOR, path)
                else:
                    self.counts.removed += 1
                    self.note(element, NO_CREATOR, path)

    def note(self, element: Element, action: ElementAction, path: tuple[int, ...]) -> None:
        """A line for a verbose log: where, which action, by which rule; no value. The what-if listens here."""
        if self.plan.policy.verbose and action.code != "K":
            tag = element.tag
            steps = "".join(f"({step >> 16:04X},{step & 0xFFFF:04X})/" for step in path)
            self.log.append(f"{steps}({tag >> 16:04X},{tag & 0xFFFF:04X}) {action.code} {action.rule}")

    def element(
        self, element: Element, action: ElementAction, path: tuple[int, ...], encodings: tuple[str, ...]
    ) -> Element | None:
        """What becomes of one element; None when it is removed."""
        match action.code:
            case "X":
                self.counts.removed += 1
                return None
            case "Z":
                return self.emptied(element)
            case "D":
                if action.value is not None:
                    return self.rewritten(element, action.value)
                return self.replaced(element, path, encodings)
            case "U" if element.items is None:
                return self.remap(element)
        if element.items is not None:
            if action.code == "C" and element.tag in content.SEQUENCES:
                return self.structured(element, path, encodings)
            return self.recurse(element, path, encodings)
        if action.code == "C":
            if element.vr in DATES or vr_of(element.tag) in DATES:
                return self.shifted(element, "MODIFIED" if action.local else self.plan.dates)
            return self.cleaned(element, encodings, thorough=action.rule != LABEL)
        return self.checked(element)

    def recurse(self, element: Element, path: tuple[int, ...], encodings: tuple[str, ...]) -> Element:
        """A sequence with each of its items de-identified."""
        within = (*path, element.tag)
        items = [self.item(item, within, identifiers.encodings_of(item, encodings)) for item in element.items or ()]
        return Element(element.tag, "SQ", b"", items, element.undefined)

    def structured(self, element: Element, path: tuple[int, ...], encodings: tuple[str, ...]) -> Element:
        """A sequence of content items, each decided by the code of its concept name."""
        within, items = (*path, element.tag), []
        for item in element.items or ():
            special = content.actions(item, self.plan.policy.options)
            if special is None:
                self.counts.removed += 1
                for element_of_item in item:
                    self.note(element_of_item, content.REMOVED_ITEM, within)
                continue
            items.append(self.item(item, within, identifiers.encodings_of(item, encodings), special))
        return Element(element.tag, "SQ", b"", items, element.undefined)

    def emptied(self, element: Element) -> Element:
        """Action Z: no value, or the patient's pseudonym."""
        if element.tag in PSEUDONYMS:
            return self.pseudonym(element)
        if not element.value and not element.items:
            return element
        self.counts.emptied += 1
        return Element(element.tag, element.vr, b"", None if element.items is None else [])

    def pseudonym(self, element: Element) -> Element:
        """The patient's pseudonym in place of a name or an ID."""
        self.counts.replaced += 1
        vr = vr_of(element.tag)
        name = f"{self.patient}^" if vr == "PN" else self.patient  # PS3.5 6.2.1: a family name ends with a caret
        return Element(element.tag, vr, name.encode("ascii") + b" " * (len(name) % 2))

    def replaced(self, element: Element, path: tuple[int, ...], encodings: tuple[str, ...]) -> Element:
        """Action D: a dummy value; of a sequence one item stays, with dummies for all that could name somebody."""
        if element.tag in PSEUDONYMS:
            return self.pseudonym(element)
        if element.items is None:
            if not element.value:
                return element
            self.counts.replaced += 1
            vr = element.vr if element.tag >> 16 & 1 else vr_of(element.tag)
            return Element(element.tag, element.vr, dummy(element.tag, vr))
        if not element.items:
            return element
        self.counts.replaced += 1
        first = self.recurse(Element(element.tag, "SQ", b"", element.items[:1]), path, encodings)
        return Element(element.tag, "SQ", b"", [dummy_item(item) for item in first.items or ()])

    def rewritten(self, element: Element, value: str) -> Element:
        """The value that a rule of the policy names, in place of whatever there was."""
        self.counts.replaced += 1
        vr = vr_of(element.tag)
        encoded = value.encode("ascii")
        return Element(element.tag, element.vr if vr == "UN" else vr, encoded + padding(vr) * (len(encoded) % 2))

    def remap(self, element: Element) -> Element:
        """Action U: every value that is not registered in PS3.6 becomes its new UID."""
        values = [value.strip(" \0") for value in element.value.decode("latin-1").split("\\")]
        new = [value if not value or well_known(value) else self.key.uid(value) for value in values]
        if new == values:
            return element
        self.remapped.update(old for old, now in zip(values, new, strict=True) if old != now)
        self.counts.uids_remapped += 1
        return Element(element.tag, "UI", "\\".join(new).encode("ascii"))

    def new_uid(self, uid: str) -> str:
        """What a UID of the instance itself becomes, "" staying ""; text where a UID belongs is never retained."""
        if not uid or (self.plan.keeps("retain-uids") and UID.fullmatch(uid.encode("latin-1", "replace"))):
            return uid
        return self.key.uid(uid)

    def shifted(self, element: Element, dates_are: str) -> Element | None:
        """Action C on a date: shifted by the patient's weeks; one that cannot be read is emptied."""
        vr = element.vr if element.vr in DATES else vr_of(element.tag)
        new = None
        if dates_are == "MODIFIED":
            new = dates.shift(vr, element.value.decode("latin-1"), self.weeks)
        elif dates_are == "UNMODIFIED":
            return self.checked(element)
        if new is None:
            return self.emptied(element)
        if vr != "TM" and new:
            self.counts.dates_shifted += 1
        return Element(element.tag, vr, new.encode("ascii"))

    def cleaned(self, element: Element, encodings: tuple[str, ...], *, thorough: bool) -> Element:
        """Action C on text: without the identifiers that the object names; thoroughly, and what looks like one."""
        before = identifiers.decode(element, encodings)
        if element.vr == "CS":
            new = text.clean(before, text.but("terms", self.identifiers))
        elif element.tag in judged("maker_names"):
            new = text.clean(before, text.but("maker_names", self.identifiers))
        else:
            new = (text.clean_thoroughly if thorough else text.clean)(before, self.identifiers)
        if new == before:
            return element
        self.counts.cleaned += 1
        value = identifiers.encode(new, encodings if element.vr in TEXT_VRS else ("ascii",))
        return Element(element.tag, element.vr, value + padding(element.vr) * (len(value) % 2))

    def checked(self, element: Element) -> Element:
        """Action K, unless the value is text where its VR has none: then nothing of it stays."""
        if element.vr == "UI" and not UID.fullmatch(element.value):
            return self.remap(element)
        return self.emptied(element) if element.vr in NUMERIC and TYPED.search(element.value) else element


def patient_of(instance: Instance) -> str:
    """What stands for the patient: the Patient ID, or, where there is none, the study or the instance."""
    patient = ascii_text(instance.data.get(PATIENT_ID))
    if patient:
        return patient
    study = ascii_text(instance.data.get(STUDY))
    return f"study\0{study}" if study else f"instance\0{instance.sop_instance}"


def is_local_code(item: Item) -> bool:
    """Whether an item is a code of a scheme that is not published (PS3.16 8.2), so that anybody may have typed it."""
    if item.get(CODE_MEANING) is None:
        return False
    return ascii_text(item.get(CODING_SCHEME)) not in words("coding_schemes")
