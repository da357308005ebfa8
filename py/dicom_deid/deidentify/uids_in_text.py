"""UIDs that stand in text: they are replaced as in their own attributes, so that nothing leads back to the original.

A UID of the object is known by its elements of VR UI, however short it is; any other by its length and its number of
components, of which versions and addresses have fewer.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from dicom_deid.deidentify.dummies import REMOVED
from dicom_deid.dicom.encoding import TEXT_VRS, padding
from dicom_deid.model import Element, Item
from dicom_deid.profile import well_known

UID = re.compile(rb"(?<![0-9.])[0-2](?:\.[0-9]+){2,}(?![0-9]|\.[0-9])")
LONG, COMPONENTS, SHORTEST = 20, 6, 9
"""Characters and components from which on a text is a UID, and characters of the shortest that identifies anything."""
LONGEST = {"AE": 16, "CS": 16, "LO": 64, "PN": 64, "SH": 16, "ST": 1024}
"""Characters of a value, where PS3.5 6.2 limits them so much."""
WRITTEN = TEXT_VRS | {"AE", "CS", "UR"}
"""VRs of text."""
ESCAPE = b"\x1b"


def renamed(element: Element, own: Callable[[], frozenset[bytes]], new_uid: Callable[[str], str]) -> Element:
    """The element, of a VR of text, with new UIDs in it; without them where the value would be too long.

    ``own``: the UIDs of the object.
    """
    value = element.value
    if ESCAPE in value or not UID.search(value):
        return element
    value = value.rstrip(b" \0")

    def other(found: re.Match[bytes]) -> bytes:
        uid = found[0]
        known = len(uid) >= LONG and uid.count(b".") >= COMPONENTS - 1
        if len(uid) < SHORTEST or well_known(uid.decode("ascii")) or not (known or uid in own()):
            return uid
        return new_uid(uid.decode("ascii")).encode("ascii")

    def none(found: re.Match[bytes]) -> bytes:
        return found[0] if other(found) == found[0] else b""

    parts, most = list[bytes](), LONGEST.get(element.vr)
    for one in value.split(b"\\"):
        new = UID.sub(other, one)
        if new != one and most is not None and len(new) > most:
            new = UID.sub(none, one).strip() or REMOVED.encode()
        parts.append(new)
    whole = b"\\".join(parts)
    if whole == value:
        return element
    return Element(element.tag, element.vr, whole + padding(element.vr) * (len(whole) % 2))


def of(item: Item) -> frozenset[bytes]:
    """All values of VR UI in an item, at every depth."""
    found = set[bytes]()
    for element in item:
        if element.vr == "UI":
            found.update(one.strip(b" \0") for one in element.value.split(b"\\"))
        for nested in element.items or ():
            found |= of(nested)
    return frozenset(found)
