"""The values of a JSON document, where they stand, and all that is wrong with them: told together, quoting nothing."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from dicom_deid.errors import Problem

MOST_PROBLEMS = 100
LONGEST = 64
"""Characters of a text."""


class Place(NamedTuple):
    """A value of the document, where it stands, and what is wrong so far."""

    value: Any
    name: str
    problems: list[Problem]

    def wrong(self, text: str) -> None:
        """Notes a problem; the first hundred are told. The text quotes nothing of the file."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(0, self.name, f"{self.name}: {text}" if self.name else text))

    def fields(self, known: tuple[str, ...]) -> Mapping[str, Place]:
        """The fields of an object; those that it has not are of value None."""
        if not isinstance(self.value, dict):
            self.wrong("this is an object.")
            return {name: Place(None, f"{self.name}.{name}".lstrip("."), []) for name in known}
        if not self.value.keys() <= set(known):
            self.wrong(f"it has no other fields than {', '.join(known)}.")
        found = self.value
        return {name: Place(found.get(name), f"{self.name}.{name}".lstrip("."), self.problems) for name in known}

    def entries(self, key: re.Pattern[str], most: int, meaning: str) -> Iterator[tuple[str, Place]]:
        """The entries of an object whose keys are ids; none where it is not there."""
        if self.value is None:
            return
        if not isinstance(self.value, dict) or len(self.value) > most:
            self.wrong(f"this is an object of at most {most} entries.")
            return
        for number, (name, value) in enumerate(self.value.items(), 1):
            if key.fullmatch(name):
                yield name, Place(value, f"{self.name}.{name}", self.problems)
            else:
                self.wrong(f"entry {number} is not named by {meaning}.")

    def texts(self, key: re.Pattern[str], pattern: re.Pattern[str], meaning: str) -> dict[str, str]:
        """An object of texts by source ids; there can be a million."""
        value = self.value
        if isinstance(value, dict) and all(
            key.fullmatch(name) and isinstance(text, str) and pattern.fullmatch(text) for name, text in value.items()
        ):
            return value
        entries = self.entries(key, sys.maxsize, "a source id of twenty hexadecimal digits")
        return {name: entry.text(pattern, meaning) for name, entry in entries}

    def number(self, least: int, most: int, default: int | None = None) -> int:
        """A whole number; ``least`` where it is none."""
        value = default if self.value is None else self.value
        if type(value) is int and least <= value <= most:
            return value
        self.wrong(f"this is a whole number from {least} to {most}.")
        return least

    def text(self, pattern: re.Pattern[str], meaning: str, longest: int = LONGEST) -> str:
        """A text; "" where it is none, or not there."""
        if self.value is None:
            return ""
        if isinstance(self.value, str) and len(self.value) <= longest and (not self.value or fits(pattern, self.value)):
            return self.value
        self.wrong(f"this is {meaning}.")
        return ""

    def one_of(self, words: tuple[str, ...], default: str | None = None) -> str:
        """One of some words; the last of them where it is none."""
        value = default if self.value is None else self.value
        if isinstance(value, str) and value in words:
            return value
        self.wrong(f"this is one of: {', '.join(words)}.")
        return words[-1]


def fits(pattern: re.Pattern[str], text: str) -> bool:
    """Whether the whole of a text is of a form."""
    return pattern.fullmatch(text) is not None
