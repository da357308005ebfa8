"""The tree of exceptions. None that has a code of tables/reasons.json carries a value or a path.

DeidError
├── ShortRead               more bytes of the source are needed; not a failure
├── FragmentsWanted         the end of encapsulated Pixel Data is needed; not a failure
├── Unwritten               ends an instance with an outcome other than written
│   ├── Skipped             nothing to de-identify
│   ├── Withheld            an output could be made, but the policy or the verification forbids it
│   └── Failed              no sound output can be made of these bytes
│       ├── SourceFailure   a source cannot be read
│       └── SinkFailure     an output cannot be written
├── PolicyError             a policy that cannot be followed
├── Refused                 a call of the Python API that was not begun
├── Wrong                   one rule of a policy cannot be followed; PolicyError has it among its problems
├── RuleFailed              a rule in Python failed over an element, which is then withheld
├── WrongAnswer             the answer of a rule in Python cannot be followed
├── UnknownScript           a text is no policy and no script of a tool that is known
├── NotCarried              a line of such a script that no policy can express
├── NoRun                   a folder cannot be used for this run
├── WorkersFailed           no process could be started
├── BadLinkage              a file cannot be used as linkage
├── OtherVersion            a file is no index of this version
├── PacsFailure             a PACS cannot be reached or asked, or its answer cannot be used
└── NoThumbnails            the folder of thumbnails cannot be written

TooLong                     stops a rule in Python; no DeidError, so that no rule can catch it as an Exception

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


class Refused(DeidError):
    """A call of the Python API that was not begun; ``code`` stands in reasons.json. Nothing was written."""

    def __init__(self, code: str) -> None:
        super().__init__(f"{code}: {sentence(code)}")
        self.code = code


class Wrong(DeidError):
    """A rule that cannot be followed: the offending word, why, and the nearest valid one."""

    def __init__(self, word: str, text: str, near: str = "", line: int = 0) -> None:
        super().__init__(text)
        self.word, self.text, self.near = word, text, near
        self.line = line
        """The line within ``word``, where that is code; else 0."""


class RuleFailed(DeidError):
    """A rule in Python that failed, over the element at ``path``: its label, its code and the name of that as a file.

    Its ``error`` quotes values, so that is shown to the author of the rule at most, and never stored.
    """

    def __init__(self, label: str, file: str, code: str, path: str, error: BaseException) -> None:
        super().__init__("a rule in Python failed")
        self.label, self.file, self.code, self.path, self.error = label, file, code, path, error


class WrongAnswer(DeidError):
    """An answer of a rule in Python that cannot be followed. The text may quote it."""


class UnknownScript(DeidError):
    """The text is of none of the kinds that are known."""


class NotCarried(DeidError):
    """A line of another tool's script that cannot be carried over, and why."""


class NoRun(DeidError):
    """The folder cannot be used for this run, for the coded ``reason``: NOT_EMPTY, PLAN_UNREADABLE or BUSY."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WorkersFailed(DeidError):
    """No process could be started."""


class BadLinkage(DeidError):
    """A file that cannot be used as linkage, for the ``reason`` coded in tables/reasons.json."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OtherVersion(DeidError):
    """The file is an index of another version of the program, or no index: it is made anew."""


class PacsFailure(DeidError):
    """A PACS that cannot be reached or asked, or whose answer cannot be used; ``code`` stands in reasons.json.

    ``status`` is what it answered, where that says more: a status of HTTP or of DIMSE; else 0.
    """

    def __init__(self, code: str, status: int = 0) -> None:
        super().__init__(code)
        self.code, self.status = code, status


class NoThumbnails(DeidError):
    """The folder of thumbnails cannot be written."""


class TooLong(BaseException):
    """The time of a rule in Python is up. It is no Exception, so that code which catches those does not go on."""


@cache
def reasons() -> dict[str, dict[str, str]]:
    """Reason code -> {"status", "sentence", "remedy"}, and "command", the remedy on the command line, where it differs.

    The status is that of an instance (skipped, failed, withheld, or written with a word about it); ``run`` where a run
    or a command cannot begin or go on; ``page`` for what only the page can meet.
    """
    text = resources.files("dicom_deid.tables").joinpath("reasons.json").read_text(encoding="utf-8")
    table: dict[str, dict[str, str]] = json.loads(text)
    return table


def sentence(code: str) -> str:
    """Sentence and remedy of a reason code."""
    return f"{reasons()[code]['sentence']} {reasons()[code]['remedy']}"
