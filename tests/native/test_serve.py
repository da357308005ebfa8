"""`dicom-deid serve` over real sockets: a series is found, shared and fetched, and nobody gets more than that."""

from __future__ import annotations

import hashlib
import http.client
import io
import logging
import os
import socket
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from dicom_deid.index.entry import series_key
from dicom_deid.key import Key
from dicom_deid.serve.server import Server
from dicom_deid.serve.start import Running
from made import UID, ct, to_bytes
from pydicom import dcmread
from runs import PASSPHRASE, native_run
from serving import Client, started, until

SERIES = 12
"""Files of the series that most tests share."""
KEY = series_key(f"{UID}.2")
LARGE, WITHHELD, MIXED = (series_key(f"{UID}.{number}") for number in (7, 8, 9))
CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
PATIENT, PATIENT_ID = "Okonkwo", "MRN-0815-4711"
GONE = "There is nothing behind this link"
BIG = 24 * 1024 * 1024


class Clock:
    """A clock that tests can set forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Originals: a series, one that is large, one that is withheld, and one of which half is."""
    folder = tmp_path_factory.mktemp("originals")
    for number in range(SERIES):
        image = ct(SOPInstanceUID=f"{UID}.{number}", InstanceNumber=number + 1)
        image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
        (folder / f"{PATIENT} {number:02}.dcm").write_bytes(to_bytes(image))
    large = ct(SeriesInstanceUID=f"{UID}.7", Rows=2048, Columns=BIG // 4096, PixelData=bytes(BIG))
    (folder / "large.dcm").write_bytes(to_bytes(large))
    for number, (series, kind) in enumerate(((8, CAPTURE), (9, CAPTURE), (9, ""))):
        image = ct(SeriesInstanceUID=f"{UID}.{series}", SOPInstanceUID=f"{UID}.6.{number}")
        if kind:
            image.SOPClassUID = image.file_meta.MediaStorageSOPClassUID = kind
        (folder / f"kind {number}.dcm").write_bytes(to_bytes(image))
    (folder / "notes.txt").write_text("nothing", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def run(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over the originals."""
    target = tmp_path_factory.mktemp("runs") / "run"
    native_run(source, target)
    return target


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def running(source: Path, run: Path, clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with started(tmp_path_factory.mktemp("server"), source, run, originals=True, clock=clock) as server:
        Client(server.port).sign_in(server).indexed()
        yield server


@pytest.fixture
def client(running: Running) -> Client:
    return Client(running.port).sign_in(running)


@pytest.fixture
def in_run(client: Client) -> str:
    """The key of the series in the run."""
    (key,) = (row["key"] for row in client.get("/api/search?folder=2").json["rows"] if row["file_count"] == SERIES)
    return str(key)


def entries(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def log(running: Running, number: int) -> list[str]:
    """What was done with a link, by the record, the latest first."""
    return [fetch.outcome for fetch in running.served.links.fetches(number)]


def test_a_series_is_found_by_name_and_by_id_shared_and_fetched_whole(client: Client, source: Path) -> None:
    """Acceptance B."""
    by_name, by_id = (client.get(f"/api/search?q={words}&folder=1").json for words in (PATIENT, PATIENT_ID))
    assert by_name == by_id
    assert by_name["total"] == 4
    told = client.get(f"/api/series/{KEY}").json
    assert [file["path"] for file in told["files"]] == [f"{PATIENT} {number:02}.dcm" for number in range(SERIES)]
    link = client.share(KEY, passcode=True)
    assert link["warning"] == "ORIGINALS_LEAVE"
    stranger = Client(client.port)
    page = stranger.get(f"/share/{link['token']}").text
    assert all(words in page for words in (f"{SERIES} files", "CT", "Originals", "Passcode"))
    assert not any(words in page for words in (PATIENT, PATIENT_ID, UID))
    archive = stranger.download(link, passcode=link["passcode"])
    assert len(archive) == link["bytes"]
    fetched = entries(archive)
    assert len(fetched) == told["file_count"] == link["files"] == SERIES
    originals = [(source / file["path"]).read_bytes() for file in told["files"]]
    assert list(fetched.values()) == originals
    headers = [dcmread(io.BytesIO(content), stop_before_pixels=True) for content in fetched.values()]
    assert {(header.PatientID, header.SeriesInstanceUID) for header in headers} == {(PATIENT_ID, f"{UID}.2")}
    assert PATIENT not in "".join(fetched)


def test_a_run_is_shared_as_its_audit_says_and_names_nobody(client: Client, run: Path, in_run: str) -> None:
    assert client.get(f"/api/search?q={PATIENT}&folder=2").json["total"] == 0
    link = client.share(in_run, note="for the board")
    assert (link["holds"], link["passcode"], link["warning"]) == ("de-identified", None, "")
    fetched = entries(Client(client.port).download(link))
    assert {name: (run / "out" / name).read_bytes() for name in fetched} == fetched
    assert len(fetched) == SERIES
    listed = client.get("/api/share/links").json["links"][0]
    assert (listed["number"], listed["note"], listed["state"]) == (link["number"], "for the board", "open")
    assert [fetch["outcome"] for fetch in listed["fetches"]] == ["fetched", "created"]
    assert listed["fetches"][0]["bytes"] == link["bytes"]


def test_an_output_that_the_audit_does_not_know_is_not_shared(source: Path, tmp_path: Path) -> None:
    native_run(source, tmp_path / "run")
    outputs = sorted((tmp_path / "run" / "out").rglob("*.dcm"))
    stranger, changed, linked = outputs[:3]
    secret = tmp_path / "secret.dcm"
    secret.write_bytes(to_bytes(ct()))
    extra = changed.with_name("extra.dcm")
    extra.write_bytes(stranger.read_bytes())
    changed.write_bytes(changed.read_bytes() + b"\0\0")
    with started(tmp_path, tmp_path / "run") as running:
        client = Client(running.port).sign_in(running)
        client.indexed()
        linked.unlink()
        linked.symlink_to(secret)
        rows = client.get("/api/search").json["rows"]
        keys = [row["key"] for row in rows]
        told = [client.get(f"/api/series/{key}").json for key in keys]
        assert [reason for one in told for reason in one["left_out"]] == [
            {"reason": "NOT_IN_AUDIT", "files": 1},
            {"reason": "SOURCE_CHANGED", "files": 1},
        ]
        link = client.share(*keys)
        assert {one["reason"]: one["files"] for one in link["left_out"]} == {
            "NOT_IN_AUDIT": 1,
            "READ_FAILED": 1,
            "SOURCE_CHANGED": 1,
        }
        fetched = entries(client.download(link))
        assert len(fetched) == link["files"] == len(outputs) - 2
        assert secret.read_bytes() not in fetched.values()


def test_originals_stay_where_the_server_was_not_told_otherwise(source: Path, run: Path, tmp_path: Path) -> None:
    clock = Clock()
    with started(tmp_path, source, key=Key.from_passphrase(PASSPHRASE), clock=clock) as running:
        client = Client(running.port).sign_in(running)
        client.indexed()
        refused = client.post("/api/share/create", series=[KEY], passcode=True)
        assert (refused.status, refused.json["error"]) == (403, "ORIGINALS_NOT_SHARED")
        assert client.get(f"/api/series/{KEY}").json["why_not"] == "ORIGINALS_NOT_SHARED"
        link = client.share(KEY, deidentify=True)
        assert (link["holds"], link["files"]) == ("de-identified", SERIES)
        fetched = entries(client.download(link))
        assert {name: (run / "out" / name).read_bytes() for name in fetched} == fetched, "as a run writes them"
        staged = running.served.sharing.place
        for ahead, there in ((25 * 3600 - 60, 1), (25 * 3600 + 60, 0)):  # a download may end after its link
            clock.ahead = ahead
            running.served.sharing.sweep_if_idle()
            assert len(list(staged.iterdir())) == there


def test_what_a_policy_lets_name_the_patient_is_shared_like_originals(tmp_path: Path, source: Path) -> None:
    named = '[[attribute]]\nmatch = "PatientName"\naction = "K"\n'
    (tmp_path / "named.toml").write_text(named, encoding="utf-8")
    native_run(source, tmp_path / "run", "--policy", str(tmp_path / "named.toml"))
    with started(tmp_path, source, tmp_path / "run") as running:
        client = Client(running.port).sign_in(running)
        client.indexed()
        key = client.get("/api/search?folder=2").json["rows"][0]["key"]
        for asked in ({"series": [key]}, {"series": [KEY], "deidentify": True, "policy": named}):
            refused = client.post("/api/share/create", **asked)
            assert (refused.status, refused.json["error"]) == (403, "ORIGINALS_NOT_SHARED")


def test_originals_with_a_passcode_only(client: Client) -> None:
    refused = client.post("/api/share/create", series=[KEY])
    assert (refused.status, refused.json["error"]) == (422, "PASSCODE_NEEDED")
    for passcode in ("short", "       ", 1234567, ["a passcode"]):
        refused = client.post("/api/share/create", series=[KEY], passcode=passcode)
        assert (refused.status, refused.json["field"]) == (400, "passcode")


def test_originals_are_deidentified_on_their_way_and_withheld_like_in_a_run(
    client: Client, running: Running, run: Path
) -> None:
    link = client.share(KEY, deidentify=True)
    fetched = entries(Client(client.port).download(link))
    assert len(fetched) == SERIES
    for content in fetched.values():
        assert not any(word.encode() in content for word in (PATIENT, PATIENT_ID, UID))
        assert dcmread(io.BytesIO(content)).PatientIdentityRemoved == "YES"
    dated = client.share(KEY, deidentify=True, policy='options = ["retain-full-dates"]')
    kept = dcmread(io.BytesIO(next(iter(entries(client.download(dated)).values()))))
    assert kept.StudyDate == "20240229"
    mixed = client.share(MIXED, deidentify=True)
    assert (mixed["files"], mixed["left_out"]) == (1, [{"reason": "SOP_CLASS_WITHHELD", "files": 1}])
    nothing = client.post("/api/share/create", series=[WITHHELD], deidentify=True)
    assert (nothing.status, nothing.json["error"]) == (409, "NOTHING_TO_SHARE")
    assert nothing.json["left_out"] == [{"reason": "SOP_CLASS_WITHHELD", "files": 1}]
    bad = client.post("/api/share/create", series=[KEY], deidentify=True, policy='options = ["retain-everything"]')
    assert (bad.status, bad.json["error"], bad.json["problems"][0]["line"]) == (422, "BAD_POLICY", 1)
    code = '[[python]]\nname = "x"\ncode = "def rule(element):\\n    return None"\n'
    coded = client.post("/api/share/create", series=[KEY], deidentify=True, policy=code)
    assert (coded.status, coded.json["error"]) == (422, "CODE_NOT_AGREED")
    staged = running.served.sharing.place
    assert len(list(staged.iterdir())) == 3, "what was withheld altogether has left nothing"
    for made in (link, dated, mixed):
        client.post("/api/share/revoke", number=made["number"])
    assert not list(staged.iterdir()), "outputs go with their link"


def test_a_download_is_gone_on_with_where_it_broke_off(client: Client, in_run: str) -> None:
    link = client.share(in_run)
    address = client.ticket(link)
    whole = client.get(address)
    etag = whole.headers["ETag"]
    assert (whole.headers["Accept-Ranges"], whole.headers["Content-Length"]) == ("bytes", str(link["bytes"]))
    assert whole.headers["Content-Disposition"] == f'attachment; filename="dicom-{link["number"]}.zip"'
    for start in (0, 1, 1000, link["bytes"] // 2, link["bytes"] - 1):
        rest = client.get(address, Range=f"bytes={start}-", If_Range=etag)
        assert (rest.status, rest.body) == (206, whole.body[start:])
        assert rest.headers["Content-Range"] == f"bytes {start}-{link['bytes'] - 1}/{link['bytes']}"
    assert client.get(address, Range="bytes=100-299").body == whole.body[100:300]
    assert client.get(address, Range="bytes=-50").body == whole.body[-50:]
    assert client.get(address, Range="bytes=5-", If_Range='"another"').body == whole.body
    assert client.get(address, Range=f"bytes={link['bytes']}-").status == 416
    head = client.ask("HEAD", address)
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", str(link["bytes"]))
    assert client.get(client.ticket(link)).headers["ETag"] == etag
    with zipfile.ZipFile(io.BytesIO(whole.body)) as opened:
        assert {entry.date_time for entry in opened.infolist()} == {(2000, 1, 1, 0, 0, 0)}, "not that of now"


def test_what_changed_since_it_was_shared_is_not_given_away(tmp_path: Path) -> None:
    folder = tmp_path / "originals"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.dcm").write_bytes(to_bytes(ct(SOPInstanceUID=f"{UID}.{number}")))
    with started(tmp_path, folder, originals=True) as running:
        client = Client(running.port).sign_in(running)
        client.indexed()
        link = client.share(KEY, passcode="grey heron")
        (folder / "1.dcm").write_bytes(to_bytes(ct(PatientName="Another^Patient")))
        address = client.ticket(link, passcode="grey heron")
        with pytest.raises(http.client.IncompleteRead) as cut:
            client.get(address)
        assert b"Another" not in cut.value.partial
        until(lambda: log(running, link["number"])[0] == "changed")


def test_a_hundred_downloads_over_four_streams_all_are_whole(client: Client, running: Running, in_run: str) -> None:
    link = client.share(in_run)
    expected = hashlib.sha256(client.download(link)).hexdigest()

    def fetch(_: int) -> tuple[str, int]:
        someone, busy = Client(client.port), 0
        address = someone.ticket(link)
        while (answer := someone.get(address)).status == 503:
            assert answer.headers["Retry-After"] == "15"
            busy += 1
            time.sleep(0.01)
        return hashlib.sha256(answer.body).hexdigest(), busy

    with ThreadPoolExecutor(100) as people:
        answers = list(people.map(fetch, range(100)))
    assert {digest for digest, _ in answers} == {expected}
    until(lambda: free(running) == running.served.streams.places)


def free(running: Running) -> int:
    """Places for downloads that are free."""
    return int(running.served.streams._free._value)


def begun(client: Client, address: str) -> socket.socket:
    """A download of which the beginning was read, and no more."""
    connection = socket.create_connection(("127.0.0.1", client.port))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    connection.sendall(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{client.port}\r\n\r\n".encode())
    assert connection.recv(16).startswith(b"HTTP/1.1 200")
    return connection


def test_a_client_that_goes_or_stands_still_frees_its_stream(
    client: Client, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = client.share(LARGE, passcode="grey heron")
    address = client.ticket(link, passcode="grey heron")
    downloads = [begun(client, address) for _ in range(4)]
    busy = client.get(address)
    assert (busy.status, busy.headers["Retry-After"]) == (503, "15")
    assert "seconds" in busy.text
    for download in downloads[:3]:
        download.close()
    until(lambda: free(running) == 3)
    assert log(running, link["number"])[:3] == ["broken"] * 3
    assert len(client.get(address).body) == link["bytes"]
    monkeypatch.setattr(Server, "stalled_seconds", 0)
    until(lambda: free(running) == 4)
    downloads[3].close()


def test_a_revoked_link_ends_its_downloads(client: Client, running: Running) -> None:
    link = client.share(LARGE, passcode="grey heron")
    address = client.ticket(link, passcode="grey heron")
    download = begun(client, address)
    assert client.post("/api/share/revoke", number=link["number"]).json["state"] == "revoked"
    received = 0
    while piece := download.recv(1 << 20):
        received += len(piece)
    assert received < link["bytes"]
    until(lambda: free(running) == 4)
    assert "revoked" in log(running, link["number"])
    assert (client.get(address).status, client.get(f"/share/{link['token']}").status) == (404, 404)


def test_there_is_one_answer_for_unknown_expired_revoked_locked_and_used(
    client: Client, running: Running, clock: Clock, in_run: str
) -> None:
    ways: list[dict[str, Any]] = [{"hours": 1}, {}, {"passcode": True}, {"one_time": True}]
    expired, revoked, locked, used = (client.share(in_run, **way) for way in ways)
    client.post("/api/share/revoke", number=revoked["number"])
    for tries_left in (4, 3, 2, 1, 0):
        wrong = client.form(f"/share/{locked['token']}", passcode="wrong one")
        assert wrong.status == (403 if tries_left else 404)
        assert ("left" in wrong.text) == bool(tries_left)
    assert client.form(f"/share/{locked['token']}", passcode=locked["passcode"]).status == 404
    assert len(client.download(used)) == used["bytes"]
    running_out = client.ticket(expired)
    clock.ahead = 3601
    try:
        answers = [client.get(f"/share/{link['token']}") for link in (expired, revoked, locked, used)]
        answers += [client.form(f"/share/{link['token']}") for link in (expired, revoked, locked, used)]
        answers += [client.get(f"/share/{'A' * 43}"), client.get("/share/none"), client.get(running_out)]
        assert {(answer.status, answer.text) for answer in answers} == {(404, answers[0].text)}
        assert GONE in answers[0].text
        states = {link["number"]: link["state"] for link in client.get("/api/share/links").json["links"]}
        assert [states[link["number"]] for link in (expired, revoked, locked, used)] == [
            "expired", "revoked", "locked", "used",
        ]  # fmt: skip
    finally:
        clock.ahead = 0.0
    assert client.post("/api/share/forget", number=revoked["number"]).status == 204
    assert client.post("/api/share/forget", number=revoked["number"]).json["error"] == "LINK_UNKNOWN"


def test_a_one_time_link_is_one_download_that_can_be_gone_on_with(client: Client, clock: Clock, in_run: str) -> None:
    link = client.share(in_run, one_time=True)
    with ThreadPoolExecutor(8) as people:
        asked = list(people.map(lambda _: Client(client.port).form(f"/share/{link['token']}"), range(8)))
    assert sorted(answer.status for answer in asked) == [303] + [404] * 7, "eight came at once"
    (address,) = (answer.headers["Location"] for answer in asked if answer.status == 303)
    half = client.get(address, Range=f"bytes=0-{link['bytes'] // 2 - 1}").body
    assert half + client.get(address, Range=f"bytes={link['bytes'] // 2}-").body == client.get(address).body
    clock.ahead = 601
    try:
        assert client.get(address).status == 404
    finally:
        clock.ahead = 0.0


def test_its_pictures_are_shown_by_a_ticket_of_their_own(client: Client, in_run: str) -> None:
    link = client.share(in_run, one_time=True)
    look = client.ticket(link, do="look")
    page = client.get(look).text
    addresses = [part.split('"')[0] for part in page.split('src="')[1:]]
    assert len(addresses) == SERIES
    first = client.get(addresses[0])
    assert (first.status, first.headers["Content-Type"], first.body[:4]) == (200, "image/png", b"\x89PNG")
    assert client.get(look.replace("/look", ".zip")).status == 404, "a ticket to look is none to download"
    assert client.get(f"{look}/9999.png").status == 404
    assert len(client.download(link)) == link["bytes"], "looking does not use it up"


def test_pictures_and_files_of_a_series(client: Client, source: Path) -> None:
    assert client.get(f"/api/series/{KEY}/picture").headers["Content-Type"] == "image/png"
    assert client.get(f"/api/series/{KEY}/pictures/{SERIES}?size=32").body[:4] == b"\x89PNG"
    assert client.get(f"/api/series/{KEY}/pictures/{SERIES + 1}").status == 404
    original = (source / f"{PATIENT} 03.dcm").read_bytes()
    assert client.get(f"/api/series/{KEY}/files/4").body == original
    assert client.get(f"/api/series/{KEY}/files/4", Range="bytes=128-131").body == b"DICM"


def test_only_the_own_page_under_the_own_name_is_answered(client: Client, running: Running) -> None:
    for host in ("evil.example", f"evil.example:{client.port}", "127.0.0.1", "", f"127.0.0.1:{client.port + 1}"):
        refused = client.get("/api/index/status", Host=host)
        assert (refused.status, b"OTHER_HOST" in refused.body) in ((421, True), (400, False)), host
    assert client.get("/", Host=f"localhost:{client.port}").status == 200
    for headers in (
        {"Origin": "https://evil.example"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "null"},
    ):
        assert client.get("/api/index/status", **headers).json["error"] == "OTHER_SITE"
    other = {"Content-Type": "application/json", "Origin": f"http://127.0.0.1:{client.port + 1}"}
    assert client.ask("POST", "/api/index/start", b"{}", other).status == 403
    plain = client.ask("POST", "/api/index/start", b"{}", {"Content-Type": "text/plain"})
    assert (plain.status, plain.json["error"]) == (415, "BAD_REQUEST")
    link = client.share(LARGE, passcode=True)
    crossed = client.ask("POST", f"/share/{link['token']}", b"", {"Sec-Fetch-Site": "cross-site"})
    assert crossed.status == 403
    assert client.get(f"/share/{link['token']}", Sec_Fetch_Site="cross-site").status == 200, "a link in a letter"
    assert Client(client.port).get("/api/search").json["error"] == "SIGN_IN_NEEDED"
    assert Client(client.port).post("/api/session", secret="a guess").json["error"] == "SIGN_IN_WRONG"
    assert client.get("/api/session").json["signed_in"]
    leaving = Client(client.port).sign_in(running)
    assert leaving.ask("DELETE", "/api/session").status == 204
    assert not leaving.get("/api/session").json["signed_in"]


def test_answers_are_kept_by_nobody_and_embedded_nowhere(client: Client, in_run: str) -> None:
    link = client.share(in_run)
    paths = ("/api/index/status", "/api/nothing", f"/share/{link['token']}", "/share/none", client.ticket(link))
    for path in paths:
        headers = client.get(path).headers
        assert headers["Cache-Control"] == "no-store", path
        assert headers["Referrer-Policy"] == "no-referrer", path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert "default-src 'none'" in headers["Content-Security-Policy"], path
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
        assert "Server" not in headers, path
    page = client.get("/")
    assert '<meta name="dicom-deid-server" content="/api">' in page.text
    assert page.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert client.get("/js/app.js").headers["Content-Type"] == "text/javascript; charset=utf-8"


@pytest.mark.parametrize(
    "path",
    [
        "/../pyproject.toml", "/js/../../share/links.sqlite", "/%2e%2e/share/links.sqlite", "/js/%00", "//etc/passwd",
        "/js/%2e%2e%2f%2e%2e%2fshare/share.log", "/js/..%5c..%5cshare", "/api/series/../../etc",
        "/share/../api/index/status",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_the_page(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status == 404
    assert b"SQLite" not in answer.body


def test_a_token_is_in_no_log_and_in_no_file(
    client: Client, running: Running, in_run: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    link = client.share(in_run, passcode=True)
    address = client.ticket(link, passcode=link["passcode"])
    client.get(address)
    client.form(f"/share/{link['token']}", passcode="a wrong one")
    client.get(f"/share/{link['token']}/%ff")
    until(lambda: log(running, link["number"])[0] == "wrong")
    record = (running.served.sharing.place.parent / "share.log").read_text(encoding="utf-8")
    assert f"share {link['number']} fetched {link['bytes']} bytes\n" in record
    kept = b"".join(file.read_bytes() for file in running.served.sharing.place.parent.rglob("*") if file.is_file())
    said = caplog.text + "".join(capfd.readouterr()) + record
    for secret in (link["token"], address.rsplit("/", 1)[-1].removesuffix(".zip"), link["passcode"]):
        assert secret not in said
        assert secret.encode() not in kept
    assert not any(name in record for name in (PATIENT, PATIENT_ID, in_run))


def test_the_index_is_searched_while_it_is_made_and_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a share where each open takes ten milliseconds."""
    folder, opened = tmp_path / "many", os.open
    folder.mkdir()
    one = to_bytes(ct(SeriesInstanceUID=f"{UID}.1000"))
    for number in range(2000):
        (folder / f"{number}.dcm").write_bytes(one.replace(f"{UID}.1000".encode(), f"{UID}.{number + 1000}".encode()))

    def slowly(path: Any, *how: Any, **more: Any) -> int:
        time.sleep(0.01 if str(path).endswith(".dcm") else 0)
        return opened(path, *how, **more)

    monkeypatch.setattr("dicom_deid.native.index_update.os.open", slowly)
    with started(tmp_path, folder) as running:
        client = Client(running.port).sign_in(running)
        assert client.post("/api/index/start").json["running"]
        until(lambda: client.get("/api/search?count=1").json["total"] > 0)
        status: dict[str, Any] = client.post("/api/index/stop").json
        assert not status["running"]
        assert 0 < status["files_processed"] < 2000
        assert set(status) >= {
            "enumerated_files",
            "files_processed",
            "series_count",
            "errors",
            "last_updated",
            "running",
        }
        monkeypatch.undo()
        assert client.indexed()["files_processed"] == 2000
        assert len(client.get("/api/search?first=1990&count=500").json["rows"]) == 10


def test_several_folders_are_searched_in_one_order(client: Client) -> None:
    for query in ("", "sort:files", "-sort:files", "sort:patient", "sort:study+-sort:series"):
        rows = client.get(f"/api/search?count=500&q={query}").json["rows"]
        assert {row["holds"] for row in rows} == {"originals", "de-identified"}
        pages = [client.get(f"/api/search?first={at}&count=3&q={query}").json["rows"] for at in range(0, len(rows), 3)]
        assert [row for page in pages for row in page] == rows
        counts = [row["file_count"] for row in rows]
        if query.endswith("sort:files"):
            assert counts == sorted(counts, reverse=query.startswith("-"))
        elif not query:
            dates = [row["study_date"] for row in rows]
            assert dates == sorted(dates, reverse=True)
    assert client.get("/api/search?q=colour:red").json["unknown"] == ["colour"]
