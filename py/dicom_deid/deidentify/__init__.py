"""Stage deidentify: the new header of an instance, element by element, at every depth."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from dicom_deid.deidentify import codes, content, identifiers, markers, private, text
from dicom_deid.deidentify.actions import PSEUDONYMS, Actions
from dicom_deid.deidentify.character_set import encodings_of
from dicom_deid.deidentify.dummies import dummy, dummy_item
from dicom_deid.deidentify.equipment import repeated
from dicom_deid.deidentify.identifiers import IdentifierCache
from dicom_deid.deidentify.own_uids import complete, own_uids
from dicom_deid.deidentify.python_rules import Inquiry
from dicom_deid.deidentify.shortfall import narrowed
from dicom_deid.dicom.encoding import ascii_text, vr_of
from dicom_deid.dicom.read_cache import ReadCache
from dicom_deid.model import Element, ElementAction, Instance, Item, Names
from dicom_deid.policy import Plan
from dicom_deid.policy.claims import with_pixels
from dicom_deid.profile import DATES, LABEL, keeping, well_known

MODALITY = 0x00080060
NOTHING_SPECIAL: Mapping[int, ElementAction] = {}
NONE, REFERENCES = frozenset[str](), frozenset(("retain-uids",))
"""No option, and that which retains sequences for the UIDs in them alone."""
KEPT_CREATOR, NO_CREATOR = ElementAction("K", "safe private"), ElementAction("X", "private")
CLEANERS: Mapping[str, text.Clean] = {LABEL: text.clean, codes.PUBLISHED: text.clean_code}
"""How the text of some rules is cleaned; that of any other thoroughly."""


class Deidentifier(Actions):
    """Rewrites the header of one instance under a plan; afterwards holds what it counted and found."""

    def __init__(self, instance: Instance, plan: Plan) -> None:
        super().__init__(instance, plan)
        self.log: list[str] = []
        data = instance.data
        self.encodings = encodings_of(data, ("iso8859",))
        self.own = own_uids(instance)
        self.inquiry = Inquiry(plan, instance, self.encodings)
        self.claims = plan.claims
        """The claims of the markers; those of this instance once it is de-identified."""
        self.pixels_reviewed = False
        """Whether a person has approved that nothing in its pixels identifies; then Clean Pixel Data is claimed."""
        self.declared = private.declared(data, instance.syntax) if plan.keeps("retain-safe-private") else None
        """The declarations of the object on its private elements; None without the Retain Safe Private Option."""
        self.defined = private.defined(data, instance.syntax) if self.declared else None
        """The VRs that the object gives its private elements."""
        self.private = self.declared is not None or plan.rules.private or self.inquiry.rules
        """Whether private elements may stay."""

    @cached_property
    def identifiers(self) -> frozenset[str]:
        """The identifiers that the instance states and that may occur nowhere else in it."""
        known, instance = self.identifier_cache(), self.instance
        return identifiers.collect(instance.data, self.retained, self.fate, known, instance.meta)

    @cached_property
    def repeated(self) -> frozenset[str]:
        """Makes, models and programs that stay though a station or an institution is called so."""
        return repeated(self.instance.data, self.encodings, self.retained, self.fate)

    def identifier_cache(self) -> IdentifierCache | None:
        """Cache of the identifiers of elements that instances share; None: there is none."""
        return None

    def decide(self, tag: int, vr: str, path: tuple[int, ...]) -> ElementAction:
        """The plan's action for an element of this instance."""
        return self.plan.action(tag, vr or vr_of(tag), path, self.instance.sop_class)

    def fate(self, element: Element, path: tuple[int, ...], encodings: tuple[str, ...]) -> str:
        """The action code for an element: the plan's, unless a rule in Python says otherwise."""
        said = None if element.tag >> 16 & 1 else self.inquiry.about(element, path, encodings)
        return said.code if said is not None else self.decide(element.tag, element.vr, path).code

    def names(self, source_id: str, repeat: bool) -> Names:
        """The identity of the output. Its path is made of pseudonyms even where the UIDs are retained."""
        instance, data = self.instance, self.instance.data
        folders = [self.key.uid(uid) if uid else "" for uid in self.own]
        new = [self.new_uid(uid) for uid in self.own]
        stem = f"{folders[2]}-{source_id[:8]}" if repeat else folders[2]
        path = f"out/{self.patient}/{folders[0] or 'no-study'}/{folders[1] or 'no-series'}/{stem}.dcm"
        shown = text.shown_code(ascii_text(data.get(MODALITY)), self.identifiers)
        sop_class = instance.sop_class if well_known(instance.sop_class) else ""
        return Names(self.patient, new[0], new[1], new[2], sop_class, shown, instance.transfer_syntax, path)

    def header(self) -> Item:
        """The new data set up to the pixel data, with its markers."""
        data = self.item(self.instance.data, (), self.encodings)
        if self.instance.tail:
            self.counts.removed += 1
        complete(data, [self.new_uid(uid) for uid in self.own], self.instance.sop_class)
        claims, instance = self.inquiry.claims, self.instance
        self.claims = narrowed(claims, self.short, instance.data, self.plan, instance.sop_class, self.tells)
        if self.pixels_reviewed:
            self.claims = with_pixels(self.claims)
        markers.mark(data, self.claims, self.plan.method)
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
        if codes.is_code(item, path) and not self.keeps_code(path):
            special = {**special, **codes.actions(item, self.identifiers)}
        for element in item:
            self.take(element, new, path, encodings, special)
        if self.private:
            self.keep_private(item, new, path, encodings)
        return new

    def keeps_code(self, path: tuple[int, ...]) -> bool:
        """Whether an option retains the code sequence at a path, such as that of an institution, whoever typed it."""
        kept = keeping(path[-1], "SQ", self.plan.policy.options) if path else NONE
        return not kept <= REFERENCES and self.decide(path[-1], "SQ", path[:-1]).code == "K"

    def take(
        self,
        element: Element,
        new: Item,
        path: tuple[int, ...],
        encodings: tuple[str, ...],
        special: Mapping[int, ElementAction] = NOTHING_SPECIAL,
    ) -> None:
        """Adds the new element in place of one to ``new``; private ones that may stay are left to ``keep_private``."""
        if self.private and element.tag >> 16 & 1:
            return
        action = self.decide(element.tag, element.vr, path)
        if action.short and (element.value or element.items or element.bulk):
            self.short |= action.short
        if special and not action.local:
            action = special.get(element.tag) or action
        if self.inquiry.rules and (said := self.inquiry.about(element, path, encodings)) is not None:
            self.inquiry.followed(element, said, action)
            action = said
        kept = self.element(element if action.code == "K" else element.whole(), action, path, encodings)
        if kept is not None:
            new.append(kept)
        self.note(element, action, path)

    def keep_private(self, item: Item, new: Item, path: tuple[int, ...], encodings: tuple[str, ...]) -> None:
        """Puts the safe private elements of an item, and their creators, into the new one."""
        creators, read, blocks = private.creators(item), self.plan.caches.of(ReadCache), set[int]()
        for element in item:
            if not element.tag >> 16 & 1 or private.is_creator(element.tag):
                continue
            block = private.block_of(element.tag)
            creator = creators.get(block, "")
            ruled = self.plan.rules.private_action(element.tag, creator)
            vr, action = private.decide(
                element, creator, self.declared, ruled, tcia=self.plan.policy.tcia, vrs=self.defined
            )
            items = private.items_of(element, read) if vr == "SQ" and element.items is None else element.items
            named = Element(element.tag, vr, element.value, items, element.undefined)
            said = self.inquiry.about(named, path, encodings, creator) if creator else None
            if said is not None:
                action = private.by_rule(said, vr, items is not None)
            if vr == "SQ" and items is None:
                action = NO_CREATOR
            elif action.code == "U" and not action.local and "retain-uids" in self.plan.policy.options:
                action = action._replace(code="K")
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
        """The new element in place of one; None when it is removed."""
        match action.code:
            case "X":
                self.counts.removed += 1
                return None
            case "Z":
                return self.emptied(element)
            case "D":
                if action.value is not None:
                    return self.rewritten(element, action.value)
                return self.replaced(element, action, path, encodings)
            case "U" if element.items is None:
                return self.remap(element)
        if element.items is not None:
            if action.code == "C" and element.tag in content.SEQUENCES:
                return self.structured(element, path, encodings)
            return self.recurse(element, path, encodings)
        if action.code == "C":
            if element.vr in DATES or vr_of(element.tag) in DATES:
                return self.shifted(element, "MODIFIED" if action.local else self.plan.dates)
            return self.cleaned(element, encodings, CLEANERS.get(action.rule, text.clean_thoroughly))
        return self.checked(element)

    def recurse(self, element: Element, path: tuple[int, ...], encodings: tuple[str, ...]) -> Element:
        """A sequence with each of its items de-identified."""
        within = (*path, element.tag)
        items = [self.item(item, within, encodings_of(item, encodings)) for item in element.items or ()]
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
            items.append(self.item(item, within, encodings_of(item, encodings), special))
        return Element(element.tag, "SQ", b"", items, element.undefined)

    def replaced(
        self, element: Element, action: ElementAction, path: tuple[int, ...], encodings: tuple[str, ...]
    ) -> Element:
        """Action D: a dummy value; of a sequence one item stays, with dummies for all that could name somebody.

        What an option retains of its dates is retained there, too, but where a rule of the policy asks for D.
        """
        if element.tag in PSEUDONYMS:
            return self.pseudonym(element)
        if element.items is None:
            if not element.value:
                return element
            vr = element.vr if element.tag >> 16 & 1 else vr_of(element.tag)
            if vr == "UI":
                return self.remap(element)  # valid, and what refers to it does so still
            self.counts.replaced += 1
            return Element(element.tag, element.vr, dummy(element.tag, vr))
        if not element.items:
            return element
        self.counts.replaced += 1
        first = self.recurse(Element(element.tag, "SQ", b"", element.items[:1]), path, encodings)
        dated = self.plan.dates != "REMOVED" and not action.local
        return Element(element.tag, "SQ", b"", [dummy_item(item, dated=dated) for item in first.items or ()])
