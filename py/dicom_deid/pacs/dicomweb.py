"""DICOMweb as a client: what is asked, sent and taken over HTTP, and what an answer means (PS3.18).

An answer is never followed elsewhere, never unpacked, and never longer than is said; 429 and 503 are waited for as long
as they say, within bounds. Proxies of the environment are not used: no file goes where nobody said.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from dicom_deid.errors import PacsFailure
from dicom_deid.pacs.credentials import credentials
from dicom_deid.pacs.destination import Destination
from dicom_deid.pacs.tls import client_context

if TYPE_CHECKING:
    import httpx

DicomJson = dict[str, Any]
"""A data set in the JSON of PS3.18 F: by element, as eight hexadecimal digits."""
JSON = "application/dicom+json"
MOST_BYTES = 64 * 1024 * 1024
"""Of an answer in JSON."""
MOST_COMMAS = 3_000_000
"""In an answer in JSON: an empty object is two bytes of it, and 72 of memory."""
CONNECT_SECONDS, STANDSTILL_SECONDS, ANSWER_SECONDS = 10, 60, 120
WHOLE_SECONDS = 300
"""For an answer in JSON, from its first byte to its last."""
LONGEST_WAIT, WAITS = 60.0, 5
"""Seconds of one wait for a PACS that is busy, and how many times it is waited for."""
USUAL_WAIT = 2.0
TRIES = 3
"""Of a question that can be asked again."""
BUSY = (429, 503)
Body = Callable[[], Iterator[bytes]]


class Client:
    """A PACS that is spoken to by DICOMweb. It may be used by several threads at the same time."""

    def __init__(self, destination: Destination, *, sleep: Callable[[float], None] = time.sleep) -> None:
        import httpx  # an extra, which not everybody has

        self._destination, self._sleep = destination, sleep
        login = credentials(destination)
        self._client = httpx.Client(
            auth=httpx.BasicAuth(*login) if login else None,
            verify=client_context(destination.tls) if destination.tls else False,
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS, write=STANDSTILL_SECONDS),
            limits=httpx.Limits(max_connections=16),
            headers={"Accept-Encoding": "identity", "User-Agent": "dicom-deid"},
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def query(
        self, path: str, parameters: Sequence[tuple[str, str]] = (), *, most_bytes: int = MOST_BYTES
    ) -> list[DicomJson]:
        """The answers to a query (QIDO-RS), as many as the PACS gives for one request. Raises PacsFailure.

        ``path``: below the base, as ``/studies`` or ``/studies/UID/series``.
        """
        with self._asked("GET", path, parameters, {"Accept": JSON}) as answer:
            if answer.status_code == 204:
                return []
            check(answer.status_code)
            found = parsed(whole(answer, most_bytes))
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise PacsFailure("PACS_ANSWER")
        return found

    @contextmanager
    def retrieve(self, path: str, accept: str, parameters: Sequence[tuple[str, str]] = ()) -> Iterator[httpx.Response]:
        """An answer whose body is not read yet: ``iter_raw()`` gives its pieces. Raises PacsFailure.

        What goes wrong inside of the block with the connection becomes a PacsFailure, too.
        """
        with self._asked("GET", path, parameters, {"Accept": accept}) as answer:
            check(answer.status_code)
            yield answer

    def store(self, body: Body, length: int, boundary: str, study: str = "") -> tuple[int, DicomJson]:
        """Status and data set of the answer to files (STOW-RS); what came of each file stands in it.

        ``body`` gives its pieces anew each time that it is called, ``length`` bytes in all. 200, 202, 400, 409 come
        back, since some of the files may be stored; a data set that cannot be understood is {}. Raises PacsFailure:
        PACS_LOST and PACS_SLOW leave open what was stored.
        """
        headers = {
            "Accept": JSON,
            "Content-Type": f'multipart/related; type="application/dicom"; boundary={boundary}',
            "Content-Length": str(length),
        }
        with self._asked("POST", f"/studies/{study}" if study else "/studies", (), headers, body) as answer:
            if answer.status_code not in (200, 202, 400, 409):
                check(answer.status_code)
            try:
                found = parsed(whole(answer, MOST_BYTES))
            except PacsFailure as failure:
                if failure.code != "PACS_ANSWER":
                    raise
                found = {}
        return answer.status_code, found if isinstance(found, dict) else {}

    @contextmanager
    def _asked(
        self,
        method: str,
        path: str,
        parameters: Sequence[tuple[str, str]],
        headers: Mapping[str, str],
        body: Body | None = None,
    ) -> Iterator[httpx.Response]:
        """An answer with whatever status, its body not read yet; with a PACS that is busy, after some waiting."""
        import httpx

        try:
            answer = self._patiently(method, path, parameters, headers, body)
            try:
                yield answer
            finally:
                answer.close()
        except httpx.HTTPError as error:
            raise failure_of(error) from None

    def _patiently(
        self,
        method: str,
        path: str,
        parameters: Sequence[tuple[str, str]],
        headers: Mapping[str, str],
        body: Body | None,
    ) -> httpx.Response:
        import httpx

        waits = tries = 0
        while True:
            url = self._destination.url + path
            request = self._client.build_request(
                method, url, params=list(parameters) or None, headers=headers, content=body() if body else None
            )
            try:
                answer = self._client.send(request, stream=True)
            except httpx.TransportError:
                tries += 1
                if body or tries == TRIES:
                    raise
                continue
            if answer.status_code not in BUSY:
                return answer
            answer.close()
            waits += 1
            if waits > WAITS:
                raise PacsFailure("PACS_BUSY", answer.status_code)
            self._sleep(wait_of(answer.headers.get("Retry-After", "")))


def wait_of(said: str) -> float:
    """Seconds to wait, of what Retry-After says (RFC 9110 10.2.3): seconds or a date; within bounds."""
    try:
        seconds = float(said) if said.isdecimal() else parsedate_to_datetime(said).timestamp() - time.time()
    except (ValueError, OverflowError):
        seconds = USUAL_WAIT
    return min(max(seconds, 0.1), LONGEST_WAIT)


def check(status: int) -> None:
    """Raises PacsFailure for a status other than success."""
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise PacsFailure("PACS_REDIRECT", status)
    codes = {401: "PACS_REFUSED_LOGIN", 403: "PACS_REFUSED_LOGIN", 413: "PACS_TOO_LARGE"}
    codes |= dict.fromkeys((404, 405, 406, 501), "PACS_NOT_OFFERED") | dict.fromkeys(BUSY, "PACS_BUSY")
    codes |= dict.fromkeys((408, 504), "PACS_SLOW")
    raise PacsFailure(codes.get(status, "PACS_REFUSED"), status)


def whole(answer: httpx.Response, most: int) -> bytes:
    """The body of an answer. Raises PacsFailure where it is longer than ``most``, packed, or comes too slowly."""
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise PacsFailure("PACS_ANSWER")
    body, until = bytearray(), time.monotonic() + WHOLE_SECONDS
    for piece in answer.iter_raw():
        body += piece
        if len(body) > most:
            raise PacsFailure("PACS_TOO_MUCH")
        if time.monotonic() > until:
            raise PacsFailure("PACS_SLOW")
    return bytes(body)


def parsed(body: bytes) -> object:
    """What JSON says. Raises PacsFailure; also for one of so many values that they would fill the memory."""
    if body.count(b",") > MOST_COMMAS:
        raise PacsFailure("PACS_TOO_MUCH")
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise PacsFailure("PACS_ANSWER") from None


def failure_of(error: httpx.HTTPError) -> PacsFailure:
    """What an error of the connection is called here: its own text may name addresses."""
    import httpx

    if is_of_tls(error):
        return PacsFailure("PACS_TLS")
    if isinstance(error, httpx.TimeoutException):
        return PacsFailure("PACS_UNREACHABLE" if isinstance(error, httpx.ConnectTimeout) else "PACS_SLOW")
    if isinstance(error, httpx.ConnectError):  # somebody was there who gave up before TLS stood, or nobody
        return PacsFailure("PACS_TLS" if any_of(error, ConnectionResetError) else "PACS_UNREACHABLE")
    return PacsFailure("PACS_LOST" if isinstance(error, httpx.TransportError) else "PACS_ANSWER")


def is_of_tls(error: BaseException | None) -> bool:
    """Whether an error comes from one of TLS."""
    return any(isinstance(one, ssl.SSLError) or "SSL" in type(one).__name__ for one in chain(error))


def any_of(error: BaseException, kind: type[BaseException]) -> bool:
    """Whether an error comes from one of a kind."""
    return any(isinstance(one, kind) for one in chain(error))


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those that it comes from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
