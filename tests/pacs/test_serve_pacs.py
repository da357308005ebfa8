"""`dicom-deid serve --pacs`: the page's own DICOMweb before a real Orthanc, for whoever is signed in, nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from asking import web
from dicom_deid.pacs.destination import Destination
from dicom_deid.serve.pacs import told
from dicom_deid.serve.start import Running
from made import ct, to_bytes
from orthanc import Orthanc
from serving import JSON, Answer, Client, started

BOUNDARY = "part"
STOW = {
    "Content-Type": f'multipart/related; type="application/dicom"; boundary={BOUNDARY}',
    "Accept": "application/dicom+json",
}
FIND = "/dicom-web/studies?PatientID=*&limit=5"
WHOLE = 'multipart/related; type="application/dicom"; transfer-syntax=*'
LARGE = 3 * 1024 * 1024
"""Bytes; three times what any other request may have."""


@pytest.fixture
def running(orthanc: Orthanc, tmp_path: Path) -> Iterator[Running]:
    with started(tmp_path, pacs=orthanc.web) as server:
        yield server


def body_of(content: bytes) -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    return head + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def error_of(answer: Answer) -> tuple[int, str]:
    return answer.status, str(answer.json["error"])


def announced(client: Client, path: str, headers: dict[str, str]) -> Answer:
    """The answer to a long body of which no byte was sent: who sends on meanwhile meets a closed connection."""
    return client.ask("POST", path, None, headers | {"Content-Length": str(LARGE)})


def test_what_the_page_asks_is_passed_both_ways(running: Running, orthanc: Orthanc) -> None:
    client = Client(running.port).sign_in(running)
    assert 'name="dicom-deid-pacs" content="/dicom-web" data-signed-in' in client.get("/").text
    image = to_bytes(ct(Rows=1024, Columns=LARGE // 2048, PixelData=bytes(LARGE)))
    stored = client.ask("POST", "/dicom-web/studies", body_of(image), STOW)
    assert stored.status == 200
    assert stored.json["00081199"]["Value"][0]["00081155"]["Value"] == orthanc.instances()
    found = client.get(FIND, Accept="application/dicom+json")
    study = found.json[0]["0020000D"]["Value"][0]
    whole = client.get(f"/dicom-web/studies/{study}", Accept=WHOLE)
    assert image in whole.body
    assert whole.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in whole.headers["Content-Security-Policy"]
    assert client.get("/dicom-web/studies/1.2.3/series/1.2.4/instances/1.2.5", Accept=WHOLE).status == 404


def test_nobody_else_gets_there_and_nothing_else_is_reached(running: Running, orthanc: Orthanc) -> None:
    stranger = Client(running.port)
    assert error_of(stranger.get(FIND)) == (401, "SIGN_IN_NEEDED")
    assert error_of(stranger.ask("POST", "/dicom-web/studies", b"x", STOW)) == (401, "SIGN_IN_NEEDED")
    assert announced(stranger, "/dicom-web/studies", STOW).status == 413
    client = Client(running.port).sign_in(running)
    assert error_of(client.get(FIND, Sec_Fetch_Site="cross-site")) == (403, "OTHER_SITE")
    for path in ("servers", "studies/../../system", "studies/1.2/metadata", "studies/1.2/instances/1/frames/1"):
        assert error_of(client.get(f"/dicom-web/{path}")) == (404, "NOT_THERE")
    assert error_of(client.ask("POST", "/dicom-web/studies/1.2/series", b"x", STOW)) == (404, "NOT_THERE")
    assert announced(client, "/api/index/start", JSON).status == 413
    orthanc.kill()
    assert error_of(client.get(FIND)) == (502, "PACS_UNREACHABLE")
    orthanc.start()


def test_a_wrong_login_is_told_and_no_browser_asked_for_one(
    orthanc: Orthanc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DICOM_DEID_PASSWORD", "wrong")
    with started(tmp_path, pacs=orthanc.web) as server:
        answer = Client(server.port).sign_in(server).get(FIND)
        assert error_of(answer) == (502, "PACS_REFUSED_LOGIN")
        assert "WWW-Authenticate" not in answer.headers


def test_a_page_of_the_pacs_is_none_of_this_site() -> None:
    given = {"Content-Type": "text/html", "Set-Cookie": "a=b", "WWW-Authenticate": "Basic", "Content-Length": "4"}
    assert dict(told(given)) == {"Content-Type": "application/octet-stream", "Content-Length": "4"}
    assert dict(told({"Content-Type": "application/dicom+xml"})) == {"Content-Type": "application/octet-stream"}


def test_only_addresses_of_dicomweb_and_no_length_without_a_body(tmp_path: Path) -> None:
    """Dots alone would mean another folder of the PACS; a length of what is not passed on would hold it up."""
    asked = list[str]()

    def answer(path: str) -> tuple[int, str, bytes]:
        asked.append(path)
        return 200, "application/dicom+json", b"[]"

    with web(answer) as url, started(tmp_path, pacs=Destination("fake", "http", url=f"{url}/dicom-web")) as server:
        client = Client(server.port).sign_in(server)
        for path in ("studies/..", "studies/.", "studies/../series", "studies/1.2/series/..", "studies/%2e%2e/series"):
            assert error_of(client.get(f"/dicom-web/{path}")) == (404, "NOT_THERE")
        assert error_of(client.ask("POST", "/dicom-web/studies/..", b"x", STOW)) == (404, "NOT_THERE")
        assert not asked
        assert client.ask("GET", "/dicom-web/studies/1.2.3/series", b"body").status == 200
        assert asked == ["/dicom-web/studies/1.2.3/series"]
