"""Runs to send: made by the command line from instances of our own, once for all tests that change nothing of them."""

from __future__ import annotations

import csv
import http.server
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from made import UID, ct, to_bytes
from orthanc import Orthanc
from pydicom.dataset import Dataset
from runs import RunFolder, native_run


def slices(count: int, series: int = 2) -> Iterator[Dataset]:
    """CT slices of one patient, in so many series."""
    for number in range(count):
        dataset = ct(SeriesInstanceUID=f"{UID}.2.{number % series}", InstanceNumber=number)
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"{UID}.3.{number}"
        yield dataset


def people(count: int) -> Iterator[Dataset]:
    """An instance of each of so many patients."""
    for number in range(count):
        dataset = ct(PatientID=f"MRN-{number}", StudyInstanceUID=f"{UID}.1.{number}")
        dataset.SeriesInstanceUID = f"{UID}.2.{number}"
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"{UID}.3.{number}"
        yield dataset


def run_of(folder: Path, datasets: Iterator[Dataset]) -> RunFolder:
    source = folder / "source"
    source.mkdir(parents=True)
    for number, dataset in enumerate(datasets):
        (source / f"{number}.dcm").write_bytes(to_bytes(dataset))
    return native_run(source, folder / "run", status=0)


def copy_of(run: RunFolder, folder: Path) -> RunFolder:
    shutil.copytree(run.root, folder / "run")
    return RunFolder(folder / "run")


def written(run: RunFolder) -> list[str]:
    """SOP Instance UIDs of what a run has written."""
    return sorted(row["sop_instance_uid"] for row in run.rows if row["status"] == "written")


def ledger(run: RunFolder) -> list[dict[str, str]]:
    with (run.root / "sent.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def last(run: RunFolder) -> dict[str, tuple[str, str]]:
    """State and code that stand last in the ledger, by SOP Instance UID."""
    return {row["sop_instance_uid"]: (row["state"], row["code"]) for row in ledger(run)}


def in_state(run: RunFolder, state: str) -> list[str]:
    return sorted(one for one, (found, _) in last(run).items() if found == state)


Change = Callable[[http.server.BaseHTTPRequestHandler, bytes], bool]
"""May answer a request itself, and then says True."""


@contextmanager
def before(orthanc: Orthanc, change: Change) -> Iterator[str]:
    """The URL of a proxy before Orthanc, which does to requests what Orthanc itself never would."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if change(self, body):
                return
            kept = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
            url = f"http://127.0.0.1:{orthanc.http_port}{self.path}"
            got = client.request(self.command, url, headers=kept, content=body, timeout=60)
            reply(self, got.status_code, got.content, got.headers.get("Content-Type", ""))

        do_GET = do_POST = pass_on  # noqa: N815 - names of the library

        def log_message(self, *arguments: object) -> None:
            pass

    client = httpx.Client(trust_env=False)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/dicom-web"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
        client.close()


def reply(
    handler: http.server.BaseHTTPRequestHandler, status: int, body: bytes = b"", kind: str = "", **headers: str
) -> bool:
    handler.send_response(status)
    for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)
    return True
