"""Boxes made fewer: those that lie in each other or nearly fill one rectangle become one. None is uncovered by it."""

from __future__ import annotations

from collections.abc import Iterable

from dicom_deid.regions import Box, Rectangle

FEW, MANY = 512, 2048
"""Rectangles that a group may have, and of which each is compared with each."""
FULL = 0.8
"""The part of their common rectangle that two have to fill to become one."""
FOUND = ("detector", "words")
"""Evidence whose boxes are merged: those of headers and of persons stay as they were given."""


def merged(boxes: Iterable[Box]) -> tuple[Box, ...]:
    """The same places in fewer boxes, each of one evidence and of the same frames."""
    kinds: dict[tuple[int, int, str], list[Rectangle]] = {}
    for box in sorted(set(boxes)):
        kinds.setdefault((box.first, box.last, box.evidence), []).append(box.rectangle)
    found: list[Box] = []
    for (first, last, evidence), rectangles in kinds.items():
        made = fewer(rectangles) if evidence in FOUND else rectangles
        found += [Box(rectangle, first, last, evidence) for rectangle in made]
    return tuple(sorted(found))


def fewer(rectangles: list[Rectangle]) -> list[Rectangle]:
    """Rectangles that cover these, no more than FEW: of more, the sides go out to ever coarser lines."""
    found, step = rectangles, 4
    while True:
        if len(found) <= MANY:
            found = joined(found)
        if len(found) <= FEW:
            return found
        step *= 2
        found = sorted({coarse(one, step) for one in found})


def coarse(one: Rectangle, step: int) -> Rectangle:
    """A rectangle with its sides moved out to multiples of ``step``."""
    left, top, right, bottom = one
    return Rectangle(left - left % step, top - top % step, right + -right % step, bottom + -bottom % step)


def joined(rectangles: list[Rectangle]) -> list[Rectangle]:
    """Rectangles, those made one that nearly fill their common one; again until none are left."""
    waiting, done = sorted(rectangles, reverse=True), list[Rectangle]()
    while waiting:
        one = waiting.pop()
        for at, other in enumerate(done):
            common = around(one, other)
            if area(one) + area(other) - shared(one, other) >= FULL * area(common):
                waiting.append(common)
                del done[at]
                break
        else:
            done.append(one)
    return sorted(done)


def around(one: Rectangle, other: Rectangle) -> Rectangle:
    """The least rectangle that covers both."""
    return Rectangle(
        min(one.left, other.left), min(one.top, other.top), max(one.right, other.right), max(one.bottom, other.bottom)
    )


def shared(one: Rectangle, other: Rectangle) -> int:
    """Pixels that both cover."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(width, 0) * max(height, 0)


def area(one: Rectangle) -> int:
    """Pixels of a rectangle."""
    return (one.right - one.left) * (one.bottom - one.top)
