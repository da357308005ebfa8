"""Stage plan, for one instance: whether the policy writes an object of its kind, or withholds it."""

from __future__ import annotations

from bisect import bisect_left

from dicom_deid.dicom.encoding import ascii_text, number
from dicom_deid.errors import Withheld
from dicom_deid.model import TAG, Instance
from dicom_deid.policy import Plan
from dicom_deid.profile import sop_class_state

BURNED_IN_ANNOTATION = 0x00280301


def admit(plan: Plan, instance: Instance) -> None:
    """Raises Withheld for an instance of a kind that the policy does not write."""
    state = sop_class_state(instance.sop_class)
    if instance.sop_class not in plan.policy.allow_sop_classes:
        if not instance.sop_class or state == "other":
            raise Withheld("UNKNOWN_SOP_CLASS")
        if state == "private":
            raise Withheld("PRIVATE_SOP_CLASS")
        if state == "withheld":
            raise Withheld("SOP_CLASS_WITHHELD")
    if overlay_in_pixels(instance):
        raise Withheld("OVERLAY_IN_PIXELS")
    burned_in = ascii_text(instance.data.get(BURNED_IN_ANNOTATION)).upper()
    if burned_in.startswith("Y") and not plan.policy.pass_burned_in:
        raise Withheld("BURNED_IN")


def overlay_in_pixels(instance: Instance) -> bool:
    """Whether an overlay plane lies in unused bits of the pixel data (retired, PS3.3-2004 C.9.2), which are copied."""
    data = instance.data
    overlays = {element.tag: element for element in data[bisect_left(data, 0x60000000, key=TAG) :]}
    return any(
        tag & 0xFF01FFFF == 0x60000102
        and tag & 0xFFFF0000 | 0x3000 not in overlays
        and number(element, instance.syntax)
        for tag, element in overlays.items()
    )
