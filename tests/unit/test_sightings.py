"""Words that were read compared with the header, and sightings of instances that make groups."""

from __future__ import annotations

import pytest
from dicom_deid.key import Key
from dicom_deid.pixels.evidence.words import names
from dicom_deid.pixels.sighting import Gathering, Sighting, by_header
from dicom_deid.pixels.verdict import judge
from dicom_deid.policy import Plan, Policy
from dicom_deid.regions import NONE, Box, Rectangle
from dicom_deid.regions.file import project_of, read, write
from dicom_deid.scan import inspect
from made import KEY, SOURCE_ID, Stingy, ct, to_bytes

IDENTIFIERS = frozenset(("okonkwo", "adaeze", "mrn-0815-4711", "19610307", "иванов", "li"))


@pytest.mark.parametrize(
    "text",
    ["OKONKWO", "OK0NKW0 ADAEZE", "Okomkwo", "Patient: okonkwoadaeze", "MRN 0815-4711", "MRN-08l5-47I1", "1961-03-07",
     "1961 03 O7", "ИВАНОВ", "IVANOV"],
)  # fmt: skip
def test_a_text_that_nearly_says_an_identifier_is_recognised(text: str) -> None:
    assert names(text, IDENTIFIERS)


@pytest.mark.parametrize("text", ["", "L", "Liver", "KIDNEY 42", "Okapi", "1961", "SCV------1", "Gain 50 dB"])
def test_other_text_is_not(text: str) -> None:
    assert not names(text, IDENTIFIERS)


def sighting(source_id: str, *boxes: Box, detector: str = "small", **values: object) -> Sighting:
    return Sighting(source_id, "0" * 20, "f" * 16, 60, 80, 1, boxes, detector)._replace(**values)  # type: ignore[arg-type]


ONE, TWO, THREE = "a" * 20, "b" * 20, "c" * 20
BOX = Box(Rectangle(1, 1, 20, 9), evidence="detector")
OTHER = Box(Rectangle(1, 40, 20, 49), evidence="detector")


def test_the_boxes_of_all_instances_count_for_their_group() -> None:
    gathering = Gathering(project_of(Key(KEY)))
    gathering.add(sighting(ONE, BOX, alarm=True))
    gathering.add(sighting(TWO, OTHER, frames=7))
    gathering.add(sighting(THREE, BOX, unread="PIXELS_DAMAGED"))
    regions = gathering.regions()
    group = regions.groups["0" * 20]
    assert group.review.boxes == (BOX, OTHER)
    assert group.review.decision == NONE
    assert (set(group.instances), dict(group.unread)) == ({ONE, TWO}, {THREE: "PIXELS_DAMAGED"})
    assert (group.frames, group.alarms, group.detector) == (7, 1, "small")
    assert read(write(regions), regions.project) == regions


def test_the_order_of_instances_makes_no_difference() -> None:
    sightings = [sighting(f"{n:020x}", Box(Rectangle(n, 5, n + 9, 12), evidence="detector")) for n in range(60)]
    found = []
    for order in (sightings, sightings[::-1]):
        gathering = Gathering(project_of(Key(KEY)))
        for one in order:
            gathering.add(one)
        found.append(write(gathering.regions()))
    assert found[0] == found[1]


def test_a_detector_is_named_if_it_looked_at_every_instance() -> None:
    for others, told in (("small", "small"), ("tiny", ""), ("", "")):
        gathering = Gathering(project_of(Key(KEY)))
        gathering.add(sighting(ONE))
        gathering.add(sighting(TWO, detector=others))
        assert gathering.regions().groups["0" * 20].detector == told


def test_what_is_seen_by_the_header_is_known_again_by_the_verdict() -> None:
    data, key = to_bytes(ct()), Key(KEY)
    instance = inspect(Stingy(data, len(data)))
    seen = by_header(instance, SOURCE_ID, len(data), key)
    gathering = Gathering(project_of(key))
    gathering.add(seen._replace(detector="small"))
    plan = Plan(Policy(["clean-pixel-data"]), key, regions=gathering.regions(), unreviewed=True)
    assert judge(instance, len(data), plan, SOURCE_ID, "BURNED_IN").told == "kept; not reviewed"
