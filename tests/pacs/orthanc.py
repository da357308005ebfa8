"""A real Orthanc with DICOMweb for tests: started on free ports, killed and started again, asked behind its back."""

from __future__ import annotations

import base64
import http.client
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dicom_deid.pacs.destination import Destination

PLUGIN = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so"
USER, PASSWORD = "tester", "secret"
TITLE = "ORTHANC"
START_SECONDS = 60


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Orthanc:
    """A server with a storage of its own; what is given beside are words of its configuration."""

    def __init__(self, folder: Path, **words: object) -> None:
        self.folder, self.http_port, self.dicom_port = folder, free_port(), free_port()
        self.peer_port = free_port()
        """Where Orthanc sends what the peer DICOMDEID lets move to itself (C-MOVE)."""
        self.words = words
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def web(self) -> Destination:
        return Destination("orthanc", "http", f"http://127.0.0.1:{self.http_port}/dicom-web", host="127.0.0.1",
                           port=self.http_port)  # fmt: skip

    @property
    def dimse(self) -> Destination:
        return Destination("orthanc", "dicom", called=TITLE, host="127.0.0.1", port=self.dicom_port)

    @property
    def web_url(self) -> str:
        return self.web.url

    @property
    def dimse_url(self) -> str:
        return f"dicom://{TITLE}@127.0.0.1:{self.dicom_port}"

    def configuration(self) -> dict[str, object]:
        storage = str(self.folder / "storage")
        return {
            "Name": "test", "StorageDirectory": storage, "IndexDirectory": storage,
            "HttpServerEnabled": True, "HttpPort": self.http_port, "HttpBindAddresses": ["127.0.0.1"],
            "RemoteAccessAllowed": False, "HttpThreadsCount": 20, "KeepAlive": True,
            "AuthenticationEnabled": True, "RegisteredUsers": {USER: PASSWORD},
            "DicomServerEnabled": True, "DicomPort": self.dicom_port, "DicomAet": TITLE,
            "DicomCheckCalledAet": True, "DicomAlwaysAllowStore": False,
            "DicomModalities": {"deid": {"AET": "DICOMDEID", "Host": "127.0.0.1", "Port": self.peer_port}},
            "OverwriteInstances": False,
            "Plugins": [PLUGIN],
            "DicomWeb": {"Enable": True, "Root": "/dicom-web/", "EnableWado": False},
            **self.words,
        }  # fmt: skip

    def start(self) -> Orthanc:
        """Starts it, and waits until both of its doors are open."""
        (self.folder / "storage").mkdir(parents=True, exist_ok=True)
        file = self.folder / "orthanc.json"
        file.write_text(json.dumps(self.configuration()), encoding="utf-8")
        with (self.folder / "orthanc.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["Orthanc", str(file)], stdout=log, stderr=log, env={**os.environ, "TCP_NODELAY": "1"}
            )
        until = time.monotonic() + START_SECONDS
        while not self._is_open():
            assert self._process.poll() is None, (self.folder / "orthanc.log").read_text("utf-8", "replace")
            assert time.monotonic() < until, "Orthanc does not start"
            time.sleep(0.05)  # the state that is waited for is asked again
        return self

    def _is_open(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.dicom_port), 1).close()
            return self.ask("/system") is not None
        except OSError:
            return False

    def kill(self) -> None:
        """Ends it at once, as a power cut does, and waits for its end."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, number: int) -> None:
        if self._process:
            self._process.send_signal(number)
            self._process.wait(60)
            self._process = None

    def ask(self, path: str, method: str = "GET", body: bytes | None = None) -> Any:
        """What its own REST API says, which no module of ours speaks."""
        connection = http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=60)
        login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        connection.request(method, path, body, {"Authorization": f"Basic {login}"})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        assert answer.status == 200, (answer.status, content)
        return json.loads(content or b"null")

    def instances(self) -> list[str]:
        """The SOP Instance UIDs of what it has stored."""
        known = self.ask("/instances?expand")
        return sorted(one["MainDicomTags"]["SOPInstanceUID"] for one in known)

    def add(self, content: bytes) -> None:
        """Stores an instance by its own REST API."""
        self.ask("/instances", "POST", content)

    def empty(self) -> None:
        """Deletes all that is stored."""
        for patient in self.ask("/patients"):
            self.ask(f"/patients/{patient}", "DELETE")


@contextmanager
def running(folder: Path, **words: object) -> Iterator[Orthanc]:
    """An Orthanc for as long as the block lasts."""
    server = Orthanc(folder, **words)
    try:
        yield server.start()
    finally:
        server.kill()  # nobody needs what it has stored, and its own end takes seconds
