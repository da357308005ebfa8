"""The replacement values of action D: valid in their VR, and the same for every instance."""

from __future__ import annotations

from dicom_deid.dicom.encoding import TEXT_VRS, padding
from dicom_deid.model import Element, Item
from dicom_deid.profile import DATES

REMOVED = "REMOVED"
_VALUES = {
    "AE": REMOVED, "AS": "000D", "CS": REMOVED, "DA": "19000101", "DS": "0", "DT": "19000101000000", "IS": "0",
    "LO": REMOVED, "LT": REMOVED, "PN": f"{REMOVED}^", "SH": REMOVED, "ST": REMOVED, "TM": "000000", "UC": REMOVED,
    "UR": "urn:removed", "UT": REMOVED,
}  # fmt: skip
_WIDTHS = {"AT": 4, "FD": 8, "FL": 4, "OD": 8, "OF": 4, "OL": 4, "OV": 8, "SL": 4, "SV": 8, "UL": 4, "UV": 8}
# A code that is replaced has to say in which scheme it is one (PS3.3 8.2).
_BY_TAG = {0x00080102: "99DEID"}


def dummy(tag: int, vr: str) -> bytes:
    """The value that replaces one of this attribute; bytes of even length."""
    text = _BY_TAG.get(tag) or _VALUES.get(vr)
    if text is None:
        return bytes(_WIDTHS.get(vr, 2))
    value = text.encode("ascii")
    return value if len(value) % 2 == 0 else value + padding(vr)


def dummy_item(item: Item, *, dated: bool) -> Item:
    """An item in which text, persons and binary values are dummies, and dates unless it stays ``dated``.

    Numbers and code strings stay.
    """
    new = Item(undefined=item.undefined)
    for element in item:
        if element.items is not None:
            nested = [dummy_item(inner, dated=dated) for inner in element.items]
            new.append(Element(element.tag, "SQ", b"", nested, element.undefined))
        elif element.vr in TEXT_VRS or element.vr in ("AE", "UR") or (element.vr in DATES and not dated):
            new.append(Element(element.tag, element.vr, dummy(element.tag, element.vr) if element.value else b""))
        elif element.vr in ("FL", "FD", "OB", "OD", "OF", "OL", "OV", "OW", "UN"):
            new.append(Element(element.tag, element.vr, bytes(len(element.bulk or element.value))))
        else:
            new.append(element)
    return new
