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
from dicom_deid.regions.unite import unite

KEY = Key(bytes(range(32)))
PROJECT = project_of(KEY)
GROUP, ONE, TWO, THREE = "0b6e1f0c9d8a7b6c5d4e", "a" * 20, "b" * 20, "c" * 20
MARK, OTHER_MARK = "0123456789abcdef", "f" * 16
TOP = Box(Rectangle(0, 0, 800, 59), 1, 0, "device")
WORD = Box(Rectangle(612, 540, 790, 560), 1, 12, "detector")
SEEN = Review((TOP, WORD), APPROVED, "MK", "2026-11-29T10:30:00Z")


def regions(group: Group | None = None, **exceptions: Review) -> Regions:
    one = group or Group(600, 800, 34, SEEN, {ONE: MARK}, {TWO: "PIXELS_DAMAGED"}, 1)
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


def test_a_decision_covers_what_was_looked_at() -> None:
    known = regions(**{ONE: Review((WORD,), APPROVED, "", "2026-11-29T10:31:00Z")})
    assert known.review(GROUP, ONE) == known.exceptions[ONE]
    assert regions().review(GROUP, ONE) == SEEN
    assert known.review(GROUP, TWO) is None, "a frame could not be read"
    assert known.review(GROUP, THREE) is None, "nobody has seen it"
    assert known.review("f" * 20, ONE) is None, "the picture is of another group"


def test_regions_are_in_one_order_and_once() -> None:
    again = TOP._replace(evidence="person")
    assert Review((WORD, TOP, again)).regions == (Region(TOP.rectangle), Region(WORD.rectangle, 1, 12))


def found(boxes: tuple[Box, ...], **instances: str) -> Regions:
    return regions(Group(600, 800, 2, Review(boxes), instances))


def test_boxes_are_united_and_an_approval_stays_for_the_same_instances() -> None:
    more = Box(Rectangle(1, 1, 9, 9))
    both = unite(regions(), found((more, TOP), **{ONE: MARK})).groups[GROUP]
    assert both.review == replace(SEEN, boxes=tuple(sorted((TOP, WORD, more))))
    assert both.frames == 34
    assert both.unread == {TWO: "PIXELS_DAMAGED"}


@pytest.mark.parametrize("instances", [{THREE: MARK}, {ONE: OTHER_MARK}, {TWO: MARK}])
def test_an_approval_is_not_stretched(instances: dict[str, str]) -> None:
    added = found((), **instances)
    for both in (unite(regions(), added), unite(added, regions())):
        if both.groups[GROUP].instances != {ONE: MARK}:
            assert both.groups[GROUP].review == Review(tuple(sorted(SEEN.boxes)))


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
    assert unite(known, found((), **{ONE: OTHER_MARK})).exceptions == {ONE: Review((WORD,))}
    out = Regions(PROJECT, known.groups, {ONE: Review((), LEFT_OUT, "", "2026-01-01T00:00:00Z")})
    assert unite(known, out).exceptions[ONE].decision == LEFT_OUT
    assert unite(out, known).exceptions[ONE].boxes == (WORD,)
