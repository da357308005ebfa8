"""Scripts of other tools as policies: what each line becomes, and which could not be carried over."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from dicom_deid.errors import PolicyError, UnknownScript
from dicom_deid.importers import ctp, deid
from dicom_deid.importers.draft import Imported, Line
from dicom_deid.key import NEWEST
from dicom_deid.policy import Policy
from dicom_deid.policy.file import load, to_toml
from dicom_deid.wording import counted

SIMPLE = ("options", "allow_sop_classes", "pass_burned_in")


class Reading(NamedTuple):
    """The policy that a text is, or that comes of a script of another tool."""

    policy: dict[str, Any]
    """The fields of the policy."""
    toml: str
    tool: str
    """Whose script it was; "" for a policy."""
    carried: int
    """Lines of it that the policy follows."""
    notes: list[str]
    """Differences of the script as a whole."""
    differing: list[dict[str, Any]]
    """Lines that mean something else here: line, text, why."""
    lost: list[dict[str, Any]]
    """Lines that could not be carried over, in the same form."""


def read_any(name: str, text: str) -> Reading:
    """A policy of either kind of text. Raises PolicyError with all that is wrong, as for a policy if it is neither."""
    text = text.removeprefix("\ufeff")
    try:
        load(text)
    except PolicyError:
        try:
            imported = translate(text)
        except UnknownScript:
            pass
        else:
            policy = Policy.read(to_toml(imported.fields()))
            differing, lost = (list(map(told, lines)) for lines in (imported.differing, imported.left))
            whose = imported.tool, imported.carried, imported.notes
            return Reading(fields(policy), policy_text(imported, name), *whose, differing, lost)
    policy = Policy.read(text)
    return Reading(fields(policy), to_toml(fields(policy)), "", 0, [], [], [])


def fields(policy: Policy) -> dict[str, Any]:
    """All fields of a policy file."""
    stated = policy.stated()
    older = {} if policy.pseudonyms == NEWEST else {"pseudonyms": policy.pseudonyms}
    return {**{name: stated.pop(name) for name in SIMPLE}, "verbose": policy.verbose, **older, **stated}


def told(line: Line) -> dict[str, Any]:
    """A line of a script and what has to be said of it."""
    return {"line": line.first, "text": line.text, "why": line.why}


def translate(text: str) -> Imported:
    """The policy that comes of a script of another tool."""
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
        f"{counted(imported.carried, 'line')} carried over, {differing} of them with a difference; {left} not.",
        "",
        *imported.notes,
        *(f"{line.place}, with a difference: {line.why}" for line in imported.differing),
        *(f"{line.place}, not carried over: {line.text}: {line.why}" for line in imported.left),
        "",
    ]
    return to_toml(imported.fields(), [re.sub(r"[^\x20-\x7e\xa0-\U0010ffff]", " ", remark) for remark in remarks])
