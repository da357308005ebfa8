"""One check of the answer key."""

from __future__ import annotations

from dataclasses import dataclass

Path = tuple[str | int, ...]
"""Keywords, with the number of the item after that of a sequence, or of the value where there are many."""
Options = frozenset[str]


@dataclass(frozen=True)
class Check:
    """One check of one value: what category it counts in, where the value stands, and what it was.

    ``fault`` is the kind of fault of which the value is an example (cases.py), none for most.
    """

    category: str
    path: Path
    value: object = ""
    fault: str = ""

    @property
    def counted(self) -> str:
        return f"{self.category} ({self.fault})" if self.fault else self.category
