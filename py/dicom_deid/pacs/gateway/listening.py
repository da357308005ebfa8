"""The listening socket: TLS is agreed on in each connection's own thread, and no peer can hold up another.

pynetdicom looks every millisecond whether there is something to do, which costs an instance some of them. Here its
threads wait for what they have to do, and are woken by it.
"""

from __future__ import annotations

import queue
import select
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from pynetdicom.transport import AssociationSocket, RequestHandler, ThreadedAssociationServer

from dicom_deid.pacs.messages import bounded

if TYPE_CHECKING:
    from pynetdicom.association import Association
    from pynetdicom.dimse import DIMSEServiceProvider

HANDSHAKE_SECONDS, STANDSTILL_SECONDS = 10, 60
LONGEST_PDU = 1024 * 1024
"""Bytes of a PDU that are taken: ours have 128 KiB, and a request for an association with all it may ask is shorter."""
MOST_WAITING = 32
"""Connections beyond the associations: they are there to be rejected in the way that peers understand."""
WAIT_SECONDS, PAUSE_SECONDS = 0.05, 0.001
"""How long a thread waits for what wakes it, before it looks at its timers; and without a connection."""


class Quick(AssociationSocket):
    """A socket that is waited for, whose bytes come in few pieces and with a bound."""

    waker: tuple[socket.socket, socket.socket]

    def prepare(self) -> None:
        """Makes what wakes the thread that reads when there is something to send."""
        self.waker = socket.socketpair()
        for end in self.waker:
            end.settimeout(0)
        send = self.assoc.dul.send_pdu

        def send_at_once(primitive: Any) -> None:
            send(primitive)
            with suppress(OSError):  # full: it is awake; closed: nothing is sent any more
                self.waker[1].send(b"\0")

        self.assoc.dul.send_pdu = send_at_once  # type: ignore[method-assign]
        self.assoc.dul._run_loop_delay = 0

    @property
    def ready(self) -> bool:
        """Whether there is something to read, after some waiting for it or for something to send."""
        connection = self.socket
        if connection is None:
            time.sleep(PAUSE_SECONDS)
        elif not (isinstance(connection, ssl.SSLSocket) and connection.pending()):
            with suppress(OSError, ValueError):  # it was closed, which is found out next
                if self.waker[0] in select.select([connection, self.waker[0]], [], [], WAIT_SECONDS)[0]:
                    self.waker[0].recv(4096)
        return super().ready

    def recv(self, nr_bytes: int) -> bytearray:
        if self.socket is None or nr_bytes > LONGEST_PDU:
            raise OSError("the connection is closed, or the PDU is none")
        return received(self.socket, nr_bytes, STANDSTILL_SECONDS)

    def close(self) -> None:
        super().close()
        for end in self.waker:
            end.close()


class Connection(RequestHandler):
    """One connection."""

    def _create_association(self) -> Association:
        made = super()._create_association()
        made.dul.socket.__class__ = Quick  # the base class names the class of its socket itself
        assert isinstance(made.dul.socket, Quick), "it was made with its socket"
        made.dul.socket.prepare()
        made.dul.kill_dul = partial(end, made, made.dul.kill_dul)  # type: ignore[method-assign]
        bounded(made.dimse)
        made.dimse.get_msg = partial(get_soon, made.dimse)  # type: ignore[method-assign]
        return made


def end(association: Association, kill: Callable[[], None]) -> None:
    """Ends a connection; over which no association was requested, its thread waits no longer for a request.

    Else each look at whether the port is open would take the place of a peer for as long as one may take its time.
    """
    kill()
    if association.requestor.primitive is None:
        association.dul.to_user_queue.put(None)  # what it is told when time is up


def received(connection: socket.socket, size: int, seconds: float) -> bytearray:
    """So many bytes, fewer at the end of a connection. Raises OSError where they come in driblets.

    Each byte alone comes within the patience of the socket, and meanwhile no timer of pynetdicom is looked at.
    """
    data, at, until = bytearray(size), 0, time.monotonic() + seconds
    with memoryview(data) as view:
        while at < size and (read := connection.recv_into(view[at:])):
            at += read
            if time.monotonic() > until:
                raise TimeoutError
    del data[at:]
    return data


def get_soon(dimse: DIMSEServiceProvider, block: bool = False) -> Any:
    """The next message, after some waiting for it."""
    try:
        return dimse.msg_queue.get(timeout=dimse.dimse_timeout if block else WAIT_SECONDS)
    except queue.Empty:
        return None, None


class Listening(ThreadedAssociationServer):
    """A server of associations."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts, request_handler=Connection)  # type: ignore[misc]
        self._beginning = set[int]()
        """Connections that are no associations yet."""

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        assert self.socket is not None, "it listens"
        connection, address = self.socket.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.ssl_context:
            connection = self.ssl_context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def verify_request(self, *_: Any) -> bool:
        """Whether there are threads for one more connection."""
        there = len(self.active_associations) + len(self._beginning)
        return there < self.ae.maximum_associations + MOST_WAITING

    def process_request(self, request: Any, client_address: Any) -> None:
        self._beginning.add(id(request))
        super().process_request(request, client_address)

    def finish_request(self, request: Any, client_address: Any) -> None:
        try:
            if self.ssl_context:
                request.settimeout(HANDSHAKE_SECONDS)
                request.do_handshake()
            request.settimeout(STANDSTILL_SECONDS)
            super().finish_request(request, client_address)
        finally:
            self._beginning.discard(id(request))

    def shutdown_request(self, request: Any) -> None:
        self._beginning.discard(id(request))  # also of one for which there was no thread
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that failed has ended; the usual handler would print the peer's address and a traceback."""

    def shutdown(self) -> None:
        self.ae._servers.append(self)  # from where its own shutdown takes it
        super().shutdown()
