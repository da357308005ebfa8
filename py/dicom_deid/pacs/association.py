"""An association with a PACS: what pynetdicom needs to be quick, to keep little in memory, and to end at some time."""

from __future__ import annotations

import socket
import ssl
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from dicom_deid.errors import PacsFailure
from dicom_deid.pacs.destination import Destination
from dicom_deid.pacs.messages import bounded
from dicom_deid.pacs.tls import client_context

if TYPE_CHECKING:
    from pynetdicom.association import Association
    from pynetdicom.events import Event, EventHandlerType
    from pynetdicom.pdu_primitives import SCP_SCU_RoleSelectionNegotiation
    from pynetdicom.presentation import PresentationContext

PDU = 131_072
MOST_CONTEXTS = 128
"""PS3.8 9.3.2.2: their ids are the odd numbers of a byte."""
CONNECT_SECONDS, AGREE_SECONDS, ANSWER_SECONDS = 10, 30, 120
"""For the connection, for the association, and for each answer: a PACS may store an object before it answers."""
STANDSTILL_SECONDS = 60
"""For a side that takes no byte of what is sent."""
QUEUED = 256
"""PDUs that wait to be sent: without a bound, a whole object would."""
PAUSE_SECONDS = 0.002
TRANSIENT = 2
"""PS3.8 9.3.4: the Result of a rejection that may be none a little later."""


def set_up() -> None:
    """Data sets go from and to files piece by piece, in every association of this process."""
    from pynetdicom import _config

    _config.STORE_SEND_CHUNKED_DATASET = _config.STORE_RECV_CHUNKED_DATASET = True


@contextmanager
def associated(
    destination: Destination,
    contexts: Sequence[PresentationContext],
    *,
    roles: Sequence[SCP_SCU_RoleSelectionNegotiation] = (),
    handlers: Sequence[EventHandlerType] = (),
    answer_seconds: float = ANSWER_SECONDS,
) -> Iterator[Association]:
    """An association that was accepted; at its end it is released, or aborted if something failed.

    ``contexts``: at most MOST_CONTEXTS. Raises PacsFailure where there is none: PACS_UNREACHABLE, PACS_TLS,
    PACS_REJECTED, PACS_BUSY, PACS_NOT_OFFERED, PACS_SLOW, PACS_LOST.
    """
    from pynetdicom import AE, evt

    set_up()
    address, port = resolved(destination)
    entity = AE(ae_title=destination.calling)
    entity.connection_timeout, entity.acse_timeout = CONNECT_SECONDS, AGREE_SECONDS
    entity.dimse_timeout = entity.network_timeout = answer_seconds
    began = time.monotonic()
    association = entity.associate(
        address,
        port,
        contexts=list(contexts),
        ae_title=destination.called,
        max_pdu=PDU,
        ext_neg=list(roles),
        tls_args=(client_context(destination.tls), destination.host) if destination.tls else None,
        evt_handlers=[(evt.EVT_CONN_OPEN, on_open), *handlers],
    )
    if not association.is_established:
        raise why_not(destination, association, time.monotonic() - began)
    only_answers(association)
    bounded(association.dimse)
    try:
        yield association
    except BaseException:
        if association.is_established:
            association.abort()
        raise
    if association.is_established:
        association.release()


def resolved(destination: Destination) -> tuple[str, int]:
    """The address of a destination. Raises PacsFailure."""
    try:
        found = socket.getaddrinfo(destination.host, destination.port, type=socket.SOCK_STREAM)
    except OSError:
        raise PacsFailure("PACS_UNREACHABLE") from None
    first = min(found, key=lambda one: one[0] is not socket.AF_INET)
    return str(first[4][0]), destination.port


def on_open(event: Event) -> None:
    """Sets what a connection needs, on either side of it: handler of EVT_CONN_OPEN."""
    association = event.assoc
    wrapped = association.dul.socket
    if wrapped is None or wrapped.socket is None:
        return
    # Small PDUs must not wait for an acknowledgement that the other side delays.
    wrapped.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with suppress(OSError, AttributeError):  # a system without it waits as long as TCP does
        wrapped.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", STANDSTILL_SECONDS, 0))
        if association.is_requestor:
            seconds = max(1, int(association.dimse_timeout or ANSWER_SECONDS))
            wrapped.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", seconds, 0))
    in_turn(association)


def in_turn(association: Association) -> None:
    """Lets what is sent wait until what was sent before has gone, so that memory does not grow with the object."""
    waiting, send = association.dul.to_provider_queue, association.dul.send_pdu

    def send_in_turn(primitive: object) -> None:
        until = time.monotonic() + STANDSTILL_SECONDS
        while waiting.qsize() >= QUEUED and association.dul.is_alive() and time.monotonic() < until:
            time.sleep(PAUSE_SECONDS)
        send(primitive)  # type: ignore[arg-type]

    association.dul.send_pdu = send_in_turn  # type: ignore[method-assign]


def only_answers(association: Association) -> None:
    """Keeps the thread that serves requests from taking the answers to ours; of this side nothing is requested.

    pynetdicom lets it pause while an answer is waited for, but now and then it is not yet paused when the answer comes
    (two questions, one straight after the other): then the answer is lost, and waited for until the time is up.
    """
    provider = association.dimse
    take = provider.get_msg
    provider.get_msg = lambda block=False: take(block=True) if block else (None, None)  # type: ignore[method-assign]


def why_not(destination: Destination, association: Association, seconds: float) -> PacsFailure:
    """Why an association was not accepted, for which so many seconds were waited."""
    if association.is_rejected:
        answer = association.acceptor.primitive
        is_transient = answer is not None and answer.result == TRANSIENT
        return PacsFailure("PACS_BUSY" if is_transient else "PACS_REJECTED")
    if association.rejected_contexts and not association.accepted_contexts:
        return PacsFailure("PACS_NOT_OFFERED")
    failure = reached(destination)
    return PacsFailure("PACS_SLOW") if failure.code == "PACS_LOST" and seconds >= AGREE_SECONDS else failure


def reached(destination: Destination) -> PacsFailure:
    """How far one comes on the way to a destination: pynetdicom does not tell a wrong certificate from a wrong port."""
    try:
        with socket.create_connection((destination.host, destination.port), CONNECT_SECONDS) as connection:
            if destination.tls is None:
                return PacsFailure("PACS_LOST")
            with client_context(destination.tls).wrap_socket(connection, server_hostname=destination.host):
                return PacsFailure("PACS_TLS" if not destination.tls.certificate else "PACS_LOST")
    except TimeoutError:
        return PacsFailure("PACS_SLOW")
    except (ssl.SSLError, ConnectionResetError):
        return PacsFailure("PACS_TLS" if destination.tls else "PACS_LOST")
    except OSError:
        return PacsFailure("PACS_UNREACHABLE")
