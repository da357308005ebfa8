"""Schedulers and workers of Dask as processes of their own, and an authority that gives them certificates."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SETTINGS = {
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",
    "DASK_DISTRIBUTED__SCHEDULER__WORKER_SATURATION": "1.0",
    "DASK_DISTRIBUTED__WORKER__MEMORY__TARGET": "False",
    "DASK_DISTRIBUTED__WORKER__MEMORY__SPILL": "False",
}
"""As docs/cluster.md says."""


def wait_for(state: Callable[[], object], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not state():
        assert time.monotonic() < until
        time.sleep(0.02)


@dataclass(frozen=True)
class Certificates:
    """An authority, and a certificate with its key."""

    authority: Path
    certificate: Path
    key: Path

    def options(self, prefix: str = "--cluster-", ca: str = "ca", certificate: str = "certificate") -> list[str]:
        """As options of dicom-deid; Dask has others."""
        named = {ca: self.authority, certificate: self.certificate, "key": self.key}
        return [text for name, path in named.items() for text in (f"{prefix}{name}", str(path))]


def certificates(folder: Path) -> Certificates:
    """Made in a folder, which is new."""
    folder.mkdir()
    ours, theirs = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    files = Certificates(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "cluster")])
    now = datetime.datetime.now(datetime.UTC)
    for path, subject, public, is_authority in (
        (files.authority, authority, ours.public_key(), True),
        (
            files.certificate,
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "node")]),
            theirs.public_key(),
            False,
        ),
    ):
        built = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(authority)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .sign(ours, hashes.SHA256())
        )
        path.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    files.key.write_bytes(theirs.private_bytes(pem, pkcs8, serialization.NoEncryption()))
    return files


@dataclass
class Cluster:
    """A scheduler and its workers, with what they log."""

    folder: Path
    tls: Certificates | None = None
    settings: dict[str, str] = field(default_factory=lambda: dict(SETTINGS))
    host: str = "127.0.0.1"
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.start("scheduler", "--host", f"{'tls' if self.tls else 'tcp'}://{self.host}", "--port", "0")
        wait_for(self.is_up)

    def is_up(self) -> bool:
        try:
            return bool(self.address)
        except (OSError, ValueError):
            return False

    @property
    def address(self) -> str:
        return str(json.loads((self.folder / "scheduler.json").read_text(encoding="utf-8"))["address"])

    @property
    def log(self) -> str:
        return "".join(path.read_text(encoding="utf-8") for path in sorted(self.folder.glob("*.log")))

    @property
    def options(self) -> list[str]:
        """Of dicom-deid run."""
        return ["--cluster", self.address, *(self.tls.options() if self.tls else ())]

    def start(self, kind: str, *options: str, **environment: str) -> subprocess.Popen[bytes]:
        line = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *options, "--no-dashboard"]
        line += ["--scheduler-file", str(self.folder / "scheduler.json")]
        line += self.tls.options("--tls-", "ca-file", "cert") if self.tls else ()
        with (self.folder / f"{kind}{len(self.processes)}.log").open("wb") as log:
            started = subprocess.Popen(
                line, stdout=log, stderr=log, env=os.environ | self.settings | environment, start_new_session=True
            )
        self.processes.append(started)
        return started

    def add_workers(self, count: int, *options: str, **environment: str) -> subprocess.Popen[bytes]:
        """Workers with a nanny, which starts those anew that die."""
        place = ("--local-directory", str(self.folder))
        host = ("--host", "127.0.0.1", "--nthreads", "1", "--nworkers", str(count))
        return self.start("worker", *host, *place, *options, **environment)

    def end(self) -> None:
        for process in reversed(self.processes):
            for member in [*members(process.pid), process.pid]:
                kill(member)
            process.wait()


def members(leader: int) -> list[int]:
    """The other processes of the session that a process leads, the newest last."""
    line = ["ps", "-o", "pid=", "--sort=start_time", "-g", str(leader)]  # numbers of processes begin again some time
    found = subprocess.run(line, capture_output=True, text=True, check=False).stdout.split()
    return [int(number) for number in found if int(number) != leader]


def kill(process: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, 9)
