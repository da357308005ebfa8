"""Stage plan, for one instance: whether the policy writes an object of its kind, or withholds it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from pydicom._dicom_dict import DicomDictionary
from pydicom.datadict import tag_for_keyword

from dicom_deid.dicom.bounded import CONTEXTS
from dicom_deid.dicom.encoding import ascii_text, number
from dicom_deid.errors import Withheld
from dicom_deid.faces import shows_head
from dicom_deid.model import TAG, Element, Instance, Item
from dicom_deid.normal_form import normal_form
from dicom_deid.patient import CHARACTER_SET, text
from dicom_deid.policy import PIXEL_OPTION, Policy
from dicom_deid.policy.file import sop_class
from dicom_deid.profile import sop_class_state, table

IMAGE_TYPE, TECHNIQUE = 0x00080008, 0x00089207
FRAME_TAGS = {IMAGE_TYPE: 0x00089007, TECHNIQUE: TECHNIQUE}
"""Image Type and Volume Based Calculation Technique -> the attribute that says the same of single frames."""
FUNCTIONAL_GROUPS = (0x52009229, 0x52009230)
"""Shared, and Per-frame Functional Groups Sequence."""
WAVEFORMS, INTERPRETATION, MODALITY = 0x54000100, 0x54001006, 0x00080060
SOUND = "SOUND_RECORDED"
CLEANABLE = frozenset(("SOP_CLASS_WITHHELD", "BURNED_IN", "PIXELS_SHOW_TEXT", "PIXELS_SHOW_PERSON"))
"""Reasons that speak of what pixels show: an approved review of them answers it (PS3.15 E.3.1)."""
PIXEL_DATA = 0x7FE00010
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


class Facts(NamedTuple):
    """Facts of an instance on which admission depends: of instances with equal ones it decides the same."""

    sop_class: str
    picture: bool
    """Whether it has pixels that a person can look at."""
    signs: tuple[tuple[str, bool], ...] = ()
    """The reasons that it states itself; with each, whether it does in so many words (Sign.says_so)."""
    sound: bool = False
    overlay: bool = False
    """Whether an overlay plane lies in unused bits of the pixel data."""
    head: bool = False
    """Whether it is of a volume of the head."""


def facts_of(instance: Instance) -> Facts:
    """The facts of an instance. worker/scan/facts.js reads the same from the first bytes of a file."""
    return Facts(
        instance.sop_class,
        has_picture(instance),
        signs_of(instance),
        sounds(instance),
        overlay_in_pixels(instance),
        shows_head(instance),
    )


def admit(policy: Policy, facts: Facts) -> str:
    """Raises Withheld for an instance of a kind that the policy does not write.

    With Clean Pixel Data, the reason for which it would be withheld but for that option, "" where there is none.
    """
    doubt = ""
    for reason in objections(policy, facts):
        if not (facts.picture and reason in CLEANABLE and PIXEL_OPTION in policy.options):
            raise Withheld(reason)
        doubt = doubt or reason
    return doubt


def objections(policy: Policy, facts: Facts) -> Iterator[str]:
    """The reasons why the policy does not write an instance. worker/shared/forecast.js has the same rule."""
    state = sop_class_state(facts.sop_class)
    allowed = facts.sop_class in policy.allow_sop_classes
    if not allowed:
        if not facts.sop_class or state == "other":
            yield "UNKNOWN_SOP_CLASS"
        elif state == "private":
            yield "PRIVATE_SOP_CLASS"
        elif state == "withheld":
            yield "SOP_CLASS_WITHHELD"
    if policy.withhold_faces and facts.head:
        yield "FACE_WITHHELD"
    if facts.overlay:
        yield "OVERLAY_IN_PIXELS"
    if not policy.pass_burned_in:
        yield from (reason for reason, says_so in facts.signs if says_so or not allowed)
        if facts.sound and not allowed:
            yield SOUND


def has_picture(instance: Instance) -> bool:
    """Whether an instance has pixels that a person can look at."""
    return instance.pixels is not None and instance.pixels.tag == PIXEL_DATA


def signs_of(instance: Instance) -> tuple[tuple[str, bool], ...]:
    """The reasons for not writing it that an instance states itself (Facts.signs)."""
    data, frames = instance.data, list(frame_types(instance.data))
    said = [(tag, one.vr, one.value) for tag in sign_tags() for one in stated(data, tag, frames) if one.value]
    of_instance = instance.sop_class, instance.pixels is not None, is_typed(instance)
    return signs_said(tuple(said), ascii_text(data.get(CHARACTER_SET)), *of_instance)


@lru_cache(CONTEXTS)
def signs_said(
    said: tuple[tuple[int, str, bytes], ...], character_set: str, sop_class: str, pixels: bool, typed: bool
) -> tuple[tuple[str, bool], ...]:
    """The signs in values, each with its tag and VR; where there are no pixels only what says so in so many words."""
    texts: dict[int, set[str]] = {}
    for tag, vr, value in said:
        texts.setdefault(tag, set()).add(text(Element(tag, vr, value), character_set))
    return tuple(
        (sign.reason, sign.says_so)
        for sign in known_signs()
        if (pixels or sign.says_so)
        and not (sign.sop_classes and sop_class not in sign.sop_classes)
        and not (sign.untyped and typed)
        and any(holds(sign.words, one) for one in texts.get(sign.tag, ()))
    )


def stated(data: Item, tag: int, frames: list[Item]) -> Iterator[Element]:
    """The elements of an attribute, and those that say the same of single frames."""
    of_frame = FRAME_TAGS.get(tag, 0)
    for item, wanted in ((data, tag), *((frame, of_frame) for frame in frames if of_frame)):
        element = item.get(wanted)
        if element is not None:
            yield element


def frame_types(data: Item) -> Iterator[Item]:
    """The items of the functional groups that say of which type frames are (PS3.3 C.7.6.16), equal ones once."""
    known = set[tuple[bytes, ...]]()
    for group in (group for tag in FUNCTIONAL_GROUPS for group in items_of(data, tag)):
        kinds = (element for element in group if element.tag in frame_type_sequences())
        for item in (item for element in kinds for item in element.items or ()):
            values = tuple(ascii_bytes(item, tag) for tag in FRAME_TAGS.values())
            if any(values) and values not in known:
                known.add(values)
                yield item


def items_of(item: Item, tag: int) -> list[Item]:
    """The items of a sequence; none where there is no such."""
    element = item.get(tag)
    return (element.items if element is not None else None) or []


def ascii_bytes(item: Item, tag: int) -> bytes:
    """The value of an element; none where there is no such."""
    element = item.get(tag)
    return element.value if element is not None else b""


@cache
def frame_type_sequences() -> frozenset[int]:
    """The sequences of PS3.6 in which the type of a frame stands."""
    names = ("FrameTypeSequence", "ImageDescriptionSequence")
    return frozenset(tag for tag, entry in DicomDictionary.items() if entry[4].endswith(names))


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
    plain = "".join(filter(str.isascii, normal_form("NFKD", value))).upper()
    return re.search(words, re.sub(r"[^A-Z0-9\\]+", " ", plain)) is not None


@cache
def sign_tags() -> tuple[int, ...]:
    """The attributes of the signs."""
    return tuple(dict.fromkeys(sign.tag for sign in known_signs()))


@cache
def known_signs() -> tuple[Sign, ...]:
    """The signs of tables/kinds.json."""
    return tuple(listed(table("kinds.json")["signs"]))


def listed(rows: Iterable[dict[str, list[str]]]) -> Iterator[Sign]:
    """The signs of the rows of a table."""
    for row in rows:
        kinds = frozenset(map(sop_class, row.get("sop_classes", ())))
        tag = tag_for_keyword(str(row["keyword"])) or 0
        words = any_of(row["values"], row.get("innocent", []))
        yield Sign(tag, str(row["reason"]), words, bool(row.get("says_so")), kinds, bool(row.get("untyped")))


@cache
def sound_words() -> tuple[str, str]:
    """Expressions for the sample interpretations and for the modality of sound."""
    coded, modality = table("kinds.json")["sounds"]
    return any_of(coded["values"]), any_of(modality["values"])


def any_of(words: list[str], innocent: list[str] | None = None) -> str:
    """An expression for any of some words, also with a number (SCREEN2), unless an ``innocent`` phrase holds it."""
    wrong = f"(?!(?:{'|'.join(map(re.escape, innocent))})(?![A-Z0-9]))" if innocent else ""
    before = (phrase.rpartition(" ") for phrase in innocent or ())
    wrong += "".join(f"(?<!{re.escape(others)} )" for others, _, word in before if word in words)
    return rf"(?<![A-Z0-9]){wrong}(?:{'|'.join(map(re.escape, words))})\d{{0,4}}(?![A-Z0-9])"


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
