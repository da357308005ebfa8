"""Batches: what is sent in one request, or over one association in a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from dicom_deid.pacs.outgoing import Outgoing

MOST_FILES, MOST_BYTES = 20, 32_000_000
"""Of a request."""
IN_A_ROW = 5
"""Instances that an association takes over at once, so that none has much left when the others are done."""
MOST_PAIRS = 127
"""Presentation contexts of an association, but for one: that of C-ECHO, without which one that takes nothing would not
be accepted, and nothing be known of why."""
Pair = tuple[str, str]
"""SOP Class and transfer syntax: what a presentation context is for."""


class Batch(NamedTuple):
    instances: list[Outgoing]
    pairs: tuple[Pair, ...] = ()
    """With DIMSE: the presentation contexts of the association, which other batches share."""


def batches(instances: Sequence[Outgoing], *, by_pairs: bool) -> list[Batch]:
    """All instances in batches; ``by_pairs``: of as many kinds only as one association has presentation contexts."""
    if not by_pairs:
        return [Batch(some) for some in parts(instances)]
    pairs = sorted({pair_of(one) for one in instances})
    groups = [tuple(pairs[start : start + MOST_PAIRS]) for start in range(0, len(pairs), MOST_PAIRS)]
    number = {pair: at for at, group in enumerate(groups) for pair in group}
    ordered = sorted(instances, key=lambda one: number[pair_of(one)])
    return [
        Batch(some, groups[at])
        for at, own in groupby(ordered, key=lambda one: number[pair_of(one)])
        for some in parts(list(own), IN_A_ROW)
    ]


def pair_of(one: Outgoing) -> Pair:
    return one.sop_class, one.transfer_syntax


def parts(instances: Sequence[Outgoing], most_files: int = MOST_FILES) -> Iterator[list[Outgoing]]:
    """Instances in their order, so many at once as a request takes; one that is larger goes alone."""
    part, size = list[Outgoing](), 0
    for one in instances:
        if part and (len(part) == most_files or size + one.size > MOST_BYTES):
            yield part
            part, size = [], 0
        part.append(one)
        size += one.size
    if part:
        yield part
