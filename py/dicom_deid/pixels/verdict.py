"""What the regions file says of one instance: withheld, as it is, or made blank, and whether a person approved that."""

from __future__ import annotations

from typing import NamedTuple

from dicom_deid.errors import Withheld
from dicom_deid.model import Instance
from dicom_deid.pixels.alike import group_id, mark
from dicom_deid.policy import Plan
from dicom_deid.regions import APPROVED, LEFT_OUT, Group, Region, Review
from dicom_deid.wording import counted


class Verdict(NamedTuple):
    """The regions to make blank, and whether a person has approved that nothing else identifies."""

    regions: tuple[Region, ...] = ()
    approved: bool = False

    @property
    def told(self) -> str:
        """The fate of the pixels, for the audit."""
        fate = "kept" if not self.regions else f"cleaned ({counted(len(self.regions), 'region')})"
        return f"{fate}; {'reviewed' if self.approved else 'not reviewed'}"


def judge(instance: Instance, size: int, plan: Plan, source_id: str, doubt: str) -> Verdict:
    """The verdict on the pixels of an instance in a source of ``size`` bytes.

    ``doubt``: the reason for which it would be withheld without Clean Pixel Data, or "". Raises Withheld with the step
    that is missing: not looked at, not all of it read, left out, not reviewed.
    """
    group = None if plan.regions is None else plan.regions.groups.get(group_id(instance, plan.key))
    if group is None or plan.regions is None:
        return unseen(doubt)
    review = plan.regions.exceptions.get(source_id, group.review)
    if source_id not in group.instances:
        if source_id in group.unread and (doubt or group.review.boxes or review.boxes):
            raise Withheld("PIXELS_NOT_READ")
        return unseen(doubt)
    if review.decision == LEFT_OUT:
        raise Withheld("PIXELS_LEFT_OUT")
    if group.instances[source_id] != mark(instance, size, plan.key):
        return unseen(doubt or ("changed" if review.boxes else ""))
    if review.decision == APPROVED:
        return Verdict(review.regions, approved=True)
    return undecided(plan, group, review, doubt)


def unseen(doubt: str) -> Verdict:
    """The verdict on an instance that was not looked at: as without the option."""
    if doubt:
        raise Withheld("PIXELS_NOT_SEEN")
    return Verdict()


def undecided(plan: Plan, group: Group, review: Review, doubt: str) -> Verdict:
    """The verdict where nobody has decided."""
    if plan.unreviewed and group.detector:
        return Verdict(review.regions)
    if doubt or review.boxes:
        raise Withheld("PIXELS_NOT_REVIEWED")
    return Verdict()
