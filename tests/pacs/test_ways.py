"""The two ways by themselves: more presentation contexts than one association has, peers that do nothing, retries."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from commands import command
from dicom_deid.native.display import Display
from dicom_deid.pacs import association, dicomweb, sending
from dicom_deid.pacs.batch import Batch
from dicom_deid.pacs.destination import Destination
from dicom_deid.pacs.ledger import Ledger
from dicom_deid.pacs.outgoing import Outgoing, Run
from dicom_deid.pacs.sending import Sending
from dicom_deid.pacs.store import Store
from made import UID, ct, to_bytes
from orthanc import Orthanc, running
from pydicom import uid
from pydicom.encaps import encapsulate
from pynetdicom import AE, evt
from pynetdicom.events import Event, EventHandlerType
from runs import RunFolder
from sendable import copy_of, in_state

CLASSES = (
    uid.CTImageStorage, uid.MRImageStorage, uid.ComputedRadiographyImageStorage,
    uid.DigitalXRayImageStorageForPresentation,
    uid.SecondaryCaptureImageStorage, uid.UltrasoundImageStorage, uid.NuclearMedicineImageStorage,
    uid.PositronEmissionTomographyImageStorage, uid.RTImageStorage, uid.XRayAngiographicImageStorage,
    uid.XRayRadiofluoroscopicImageStorage, uid.DigitalMammographyXRayImageStorageForPresentation,
    uid.EnhancedCTImageStorage, uid.EnhancedMRImageStorage,
)  # fmt: skip
SYNTAXES = (
    uid.ImplicitVRLittleEndian, uid.ExplicitVRLittleEndian, uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit,
    uid.JPEGLossless, uid.JPEGLosslessSV1, uid.JPEGLSLossless, uid.JPEGLSNearLossless, uid.JPEG2000Lossless,
    uid.JPEG2000, uid.RLELossless,
)  # fmt: skip
UNKNOWN, UNTAKEN = "1.2.276.0.99999.1", "1.2.840.10008.1.2.7.1"


def instance(folder: Path, number: int, sop_class: str, syntax: str) -> Outgoing:
    dataset = ct(PatientIdentityRemoved="YES")
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = sop_class
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"{UID}.5.{number}"
    dataset.file_meta.TransferSyntaxUID = uid.UID(syntax)
    if syntax not in SYNTAXES[:2]:
        dataset.PixelData = encapsulate([bytes(32)])
        dataset["PixelData"].VR = "OB"
    path = folder / f"{number}.dcm"
    path.write_bytes(to_bytes(dataset))
    values = (dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.PatientID)
    return Outgoing(path, path.stat().st_size, dataset.SOPInstanceUID, sop_class, syntax, *values)


def test_more_kinds_than_one_association_has_contexts(orthanc: Orthanc, tmp_path: Path) -> None:
    """154 kinds, and two that Orthanc does not take: all the others arrive."""
    kinds = [(sop_class, syntax) for sop_class in CLASSES for syntax in SYNTAXES]
    kinds += [(UNKNOWN, uid.ExplicitVRLittleEndian), (uid.CTImageStorage, UNTAKEN)]
    instances = [instance(tmp_path, number, *kind) for number, kind in enumerate(kinds)]
    with closing(Ledger(tmp_path, "orthanc")) as ledger:
        summary = Sending(Run(instances, []), orthanc.dimse._replace(associations=1), ledger, Display()).go()
    assert len(instances) > association.MOST_CONTEXTS
    assert summary.refused == {"PACS_CLASS_REFUSED": 1, "PACS_SYNTAX_REFUSED": 1}
    assert summary.confirmed == len(orthanc.instances()) == len(instances) - 2


class Killing(Display):
    """Kills Orthanc when so many instances are done."""

    def __init__(self, server: Orthanc, after: int) -> None:
        self._server, self._left = server, after

    def advanced(self, files: int, _size: int) -> None:
        self._left -= files
        if self._left == 0:
            self._server.kill()


def test_associations_that_break_off(tmp_path: Path, login: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "WAITS", ())
    instances = [instance(tmp_path, number, CLASSES[0], SYNTAXES[1]) for number in range(40)]
    with running(tmp_path / "orthanc") as server:
        with closing(Ledger(tmp_path, "orthanc")) as ledger:
            cut = Sending(Run(instances, []), server.dimse, ledger, Killing(server, 10)).go()
        assert (cut.error, cut.confirmed) == ("PACS_UNREACHABLE", 0)
        assert cut.sent + cut.left == 40 > cut.left > 20
        server.start()
        with closing(Ledger(tmp_path, "orthanc")) as ledger:
            whole = Sending(Run(instances, []), server.dimse, ledger, Display()).go()
        assert whole.is_whole
        assert whole.confirmed == len(server.instances()) == 40


class Restarting(Killing):
    """Starts it again at once."""

    def advanced(self, files: int, size: int) -> None:
        super().advanced(files, size)
        if self._left == 0:
            self._server.start()


def test_a_pacs_that_is_back_in_time(tmp_path: Path, login: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sending goes on by itself, with what each of its associations had under way and before itself."""
    monkeypatch.setattr(sending, "WAITS", (0.1,) * 6)
    instances = [instance(tmp_path, number, CLASSES[0], SYNTAXES[1]) for number in range(40)]
    with running(tmp_path / "orthanc") as server, closing(Ledger(tmp_path, "orthanc")) as ledger:
        summary = Sending(Run(instances, []), server.dimse, ledger, Restarting(server, 10)).go()
        assert summary.is_whole, summary
        assert summary.confirmed == len(server.instances()) == 40


def answering(reply: bytes) -> EventHandlerType:
    """A handler that puts bytes of its own in the place of the answer to C-STORE."""

    def answer(event: Event) -> int:
        event.assoc.dul.socket.socket.sendall(reply)
        return 0

    return evt.EVT_C_STORE, answer


@pytest.mark.parametrize(
    "reply",
    [
        bytes.fromhex("04000000000600000002 0103"),  # a command without an element
        bytes.fromhex("040000000003000000"),  # a PDU that is shorter than its value
        bytes.fromhex("04000000000600000000 0100"),  # a value without its control header
        bytes.fromhex("0400ffffffff"),  # four gigabytes
        bytes.fromhex("070000000004 00000000"),  # A-ABORT
        bytes.fromhex("0500 00000004 00000000"),  # A-RELEASE-RQ
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
    ],
)
def test_answers_that_are_none(reply: bytes, tmp_path: Path) -> None:
    entity = AE("ANY")
    entity.add_supported_context(CLASSES[0], SYNTAXES[1])
    entity.add_supported_context(uid.UID("1.2.840.10008.1.1"))
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=[answering(reply)])
    port = server.server_address[1]
    there = Destination("any", "dicom", called="ANY", host="127.0.0.1", port=port)
    try:
        with Store(there) as way:
            found = list(
                way.send(Batch([instance(tmp_path, 1, CLASSES[0], SYNTAXES[1])], ((CLASSES[0], SYNTAXES[1]),)))
            )
    finally:
        server.shutdown()
    assert [(one.state, one.code) for one in found] == [("refused", "PACS_LOST")]


@contextmanager
def mute() -> Iterator[int]:
    """A port that takes all that comes and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        held = list[socket.socket]()

        def take() -> None:
            while True:
                try:
                    held.append(listening.accept()[0])
                except OSError:
                    return

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(10)
        for connection in held:
            connection.close()


def test_a_peer_that_says_nothing_is_not_waited_for_for_ever(
    whole_run: RunFolder, login: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (association, dicomweb):
        monkeypatch.setattr(module, "ANSWER_SECONDS", 0.3)
    monkeypatch.setattr(association, "AGREE_SECONDS", 0.3)
    monkeypatch.setattr(sending, "WAITS", (0.1,))
    run = copy_of(whole_run, tmp_path)
    with mute() as port:
        for url in (f"http://127.0.0.1:{port}/dicom-web", f"dicom://A@127.0.0.1:{port}"):
            done = command("send", run.root, url)
            assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "30 instances left")
            assert "PACS_SLOW" in done.stderr
    assert in_state(run, "confirmed") == []


def test_how_long_a_busy_pacs_is_waited_for() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert dicomweb.wait_of("7") == 7
    assert 25 < dicomweb.wait_of(soon) <= 30
    assert dicomweb.wait_of("999999999") == dicomweb.LONGEST_WAIT
    assert dicomweb.wait_of("Wed, 21 Oct 2015 07:28:00 GMT") == 0.1
    for odd in ("", "soon", "-5", "²", "9" * 400):
        assert 0 < dicomweb.wait_of(odd) <= dicomweb.LONGEST_WAIT
