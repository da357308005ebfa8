"""The rules of a policy: which data elements each one reaches, and what it says of them.

The last rule that reaches an element decides. A rule goes before the profile, but the markers, the file meta
information and what describes the pixel data are out of its reach, and private elements are named by their creator.
How a rule is read is targets.py's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import NamedTuple

from pydicom.datadict import tag_for_keyword

from dicom_deid.dicom.encoding import PIXEL_TAGS, TEXT_VRS, vr_of
from dicom_deid.model import ElementAction
from dicom_deid.profile import DATES, MARKERS

ACTIONS = ("D", "Z", "X", "K", "C", "U")
"""The action codes of PS3.15 Table E.1-1a that a rule may name; tables/sentences.json says what they do."""
PROTECTING = frozenset("XZDU")
"""Those after which nothing of the original value is left."""
IDENTITY = tuple(map(tag_for_keyword, ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")))
DESCRIBING = frozenset(
    tag_for_keyword(keyword)
    for keyword in (
        "SpecificCharacterSet", "SOPClassUID", "SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration",
        "NumberOfFrames", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation",
    )
)  # fmt: skip
"""Attributes without which the rest cannot be read: always kept."""
CLEANABLE = TEXT_VRS | DATES | {"AE", "CS", "SQ", "UR"}
"""VRs that action C knows how to clean; a rule that says C reaches no other."""
ANY, ONE = 0, 0xFFFFFFFF
"""The masks of a rule for every tag, and for one."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One ``[[attribute]]`` of a policy, as it was written. An empty text is a field that is not there."""

    match: str = ""
    vr: str = ""
    pattern: str = ""
    creator: str = ""
    element: str = ""
    action: str = ""
    value: str | None = None
    reason: str = ""

    def stated(self) -> dict[str, str]:
        """The fields that are there."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: text for name, text in found.items() if text or (name == "value" and text is not None)}

    @property
    def where(self) -> str:
        """Which elements, in words."""
        if self.creator:
            return f"{self.creator} {self.element}".strip()
        return f"VR {self.vr}" if self.vr else self.match or self.pattern

    @property
    def code(self) -> str:
        """The action code; a value that is named is a dummy value."""
        return "D" if self.value is not None else self.action


class Target(NamedTuple):
    """The elements that a rule reaches: ``tag & mask == bits``, of a VR, at a path of sequences."""

    mask: int = ONE
    bits: int = 0
    vr: str = ""
    steps: tuple[int, ...] = ()
    """The sequences around it, the innermost last."""
    top: bool = False
    """Whether the first of ``steps``, or the element itself, lies in the data set and in no item."""
    creator: str = ""

    def reaches(self, tag: int, vr: str, path: tuple[int, ...]) -> bool:
        """Whether a standard element at a path is meant; ``fixed`` ones are not asked for."""
        if self.creator or tag & self.mask != self.bits or (self.vr and self.vr != named_vr(tag, vr)):
            return False
        count = len(self.steps)
        return (path[-count:] if count else ()) == self.steps and not (self.top and len(path) != count)

    def reaches_private(self, tag: int, creator: str) -> bool:
        """Whether a private element is meant; the number of its block does not count."""
        return bool(self.creator) and self.creator == creator and tag & self.mask == self.bits


@lru_cache(4096)
def named_vr(tag: int, vr: str) -> str:
    """The VR by which rules know an element: that of PS3.6, or the stored one where PS3.6 leaves a choice."""
    known = vr_of(tag)
    return vr if known in ("UN", "US", "OW") else known


def fixed(tag: int) -> bool:
    """Whether no rule reaches an attribute: markers, identity, what describes the pixel data, what has no place."""
    out_of_place = tag < 0x00080000 or tag >> 16 >= 0xFFFA or tag & 0xFFFF == 0
    return out_of_place or tag in MARKERS or tag in DESCRIBING or tag in IDENTITY or tag in PIXEL_TAGS


class Rules:
    """The rules of a policy, compiled; they are given in the order of the policy."""

    def __init__(self, rules: list[tuple[Target, ElementAction]]) -> None:
        self._all = rules
        self._private = [pair for pair in rules[::-1] if pair[0].creator]
        self._broad = [number for number, (to, _) in enumerate(rules) if not to.creator and to.mask != ONE]
        self._by_tag: dict[int, list[int]] = {}
        """Places of the rules for one attribute: there may be thousands of them."""
        for number, (to, _) in enumerate(rules):
            if not to.creator and to.mask == ONE:
                self._by_tag.setdefault(to.bits, []).append(number)
        self.private = bool(self._private)
        """Whether a rule names private elements."""

    def action(self, tag: int, vr: str, path: tuple[int, ...]) -> ElementAction | None:
        """The action of the last rule that reaches a standard element; None when there is none."""
        if tag >> 16 & 1 or len(self._private) == len(self._all) or fixed(tag):
            return None
        cleanable = named_vr(tag, vr) in CLEANABLE
        for number in sorted([*self._by_tag.get(tag, []), *self._broad], reverse=True):
            found, action = self._all[number]
            if found.reaches(tag, vr, path) and (cleanable or action.code != "C"):
                return action
        return None

    def private_action(self, tag: int, creator: str) -> ElementAction | None:
        """The action of the last rule that reaches a private element; None when there is none."""
        return next((action for found, action in self._private if found.reaches_private(tag, creator)), None)

    def keeping(self, tags: frozenset[int]) -> frozenset[int]:
        """Those of some attributes that a rule keeps, wherever it does."""
        keeping = [to for to, action in self._all if action.code == "K" and not to.creator]
        return frozenset(
            tag
            for tag in tags
            if any(tag & to.mask == to.bits and (not to.vr or to.vr == vr_of(tag)) for to in keeping)
        )

    def targets(self) -> Iterator[tuple[Target, ElementAction]]:
        """All rules."""
        yield from self._all
