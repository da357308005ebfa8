"""The walk through an entropy-coded part of a JPEG scan: touched blocks become flat, all others keep their bits.

After Clunie and Gebow, "Block selective redaction for minimizing loss during de-identification of burned in text in
irreversibly compressed JPEG medical images" (2015). numpy works out for a stretch of bits what a code that began at
each of them would mean; a loop then goes from code to code.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dicom_deid.errors import Failed, Withheld
from dicom_deid.pixels.redaction.description import CANNOT
from dicom_deid.pixels.redaction.jpeg.bits import Bits
from dicom_deid.pixels.redaction.jpeg.huffman import Code, Reading, Table

STRETCH = 1 << 17
"""Bytes looked up at a time: what they would mean takes some ten times as much."""
LONGEST_BLOCK = 64 * 32
"""Bits of a block at the most."""
END_OF_BLOCK, SIXTEEN_ZEROS = 0x00, 0xF0
PAST = 64
"""Coefficients that an end of block stands for, or more."""
NO_CODE = 128
DC_SYMBOLS, WIDE_DC_SYMBOLS = range(12), range(16)
"""Categories of differences of 8 and of 12 bits (ITU-T T.81 tables F.1, F.6)."""


class Coder:
    """The codes of a component in a scan: for reading, and for writing, where a table may have more symbols."""

    def __init__(self, dc: tuple[int, Table], ac: tuple[int, Table], target: int, precision: int) -> None:
        self.target = target
        self.dc, self.ac = Reading(dc[1]), Reading(ac[1])
        more = dc[1].extended(DC_SYMBOLS if precision == 8 else WIDE_DC_SYMBOLS), ac[1].extended((END_OF_BLOCK,))
        self._before = ((0, *dc), (1, *ac))
        self._more = more
        self._codes, self._end = more[0].codes(), more[1].codes().get(END_OF_BLOCK)
        self._new = {symbol for symbol in more[0].symbols if symbol not in dc[1].symbols}
        self._used: set[int] = set()

    def difference(self, out: Bits, value: int) -> None:
        """Writes a difference of DC (F.1.2.1)."""
        size = abs(value).bit_length()
        code = self._codes.get(size)
        if code is None:
            raise Withheld(CANNOT)
        self._used.add(size)
        out.put(code.bits, code.length)
        out.put(value if value >= 0 else value + (1 << size) - 1, size)

    def end(self, out: Bits) -> None:
        """Writes the end of a block without other coefficients."""
        code: Code | None = self._end
        if code is None:
            raise Withheld(CANNOT)
        out.put(code.bits, code.length)

    def longer(self) -> list[tuple[int, int, Table]]:
        """Class, identifier and content of the tables that were used with more symbols than they had."""
        dc, ac = self._before
        found = [(0, dc[1], self._more[0])] if self._used & self._new else []
        return found + ([(1, ac[1], self._more[1])] if END_OF_BLOCK not in ac[2].symbols else [])


class Stretch:
    """What codes would mean from each bit of a stretch of ``data`` on; ``base``: its first bit."""

    def __init__(self, data: bytes, coders: Sequence[Coder], at: int) -> None:
        first = at >> 3
        part = np.frombuffer(data[first : first + STRETCH] + b"\xff" * 8, np.uint8).astype(np.uint32)
        wide = part[:-3] << 24 | part[1:-2] << 16 | part[2:-1] << 8 | part[3:]
        windows = (wide[:, None] << np.arange(8, dtype=np.uint32) >> 16).astype(np.uint16).reshape(-1)
        self.base = first * 8
        self.last = self.base + STRETCH * 8 - LONGEST_BLOCK
        """The last bit at which a block can begin and end within."""
        known: dict[int, tuple[bytes, bytes]] = {}
        self.of = []
        for coder in coders:
            for reading, meaning in ((coder.dc, difference_codes), (coder.ac, coefficient_codes)):
                if id(reading) not in known:
                    known[id(reading)] = meaning(*reading.of(windows))
            self.of.append((*known[id(coder.dc)], *known[id(coder.ac)]))


def difference_codes(lengths: np.ndarray, symbols: np.ndarray) -> tuple[bytes, bytes]:
    """Lengths of codes, 0 for none, and bits of the differences behind them."""
    return lengths.tobytes(), symbols.tobytes()


def coefficient_codes(lengths: np.ndarray, symbols: np.ndarray) -> tuple[bytes, bytes]:
    """Bits of codes with the coefficients behind them, and how many coefficients they stand for."""
    sizes = symbols & 15
    runs = (symbols >> 4) + 1
    runs[(sizes == 0) & (symbols != SIXTEEN_ZEROS)] = PAST
    runs[lengths == 0] = NO_CODE
    return (lengths + sizes).tobytes(), runs.tobytes()


class Walk:
    """One part, from block to block. ``coders``: those of the components of the scan."""

    def __init__(self, data: bytes, coders: Sequence[Coder]) -> None:
        self.data, self.coders, self.total = data, coders, len(data) * 8
        self.out, self.at, self.copied = Bits(), 0, 0
        self.old, self.new = [0] * len(coders), [0] * len(coders)
        """The DC of each component in the block before, as it was and as it is now."""
        self.stretch = Stretch(data, coders, 0)

    def blanked(self, touched: list[list[bool]], order: Sequence[int]) -> bytes:
        """The part with its touched blocks flat, without stuffing.

        ``touched``: for each MCU and block of it; ``order``: the place of the component of each block.
        """
        last = max(number for number, flags in enumerate(touched) if any(flags))
        for number, flags in enumerate(touched):
            if number > last and self.old == self.new and not self.is_filled_twice():
                self.at = self.total
                break
            for which, is_touched in zip(order, flags, strict=True):
                self.block(which, is_touched)
        self.out.copy(self.data, self.copied, self.at)
        return self.out.finished()

    def is_filled_twice(self) -> bool:
        """Whether the last byte could be nothing but old and new filling, so that the end of the codes has to be found.

        Nobody sees how many of the ones at the end are filling.
        """
        behind = (self.out.count + self.total - self.copied) % 8
        return behind > 0 and self.data[-1] & (1 << behind) - 1 == (1 << behind) - 1

    def block(self, which: int, is_touched: bool) -> None:
        """Goes past one block."""
        if self.at > self.stretch.last:
            self.stretch = Stretch(self.data, self.coders, self.at)
        begin, base = self.at, self.stretch.base
        lengths, sizes, steps, runs = self.stretch.of[which]
        length, size = lengths[begin - base], sizes[begin - base]
        behind = begin + length + size
        here, coefficient = behind - base, 1
        while coefficient < PAST:
            coefficient += runs[here]
            here += steps[here]
        self.at = here + base
        if not length or coefficient > NO_CODE or self.at > self.total:
            raise Failed("PIXELS_DAMAGED")
        before, coder = self.old[which], self.coders[which]
        if size:
            self.old[which] += self.difference(begin + length, size)
        if is_touched:
            self.rewrite(which, begin, coder.target, self.at)
            coder.end(self.out)
        elif self.new[which] != before:
            self.rewrite(which, begin, self.old[which], behind)
        else:
            self.new[which] = self.old[which]

    def rewrite(self, which: int, begin: int, value: int, behind: int) -> None:
        """Copies what is before a block, and gives it another DC; the bits from ``behind`` on are copied later."""
        self.out.copy(self.data, self.copied, begin)
        self.coders[which].difference(self.out, value - self.new[which])
        self.new[which], self.copied = value, behind

    def difference(self, at: int, size: int) -> int:
        """The difference of DC whose bits begin at ``at`` (F.2.2.1)."""
        first = at >> 3
        value = int.from_bytes(self.data[first : first + 4].ljust(4, b"\xff"), "big")
        value = value >> 32 - (at & 7) - size & (1 << size) - 1
        return value if value >> size - 1 else value - (1 << size) + 1
