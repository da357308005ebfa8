"""What the tests of `find` and `fetch` share: made studies, and peers that do what a real PACS does not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from dicom_deid.pacs.destination import Destination
from made import ct, to_bytes
from orthanc import free_port
from pydicom.dataset import Dataset
from pynetdicom import AE, ALL_TRANSFER_SYNTAXES, evt

ROOT = "1.2.276.0.99999"
FIND, MOVE, GET = (f"1.2.840.10008.5.1.4.1.2.2.{number}" for number in (1, 2, 3))
CT = "1.2.840.10008.5.1.4.1.1.2"


def slices(number: int, study: int = 1, series: int = 1, **values: object) -> list[Dataset]:
    """Slices of a series; all that tells them apart are their UIDs, numbers and pixels."""
    made = []
    for count in range(number):
        own = {
            "StudyInstanceUID": f"{ROOT}.{study}",
            "SeriesInstanceUID": f"{ROOT}.{study}.{series}",
            "SOPInstanceUID": f"{ROOT}.{study}.{series}.{count + 1}",
            "InstanceNumber": count + 1,
            "PixelData": bytes((count + at) % 256 for at in range(32)),
        }
        made.append(ct(**{**own, **values}))
        made[-1]["PixelData"].VR = "OW"
        made[-1].file_meta.MediaStorageSOPInstanceUID = made[-1].SOPInstanceUID
    return made


def listed(*datasets: Dataset, level: str = "instance") -> list[dict[str, Any]]:
    """Answers of QIDO-RS that list these."""
    keywords = {
        "study": ("StudyInstanceUID", "PatientID", "PatientName"),
        "series": ("StudyInstanceUID", "SeriesInstanceUID", "Modality"),
        "instance": ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID"),
    }[level]
    answers = []
    for dataset in datasets:
        answer = Dataset()
        for keyword in keywords:
            setattr(answer, keyword, dataset[keyword].value)
        answers.append(answer.to_json_dict())
    return answers


def multipart(*files: bytes, end: bytes = b"\r\n--B--\r\n") -> bytes:
    return b"".join(b"\r\n--B\r\nContent-Type: application/dicom\r\n\r\n" + file for file in files) + end


MULTIPART = 'multipart/related; type="application/dicom"; boundary=B'
Answer = tuple[int, str, bytes]


@contextmanager
def web(answer: Callable[[str], Answer]) -> Iterator[str]:
    """A DICOMweb server that answers the path and query of each request by itself, without saying how long it is."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@contextmanager
def dimse(handlers: list[Any]) -> Iterator[Destination]:
    """A PACS on a port of its own; ``handlers`` as pynetdicom takes them."""
    entity = AE("ORTHANC")
    for model in (FIND, MOVE, GET):
        entity.add_supported_context(model)
    entity.add_supported_context(CT, ALL_TRANSFER_SYNTAXES, scu_role=True, scp_role=True)
    port = free_port()
    server = entity.start_server(("127.0.0.1", port), block=False, evt_handlers=handlers)
    try:
        yield Destination("tiny", "dicom", called="ORTHANC", host="127.0.0.1", port=port)
    finally:
        if server:
            server.shutdown()


def url(destination: Destination) -> str:
    return f"dicom://{destination.called}@{destination.host}:{destination.port}"


def answering(answers: Callable[[Dataset], Iterator[tuple[int, Dataset | None]]]) -> Any:
    """A handler of C-FIND that answers a query so."""
    return evt.EVT_C_FIND, lambda event: answers(event.identifier)


def stored(datasets: list[Dataset]) -> dict[str, bytes]:
    """SOP Instance UID -> file."""
    return {str(dataset.SOPInstanceUID): to_bytes(dataset) for dataset in datasets}
