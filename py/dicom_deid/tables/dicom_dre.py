"""Makes devices-dicom-dre.json out of the device catalogue of dicom-dre: called by generate.py with ``--dicom-dre``.

The catalogue is a Python module of calls with constants; it is read as a syntax tree, and nothing of it is run. Of a
device, each variant that blanks something becomes a row. These rows propose boxes and acquit nothing, so the wider
reading counts: what only narrows a rule (SOP Class, pixel spacing, "not a screen", "has ultrasound regions") is left
out, and every row that fits counts, not the first.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from dicom_deid.tables.device_regions import Alternative, Conditions, once, tagged

SOURCE = {"name": "dicom-dre", "of": "device catalogue of susom/dicom-dre 1.4.1 (Apache 2.0)", "date": "August 2026"}
FIELDS = {
    "manufacturer": "Manufacturer",
    "modality": "Modality",
    "manufacturer_model_name": "ManufacturerModelName",
    "software_versions": "SoftwareVersions",
    "secondary_capture_device_manufacturer_model_name": "SecondaryCaptureDeviceManufacturerModelName",
    "series_description": "SeriesDescription",
    "study_description": "StudyDescription",
    "code_meaning": "CodeMeaning",
    "comments_on_radiation_dose": "CommentsOnRadiationDose",
    "body_part_examined": "BodyPartExamined",
    "burned_in_annotation": "BurnedInAnnotation",
    "image_type": "ImageType",
    "image_type_any": "ImageType",
    "rows": "Rows",
    "cols": "Columns",
}
"""Argument of a rule -> the attribute that it is about."""
NARROWING = frozenset(
    ("sop_class_uid", "image_type_exclude", "pixel_spacing", "requires_ultrasound_regions", "scrub", "variants")
)
"""Arguments that no condition is made of."""
WHOLE = re.compile(r"/\(\?i\)\^([\w .\\/]+)\$/")
"""An expression for one value as a whole, whatever the case."""
WAYS = {"=": "equals", "^": "begins"}
Call = dict[str, ast.expr]


def dicom_dre(catalogue: Path) -> dict[str, Any]:
    """The table: {"sources", "rows": [{"from", "where", "rectangles": [[left, top, right, bottom]]}]}."""
    rows = list(once(rows_of(ast.parse(catalogue.read_text(encoding="utf-8")))))
    digest = hashlib.sha256(catalogue.read_bytes()).hexdigest()
    return {"table": "Regions of devices", "sources": [SOURCE | {"digest": digest}], "rows": rows}


def rows_of(tree: ast.AST) -> Iterator[dict[str, Any]]:
    """The rows of all devices, in their order."""
    for name, rule in calls(tree, "device"):
        variants = [found for _, found in calls(rule["variants"], "variant")] if "variants" in rule else [{}]
        for variant in variants:
            stated = variant.get("scrub", rule.get("scrub"))
            rectangles = [[x, y, x + wide, y + high] for x, y, wide, high in ast.literal_eval(stated)] if stated else []
            if rectangles:
                where = tagged([*conditions(rule), *conditions(variant)])
                yield {"from": f"dicom-dre {name}", "where": where, "rectangles": rectangles}


def calls(tree: ast.AST, name: str) -> Iterator[tuple[str, Call]]:
    """The calls of a function: their first argument, where it is a text, and those that have names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            first = node.args[0] if node.args else None
            told = str(first.value) if isinstance(first, ast.Constant) else ""
            yield told, {word.arg: word.value for word in node.keywords if word.arg}


def conditions(call: Call) -> Conditions:
    """The conditions of a device or of one of its variants."""
    found: Conditions = []
    for argument, expression in call.items():
        if argument in NARROWING:
            continue
        keyword, value = FIELDS[argument], ast.literal_eval(expression)
        if argument == "image_type" and isinstance(value, list):  # all of them have to be there
            found += [[["ImageType", "contains", one.upper()]] for one in value]
        elif patterns := list(alternatives(keyword, value if isinstance(value, list) else [value])):
            found.append(patterns)
    return found


def alternatives(keyword: str, values: Iterable[str | int]) -> Iterator[Alternative]:
    """The alternatives of a condition; none where one of them is met by what says nothing, or says anything else."""
    found: list[Alternative] = []
    for value in values:
        if isinstance(value, int):
            found.append([keyword, "equals", str(value)])
        elif whole := WHOLE.fullmatch(value):
            found.append([keyword, "equals", re.sub(r"\\(.)", r"\1", whole[1]).upper()])
        elif value == "=" or "(?!" in value:
            return
        elif value.startswith("/"):
            found.append([keyword, "contains", value.strip("/").upper()])
        else:
            found.append([keyword, WAYS.get(value[0], "contains"), value.lstrip("=^").upper()])
    yield from found
