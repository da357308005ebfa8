"""Instances that come by DIMSE into memory: the one that is wanted, and with it some of those that follow.

To ask for each alone takes a PACS long: Orthanc begins an association of its own for each C-MOVE.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from dicom_deid.errors import PacsFailure, SourceFailure
from dicom_deid.pacs.arriving import Arrivals
from dicom_deid.pacs.instance import Instance
from dicom_deid.pacs.retrieving import Retriever
from dicom_deid.readable import Readable
from dicom_deid.source_and_sink import UNKNOWN

LARGEST = 128 * 1024 * 1024
"""Bytes of an object, which by DIMSE cannot be asked for in parts."""
MOST_AHEAD, BYTES_AHEAD = 32, 32 * 1024 * 1024
"""Instances that come together, and bytes of those that come before their turn."""


class HeldSource(Readable):
    """An instance that stands in memory as a whole."""

    modified = UNKNOWN

    def __init__(self, content: bytes | bytearray, seconds: float) -> None:
        super().__init__(len(content))
        self._content, self.seconds = memoryview(content), seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._content = memoryview(b"")

    def unchanged(self) -> bool:
        return True

    def read(self, start: int, end: int) -> bytes:
        """The bytes [start, end)."""
        if end > self.size:
            raise SourceFailure("SOURCE_CHANGED")
        return bytes(self._content[start:end])


class Budget:
    """Bytes that may be held together."""

    def __init__(self, free: int) -> None:
        self.free = free


class Held:
    """The place of one instance in memory."""

    def __init__(self, budget: Budget) -> None:
        self._budget, self._is_too_large = budget, False
        self.content = bytearray()

    def write(self, data: bytes) -> None:
        if self._is_too_large:
            return
        self._budget.free -= len(data)
        if self._budget.free < 0:
            self._is_too_large = True
            self.drop()
        else:
            self.content += data

    def end(self) -> str:
        return "OBJECT_TOO_LARGE" if self._is_too_large else ""

    def drop(self) -> None:
        self._budget.free += len(self.content)
        self.content = bytearray()


class Ahead:
    """The instances of a run, as they come from a PACS."""

    def __init__(self, pacs: Retriever, instances: Sequence[Instance]) -> None:
        self._pacs, self._instances = pacs, instances
        self._number = {instance.path: number for number, instance in enumerate(instances)}
        self._come: dict[str, bytearray] = {}
        """Path -> content, of those whose turn is not yet."""
        self._most = MOST_AHEAD

    def take(self, wanted: Instance) -> HeldSource:
        """An instance. Raises PacsFailure, SourceFailure."""
        began = time.perf_counter()
        if wanted.path not in self._come:
            self._come.clear()
            group = self._group(wanted)
            self._ask(group)
            if wanted.path not in self._come:
                nothing_came = not self._come
                self._ask([wanted])
                if nothing_came:
                    self._most = 1  # this PACS takes no list of UIDs
        return HeldSource(self._come.pop(wanted.path), time.perf_counter() - began)

    def _group(self, wanted: Instance) -> list[Instance]:
        """An instance and those that follow it in its series."""
        first = self._number[wanted.path]
        following = self._instances[first : first + self._most]
        return [one for one in following if (one.series, one.reason) == (wanted.series, "")]

    def _ask(self, group: list[Instance]) -> None:
        """Lets a group come; if it is one instance, this has to. Raises PacsFailure, SourceFailure."""
        own, ahead, places = Budget(LARGEST), Budget(BYTES_AHEAD), dict[str, Held]()

        def place(instance: Instance) -> Held:
            places[instance.uid] = Held(own if instance is group[0] else ahead)
            return places[instance.uid]

        arrivals = Arrivals(group, place)
        try:
            self._pacs.some(group, arrivals.place_for)
        except PacsFailure:
            if len(group) == 1:
                raise
        finally:
            arrivals.drop_open()
        for one in group:
            if arrivals.codes.get(one.uid) == "":
                self._come[one.path] = places[one.uid].content
        code = arrivals.codes.get(group[0].uid, "PACS_NOT_SENT")
        if code and len(group) == 1:
            raise SourceFailure(code)
