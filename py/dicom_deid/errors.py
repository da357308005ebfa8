"""The exception tree. Every error has a code; none carries an identifier, a value or a path.

DeidError
├── ShortRead          more bytes of the source are needed; not a failure
├── FragmentsWanted    the end of encapsulated Pixel Data is needed; not a failure
├── Unwritten          ends an instance with an outcome other than written
│   ├── Skipped        nothing to de-identify
│   ├── Withheld       an output could be made, but the policy or the verification forbids it
│   └── Failed         no sound output can be made of these bytes
│       ├── SourceFailure   a source cannot be read
│       └── SinkFailure     an output cannot be written
└── PolicyError        a policy that cannot be followed

The sentence and the remedy of every code stand in ``tables/reasons.json``, which the page and the command line share.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import ClassVar, Literal, NamedTuple

Status = Literal["written", "withheld", "skipped", "failed"]


class DeidError(Exception):
    """Anything this package raises on purpose."""


class ShortRead(DeidError):
    """Bytes ``[start, end)`` of the source are needed and were not given yet."""

    def __init__(self, start: int, end: int) -> None:
        super().__init__("more bytes are needed")
        self.start, self.end = start, end


class FragmentsWanted(DeidError):
    """The end of the fragments that begin at ``start`` is needed and was not given yet."""

    def __init__(self, start: int) -> None:
        super().__init__("the end of the fragments is needed")
        self.start = start


class Unwritten(DeidError):
    """An instance that is not written, for the coded ``reason``."""

    status: ClassVar[Status]

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Skipped(Unwritten):
    """Nothing to de-identify: not DICOM, empty, a directory of a medium."""

    status = "skipped"


class Withheld(Unwritten):
    """Not written because the policy or the verification forbids it."""

    status = "withheld"


class Failed(Unwritten):
    """Not written because no sound output can be made of these bytes."""

    status = "failed"


class SourceFailure(Failed):
    """A source cannot be read: READ_FAILED, SOURCE_CHANGED; SOURCE_LOST: no source of the run can be read any more."""


class SinkFailure(Failed):
    """An output cannot be written: WRITE_FAILED; OUTPUT_FULL, OUTPUT_LOST: the next one cannot be written either."""


class Problem(NamedTuple):
    """One thing that is wrong in a policy: where, with which word, and the word that was perhaps meant."""

    line: int
    """From 1; 0 where the policy is no text or the place is not known."""
    word: str
    text: str
    near: str = ""

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        near = f" Nearest: {self.near}." if self.near else ""
        return f"{place}{self.text}{near}"


class PolicyError(DeidError):
    """A policy that cannot be followed; ``code`` stands in reasons.json, ``word`` is the first offending word."""

    def __init__(self, code: str, word: str = "", problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(f"{code} {word}".strip())
        self.code, self.word, self.problems = code, word, problems


@cache
def reasons() -> dict[str, dict[str, str]]:
    """Reason code -> {"status", "sentence", "remedy"}.

    The status is that of an instance (skipped, failed, withheld); ``run`` where a run or a command cannot begin or go
    on; ``page`` for what only the page can meet.
    """
    text = resources.files("dicom_deid.tables").joinpath("reasons.json").read_text(encoding="utf-8")
    table: dict[str, dict[str, str]] = json.loads(text)
    return table


def sentence(code: str) -> str:
    """What a reason code says, and what to do."""
    return f"{reasons()[code]['sentence']} {reasons()[code]['remedy']}"
