"""Stage deidentify: the new header of an instance, element by element, at every depth."""

from __future__ import annotations

import re

from dicom_deid.deidentify import dates, identifiers, markers
from dicom_deid.deidentify.dummies import dummy
from dicom_deid.elements import TEXT_VRS, ascii_text, padding, vr_of
from dicom_deid.model import Counts, Element, ElementAction, Instance, Item, Names
from dicom_deid.policy import Plan
from dicom_deid.profile import DATES, well_known, words

PATIENT_ID, PATIENT_NAME = 0x00100020, 0x00100010
STUDY, SERIES, SOP_INSTANCE, MODALITY = 0x0020000D, 0x0020000E, 0x00080018, 0x00080060
CODE_MEANING, CODING_SCHEME = 0x00080104, 0x00080102
# Attributes whose replacement is the patient's pseudonym: PS3.15 E.3.1 wants identity to stay consistent.
PSEUDONYMS = frozenset((PATIENT_NAME, PATIENT_ID, 0x00120040))
UID = re.compile(rb"[0-9.\\ \0]*")
NUMERIC = {"DS": re.compile(rb"[0-9+\-.eE \\\0]*"), "IS": re.compile(rb"[0-9+\- \\\0]*")}
NUMERIC["AS"] = re.compile(rb"(\d{3}[DWMY])?[ \\\0]*")


class Deidentifier:
    """Rewrites the header of one instance under a plan; afterwards holds what it counted and found."""

    def __init__(self, instance: Instance, plan: Plan) -> None:
        self.instance, self.plan, self.key = instance, plan, plan.key
        self.counts = Counts()
        self.log: list[str] = []
        self.remapped: set[str] = set()
        """The original UIDs that were replaced."""
        data = instance.data
        self.patient = plan.key.patient(patient_of(instance))
        self.weeks = plan.key.weeks(patient_of(instance))
        self.retained = plan.retained(instance.sop_class)
        self.identifiers = identifiers.collect(data, self.retained)

    def decide(self, tag: int, vr: str, path: tuple[int, ...]) -> ElementAction:
        """The plan's action for an element of this instance."""
        return self.plan.action(tag, vr or vr_of(tag), path, self.instance.sop_class)

    def names(self, source_id: str, repeat: bool) -> Names:
        """The identity of the output. Its path is made of pseudonyms even where the UIDs are retained."""
        instance, data = self.instance, self.instance.data
        original = [ascii_text(data.get(STUDY)), ascii_text(data.get(SERIES)), instance.sop_instance]
        folders = [self.key.uid(uid) if uid else "" for uid in original]
        new = original if "retain-uids" in self.plan.policy.options else folders
        stem = f"{folders[2]}-{source_id[:8]}" if repeat else folders[2]
        path = f"out/{self.patient}/{folders[0] or 'no-study'}/{folders[1] or 'no-series'}/{stem}.dcm"
        modality = data.get(MODALITY)
        shown = ascii_text(modality) if modality and re.fullmatch(rb"[A-Z0-9_]{1,16} ?\0?", modality.value) else ""
        sop_class = instance.sop_class if well_known(instance.sop_class) else ""
        return Names(self.patient, new[0], new[1], new[2], sop_class, shown, instance.transfer_syntax, path)

    def header(self) -> Item:
        """The new data set up to the pixel data, with its markers."""
        encodings = identifiers.encodings_of(self.instance.data, ("iso8859",))
        data = self.item(self.instance.data, (), encodings)
        if self.instance.tail:
            self.counts.removed += 1
        if data.get(SOP_INSTANCE) is None:
            markers.put(data, Element(SOP_INSTANCE, "UI", self.uid_bytes(self.instance.sop_instance)))
        markers.mark(data, self.plan)
        return data

    def item(self, item: Item, path: tuple[int, ...], encodings: tuple[str, ...]) -> Item:
        """The new elements of a data set or an item."""
        new = Item(undefined=item.undefined)
        local = is_local_code(item)
        for element in item:
            action = self.decide(element.tag, element.vr, path)
            if local and element.tag == CODE_MEANING:
                action = ElementAction("D", "local code")
            kept = self.element(element, action, path, encodings)
            if kept is not None:
                new.append(kept)
            if self.plan.policy.verbose and action.code != "K":
                steps = "".join(f"({step >> 16:04X},{step & 0xFFFF:04X})/" for step in path)
                self.log.append(
                    f"{steps}({element.tag >> 16:04X},{element.tag & 0xFFFF:04X}) {action.code} {action.rule}"
                )
        return new

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
                return self.replaced(element, path, encodings)
            case "U" if element.items is None:
                return self.remap(element)
        if element.items is not None:
            return self.recurse(element, path, encodings)
        if action.code == "C":
            return self.shifted(element) if vr_of(element.tag) in DATES else self.cleaned(element, encodings)
        return self.checked(element, encodings)

    def recurse(self, element: Element, path: tuple[int, ...], encodings: tuple[str, ...]) -> Element:
        """A sequence with each of its items de-identified."""
        within = (*path, element.tag)
        items = [self.item(item, within, identifiers.encodings_of(item, encodings)) for item in element.items or ()]
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
        text = f"{self.patient}^" if vr == "PN" else self.patient  # PS3.5 6.2.1: a family name ends with a caret
        return Element(element.tag, vr, text.encode("ascii") + b" " * (len(text) % 2))

    def replaced(self, element: Element, path: tuple[int, ...], encodings: tuple[str, ...]) -> Element:
        """Action D: a dummy value; of a sequence one item stays, with dummies for all that could name somebody."""
        if element.tag in PSEUDONYMS:
            return self.pseudonym(element)
        if element.items is None:
            if not element.value:
                return element
            self.counts.replaced += 1
            return Element(element.tag, element.vr, dummy(element.tag, vr_of(element.tag)))
        if not element.items:
            return element
        self.counts.replaced += 1
        first = self.recurse(Element(element.tag, "SQ", b"", element.items[:1]), path, encodings)
        return Element(element.tag, "SQ", b"", [dummy_item(item) for item in first.items or ()])

    def remap(self, element: Element) -> Element:
        """Action U: every value that is not registered in PS3.6 becomes its new UID."""
        values = [value.strip(" \0") for value in element.value.decode("latin-1").split("\\")]
        new = [value if not value or well_known(value) else self.key.uid(value) for value in values]
        if new == values:
            return element
        self.remapped.update(old for old, now in zip(values, new, strict=True) if old != now)
        self.counts.uids_remapped += 1
        return Element(element.tag, "UI", "\\".join(new).encode("ascii"))

    def uid_bytes(self, uid: str) -> bytes:
        """The value of a UID that the data set lacked."""
        return (uid if "retain-uids" in self.plan.policy.options else self.key.uid(uid)).encode("latin-1")

    def shifted(self, element: Element) -> Element | None:
        """Action C on a date: shifted by the patient's weeks; one that cannot be read is emptied."""
        vr = vr_of(element.tag)
        text = dates.shift(vr, element.value.decode("latin-1"), self.weeks)
        if text is None:
            return self.emptied(element)
        if vr != "TM" and text:
            self.counts.dates_shifted += 1
        return Element(element.tag, vr, text.encode("ascii"))

    def cleaned(self, element: Element, encodings: tuple[str, ...]) -> Element:
        """Action C on text: without the identifiers that the object itself names."""
        sought = self.identifiers if element.vr != "CS" else identifiers.but_terms(self.identifiers)
        text = identifiers.decode(element, encodings)
        new = identifiers.clean(text, sought)
        if new == text:
            return element
        self.counts.cleaned += 1
        try:
            value = new.encode("ascii" if element.vr not in TEXT_VRS else encodings[0])
        except (UnicodeError, LookupError):
            value = b""
        return Element(element.tag, element.vr, value + padding(element.vr) * (len(value) % 2))

    def checked(self, element: Element, encodings: tuple[str, ...]) -> Element:
        """Action K, unless the value is text where its VR has none: then it is treated as text."""
        if element.vr == "UI" and not UID.fullmatch(element.value):
            return self.remap(element)
        allowed = NUMERIC.get(element.vr)
        if allowed is None or allowed.fullmatch(element.value):
            return element
        return self.cleaned(element, encodings)


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


def dummy_item(item: Item) -> Item:
    """An item in which text, persons, dates and binary values are dummies; numbers and code strings stay."""
    new = Item(undefined=item.undefined)
    for element in item:
        if element.items is not None:
            nested = [dummy_item(inner) for inner in element.items]
            new.append(Element(element.tag, "SQ", b"", nested, element.undefined))
        elif element.vr in TEXT_VRS or element.vr in ("AE", "DA", "DT", "TM", "UR"):
            new.append(Element(element.tag, element.vr, dummy(element.tag, element.vr) if element.value else b""))
        elif element.vr in ("FL", "FD", "OB", "OD", "OF", "OL", "OV", "OW", "UN"):
            new.append(Element(element.tag, element.vr, bytes(len(element.value))))
        else:
            new.append(element)
    return new
