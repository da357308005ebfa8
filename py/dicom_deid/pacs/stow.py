"""Instances sent by STOW-RS (PS3.18 10.5): what came of each is read from the answer, never from its status.

A batch that is too large, or that breaks off, is halved until the instance is alone that does it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from dicom_deid.errors import PacsFailure
from dicom_deid.pacs.batch import Batch
from dicom_deid.pacs.destination import Destination
from dicom_deid.pacs.dicomweb import Client, DicomJson
from dicom_deid.pacs.outgoing import Outgoing
from dicom_deid.pacs.presence import ByQuery, value_of
from dicom_deid.pacs.refusals import code_of, is_taken
from dicom_deid.pacs.result import Result

STORED, FAILED, INSTANCE, REASON = "00081199", "00081198", "00081155", "00081197"
PIECE = 1024 * 1024
"""Bytes of a file that are in memory."""
OF_THE_BATCH = ("PACS_TOO_LARGE", "PACS_LOST", "PACS_SLOW", "PACS_REFUSED", "PACS_TOO_MUCH", "PACS_ANSWER")
"""What one instance may be to blame for. Anything else would befall each of them."""
CANNOT_ASK = ("PACS_NOT_OFFERED", "PACS_REFUSED")
OF_THE_CONNECTION, TRIES = ("PACS_LOST", "PACS_SLOW"), 3
"""What may not happen again, and how often it is tried with an instance that is alone."""


class Stow:
    """Sends batches to one destination."""

    def __init__(self, destination: Destination) -> None:
        self._client = Client(destination)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.close()

    def send(self, batch: Batch) -> Iterator[Result]:
        """What came of each instance. Raises PacsFailure where no other one would fare better."""
        waiting, tries = [batch.instances], 0
        while waiting:
            part = waiting.pop()
            tries = 0 if len(part) > 1 else tries + 1
            try:
                yield from self._send(part)
                tries = 0
            except PacsFailure as failure:
                if failure.code not in OF_THE_BATCH:
                    raise
                there = set[str]() if failure.code == "PACS_TOO_LARGE" else self._there(part)
                yield from (Result(one, "sent") for one in part if one.sop_instance in there)
                rest = [one for one in part if one.sop_instance not in there]
                if len(rest) == 1 == len(part) and (tries == TRIES or failure.code not in OF_THE_CONNECTION):
                    yield Result(rest[0], "refused", failure.code)
                    tries = 0
                else:
                    half = max(1, len(rest) // 2)
                    waiting += [some for some in (rest[half:], rest[:half]) if some]

    def _send(self, part: Sequence[Outgoing]) -> Iterator[Result]:
        boundary = f"dicom-deid-{secrets.token_hex(16)}"
        pieces = [(head(boundary), one) for one in part]
        end = f"\r\n--{boundary}--\r\n".encode()
        length = sum(len(before) + one.size for before, one in pieces) + len(end)

        def body() -> Iterator[bytes]:
            for before, one in pieces:
                yield before
                yield from content(one.path, one.size)
            yield end

        status, answer = self._client.store(body, length, boundary)
        stored, failed = references(answer, STORED), references(answer, FAILED)
        if not stored and not failed:
            raise PacsFailure("PACS_ANSWER" if status < 300 else "PACS_REFUSED", status)
        return results(part, stored, failed)

    def _there(self, part: Sequence[Outgoing]) -> set[str]:
        """What has arrived of a request that failed; nothing is known where the PACS cannot be asked."""
        asked, wanted = {(one.study, one.series) for one in part}, {one.sop_instance for one in part}
        try:
            return set().union(*(ByQuery(self._client).there(*series, wanted) for series in asked))
        except PacsFailure as failure:
            if failure.code in CANNOT_ASK:
                return set()  # the same one a second time does no harm
            raise


def head(boundary: str) -> bytes:
    """What stands before a file."""
    return f"\r\n--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()


def content(path: Path, size: int) -> Iterator[bytes]:
    """The bytes of a file, piece by piece. Raises PacsFailure where they are not as many as were announced."""
    left = size
    try:
        with path.open("rb", buffering=0) as file:
            while left and (piece := file.read(min(PIECE, left))):
                left -= len(piece)
                yield piece
    except OSError:
        raise PacsFailure("OUTPUT_MISSING") from None
    if left:
        raise PacsFailure("OUTPUT_CHANGED")


def references(answer: DicomJson, sequence: str) -> dict[str, int]:
    """SOP Instance UID -> reason of the items of a sequence; 0 where none is given. All else is passed over."""
    held = answer.get(sequence)
    items: Any = held.get("Value") if isinstance(held, dict) else None
    found = dict[str, int]()
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and (instance := value_of(item, INSTANCE)):
            reason = item.get(REASON)
            values = reason.get("Value") if isinstance(reason, dict) else None
            first = values[0] if isinstance(values, list) and values else 0
            found[instance] = first if isinstance(first, int) else 0
    return found


def results(part: Sequence[Outgoing], stored: dict[str, int], failed: dict[str, int]) -> Iterator[Result]:
    """What came of each instance; one of which nothing is said counts as sent, and the PACS is asked for it."""
    for one in part:
        reason = failed.get(one.sop_instance)
        if reason is None or (reason and is_taken(reason)) or one.sop_instance in stored:
            yield Result(one, "sent")
        else:
            yield Result(one, "refused", code_of(reason))
