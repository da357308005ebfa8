"""The server itself: waitress, with bounds for connections, memory and patience."""

from __future__ import annotations

import os
import select
import socket
import threading
from contextlib import suppress
from typing import Any

from flask import Flask
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from dicom_deid.serve.guard import Guard
from dicom_deid.serve.pacs import LARGEST_SENT, may_be_large

BESIDE_STREAMS = 8
"""Threads for all that is no download."""
CONNECTIONS = 500
BUFFERED = 256 * 1024
"""Bytes that wait for a client in memory; nothing waits on the disk."""
IDLE_SECONDS, STALLED_SECONDS = 60, 120
"""Patience with a connection that asks nothing, and with a client that takes nothing of what it asked for."""
LARGEST_HEADER, LARGEST_BODY = 64 * 1024, 1024 * 1024
RECEIVED = 128 * 1024
"""Bytes that are taken of a connection at once."""


class Parser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """Lets a body be long where the guard would let it pass; its head is known before the first byte of it is taken."""

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(header_plus)
        self.adj: Adjustments
        if may_be_large(self.adj.guard, self.command, self.path, self.headers.get("COOKIE", "")):
            self.adj = self.adj.large


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection."""

    parser_class = Parser


class Server(TcpWSGIServer):  # type: ignore[misc]
    """A server that also closes connections which stand still in the middle of an answer: they hold a stream."""

    stalled_seconds = STALLED_SECONDS
    channel_class = Channel

    def maintenance(self, now: float) -> None:
        """Looks through the connections, every few seconds."""
        super().maintenance(now)
        for channel in list(self.active_channels.values()):
            if channel.total_outbufs_len and channel.last_activity < now - self.stalled_seconds:
                with suppress(OSError):
                    channel.socket.shutdown(socket.SHUT_RDWR)  # the loop then meets its end, and frees what it holds

    def serve(self, ending: threading.Event) -> None:
        """Answers until ``ending`` is set; that is looked at once a second, and when a connection moves."""
        while not ending.is_set():
            self.asyncore.loop(timeout=1, map=self._map, use_poll=self.adj.asyncore_use_poll, count=1)
        for channel in list(self.active_channels.values()):
            channel.handle_close()  # a download that waits for its client ends now
        self.task_dispatcher.shutdown(timeout=5)
        self.asyncore.close_all(self._map)


def bound(host: str, port: int) -> socket.socket:
    """A socket that is bound to an address; port 0 takes a free one. Raises OSError."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    made = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":  # on Windows it would let two servers have one port
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
    except BaseException:
        made.close()
        raise
    return made


def server(app: Flask, listening: socket.socket, streams: int, guard: Guard) -> Server:
    """A server for a socket that is bound; ``guard`` says who may send long bodies."""
    settings: dict[str, Any] = {
        "sockets": [listening],
        "threads": streams + BESIDE_STREAMS,
        "connection_limit": CONNECTIONS,
        "backlog": CONNECTIONS,
        "channel_timeout": IDLE_SECONDS,
        "cleanup_interval": 5,
        "outbuf_high_watermark": BUFFERED,
        "outbuf_overflow": 64 * 1024 * 1024,
        "recv_bytes": RECEIVED,
        "channel_request_lookahead": 1,  # else nobody sees that a client goes before it was sent anything
        "inbuf_overflow": 2 * LARGEST_BODY,
        "max_request_header_size": LARGEST_HEADER,
        "max_request_body_size": LARGEST_BODY,
        "ident": None,
        "log_socket_errors": False,
        "clear_untrusted_proxy_headers": True,
        "asyncore_use_poll": hasattr(select, "poll"),
    }
    adjustments = Adjustments(**settings)
    adjustments.guard, adjustments.large = guard, Adjustments(**settings | {"max_request_body_size": LARGEST_SENT})
    listening.settimeout(0)
    info = (listening.family, listening.type, listening.proto, listening.getsockname())
    dispatcher = ThreadedTaskDispatcher()
    dispatcher.set_thread_count(adjustments.threads)
    return Server(app, {}, _sock=listening, dispatcher=dispatcher, adj=adjustments, sockinfo=info, bind_socket=False)
