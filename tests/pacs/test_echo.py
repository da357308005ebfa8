"""The command `echo`: a PACS that answers, and each way in which one does not."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import keyring
import pytest
from commands import command
from keyring.backend import KeyringBackend
from keyring.credentials import Credential, SimpleCredential
from keyring.errors import PasswordSetError
from orthanc import PASSWORD, Orthanc, free_port


@contextmanager
def answering(reply: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port at which every connection is answered so."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    reply(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def http(status: str, body: bytes = b"", *headers: str) -> Callable[[socket.socket], None]:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""])

    def reply(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(head.encode() + body)

    return reply


def test_a_pacs_that_answers(orthanc: Orthanc) -> None:
    for url in (orthanc.web_url, f"{orthanc.web_url}/", orthanc.dimse_url):
        done = command("echo", url)
        assert (done.returncode, done.stderr) == (0, ""), url
        assert "The PACS answers" in done.stdout


def test_a_destination_by_its_name(orthanc: Orthanc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = f'[archive]\nurl = "{orthanc.web_url}"\nuser_variable = "MY_USER"\n[rooms]\nurl = "{orthanc.dimse_url}"\n'
    (tmp_path / "destinations.toml").write_text(named, encoding="utf-8")
    monkeypatch.setenv("MY_USER", "tester")
    monkeypatch.delenv("DICOM_DEID_USER")
    assert command("echo", "archive", folder=tmp_path).returncode == 0
    assert command("echo", "rooms", "--destinations", tmp_path / "destinations.toml").returncode == 0
    misspelt = command("echo", "other", folder=tmp_path).stderr
    assert "DESTINATION_UNKNOWN" in misspelt
    assert "It has archive, rooms." in misspelt


class Safe(KeyringBackend):
    """The keyring of a system, with one entry."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        return PASSWORD if (service, username) == ("dicom-deid:archive", "tester") else None

    def set_password(self, *_: str) -> None:
        raise PasswordSetError

    def get_credential(self, service: str, username: str | None) -> Credential | None:
        found = self.get_password(service, username or "tester")
        return SimpleCredential(username or "tester", found) if found else None


def test_user_and_password_of_the_keyring(
    orthanc: Orthanc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    named = f'[archive]\nurl = "{orthanc.web_url}"\n[rooms]\nurl = "{orthanc.web_url}"\n'
    (tmp_path / "destinations.toml").write_text(named, encoding="utf-8")
    for variable in ("DICOM_DEID_USER", "DICOM_DEID_PASSWORD"):
        monkeypatch.delenv(variable)
    request.addfinalizer(partial(keyring.set_keyring, keyring.get_keyring()))
    keyring.set_keyring(Safe())
    assert command("echo", "archive", folder=tmp_path).returncode == 0
    assert "PACS_REFUSED_LOGIN" in command("echo", "rooms", folder=tmp_path).stderr, "it has another name"


def test_who_may_not(orthanc: Orthanc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DICOM_DEID_PASSWORD", "guess")
    done = command("echo", orthanc.web_url)
    assert (done.returncode, done.stdout) == (1, "")
    assert "PACS_REFUSED_LOGIN" in done.stderr
    assert "guess" not in done.stderr
    assert "PACS_REJECTED" in command("echo", f"dicom://OTHER@127.0.0.1:{orthanc.dicom_port}").stderr


@pytest.mark.parametrize(
    ("code", "reply"),
    [
        ("PACS_ANSWER", http("200 OK", b"<html>Sign in</html>", "Content-Type: text/html")),
        ("PACS_ANSWER", http("200 OK", b'{"a": 1}')),
        ("PACS_ANSWER", http("200 OK", b"[" * 100_000)),
        ("PACS_ANSWER", http("200 OK", b"[]", "Content-Encoding: gzip")),
        ("PACS_REDIRECT", http("302 Found", b"", "Location: https://elsewhere/")),
        ("PACS_NOT_OFFERED", http("404 Not Found")),
        ("PACS_REFUSED", http("500 Internal Server Error")),
        ("PACS_LOST", lambda connection: connection.close()),
    ],
)
def test_what_is_no_pacs(code: str, reply: Callable[[socket.socket], None]) -> None:
    with answering(reply) as port:
        done = command("echo", f"http://127.0.0.1:{port}/dicom-web")
    assert (done.returncode, done.stdout) == (1, "")
    assert code in done.stderr
    assert "elsewhere" not in done.stderr


def test_nobody_there() -> None:
    port = free_port()
    for url in (f"http://127.0.0.1:{port}", f"dicom://A@127.0.0.1:{port}", f"dicoms://A@localhost:{port}"):
        assert "PACS_UNREACHABLE" in command("echo", url).stderr, url
    with answering(lambda connection: connection.close()) as port:
        assert "PACS_LOST" in command("echo", f"dicom://A@127.0.0.1:{port}").stderr
        assert "PACS_TLS" in command("echo", f"dicoms://A@127.0.0.1:{port}").stderr
        assert "PACS_TLS" in command("echo", f"https://127.0.0.1:{port}").stderr


REFUSED = [
    ("DESTINATION_SECRET", 'url = "https://me:secret@pacs/dicom-web"'),
    ("DESTINATION_SECRET", 'url = "https://me@pacs/dicom-web"'),
    ("DESTINATION_SECRET", 'url = "https://pacs/dicom-web"\npassword = "secret"'),
    ("DESTINATION_SECRET", 'url = "dicoms://A:secret@pacs"'),
    ("DESTINATION_INSECURE", 'url = "http://pacs/dicom-web"'),
    ("DESTINATION_INSECURE", 'url = "dicom://A@10.0.0.1:104"'),
    ("DESTINATION_BAD", 'url = "dicoms://pacs:104"'),
    ("DESTINATION_BAD", 'url = "dicoms://ANAETITLETHATISTOOLONG@pacs:104"'),
    ("DESTINATION_BAD", 'url = "https://pacs/dicom-web?secret=1"'),
    ("DESTINATION_BAD", 'url = "ftp://pacs/"'),
    ("DESTINATION_BAD", 'url = "https://pacs:99999/"'),
    ("DESTINATION_BAD", 'url = "https://pacs/"\ninsecur = true'),
    ("DESTINATION_BAD", 'url = "https://pacs/"\nassociations = 0'),
    ("DESTINATION_BAD", 'url = "dicom://A@127.0.0.1"\nca = "ca.pem"'),
    ("DESTINATION_BAD", 'url = "https://pacs/"\nkey = "key.pem"'),
    ("DESTINATION_BAD", 'ca = "ca.pem"'),
    ("DESTINATIONS_UNREADABLE", "url = "),
]


@pytest.mark.parametrize(("code", "said"), REFUSED)
def test_a_destination_that_cannot_be_followed(code: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "destinations.toml").write_text(f"[archive]\n{said}\n", encoding="utf-8")
    done = command("echo", "archive", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert code in done.stderr
    assert "secret" not in done.stderr
