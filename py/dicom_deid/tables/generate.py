"""Makes the committed tables out of the standard's: run by `python3 build.py tables`.

Sources: the CSV files of PS3.15 2026d and PS3.16 (``--source``), pydicom's registry of UIDs, data dictionary (PS3.6)
and code meanings (PS3.16), the attribute Types per IOD as the wheel of highdicom carries them (PS3.3), and the names of
months as the wheel of Babel carries them (CLDR). Every table names its edition
and the SHA-256 of what it was made from, so that a table that was edited by hand is found out by making it again.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import importlib
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

from pydicom._dicom_dict import DicomDictionary
from pydicom._uid_dict import UID_dictionary
from pydicom.datadict import tag_for_keyword
from pydicom.sr._snomed_dict import mapping as snomed

from dicom_deid.deidentify.private import BULK
from dicom_deid.profile import DATES, DOUBTFUL_TEXT, FREE_TEXT, judged
from dicom_deid.tables.device_regions import device_regions
from dicom_deid.tables.dicom_dre import dicom_dre
from dicom_deid.tables.forecast_rules import forecast_rules
from dicom_deid.tables.word_lists import meaning_words, months, vocabulary

EDITION = "2026d"
HERE = Path(__file__).parent
OPTION_COLUMNS = {
    "rtn_safe_priv": "retain-safe-private",
    "rtn_uids": "retain-uids",
    "rtn_dev_id": "retain-device-identity",
    "rtn_inst_id": "retain-institution-identity",
    "rtn_pat_chars": "retain-patient-characteristics",
    "rtn_long_full_dates": "retain-full-dates",
    "rtn_long_modif_dates": "retain-modified-dates",
    "clean_desc": "clean-descriptors",
    "clean_struct_cont": "clean-structured-content",
    "clean_graph": "clean-graphics",
}
"""Column of Table E.1-1 -> option. Clean Pixel Data (E.3.1) has none: it does not change what becomes of a header."""
WITHOUT_COLUMN = ("clean-pixel-data",)
STRENGTH = {"1": 5, "1C": 4, "2": 3, "2C": 2, "3": 1}


def profile_table(source: Path) -> dict[str, Any]:
    """Table E.1-1 as {tag: {"name", "basic", option: code}}; tags as eight hexadecimal digits or x patterns."""
    path = source / "ps3.15-table-E.1-1.csv"
    rows: dict[str, Any] = {}
    for row in csv.DictReader(path.open(encoding="utf-8")):
        tag = row["tag"].split(" ")[0].strip("()").replace(",", "")
        cells = {name: row[column] for column, name in OPTION_COLUMNS.items() if row[column]}
        rows[tag if "g" not in tag else "private"] = {"name": row["name"], "basic": row["basic"], **cells}
    return {"table": "PS3.15 E.1-1", "edition": EDITION, "sha256": digest(path), "rows": rows}


def method_codes(source: Path) -> dict[str, Any]:
    """CID 7050 De-identification Method as {code value: code meaning}."""
    path = source / "ps3.16-cid-7050.csv"
    codes = {row["code_value"]: row["code_meaning"] for row in csv.DictReader(path.open(encoding="utf-8"))}
    return {"table": "PS3.16 CID 7050", "edition": EDITION, "sha256": digest(path), "rows": codes}


def safe_private(source: Path) -> dict[str, Any]:
    """Table E.3.10-1 as {private creator: {"ggggee": VR}}; an element whose VR the table leaves out has ""."""
    path = source / "ps3.15-safe-private.csv"
    rows: dict[str, dict[str, str]] = {}
    for row in csv.DictReader(path.open(encoding="utf-8")):
        rows.setdefault(row["private_creator"], {})[f"{row['group']}{row['element']}".upper()] = row["vr"]
    return {"table": "PS3.15 E.3.10-1", "edition": EDITION, "sha256": digest(path), "rows": rows}


def tcia_private(source: Path) -> dict[str, Any]:
    """The private elements that TCIA's curators keep, as {private creator: {"ggggee": VR}}, "" for several VRs.

    A disposition counts only where it is the same in every row of a creator's element, at whatever path and of whatever
    VR: anything else than keep, be it delete, a reading that is not documented (o, oi, h, na, K) or none, wins.
    Elements of which only bulk values or free text are known are left out, since those never stay; and so is CTP's own
    block, which names the site that sent an instance.
    """
    path = source / "tcia-private-dispositions.csv"
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in csv.DictReader(path.open(encoding="utf-8")):
        if row["private_creator"] not in ("", "CTP") and row["element"]:
            place = row["private_creator"], f"{row['group']}{row['element']}".upper()
            found.setdefault(place, []).append((row["code"], row["vr"]))
    rows: dict[str, dict[str, str]] = {}
    for (creator, element), said in sorted(found.items()):
        vrs = {vr for _, vr in said} - BULK - FREE_TEXT - {""}
        if vrs and {code for code, _ in said} == {"k"}:
            rows.setdefault(creator, {})[element] = vrs.pop() if len(vrs) == 1 else ""
    table = "TCIA private dispositions (UAMS-DBMI/PosdaTools)"
    return {"table": table, "edition": "October 2023", "sha256": digest(path), "rows": rows}


def content_items(source: Path) -> dict[str, Any]:
    """Table E.3.4-1 as {"scheme code": {value type: {"basic", option: code}}}; of SNOMED also with retired codes."""
    path = source / "ps3.15-table-E.3.4-1.csv"
    rows: dict[str, dict[str, dict[str, str]]] = {}
    for row in csv.DictReader(path.open(encoding="utf-8")):
        cells = {name: row[column] for column, name in OPTION_COLUMNS.items() if row.get(column)}
        rule = {"basic": row["basic"], **cells}
        scheme, code = row["coding_scheme"], row["code_value"]
        names = [f"{scheme} {code}"]
        if scheme == "SCT" and code in snomed["SCT"]:
            names += [f"{old} {snomed['SCT'][code]}" for old in ("SRT", "SNM3", "99SDM")]
        for name in names:
            rows.setdefault(name, {})[row["value_type"]] = rule
    return {"table": "PS3.15 E.3.4-1", "edition": "2025e", "sha256": digest(path), "rows": rows}


def attribute_types(profile: dict[str, Any]) -> dict[str, Any]:
    """The Type of each attribute whose action depends on it, as {tag: {path: {type: number of a set of IODs}}}.

    A path is the tags of the enclosing sequences joined by "/". Where several modules of an IOD give an attribute
    different Types, the strongest counts: a value that is present is valid in either.
    """
    spec = importlib.util.find_spec("highdicom")
    if spec is None or spec.origin is None:
        raise SystemExit("The Types come from the wheel of highdicom: pip install highdicom==0.28.2")
    folder = Path(spec.origin).parent / "_standard"
    modules = json.loads((folder / "module_attribute_map.json").read_bytes())
    iods = json.loads((folder / "iod_module_map.json").read_bytes())
    sop_classes = json.loads((folder / "sop_class_iod_map.json").read_bytes())
    wanted = wanted_keywords(profile)
    numbers = {name: number for number, name in enumerate(sorted(iods))}
    strongest: dict[str, dict[str, dict[int, str]]] = {}
    for iod, uses in iods.items():
        for use in uses:
            for attribute in modules.get(use["key"], ()):
                tag = wanted.get(attribute["keyword"])
                if tag is None:
                    continue
                where = "/".join(f"{tag_for_keyword(keyword) or 0:08X}" for keyword in attribute["path"])
                found = strongest.setdefault(tag, {}).setdefault(where, {})
                known = found.get(numbers[iod], "3")
                if STRENGTH[attribute["type"]] >= STRENGTH[known]:
                    found[numbers[iod]] = attribute["type"]
    sets: dict[tuple[int, ...], int] = {}
    rows = {
        tag: {path: by_type(found, sets) for path, found in sorted(paths.items())} for tag, paths in strongest.items()
    }
    return {
        "table": "PS3.3 Types of attributes, as in highdicom 0.28.2",
        "sha256": digest(folder / "module_attribute_map.json"),
        "iods": {uid: numbers[iod] for uid, iod in sorted(sop_classes.items()) if iod in numbers},
        "sets": [list(members) for members in sets],
        "rows": {tag: rows[tag] for tag in sorted(rows)},
    }


def wanted_keywords(profile: dict[str, Any]) -> dict[str, str]:
    """Keyword -> tag of the attributes whose action needs a Type."""
    wanted = {}
    for tag, entry in DicomDictionary.items():
        row = profile["rows"].get(f"{tag:08X}")
        typed = row is not None and ("/" in row["basic"] or row["basic"] == "Z")
        if typed or (row is None and (tag in judged("personal_text") or entry[0] in DOUBTFUL_TEXT | DATES)):
            wanted[entry[4]] = f"{tag:08X}"
    return wanted


def by_type(found: dict[int, str], sets: dict[tuple[int, ...], int]) -> dict[str, int]:
    """{IOD: type} turned round, with each set of IODs named by number; Type 3 is what an absent entry means."""
    turned: dict[str, list[int]] = {}
    for iod, kind in sorted(found.items()):
        if kind != "3":
            turned.setdefault(kind, []).append(iod)
    return {kind: sets.setdefault(tuple(iods), len(sets)) for kind, iods in turned.items()}


# Storage SOP Classes of 2026d that pydicom 3.0.2's registry does not have yet.
NEWER_SOP_CLASSES = {
    "1.2.840.10008.5.1.4.1.1.66.7": "Label Map Segmentation Storage",
    "1.2.840.10008.5.1.4.1.1.66.8": "Height Map Segmentation Storage",
}


def sop_class_table() -> list[dict[str, str]]:
    """Every registered storage SOP Class (PS3.6 Annex A) and whether it is written unless the policy says otherwise.

    The judgments are those of kinds.json; KeyError for a class that it does not judge. Two classes may have one name.
    """
    kinds = json.loads((HERE / "kinds.json").read_bytes())["kinds"]
    judged_so: dict[str, dict[str, str]] = {name: state for state in kinds for name in state["sop_classes"]}
    rows, seen = list[dict[str, str]](), dict[str, dict[str, str]]()
    newer = {uid: (name, "SOP Class", "", "", "") for uid, name in NEWER_SOP_CLASSES.items()}
    for uid, (name, kind, _, retired, _) in sorted((UID_dictionary | newer).items(), key=lambda item: item[1][0]):
        if kind != "SOP Class" or "Storage" not in name or "Storage Commitment" in name or "Media" in name:
            continue
        state = judged_so.get(name) or seen[name]
        seen[name] = judged_so.pop(name, state)
        reason = state["reason"] if state["default"] == "withheld" else ""
        rows.append({"uid": str(uid), "name": name, "retired": retired, "default": state["default"], "reason": reason})
    if judged_so:
        raise SystemExit(f"kinds.json judges what is no storage SOP Class: {', '.join(judged_so)}")
    return rows


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write(name: str, table: object, indent: int | None = 1) -> None:
    """Writes one table as JSON, keys in their given order."""
    text = json.dumps(table, ensure_ascii=False, indent=indent, separators=(",", ":" if indent is None else ": "))
    (HERE / name).write_text(text + "\n", encoding="utf-8")


def main() -> None:
    """Writes all generated tables beside this file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path, required=True, help="folder of the standard's tables as CSV")
    parser.add_argument("--dicom-dre", type=Path, help="default_catalog.py of dicom-dre; without it that table stays")
    options = parser.parse_args()
    source = options.source
    profile = profile_table(source)
    write("profile.json", profile, indent=None)
    write("methods.json", method_codes(source))
    write("safe-private.json", safe_private(source))
    write("tcia-private.json", tcia_private(source), indent=None)
    write("content-items.json", content_items(source))
    write("types.json", attribute_types(profile), indent=None)
    write("sop-classes.json", sop_class_table())
    write("forecast.json", forecast_rules())
    write("months.json", months())
    write("code-meanings.json", meaning_words())
    write("vocabulary.json", vocabulary())
    write("devices.json", device_regions(source), indent=None)
    if options.dicom_dre:
        write("devices-dicom-dre.json", dicom_dre(options.dicom_dre), indent=None)
    sys.stdout.write(f"tables of PS3.15 {EDITION}: {len(profile['rows'])} rows\n")


if __name__ == "__main__":
    main()
