"""TLS of both ways: a PACS that is trusted, one that is not, and one that asks for our certificate."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from certificates import Authority
from commands import command
from dicom_deid.pacs.tls import server_context
from dicom_deid.serve.tls import Front
from orthanc import Orthanc, running
from runs import RunFolder
from sendable import copy_of, in_state, written


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "hospital")


@pytest.fixture(scope="module")
def secured(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orthanc]:
    own = authority.sign("orthanc")
    words = {
        "DicomTlsEnabled": True,
        "DicomTlsCertificate": str(own.certificate),
        "DicomTlsPrivateKey": str(own.key),
        "DicomTlsTrustedCertificates": str(authority.ca),
        "DicomTlsRemoteCertificateRequired": True,
    }
    with running(tmp_path_factory.mktemp("secured"), **words) as server:
        yield server


@pytest.fixture(scope="module")
def web_port(authority: Authority, secured: Orthanc) -> Iterator[int]:
    """TLS before the DICOMweb of Orthanc, whose own crashes in version 1.10.1."""
    listening = socket.create_server(("127.0.0.1", 0))
    front = Front(listening, ("127.0.0.1", secured.http_port), server_context(*authority.sign("front")))
    yield listening.getsockname()[1]
    front.close()


@pytest.fixture
def destinations(web_port: int, secured: Orthanc, authority: Authority, login: None, tmp_path: Path) -> Path:
    """Each way, with all that it needs; without our certificate; and with another authority."""
    own = authority.sign("deid")
    other = Authority(tmp_path / "other", "other")
    web = f'url = "https://127.0.0.1:{web_port}/dicom-web"'
    dimse = f'url = "dicoms://ORTHANC@127.0.0.1:{secured.dicom_port}"'
    client = f'certificate = "{own.certificate}"\nkey = "{own.key}"'
    named = {
        "web": (web, f'ca = "{authority.ca}"'),
        "dimse": (dimse, f'ca = "{authority.ca}"', client),
        "web-unknown": (web,),
        "web-other": (web, f'ca = "{other.ca}"'),
        "dimse-other": (dimse, f'ca = "{other.ca}"', client),
        "dimse-nameless": (dimse, f'ca = "{authority.ca}"'),
        "missing": (web, 'ca = "nowhere.pem"'),
        "swapped": (web, f'certificate = "{own.certificate}"\nkey = "{authority.ca}"'),
    }
    file = tmp_path / "destinations.toml"
    file.write_text("\n".join("\n".join((f"[{name}]", *said)) for name, said in named.items()), encoding="utf-8")
    return file


def test_a_run_goes_both_ways(destinations: Path, secured: Orthanc, whole_run: RunFolder, tmp_path: Path) -> None:
    for name in ("web", "dimse"):
        secured.empty()
        run = copy_of(whole_run, tmp_path / name)
        done = command("send", run.root, name, "--destinations", destinations)
        assert done.returncode == 0, done.stdout + done.stderr
        assert secured.instances() == in_state(run, "confirmed") == written(run)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("web-unknown", "PACS_TLS"),
        ("web-other", "PACS_TLS"),
        ("dimse-other", "PACS_TLS"),
        ("dimse-nameless", "PACS_TLS"),
        ("missing", "PACS_TLS_FILES"),
        ("swapped", "PACS_TLS_FILES"),
    ],
)
def test_who_is_not_trusted(name: str, code: str, destinations: Path) -> None:
    done = command("echo", name, "--destinations", destinations)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{code}:" in done.stderr
