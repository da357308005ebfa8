"""Draft of an imported policy: its rules, and notes on the lines from which they come."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dicom_deid.errors import Wrong
from dicom_deid.policy.rules import Rule
from dicom_deid.policy.targets import target

UNTOUCHED = "No rule reaches the markers, the UIDs that name the output, and what describes the pixel data."
"""A difference of every import: other tools let a script change them."""


class Line(NamedTuple):
    """One or more lines of a script."""

    first: int
    last: int
    text: str
    why: str = ""

    @property
    def place(self) -> str:
        return f"line {self.first}" if self.first == self.last else f"lines {self.first} to {self.last}"


@dataclass(slots=True)
class Imported:
    """A script in the making of a policy."""

    tool: str
    notes: list[str]
    """Differences of the script as a whole."""
    options: set[str] = field(default_factory=set)
    rules: list[Rule] = field(default_factory=list)
    carried: int = 0
    off: int = 0
    """Lines that the script itself has switched off."""
    differing: list[Line] = field(default_factory=list)
    left: list[Line] = field(default_factory=list)

    def leave(self, line: Line, why: str) -> None:
        """Tells that a line could not be carried over."""
        self.left.append(line._replace(why=why))

    def carry(self, line: Line, *rules: Rule, differs: str = "") -> None:
        """Takes the rules of a line; where one of them cannot be followed, the whole line is left."""
        try:
            for rule in rules:
                target(rule)
        except Wrong as wrong:
            self.leave(line, wrong.text)
            return
        self.rules += rules
        self.carried += 1
        if differs:
            self.differing.append(line._replace(why=differs))

    def fields(self) -> dict[str, Any]:
        """The fields of the policy."""
        found: dict[str, Any] = {"options": sorted(self.options)}
        return found | ({"attribute": [rule.stated() for rule in self.rules]} if self.rules else {})
