"""Two regions files made one: boxes are united, never intersected, and no decision is stretched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from dicom_deid.errors import PolicyError
from dicom_deid.regions import APPROVED, LEFT_OUT, NONE, Group, Regions, Review
from dicom_deid.regions.merge import merged

STRONG = (NONE, APPROVED, LEFT_OUT)
"""Decisions, from the one that any other goes before."""


def unite(one: Regions, other: Regions) -> Regions:
    """Both together; where an instance changed between them, ``other`` has its newer mark.

    Left out in one is left out. Approved stays approved, with the boxes that were approved, for instances that the
    approver had before the eyes: where there are others, or one that changed, the group gets the boxes of both and
    waits for a new decision, and so does an exception. Raises PolicyError REGIONS_OTHER_KEY where they are of two
    projects.
    """
    if one.project != other.project:
        raise PolicyError("REGIONS_OTHER_KEY")
    groups = dict(one.groups)
    for group_id, added in other.groups.items():
        groups[group_id] = united(groups[group_id], added) if group_id in groups else added
    exceptions = seen_as_now(one, groups)
    for source_id, review in seen_as_now(other, groups).items():
        exceptions[source_id] = stronger(exceptions[source_id], review) if source_id in exceptions else review
    return Regions(one.project, groups, with_those_of_groups(exceptions, groups))


def with_those_of_groups(exceptions: dict[str, Review], groups: dict[str, Group]) -> dict[str, Review]:
    """The exceptions; those that nobody decided on with the boxes of their groups, of which a search may find more."""
    waits = {source_id for source_id, review in exceptions.items() if review.decision == NONE}
    more = {
        source_id: group.review.boxes
        for group in groups.values()
        if group.review.boxes
        for source_id in waits & group.instances.keys()
    }
    return exceptions | {
        source_id: replace(exceptions[source_id], boxes=merged((*exceptions[source_id].boxes, *boxes)))
        for source_id, boxes in more.items()
    }


def united(one: Group, other: Group) -> Group:
    """A group of two files."""
    instances = {**one.instances, **other.instances}
    unread = {name: code for name, code in {**one.unread, **other.unread}.items() if name not in instances}
    seen = {pair for group in (one, other) if group.review.decision == APPROVED for pair in group.instances.items()}
    review = stronger(one.review, other.review)
    if review.decision == APPROVED and not instances.items() <= seen:
        review = Review(merged((*one.review.boxes, *other.review.boxes)))
    frames, alarms = max(one.frames, other.frames), max(one.alarms, other.alarms)
    detector = one.detector if one.detector == other.detector else looked_by(one, other)
    return Group(one.rows, one.columns, frames, review, instances, unread, detector, alarms)


def looked_by(one: Group, other: Group) -> str:
    """The detector that looked at every instance of both; "" where none did, or each at its own."""
    found = [
        group.detector
        for group, apart in ((one, other), (other, one))
        if group.detector and apart.instances.items() <= group.instances.items()
    ]
    return found[-1] if found else ""


def stronger(one: Review, other: Review) -> Review:
    """The review that goes before the other; of two alike the later one, with the boxes of both."""
    weaker, decided = sorted((one, other), key=lambda review: (STRONG.index(review.decision), review.at))
    if weaker.decision != decided.decision:
        return decided
    return replace(decided, boxes=merged((*one.boxes, *other.boxes)))


def seen_as_now(regions: Regions, groups: dict[str, Group]) -> dict[str, Review]:
    """The exceptions of a file; those of instances that have another mark in ``groups`` wait for a new decision."""
    if not regions.exceptions:
        return {}
    before, now = marks(regions.groups.values()), marks(groups.values())
    return {
        source_id: review if before.get(source_id) == now.get(source_id) else waiting(review)
        for source_id, review in regions.exceptions.items()
    }


def waiting(review: Review) -> Review:
    """A review whose approval no longer counts."""
    return Review(review.boxes) if review.decision == APPROVED else review


def marks(groups: Iterable[Group]) -> dict[str, str]:
    """Source id -> mark, of the instances of all groups."""
    return {source_id: mark for group in groups for source_id, mark in group.instances.items()}
