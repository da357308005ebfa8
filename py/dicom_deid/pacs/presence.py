"""What a PACS has of a series, asked of itself: QIDO-RS, or C-FIND. What it acknowledged counts for nothing here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Protocol

from dicom_deid.errors import PacsFailure
from dicom_deid.pacs.destination import Destination
from dicom_deid.pacs.query import RETRIEVABLE

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pynetdicom.association import Association

    from dicom_deid.pacs.dicomweb import Client, DicomJson

SOP_INSTANCE = "00080018"
FIND = "1.2.840.10008.5.1.4.1.2.2.1"
"""Study Root Query/Retrieve Information Model - FIND."""
PAGE, MOST_PAGES = 1000, 1000
PENDING = (0xFF00, 0xFF01)
MOST_ANSWERS = 1_000_000


class Presence(Protocol):
    """Whoever can say what a PACS has."""

    def there(self, study: str, series: str, wanted: Set[str], /) -> set[str]:
        """The SOP Instance UIDs of a series; not all of them, if all that are wanted are there. Raises PacsFailure."""

    def has(self, study: str, series: str, instance: str) -> bool:
        """Whether an instance is in its series: a PACS may not list all that it has. Raises PacsFailure."""

    def elsewhere(self, instance: str, /) -> bool:
        """Whether the PACS has an instance anywhere, as far as it can be asked so. Raises PacsFailure."""


class ByQuery:
    """Asked by QIDO-RS, page by page, for as long as a page brings something new, however short it is."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def there(self, study: str, series: str, wanted: Set[str], /) -> set[str]:
        found = set[str]()
        for _ in range(MOST_PAGES):
            new = self._page(study, series, [("limit", str(PAGE)), ("offset", str(len(found)))]) - found
            found |= new
            if not new or wanted <= found:
                return found
        raise PacsFailure("PACS_TOO_MUCH")

    def has(self, study: str, series: str, instance: str) -> bool:
        return instance in self._page(study, series, [("SOPInstanceUID", instance)])

    def elsewhere(self, instance: str, /) -> bool:
        answers = self._client.query("/instances", [("SOPInstanceUID", instance), ("limit", "1")])
        return any(value_of(answer, SOP_INSTANCE) == instance for answer in answers)

    def _page(self, study: str, series: str, asked: Sequence[tuple[str, str]]) -> set[str]:
        if not (RETRIEVABLE.fullmatch(study) and RETRIEVABLE.fullmatch(series)):
            return set()  # what is no UID could be the address of something else
        path = f"/studies/{study}/series/{series}/instances"
        try:
            answers = self._client.query(path, [("includefield", SOP_INSTANCE), *asked])
        except PacsFailure as failure:
            if failure.status == 404:  # some say so of a study that they do not have
                return set()
            raise
        return {value_of(answer, SOP_INSTANCE) for answer in answers}


class ByFind:
    """Asked by C-FIND, over an association that stays open until ``close``, or is made anew after it broke off."""

    def __init__(self, destination: Destination) -> None:
        self._destination, self._undo = destination, ExitStack()
        self._association: Association | None = None

    def there(self, study: str, series: str, _wanted: Set[str], /) -> set[str]:
        return self._asked(study, series, "")

    def has(self, study: str, series: str, instance: str) -> bool:
        return instance in self._asked(study, series, instance)

    def elsewhere(self, _instance: str, /) -> bool:
        return False  # C-FIND asks of one series at a time (PS3.4 C.4.1.2.1)

    def _asked(self, study: str, series: str, instance: str) -> set[str]:
        """The SOP Instance UIDs of a series: all of them for an ``instance`` of "", else that one."""
        from pydicom.dataset import Dataset

        identifier = Dataset()
        identifier.QueryRetrieveLevel = "IMAGE"
        identifier.StudyInstanceUID, identifier.SeriesInstanceUID, identifier.SOPInstanceUID = study, series, instance
        answers = self._answers(self._open(), identifier)
        return {str(answer.get("SOPInstanceUID", "")) for answer in answers}

    def _open(self) -> Association:
        from pynetdicom import build_context

        from dicom_deid.pacs.association import associated

        if self._association is None or not self._association.is_established:
            self.close()
            context = build_context(FIND)
            self._association = self._undo.enter_context(associated(self._destination, [context]))
        return self._association

    def _answers(self, association: Association, identifier: Dataset) -> Iterator[Dataset]:

        answers = association.send_c_find(identifier, FIND)
        for number, (status, answer) in enumerate(answers):
            if "Status" not in status:
                raise PacsFailure("PACS_LOST")
            if number > MOST_ANSWERS:
                association.abort()
                raise PacsFailure("PACS_TOO_MUCH")
            if status.Status in PENDING and answer is not None:
                yield answer
            elif status.Status != 0:
                raise PacsFailure("PACS_REFUSED", status.Status)

    def close(self) -> None:
        self._undo.close()
        self._association = None


@contextmanager
def presence(destination: Destination) -> Iterator[Presence]:
    """Asks a destination in the way that it is spoken to."""
    if destination.is_web:
        from dicom_deid.pacs.dicomweb import Client

        with Client(destination) as client:
            yield ByQuery(client)
        return
    found = ByFind(destination)
    try:
        yield found
    finally:
        found.close()


def value_of(answer: DicomJson, element: str) -> str:
    """The first value of an element, as text; "" where there is none, whatever stands there."""
    held = answer.get(element)
    values = held.get("Value") if isinstance(held, dict) else None
    return values[0] if isinstance(values, list) and values and isinstance(values[0], str) else ""
