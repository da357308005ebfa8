"""The API under whatever is sent to it: an answer that is no failure of the server, and nothing from outside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from dicom_deid.index.entry import series_key
from dicom_deid.serve.app import application
from dicom_deid.serve.start import Running
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made import UID, ct, to_bytes
from serving import Client, site, started

KEY = series_key(f"{UID}.2")
MARK = b"lies outside of the folder"
"""In a file beside the folders: no answer may hold it."""
PLAIN = {200, 201, 202, 204, 206, 303, 400, 401, 403, 404, 405, 409, 413, 415, 416, 421, 422, 429, 503}
"""Statuses of answers that were meant; 429: asked too often for one login; 503: all streams are taken."""
ROUTES = (
    ("GET", "/api/session"), ("POST", "/api/session"), ("DELETE", "/api/session"), ("GET", "/api/index/status"),
    ("POST", "/api/index/start"), ("POST", "/api/index/stop"), ("GET", "/api/search"), ("GET", "/api/series/{}"),
    ("GET", "/api/series/{}/files/{}"), ("GET", "/api/series/{}/picture"), ("GET", "/api/series/{}/pictures/{}"),
    ("POST", "/api/share/create"), ("POST", "/api/share/create"), ("GET", "/api/share/links"),
    ("POST", "/api/share/revoke"), ("POST", "/api/share/forget"), ("GET", "/share/{}"), ("POST", "/share/{}"),
    ("GET", "/share/{}/{}.zip"), ("GET", "/share/{}/{}/look"), ("GET", "/share/{}/{}/look/{}.png"), ("GET", "/{}"),
    ("GET", "/js/{}"), ("GET", "/api/{}"), ("PUT", "/{}/{}"), ("OPTIONS", "/api/search"), ("HEAD", "/api/series/{}"),
)  # fmt: skip
NAMES = (
    "series", "key", "folder", "folders", "hours", "passcode", "one_time", "deidentify", "policy", "note", "number",
    "secret", "passphrase",
)  # fmt: skip
SEGMENTS = st.one_of(
    st.sampled_from(
        (KEY, "1", "0", "-1", "99999999999", "..", "%2e%2e", "%00", "..%2f..%2foutside.txt", "outside.txt")
    ),
    st.text(max_size=12),
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True), st.text(max_size=8),
        st.sampled_from((KEY, 1, 2, "../outside.txt", 'options = ["retain-uids"]', "[[python]]\ncode = 'x'")),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
BODIES = st.one_of(
    st.binary(max_size=20),
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4).map(lambda body: json.dumps(body).encode()),
    st.fixed_dictionaries(
        {"series": st.just([KEY])}, optional=dict.fromkeys(NAMES[4:10], VALUES)
    ).map(lambda body: json.dumps(body).encode()),
)  # fmt: skip
QUERIES = st.dictionaries(
    st.sampled_from(("q", "first", "count", "folder", "size")),
    st.one_of(
        st.text(max_size=10), st.integers().map(str), st.sampled_from(('"', "modality:CT", "date:2024..", "-", "*"))
    ),
    max_size=3,
)
HEADERS = st.dictionaries(
    st.sampled_from(("Range", "If-Range", "Origin", "Sec-Fetch-Site", "Cookie", "Content-Type", "Accept")),
    st.sampled_from(
        ("", "bytes=0-", "bytes=-1", "bytes=9-1", "bytes=a-b", "x=1-2", "null", "*/*", "a=b", '"', "same-origin")
    ),
    max_size=2,
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    place = tmp_path_factory.mktemp("fuzzed")
    folder = place / "originals"
    folder.mkdir()
    (folder / "1.dcm").write_bytes(to_bytes(ct()))
    (folder / "link.dcm").symlink_to(place / "outside.txt")
    for name in ("outside.txt", "site/../outside.txt"):
        (site(place) / ".." / name.rsplit("/", 1)[-1]).write_bytes(MARK)
    with started(place, folder) as server:
        Client(server.port).sign_in(server).indexed()
        yield server


@pytest.fixture(scope="module")
def browser(running: Running, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The same application, without sockets: these take most of the time."""
    made = application(running.served, site(tmp_path_factory.mktemp("page"))).test_client()
    answer = made.post("/api/session", json={"secret": running.served.guard.sessions.secret}, base_url=running.address)
    assert answer.status_code == 204
    return made


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(ROUTES), st.lists(SEGMENTS, min_size=3, max_size=3), QUERIES, BODIES, HEADERS,
)  # fmt: skip
def test_whatever_is_asked_no_answer_is_a_failure_or_comes_from_outside(
    browser: FlaskClient, running: Running, asked: tuple[str, str], segments: list[str], query: dict[str, str],
    body: bytes, headers: dict[str, str],
) -> None:  # fmt: skip
    method, route = asked
    path = route.format(*segments)
    sent = {"Content-Type": "application/json", **headers}
    if "Cookie" in sent or "session" in route:  # without its session, which would end with the first DELETE
        browser = browser.application.test_client()
    answer = browser.open(
        f"/{path.lstrip('/')}", method=method, query_string=None if "?" in path else query, data=body, headers=sent,
        base_url=running.address,
    )  # fmt: skip
    assert answer.status_code in PLAIN, (method, path, answer.status_code)
    assert MARK not in answer.data
    if answer.status_code >= 400 and path.startswith("/api/") and method != "HEAD":
        assert set(answer.json) >= {"error", "sentence", "remedy"}
    answer.close()
