"""Instances sent by C-STORE (PS3.7 9.1.1), from their files, over one association after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Self

from dicom_deid.errors import PacsFailure
from dicom_deid.pacs.association import associated
from dicom_deid.pacs.batch import Batch, Pair
from dicom_deid.pacs.destination import Destination
from dicom_deid.pacs.outgoing import Outgoing
from dicom_deid.pacs.presence import ByFind
from dicom_deid.pacs.refusals import code_of, is_taken
from dicom_deid.pacs.result import Result
from dicom_deid.pacs.stream import Stream

if TYPE_CHECKING:
    from pynetdicom.association import Association

TRIES = 3
"""Of one instance over which the association breaks off each time."""
OF_THE_INSTANCE = {
    "PACS_NOT_OFFERED": "PACS_CLASS_REFUSED",
    "OUTPUT_CHANGED": "OUTPUT_CHANGED",
    "OUTPUT_MISSING": "OUTPUT_MISSING",
}
"""What befalls one instance alone, and its reason then."""
SYNTAXES_NOT_SUPPORTED = 4
"""PS3.8 9.3.3.2: result of a presentation context of which the SOP Class is known, and no transfer syntax."""


class Store:
    """Sends batches to one destination, over one association at a time."""

    def __init__(self, destination: Destination) -> None:
        self._destination, self._undo = destination, ExitStack()
        self._association: Association | None = None
        self._stream: Stream | None = None
        self._pairs: tuple[Pair, ...] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._close()

    def send(self, batch: Batch) -> Iterator[Result]:
        """What came of each instance. Raises PacsFailure where no other one would fare better."""
        for one in batch.instances:
            try:
                yield self._store(one, batch.pairs)
            except PacsFailure as failure:
                if failure.code not in OF_THE_INSTANCE:
                    raise
                yield Result(one, "refused", OF_THE_INSTANCE[failure.code])

    def _store(self, one: Outgoing, pairs: tuple[Pair, ...]) -> Result:
        for _ in range(TRIES):
            association = self._open(pairs)
            try:
                status = self._stream.store(one) if self._stream else status_of(association, one)
            except ValueError:
                return Result(one, "refused", why_not(association, one))
            if status is not None:
                return Result(one, "sent") if is_taken(status) else Result(one, "refused", code_of(status))
            if self._is_there(one):
                return Result(one, "sent")
        return Result(one, "refused", "PACS_LOST")

    def _open(self, pairs: tuple[Pair, ...]) -> Association:
        """An association with these presentation contexts. Raises PacsFailure."""
        if self._association is None or not self._association.is_established or pairs != self._pairs:
            from pynetdicom import build_context
            from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

            self._close()
            contexts = [build_context(sop_class, syntax) for sop_class, syntax in pairs]
            contexts.append(build_context(Verification))
            self._association = self._undo.enter_context(associated(self._destination, contexts))
            if self._destination.tls is None:
                self._stream = Stream(self._association)
                self._undo.callback(self._stream.close)
            self._pairs = pairs
        return self._association

    def _is_there(self, one: Outgoing) -> bool:
        """Whether an instance has arrived over which the association broke off."""
        found = ByFind(self._destination)
        try:
            return found.has(one.study, one.series, one.sop_instance)
        except PacsFailure as failure:
            if failure.code in ("PACS_NOT_OFFERED", "PACS_REFUSED"):
                return False  # it cannot be asked; the same one a second time does no harm
            raise
        finally:
            found.close()

    def _close(self) -> None:
        self._undo.close()
        self._association = self._stream = None


def status_of(association: Association, one: Outgoing) -> int | None:
    """The status that the PACS answered; None where the association broke off, or no answer came in time.

    Raises PacsFailure where the file cannot be read, ValueError where it has no presentation context.
    """
    try:
        answer = association.send_c_store(one.path)
    except RuntimeError:  # it broke off meanwhile
        return None
    except (OSError, AttributeError):
        raise PacsFailure("OUTPUT_CHANGED") from None
    return int(answer.Status) if "Status" in answer else None


def why_not(association: Association, one: Outgoing) -> str:
    """The reason for which an association has no presentation context for an instance.

    Many answer that they do not know the SOP Class where it is the transfer syntax that they do not take.
    """
    of_class = [context for context in association.rejected_contexts if context.abstract_syntax == one.sop_class]
    is_known = any(context.abstract_syntax == one.sop_class for context in association.accepted_contexts)
    if is_known or any(context.result == SYNTAXES_NOT_SUPPORTED for context in of_class):
        return "PACS_SYNTAX_REFUSED"
    return "PACS_CLASS_REFUSED"
