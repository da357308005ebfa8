"""Evidence for boxes that headers give: ultrasound regions and tables of devices."""

from __future__ import annotations

from collections.abc import Iterable

from dicom_deid.regions import Box, Rectangle


def clipped(rectangle: Rectangle, rows: int, columns: int) -> Rectangle | None:
    """The part of a rectangle that lies in a picture; None where there is none."""
    left, top = max(rectangle.left, 0), max(rectangle.top, 0)
    right, bottom = min(rectangle.right, columns), min(rectangle.bottom, rows)
    return Rectangle(left, top, right, bottom) if left < right and top < bottom else None


def boxes(rectangles: Iterable[Rectangle], rows: int, columns: int, evidence: str) -> list[Box]:
    """A box for each rectangle that reaches into a picture, in all of its frames."""
    inside = (clipped(rectangle, rows, columns) for rectangle in rectangles)
    return [Box(rectangle, evidence=evidence) for rectangle in inside if rectangle is not None]
