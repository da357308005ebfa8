"""The replacement values of action D: valid in their VR, and the same for every instance."""

from __future__ import annotations

from dicom_deid.elements import padding

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
