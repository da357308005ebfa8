"""How a server is started: from the command line, at other addresses by TLS and with a sign-in alone, and its end."""

from __future__ import annotations

import datetime
import ipaddress
import os
import re
import signal
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from commands import command
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from dicom_deid.index.entry import series_key
from dicom_deid.serve.page import page
from dicom_deid.serve.start import Settings, hosts
from dicom_deid.serve.tls import context
from flask import Flask
from made import UID, ct, to_bytes
from serving import Client, site, started, until

KEY = series_key(f"{UID}.2")
PASSPHRASE = "seven grey herons by the weir"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for this computer, and its key."""
    folder, key = tmp_path_factory.mktemp("tls"), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(*form))
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "originals"
    folder.mkdir()
    large = ct(Rows=1024, Columns=4096, PixelData=bytes(8 * 1024 * 1024))
    (folder / "1.dcm").write_bytes(to_bytes(large))
    return folder


def test_by_tls_and_with_a_passphrase_it_is_the_same(
    tmp_path: Path, source: Path, certificate: tuple[Path, Path]
) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    with started(tmp_path, source, originals=True, tls=context(*certificate), passphrase=PASSPHRASE) as running:
        assert running.opening == running.address == f"https://127.0.0.1:{running.port}/"
        client = Client(running.port, trusting)
        assert client.get("/api/session").json == {"signed_in": False, "by": "passphrase"}
        assert client.post("/api/session", secret="x").status == 400
        answer = client.post("/api/session", passphrase=PASSPHRASE)
        assert answer.status == 204
        for word in ("HttpOnly", "SameSite=Strict", "Secure", "Path=/"):
            assert word in answer.headers["Set-Cookie"]
        client.indexed()
        link = client.share(KEY, passcode=True)
        assert link["url"].startswith(running.address)
        address = client.ticket(link, passcode=link["passcode"])
        leaving = client.connection()
        leaving.request("GET", address)
        assert leaving.getresponse().read(1000)
        leaving.close()
        until(lambda: running.served.links.fetches(link["number"])[0].outcome == "broken")
        assert len(client.get(address).body) == link["bytes"]
        with pytest.raises((OSError, ValueError)):
            Client(running.port).get("/")  # not by TLS
        for _ in range(5):
            assert Client(running.port, trusting).post("/api/session", passphrase="a guess").status == 401
        late = Client(running.port, trusting).post("/api/session", passphrase=PASSPHRASE)
        assert (late.status, late.json["error"], late.headers["Retry-After"]) == (429, "SIGN_IN_LATER", "30")
        assert client.get("/api/session").json["signed_in"], "who is signed in stays so"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--host", "0.0.0.0"], "TLS"),
        (["--host", "192.0.2.1"], "TLS"),
        (["--cert", "cert.pem"], "belong together"),
        (["--cert", "none.pem", "--key", "none.pem"], "cannot be used"),
        (["--site", "nowhere"], "python3 build.py site"),
        (["--policy", "code.toml"], "runs no code"),
        (["--sign-in", "short.txt"], "12 letters"),
        (["nowhere"], "no folder"),
        (["."], "among the files"),
    ],
)
def test_what_would_not_be_safe_is_not_begun(tmp_path: Path, source: Path, options: list[str], said: str) -> None:
    (tmp_path / "code.toml").write_text(
        '[[python]]\nname = "x"\ncode = "def rule(element, instance): ..."\n', encoding="utf-8"
    )
    (tmp_path / "short.txt").write_text("heron", encoding="utf-8")
    place = [] if "--site" in options else ["--site", str(site(tmp_path))]
    done = command("serve", source, "--home", tmp_path / "share", "--port", "0", *place, *options, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_at_another_address_somebody_has_to_sign_in(
    tmp_path: Path, source: Path, certificate: tuple[Path, Path]
) -> None:
    cert, key = certificate
    options = (
        "--host",
        "0.0.0.0",
        "--cert",
        cert,
        "--key",
        key,
        "--site",
        site(tmp_path),
        "--home",
        tmp_path / "share",
    )
    done = command("serve", source, *options)
    assert done.returncode == 2
    assert "sign in" in done.stderr


def test_a_server_answers_to_its_names_alone() -> None:
    at = {"site": Path(), "home": Path()}
    assert hosts(Settings(**at), 80) == {
        "127.0.0.1", "localhost", "[::1]", "127.0.0.1:80", "localhost:80", "[::1]:80",
    }  # fmt: skip
    outside = hosts(Settings(**at, host="192.0.2.1", names=("Pacs.Example",)), 8765)
    assert {"192.0.2.1:8765", "pacs.example:8765", "pacs.example"} <= outside, (
        "the last where another one stands before"
    )
    assert not {"localhost:8765", "192.0.2.1"} & outside


def test_the_command_prints_an_address_that_signs_in_and_ends_when_it_is_told(tmp_path: Path, source: Path) -> None:
    line = ("serve", source, "--port", "0", "--site", site(tmp_path), "--home", tmp_path / "share")
    command_line = (sys.executable, "-m", "dicom_deid", *line)
    env = {"XDG_DATA_HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(command_line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        port, secret = re.findall(r"at http://127\.0\.0\.1:(\d+)/#server=([\w-]{43})$", said.strip())[0]
        client = Client(int(port))
        assert client.post("/api/session", secret=secret).status == 204
        until(lambda: client.get("/api/search?q=okonkwo").json["total"] == 1)
        link = client.share(KEY, deidentify=True)
        second = command(*line)
        assert second.returncode == 2
        assert "Another server" in second.stderr
        process.send_signal(signal.SIGINT)
        rest, wrong = process.communicate(timeout=30)
    assert process.returncode == 0, wrong
    assert link["token"] not in said + rest + wrong
    with started(tmp_path) as running:
        assert "De-identified" in Client(running.port).get(f"/share/{link['token']}").text, "links outlast their server"
        assert len(Client(running.port).download(link)) == link["bytes"]


def test_a_page_that_is_built_anew_is_served_with_its_own_frame(tmp_path: Path) -> None:
    place = site(tmp_path)
    server = Flask(__name__, static_folder=None)
    server.register_blueprint(page(place))
    client = server.test_client()
    assert "Content-Security-Policy" not in client.get("/").headers
    policy = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">'
    place.rename(tmp_path / "old")
    assert client.get("/").status_code == client.get("/js/app.js").status_code == 404
    frame = site(tmp_path) / "index.html"
    frame.write_text(frame.read_text(encoding="utf-8").replace("<title>x", f"{policy}<title>anew"), encoding="utf-8")
    os.utime(frame, (1, 1))  # another time than the old one, however coarse the clock of the disk
    assert {"anew", "dicom-deid-server"} <= set(re.findall("anew|dicom-deid-server", client.get("/").text))
    assert client.get("/js/app.js").headers["Content-Security-Policy"] == "default-src 'none'"
