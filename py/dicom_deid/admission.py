"""Stage plan, for one instance: whether the policy writes an object of its kind, or withholds it."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from pydicom.datadict import tag_for_keyword

from dicom_deid.dicom.encoding import ascii_text, number
from dicom_deid.errors import Withheld
from dicom_deid.model import TAG, Instance
from dicom_deid.patient import CHARACTER_SET, text
from dicom_deid.policy import Plan
from dicom_deid.policy.file import sop_class
from dicom_deid.profile import sop_class_state, table

IMAGE_TYPE = 0x00080008
WAVEFORMS, INTERPRETATION, MODALITY = 0x54000100, 0x54001006, 0x00080060
SOUND = "SOUND_RECORDED"
REMEMBERED = 1024


class Sign(NamedTuple):
    """One attribute by which an object says that its pixels show text or a face."""

    tag: int
    reason: str
    words: str
    """An expression for the values that say so."""
    says_so: bool
    """Whether that is the meaning of the attribute, so that allowing the SOP Class does not answer it."""
    sop_classes: frozenset[str]
    """The SOP Classes of which it counts; none: of all."""
    untyped: bool
    """Whether it counts only where Image Type does not say which image it is."""


def admit(plan: Plan, instance: Instance) -> None:
    """Raises Withheld for an instance of a kind that the policy does not write."""
    policy, state = plan.policy, sop_class_state(instance.sop_class)
    allowed = instance.sop_class in policy.allow_sop_classes
    if not allowed:
        if not instance.sop_class or state == "other":
            raise Withheld("UNKNOWN_SOP_CLASS")
        if state == "private":
            raise Withheld("PRIVATE_SOP_CLASS")
        if state == "withheld":
            raise Withheld("SOP_CLASS_WITHHELD")
    if overlay_in_pixels(instance):
        raise Withheld("OVERLAY_IN_PIXELS")
    if policy.pass_burned_in:
        return
    for sign in signs():
        if (not allowed or sign.says_so) and told(instance, sign):
            raise Withheld(sign.reason)
    if not allowed and sounds(instance):
        raise Withheld(SOUND)


def told(instance: Instance, sign: Sign) -> bool:
    """Whether an instance has a sign; where there are no pixels only one that says so in so many words counts."""
    element = instance.data.get(sign.tag)
    if element is None or not element.value or not (instance.pixels or sign.says_so):
        return False
    if sign.sop_classes and instance.sop_class not in sign.sop_classes:
        return False
    if sign.untyped and is_typed(instance):
        return False
    return holds(sign.words, text(element, ascii_text(instance.data.get(CHARACTER_SET))))


def is_typed(instance: Instance) -> bool:
    """Whether Image Type says more than that an image is an original or derived, and primary or secondary."""
    values = ascii_text(instance.data.get(IMAGE_TYPE)).upper().split("\\")[2:]
    return any(value.strip() not in ("", "OTHER", "NONE") for value in values)


def sounds(instance: Instance) -> bool:
    """Whether the waveforms of an instance are coded as sound, or it is of the modality of sound."""
    waveforms = instance.data.get(WAVEFORMS)
    if waveforms is None:
        return False
    found = [item.get(INTERPRETATION) for item in waveforms.items or ()]
    coded, modality = sound_words()
    return any(holds(coded, ascii_text(element)) for element in found) or holds(
        modality, ascii_text(instance.data.get(MODALITY))
    )


@lru_cache(REMEMBERED)
def holds(words: str, value: str) -> bool:
    """Whether one of the values holds one of the words, or several in a row, as a whole."""
    plain = "".join(filter(str.isascii, unicodedata.normalize("NFKD", value))).upper()
    return re.search(words, re.sub(r"[^A-Z0-9\\]+", " ", plain)) is not None


@cache
def signs() -> tuple[Sign, ...]:
    """The signs of tables/kinds.json."""
    return tuple(listed(table("kinds.json")["signs"]))


def listed(rows: Iterable[dict[str, list[str]]]) -> Iterator[Sign]:
    """The signs of the rows of a table."""
    for row in rows:
        kinds = frozenset(map(sop_class, row.get("sop_classes", ())))
        tag = tag_for_keyword(str(row["keyword"])) or 0
        yield Sign(
            tag, str(row["reason"]), any_of(row["values"]), bool(row.get("says_so")), kinds, bool(row.get("untyped"))
        )


@cache
def sound_words() -> tuple[str, str]:
    """Expressions for the sample interpretations and for the modality of sound."""
    coded, modality = table("kinds.json")["sounds"]
    return any_of(coded["values"]), any_of(modality["values"])


def any_of(words: list[str]) -> str:
    """An expression for any of some words."""
    return rf"(?<![A-Z0-9])(?:{'|'.join(map(re.escape, words))})(?![A-Z0-9])"


def overlay_in_pixels(instance: Instance) -> bool:
    """Whether an overlay plane lies in unused bits of the pixel data (retired, PS3.3-2004 C.9.2), which are copied."""
    data = instance.data
    overlays = {element.tag: element for element in data[bisect_left(data, 0x60000000, key=TAG) :]}
    return any(
        tag & 0xFF01FFFF == 0x60000102
        and tag & 0xFFFF0000 | 0x3000 not in overlays
        and number(element, instance.syntax)
        for tag, element in overlays.items()
    )
