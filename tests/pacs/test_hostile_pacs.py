"""A PACS that comes to no end, or cannot be asked: it costs a bounded time, and never what another instance is due."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from asking import CT, ROOT, dimse, slices, stored
from dicom_deid.errors import PacsFailure
from dicom_deid.pacs import cfind, cget
from dicom_deid.pacs.batch import Batch
from dicom_deid.pacs.destination import Destination
from dicom_deid.pacs.dicomweb import MOST_COMMAS, Client, parsed
from dicom_deid.pacs.finding import finder
from dicom_deid.pacs.instance import Instance
from dicom_deid.pacs.outgoing import Outgoing
from dicom_deid.pacs.presence import ByQuery
from dicom_deid.pacs.retrieving import retriever
from dicom_deid.pacs.routing import Place
from dicom_deid.pacs.stow import Stow
from pydicom.dataset import Dataset
from pynetdicom import evt
from pynetdicom.events import Event

WANTED = Instance(f"{ROOT}.1", f"{ROOT}.1.1", f"{ROOT}.1.1.1", CT)


def nowhere(_uid: str) -> Place | None:
    return None


def test_the_same_answer_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cfind, "MOST_REPEATED", 20)
    one = Dataset()
    one.QueryRetrieveLevel, one.StudyInstanceUID = "STUDY", f"{ROOT}.1"

    def again(event: Event) -> Iterator[tuple[int, Dataset | None]]:
        for _ in range(2000):
            if event.is_cancelled:
                yield 0xFE00, None
                return
            yield 0xFF00, one

    with dimse([(evt.EVT_C_FIND, again)]) as pacs, finder(pacs) as asked:  # noqa: SIM117
        with pytest.raises(PacsFailure, match="PACS_TOO_MUCH"):
            list(asked.ask("study", {"PatientID": "1"}, 5))


def test_objects_that_nobody_asked_for_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cget, "MOST_UNASKED", 5)
    given = list[str]()
    others = slices(200, study=2)

    def give(event: Event) -> Iterator[object]:
        yield len(others)
        for other in others:
            given.append(str(other.SOPInstanceUID))
            yield 0xFF00, other

    with dimse([(evt.EVT_C_GET, give)]) as pacs, retriever(pacs, None, [CT]) as retrieving:  # noqa: SIM117
        with pytest.raises(PacsFailure, match="PACS_LOST"):
            retrieving.some([WANTED], nowhere)
    assert len(given) < len(others)


def test_progress_without_an_end() -> None:
    """Each answer would begin the patience anew."""
    pending = Dataset()
    pending.Status = 0xFF00

    def for_ever() -> Iterator[tuple[Dataset, None]]:
        while True:
            yield pending, None

    with pytest.raises(PacsFailure, match="PACS_TOO_MUCH"):
        cget.heed(for_ever(), 1)


@contextmanager
def storing() -> Iterator[tuple[Destination, list[str]]]:
    """A PACS that takes one instance at a time, and answers no query; and the paths that it was asked for."""
    asked = list[str]()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.tell(501, b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found = [uid for uid in stored(slices(4)) if uid.encode() + b"\0" in body or uid.encode() in body]
            if body.count(b"DICM") > 1:
                self.tell(400, b"")
            else:
                item = {"00081155": {"vr": "UI", "Value": found}}
                self.tell(200, json.dumps({"00081199": {"vr": "SQ", "Value": [item]}}).encode())

        def tell(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield Destination("tiny", "http", url=f"http://127.0.0.1:{server.server_port}"), asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def test_a_request_that_is_refused_by_a_pacs_that_cannot_be_asked(tmp_path: Path) -> None:
    """It is halved all the same: the instances in it are not to blame for each other."""
    ones = list[Outgoing]()
    for uid, content in stored(slices(4)).items():
        path = tmp_path / f"{uid}.dcm"
        path.write_bytes(content)
        ones.append(Outgoing(path, len(content), uid, CT, "1.2.840.10008.1.2.1", f"{ROOT}.1", f"{ROOT}.1.1", "1"))
    with storing() as (pacs, _), Stow(pacs) as way:
        results = list(way.send(Batch(ones)))
    assert sorted(one.instance.sop_instance for one in results if one.state == "sent") == sorted(
        one.sop_instance for one in ones
    )


def test_what_is_no_uid_is_no_address() -> None:
    """A study of a run may be called anything, and the login of the PACS goes with each question."""
    with storing() as (pacs, asked), Client(pacs) as client:
        for name in ("..", "", "1.2/../../../system", "1.2?limit=0#", "1\0", "1" * 200):
            assert ByQuery(client).there(name, f"{ROOT}.1", {"1.2"}) == set()
            assert not ByQuery(client).has(f"{ROOT}.1", name, "1.2")
    assert not asked


def test_an_answer_of_nothing_but_values() -> None:
    """Within the bytes that an answer may have, and many times as long in memory."""
    assert parsed(b"[{}" + b",{}" * 1000 + b"]") == [{}] * 1001
    with pytest.raises(PacsFailure, match="PACS_TOO_MUCH"):
        parsed(b"[{}" + b",{}" * (MOST_COMMAS + 1) + b"]")
