"""The SCP: associations are checked, and an instance is acknowledged when it is kept, or refused with its status."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dicom_deid.pacs.association import PDU, set_up
from dicom_deid.pacs.gateway.arriving import Arriving, code_of, uids_of
from dicom_deid.pacs.gateway.counts import Counts
from dicom_deid.pacs.gateway.spool import Spool

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pynetdicom.events import Event

STATUS = {
    "SPOOL_FULL": 0xA700,
    "SPOOL_LOST": 0xA700,
    "GATEWAY_ENDING": 0xA700,
    "OTHER_INSTANCE": 0xA900,
    "OTHER_CONTENT": 0x0111,
    "NO_DATA_SET": 0xC000,
}
"""The status of each refusal: PS3.4 B.2.3, and PS3.7 C.5.12 for an instance that is here with other content."""
AGREE_SECONDS, SILENT_SECONDS, END_SECONDS = 30, 60, 60
"""For the association; for a peer that says nothing; for instances on their way in when the gateway ends."""
TICK, QUIET_LOOKS = 0.05, 3
LISTEN_SECONDS = 0.5
"""Between two looks of the listening thread at whether it is to end; every sixtieth collects garbage."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where and to whom the gateway listens."""

    title: str
    host: str
    port: int
    allowed: tuple[str, ...] = ()
    """Calling AE titles; without any, all may call."""
    tls: ssl.SSLContext | None = None
    associations: int = 16


class Receiver:
    """A C-STORE SCP. Raises OSError where it cannot listen."""

    def __init__(self, door: Door, spool: Spool, counts: Counts, keep_free: int, ending: Callable[[], bool]) -> None:
        """``keep_free``: bytes of the spool's disk that nothing is written to. ``ending``: whether to refuse all."""
        from pynetdicom import AE, evt
        from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

        from dicom_deid.pacs.gateway.listening import Listening

        self._spool, self._counts, self._keep_free, self._ending = spool, counts, keep_free, ending
        self._serving = 0
        """Instances that are being kept; a count that is wrong for a moment does no harm."""
        set_up()
        self._put_in_spool()
        self._entity = AE(ae_title=door.title)
        self._entity.add_supported_context(Verification)
        self._entity.require_called_aet = True
        self._entity.require_calling_aet = list(door.allowed)
        self._entity.maximum_associations, self._entity.maximum_pdu_size = door.associations, PDU
        self._entity.acse_timeout, self._entity.network_timeout = AGREE_SECONDS, SILENT_SECONDS
        self._entity.dimse_timeout = SILENT_SECONDS
        handlers: list[Any] = [
            (evt.EVT_C_STORE, self.on_store),
            (evt.EVT_CONN_CLOSE, discard_rest),
            (evt.EVT_ESTABLISHED, lambda _: counts.add("associations")),
            (evt.EVT_REJECTED, lambda _: counts.add("rejected")),
        ]
        self._server = Listening(
            self._entity, (door.host, door.port), door.title, self._entity.supported_contexts, door.tls, handlers
        )
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(LISTEN_SECONDS,), daemon=True)

    def _put_in_spool(self) -> None:
        """Lets pynetdicom write data sets into the spool: it would put them into /tmp, and forget those cut off."""
        from pynetdicom import _config, dimse_messages

        _config.UNRESTRICTED_STORAGE_SERVICE = True  # every SOP Class, private and unknown ones, in what it comes in
        _config.LOG_HANDLER_LEVEL = "none"  # its log quotes what peers say
        vars(dimse_messages)["NamedTemporaryFile"] = self.arriving

    def arriving(self, **_mode: object) -> Arriving:
        """A file for an instance on its way in."""
        return Arriving(self._spool.incoming, self.room)

    def room(self) -> str:
        """The reason code for which nothing can be kept now; "" where something can."""
        if self._ending():
            return "GATEWAY_ENDING"
        try:
            return "SPOOL_FULL" if self._spool.free() < self._keep_free else ""
        except OSError:
            return "SPOOL_LOST"

    def start(self) -> None:
        self._thread.start()

    def on_store(self, event: Event) -> int | Dataset:
        """Handler of a C-STORE: the status to answer."""
        request = event.request
        arriving = request._dataset_file
        if not isinstance(arriving, Arriving):
            return self.refused("NO_DATA_SET")
        self._serving += 1
        try:
            uid = str(request.AffectedSOPInstanceUID).strip("\0 ")
            return self.store(arriving, uid, str(event.context.transfer_syntax))
        finally:
            self._serving -= 1
            arriving.discard()

    def store(self, arriving: Arriving, instance: str, transfer_syntax: str) -> int | Dataset:
        """Keeps an instance that has arrived whole."""
        if arriving.refusal:
            return self.refused(arriving.refusal)
        uids = uids_of(bytes(arriving.head))
        if uids.instance not in ("", instance):
            return self.refused("OTHER_INSTANCE")
        try:
            kept = self._spool.keep(arriving, instance, uids.study, arriving.digest(transfer_syntax))
        except OSError as error:
            return self.refused(code_of(error))
        if kept == "other":
            return self.refused("OTHER_CONTENT")
        self._counts.add("received" if kept == "new" else "repeated")
        return 0x0000

    def refused(self, code: str) -> Dataset:
        """The status of a refusal, with its code as the comment."""
        from pydicom.dataset import Dataset

        status = STATUS[code]
        self._counts.add("refused", label=f"{status:04X}")
        answer = Dataset()
        answer.Status, answer.ErrorComment = status, code
        return answer

    def open_associations(self) -> int:
        return len(self._server.active_associations)

    def end(self) -> None:
        """Takes no more associations; instances on their way in may end, then those that are open are aborted."""
        self._server.shutdown()
        until = time.monotonic() + END_SECONDS
        quiet = 0  # looks in a row: between two threads an instance is in sight of neither for a moment
        while quiet < QUIET_LOOKS and time.monotonic() < until:
            is_busy = self._serving or any(is_on_its_way(one) for one in self._server.active_associations)
            quiet = 0 if is_busy else quiet + 1
            time.sleep(TICK)
        for association in self._server.active_associations:
            association.abort()


def is_on_its_way(association: Any) -> bool:
    """Whether an instance that can be kept comes by an association, or is not yet answered."""
    arriving = arriving_of(association)
    waits = not association.dimse.msg_queue.empty() or not association.dul.to_provider_queue.empty()
    return waits or bool(arriving and not arriving.refusal)


def arriving_of(association: Any) -> Arriving | None:
    """The instance that comes by an association."""
    message = association.dimse.message
    found = message._data_set_file if message else None
    return found if isinstance(found, Arriving) else None


def discard_rest(event: Event) -> None:
    """Handler of the end of a connection: nothing half stays of what was on its way in."""
    if arriving := arriving_of(event.assoc):
        arriving.discard()
