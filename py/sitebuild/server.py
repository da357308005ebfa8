"""Serves dist/ on this computer, with the headers that any host of the site should send."""

import http.server
import re
import sys
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from .paths import DIST
from .shell import BuildError, say

HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
# These give the page SharedArrayBuffer. Without them the site works too, with a slower start.
ISOLATION = {"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp"}


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files of one folder; no listings, no log: what is asked for is nobody's business."""

    protocol_version = "HTTP/1.1"
    extensions_map = {  # noqa: RUF012 - as the base class has it; the system's own table may differ
        "": "application/octet-stream",
        ".css": "text/css; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".mjs": "text/javascript; charset=utf-8",
        ".svg": "image/svg+xml",
        ".txt": "text/plain; charset=utf-8",
        ".wasm": "application/wasm",
        ".zip": "application/zip",
    }

    def __init__(self, *args: Any, headers_sent: dict[str, str], **kwargs: Any) -> None:
        self.headers_sent = headers_sent
        super().__init__(*args, **kwargs)

    def end_headers(self) -> None:
        for name, value in self.headers_sent.items():
            self.send_header(name, value)
        super().end_headers()

    def list_directory(self, path: object) -> None:  # noqa: ARG002 - the base class calls it with a path
        self.send_error(HTTPStatus.NOT_FOUND)

    def log_message(self, *args: object) -> None:
        """Says nothing."""


class Server(http.server.ThreadingHTTPServer):
    """Says nothing of a browser that stopped reading: it does so whenever a page is left."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def content_security_policy(page: Path) -> str:
    """The policy that index.html sets for itself; as a header it holds in the workers too."""
    found = re.search(r'http-equiv="Content-Security-Policy"\s+content="([^"]+)"', page.read_text(encoding="utf-8"))
    if not found:
        raise BuildError("index.html has no Content-Security-Policy, so the site is not served.")
    return " ".join(found[1].split())


def make_server(folder: Path, port: int, *, isolation: bool = True, handler: type[Handler] = Handler) -> Server:
    """A server of `folder` for this computer only; port 0 takes a free one."""
    policy = {"Content-Security-Policy": content_security_policy(folder / "index.html")}
    headers = policy | HEADERS | (ISOLATION if isolation else {})
    return Server(("127.0.0.1", port), partial(handler, headers_sent=headers, directory=str(folder)))


def serve(port: int, *, isolation: bool = True) -> None:
    try:
        server = make_server(DIST, port, isolation=isolation)
    except OSError:
        raise BuildError(f"Port {port} is in use. Take another: python3 build.py serve --port {port + 1}") from None
    say(f"dicom-deid is at http://127.0.0.1:{server.server_port}/ (Ctrl-C ends it)")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        say("\nEnded.")
    finally:
        server.server_close()
