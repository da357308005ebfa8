"""Bits written one behind another."""

from __future__ import annotations

ENOUGH = 8192
"""Bits after which whole bytes are put away."""


class Bits:
    """A stream of bits that grows."""

    def __init__(self) -> None:
        self._out, self._rest, self._count = bytearray(), 0, 0

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._out) * 8 + self._count

    def put(self, value: int, length: int) -> None:
        """Appends a number of ``length`` bits."""
        self._rest = self._rest << length | value
        self._count += length
        if self._count >= ENOUGH:
            left = self._count & 7
            self._out += (self._rest >> left).to_bytes(self._count >> 3, "big")
            self._rest &= (1 << left) - 1
            self._count = left

    def copy(self, data: bytes, start: int, end: int) -> None:
        """Appends the bits [start, end) of ``data``."""
        if end > start:
            last = -(-end // 8)
            value = int.from_bytes(data[start >> 3 : last], "big") >> (last * 8 - end)
            self.put(value & (1 << end - start) - 1, end - start)

    def finished(self) -> bytes:
        """All of it, filled up with ones to whole bytes (ITU-T T.81 F.1.2.3)."""
        missing = -self._count % 8
        self.put((1 << missing) - 1, missing)
        self._out += self._rest.to_bytes(self._count >> 3, "big")
        self._rest = self._count = 0
        return bytes(self._out)
