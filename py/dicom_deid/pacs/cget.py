"""Retrieves instances by C-GET: they come over the association that asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from dicom_deid.errors import PacsFailure
from dicom_deid.pacs.association import MOST_CONTEXTS, associated
from dicom_deid.pacs.destination import Destination
from dicom_deid.pacs.instance import UID, Instance
from dicom_deid.pacs.messages import break_off
from dicom_deid.pacs.routing import Place, Routing, on_store, routed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydicom.dataset import Dataset
    from pynetdicom.association import Association
    from pynetdicom.presentation import PresentationContext

GET = "1.2.840.10008.5.1.4.1.2.2.3"
"""Study Root Query/Retrieve Information Model - GET (PS3.4 C.6.2)."""
PENDING = (0xFF00, 0xFF01)
SOME_FAILED, CANCELLED = 0xB000, 0xFE00
NONE_OF_THEM = (0xA702,)
"""Statuses of PS3.4 C.4.3.1.4 behind which sub-operations were tried: what came of each is known of what came."""
MOST_UNASKED = 1000
"""Objects and answers beyond those that there is a reason for."""
PlaceFor = Callable[[str], "Place | None"]


class Cget:
    """A PACS from which instances are taken by C-GET; an association stays open as long as the SOP Classes fit."""

    def __init__(self, destination: Destination) -> None:
        self._destination = destination
        self._open, self._classes = ExitStack(), frozenset[str]()
        self._association: Association | None = None
        self._place_for: PlaceFor = lambda _: None
        self._message = self._beyond = 0
        """``_beyond``: objects that were not waited for, beyond as many as were asked for."""

    def series(self, wanted: Sequence[Instance], place_for: PlaceFor) -> None:
        """Asks for a whole series. Raises PacsFailure; what has come until then has come."""
        self._get(wanted, series_identifier(wanted[0]), place_for)

    def some(self, wanted: Sequence[Instance], place_for: PlaceFor) -> None:
        """Asks for these instances, of one series. Raises PacsFailure; what has come until then has come."""
        self._get(wanted, some_identifier(wanted), place_for)

    def _get(self, wanted: Sequence[Instance], identifier: Dataset, place_for: PlaceFor) -> None:
        association = self._associated(frozenset(one.sop_class for one in wanted))
        self._place_for, self._message = place_for, self._message % 60_000 + 1
        self._beyond = -len(wanted)
        try:
            heed(association.send_c_get(identifier, GET, self._message), len(wanted))
        except TooMuch:
            association.abort()
            raise
        except (RuntimeError, ValueError):  # it ended between two questions
            raise PacsFailure("PACS_LOST") from None
        finally:
            self._place_for = lambda _: None
            if not association.is_established:
                self.close()

    def _place(self, uid: str) -> Place | None:
        """The place of an object that comes. A PACS that sends others on and on is left: it is asked for no such."""
        place = self._place_for(uid)
        if place is None:
            self._beyond += 1
            if self._beyond > MOST_UNASKED and self._association:
                break_off(self._association.dimse)
        return place

    def _associated(self, classes: frozenset[str]) -> Association:
        """An association over which objects of these SOP Classes can come."""
        if self._association and self._association.is_established and classes <= self._classes:
            return self._association
        from pynetdicom import build_role, evt

        self.close()
        known = sorted(one for one in classes if UID.fullmatch(one))
        if len(known) < len(classes):
            known = sorted({*known, *usual_classes()})[: MOST_CONTEXTS - 1]
        roles = [build_role(one, scp_role=True) for one in known]
        handlers = [(evt.EVT_C_STORE, on_store)]
        opened = associated(self._destination, contexts(known), roles=roles, handlers=handlers)
        self._association, self._classes = self._open.enter_context(opened), classes
        routed(self._association, Routing(self._place))
        return self._association

    def close(self) -> None:
        """Ends the association."""
        self._association = None
        self._open.close()


class TooMuch(PacsFailure):
    """More answers than there can be: there is no end of them to wait for."""


def heed(answers: Iterator[tuple[Dataset, Dataset | None]], wanted: int) -> None:
    """Follows the answers of C-GET or C-MOVE to their end. Raises PacsFailure where no instance was even tried."""
    for number, (status, _) in enumerate(answers):
        if number > MOST_UNASKED + 10 * wanted:
            raise TooMuch("PACS_TOO_MUCH")
        code = status.get("Status")
        if code is None:
            raise PacsFailure("PACS_LOST")
        if code not in (0, *PENDING, *NONE_OF_THEM, SOME_FAILED, CANCELLED):
            raise PacsFailure("PACS_REFUSED", code)


def contexts(classes: Sequence[str]) -> list[PresentationContext]:
    """The question, and a context for each SOP Class and transfer syntax, so that nothing is transcoded.

    Of so many classes that these would be too many, one for each: then the PACS chooses one syntax.
    """
    from pynetdicom import ALL_TRANSFER_SYNTAXES, build_context

    question = build_context(GET)
    if len(classes) * len(ALL_TRANSFER_SYNTAXES) < MOST_CONTEXTS:
        return [question, *(build_context(one, syntax) for one in classes for syntax in ALL_TRANSFER_SYNTAXES)]
    return [question, *(build_context(one, ALL_TRANSFER_SYNTAXES) for one in classes)]


def usual_classes() -> Iterable[str]:
    """The SOP Classes that are offered where the PACS does not say which its instances have."""
    from pynetdicom import StoragePresentationContexts

    return (str(context.abstract_syntax) for context in StoragePresentationContexts)


def series_identifier(of: Instance) -> Dataset:
    """Asks for a series."""
    from pydicom.dataset import Dataset

    asked = Dataset()
    asked.QueryRetrieveLevel = "SERIES"
    asked.StudyInstanceUID, asked.SeriesInstanceUID = of.study, of.series
    return asked


def some_identifier(of: Sequence[Instance]) -> Dataset:
    """Asks for instances of a series, by the list of their UIDs (PS3.4 C.4.3.1.3.1)."""
    asked = series_identifier(of[0])
    asked.QueryRetrieveLevel = "IMAGE"
    asked.SOPInstanceUID = [one.uid for one in of]
    return asked
