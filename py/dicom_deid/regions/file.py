"""The regions file: JSON, as docs/pixels.md describes it. All that is wrong with one is told together.

It holds no word of a header: groups and instances are known by ids that the project key makes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from dicom_deid.errors import PolicyError, Problem
from dicom_deid.key import Key
from dicom_deid.nesting import is_deep
from dicom_deid.regions import DECISIONS, EVIDENCE, NONE, Box, Group, Rectangle, Regions, Review
from dicom_deid.regions.places import Place

VERSION = 1
LARGEST = 128 * 1024 * 1024
"""Characters of a file that are taken into memory: about three million instances."""
MOST_GROUPS, MOST_BOXES = 100_000, 4096
MOST_PIXELS, MOST_FRAMES = 65_535, 2**31 - 1
"""Rows and Columns are US (PS3.3 C.7.6.3); Number of Frames is an IS."""
ID, MARK = re.compile(r"[0-9a-f]{20}"), re.compile(r"[0-9a-f]{16}")
REASON = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
NAME = re.compile(r"[^\x00-\x1f\x7f]*")


def project_of(key: Key) -> str:
    """The value by which a regions file tells whether it was made with this key."""
    return key.digest("regions", "")[:8].hex()


def read(text: str, project: str) -> Regions:
    """The regions of a file.

    Raises PolicyError: BAD_REGIONS with all that is wrong, REGIONS_OTHER_KEY for a file of another ``project``.
    """
    problems: list[Problem] = []
    place = Place(loaded(text), "", problems)
    fields = place.fields(("tool", "kind", "version", "project", "groups", "exceptions"))
    if (fields["tool"].value, fields["kind"].value) != ("dicom-deid", "regions"):
        place.wrong("This is no regions file of dicom-deid.")
    elif fields["version"].value != VERSION:
        place.wrong("The file is of another version.")
    refuse(problems)
    own = fields["project"].text(MARK, "sixteen hexadecimal digits")
    groups = {
        group_id: group(entry)
        for group_id, entry in fields["groups"].entries(ID, MOST_GROUPS, "a group id of twenty hexadecimal digits")
    }
    exceptions = {
        source_id: review(entry)
        for source_id, entry in fields["exceptions"].entries(ID, LARGEST, "a source id of twenty hexadecimal digits")
    }
    check_sources(groups, exceptions, place)
    refuse(problems)
    if own != project:
        raise PolicyError("REGIONS_OTHER_KEY")
    return Regions(own, groups, exceptions)


def loaded(text: str) -> object:
    """The document that a text is. Raises PolicyError."""
    try:
        if len(text) <= LARGEST and not is_deep(text):
            return json.loads(text, parse_float=no_number, parse_constant=no_number, object_pairs_hook=single)
        problem = f"The file is nested too deep, or longer than {LARGEST:,} characters."
    except ValueError:
        problem = "This is no JSON, or it is damaged."
    raise PolicyError("BAD_REGIONS", "", (Problem(0, "", problem),))


def no_number(_text: str) -> object:
    """Refuses a number that is not whole."""
    raise ValueError


def single(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object, each of whose names occurs once: of two decisions nobody knows which one counts."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def refuse(problems: list[Problem]) -> None:
    """Raises PolicyError where there are problems."""
    if problems:
        raise PolicyError("BAD_REGIONS", problems[0].word, tuple(problems))


REVIEW = ("boxes", "decision", "by", "at")
GROUP = ("rows", "columns", "frames", *REVIEW, "instances", "unread", "detector", "alarms")


def group(place: Place) -> Group:
    """The group that an object states."""
    fields = place.fields(GROUP)
    instances = fields["instances"].texts(ID, MARK, "sixteen hexadecimal digits")
    unread = fields["unread"].texts(ID, REASON, "a reason code")
    return Group(
        fields["rows"].number(1, MOST_PIXELS),
        fields["columns"].number(1, MOST_PIXELS),
        fields["frames"].number(1, MOST_FRAMES, 1),
        reviewed(fields, place),
        instances,
        unread,
        fields["detector"].text(NAME, "a name"),
        fields["alarms"].number(0, LARGEST, 0),
    )


def review(place: Place) -> Review:
    """The review that an object states."""
    return reviewed(place.fields(REVIEW), place)


def reviewed(fields: Mapping[str, Place], place: Place) -> Review:
    """The review of some fields."""
    boxes = fields["boxes"]
    stated = [] if boxes.value is None else boxes.value
    if not isinstance(stated, list) or len(stated) > MOST_BOXES:
        boxes.wrong(f"this is a list of at most {MOST_BOXES} boxes.")
        stated = []
    found = [box(Place(one, f"{boxes.name}[{at}]", place.problems)) for at, one in enumerate(stated)]
    decision = fields["decision"].one_of(DECISIONS, NONE)
    by, at = fields["by"].text(NAME, "a name"), fields["at"].text(MOMENT, "a time as 2026-11-29T10:30:00Z")
    if decision != NONE and not at:
        place.wrong("a decision has its time.")
    return Review(tuple(found), decision, by, at)


def box(place: Place) -> Box:
    """The box that an object states."""
    fields = place.fields(("rectangle", "frames", "evidence"))
    left, top, right, bottom = numbers(fields["rectangle"], [], 4, MOST_PIXELS)
    first, last = numbers(fields["frames"], [1, 0], 2, MOST_FRAMES)
    if left >= right or top >= bottom:
        fields["rectangle"].wrong("left is less than right, top less than bottom.")
    if first < 1 or 0 < last < first:
        fields["frames"].wrong("frames are counted from 1; the last one is 0 or not before the first.")
    evidence = fields["evidence"].one_of(EVIDENCE)
    return Box(Rectangle(left, top, right, bottom), first, last, evidence)


def numbers(place: Place, default: list[int], count: int, most: int) -> list[int]:
    """A list of whole numbers."""
    value = default if place.value is None else place.value
    if isinstance(value, list) and len(value) == count and all(type(one) is int and 0 <= one <= most for one in value):
        return value
    place.wrong(f"this is a list of {count} whole numbers from 0 to {most}.")
    return list(range(count))


def check_sources(groups: Mapping[str, Group], exceptions: Mapping[str, Review], place: Place) -> None:
    """An instance is of one group, and an exception is of an instance that was looked at."""
    known = set[str]()
    for source_ids in (one for group in groups.values() for one in (group.instances, group.unread)):
        if not known.isdisjoint(source_ids):
            place.wrong("An instance stands there twice.")
        known.update(source_ids)
    if not exceptions.keys() <= known:
        place.wrong("There is an exception for an instance that stands in no group.")


def document(regions: Regions) -> dict[str, Any]:
    """The regions as the file states them, in one order."""
    return {
        "tool": "dicom-deid",
        "kind": "regions",
        "version": VERSION,
        "project": regions.project,
        "groups": {name: stated_group(one) for name, one in sorted(regions.groups.items())},
        "exceptions": {name: stated(one) for name, one in sorted(regions.exceptions.items())},
    }


def stated_group(group: Group) -> dict[str, Any]:
    """A group as the file states it."""
    found: dict[str, Any] = {"rows": group.rows, "columns": group.columns, "frames": group.frames}
    found |= stated(group.review)
    found["instances"] = dict(sorted(group.instances.items()))
    if group.unread:
        found["unread"] = dict(sorted(group.unread.items()))
    if group.detector:
        found["detector"] = group.detector
    if group.alarms:
        found["alarms"] = group.alarms
    return found


def stated(review: Review) -> dict[str, Any]:
    """A review as the file states it."""
    boxes = [
        {"rectangle": list(box.rectangle), "frames": [box.first, box.last], "evidence": box.evidence}
        for box in sorted(set(review.boxes))
    ]
    return {"boxes": boxes, "decision": review.decision, "by": review.by, "at": review.at}


def write(regions: Regions) -> str:
    """The text of the file."""
    return json.dumps(document(regions), indent=1, ensure_ascii=False) + "\n"


def digest(regions: Regions) -> str:
    """SHA-256 of the regions, in hexadecimal digits; it does not depend on order or blanks of a file."""
    text = json.dumps(document(regions), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
