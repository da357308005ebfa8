"""Caches: what is kept from one instance to the next, bounded in bytes, so that a hostile folder fills no worker."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")
C = TypeVar("C")

ENTRY = 250
"""Bytes that an entry takes, beside those of its key and value that the caller counts."""
CONTEXTS, FULL = 16, 4
"""Contexts remembered, and how many of them may be full; in one folder, series hardly ever take turns by more.

What is worked out of the identifiers of an instance is kept for as many (`lru_cache`): each is about as large as its
header, and a folder of which every header differs would fill longer ones with what never comes again."""


class Remembered(dict[K, V]):
    """A dictionary that forgets all it holds before it would hold more than ``most`` bytes."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most, self.held = most, 0

    def add(self, key: K, value: V, size: int) -> V:
        """Remembers a value that takes about ``size`` bytes with its key; the value to go on with."""
        if self.full(size):
            self.clear()
        self.held += ENTRY + size
        return self.setdefault(key, value)

    def full(self, size: int) -> bool:
        """Whether another ``size`` bytes would be too much."""
        return self.held + ENTRY + size > self.most

    def clear(self) -> None:
        """Forgets everything."""
        super().clear()
        self.held = 0


class Contexts(Generic[K, V]):
    """A cache for each of a few contexts; a context is everything that the cached values depend on.

    Those that came first are forgotten first.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        """Bytes in one context."""
        self.held: dict[Hashable, Remembered[K, V]] = {}

    def of(self, context: Hashable) -> Remembered[K, V]:
        """The cache of a context."""
        known = self.held.get(context)
        if known is None:
            while len(self.held) >= CONTEXTS or self.bytes > (FULL - 1) * self.most:
                del self.held[next(iter(self.held))]
            known = self.held[context] = Remembered(self.most)
        return known

    @property
    def bytes(self) -> int:
        """Bytes that all contexts take."""
        return sum(cache.held for cache in self.held.values())


class Caches:
    """The caches of one owner, such as a plan: one of each kind, made when it is first asked for.

    They are used by one thread at a time. What one owner keeps no other owner sees.
    """

    def __init__(self) -> None:
        self._held: dict[type, Any] = {}

    def of(self, kind: type[C]) -> C:
        """The cache of a kind, which is a class that needs no arguments."""
        found: C | None = self._held.get(kind)
        if found is None:
            found = self._held[kind] = kind()
        return found
