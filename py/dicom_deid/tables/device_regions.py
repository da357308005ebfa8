"""Makes devices.json out of the regions that CTP and deid list: called by generate.py.

Each row says which attributes have to hold what, and which rectangles of the picture usually show text then. Of a rule
all conditions have to be met, of a condition one alternative. They propose boxes and acquit nothing, so that where a
list is doubtful the wider reading counts: letters are compared without case, an OR binds what stands beside it, and
misspelt names of attributes are read as they were meant.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydicom.datadict import tag_for_keyword

Alternative = list[str]
"""Tag or, before it is looked up, keyword; "equals" or "contains"; the value in capitals."""
Conditions = list[list[Alternative]]

CTP, DEID = "ctp-pixel-regions.csv", "deid-pixel-regions.csv"
SOURCES = {
    CTP: ("CTP", "DicomPixelAnonymizer script of johnperry/CTP (RSNA)", "May 2025"),
    DEID: ("deid", "recipes of pydicom/deid (MIT)", "January 2026"),
}
COLUMNS = (
    ("modality", "Modality", "contains"),
    ("manufacturer_contains", "Manufacturer", "contains"),
    ("model_contains", "ManufacturerModelName", "contains"),
    ("rows", "Rows", "equals"),
    ("columns", "Columns", "equals"),
)
"""Column of the list of CTP, the attribute that it is about, and how its value is compared."""
CTP_WORDS = re.compile(r'(\w+)(?:\([\dA-F,]+\))? (contains|equals)(?:IgnoreCase)? ("[^"]*"(?: OR "[^"]*")*)')
DEID_WORDS = re.compile(r"(contains|equals) (\w+) (.+)")
OVERLAY = {"OverlayDescription": 0x60000022}
"""An attribute of the first overlay: PS3.6 has it for all of them, without a tag of its own."""
MISSPELT = {"Manfacturer": "Manufacturer", "Manufacture": "Manufacturer"}


def device_regions(source: Path) -> dict[str, Any]:
    """The table: {"sources", "rows": [{"from", "where", "rectangles": [[left, top, right, bottom]]}]}."""
    rows: dict[str, dict[str, Any]] = {}
    for file, read in ((CTP, of_ctp), (DEID, of_deid)):
        for line in csv.DictReader((source / file).open(encoding="utf-8")):
            if line["x"]:
                conditions = tagged(read(line))
                name = f"{SOURCES[file][0]} {line['rule']}"
                row = rows.setdefault(name, {"from": name, "where": conditions, "rectangles": []})
                left, top, width, height = (int(line[side]) for side in ("x", "y", "width", "height"))
                row["rectangles"].append([left, top, left + width, top + height])
    told = [
        {"name": name, "of": title, "date": date, "digest": hashlib.sha256((source / file).read_bytes()).hexdigest()}
        for file, (name, title, date) in SOURCES.items()
    ]
    return {"table": "Regions of devices", "sources": told, "rows": list(once(rows.values()))}


def once(rows: Any) -> Iterator[dict[str, Any]]:
    """The rows that say something which none before them says."""
    known: list[tuple[Conditions, list[list[int]]]] = []
    for row in rows:
        said = sorted(row["where"]), sorted(row["rectangles"])
        if said not in known:
            known.append(said)
            yield row


def of_ctp(line: dict[str, str]) -> Conditions:
    """The conditions of a line of CTP's list."""
    found = [[[keyword, how, line[column].upper()]] for column, keyword, how in COLUMNS if line[column]]
    for keyword, how, values in CTP_WORDS.findall(line["other_conditions"]):
        found.append([[keyword, how, value.upper()] for value in re.findall('"([^"]*)"', values)])
    if line["other_conditions"].count('"') != 2 * sum(len(one) for one in found[len(found) - quoted(line) :]):
        raise SystemExit(f"{CTP}: rule {line['rule']} is not understood")
    return found


def quoted(line: dict[str, str]) -> int:
    """Conditions among the others of a line of CTP's list."""
    return len(CTP_WORDS.findall(line["other_conditions"]))


def of_deid(line: dict[str, str]) -> Conditions:
    """The conditions of a line of deid's list: joined by + and ||, the latter binding more."""
    return [
        joined
        for part in re.split(r"(?:^| )\+ ", line["condition"])
        if part.strip()
        for joined in alternatives(part, line["rule"])
    ]


def alternatives(part: str, rule: str) -> Conditions:
    """The conditions of a part between two signs +; values with a + in them are several conditions."""
    found: list[Alternative] = []
    for text in part.split(" || "):
        parsed = DEID_WORDS.fullmatch(text.strip())
        if parsed is None:
            raise SystemExit(f"{DEID}: rule {rule} is not understood")
        how, keyword, value = parsed.groups()
        keyword = MISSPELT.get(keyword, keyword)
        if re.search(r"\w\+\w", value):
            return [[[keyword, how, word.upper()]] for word in value.split("+")]
        found += [[keyword, how, word.upper()] for word in value.split("|")]
    return [found]


def tagged(conditions: Conditions) -> Conditions:
    """The same with tags, as eight hexadecimal digits, in place of keywords."""
    return [[[tag(keyword), how, value] for keyword, how, value in condition] for condition in conditions]


def tag(keyword: str) -> str:
    """The tag of an attribute; ends the program where there is none."""
    found = OVERLAY.get(keyword) or tag_for_keyword(keyword)
    if found is None:
        raise SystemExit(f"{keyword} is no attribute")
    return f"{found:08X}"
