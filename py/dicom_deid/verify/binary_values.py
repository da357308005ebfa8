"""The search for long identifiers in the bytes of binary values, a few megabytes at a time.

Binary numbers hold any short word by chance: three given letters stand in every 2 MB of noise. Eight do not, but where
values follow each other evenly, as in a palette, so do their bytes (0123456789). Sought are therefore identifiers of
eight characters or more that are no such row, in ASCII and in UTF-16 of either byte order; others in UTF-8.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import groupby, pairwise
from typing import NamedTuple

from dicom_deid.dicom.bounded import CONTEXTS
from dicom_deid.profile import judged

VRS = frozenset(("AT", "FD", "FL", "OD", "OF", "OL", "OV", "OW", "SL", "SS", "SV", "UL", "US", "UV"))
LEAST = 8
"""Bytes of an identifier that is sought."""
AT_ONCE = 4 * 1024 * 1024
"""Bytes that are searched at a time."""
KINDS = bytes(1 if 0x20 <= byte < 0x7F else 2 if byte == 0 else 0 for byte in range(256))
"""Table of bytes: 1 for ASCII characters, 2 for zero."""
RUN, WIDE = b"\1" * LEAST, b"\1\2" * (LEAST - 1) + b"\1"
"""So many characters in ASCII and in UTF-16."""
SHORT = 256
"""Bytes of a run in which all words are sought at once; in a longer one, they are sought one by one."""
MOST_WORDS = 100
"""Words that are sought one by one; of more, all at once is faster."""
MOST_KNOWN = 1024
"""Short runs that are remembered: palettes repeat theirs."""
UID = re.compile(rb"[0-9.]{9,}")


class Words(NamedTuple):
    """The identifiers that are sought."""

    ascii: tuple[bytes, ...]
    """Folded."""
    pattern: re.Pattern[bytes]
    """For any of these."""
    others: tuple[bytes, ...]
    uids: frozenset[bytes]
    longest: int
    """Bytes."""

    def are_in(self, run: bytes) -> bool:
        """Whether one stands in a run of ASCII characters."""
        if self.uids and not self.uids.isdisjoint(UID.findall(run)):
            return True
        folded = run.lower()
        if len(run) <= SHORT or len(self.ascii) > MOST_WORDS:
            return self.pattern.search(folded) is not None
        return any(word in folded for word in self.ascii)


def is_number(tag: int, vr: str) -> bool:
    """Whether values are binary numbers; of OB, PS3.3 has to say so. A VR can be "OB or OW": PS3.6 leaves it open."""
    return vr in VRS or " or " in vr or (vr == "OB" and tag in judged("numbers"))


def is_held(value: bytes | memoryview, identifiers: frozenset[str], uids: Collection[str] = ()) -> bool:
    """Whether a long identifier or a UID stands in a value of numbers."""
    if len(value) < LEAST or not (identifiers or uids):
        return False
    words = sought(identifiers)._replace(uids=frozenset(uid.encode("latin-1") for uid in uids))
    overlap, before = 2 * max(words.longest, *map(len, uids), 0), b""
    for at in range(0, len(value), AT_ONCE):
        piece = bytes(value[at : at + AT_ONCE + overlap])
        if piece == before:
            continue
        before = piece
        kinds = piece.translate(KINDS)
        if any(word in piece for word in words.others) or in_runs(piece, kinds, words):
            return True
        wide = b"\2" in kinds and WIDE in kinds
        if wide and any(in_runs(piece[odd::2], kinds[odd::2], words) for odd in (0, 1)):
            return True
    return False


@lru_cache(CONTEXTS)
def sought(identifiers: frozenset[str]) -> Words:
    """The identifiers that are long enough."""
    words, others = set[bytes](), set[bytes]()
    for identifier in identifiers:
        if identifier.isascii():
            word = identifier.lower().encode("ascii")
            if len(word) >= LEAST and not is_row(word):
                words.add(word)
            continue
        spelled = (identifier, identifier.title(), identifier.upper())
        others.update(word for word in (one.encode("utf-8", "ignore") for one in spelled) if len(word) >= LEAST)
    pattern = re.compile(either(sorted(words)) if words else b"(?!)")
    longest = max(map(len, words | others), default=0)
    return Words(tuple(sorted(words)), pattern, tuple(sorted(others)), frozenset(), longest)


def is_row(word: bytes) -> bool:
    """Whether the bytes of a word follow each other as numbers do that are evenly spaced: 0123456789, 00112233."""
    return len({after - before for before, after in pairwise(word)}) <= 2


def either(words: list[bytes]) -> bytes:
    """An expression for any of some sorted words; a tree of their letters, which is searched for all at once."""
    if not words[0]:
        return b""
    branches = [
        re.escape(bytes([first])) + either([word[1:] for word in group])
        for first, group in groupby(words, lambda word: word[0])
    ]
    return branches[0] if len(branches) == 1 else b"(?:" + b"|".join(branches) + b")"


def in_runs(piece: bytes, kinds: bytes, words: Words) -> bool:
    """Whether a word stands in one of the runs of ASCII characters; ``kinds`` tells which bytes are any."""
    known = set[bytes]()
    for start, end in runs(kinds):
        run = piece[start:end]
        if run in known:
            continue
        if words.are_in(run):
            return True
        if len(run) <= SHORT and len(known) < MOST_KNOWN:
            known.add(run)
    return False


def runs(kinds: bytes) -> Iterator[tuple[int, int]]:
    """Where runs of ASCII characters begin and end that are long enough for a word."""
    at = kinds.find(RUN)
    while at >= 0:
        end, size = at, SHORT
        while True:  # a run ends where less than all of a window is left of it
            window = kinds[end : end + size]
            left = len(window.lstrip(b"\1"))
            end += len(window) - left
            if left or not window:
                break
            size *= 4
        yield at, end
        at = kinds.find(RUN, end)
