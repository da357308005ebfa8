"""TLS in front of the server, which knows none: a thread for each connection decrypts and passes on."""

from __future__ import annotations

import selectors
import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path

CONNECTIONS = 200
HANDSHAKE_SECONDS = 10
PATIENCE_SECONDS = 120
"""For a side that takes nothing, or asks nothing."""
PAUSE_SECONDS = 0.1
"""Before the next try where no connection could be taken."""
CHUNK = 64 * 1024


def context(certificate: Path, key: Path) -> ssl.SSLContext:
    """The settings of TLS, from PEM files. Raises OSError (ssl.SSLError is one) where they cannot be used."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.load_cert_chain(certificate, key)
    return made


class Front:
    """Listens for TLS and passes on to an address of this machine."""

    def __init__(self, listening: socket.socket, inner: tuple[str, int], settings: ssl.SSLContext) -> None:
        self._listening, self._inner, self._settings = listening, inner, settings
        self._closed = threading.Event()
        self._places = threading.Semaphore(CONNECTIONS)
        listening.settimeout(None)
        listening.listen(CONNECTIONS)
        threading.Thread(target=self._accept, name="tls", daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except ConnectionError:
                continue
            except OSError:  # it was closed, or there are too many open files: then it goes on when some are closed
                if self._closed.wait(PAUSE_SECONDS):
                    return
                continue
            if not self._places.acquire(blocking=False):
                connection.close()
                continue
            threading.Thread(target=self._pass_on, args=(connection,), daemon=True).start()

    def _pass_on(self, connection: socket.socket) -> None:
        try:
            with connection, suppress(OSError):
                connection.settimeout(HANDSHAKE_SECONDS)
                with (
                    self._settings.wrap_socket(connection, server_side=True) as outer,
                    socket.create_connection(self._inner) as inner,
                ):
                    outer.settimeout(PATIENCE_SECONDS)
                    inner.settimeout(PATIENCE_SECONDS)
                    relay(outer, inner)
        finally:
            self._places.release()

    def close(self) -> None:
        """Takes no more connections."""
        self._closed.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


def relay(outer: ssl.SSLSocket, inner: socket.socket) -> None:
    """Passes on in both directions until one side ends, or stands still. One thread does both: TLS is not for two."""
    with selectors.DefaultSelector() as selector:
        selector.register(outer, selectors.EVENT_READ)
        selector.register(inner, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in selector.select(0 if outer.pending() else PATIENCE_SECONDS)}
            if not ready and not outer.pending():
                return
            for source, target in ((outer, inner), (inner, outer)):
                if source in ready or (source is outer and outer.pending()):
                    data = source.recv(CHUNK)
                    if not data:
                        return
                    target.sendall(data)
