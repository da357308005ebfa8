"""The conformance statement of a plan (PS3.15 E.1.3), as Markdown: what is claimed, what is not, and how it is done.

The prose stands in ``tables/statement.json``; whatever depends on the policy, or on a number in the code, is put in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from importlib import resources
from string import Template

from dicom_deid.deidentify.dummies import dummy
from dicom_deid.deidentify.identifiers.names import MIN_NAME
from dicom_deid.deidentify.identifiers.numbers import MIN_DIGITS
from dicom_deid.deidentify.markers import IMPLEMENTATION_UID
from dicom_deid.dicom.encoding import vr_of
from dicom_deid.errors import reasons
from dicom_deid.key import BY_ID, ITERATIONS, MAX_WEEKS, SALT
from dicom_deid.policy import PIXEL_OPTION, Plan
from dicom_deid.policy.claims import CLEAN_PIXELS
from dicom_deid.policy.python import label
from dicom_deid.profile import edition, listed_code, table
from dicom_deid.verify.binary_values import LEAST
from dicom_deid.version import __version__

DUMMY_VRS = ("AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "PN", "TM", "UR")
STANDARD_TABLES = ("profile.json", "methods.json", "content-items.json", "safe-private.json", "types.json")
STANDARD_WORDS = ("months.json", "code-meanings.json", "vocabulary.json")
"""Tables of words, made of published ones, by which identifiers in text are told."""
OWN_LISTS = (
    "judged.json", "kinds.json", "placeholders.json", "letters.json", "languages.json", "clinical-words.json",
    "ideographs.json", "national-numbers.json", "faces.json",
)  # fmt: skip
PRIVATE_ROW = "private"
FACES = "113102"
"""Clean Recognizable Visual Features, which this program does not do."""


def conformance(plan: Plan) -> str:
    """The statement. It does not depend on the key."""
    facts = {**constants(plan), **claims(plan), **choices(plan)}
    parts = [f"# Conformance statement of dicom-deid {__version__}"]
    for section in table("statement.json")["sections"]:
        if section["title"]:
            parts.append(f"## {section['title']}")
        parts += (Template(text).substitute(facts) for text in section["text"])
    return "\n\n".join(part for part in parts if part) + "\n"


def constants(plan: Plan) -> dict[str, str]:
    """Facts that are the same for every policy, but for the list of tables."""
    known = table("sentences.json")
    classes = [row for row in table("sop-classes.json") if row["default"] == "withheld"]
    held = [(code, row["sentence"]) for code, row in reasons().items() if row["status"] == "withheld"]
    others = "all other VRs of text: `REMOVED`; UI: a new UID; numbers in binary: zero"
    return {
        "tool": f"dicom-deid {__version__}",
        "edition": edition(),
        "implementation": IMPLEMENTATION_UID,
        "min_name": str(MIN_NAME),
        "min_digits": str(MIN_DIGITS),
        "min_bytes": str(LEAST),
        "rounds": f"{ITERATIONS:,}",
        "salt": SALT.decode("ascii"),
        "tables": rows(("table", "edition", "SHA-256"), tables(plan)),
        "actions": rows(
            ("code", "action", "what happens"),
            ((code, action["word"], action["sentence"]) for code, action in known["actions"].items()),
        ),
        "rules": rows(
            ("#", "data element", "action"),
            ((str(number), row["elements"], row["action"]) for number, row in enumerate(known["rows"], 1)),
        ),
        "dummies": "; ".join(f"{vr}: `{dummy(0, vr).decode('ascii').strip()}`" for vr in DUMMY_VRS) + f"; {others}.",
        "withheld": rows(("reason", "why"), held),
        "classes": "\n".join(f"- {row['name']} ({row['uid']})" for row in classes),
    }


def claims(plan: Plan) -> dict[str, str]:
    """Codes of CID 7050 that the plan claims, and those that it does not."""
    meanings: dict[str, str] = table("methods.json")["rows"]
    said = {option["code"]: option["sentence"] for option in table("options.json")}
    said["113100"] = "All that Table E.1-1 lists; what it does not, by the rules below."
    codes = plan.claims.codes
    claimed = rows(("code", "title", "what it means"), ((code, meanings[code], said[code]) for code in codes))
    claimable = {*codes, *((CLEAN_PIXELS,) if codes and plan.keeps(PIXEL_OPTION) else ())}
    left = ((code, meaning, unclaimed(code, plan)) for code, meaning in meanings.items() if code not in claimable)
    return {
        "claimed": claimed
        if codes
        else "Nothing: rules of this policy do otherwise than the profile and its options, or may.",
        "cleaned_pixels": table("statement.json")["variants"]["cleaned_pixels"] if CLEAN_PIXELS in claimable else "",
        "unclaimed": rows(("code", "title", "why"), left),
        "own_rules": own_rules(plan),
        "attributes": rows(("tag", "attribute", "Basic Profile", "this policy"), attributes(plan)),
    }


def unclaimed(code: str, plan: Plan) -> str:
    """Why a code is not claimed."""
    if code == FACES:
        return "This program does not do it."
    chosen = code == "113100" or any(plan.keeps(row["name"]) for row in table("options.json") if row["code"] == code)
    return "Rules of this policy do otherwise, or may." if chosen else "Not chosen."


def own_rules(plan: Plan) -> str:
    """The effect of the policy's own rules on the claims, in words."""
    if not plan.policy.rules and not plan.policy.python:
        return ""
    text = "This policy has rules of its own, which go before the profile; they stand under The policy."
    if plan.claims.weaker:
        text += f" These protect less than the profile, or may: {', '.join(plan.claims.weaker)}."
    if plan.claims.tells_offset:
        text += " Dates that are kept can stand beside shifted ones, so a patient's shift can be worked out."
    return text + coded_rules(plan)


def coded_rules(plan: Plan) -> str:
    """The effect of rules in Python on the claims, in words."""
    if not plan.policy.python:
        return ""
    named = (f"{label(rule, at)} may say {', '.join(rule.may)}" for at, rule in enumerate(plan.policy.python, 1))
    text = f" It brings code that is asked about each element after all other rules: {'; '.join(named)}."
    text += " What it will say is not known beforehand, so the tables below leave it out."
    if plan.policy.options and plan.claims.codes:
        text += " Of an instance in which it does otherwise than an option nothing is claimed."
    text += " An instance of which it keeps a date says UNMODIFIED in (0028,0303), one of which it shifts one MODIFIED."
    return text + " An instance over which it fails is withheld."


def attributes(plan: Plan) -> Iterator[tuple[str, ...]]:
    """Each row of Table E.1-1 with its action."""
    profile: dict[str, dict[str, str]] = table("profile.json")["rows"]
    for text, row in sorted(profile.items()):
        if text == PRIVATE_ROW:  # rule 1 says what becomes of private elements
            continue
        tag = int(text.replace("x", "0"), 16)
        action = plan.action(tag, vr_of(tag), (), "")
        listed = action.rule == "E.1-1"
        now = listed_code(tag, row, plan.policy.options) if listed else f"{action.code} ({action.rule})"
        yield f"({text[:4]},{text[4:]})", row["name"], row["basic"], now


def choices(plan: Plan) -> dict[str, str]:
    """The sections that depend on the plan's choices."""
    uids = "retained" if plan.keeps("retain-uids") else "replaced"
    private = "tcia" if plan.policy.tcia else "safe" if plan.keeps("retain-safe-private") else "removed"
    variants = table("statement.json")["variants"]
    return {
        "method": plan.method,
        "older": variants["pseudonyms"] if plan.policy.pseudonyms == BY_ID else "",
        "uids": variants["uids"][uids],
        "private": variants["private"][private],
        "dates": Template(variants["dates"][plan.dates]).substitute(weeks=MAX_WEEKS),
        "dates_marker": plan.claims.dates,
        "identity_removed": plan.claims.identity_removed,
        "pixels": pixels(plan),
        "burned_in": variants["burned_in"]["passed" if plan.policy.pass_burned_in else "withheld"],
        "allowed": ", ".join(sorted(plan.policy.allow_sop_classes)) or "none",
        "policy": f"```json\n{json.dumps(plan.policy.stated(), indent=2)}\n```",
    }


def pixels(plan: Plan) -> str:
    """What becomes of pixel data."""
    variants = table("statement.json")["variants"]
    unreviewed = variants["unreviewed"]["written" if plan.unreviewed else "withheld"]
    return Template(variants["pixels"]["cleaned" if plan.keeps(PIXEL_OPTION) else "copied"]).substitute(
        unreviewed=unreviewed
    )


def tables(plan: Plan) -> Iterable[tuple[str, str, str]]:
    """The tables that decide, with edition and digest."""
    for name in (*STANDARD_TABLES, *(("tcia-private.json",) if plan.policy.tcia else ())):
        known = table(name)
        yield known["table"], known.get("edition", ""), known["sha256"]
    for name in (*STANDARD_WORDS, *OWN_LISTS):
        digest = hashlib.sha256(resources.files("dicom_deid.tables").joinpath(name).read_bytes()).hexdigest()
        yield table(name)["table"] if name in STANDARD_WORDS else f"This project's lists, {name}", __version__, digest


def rows(head: tuple[str, ...], body: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [head, tuple("---" for _ in head), *body]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
