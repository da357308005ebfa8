"""Texts that are told over HTTP to whoever asks by GET: a state, or counts in the text format of Prometheus."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

PATIENCE_SECONDS = 10
LOOPBACK = "127.0.0.1"


class Told(NamedTuple):
    """An answer: status of HTTP, media type, and text."""

    status: int
    kind: str
    text: str


class Silent(ThreadingHTTPServer):
    """Prints no traceback of a caller that breaks off in the middle."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


class Telling:
    """A small server of ``pages``, by path. Raises OSError where it cannot listen."""

    def __init__(self, port: int, pages: Mapping[str, Callable[[], Told]], host: str = LOOPBACK) -> None:
        class Answer(BaseHTTPRequestHandler):
            timeout = PATIENCE_SECONDS
            server_version, sys_version = "dicom-deid", ""

            def do_GET(self) -> None:
                try:
                    page = pages.get(self.path)
                    self.tell(page() if page else Told(404, "text/plain", ""))
                except OSError:
                    self.close_connection = True  # whoever asked has gone

            def tell(self, told: Told) -> None:
                text = told.text.encode()
                self.send_response(told.status)
                self.send_header("Content-Type", told.kind)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: Any) -> None:
                """Nothing: a log of who asked how it is is of no use."""

        self._server = Silent((host, port), Answer)
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def end(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def prometheus(lines: list[str]) -> Told:
    """Lines in the text format of Prometheus."""
    return Told(200, "text/plain; version=0.0.4", "\n".join(lines) + "\n")


def metric(name: str, kind: str, text: str, values: Mapping[str, float]) -> Iterator[str]:
    """The lines of one metric; ``values`` by its labels as they are written, "" where it has none."""
    yield f"# HELP dicom_deid_{name} {text}"
    yield f"# TYPE dicom_deid_{name} {kind}"
    for labels, value in values.items():
        yield f"dicom_deid_{name}{labels} {value}"
