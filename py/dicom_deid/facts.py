"""Facts of an instance on which its admission depends: its kind, and what its header says of pixels and waveforms."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from pydicom._dicom_dict import DicomDictionary
from pydicom.datadict import tag_for_keyword

from dicom_deid import faces
from dicom_deid.dicom.encoding import ascii_text, number
from dicom_deid.dicom.in_common import Elements, in_common
from dicom_deid.model import TAG, Element, Instance, Item
from dicom_deid.normal_form import normal_form
from dicom_deid.patient import CHARACTER_SET, text
from dicom_deid.policy.file import sop_class
from dicom_deid.profile import table

IMAGE_TYPE, TECHNIQUE = 0x00080008, 0x00089207
FRAME_TAGS = {IMAGE_TYPE: 0x00089007, TECHNIQUE: TECHNIQUE}
"""Image Type and Volume Based Calculation Technique -> the attribute that says the same of single frames."""
FUNCTIONAL_GROUPS = (0x52009229, 0x52009230)
"""Shared, and Per-frame Functional Groups Sequence."""
WAVEFORMS, INTERPRETATION, MODALITY = 0x54000100, 0x54001006, 0x00080060
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
    pixels = instance.pixels
    signs, sound, head = told(instance.data.some(read_tags()), instance.sop_class, pixels is not None)
    # Only what has the element (7FE0,0010) is a picture that a person can look at.
    picture = pixels is not None and pixels.tag == PIXEL_DATA
    return Facts(instance.sop_class, picture, signs, sound, overlay_in_pixels(instance), head)


@cache
def read_tags() -> tuple[int, ...]:
    """The attributes that ``told`` reads, in increasing order."""
    own = CHARACTER_SET, IMAGE_TYPE, MODALITY, WAVEFORMS
    return tuple(sorted({*own, *FUNCTIONAL_GROUPS, *faces.READ, *(sign.tag for sign in known_signs())}))


@in_common
def told(elements: Elements, sop_class: str, pixels: bool) -> tuple[tuple[tuple[str, bool], ...], bool, bool]:
    """The signs that these elements of a data set state, whether it holds sound, and whether it is of a head."""
    data = Item([element for element in elements if element is not None])
    head = pixels and faces.shows_head(data, sop_class)
    return signs_of(data, sop_class, pixels), sounds(data), head


def signs_of(data: Item, sop_class: str, pixels: bool) -> tuple[tuple[str, bool], ...]:
    """The reasons for not writing it that a data set states; where there are no pixels only what says so in words."""
    frames, character_set = list(frame_types(data)), ascii_text(data.get(CHARACTER_SET))
    texts = {
        tag: {text(one, character_set) for one in stated(data, tag, frames) if one.value}
        for tag in {sign.tag for sign in known_signs()}
    }
    typed = is_typed(data)
    return tuple(
        (sign.reason, sign.says_so)
        for sign in known_signs()
        if (pixels or sign.says_so)
        and not (sign.sop_classes and sop_class not in sign.sop_classes)
        and not (sign.untyped and typed)
        and any(holds(sign.words, one) for one in texts[sign.tag])
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


def is_typed(data: Item) -> bool:
    """Whether Image Type says more than that an image is an original or derived, and primary or secondary."""
    values = ascii_text(data.get(IMAGE_TYPE)).upper().split("\\")[2:]
    return any(value.strip() not in ("", "OTHER", "NONE") for value in values)


def sounds(data: Item) -> bool:
    """Whether the waveforms of a data set are coded as sound, or it is of the modality of sound."""
    waveforms = data.get(WAVEFORMS)
    if waveforms is None:
        return False
    found = [item.get(INTERPRETATION) for item in waveforms.items or ()]
    coded, modality = sound_words()
    return any(holds(coded, ascii_text(element)) for element in found) or holds(
        modality, ascii_text(data.get(MODALITY))
    )


@lru_cache(REMEMBERED)
def holds(words: str, value: str) -> bool:
    """Whether one of the values holds one of the words, or several in a row, as a whole."""
    plain = "".join(filter(str.isascii, normal_form("NFKD", value))).upper()
    return re.search(words, re.sub(r"[^A-Z0-9\\]+", " ", plain)) is not None


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
