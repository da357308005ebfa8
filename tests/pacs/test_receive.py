"""The gateway as dcmtk sees it: what it takes and refuses, what becomes of it, and what it tells."""

import signal
import socket
import subprocess
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from shutil import disk_usage

import made
import pytest
from commands import command
from gateways import PATIENT, folder_of, instance, running, store, wait_for
from killing import Sender
from orthanc import Orthanc
from pydicom import Dataset, dcmread, dcmwrite
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian
from runs import PASSPHRASE


def test_from_c_store_to_a_run(tmp_path: Path) -> None:
    """Studies come to rest, runs are written, originals go; what comes again is taken once, other content is not."""
    first = folder_of(tmp_path / "first", *(instance(number, study) for study in (1, 2) for number in range(5)))
    later = folder_of(tmp_path / "later", instance(7, 1))
    other = folder_of(tmp_path / "other", instance(0, 1, SliceThickness="2.5"))
    burned = folder_of(tmp_path / "burned", instance(1, 3, BurnedInAnnotation="YES"))
    with running(tmp_path) as gateway:
        echoed = subprocess.run(["echoscu", "-aec", "GATEWAY", "127.0.0.1", str(gateway.port)], check=False)
        assert echoed.returncode == 0
        assert store(gateway.port, first).returncode == 0
        gateway.settled(10)
        assert store(gateway.port, first).returncode == 0
        assert store(gateway.port, later).returncode == 0
        gateway.settled(11)
        refused = store(gateway.port, other)
        assert refused.returncode != 0
        assert "0x111" in refused.stderr
        assert store(gateway.port, burned).returncode == 0
        gateway.settled(12)
        assert [gateway.count(name) for name in ("received_total", "repeated_total", "refused_total")] == [12, 10, 1]
        metrics = gateway.ask("/metrics")[1]
        assert gateway.end(signal.SIGTERM) == 0
        for run in gateway.runs():
            run.check()
        rows = gateway.rows()
        assert [row["status"] for row in rows].count("written") == 11
        assert len({row["sop_instance_uid"] for row in rows if row["status"] == "written"}) == 11
        assert len({row["study_instance_uid"] for row in rows if row["status"] == "written"}) == 2
        assert [path.parts[-4] for path in gateway.originals()] == ["withheld"]
        assert not list((gateway.spool / "incoming").iterdir())
        [apart] = (gateway.spool / "withheld").iterdir()
        listed = ("--passphrase-file", tmp_path / "passphrase", "--csv", tmp_path / "unwritten.csv")
        assert command("unwritten", apart, gateway.output / f"run-{apart.name}", *listed).returncode == 0
        assert "BURNED_IN" in (tmp_path / "unwritten.csv").read_text(encoding="utf-8")
        assert (gateway.spool.stat().st_mode & 0o777) == 0o700
        told = gateway.told() + metrics
        assert not any(word in told for word in (PATIENT, "MRN-0815", made.UID, "STORESCU"))
        gateway.start("--withheld-again", "--pass-burned-in")
        gateway.settled(13)
        assert not gateway.originals()
        assert store(gateway.port, burned).returncode == 0  # it is remembered over the restart
        assert gateway.count("repeated_total") == 1
        assert sum(row["status"] == "written" for row in gateway.rows()) == 12


def test_every_syntax_and_more_contexts_than_one_association_has(tmp_path: Path) -> None:
    """Private SOP Classes too: 131 of them, by an association and another one."""
    unusual = []
    for number, syntax in enumerate((DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian)):
        dataset = dcmread(folder_of(tmp_path / "made", instance(number)) / "00000.dcm")
        dataset.file_meta.TransferSyntaxUID = syntax
        dataset["PixelData"].VR = "OW"
        unusual.append(made.to_bytes(dataset) if syntax != ExplicitVRBigEndian else as_big_endian(dataset))
    classes = []
    for number in range(131):
        dataset = made.ct(SOPInstanceUID=f"{made.UID}.9.{number}", StudyInstanceUID=f"{made.UID}.9")
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = UID(f"1.2.276.0.99999.1.{number}")
        classes.append(made.to_bytes(dataset))
    with running(tmp_path) as gateway:
        for number, option in enumerate(("-xd", "-xb", "-xi")):
            sent = store(gateway.port, option, folder_of(tmp_path / option, unusual[number]) / "00000.dcm")
            assert sent.returncode == 0, sent.stderr
        sent = store(gateway.port, "-nuc", "+sd", folder_of(tmp_path / "classes", *classes), program="dcmsend")
        assert sent.returncode == 0, sent.stdout + sent.stderr
        gateway.settled(134)
        assert gateway.count("associations_total") == 5
        rows = gateway.rows()
        assert sum(row["status"] == "written" for row in rows) == 3
        assert {row["reason"] for row in rows if row["status"] != "written"} == {"PRIVATE_SOP_CLASS"}
        assert len(gateway.originals("withheld")) == 131
        syntaxes = {row["transfer_syntax_uid"] for row in rows if row["status"] == "written"}
        assert syntaxes == {DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian}


def as_big_endian(dataset: Dataset) -> bytes:
    out = BytesIO()
    dcmwrite(out, dataset, implicit_vr=False, little_endian=False, enforce_file_format=True)
    return out.getvalue()


def test_who_may_call_and_whom(tmp_path: Path) -> None:
    one = folder_of(tmp_path / "one", instance(1))
    with running(tmp_path, "--allow-from", "MODALITY", "--rest", "600") as gateway:
        assert store(gateway.port, one, called="ANOTHER").returncode != 0
        assert store(gateway.port, one).returncode != 0  # STORESCU calls
        assert gateway.count("rejected_total") == 2
        assert gateway.count("received_total") == 0
        assert store(gateway.port, "-aet", "MODALITY", one).returncode == 0
        assert gateway.count("waiting") == 1
        second = command("receive", gateway.spool, tmp_path / "elsewhere", "--passphrase-file", tmp_path / "passphrase")
        assert second.returncode == 2
        assert "Another gateway" in second.stderr


def test_peers_that_make_no_sense(tmp_path: Path) -> None:
    """Bytes that are no PDU, one of 4 GB, a silent one, another instance than was said: the next one is served."""
    said, meant = instance(1).replace(f"{made.UID}.1.1.1".encode(), f"{made.UID}.1.1.2".encode(), 1), instance(3)
    wrong = folder_of(tmp_path / "wrong", said, meant)
    with running(tmp_path, "--rest", "600") as gateway, ExitStack() as silent:
        for content in (
            b"",
            b"GET / HTTP/1.1\r\n\r\n",
            b"\x01\0\xff\xff\xff\xff" + bytes(9),
            b"\x04\0\0\0\0\6" + bytes(6),
        ):
            silent.enter_context(socket.create_connection(("127.0.0.1", gateway.port))).sendall(content)
        sender = Sender(gateway.port, sorted(wrong.iterdir()))
        sender.go(1)
        assert sender.statuses == {0xA900: 1}
        sender.waiting.pop(0)
        sender.go(1)
        assert sender.statuses == {0xA900: 1, 0: 1}
        assert gateway.count("waiting") == 1
        assert not list((gateway.spool / "incoming").iterdir())
        assert "Traceback" not in gateway.told()
        assert gateway.end() == 0


def test_tls_with_certificates_of_both_sides(tmp_path: Path) -> None:
    for name in ("server", "client", "stranger"):
        request = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}")
        files = ("-keyout", tmp_path / f"{name}.key", "-out", tmp_path / f"{name}.pem")
        subprocess.run(["openssl", *request, *files], check=True, capture_output=True)
    one = folder_of(tmp_path / "one", instance(1)) / "00000.dcm"
    files = ("--certificate", tmp_path / "server.pem", "--key", tmp_path / "server.key")

    def tls(name: str) -> list[str | Path]:
        return ["+tls", tmp_path / f"{name}.key", tmp_path / f"{name}.pem", "+cf", tmp_path / "server.pem"]

    with running(tmp_path, *files, "--client-ca", tmp_path / "client.pem") as gateway:
        assert store(gateway.port, one).returncode != 0
        assert store(gateway.port, *tls("stranger"), one).returncode != 0
        assert gateway.count("associations_total") == 0
        assert store(gateway.port, *tls("client"), one).returncode == 0
        gateway.settled(1)
        assert "Traceback" not in gateway.told()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance of 300 MB, of which the disk holds the header alone."""
    place = tmp_path_factory.mktemp("large") / "large.dcm"
    rows, columns, frames = 2000, 2000, 38
    dataset = made.ct(Rows=rows, Columns=columns, NumberOfFrames=str(frames))
    dataset.PixelData = b""
    dataset["PixelData"].VR = "OW"
    header = made.to_bytes(dataset)
    size = rows * columns * frames * 2
    assert header.endswith(b"OW\0\0" + bytes(4))
    with place.open("wb") as file:
        file.write(header[:-4] + size.to_bytes(4, "little"))
        file.truncate(len(header) + size)
    return place


def test_a_large_object_in_little_memory_one_broken_off_and_one_without_room(tmp_path: Path, large: Path) -> None:
    size = large.stat().st_size
    assert size > 300_000_000
    with running(tmp_path, "--rest", "0.1") as gateway:
        sending = subprocess.Popen(["storescu", "-aec", "GATEWAY", "127.0.0.1", str(gateway.port), str(large)])
        incoming = gateway.spool / "incoming"
        wait_for(lambda: any(path.stat().st_size > 10_000_000 for path in incoming.iterdir()))
        sending.kill()
        sending.wait()
        wait_for(lambda: not list(incoming.iterdir()))
        assert not gateway.originals()
        assert store(gateway.port, large).returncode == 0
        gateway.settled(1)
        assert gateway.peak() < 300_000_000
        assert [int(row["bytes_in"]) >= size for row in gateway.rows()] == [True]
        gateway.end()
        free = disk_usage(gateway.spool).free
        gateway.start("--keep-free", str((free - 100_000_000) // 1_000_000))
        full_on_its_way = store(gateway.port, renamed(large, tmp_path / "new.dcm"))
        assert full_on_its_way.returncode != 0
        assert "Refused: OutOfResources" in full_on_its_way.stderr
        assert not list(incoming.iterdir())
        assert not gateway.originals()
        gateway.end()
        gateway.start("--keep-free", "1000000000")
        assert gateway.ask("/health")[0] == 503
        assert gateway.state()["codes"] == ["SPOOL_FULL"]
        assert store(gateway.port, folder_of(tmp_path / "small", instance(1))).returncode != 0
        assert gateway.count("received_total") == 0


def renamed(large: Path, place: Path) -> Path:
    """The large instance under another UID."""
    with large.open("rb") as file:
        head = file.read(4096).replace(made.UID.encode(), made.UID.encode()[:-1] + b"9")
    with place.open("wb") as file:
        file.write(head)
        file.truncate(large.stat().st_size)
    return place


def test_sent_on_and_deleted_when_confirmed(tmp_path: Path, orthanc: Orthanc) -> None:
    """Originals stay while the destination takes nothing; after a kill, another start goes on with them."""
    unknown = f"dicom://NOBODY@127.0.0.1:{orthanc.dicom_port}"
    contents = folder_of(tmp_path / "some", *(instance(number) for number in range(4)))
    with running(tmp_path, "--forward", unknown) as gateway:
        assert store(gateway.port, contents).returncode == 0
        wait_for(lambda: gateway.state()["codes"] == ["PACS_REJECTED"])
        assert len(gateway.originals("written")) == 4
        gateway.kill()
        gateway.start("--forward", orthanc.web_url)
        gateway.settled(4)
        assert not gateway.originals()
        assert gateway.ask("/health")[0] == 200
        assert gateway.count("confirmed_total") == 4
        assert orthanc.instances() == sorted(row["sop_instance_uid"] for row in gateway.rows())
        assert len(gateway.rows()) == 4


def test_a_start_that_forgets_to_send_on_says_so(tmp_path: Path, orthanc: Orthanc) -> None:
    with running(tmp_path, "--forward", f"dicom://NOBODY@127.0.0.1:{orthanc.dicom_port}") as gateway:
        assert store(gateway.port, folder_of(tmp_path / "one", instance(1))).returncode == 0
        wait_for(lambda: gateway.state()["codes"] == ["PACS_REJECTED"])
        gateway.kill()
        gateway.start()
        wait_for(lambda: not gateway.originals())
        assert "run 000001 was being sent on: without --forward its originals go" in gateway.told()


def test_what_does_not_begin(tmp_path: Path) -> None:
    (tmp_path / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
    given = ("--passphrase-file", tmp_path / "passphrase")
    for file in ("run/plan.json", "run/audit.csv", "sources/one.dcm"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()
    for words, told in (
        ((tmp_path / "s", tmp_path / "o"), "passphrase"),
        ((tmp_path / "s", tmp_path / "s" / "o", *given), "lie in one another"),
        ((tmp_path, tmp_path / "o", *given), "lie in one another"),
        ((tmp_path / "run" / "s", tmp_path / "o", *given), "that of a run"),
        ((tmp_path / "s", tmp_path / "run", *given), "that of a run"),
        ((tmp_path / "sources", tmp_path / "o", *given), "SPOOL holds something else"),
        ((tmp_path / "s", tmp_path / "o", *given, "--host", "0.0.0.0"), "TLS"),
        ((tmp_path / "s", tmp_path / "o", *given, "--ae-title", "A" * 17), "AE title"),
        ((tmp_path / "s", tmp_path / "o", *given, "--key", tmp_path / "passphrase"), "--certificate"),
    ):
        done = command("receive", *words)
        assert (done.returncode, told in done.stderr) == (2, True), (words, done.stderr)
    assert not (tmp_path / "s").exists()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        health = taken.getsockname()[1]
        done = command("receive", tmp_path / "s", tmp_path / "o", *given, "--port", "0", "--health", str(health))
    assert (done.returncode, f"127.0.0.1 port {health} (--health)" in done.stderr) == (2, True)
    assert [path.name for path in (tmp_path / "sources").iterdir()] == ["one.dcm"]
