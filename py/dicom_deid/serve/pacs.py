"""A PACS behind the server: its DICOMweb at the page's own site, with the login that no browser is told.

Only what the page asks is passed on: studies and what is in them, by GET, and files to store, by POST. A body passes in
pieces, both ways; of what is sent, waitress keeps all until it has come, what is long in a file without a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from dicom_deid.errors import PacsFailure
from dicom_deid.pacs.credentials import credentials
from dicom_deid.pacs.destination import Destination
from dicom_deid.pacs.dicomweb import failure_of
from dicom_deid.pacs.tls import client_context
from dicom_deid.serve.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from dicom_deid.serve.guard import Guard

BASE = "/dicom-web"
UID = r"(?=[0-9.]{1,64}(?:/|\Z))[0-9]+(?:\.[0-9]+)*"
"""Never dots alone, which mean another folder."""
ASKED = re.compile(rf"studies(/{UID}(/series(/{UID}(/instances(/{UID})?)?)?|/instances)?)?")
STORED = re.compile(rf"studies(/{UID})?")
LARGEST_SENT = 4 * 1024**3
"""Bytes of a request that stores, of somebody who is signed in; any other one is bounded as the API is."""
LONGEST_QUERY = 4096
PIECE = 256 * 1024
CONNECT_SECONDS, WRITE_SECONDS, ANSWER_SECONDS = 10, 60, 120
CONNECTIONS = 12
PASSED_ON, OF_BODY = ("Accept",), ("Content-Type", "Content-Length")
GIVEN_BACK = ("Content-Length", "Retry-After")
KINDS = ("application/dicom+json", "application/json", "multipart/related")
"""What an answer may be: a page of the PACS would be one of this site, and XML can be one."""
LOST = {401: "PACS_REFUSED_LOGIN", 403: "PACS_REFUSED_LOGIN"}


class Pacs:
    """One PACS, which several threads may ask at the same time."""

    def __init__(self, destination: Destination) -> None:
        import httpx  # an extra

        login = credentials(destination)
        self._base = destination.url
        self._client = httpx.Client(
            auth=httpx.BasicAuth(*login) if login else None,
            verify=client_context(destination.tls) if destination.tls else False,
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS, write=WRITE_SECONDS),
            limits=httpx.Limits(max_connections=CONNECTIONS),
            headers={"Accept-Encoding": "identity", "User-Agent": "dicom-deid"},
            follow_redirects=False,
            trust_env=False,
        )

    def close(self) -> None:
        self._client.close()

    def routes(self) -> Blueprint:
        """The routes of the page's own DICOMweb."""
        routes = Blueprint("pacs", __name__, url_prefix=BASE)

        @routes.get("/<path:path>")
        def ask(path: str) -> Response:
            return self._passed(path if ASKED.fullmatch(path) else "")

        @routes.post("/<path:path>")
        def store(path: str) -> Response:
            request.max_content_length = LARGEST_SENT
            return self._passed(path if STORED.fullmatch(path) else "")

        return routes

    def _passed(self, path: str) -> Response:
        """What the PACS answers. Raises Refusal."""
        import httpx

        query = request.query_string.decode("latin-1")
        if not path or len(query) > LONGEST_QUERY:
            raise Refusal(404, "NOT_THERE")
        named = PASSED_ON + OF_BODY if request.method == "POST" else PASSED_ON
        headers = {name: request.headers[name] for name in named if name in request.headers}
        url = f"{self._base}/{path}{f'?{query}' if query else ''}"
        body = pieces() if request.method == "POST" else None
        try:
            asked = self._client.build_request(request.method, url, headers=headers, content=body)
            answer = self._client.send(asked, stream=True)
        except httpx.InvalidURL:
            raise Refusal(404, "NOT_THERE") from None
        except httpx.HTTPError as error:
            raise refusal_of(failure_of(error)) from None
        if answer.is_redirect or answer.status_code in LOST:
            answer.close()
            raise Refusal(502, LOST.get(answer.status_code, "PACS_REDIRECT"))
        response = Response(content_of(answer), answer.status_code, dict(told(answer.headers)), direct_passthrough=True)
        response.call_on_close(answer.close)
        return response


def pieces() -> Iterator[bytes]:
    """The body of the request."""
    while piece := request.stream.read(PIECE):
        yield piece


def content_of(answer: httpx.Response) -> Iterator[bytes]:
    """The body of an answer; an error in the middle of it closes the connection, so that it shows."""
    yield from answer.iter_raw(PIECE)


def told(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The headers of an answer that go on, of which none asks for a login or sets a cookie."""
    kind = headers.get("Content-Type", "")
    yield "Content-Type", kind if kind.partition(";")[0].strip().lower() in KINDS else "application/octet-stream"
    yield from ((name, headers[name]) for name in GIVEN_BACK if name in headers)


def refusal_of(failure: PacsFailure) -> Refusal:
    """What the page is told of a PACS that does not answer."""
    return Refusal(504 if failure.code == "PACS_SLOW" else 502, failure.code)


def may_be_large(guard: Guard, method: str, path: str, cookies: str) -> bool:
    """Whether a request may bring files: told by its head, before any byte of its body is taken."""
    if method != "POST" or not STORED.fullmatch(path.removeprefix(f"{BASE}/")) or not path.startswith(f"{BASE}/"):
        return False
    try:
        found = SimpleCookie(cookies).get(guard.cookie)
    except CookieError:
        return False
    return found is not None and guard.sessions.holds(found.value)
