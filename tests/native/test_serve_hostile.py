"""`dicom-deid serve` against those who mean harm, and against what happens to its folders behind its back."""

from __future__ import annotations

import errno
import shutil
import socket
import sqlite3
import ssl
import threading
import time
import unicodedata
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from dicom_deid.index.entry import series_key
from dicom_deid.native.source import FileSource
from dicom_deid.serve import library, start
from dicom_deid.serve.start import Running, Settings
from dicom_deid.serve.tls import Front
from dicom_deid.share.passcode import Passcodes
from made import UID, ct, to_bytes
from runs import native_run
from serving import Client, site, started, until

KEY, LARGE = series_key(f"{UID}.2"), series_key(f"{UID}.7")
BIG = 24 * 1024 * 1024
NAMED = '[[attribute]]\nmatch = "PatientName"\naction = "K"\n'


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Originals: a series of one file, and one that is large."""
    folder = tmp_path_factory.mktemp("originals")
    (folder / "1.dcm").write_bytes(to_bytes(ct()))
    large = ct(SeriesInstanceUID=f"{UID}.7", SOPInstanceUID=f"{UID}.7.1", Rows=2048, Columns=BIG // 4096)
    large.PixelData = bytes(BIG)
    (folder / "large.dcm").write_bytes(to_bytes(large))
    return folder


@pytest.fixture
def running(source: Path, tmp_path: Path) -> Iterator[Running]:
    with started(tmp_path, source, originals=True) as server:
        Client(server.port).sign_in(server).indexed()
        yield server


@pytest.fixture
def client(running: Running) -> Client:
    return Client(running.port).sign_in(running)


def test_a_passcode_of_very_many_accents_holds_nobody_up(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Composing 40,000 of them takes ten seconds, in which no other thread runs; a form has place for 500,000."""
    composed = list[int]()
    compose = unicodedata.normalize
    monkeypatch.setattr(unicodedata, "normalize", lambda how, text: composed.append(len(text)) or compose(how, text))
    link = client.share(KEY, passcode=True)
    form = "passcode=" + "\u0300\u0316" * 4000
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.ask("POST", f"/share/{link['token']}", form.encode(), kind).status == 403
    assert max(composed) <= 1000
    assert client.download(link, passcode=link["passcode"])
    kept = Passcodes().kept("é" * 2000)
    assert Passcodes().fits("é" * 2000, kept)
    assert not Passcodes().fits("é" * 1999, kept)


def test_another_run_in_the_place_of_one_is_shared_by_its_own_policy(source: Path, tmp_path: Path) -> None:
    run, policy = tmp_path / "run", tmp_path / "named.toml"
    policy.write_text(NAMED, encoding="utf-8")
    native_run(source, run, status=0)
    with started(tmp_path, run) as running:
        client = Client(running.port).sign_in(running)
        shutil.rmtree(run)
        native_run(source, run, "--policy", str(policy), status=0)
        client.indexed()
        key = client.get("/api/search").json["rows"][0]["key"]
        told = client.get(f"/api/series/{key}").json
        assert (told["may_share"], told["why_not"]) == (False, "ORIGINALS_NOT_SHARED")
        refused = client.post("/api/share/create", series=[key], passcode=True)
        assert (refused.status, refused.json["error"]) == (403, "ORIGINALS_NOT_SHARED")


def test_pictures_of_what_changed_since_it_was_shared_are_not_shown(source: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    native_run(source, run, status=0)
    with started(tmp_path, run) as running:
        client = Client(running.port).sign_in(running)
        client.indexed()
        key = client.get("/api/search").json["rows"][0]["key"]
        link = client.share(key)
        pictures = client.form(f"/share/{link['token']}", do="look").headers["Location"]
        assert client.get(f"{pictures}/1.png").status == 200
        for output in (run / "out").rglob("*.dcm"):
            shutil.copyfile(source / "1.dcm", output)
        assert client.get(f"{pictures}/1.png").status == 404


def test_what_lies_in_its_home_and_is_not_its_own_stays(source: Path, tmp_path: Path) -> None:
    mine = tmp_path / "share" / "outputs" / "my results"
    mine.mkdir(parents=True)
    (mine / "1.dcm").write_bytes(b"of somebody")
    ended = mine.with_name("0123456789abcdef")
    ended.mkdir()
    with started(tmp_path, source):
        assert (mine / "1.dcm").exists()
        assert not ended.exists()


def test_who_goes_while_a_range_is_sought_frees_the_stream(
    running: Running, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that lies before a range is read for its checksums: of much, that takes longer than clients wait."""
    reads, read = list[int](), FileSource.read

    def slowly(self: FileSource, start: int, end: int) -> bytes:
        reads.append(start)
        time.sleep(0.05)
        return read(self, start, end)

    link = client.share(LARGE, passcode="a passcode")
    address = client.ticket(link, passcode="a passcode")
    monkeypatch.setattr(FileSource, "read", slowly)
    leaving = client.connection()
    leaving.request("GET", address, headers={"Range": "bytes=-1"})
    until(lambda: len(reads) > 1)
    assert leaving.sock is not None
    leaving.sock.close()
    until(lambda: running.served.streams._free._value == running.served.streams.places)
    assert len(reads) < BIG // (128 * 1024) // 2
    assert running.served.links.fetches(link["number"])[0].outcome == "broken"


def test_a_link_that_is_revoked_while_a_range_is_sought_ends_at_once(
    running: Running, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, read = list[int](), FileSource.read

    def slowly(self: FileSource, start: int, end: int) -> bytes:
        reads.append(start)
        time.sleep(0.05)
        return read(self, start, end)

    link = client.share(LARGE, passcode="a passcode")
    address = client.ticket(link, passcode="a passcode")
    monkeypatch.setattr(FileSource, "read", slowly)
    connection = client.connection()
    connection.request("GET", address, headers={"Range": "bytes=-1"})
    until(lambda: len(reads) > 1)
    client.post("/api/share/revoke", number=link["number"])
    until(lambda: running.served.streams._free._value == running.served.streams.places)
    assert len(reads) < BIG // (128 * 1024) // 2
    assert running.served.links.fetches(link["number"])[0].outcome == "revoked"
    connection.close()


def test_the_last_bytes_of_what_is_smaller_are_all_of_it(client: Client) -> None:
    """RFC 9110, 14.1.2."""
    whole = client.get(f"/api/series/{KEY}/files/1")
    most = client.get(f"/api/series/{KEY}/files/1", Range="bytes=-99999999999")
    assert (most.status, most.body) == (206, whole.body)


def test_no_name_is_too_long_to_be_unknown(client: Client) -> None:
    for path in (f"/{'a' * 5000}", f"/{'a/' * 5000}", "/js/%00", f"/share/{'a' * 60000}"):
        assert client.get(path).status == 404


class Full(socket.socket):
    """A socket of a process that has too many open files, once."""

    refused = 0

    def accept(self) -> Any:
        if not self.refused:
            self.refused = 1
            raise OSError(errno.EMFILE, "Too many open files")
        return super().accept()


def test_too_many_open_files_do_not_end_it() -> None:
    listening = Full(socket.AF_INET, socket.SOCK_STREAM)
    listening.bind(("127.0.0.1", 0))
    front = Front(listening, ("127.0.0.1", 1), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    with socket.create_connection(listening.getsockname(), timeout=30) as connection, suppress(ConnectionError):
        connection.sendall(b"no TLS\r\n\r\n")
        connection.recv(100)  # an alert, or its end: somebody has taken it
    front.close()
    until(lambda: not any(thread.name == "tls" for thread in threading.enumerate()))


def test_a_name_of_this_computer_that_means_another_address_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolved = socket.getaddrinfo

    def elsewhere(host: str, *rest: Any, **more: Any) -> Any:
        return resolved("0.0.0.0" if host == "localhost" else host, *rest, **more)

    monkeypatch.setattr(start.socket, "getaddrinfo", elsewhere)
    with pytest.raises(OSError, match="this computer alone"):
        Running(Settings(site(tmp_path), tmp_path / "share", host="localhost"))


def test_it_is_ended_as_often_as_somebody_likes(tmp_path: Path, source: Path) -> None:
    with started(tmp_path, source) as running:
        running.end()
    running.end()


def test_a_series_is_told_as_it_is_at_one_moment(
    running: Running, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, asked, tried = running.served.library.folders[0].place, library.instances, list[bool]()

    def after_a_change(*of: Any) -> Any:
        with closing(sqlite3.connect(place, timeout=0)) as other, suppress(sqlite3.OperationalError):  # it has to wait
            other.execute(
                "INSERT INTO files SELECT 'new.dcm', 1, 1, series, 1, '', number, normal, position FROM files "
                "WHERE path = '1.dcm'"
            )
            tried.append(True)
            other.commit()
        return asked(*of)

    monkeypatch.setattr(library, "instances", after_a_change)
    assert client.get(f"/api/series/{KEY}").status == 200
    assert tried
