"""The ways by which instances are taken from a PACS: WADO-RS, C-GET, or C-MOVE where a port is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Protocol

from dicom_deid.pacs.destination import Destination
from dicom_deid.pacs.instance import Instance
from dicom_deid.pacs.routing import Place


class Retriever(Protocol):
    """A PACS that instances are taken from. What it sends goes to the places that ``place_for`` gives."""

    def series(self, wanted: Sequence[Instance], place_for: Callable[[str], Place | None]) -> None:
        """Asks for the whole series of these instances. Raises PacsFailure; what has come until then has come."""

    def some(self, wanted: Sequence[Instance], place_for: Callable[[str], Place | None]) -> None:
        """Asks for these instances, of one series. Raises PacsFailure; what has come until then has come."""

    def close(self) -> None:
        """Ends the connection."""


def opened(destination: Destination, listen: int | None, classes: Iterable[str] = ()) -> Retriever:
    """A PACS to take instances from; it has to be closed. Raises PacsFailure.

    ``listen``: the port for C-MOVE; None: C-GET. ``classes``: SOP Classes that are expected.
    """
    if destination.is_web:
        from dicom_deid.pacs.dicomweb import Client
        from dicom_deid.pacs.wado import Wado

        return Wado(Client(destination))
    if listen is None:
        from dicom_deid.pacs.cget import Cget

        return Cget(destination)
    from dicom_deid.pacs.cmove import Cmove

    return Cmove(destination, listen, sorted(set(classes)))


@contextmanager
def retriever(destination: Destination, listen: int | None, classes: Iterable[str] = ()) -> Iterator[Retriever]:
    """Opens a PACS to take instances from. Raises PacsFailure."""
    with closing(opened(destination, listen, classes)) as pacs:
        yield pacs
