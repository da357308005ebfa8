"""Retrieves instances by C-MOVE: the PACS sends them to a port of this machine, where nothing else is taken."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from dicom_deid.errors import PacsFailure
from dicom_deid.pacs.association import AGREE_SECONDS, ANSWER_SECONDS, PDU, associated, on_open
from dicom_deid.pacs.cget import PlaceFor, TooMuch, heed, series_identifier, some_identifier
from dicom_deid.pacs.destination import Destination, is_loopback
from dicom_deid.pacs.instance import UID, Instance
from dicom_deid.pacs.routing import Routing, on_store, routed
from dicom_deid.pacs.tls import server_context

if TYPE_CHECKING:
    import ssl

    from pydicom.dataset import Dataset
    from pynetdicom.ae import ApplicationEntity
    from pynetdicom.association import Association
    from pynetdicom.events import Event, EventHandlerType

    from dicom_deid.pacs.routing import Place

MOVE = "1.2.840.10008.5.1.4.1.2.2.2"
"""Study Root Query/Retrieve Information Model - MOVE (PS3.4 C.6.2)."""
MOVE_SECONDS = 1800
"""Between two answers: a PACS need not tell how far it is, and may first fetch from an archive."""
MOST_ASSOCIATIONS = 4


class Cmove:
    """A PACS from which instances are taken by C-MOVE, and the port that they come to."""

    def __init__(self, destination: Destination, port: int, classes: Sequence[str] = ()) -> None:
        """Raises PacsFailure PACS_LISTEN where the port cannot be listened at, PACS_TLS_FILES without a certificate."""
        self._destination = destination
        self._open = ExitStack()
        self._association: Association | None = None
        self._place_for: PlaceFor = lambda _: None
        self._message = 0
        self._listen(port, classes)

    def _listen(self, port: int, classes: Sequence[str]) -> None:
        from pynetdicom import evt

        handlers: list[EventHandlerType] = [
            (evt.EVT_CONN_OPEN, on_open),
            (evt.EVT_REQUESTED, self._on_requested),
            (evt.EVT_C_STORE, on_store),
        ]
        place = "127.0.0.1" if is_loopback(self._destination.host) else ""
        try:
            server = entity(self._destination, classes).start_server(
                (place, port), block=False, ssl_context=certified(self._destination), evt_handlers=handlers
            )
        except OSError:
            raise PacsFailure("PACS_LISTEN") from None
        self._server = server
        if server is not None:
            self._open.callback(server.shutdown)

    def _on_requested(self, event: Event) -> None:
        routed(event.assoc, Routing(self._place))

    def _place(self, uid: str) -> Place | None:
        return self._place_for(uid)

    def series(self, wanted: Sequence[Instance], place_for: PlaceFor) -> None:
        """Asks for a whole series. Raises PacsFailure; what has come until then has come."""
        self._move(wanted, series_identifier(wanted[0]), place_for)

    def some(self, wanted: Sequence[Instance], place_for: PlaceFor) -> None:
        """Asks for these instances, of one series. Raises PacsFailure; what has come until then has come."""
        self._move(wanted, some_identifier(wanted), place_for)

    def _move(self, wanted: Sequence[Instance], identifier: Dataset, place_for: PlaceFor) -> None:
        from pynetdicom import build_context

        if not (self._association and self._association.is_established):
            opened = associated(self._destination, [build_context(MOVE)], answer_seconds=MOVE_SECONDS)
            self._association = self._open.enter_context(opened)
            routed(self._association, Routing())
        self._place_for, self._message = place_for, self._message % 60_000 + 1
        try:
            answers = self._association.send_c_move(identifier, self._destination.calling, MOVE, self._message)
            heed(answers, len(wanted))
        except TooMuch:
            self._association.abort()
            raise
        except (RuntimeError, ValueError):  # it ended between two questions
            raise PacsFailure("PACS_LOST") from None
        finally:
            self._place_for = lambda _: None

    def close(self) -> None:
        """Ends the association, and listens no more."""
        self._association = None
        self._open.close()


def entity(destination: Destination, classes: Sequence[str]) -> ApplicationEntity:
    """What is answered at the port: storage alone, from the PACS alone, and only when it calls us by our name."""
    from pynetdicom import AE, ALL_TRANSFER_SYNTAXES, AllStoragePresentationContexts

    made = AE(ae_title=destination.calling)
    made.require_called_aet, made.require_calling_aet = True, [destination.called]
    made.maximum_pdu_size, made.maximum_associations = PDU, MOST_ASSOCIATIONS
    made.acse_timeout, made.dimse_timeout, made.network_timeout = AGREE_SECONDS, ANSWER_SECONDS, ANSWER_SECONDS
    known = {str(context.abstract_syntax) for context in AllStoragePresentationContexts}
    for sop_class in sorted(known | {one for one in classes if UID.fullmatch(one)}):
        made.add_supported_context(sop_class, ALL_TRANSFER_SYNTAXES)
    return made


def certified(destination: Destination) -> ssl.SSLContext | None:
    """The settings of TLS at the port; None for a destination that is not encrypted. Raises PacsFailure."""
    if destination.tls is None:
        return None
    certificate, key, ca = destination.tls.certificate, destination.tls.key, destination.tls.ca
    if certificate is None or key is None:
        raise PacsFailure("PACS_TLS_FILES")
    return server_context(certificate, key, ca)
