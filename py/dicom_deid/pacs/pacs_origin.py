"""A PACS as the origin of a run: its instances are de-identified as they come, and none of them touches the disk."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from dicom_deid.errors import PacsFailure, SourceFailure
from dicom_deid.pacs.ahead import Ahead, HeldSource
from dicom_deid.pacs.arriving import AGAIN, code_of
from dicom_deid.pacs.destination import Destination
from dicom_deid.pacs.echo import echo
from dicom_deid.pacs.instance import Instance
from dicom_deid.pacs.retrieving import Retriever, opened
from dicom_deid.pacs.streamed import StreamedSource
from dicom_deid.source_and_sink import ORIGIN_LOST, UNKNOWN, Candidate

if TYPE_CHECKING:
    from dicom_deid.pacs.wado import Wado

PAUSES = (0.5, 2.0)
"""Seconds before an instance is asked for again."""


class PacsOrigin:
    """The instances that were listed in a PACS. Each process has its own connection."""

    left_alone = 0

    def __init__(self, destination: Destination, instances: Sequence[Instance], listen: int | None = None) -> None:
        self._destination, self._instances, self._listen = destination, instances, listen
        self._by_path = {instance.path: instance for instance in instances}
        self._pacs: Retriever | None = None
        self._ahead: Ahead | None = None
        self.sleep: Callable[[float], None] = time.sleep

    def __reduce__(self) -> tuple[type[PacsOrigin], tuple[Destination, Sequence[Instance], int | None]]:
        return PacsOrigin, (self._destination, self._instances, self._listen)

    def list(self) -> Iterator[Candidate]:
        """The instances in the order of their paths; how long they are nobody knows."""
        return (Candidate(one.path, one.reason, 0, UNKNOWN) for one in self._instances)

    def sop_instance(self, path: str) -> str:
        """The SOP Instance UID, so that what is done is not asked for again."""
        return self._by_path[path].uid

    def open(self, path: str) -> StreamedSource | HeldSource:
        """An instance, as it comes from the PACS. Raises SourceFailure."""
        wanted, pauses = self._by_path[path], iter(PAUSES)
        while True:
            try:
                return self._taken(wanted)
            except SourceFailure as failure:
                pause = next(pauses, None) if failure.reason in AGAIN else None
                if pause is None:
                    raise
            self.sleep(pause)

    def _taken(self, wanted: Instance) -> StreamedSource | HeldSource:
        from dicom_deid.pacs.wado import Wado

        try:
            if self._pacs is None:
                self._pacs = opened(self._destination, self._listen, {one.sop_class for one in self._instances})
            if isinstance(self._pacs, Wado):
                return StreamedSource(wanted, partial(self._content, self._pacs, wanted))
            if self._ahead is None:
                self._ahead = Ahead(self._pacs, self._instances)
            return self._ahead.take(wanted)
        except PacsFailure as failure:
            raise self._coded(failure) from None

    def _content(self, pacs: Wado, wanted: Instance) -> Iterator[bytes]:
        """The bytes of an instance. Raises SourceFailure."""
        try:
            yield from pacs.content(wanted)
        except PacsFailure as failure:
            raise self._coded(failure) from None

    def _coded(self, failure: PacsFailure) -> SourceFailure:
        """A failure of the PACS as one of an instance, or of the run where no other would come either."""
        code = code_of(failure)
        return SourceFailure("PACS_UNREACHABLE" if code in AGAIN and self.is_lost() else code)

    def is_lost(self) -> bool:
        """Whether the PACS does not even answer."""
        try:
            echo(self._destination)
        except PacsFailure as failure:
            return failure.code in ORIGIN_LOST
        return False

    def close(self) -> None:
        """Ends the connection of this process."""
        if self._pacs is not None:
            self._pacs.close()
        self._pacs = self._ahead = None
