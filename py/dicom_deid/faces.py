"""Whether an instance belongs to a volume of the head: a face can be rebuilt from such volumes.

What a header says is all that is asked: kind of object, body part, words of the protocol, and whether it is a slice of
a volume at all. Nothing removes a face here, and 113102 is never claimed; such instances are flagged, or withheld where
the policy says so.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from dicom_deid.dicom.encoding import ascii_text
from dicom_deid.model import Item
from dicom_deid.normal_form import normal_form
from dicom_deid.patient import CHARACTER_SET, decoded
from dicom_deid.profile import table

IMAGE_TYPE, THICKNESS, REGIONS, MEANING = 0x00080008, 0x00180050, 0x00082218, 0x00080104
WORDED = (0x00180015, 0x00181030, 0x0008103E, 0x00081030, 0x00321060)
"""Body Part Examined, Protocol Name, Series and Study Description, Requested Procedure Description."""
READ = (CHARACTER_SET, IMAGE_TYPE, REGIONS, THICKNESS, *WORDED)
"""All attributes that tell it."""
REMEMBERED = 1024


def shows_head(data: Item, sop_class: str) -> bool:
    """Whether a data set of this SOP Class that has pixels is of a volume of the head, as far as it tells."""
    if sop_class not in kinds():
        return False
    said = [element.value for element in map(data.get, WORDED) if element is not None and element.value]
    said += (element.value for item in regions(data) if (element := item.get(MEANING)) is not None)
    if not names_head(tuple(said), ascii_text(data.get(CHARACTER_SET))):
        return False
    return is_slice(ascii_text(data.get(IMAGE_TYPE)), ascii_text(data.get(THICKNESS)))


def regions(data: Item) -> list[Item]:
    """The items of Anatomic Region Sequence."""
    sequence = data.get(REGIONS)
    return (sequence.items if sequence is not None else None) or []


@lru_cache(REMEMBERED)
def names_head(values: tuple[bytes, ...], character_set: str) -> bool:
    """Whether one of some values names the head, or a part of it."""
    return any(is_of_head(value, character_set) for value in values)


@lru_cache(REMEMBERED)
def is_of_head(value: bytes, character_set: str) -> bool:
    """Whether a value names the head, or a part of it."""
    told = decoded(value, character_set).casefold()
    if any(part in told for part in table("faces.json")["within"]):
        return True
    words, innocent = expressions()
    plain = " ".join(re.findall("[a-z0-9]+", "".join(filter(str.isascii, normal_form("NFKD", told)))))
    return words.search(innocent.sub(" ", plain)) is not None


@cache
def expressions() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Expressions for the words of the table, and for its innocent phrases."""
    known = table("faces.json")
    words, innocent = ("|".join(map(re.escape, known[name])) for name in ("words", "innocent"))
    return re.compile(rf"\b(?:{words})\b"), re.compile(rf"\b(?:{innocent})\b")


@lru_cache(REMEMBERED)
def is_slice(image_type: str, thickness: str) -> bool:
    """Whether an image is no single projection, and thin enough for a volume to show more than blocks."""
    words = [re.sub(r"[\W_]+", " ", value).strip() for value in image_type.upper().split("\\")]
    if any(word in table("faces.json")["no_volume"] for word in words):
        return False
    try:
        return float(thickness.partition("\\")[0] or 0) <= float(table("faces.json")["thickest"])
    except ValueError:
        return True


@cache
def kinds() -> frozenset[str]:
    """The SOP Classes of volumes."""
    named = set(table("faces.json")["kinds"])
    return frozenset(row["uid"] for row in table("sop-classes.json") if row["name"] in named)
