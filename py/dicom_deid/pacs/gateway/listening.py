"""The listening socket: TLS is agreed on in each connection's own thread, and no peer can hold up another."""

from __future__ import annotations

import socket
from typing import Any

from pynetdicom.association import Association
from pynetdicom.transport import RequestHandler, ThreadedAssociationServer

HANDSHAKE_SECONDS, STANDSTILL_SECONDS = 10, 60
LONGEST_PDU = 1024 * 1024
"""Bytes of a PDU that are taken: ours have 128 KiB, and a request for an association with all it may ask is shorter."""
MOST_WAITING = 32
"""Connections beyond the associations: they are there to be rejected in the way that peers understand."""


class Connection(RequestHandler):
    """One connection, whose bytes come in few pieces and with a bound."""

    def _create_association(self) -> Association:
        made: Association = super()._create_association()
        outer = made.dul.socket
        assert outer is not None, "it was made with its socket"

        def received(nr_bytes: int) -> bytearray:
            if outer.socket is None or nr_bytes > LONGEST_PDU:
                raise OSError("the connection is closed, or the PDU is no PDU")
            return received_of(outer.socket, nr_bytes)

        outer.recv = received  # type: ignore[method-assign]
        return made


class Listening(ThreadedAssociationServer):
    """A server of associations."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts, request_handler=Connection)  # type: ignore[misc]

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        assert self.socket is not None, "it listens"
        connection, address = self.socket.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.ssl_context:
            connection = self.ssl_context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def verify_request(self, *_: Any) -> bool:
        """Whether there are threads for one more connection."""
        return len(self.active_associations) < self.ae.maximum_associations + MOST_WAITING

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.ssl_context:
            request.settimeout(HANDSHAKE_SECONDS)
            request.do_handshake()
        request.settimeout(STANDSTILL_SECONDS)
        super().finish_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that failed has ended; the usual handler would print the peer's address and a traceback."""

    def shutdown(self) -> None:
        self.ae._servers.append(self)  # from where its own shutdown takes it
        super().shutdown()


def received_of(connection: socket.socket, count: int) -> bytearray:
    """So many bytes, or as many as come before the end of the connection."""
    data = bytearray(count)
    view, at = memoryview(data), 0
    while at < count:
        read = connection.recv_into(view[at:])
        if not read:
            break
        at += read
    view.release()
    del data[at:]
    return data
