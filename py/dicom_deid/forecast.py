"""Forecast of an instance's outcome: what a run will do with it under a policy, and which change of that lets it pass.

The decision is admission's. The page has the same in worker/shared/forecast.js, from what its scan reads of a file
(worker/scan/facts.js); tests/native/test_forecast.py holds both against each other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, NamedTuple

from dicom_deid.admission import admit
from dicom_deid.dicom.read_cache import ReadCache
from dicom_deid.errors import Status, Unwritten, Withheld
from dicom_deid.facts import Facts, facts_of
from dicom_deid.policy import PIXEL_OPTION, Plan, Policy
from dicom_deid.scan import inspect
from dicom_deid.source_and_sink import Source

Change = Literal["allow", "pass", "clean"]
"""A change of the policy: allow the SOP Class, pass what says that it shows text or a person, clean the pixels."""
REMEDIES: tuple[tuple[Change, ...], ...] = (("allow",), ("pass",), ("allow", "pass"), ("clean",))
"""Changes that are tried, the smallest first."""


class Kind(NamedTuple):
    """A kind of files that have the same outcome under any policy."""

    facts: Facts
    status: Status = "written"
    reason: str = ""
    """With ``status``, how the file ends before the policy is asked; "" where the policy decides."""


class Forecast(NamedTuple):
    """The outcome that a file will have, as far as its header and the policy tell."""

    outcome: Status
    reason: str = ""
    open: Literal["", "pixels"] = ""
    """ "pixels": its pixels have to be reviewed for it; ``reason`` is what stands against it until then."""


def kind_of(source: Source, plan: Plan) -> Kind:
    """The kind of the file in a source. Raises ShortRead and FragmentsWanted."""
    try:
        return Kind(facts_of(inspect(source, plan.caches.of(ReadCache))))
    except Unwritten as end:
        return Kind(Facts("", picture=False), end.status, end.reason)


def forecast(policy: Policy, kind: Kind) -> Forecast:
    """The outcome of a kind under a policy."""
    if kind.reason:
        return Forecast(kind.status, kind.reason)
    try:
        doubt = admit(policy, kind.facts)
    except Withheld as end:
        return Forecast("withheld", end.reason)
    if doubt:
        return Forecast("written", doubt, "pixels")
    return Forecast("written", "FACE_CAN_BE_REBUILT" if kind.facts.head else "")


def remedies(policy: Policy, kind: Kind) -> list[tuple[Change, ...]]:
    """Changes each of which lets a withheld kind be written; none is a part of another."""
    found = list[tuple[Change, ...]]()
    if kind.reason or forecast(policy, kind).outcome != "withheld":
        return found
    for changes in REMEDIES:
        smaller = any(set(known) <= set(changes) for known in found)
        if not smaller and forecast(changed(policy, changes, kind.facts.sop_class), kind).outcome == "written":
            found.append(changes)
    return found


def changed(policy: Policy, changes: tuple[Change, ...], sop_class: str) -> Policy:
    """A policy with changes in it."""
    if "allow" in changes and sop_class:
        policy = replace(policy, allow_sop_classes=policy.allow_sop_classes | {sop_class})
    if "pass" in changes:
        policy = replace(policy, pass_burned_in=True)
    if "clean" in changes:
        policy = replace(policy, options=policy.options | {PIXEL_OPTION})
    return policy
