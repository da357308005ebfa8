"""`dicom-deid receive` as a process of its own for tests: started, killed, asked how it is; and what to send it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import made
from orthanc import free_port
from pydicom.uid import UID
from runs import PASSPHRASE, ROOT, RunFolder

TITLE = "GATEWAY"
PATIENT = "Okonkwo"
PATIENCE_SECONDS = 90
PLAIN = ("--rest", "0.3", "--keep-free", "0", "--workers", "0")


class Gateway:
    """A gateway with a spool and an output of its own below ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.spool, self.output = folder, folder / "spool", folder / "output"
        self.log = folder / "gateway.log"
        self.port, self.health_port = free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *options: str | Path) -> Gateway:
        """Starts it, and waits until it listens."""
        (self.folder / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
        ports = ("--port", str(self.port), "--health", str(self.health_port), "--ae-title", TITLE)
        words = ("receive", self.spool, self.output, "--passphrase-file", self.folder / "passphrase", *ports, *PLAIN)
        before = self.told().count("listening")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dicom_deid", *words, *options], stdout=log, stderr=log, env=environment()
            )
        wait_for(lambda: self.told().count("listening") > before or self.process.poll() is not None)
        assert self.process.poll() is None, self.told()
        return self

    def told(self) -> str:
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def kill(self) -> None:
        self.end(signal.SIGKILL)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Ends it, and waits for its end."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)

    def ask(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.health_port, timeout=PATIENCE_SECONDS)
        connection.request("GET", path)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.ask("/health")[1])
        return found

    def count(self, name: str) -> int:
        """A count or gauge of /metrics, over all of its labels."""
        lines = self.ask("/metrics")[1].splitlines()
        return sum(
            int(line.split()[1]) for line in lines if line.startswith((f"dicom_deid_{name} ", f"dicom_deid_{name}{{"))
        )

    def settled(self, instances: int) -> None:
        """Waits until so many instances have their end, of all that came."""

        def done() -> bool:
            state = self.state()
            left = state["waiting"] + state["runs_taken"] + state["runs_unconfirmed"]
            return not left and len(self.rows()) >= instances

        wait_for(done)

    def runs(self) -> list[RunFolder]:
        return [RunFolder(path) for path in sorted(self.output.glob("run-*")) if (path / "audit.csv").exists()]

    def rows(self) -> list[dict[str, str]]:
        return [row for run in self.runs() for row in run.rows]

    def originals(self, state: str = "") -> list[Path]:
        return sorted((self.spool / state).rglob("*.dcm"))

    def peak(self) -> int:
        """Most bytes of memory that it ever had."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "py")}


def wait_for(holds: Callable[[], bool]) -> None:
    """Waits for a state."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < until, "it does not come to be"
        time.sleep(0.02)  # the state that is waited for is asked again


@contextmanager
def running(folder: Path, *options: str | Path) -> Iterator[Gateway]:
    """A gateway for as long as the block lasts, whatever it does to it."""
    gateway = Gateway(folder)
    try:
        yield gateway.start(*options)
    finally:
        if gateway.process and gateway.process.poll() is None:
            gateway.kill()


def store(
    port: int, *words: str | Path, called: str = TITLE, program: str = "storescu"
) -> subprocess.CompletedProcess[str]:
    """Sends by dcmtk."""
    line = [program, "-v", "-aec", called, *map(str, words[:-1]), "127.0.0.1", str(port), str(words[-1])]
    if program == "storescu" and Path(words[-1]).is_dir():
        line[-1:] = ["+sd", str(words[-1])]
    environ = {**os.environ, "TCP_NODELAY": "1"}
    return subprocess.run(line, capture_output=True, text=True, check=False, env=environ, timeout=PATIENCE_SECONDS)


def instance(number: int, study: int = 1, **values: object) -> bytes:
    """A small CT slice of a study."""
    root = f"{made.UID}.{study}"
    uid = f"{root}.1.{number}"
    dataset = made.ct(
        SOPInstanceUID=uid, StudyInstanceUID=root, SeriesInstanceUID=f"{root}.1", InstanceNumber=str(number), **values
    )
    dataset.file_meta.MediaStorageSOPInstanceUID = UID(uid)
    return made.to_bytes(dataset)


def folder_of(place: Path, *contents: bytes) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(contents):
        (place / f"{number:05}.dcm").write_bytes(content)
    return place
