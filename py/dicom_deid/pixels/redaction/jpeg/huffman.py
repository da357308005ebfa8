"""Huffman tables of JPEG (ITU-T T.81 C, F.2.2.3), and more symbols for a table whose codes stay as they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

LONGEST = 16
"""Bits of the longest code. A code of ones alone is never given (C.2)."""
MOST_BITS = 15
"""Bits of a difference of DC, in images of 12 bits (F.1.2.1)."""


class Code(NamedTuple):
    length: int
    bits: int


class Table(NamedTuple):
    """A table as DHT has it: how many codes there are of 1 to 16 bits, and their symbols in that order."""

    counts: tuple[int, ...]
    symbols: bytes

    def codes(self) -> dict[int, Code]:
        """Symbol -> its code."""
        found, place, bits = dict[int, Code](), 0, 0
        for length, count in enumerate(self.counts, 1):
            for symbol in self.symbols[place : place + count]:
                found[symbol] = Code(length, bits)
                bits += 1
            place += count
            bits <<= 1
        return found

    def lookup(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """For each 16 bits the length of the code that they begin with, 0 where there is none, and its symbol."""
        lengths, symbols = np.zeros(1 << LONGEST, np.uint8), np.zeros(1 << LONGEST, np.uint8)
        for symbol, (length, bits) in self.codes().items():
            first, behind = bits << LONGEST - length, bits + 1 << LONGEST - length
            lengths[first:behind], symbols[first:behind] = length, symbol
        return lengths, symbols

    def extended(self, wanted: Iterable[int]) -> Table:
        """The table with codes for more symbols, as far as there is room; no code that it has is another one then."""
        last = max((code for code in self.codes().values()), default=Code(1, -1))
        room = (1 << LONGEST) - 1 - (last.bits + 1 << LONGEST - last.length)
        more = bytes([symbol for symbol in wanted if symbol not in self.symbols][: max(room, 0)])
        counts = (*self.counts[:-1], self.counts[-1] + len(more))
        return Table(counts, self.symbols + more)

    def content(self, kind: int, number: int) -> bytes:
        """What a DHT segment says of it."""
        return bytes((kind << 4 | number, *self.counts)) + self.symbols


def tables_of(content: bytes) -> dict[tuple[int, int], Table]:
    """The tables of a DHT segment by class and identifier. Raises IndexError where it is too short or no table is."""
    at, found = 0, dict[tuple[int, int], Table]()
    while at < len(content):
        counts = tuple(content[at + 1 : at + 17])
        symbols = content[at + 17 : at + 17 + sum(counts)]
        if len(counts) != LONGEST or len(symbols) != sum(counts):
            raise IndexError
        if content[at] >> 4 == 0 and max(symbols, default=0) > MOST_BITS:
            raise IndexError
        found[content[at] >> 4, content[at] & 15] = Table(counts, symbols)
        at += 17 + len(symbols)
    return found


class Reading:
    """A table in the form in which whole stretches of bits are looked up at once."""

    def __init__(self, table: Table) -> None:
        self.lengths, self.symbols = table.lookup()

    def of(self, windows: NDArray[Any]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Lengths and symbols for each 16 bits."""
        return self.lengths[windows], self.symbols[windows]
