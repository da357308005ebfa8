"""The de-identification profile of PS3.15 Annex E as data: which action Table E.1-1 and the rules beside it name."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from pydicom.uid import UID_dictionary

from dicom_deid.elements import registered, vr_of
from dicom_deid.model import ElementAction

DATES = frozenset(("DA", "DT", "TM"))
DOUBTFUL_TEXT = frozenset(("AE", "LT", "PN", "ST", "UC", "UR", "UT"))
"""VRs of free text, persons and addresses: an attribute of these that no table lists is not kept."""
SHORT_TEXT = frozenset(("LO", "SH"))
"""VRs of labels: an attribute of these that no table lists is kept, less the identifiers the object itself names."""
# Free text about equipment, encoding and vocabularies, which is kept like a label.
TECHNICAL_TEXT = frozenset(
    (0x0008010E, 0x00080114, 0x00080115, 0x00080119, 0x00080120, 0x00187006, 0x00187008, 0x00187040, 0x00187041)
    + (0x00189080, 0x00480107, 0x20100010, 0x20100150, 0x300A007B, 0x00187062, 0x3010000C)
)
# UIDs that name a class, a coding scheme or a context group, not something of this patient.
CLASS_UIDS = frozenset(
    (0x00080016, 0x0008001A, 0x0008001B, 0x00080062, 0x0008010C, 0x00080117, 0x00080118, 0x00081150, 0x0008115A)
    + (0x00083002, 0x00041510, 0x00041512, 0x0004151A, 0x00041510, 0x04000010, 0x04000510, 0x00340006)
    + (0x00741058, 0x0008040A, 0x0040A0B1, 0x00081167)
)
# Versions of vocabularies: nothing of the patient, and shifting them would give the offset away.
VOCABULARY_DATES = frozenset((0x00080106, 0x00080107))
# Dates of the device: shifting them by the patient's offset would give the offset away.
DEVICE_DATES = frozenset(
    (0x00181200, 0x00181201, 0x00181202, 0x00181203, 0x00181204, 0x00181205, 0x0018700C, 0x0018700E)
    + (0x00143076, 0x00143077, 0x0014407E, 0x0014407C, 0x003A0314)
)
METHOD = 0x00120063
MARKERS = frozenset((0x00120062, METHOD, 0x00120064, 0x00280303))


@cache
def table(name: str) -> Any:
    """One of the tables in ``dicom_deid.tables``, by file name."""
    return json.loads(resources.files("dicom_deid.tables").joinpath(name).read_text(encoding="utf-8"))


def edition() -> str:
    """The edition of the standard that the tables come from."""
    return str(table("profile.json")["edition"])


@cache
def row_of(tag: int) -> dict[str, str] | None:
    """The row of Table E.1-1 for an attribute, patterns included, or None."""
    rows: dict[str, dict[str, str]] = table("profile.json")["rows"]
    text = f"{tag:08X}"
    found = rows.get(text)
    if found is None and text[:2] in ("50", "60"):
        found = rows.get(f"{text[:2]}xx{text[4:]}") or rows.get(f"{text[:2]}xxxxxx")
    return found


@cache
def type_of(tag: int, path: tuple[int, ...], sop_class: str) -> str | None:
    """The Type ("1", "1C", "2", "2C", "3") of an attribute at a path of sequences, or None for an IOD without table."""
    types = table("types.json")
    iod = types["iods"].get(sop_class)
    if iod is None:
        return None
    found = types["rows"].get(f"{tag:08X}", {}).get("/".join(f"{step:08X}" for step in path), {})
    for kind, members in found.items():
        if iod in types["sets"][members]:
            return str(kind)
    return "3"


def resolve(code: str, kind: str | None) -> str:
    """A compound action code of Table E.1-1a made single by the attribute's Type; without one, the code valid in all."""
    choices = code.split("/")
    if len(choices) == 1:
        return code
    if kind is None:
        chosen = choices[-1]
    elif kind[0] == "1":
        chosen = choices[-1]
    elif kind[0] == "2":
        chosen = "Z" if "Z" in choices else choices[-1]
    else:
        chosen = choices[0]
    return "K" if chosen == "U*" else chosen


def listed_code(tag: int, row: dict[str, str], options: frozenset[str]) -> str:
    """The action code of a row of Table E.1-1 under the chosen options; an option overrides the profile both ways."""
    cells = {option: row[option] for option in options if option in row}
    if not cells:
        return row["basic"]
    dates = {"retain-full-dates", "retain-modified-dates"} & cells.keys()
    if "retain-modified-dates" in dates:
        if tag in VOCABULARY_DATES:
            return "K"
        # Device identity would keep the date; modified dates would change it. The patient's privacy decides.
        return row["basic"] if tag in DEVICE_DATES else "C"
    return "K" if "K" in cells.values() else "C"


def unlisted(tag: int, vr: str, options: frozenset[str]) -> tuple[str, str]:
    """Action code and rule for an attribute that Table E.1-1 does not list."""
    if not registered(tag):
        return "X", "not in PS3.6"
    kind = vr_of(tag) if vr == "UN" else vr
    if kind == "SQ":
        return "K", "sequence"
    if kind in DATES:
        if "retain-full-dates" in options:
            return "K", "date kept"
        if "retain-modified-dates" in options and tag not in DEVICE_DATES:
            return "C", "date shifted"
        return "X/Z/D", "date not listed"
    if kind == "UI":
        return ("K", "class UID") if tag in CLASS_UIDS or "retain-uids" in options else ("U", "UID not listed")
    if kind in DOUBTFUL_TEXT and tag not in TECHNICAL_TEXT:
        return "X/Z/D", "free text not listed"
    if kind in SHORT_TEXT or tag in TECHNICAL_TEXT or kind in ("CS", "UN"):
        return "C", "text not listed"
    return "K", "not listed"


def decide(
    tag: int, vr: str, path: tuple[int, ...], sop_class: str, options: frozenset[str]
) -> ElementAction:
    """The action for one data element: a single code and the name of the rule it comes from."""
    if tag >> 16 & 1:
        return ElementAction("X", "private")
    if tag < 0x00080000 or tag >> 16 >= 0xFFFA:
        return ElementAction("X", "no place in a data set")
    if tag & 0xFFFF == 0:
        return ElementAction("X", "group length")
    if tag in MARKERS:
        return ElementAction("C" if tag == METHOD else "K", "marker")
    row = row_of(tag)
    if row is not None:
        code, rule = listed_code(tag, row, options), "E.1-1"
    else:
        code, rule = unlisted(tag, vr, options)
    if "/" in code:
        code = resolve(code, type_of(tag, path, sop_class))
    return ElementAction(code, rule)


def well_known(uid: str) -> bool:
    """Whether a UID is registered in PS3.6: a class, a transfer syntax, a well-known frame of reference or instance."""
    return uid in UID_dictionary


@cache
def sop_class_state(uid: str) -> str:
    """"allowed" or "withheld" for a storage SOP Class, "other" for another registered UID, "private" for the rest."""
    for row in table("sop-classes.json"):
        if row["uid"] == uid:
            return str(row["default"])
    return "other" if uid in UID_dictionary else "private"
