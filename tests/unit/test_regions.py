"""The regions file: read with all problems told, written, united; a decision never covers what nobody saw."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from dicom_deid.errors import PolicyError
from dicom_deid.key import Key
from dicom_deid.regions import APPROVED, LEFT_OUT, NONE, Box, Group, Rectangle, Region, Regions, Review
from dicom_deid.regions.file import digest, project_of, read, write
from dicom_deid.regions.merge import merged
from dicom_deid.regions.unite import unite

KEY = Key(bytes(range(32)))
PROJECT = project_of(KEY)
GROUP, ONE, TWO, THREE = "0b6e1f0c9d8a7b6c5d4e", "a" * 20, "b" * 20, "c" * 20
MARK, OTHER_MARK = "0123456789abcdef", "f" * 16
TOP = Box(Rectangle(0, 0, 800, 59), 1, 0, "device")
WORD = Box(Rectangle(612, 540, 790, 560), 1, 12, "detector")
SEEN = Review((TOP, WORD), APPROVED, "MK", "2026-11-29T10:30:00Z")


def regions(group: Group | None = None, **exceptions: Review) -> Regions:
    one = group or Group(600, 800, 34, SEEN, {ONE: MARK}, {TWO: "PIXELS_DAMAGED"}, "PP-OCRv6 small", 1)
    return Regions(PROJECT, {GROUP: one}, exceptions)


def test_what_is_written_is_read_again() -> None:
    known = regions(**{ONE: Review((WORD,), LEFT_OUT, "Dr. Ø", "2026-11-29T10:31:00Z")})
    assert read(write(known), PROJECT) == known


def test_the_digest_depends_on_content_alone() -> None:
    known = regions()
    document = json.loads(write(known))
    document["groups"][GROUP]["boxes"].reverse()
    shuffled = json.dumps(dict(reversed(document.items())), separators=(",", ":"))
    assert digest(read(shuffled, PROJECT)) == digest(known)
    for other in (replace(SEEN, decision=NONE), replace(SEEN, by="X"), replace(SEEN, boxes=(TOP,))):
        assert digest(regions(replace(known.groups[GROUP], review=other))) != digest(known)


def wrong(change: Callable[[dict[str, Any]], object]) -> list[str]:
    document = json.loads(write(regions()))
    change(document)
    with pytest.raises(PolicyError) as caught:
        read(json.dumps(document), PROJECT)
    assert caught.value.code == "BAD_REGIONS"
    return [str(problem) for problem in caught.value.problems]


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "tool": lambda whole: whole.update(tool="other"),
    "version": lambda whole: whole.update(version=2),
    "no version": lambda whole: whole.pop("version"),
    "project": lambda whole: whole.update(project="x"),
    "more": lambda whole: whole.update(more=1),
    "group id": lambda whole: whole["groups"].update({"Okonkwo": whole["groups"][GROUP]}),
    "group": lambda whole: whole["groups"].update({GROUP: []}),
    "rows": lambda whole: whole["groups"][GROUP].update(rows=0),
    "rows as a switch": lambda whole: whole["groups"][GROUP].update(rows=True),
    "no rows": lambda whole: whole["groups"][GROUP].pop("rows"),
    "decision": lambda whole: whole["groups"][GROUP].update(decision="Approved"),
    "time": lambda whole: whole["groups"][GROUP].update(at=""),
    "name": lambda whole: whole["groups"][GROUP].update(by="a\nb"),
    "long name": lambda whole: whole["groups"][GROUP].update(by="a" * 65),
    "boxes": lambda whole: whole["groups"][GROUP].update(boxes={}),
    "many boxes": lambda whole: whole["groups"][GROUP].update(boxes=whole["groups"][GROUP]["boxes"] * 2049),
    "rectangle": lambda whole: whole["groups"][GROUP]["boxes"][0].update(rectangle=[5, 0, 5, 2]),
    "negative": lambda whole: whole["groups"][GROUP]["boxes"][0].update(rectangle=[-1, 0, 5, 2]),
    "three sides": lambda whole: whole["groups"][GROUP]["boxes"][0].update(rectangle=[0, 0, 5]),
    "frames": lambda whole: whole["groups"][GROUP]["boxes"][0].update(frames=[3, 2]),
    "frame 0": lambda whole: whole["groups"][GROUP]["boxes"][0].update(frames=[0, 2]),
    "evidence": lambda whole: whole["groups"][GROUP]["boxes"][0].pop("evidence"),
    "mark": lambda whole: whole["groups"][GROUP]["instances"].update({ONE: "1"}),
    "read and unread": lambda whole: whole["groups"][GROUP]["unread"].update({ONE: "PIXELS_DAMAGED"}),
    "two groups": lambda whole: whole["groups"].update({"1" * 20: whole["groups"][GROUP]}),
    "strange exception": lambda whole: whole["exceptions"].update({THREE: {"decision": "none"}}),
    "reason": lambda whole: whole["groups"][GROUP]["unread"].update({TWO: "Mrs Okonkwo"}),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_anything_else_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    told = wrong(change)
    assert told
    assert "Okonkwo" not in "".join(told)


def test_all_problems_are_told_together() -> None:
    def change(whole: dict[str, Any]) -> None:
        for name in ("rows", "decision", "frames"):
            CHANGES[name](whole)

    told = wrong(change)
    assert [line.split(":")[0] for line in told] == [
        f"groups.{GROUP}.rows", f"groups.{GROUP}.boxes[0].frames", f"groups.{GROUP}.decision",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["", "{", write(regions())[:-9], "[" * 100_000, '{"tool": NaN}', write(regions()).replace("600", "6e2"), "[]",
     write(regions()).replace('"decision"', '"decision": "left out", "decision"')],
)  # fmt: skip
def test_a_damaged_file_is_refused(text: str) -> None:
    with pytest.raises(PolicyError, match="BAD_REGIONS"):
        read(text, PROJECT)


def test_a_file_of_another_key_is_refused() -> None:
    other = project_of(Key(bytes(32)))
    with pytest.raises(PolicyError, match="REGIONS_OTHER_KEY"):
        read(write(regions()), other)
    with pytest.raises(PolicyError, match="REGIONS_OTHER_KEY"):
        unite(regions(), Regions(other))


def test_regions_are_in_one_order_and_once() -> None:
    again = TOP._replace(evidence="person")
    assert Review((WORD, TOP, again)).regions == (Region(TOP.rectangle), Region(WORD.rectangle, 1, 12))


def found(boxes: tuple[Box, ...], **instances: str) -> Regions:
    return regions(Group(600, 800, 2, Review(boxes), instances))


def test_boxes_are_united_while_nobody_has_decided() -> None:
    more = Box(Rectangle(1, 100, 9, 109), evidence="detector")
    both = unite(found((TOP,), **{ONE: MARK}), found((more,), **{THREE: MARK})).groups[GROUP]
    assert both.review == Review((TOP, more))
    assert both.instances == {ONE: MARK, THREE: MARK}


def test_an_approval_stays_as_it_is_for_the_same_instances() -> None:
    """What a person took away does not come back because it is found again."""
    added = found((Box(Rectangle(1, 1, 9, 9), evidence="detector"),), **{ONE: MARK})
    for both in (unite(regions(), added), unite(added, regions())):
        assert both.groups[GROUP].review == SEEN
        assert both.groups[GROUP].frames == 34


@pytest.mark.parametrize("instances", [{THREE: MARK}, {ONE: OTHER_MARK}, {TWO: MARK}])
def test_an_approval_is_not_stretched(instances: dict[str, str]) -> None:
    more = Box(Rectangle(1, 100, 9, 109), evidence="detector")
    both = unite(regions(), found((more,), **instances)).groups[GROUP]
    assert both.review == Review(tuple(sorted((*SEEN.boxes, more))))
    if ONE not in instances:
        assert unite(found((more,), **instances), regions()).groups[GROUP].review == both.review


def test_two_approvals_cover_both_and_the_later_one_is_told() -> None:
    later = Review((TOP,), APPROVED, "B", "2026-11-30T00:00:00Z")
    both = unite(regions(Group(600, 800, 1, later, {TWO: MARK})), regions()).groups[GROUP]
    assert both.review == replace(later, boxes=tuple(sorted(SEEN.boxes)))
    assert both.instances == {ONE: MARK, TWO: MARK}
    assert both.unread == {}, "the other one has read it"


def test_left_out_by_one_is_left_out() -> None:
    out = regions(Group(600, 800, 1, Review((), LEFT_OUT, "B", "2026-01-01T00:00:00Z"), {ONE: MARK}))
    for both in (unite(regions(), out), unite(out, regions())):
        assert both.groups[GROUP].review.decision == LEFT_OUT


def test_an_exception_of_an_instance_that_changed_waits() -> None:
    known = regions(**{ONE: Review((WORD,), APPROVED, "", "2026-11-29T10:31:00Z")})
    assert unite(known, found((), **{ONE: MARK})).exceptions == known.exceptions
    assert unite(known, found((), **{ONE: OTHER_MARK})).exceptions == {ONE: Review(SEEN.boxes)}
    out = Regions(PROJECT, known.groups, {ONE: Review((), LEFT_OUT, "", "2026-01-01T00:00:00Z")})
    assert unite(known, out).exceptions[ONE].decision == LEFT_OUT
    assert unite(out, known).exceptions[ONE].decision == LEFT_OUT


def test_an_exception_that_waits_gets_what_a_later_search_finds_for_its_group() -> None:
    masked = Box(Rectangle(3, 4, 9, 9), evidence="mask")
    known = Regions(PROJECT, {GROUP: Group(600, 800, instances={ONE: MARK, TWO: MARK})}, {ONE: Review((masked,))})
    later = unite(known, found((TOP,), **{ONE: MARK, TWO: MARK}))
    assert set(later.exceptions[ONE].boxes) == {masked, TOP}
    assert later.groups[GROUP].review.boxes == (TOP,)


@pytest.mark.parametrize(
    ("instances", "detector"), [({}, "small"), ({ONE: MARK}, "small"), ({THREE: MARK}, ""), ({ONE: OTHER_MARK}, "")]
)
def test_a_detector_that_did_not_look_at_all_is_not_named(instances: dict[str, str], detector: str) -> None:
    looked = regions(Group(600, 800, instances={ONE: MARK}, detector="small"))
    not_looked = regions(Group(600, 800, instances=instances))
    for both in (unite(looked, not_looked), unite(not_looked, looked)):
        if both.groups[GROUP].instances[ONE] == MARK:
            assert both.groups[GROUP].detector == detector


def test_merged_boxes_cover_what_they_covered_and_only_found_ones_are_merged() -> None:
    near = [Box(Rectangle(10, 10, 50, 20), evidence="detector"), Box(Rectangle(12, 10, 53, 20), evidence="detector")]
    assert merged(near) == (Box(Rectangle(10, 10, 53, 20), evidence="detector"),)
    apart = [near[0], Box(Rectangle(10, 40, 50, 50), evidence="detector")]
    assert merged(apart) == tuple(apart)
    drawn = tuple(box._replace(evidence="person") for box in near)
    assert merged(drawn) == drawn
    other_frames = (near[0], near[1]._replace(first=2))
    assert merged(other_frames) == other_frames


def test_many_boxes_become_few_enough_for_a_file() -> None:
    many = [
        Box(Rectangle(9 * x, 9 * y, 9 * x + 1, 9 * y + 1), evidence="detector") for x in range(70) for y in range(70)
    ]
    few = merged(many)
    assert len(few) <= 512
    places = [one.rectangle for one in few]
    for x, y, *_ in (box.rectangle for box in many):
        assert any(one.left <= x < one.right and one.top <= y < one.bottom for one in places)
