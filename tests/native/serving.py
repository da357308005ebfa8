"""A real server in a thread, and a client that speaks to it over real sockets."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode, urlsplit

from dicom_deid.serve.start import Running, Settings

FRAME = '<!doctype html><html><head><meta charset="utf-8"><title>x</title></head><body></body></html>'
JSON = {"Content-Type": "application/json"}


@dataclass
class Answer:
    """An answer of the server."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Client:
    """Somebody at a browser. It keeps the cookie that it gets."""

    port: int
    tls: ssl.SSLContext | None = None
    cookie: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def connection(self) -> http.client.HTTPConnection:
        if self.tls:
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=self.tls)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        connection = self.connection()
        cookie = {"Cookie": self.cookie} if self.cookie else {}
        connection.request(method, path, body, {**cookie, **self.headers, **(headers or {})})
        got = connection.getresponse()
        answer = Answer(got.status, got.headers, got.read())
        connection.close()
        if "Set-Cookie" in answer.headers:
            self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path: str, **values: Any) -> Answer:
        return self.ask("POST", path, json.dumps(values).encode(), JSON)

    def form(self, path: str, **fields: str) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(fields).encode(), kind)

    def sign_in(self, running: Running) -> Client:
        assert self.post("/api/session", secret=running.served.guard.sessions.secret).status == 204
        return self

    def share(self, *keys: str, **values: Any) -> dict[str, Any]:
        """Makes a link."""
        made = self.post("/api/share/create", series=list(keys), **values)
        assert made.status == 201, made.text
        told: dict[str, Any] = made.json
        return told

    def ticket(self, link: dict[str, Any], **fields: str) -> str:
        """Asks for the download of a link, and gets the address of its ZIP."""
        answer = self.form(urlsplit(link["url"]).path, **fields)
        assert answer.status == 303, answer.text
        return answer.headers["Location"]

    def download(self, link: dict[str, Any], **fields: str) -> bytes:
        answer = self.get(self.ticket(link, **fields))
        assert answer.status == 200, answer.text
        return answer.body

    def indexed(self) -> dict[str, Any]:
        """Brings the indexes up to date, and waits as the page does: until the status says that it is done."""
        assert self.post("/api/index/start").status == 202
        while (status := self.get("/api/index/status").json)["running"]:
            time.sleep(0.02)
        told: dict[str, Any] = status
        return told


def site(tmp_path: Path) -> Path:
    """What is enough of a page."""
    place = tmp_path / "site"
    (place / "js").mkdir(parents=True, exist_ok=True)
    (place / "index.html").write_text(FRAME, encoding="utf-8")
    (place / "version.json").write_text("{}", encoding="utf-8")
    (place / "js" / "app.js").write_text("export {};\n", encoding="utf-8")
    return place


@contextmanager
def started(tmp_path: Path, *folders: Path, **settings: Any) -> Iterator[Running]:
    """A server of some folders, with the indexes of this test's own place."""
    with patch.dict(os.environ, {"XDG_DATA_HOME": str(tmp_path / "home")}):
        running = Running(Settings(site(tmp_path), tmp_path / "share", list(folders), **settings))
        thread = threading.Thread(target=running.serve)
        thread.start()
        try:
            yield running
        finally:
            running.end()
            thread.join()


def until(holds: Callable[[], bool]) -> None:
    """Waits for a thing that comes about in a thread of the server."""
    for _ in range(3000):
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come about")
