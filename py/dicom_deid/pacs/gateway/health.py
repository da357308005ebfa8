"""Health and metrics over HTTP, of this machine alone: whether the gateway receives, and counts."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from dicom_deid.pacs.gateway.counts import Counts

PATIENCE_SECONDS = 10


class State(NamedTuple):
    """How the gateway is. ``codes``: reason codes of what a person has to see to; none: it is well."""

    codes: list[str]
    waiting: int
    runs_taken: int
    runs_unconfirmed: int
    runs_withheld: int
    disk_free_bytes: int
    associations: int


GAUGES = {
    "waiting": "Instances whose study has not come to rest.",
    "runs_taken": "Runs that have not come to their end.",
    "runs_unconfirmed": "Runs whose originals are still there, as not all of their outputs are confirmed.",
    "runs_withheld": "Runs of which originals without an output are still there.",
    "disk_free_bytes": "Bytes that are free on the disk of the spool.",
    "associations": "Associations that are open.",
}


class Health:
    """A small server on loopback. Raises OSError where it cannot listen."""

    def __init__(self, port: int, state: Callable[[], State], counts: Counts) -> None:
        class Answer(BaseHTTPRequestHandler):
            timeout = PATIENCE_SECONDS
            server_version, sys_version = "dicom-deid", ""

            def do_GET(self) -> None:
                try:
                    self.answer()
                except OSError:
                    self.close_connection = True  # whoever asked has gone

            def answer(self) -> None:
                if self.path == "/health":
                    now = state()
                    told = {"state": "attention" if now.codes else "receiving", **now._asdict()}
                    self.tell(503 if now.codes else 200, "application/json", json.dumps(told) + "\n")
                elif self.path == "/metrics":
                    self.tell(200, "text/plain; version=0.0.4", "\n".join(metrics(state(), counts)) + "\n")
                else:
                    self.tell(404, "text/plain", "")

            def tell(self, status: int, kind: str, text: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: Any) -> None:
                """Nothing: a log of who asked how it is is of no use."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Answer)
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def end(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def metrics(state: State, counts: Counts) -> list[str]:
    """Counts and gauges in the text format of Prometheus."""
    lines = counts.lines()
    for name, text in GAUGES.items():
        lines += (f"# HELP dicom_deid_{name} {text}", f"# TYPE dicom_deid_{name} gauge")
        lines.append(f"dicom_deid_{name} {getattr(state, name)}")
    return lines
