"""Components: groups of pixels that touch, also at corners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dicom_deid.regions import Rectangle

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]


class Component(NamedTuple):
    rectangle: Rectangle
    runs: list[tuple[int, int, int]]
    """Row, first column and the column after the last, from above to below."""

    @property
    def pixels(self) -> int:
        return sum(end - start for _, start, end in self.runs)


def components(found: Mask) -> Iterator[Component]:
    """The components of a mask (rows, columns), in the order of their first pixel."""
    edges = np.diff(np.pad(found.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    rows, starts = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    runs = list(zip(rows.tolist(), starts.tolist(), ends.tolist(), strict=True))
    groups: dict[int, list[tuple[int, int, int]]] = {}
    for run, root in zip(runs, _roots(runs), strict=True):
        groups.setdefault(root, []).append(run)
    for group in groups.values():
        left, right = min(start for _, start, _ in group), max(end for _, _, end in group)
        yield Component(Rectangle(left, group[0][0], right, group[-1][0] + 1), group)


def _roots(runs: list[tuple[int, int, int]]) -> list[int]:
    """Of each run, in the order of rows and columns, the number of the first one that it is joined with."""
    parent = list(range(len(runs)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    above = 0  # the first run of which a pixel may touch the one that is looked at
    for here, (row, start, end) in enumerate(runs):
        while runs[above][0] < row - 1 or (runs[above][0] == row - 1 and runs[above][2] < start):
            above += 1
        other = above
        while runs[other][0] == row - 1 and runs[other][1] <= end:
            one, two = root(other), root(here)
            parent[max(one, two)] = min(one, two)
            other += 1
    return [root(number) for number in range(len(runs))]
