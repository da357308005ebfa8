"""Stage plan: the plan of a run, as plan.json and output.log state it."""

from __future__ import annotations

import hashlib
import json
import platform
from collections import Counter
from typing import Any

import pydicom

from dicom_deid.key import BY_ID
from dicom_deid.policy import Plan
from dicom_deid.profile import edition, table
from dicom_deid.version import __version__


def content(plan: Plan) -> dict[str, Any]:
    """Everything that decides the output, apart from the key: a resumed run must have it in common."""
    wheels = {"wheel_sha256": dict(plan.wheels)} if plan.wheels else {}
    pseudonyms = {} if plan.policy.pseudonyms == BY_ID else {"pseudonyms": plan.policy.pseudonyms}
    return {
        "tool": "dicom-deid",
        "version": __version__,
        "standard": f"PS3.15 {edition()}",
        "table_sha256": table("profile.json")["sha256"],
        "policy": plan.policy.stated(),
        **pseudonyms,
        **wheels,
        **pixels(plan),
    }


def pixels(plan: Plan) -> dict[str, Any]:
    """What decides about pixels, where they are cleaned: digest of the regions, and whether unreviewed ones count."""
    if not plan.cleans_pixels:
        return {}
    from dicom_deid.regions.file import digest as regions_digest  # needed for this option only

    sha256 = "" if plan.regions is None else regions_digest(plan.regions)
    return {"regions_sha256": sha256, "pixels_unreviewed": plan.unreviewed}


def digest(plan: Plan) -> str:
    """SHA-256 of ``content()``, in hexadecimal digits."""
    return hashlib.sha256(json.dumps(content(plan), sort_keys=True).encode()).hexdigest()


def document(plan: Plan) -> str:
    """The text of plan.json: what was done, and by what. It holds nothing by which a key can be tried."""
    return json.dumps({**content(plan), "digest": digest(plan)}, indent=2) + "\n"


def regions(plan: Plan) -> str:
    """The text of the regions file that the run uses; "" without any."""
    if plan.regions is None or not plan.cleans_pixels:
        return ""
    from dicom_deid.regions.file import write  # needed for this option only

    return write(plan.regions)


def opening(plan: Plan) -> list[str]:
    """The first lines of output.log."""
    names = [option["title"] for option in table("options.json") if option["name"] in plan.policy.options]
    allowed = ", ".join(sorted(plan.policy.allow_sop_classes)) or "none beside the default"
    return [
        f"dicom-deid {__version__}, pydicom {pydicom.__version__}, Python {platform.python_version()}",
        f"PS3.15 {edition()} Table E.1-1, SHA-256 {table('profile.json')['sha256'][:16]}",
        f"policy: Basic Application Confidentiality Profile{''.join(f', {name}' for name in names)}",
        f"SOP Classes allowed: {allowed}; objects that say that they show text or a person: "
        + ("passed" if plan.policy.pass_burned_in else "withheld"),
        *pixel_lines(plan),
        *rule_lines(plan),
        f"plan {digest(plan)[:16]}",
    ]


def pixel_lines(plan: Plan) -> list[str]:
    """What is made blank, where pixels are cleaned."""
    if not plan.cleans_pixels:
        return []
    if plan.regions is None:
        return ["pixels: no regions are given, so nothing is made blank, and nothing written that needs it"]
    from dicom_deid.regions import DECISIONS  # needed for this option only
    from dicom_deid.regions.file import digest as regions_digest

    found = Counter(group.review.decision for group in plan.regions.groups.values())
    groups = ", ".join(f"{found[decision]} {decision}" for decision in DECISIONS)
    told = f"pixels: regions, SHA-256 {regions_digest(plan.regions)[:16]}; groups by decision: {groups}"
    return [told, *(["pixels: regions that nobody has reviewed count, too; nothing is claimed"] * plan.unreviewed)]


def rule_lines(plan: Plan) -> list[str]:
    """Each rule of the policy, and what the markers say because of them. Values are in plan.json."""
    if not plan.policy.rules and not plan.policy.python:
        return []
    claims, lines = plan.claims, list[str]()
    for place, rule in enumerate(plan.policy.rules, 1):
        weaker = ", weaker than the profile" if f"policy rule {place}" in claims.weaker else ""
        reason = f" ({rule.reason})" if rule.reason else ""
        lines.append(f"policy rule {place}: {rule.where}: {rule.action or 'a value'}{weaker}{reason}")
    for place, coded in enumerate(plan.policy.python, 1):
        named, code = f" ({coded.name})" if coded.name else "", hashlib.sha256(coded.code.encode()).hexdigest()
        lines.append(f"python rule {place}{named}: code, SHA-256 {code[:16]}, may say {', '.join(coded.may)}")
    lines += [f"wheel {name}, SHA-256 {plan.wheels.get(name, 'not known')[:16]}" for name in plan.policy.wheels]
    unless = (
        "; nothing where a rule in Python does otherwise than an option"
        if plan.policy.python and plan.policy.options and claims.codes
        else ""
    )
    codes = ", ".join(claims.codes) or "nothing, since rules do otherwise than the profile and its options, or may"
    lines.append(f"claimed in (0012,0064): {codes}{unless}")
    lines.append(f"Patient Identity Removed {claims.identity_removed}, temporal information {claims.dates}")
    if claims.tells_offset:
        beside = "may stand" if plan.policy.python else "stand"
        lines.append(f"dates that are kept {beside} beside shifted ones: the patient's offset can be worked out")
    return lines
