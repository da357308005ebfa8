"""The action codes Z, D, U, C and K (PS3.15 Table E.1-1a), applied to single values."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cached_property

from dicom_deid.deidentify import dates, numerals, text, uids_in_text
from dicom_deid.deidentify.character_set import decode, encode, otherwise
from dicom_deid.deidentify.equipment import plain
from dicom_deid.deidentify.own_uids import SERIES, SOP_CLASS, SOP_INSTANCE, STUDY
from dicom_deid.deidentify.suspects import Sought
from dicom_deid.deidentify.telling_uids import holds_number, is_dated, numbers_of_patient
from dicom_deid.deidentify.vocabulary import unwritten
from dicom_deid.dicom.encoding import PADDING, TEXT_VRS, ascii_text, first_uid, is_single, padding, vr_of
from dicom_deid.model import Counts, Element, Instance
from dicom_deid.patient import identity
from dicom_deid.policy import Plan
from dicom_deid.profile import CODE_TERMS, DATES, MAKER_NAMES, equipment_labels, judged, keeping, well_known

PATIENT_ID, PATIENT_NAME = 0x00100020, 0x00100010
OWN = frozenset((STUDY, SERIES, SOP_INSTANCE, SOP_CLASS))
"""The UIDs of an object itself: of several the first is its own."""
DEVICE_SERIAL, MAKER, MODEL, STATION = 0x00181000, 0x00080070, 0x00081090, 0x00081010
CODE_MEANING = 0x00080104
NONE: frozenset[str] = frozenset()
# Attributes whose replacement is the patient's pseudonym: PS3.15 E.3.1 wants identity to stay consistent.
PSEUDONYMS = frozenset((PATIENT_NAME, PATIENT_ID, 0x00120040))
NUMERIC = DATES | {"AS", "DS", "IS"}
"""VRs whose values are made of digits and a few other characters."""


def has_several(element: Element) -> bool:
    """Whether there are several UIDs where PS3.6 has one."""
    return b"\\" in element.value and is_single(element.tag)


class Actions(ABC):
    """The actions on the values of one instance, and what was counted of them."""

    def __init__(self, instance: Instance, plan: Plan) -> None:
        self.instance, self.plan, self.key = instance, plan, plan.key
        self.retained = plan.retained(instance.sop_class)
        self.counts = Counts()
        self.remapped: set[str] = set()
        """The original UIDs that were replaced."""
        self.short: set[str] = set()
        """The options that the instance does not get in full."""
        self.sought = Sought(checked=plan.keeps("clean-descriptors"), dated=plan.dates != "UNMODIFIED")
        patient = identity(instance.data, instance.sop_instance, plan.policy.pseudonyms)
        self.patient, self.weeks = plan.key.pseudonym(patient)

    @property
    @abstractmethod
    def identifiers(self) -> frozenset[str]:
        """The identifiers that the instance states and that may occur nowhere else in it."""

    @property
    @abstractmethod
    def repeated(self) -> frozenset[str]:
        """Makes, models and programs that stay though a station or an institution is called so (equipment.py)."""

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

    def rewritten(self, element: Element, value: str) -> Element:
        """The value that a rule of the policy names, in place of whatever there was."""
        self.counts.replaced += 1
        vr = vr_of(element.tag)
        encoded = value.encode("ascii")
        return Element(element.tag, element.vr if vr == "UN" else vr, encoded + padding(vr) * (len(encoded) % 2))

    def remap(self, element: Element) -> Element:
        """Action U: every value that is not registered in PS3.6 becomes its new UID."""
        return self.with_uids(element, self.key.uid)

    def with_uids(self, element: Element, new_uid: Callable[[str], str]) -> Element:
        """The element with new UIDs in place of those that are not registered in PS3.6."""
        values = [value.strip(PADDING) for value in element.value.decode("latin-1").split("\\")]
        new = [value if not value or well_known(value) else new_uid(value) for value in values]
        if new == values:
            return element
        self.remapped.update(old for old, now in zip(values, new, strict=True) if old != now)
        self.counts.uids_remapped += 1
        return Element(element.tag, "UI", "\\".join(new).encode("ascii"))

    def new_uid(self, uid: str) -> str:
        """The new UID for one of the instance itself, "" for ""; text in place of a UID is never retained."""
        if not uid or (self.plan.keeps("retain-uids") and numerals.is_valid(uid.encode("latin-1", "replace"), "UI")):
            return self.kept_uid(uid)
        return self.key.uid(uid)

    def kept_uid(self, uid: str) -> str:
        """A UID that is retained; a new one for one that tells a date or a number of the patient."""
        return self.key.uid(uid) if self.tells(uid) else uid

    def tells(self, uid: str) -> bool:
        """Whether a UID carries a date beside shifted dates, or a number of the patient."""
        return (self.plan.hides_moments and is_dated(uid)) or holds_number(uid, self.numbers)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The numbers of the patient that no retained UID may hold."""
        if not self.plan.keeps("retain-uids"):
            return NONE
        return numbers_of_patient(self.instance.data, self.identifiers, self.retained)

    @cached_property
    def device_weeks(self) -> int:
        """By how many weeks the dates of the device go back: others know them, so not by the patient's weeks."""
        data = self.instance.data
        serial, *names = (ascii_text(data.get(tag)) for tag in (DEVICE_SERIAL, MAKER, MODEL, STATION))
        return self.key.weeks("device\0" + (serial or "\\".join(names)))

    def shifted(self, element: Element, dates_are: str) -> Element | None:
        """Action C on a date: shifted by the patient's weeks; one that cannot be read is emptied."""
        vr = element.vr if element.vr in DATES else vr_of(element.tag)
        new = None
        if dates_are == "MODIFIED":
            weeks = self.device_weeks if element.tag in judged("device_dates") else self.weeks
            new = dates.shift(vr, element.value.decode("latin-1"), weeks)
        elif dates_are == "UNMODIFIED":
            return self.checked(element)
        if new is None:
            return self.emptied(element)
        if vr != "TM" and new:
            self.counts.dates_shifted += 1
        return Element(element.tag, vr, new.encode("ascii"))

    def cleaned(self, element: Element, encodings: tuple[str, ...], clean: text.Clean) -> Element:
        """Action C on text: without the identifiers that the object names, and what ``clean`` takes for one."""
        element = self.with_new_uids(element)
        named, sought = self.identifiers, self.sought
        if element.vr == "CS":
            named, clean = text.but(CODE_TERMS, named), text.clean
        elif element.tag in judged("maker_names"):
            named, clean, sought = text.but(MAKER_NAMES, named), text.clean, sought._replace(maker=True)
        elif element.tag in judged("products"):
            sought = sought._replace(maker=True, dated=False)
        before = decode(element, encodings)
        meant = otherwise(element.value, before)
        label = element.tag in equipment_labels()
        if (label or element.tag == CODE_MEANING) and text.holds(before, named):
            named = unwritten(named, eponyms=not label)
        if meant is not None and clean(meant, named, sought) != meant:
            before = meant
        stays = self.repeated if label else NONE
        if stays:
            values = before.split("\\")
            new = "\\".join(one if plain(one) in stays else clean(one, named, sought) for one in values)
        else:
            new = clean(before, named, sought)
        if new == before:
            return element
        self.counts.cleaned += 1
        value = encode(new, encodings if element.vr in TEXT_VRS else ("ascii",))
        return Element(element.tag, element.vr, value + padding(element.vr) * (len(value) % 2))

    def checked(self, element: Element) -> Element:
        """Action K, unless the value is none of its VR, or a number in it an identifier: then nothing of it stays."""
        if element.vr == "UI":
            if has_several(element):
                self.short |= keeping(element.tag, "UI", self.plan.policy.options)
                if element.tag not in OWN:
                    self.counts.uids_remapped += 1
                    return Element(element.tag, "UI", self.key.uid(ascii_text(element)).encode("ascii"))
                element = Element(element.tag, "UI", first_uid(element).encode("latin-1"))
            if not numerals.is_valid(element.value, "UI"):
                plain = element.value.decode("latin-1").strip(PADDING).encode("latin-1")
                if not numerals.is_valid(plain, "UI"):
                    self.short |= keeping(element.tag, "UI", self.plan.policy.options)
                    return self.remap(element)
                element = Element(element.tag, "UI", plain)
            new = self.with_uids(element, self.kept_uid) if self.plan.hides_moments or self.numbers else element
            if new is not element:
                self.short.add("retain-uids")
            return new
        vr = element.vr if element.vr in NUMERIC else vr_of(element.tag)
        if vr in NUMERIC and not numerals.is_valid(element.value, vr):
            self.short |= keeping(element.tag, vr, self.plan.policy.options)
            return self.emptied(element)
        if element.tag in self.retained or not numerals.is_identifier(element, self.identifiers, self.instance.syntax):
            return self.with_new_uids(element)
        return self.emptied(element)

    def with_new_uids(self, element: Element) -> Element:
        """The element with new UIDs in place of those that stand in its text."""
        if b"." not in element.value or element.vr not in uids_in_text.WRITTEN:
            return element
        new = uids_in_text.renamed(element, lambda: self.uids, self.new_uid)
        self.counts.cleaned += new is not element
        return new

    @cached_property
    def uids(self) -> frozenset[bytes]:
        """The UIDs of the instance."""
        return uids_in_text.of(self.instance.data)
