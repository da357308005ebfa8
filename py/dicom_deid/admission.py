"""Stage plan, for one instance: whether the policy writes an object of its kind, or withholds it."""

from __future__ import annotations

from collections.abc import Iterator

from dicom_deid.errors import Withheld
from dicom_deid.facts import Facts
from dicom_deid.policy import PIXEL_OPTION, Policy
from dicom_deid.profile import sop_class_state

SOUND = "SOUND_RECORDED"
CLEANABLE = frozenset(("SOP_CLASS_WITHHELD", "BURNED_IN", "PIXELS_SHOW_TEXT", "PIXELS_SHOW_PERSON"))
"""Reasons that speak of what pixels show: an approved review of them answers it (PS3.15 E.3.1)."""


def admit(policy: Policy, facts: Facts) -> str:
    """Raises Withheld for an instance of a kind that the policy does not write.

    With Clean Pixel Data, the reason for which it would be withheld but for that option, "" where there is none.
    """
    doubt = ""
    for reason in objections(policy, facts):
        if not (facts.picture and reason in CLEANABLE and PIXEL_OPTION in policy.options):
            raise Withheld(reason)
        doubt = doubt or reason
    return doubt


def objections(policy: Policy, facts: Facts) -> Iterator[str]:
    """The reasons why the policy does not write an instance. worker/shared/forecast.js has the same rule."""
    state = sop_class_state(facts.sop_class)
    allowed = facts.sop_class in policy.allow_sop_classes
    if not allowed:
        if not facts.sop_class or state == "other":
            yield "UNKNOWN_SOP_CLASS"
        elif state == "private":
            yield "PRIVATE_SOP_CLASS"
        elif state == "withheld":
            yield "SOP_CLASS_WITHHELD"
    if policy.withhold_faces and facts.head:
        yield "FACE_WITHHELD"
    if facts.overlay:
        yield "OVERLAY_IN_PIXELS"
    if not policy.pass_burned_in:
        yield from (reason for reason, says_so in facts.signs if says_so or not allowed)
        if facts.sound and not allowed:
            yield SOUND
