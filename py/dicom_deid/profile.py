"""The de-identification profile of PS3.15 Annex E as data: which action Table E.1-1 and the rules beside it name."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from pydicom._dicom_dict import DicomDictionary
from pydicom._uid_dict import UID_dictionary
from pydicom.datadict import tag_for_keyword

from dicom_deid.dicom.encoding import registered, vr_of
from dicom_deid.model import ElementAction

DATES = frozenset(("DA", "DT", "TM"))
DOUBTFUL_TEXT = frozenset(("AE", "LT", "PN", "ST", "UC", "UR", "UT"))
"""VRs of free text, persons and addresses: an attribute of these that no table lists is not kept."""
FREE_TEXT = frozenset(("LT", "ST", "UC", "UT"))
BULK = frozenset(("OB", "OD", "OF", "OL", "OV", "OW"))
"""VRs of bulk values: nobody can see what is in them, so none can be cleaned."""
STRICT = DATES | DOUBTFUL_TEXT | {"AS", "DS", "IS", "UI"}
"""VRs whose rule counts for their attributes also where they are stored in another VR."""
LABEL = "label not listed"
"""The rule by which only what the object itself names is taken out of a text, and nothing that merely looks like it."""
SHORT_TEXT = frozenset(("LO", "SH"))
"""VRs of labels: an attribute of these that no table lists is kept, less the identifiers the object itself names."""
TELLING = SHORT_TEXT | FREE_TEXT | {"AE", "UR"}
METHOD, PATIENT_AGE = 0x00120063, 0x00101010
MOST_TAGS = 16_384
"""Answers remembered by attribute: broken files have any."""
STANDARD_ROOT = "1.2.840.10008."
NEWER_SYNTAXES = frozenset(f"{STANDARD_ROOT}1.2.{end}" for end in ("4.110", "4.111", "4.112", "8.1"))
"""Transfer syntaxes of PS3.6 that pydicom's dictionary does not have yet: JPEG XL, Deflated Image Frame Compression."""
CODE_TERMS, MAKER_NAMES = ("terms", "code_terms"), ("maker_names",)
"""The lists of words that stay in a code string, and in an attribute that names a maker."""
MARKERS = frozenset((0x00120062, METHOD, 0x00120064, 0x00280303))


@cache
def judged(name: str) -> frozenset[int]:
    """The attributes of one list of tables/judged.json, where this project says what no table of the standard does."""
    tags = (tag_for_keyword(keyword) for keyword in table("judged.json")[name]["keywords"])
    return frozenset(tag for tag in tags if tag is not None)


@cache
def telling() -> frozenset[int]:
    """The attributes of text that Table E.1-1 removes under Clean Descriptors, too: their whole values identify."""
    rows = (
        (int(tag, 16), row) for tag, row in table("profile.json")["rows"].items() if "x" not in tag and len(tag) == 8
    )
    listed = {tag for tag, row in rows if row.get("clean-descriptors") != "C" and vr_of(tag) in TELLING}
    return frozenset(listed | judged("personal_text")) - judged("silent_text") - judged("technical_text")


@cache
def equipment_identity() -> frozenset[int]:
    """The attributes that name a single device, or where it stands."""
    places = map(tag_for_keyword, ("InstitutionName", "InstitutionalDepartmentName", "StationName"))
    return judged("devices") | {tag for tag in places if tag is not None}


@cache
def equipment_labels() -> frozenset[int]:
    """The attributes that name makers, models, programs and technical methods."""
    return (judged("maker_names") | judged("products") | judged("methods")) - equipment_identity()


@cache
def dates() -> frozenset[int]:
    """The attributes of VR DA or DT in PS3.6."""
    return frozenset(tag for tag, entry in DicomDictionary.items() if entry[0] in ("DA", "DT"))


@cache
def persons() -> frozenset[int]:
    """The attributes of VR PN in PS3.6."""
    return frozenset(tag for tag, entry in DicomDictionary.items() if entry[0] == "PN")


def private_vr(group: int, element: int, creator: str, name: str = "safe-private.json") -> str | None:
    """The VR of a private element in a table of safe ones, "" where it has none; None when it is not listed.

    The table is E.3.10-1 of PS3.15 or, where a policy asks for them, TCIA's dispositions.
    """
    rows: dict[str, dict[str, str]] = table(name)["rows"]
    return rows.get(creator, {}).get(f"{group:04X}{element:02X}")


@cache
def words(name: str) -> frozenset[str]:
    """The words of one list of tables/judged.json."""
    return frozenset(table("judged.json")[name]["words"])


@cache
def table(name: str) -> Any:
    """One of the tables in ``dicom_deid.tables``, by file name."""
    return json.loads(resources.files("dicom_deid.tables").joinpath(name).read_text(encoding="utf-8"))


def edition() -> str:
    """The edition of the standard that the tables come from."""
    return str(table("profile.json")["edition"])


@lru_cache(MOST_TAGS)
def row_of(tag: int) -> dict[str, str] | None:
    """The row of Table E.1-1 for an attribute, patterns included, or None."""
    rows: dict[str, dict[str, str]] = table("profile.json")["rows"]
    text = f"{tag:08X}"
    found = rows.get(text)
    if found is None and text[:2] in ("50", "60"):
        found = rows.get(f"{text[:2]}xx{text[4:]}") or rows.get(f"{text[:2]}xxxxxx")
    return found


@lru_cache(MOST_TAGS)
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
    """A compound action code of Table E.1-1a made single by the attribute's Type; without one, valid for all.

    Z allows a dummy value, too: of Type 1 nothing else is valid.
    """
    choices = code.split("/")
    if choices[-1] == "Z" and kind is not None and kind[0] == "1":
        return "D"
    if len(choices) == 1:
        return code
    if code == "X/Z/U*":
        # A sequence with new UIDs is a dummy value: so what an IOD asks for stays connected.
        return "X" if kind == "3" else "K"
    if kind is None or kind[0] == "1":
        chosen = choices[-1]
    elif kind[0] == "2":
        chosen = "Z" if "Z" in choices else choices[-1]
    else:
        chosen = choices[0]
    return chosen


def listed_code(tag: int, row: dict[str, str], options: frozenset[str]) -> str:
    """The action code of a row of Table E.1-1 under the chosen options; an option overrides the profile both ways."""
    cells = {option: row[option] for option in options if option in row}
    if not cells:
        return row["basic"]
    if "retain-modified-dates" in cells:
        # Device identity would keep some dates that modified dates would change. The patient's privacy decides.
        return "K" if tag in judged("vocabulary_dates") else "C"
    return "K" if "K" in cells.values() else "C"


def keeping(tag: int, vr: str, options: frozenset[str]) -> frozenset[str]:
    """The chosen options that retain the values of an attribute."""
    row = row_of(tag)
    if row is not None:
        return frozenset(option for option in options if row.get(option) == "K")
    return options & {"retain-full-dates" if vr in DATES else "retain-uids" if vr == "UI" else ""}


def unlisted(tag: int, vr: str, options: frozenset[str]) -> tuple[str, str]:
    """Action code and rule for an attribute that Table E.1-1 does not list."""
    if not registered(tag) or tag in judged("sealed"):
        return "X", "sealed" if registered(tag) else "not in PS3.6"
    named = vr_of(tag)
    kind = named if vr == "UN" or vr in BULK or (named in STRICT and vr not in STRICT) else vr
    if kind == "SQ":
        return "K", "sequence"
    if kind in DATES:
        if "retain-full-dates" in options:
            return "K", "date kept"
        if "retain-modified-dates" in options:
            return "C", "date shifted"
        return "X/Z/D", "date not listed"
    if kind == "UI":
        return (
            ("K", "class UID") if tag in judged("class_uids") or "retain-uids" in options else ("U", "UID not listed")
        )
    if kind in FREE_TEXT and vr not in BULK and "clean-descriptors" in options:
        return "C", "free text cleaned"
    if tag in judged("personal_text") or (kind in DOUBTFUL_TEXT and tag not in judged("technical_text")):
        return "X/Z/D", "free text not listed"
    if kind in SHORT_TEXT or tag in judged("technical_text") or kind in ("CS", "UN"):
        return "C", LABEL
    return "K", "not listed"


def of_kind(tag: int, vr: str) -> ElementAction | None:
    """The action for a data element that no table has to be asked about; None for any other."""
    if tag >> 16 & 1:
        return ElementAction("X", "private")
    if tag < 0x00080000 or tag >> 16 >= 0xFFFA:
        return ElementAction("X", "no place in a data set")
    if tag & 0xFFFF == 0:
        return ElementAction("X", "group length")
    if tag in MARKERS:
        return ElementAction("C" if tag == METHOD else "K", "marker")
    if tag >> 24 == 0x50:
        return ElementAction("X", "curve")
    if tag >> 24 == 0x60:
        return ElementAction("X", "overlay")  # a plane without its data, which E.1-1 removes, describes nothing
    if vr not in ("SQ", "UN") and vr_of(tag) == "SQ":
        return ElementAction("X", "sequence without items")
    return None


def decide(tag: int, vr: str, path: tuple[int, ...], sop_class: str, options: frozenset[str]) -> ElementAction:
    """The action for one data element: a single code and the name of the rule it comes from."""
    row, short = row_of(tag), frozenset[str]()
    found = of_kind(tag, vr)
    if found is not None:
        return found if row is None else found._replace(short=options.intersection(row))
    if row is not None:
        code, rule = listed_code(tag, row, options), "E.1-1"
        if code == "C" and BULK & {vr, vr_of(tag)}:
            code, short = row["basic"], options.intersection(row)
    else:
        code, rule = unlisted(tag, vr, options)
    if "/" in code or code == "Z":
        code = resolve(code, type_of(tag, path, sop_class))
    return ElementAction(code, rule, short=short)


def well_known(uid: str) -> bool:
    """Whether a UID is registered in PS3.6: a class, a transfer syntax, a well-known frame of reference or instance."""
    return uid in UID_dictionary or uid in NEWER_SYNTAXES or uid in storage_classes()


def is_transfer_syntax(uid: str) -> bool:
    """Whether a UID is registered in PS3.6 as a transfer syntax."""
    return uid in NEWER_SYNTAXES or UID_dictionary.get(uid, ("", ""))[1] == "Transfer Syntax"


def sop_class_state(uid: str) -> str:
    """ "allowed" or "withheld" for a storage SOP Class, "other" for another standard UID, "private" for the rest."""
    return storage_classes().get(uid) or ("other" if uid.startswith(STANDARD_ROOT) else "private")


@cache
def storage_classes() -> dict[str, str]:
    """UID of a storage SOP Class -> "allowed" or "withheld"."""
    return {row["uid"]: row["default"] for row in table("sop-classes.json")}
