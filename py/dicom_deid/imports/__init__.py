"""Scripts of other tools as policies: what each line becomes, and which could not be carried over."""

from __future__ import annotations

import re

from dicom_deid.imports import ctp, deid
from dicom_deid.imports.found import Imported
from dicom_deid.policy.file import to_toml


class UnknownScript(Exception):
    """The text is of none of the kinds that are known."""


def translate(text: str) -> Imported:
    """What the script of another tool comes to."""
    if re.match(r"\s*<", text):
        return ctp.of_xml(text)
    if re.search(r"^\s*format\s+dicom\b", text, re.MULTILINE | re.IGNORECASE):
        return deid.of_recipe(text)
    if re.search(r"^\s*#?(set\.\[|remove\.|keep\.)", text, re.MULTILINE):
        return ctp.of_properties(text)
    raise UnknownScript


def policy_text(imported: Imported, name: str) -> str:
    """The policy file of an import: the policy, below what is different from the script."""
    differing, left = len(imported.differing), len(imported.left)
    remarks = [
        f"Imported from a script of {imported.tool}: {name}",
        f"{imported.carried} lines carried over, {differing} of them with a difference; {left} not.",
        "",
        *imported.notes,
        *(f"{line.place}, with a difference: {line.why}" for line in imported.differing),
        *(f"{line.place}, not carried over: {line.text}: {line.why}" for line in imported.left),
        "",
    ]
    return to_toml(imported.fields(), [re.sub(r"[^\x20-\x7e\xa0-\U0010ffff]", " ", remark) for remark in remarks])
