"""Structured content, item by item, under the Clean Structured Content Option (PS3.15 E.3.4).

What happens to a content item is decided by the code of its concept name and its value type (Table E.3.4-1); for one
that is not listed, by its value type: names of persons go, references get new UIDs (unless UIDs are retained), text is
cleaned, numbers and codes stay. A listed concept with a value of text of another type takes the strictest of its rows.
"""

from __future__ import annotations

from dicom_deid.dicom.encoding import ascii_text
from dicom_deid.model import ElementAction, Item
from dicom_deid.profile import table

SEQUENCES = frozenset((0x0040A730, 0x00400555, 0x00400610, 0x0040B020))
"""Content, Acquisition Context, Specimen Preparation and Waveform Annotation Sequence: those that E.1-1 marks C."""
CONCEPT_NAME, VALUE_TYPE = 0x0040A043, 0x0040A040
TEXT_VALUE, PERSON, UID = 0x0040A160, 0x0040A123, 0x0040A124
DATE_VALUES = {0x0040A120: "DATETIME", 0x0040A121: "DATE", 0x0040A122: "TIME"}
REMOVED_ITEM = ElementAction("X", "E.3.4-1")
VALUES = (TEXT_VALUE, PERSON, UID, *DATE_VALUES)
WRITTEN = frozenset(("", "TEXT", "PNAME", "UIDREF", *DATE_VALUES.values()))
"""Value types whose value is in one of these: anybody may have written it there. Without a type it may be any."""
STRICTEST = "XDCK"


def rule_of(item: Item, options: frozenset[str]) -> str | None:
    """The action code of Table E.3.4-1 for a content item under the options; None when it is not listed."""
    names = item.get(CONCEPT_NAME)
    for name in (names.items if names is not None else None) or ():
        scheme, code = ascii_text(name.get(0x00080102)), ascii_text(name.get(0x00080100))
        rows: dict[str, dict[str, str]] = table("content-items.json")["rows"].get(f"{scheme} {code}", {})
        kind = ascii_text(item.get(VALUE_TYPE))
        if kind in rows:
            return code_of(rows[kind], options)
        if rows and kind in WRITTEN:
            return min((code_of(row, options) for row in rows.values()), key=STRICTEST.index)
    return None


def code_of(row: dict[str, str], options: frozenset[str]) -> str:
    """The action code of a row under the options."""
    codes = {row[option] for option in options if option in row}
    if codes:
        return "C" if "C" in codes else "K"
    return row["basic"].split("/")[-1]  # D where a template may ask for the item


def actions(item: Item, options: frozenset[str]) -> dict[int, ElementAction] | None:
    """Tag of a value -> its action, for the content item ``item``; None when the whole item is removed."""
    code = rule_of(item, options)
    if code == "X":
        return None
    if code is None:
        found = {TEXT_VALUE: ElementAction("C", "content"), PERSON: ElementAction("D", "content")}
        if "retain-uids" in options:  # as of every concept that is listed; what refers to it keeps its UID, too
            found[UID] = ElementAction("K", "content")
        return found
    action = ElementAction(code, "E.3.4-1")
    found = dict.fromkeys(VALUES, action)
    if code != "K":
        found[UID] = ElementAction("U", "E.3.4-1")
        found[PERSON] = ElementAction("D", "E.3.4-1")
    return found
