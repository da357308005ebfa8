"""What is waited for and what became of it: each instance that is asked for has an end, and nothing else is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock

from dicom_deid.errors import PacsFailure
from dicom_deid.pacs.instance import LOOK_BYTES, Instance, objection
from dicom_deid.pacs.routing import Place
from dicom_deid.source_and_sink import ORIGIN_LOST

CUT = frozenset(("PACS_LOST", "PACS_CUT_SHORT"))
AGAIN = frozenset(("PACS_CUT_SHORT", "PACS_NOT_SENT"))
"""Outcomes of an instance that another try may better."""


def code_of(failure: PacsFailure) -> str:
    """The code of one instance that a PACS did not give; one of ORIGIN_LOST where it would give no other either."""
    if failure.code in ORIGIN_LOST:
        return failure.code
    return "PACS_CUT_SHORT" if failure.code in CUT else "PACS_NOT_SENT"


class Arrivals:
    """The instances that are waited for."""

    def __init__(self, wanted: Iterable[Instance], make: Callable[[Instance], Place]) -> None:
        self._wanted = {instance.uid: instance for instance in wanted}
        self._make, self._lock = make, Lock()
        self._open = set[Awaited]()
        self.codes: dict[str, str] = {}
        """SOP Instance UID -> "" or the code, of what has come to its end."""
        self.unasked = 0
        """Objects that came and were not asked for; one that came twice is no such."""

    def place_for(self, uid: str) -> Place | None:
        """The place of an instance that comes; None where nobody waits for it."""
        with self._lock:
            instance = self._wanted.get(uid)
            if instance is None:
                self.unasked += 1
                return None
            if self.codes.get(uid) == "" or any(place.instance is instance for place in self._open):
                return None
            place = Awaited(instance, self._make(instance), self)
            self._open.add(place)
        return place

    def ended(self, place: Awaited, code: str | None) -> None:
        """An instance has come to its end; None: it was dropped on the way."""
        with self._lock:
            self._open.discard(place)
            if code is not None:
                self.codes[place.instance.uid] = code

    def drop_open(self) -> None:
        """Drops what was on its way when a connection ended."""
        for place in list(self._open):
            place.drop()


class Awaited:
    """The place of an instance that comes; at its end its header has to say that it is the one."""

    def __init__(self, instance: Instance, place: Place, arrivals: Arrivals) -> None:
        self.instance, self._place, self._arrivals = instance, place, arrivals
        self._head, self._size = bytearray(), 0

    def write(self, data: bytes) -> None:
        if len(self._head) < LOOK_BYTES:
            self._head += data[: LOOK_BYTES - len(self._head)]
        self._size += len(data)
        self._place.write(data)

    def end(self) -> str:
        code = objection(self.instance, bytes(self._head), self._size)
        if code:
            self._place.drop()
        else:
            code = self._place.end()
        self._arrivals.ended(self, code)
        return code

    def drop(self) -> None:
        self._place.drop()
        self._arrivals.ended(self, None)
