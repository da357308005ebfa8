"""The work on one file natively: it is looked at, de-identified, and its output staged."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

from dicom_deid.dicom.is_dicom import LOOK_BYTES, NO_INSTANCE, instead, start_of
from dicom_deid.dicom.peek import LONG_LOOK_BYTES, peek
from dicom_deid.errors import Failed, ShortRead, SourceFailure, Unwritten
from dicom_deid.key import Key
from dicom_deid.model import Link, Outcome
from dicom_deid.native.time_limit import TimeLimit
from dicom_deid.native.wheels import importable
from dicom_deid.pipeline import process
from dicom_deid.policy import Plan, Policy
from dicom_deid.report import file_line, row, unwritten_line
from dicom_deid.source_and_sink import UNKNOWN, OpenSource, Origin, Sink

if TYPE_CHECKING:
    from dicom_deid.regions import Regions

SAME_UID = "SAME_SOP_INSTANCE"
"""The reason that goes with an output whose SOP Instance UID another file has, too, with other content."""
COMPARED_AT_ONCE = 1024 * 1024
"""Bytes of each of two files."""
Paths = tuple[str, ...]
"""Of wheels."""


class Look(NamedTuple):
    """Asks for the SOP Instance UID of a file that an earlier run did."""

    path: str


class Looked(NamedTuple):
    """The kind of a file. ``instance``: fingerprint of its SOP Instance UID, 0 if none was found."""

    reason: str = ""
    instance: int = 0


class Take(NamedTuple):
    """Asks for the output of a file as it was listed.

    ``repeat``: another file has the same SOP Instance UID; ``first``: its path, where it is known.
    """

    path: str
    size: int
    modified: int
    repeat: bool
    first: str = ""


class Taken(NamedTuple):
    """The end of a file: its audit row and log lines, and the seconds spent reading, deciding and writing.

    The output of a written one waits under ``staged`` for being moved to its place.
    """

    row: dict[str, str | int]
    lines: tuple[str, ...]
    staged: str
    read: float
    deidentify: float
    write: float
    instance: int = 0
    """Fingerprint of the original SOP Instance UID, 0 if none was found."""
    link: Link | None = None
    """Where the linkage was asked for. It crosses in clear, in memory only, as the path of the task did; only the one
    who appends to the linkage file can seal it, since a seal holds the record's number."""


class Job:
    """All that a process needs for any file: where it is and where its output goes, the policy, to whose code the user
    has agreed, the key, and the wheels that the code imports."""

    def __init__(
        self,
        origin: Origin,
        policy: Policy,
        key: bytes,
        sink: Sink,
        linked: bool = False,
        wheels: Paths = (),
        regions: Regions | None = None,
        unreviewed: bool = False,
    ) -> None:
        importable(wheels)
        self.origin, self.sink = origin, sink
        self.plan = Plan(policy, Key(key), linked, TimeLimit(), regions=regions, unreviewed=unreviewed)
        # A plan does not travel between processes: it holds a running HMAC. Each makes its own.
        self._parts = (origin, policy, key, sink, linked, wheels, regions, unreviewed)

    def __reduce__(self) -> tuple[type[Job], tuple[Origin, Policy, bytes, Sink, bool, Paths, Regions | None, bool]]:
        return Job, self._parts

    def __call__(self, task: Look | Take) -> Looked | Taken:
        return self.look(task.path) if isinstance(task, Look) else self.take(task)

    def look(self, path: str) -> Looked:
        """The kind of a file, by its preamble or else the strict second look, and its SOP Instance UID."""
        return look(self.origin, path)

    def take(self, task: Take) -> Taken:
        """De-identifies one file and writes the output to its temporary place."""
        source_id = self.plan.key.source(task.path)
        began = time.perf_counter()
        try:
            return self.settled(task, source_id, began)
        except Unwritten as end:
            reason = end.reason
        except Exception:
            # The text of an unforeseen error may quote a value or the path, so nothing of it goes on but the code.
            reason = "INTERNAL_ERROR"
        return unwritten(plain_row(source_id, reason, task.size), (), time.perf_counter() - began)

    def settled(self, task: Take, source_id: str, began: float) -> Taken:
        """The end of a file that can be read and, where it is to be written, was."""
        with self.origin.open(task.path) as source:
            if task.modified != UNKNOWN and (source.size, source.modified) != (task.size, task.modified):
                raise SourceFailure("SOURCE_CHANGED")
            looked = look_at(source)
            if looked.reason:
                return unwritten(plain_row(source_id, looked.reason, source.size), (), source.seconds)
            outcome, deidentify = settle(source, self.plan, source_id, task.repeat)
            if outcome.written and task.repeat and not self.is_copy(source, task.first):
                outcome = replace(outcome, reason=SAME_UID)
            cells = row(source_id, outcome, source.size)
            read = source.seconds
            if outcome.status != "written":
                return unwritten(cells, outcome.log, read, deidentify, looked.instance)
            # By a name of its own: a worker that is taken for dead, here or elsewhere, may still be at the same file.
            staged = f"{source_id}-{uuid4().hex}"
            self.sink.stage(staged, outcome.splice, source)
        wrote = time.perf_counter() - began - read - deidentify
        told = (unwritten_line("written", outcome.reason, source_id),) if outcome.reason else ()
        lines = (*owned(cells, outcome.log), *told)
        return Taken(cells, lines, staged, read, deidentify, wrote, looked.instance, outcome.link)

    def is_copy(self, source: OpenSource, first: str) -> bool:
        """Whether a file has the bytes of another; not, where that one is not known or cannot be read."""
        if not first:
            return False
        try:
            with self.origin.open(first) as other:
                return other.size == source.size and all(
                    source.read(at, to) == other.read(at, to) for at, to in pieces_of(source.size)
                )
        except Failed:
            return False


def pieces_of(size: int) -> Iterator[tuple[int, int]]:
    """The ranges in which a file of that size is compared with another."""
    return ((at, min(at + COMPARED_AT_ONCE, size)) for at in range(0, size, COMPARED_AT_ONCE))


def look(origin: Origin, path: str) -> Looked:
    """The kind of a file that is not open."""
    if known := origin.sop_instance(path):
        return Looked("", fingerprint(known))
    try:
        with origin.open(path) as source:
            return look_at(source)
    except Failed as failure:
        return Looked(failure.reason)


def look_at(source: OpenSource) -> Looked:
    """The kind of an open file. Of what is at hand only so much is looked at as a scan in the browser reads."""
    head = source.head()[:LOOK_BYTES]
    start = start_of(head, source.size)
    if start is None:
        return Looked(instead(head))
    found = peek(head, start)
    if found.short and source.size > LOOK_BYTES:
        source.extend(LONG_LOOK_BYTES)
        found = peek(source.head()[:LONG_LOOK_BYTES], start)
    return Looked("", fingerprint(found.sop_instance))


def settle(source: OpenSource, plan: Plan, source_id: str, repeat: bool) -> tuple[Outcome, float]:
    """The outcome of an open file and the seconds it took without reading; more of it is read as asked for."""
    while True:
        began, read = time.perf_counter(), source.seconds
        try:
            outcome = process(source, plan, source_id, repeat)
        except ShortRead as short:
            if not source.extend(short.end):
                raise Failed("INTERNAL_ERROR") from None
            continue
        return outcome, time.perf_counter() - began - (source.seconds - read)


def unwritten(
    cells: dict[str, str | int],
    log: tuple[str, ...] = (),
    read: float = 0.0,
    deidentify: float = 0.0,
    instance: int = 0,
) -> Taken:
    """The end of a file without output, with its line in the log."""
    line = unwritten_line(str(cells["status"]), str(cells["reason"]), str(cells["source_id"]))
    return Taken(cells, (*owned(cells, log), line), "", read, deidentify, 0.0, instance)


def owned(cells: dict[str, str | int], log: tuple[str, ...]) -> tuple[str, ...]:
    """Lines of a verbose log, with the file that they are about."""
    return tuple(file_line(str(cells["source_id"]), text) for text in log)


def plain_row(source_id: str, reason: str, size: int) -> dict[str, str | int]:
    """The row of a file that the core did not decide (plainRow in worker/report/audit.js): no new identity."""
    return row(source_id, Outcome("skipped" if reason in NO_INSTANCE else "failed", reason), size)


def fingerprint(uid: str) -> int:
    """A number for a UID, so that what was seen costs eight bytes a file and keeps no identifier; 0 for none."""
    return int.from_bytes(hashlib.blake2b(uid.encode("latin-1"), digest_size=8).digest(), "big") | 1 if uid else 0
