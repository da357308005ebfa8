"""Runs from and to an object store, a real server: the same bytes as with folders, whoever is killed meanwhile."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from clusters import wait_for
from commands import command
from dicom_deid.errors import Failed, sentence
from dicom_deid.native.job import Job, Take, Taken
from dicom_deid.policy import Policy
from dicom_deid.splice import Copy
from dicom_deid.stores import journal as journals
from dicom_deid.stores import reach
from dicom_deid.stores.address import address_of
from dicom_deid.stores.origin import StoreOrigin
from dicom_deid.stores.sink import StoreSink
from dicom_deid.stores.store import PART
from made import UID, ct, to_bytes
from runs import PASSPHRASE, RUN_NAMES, native_run, timeless
from runs import RunFolder as Finished
from stores import BUCKET, Server

FILES = 30
NAME = "Okonkwo^Adaeze"


def square(side: int, frames: int = 1) -> dict[str, object]:
    """Attributes of pictures so long and wide, of 16 bits."""
    return {"Rows": side, "Columns": side, "NumberOfFrames": frames, "PixelData": bytes(2 * side * side * frames)}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("server") / "log")
    yield started
    started.end()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of twelve, some are withheld, one has the SOP Instance UID of another, one is empty, one is no DICOM file."""
    root = tmp_path_factory.mktemp("input") / NAME
    (root / "a b+c").mkdir(parents=True)
    for number in range(10):
        burned = "YES" if number % 6 == 5 else "NO"
        uid = f"{UID}.{number % 9}"
        (root / "a b+c" / f"ä {number}%20.dcm").write_bytes(
            to_bytes(ct(SOPInstanceUID=uid, BurnedInAnnotation=burned, InstanceNumber=number, **square(400)))
        )
    (root / "empty").touch()
    (root / "notes.txt").write_text("nothing", encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def whole(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The run over folders."""
    return native_run(folder, tmp_path_factory.mktemp("whole") / "run")


def store_run(source: object, target: object, secret: Path, *options: str, status: int = 1) -> str:
    secret.write_text(PASSPHRASE, encoding="utf-8")
    done = command("run", str(source), str(target), "--passphrase-file", secret, *options)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def agree(run: Finished, whole: Finished) -> None:
    run.check()
    assert run.outputs == whole.outputs
    assert timeless(run.rows) == timeless(whole.rows)
    assert sorted(path.name for path in run.root.iterdir()) == RUN_NAMES


def test_from_store_to_store(server: Server, folder: Path, whole: Finished, tmp_path: Path) -> None:
    server.put_folder(folder, f"all/{NAME}")
    told = store_run(f"s3://{BUCKET}/all/{NAME}", f"s3://{BUCKET}/out/run", tmp_path / "secret")
    run = server.fetched("out/run", tmp_path / "run")
    agree(run, whole)
    assert NAME not in told + run.log + run.audit
    assert BUCKET not in told + run.log + run.audit


def test_files_of_other_people(server: Server, corpus: list[Path], tmp_path: Path) -> None:
    """Every so many of the corpus, as long as they are short."""
    source = tmp_path / "in"
    source.mkdir()
    short = [path for path in corpus if path.stat().st_size < 100_000]
    for number, path in enumerate(short[:: len(short) // 8]):
        (source / f"{number:02}").write_bytes(path.read_bytes())
    server.put_folder(source, "corpus")
    whole = native_run(source, tmp_path / "whole", status=None)
    secret = tmp_path / "secret"
    store_run(f"s3://{BUCKET}/corpus", f"s3://{BUCKET}/out/corpus", secret, status=exit_code(whole))
    assert len(whole.outputs) > 3
    agree(server.fetched("out/corpus", tmp_path / "run"), whole)


def exit_code(run: Finished) -> int:
    return int(any(row["status"] in ("withheld", "failed") for row in run.rows))


def test_between_store_and_folder(server: Server, folder: Path, whole: Finished, tmp_path: Path) -> None:
    server.put_folder(folder, "half")
    store_run(f"s3://{BUCKET}/half", tmp_path / "run", tmp_path / "secret")
    agree(Finished(tmp_path / "run"), whole)
    store_run(folder, f"s3://{BUCKET}/of folder", tmp_path / "secret")
    agree(server.fetched("of folder", tmp_path / "fetched"), whole)


def test_pixel_data_in_parts(server: Server, tmp_path: Path) -> None:
    """Of an object longer than two parts, which the store then has as a multipart upload."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "long.dcm").write_bytes(to_bytes(ct(**square(3000))))
    server.put_folder(tmp_path / "in", "long")
    store_run(f"s3://{BUCKET}/long/long.dcm", f"s3://{BUCKET}/out/long", tmp_path / "secret", status=0)
    run = server.fetched("out/long", tmp_path / "run")
    agree(run, native_run(tmp_path / "in", tmp_path / "whole", status=0))
    (output,) = run.outputs
    assert len(run.outputs[output]) > 2 * PART
    parts = [line for line in server.log.read_text(encoding="utf-8").splitlines() if "partNumber=" in line]
    assert len(parts) == 3


def start(source: str, target: str, secret: Path, *options: str) -> subprocess.Popen[str]:
    secret.write_text(PASSPHRASE, encoding="utf-8")
    line = [sys.executable, "-m", "dicom_deid", "run", source, target, "--passphrase-file", secret, *options]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


@pytest.fixture(scope="module")
def many(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More than a process has done before it is killed."""
    root = tmp_path_factory.mktemp("many")
    for number in range(FILES):
        uid, burned = f"{UID}.{number}", "YES" if number % 6 == 5 else "NO"
        (root / f"{number:03}.dcm").write_bytes(to_bytes(ct(SOPInstanceUID=uid, BurnedInAnnotation=burned)))
    server.put_folder(root, "many")
    return root


@pytest.fixture(scope="module")
def many_whole(many: Path, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return native_run(many, tmp_path_factory.mktemp("many whole") / "run")


def rows_of(server: Server, prefix: str) -> int:
    """Rows of the audit of a run under way, wherever they are."""
    time.sleep(0.1)  # the server has one thread
    keys = [key for key in server.keys(prefix) if "audit.csv" in key]
    with suppress(server.client.exceptions.NoSuchKey):
        return sum(server.get(f"{prefix}/{key}").count(b"\n") for key in keys)
    return 0


def test_a_run_that_is_killed_goes_on(server: Server, many: Path, many_whole: Finished, tmp_path: Path) -> None:
    source, target, secret = f"s3://{BUCKET}/many", f"s3://{BUCKET}/out/killed", tmp_path / "secret"
    rows = 0
    for resumed in ((), ("--resume",)):
        running = start(source, target, secret, "--workers", "0", *resumed)
        wait_for(lambda rows=rows: rows_of(server, "out/killed") > rows + 4)
        running.kill()
        running.communicate()
        rows = rows_of(server, "out/killed")
    assert f"resumed: {len(server.keys('out/killed'))}" not in store_run(source, target, secret, "--resume")
    run = server.fetched("out/killed", tmp_path / "run")
    agree(run, many_whole)
    done = [int(line.split("resumed: ")[1].split()[0]) for line in run.log.splitlines() if "resumed: " in line]
    assert 4 <= done[0] < done[1] < FILES


def test_of_two_runs_at_once_the_first_one_stops(
    server: Server, many: Path, many_whole: Finished, tmp_path: Path
) -> None:
    source, target = f"s3://{BUCKET}/many", f"s3://{BUCKET}/out/twice"
    first = start(source, target, tmp_path / "secret", "--workers", "0")
    wait_for(lambda: rows_of(server, "out/twice") > 4)
    first.send_signal(signal.SIGSTOP)
    store_run(source, target, tmp_path / "secret", "--resume")
    first.send_signal(signal.SIGCONT)
    _, err = first.communicate(timeout=60)
    assert first.returncode == 1
    assert sentence("OUTPUT_TAKEN") in err
    run = server.fetched("out/twice", tmp_path / "run")
    shutil.rmtree(run.root / "journal", ignore_errors=True)  # what the first one was just appending, and counts no more
    agree(run, many_whole)


def test_on_a_cluster(server: Server, folder: Path, whole: Finished, tmp_path: Path) -> None:
    """Its workers find the credentials in their own environment."""
    server.put_folder(folder, "shared")
    told = store_run(f"s3://{BUCKET}/shared", f"s3://{BUCKET}/out/cluster", tmp_path / "secret", "--cluster", "local:2")
    agree(server.fetched("out/cluster", tmp_path / "run"), whole)
    assert server.environment["AWS_SECRET_ACCESS_KEY"] not in told


def test_a_source_that_changes_is_not_written(server: Server, tmp_path: Path) -> None:
    """Neither one that is another than the listed one, nor one that becomes another while it is read."""
    origin = StoreOrigin(address_of(f"s3://{BUCKET}/changing"))
    sink = StoreSink(address_of(f"s3://{BUCKET}/out/changing"))
    for key in "first", "then":
        server.put("changing/object", to_bytes(ct(PatientID=key, **square(2500))))
    (listed,) = origin.list()
    with origin.open("object") as source:
        assert (source.size, source.modified) == (listed.size, listed.modified)
        assert source.unchanged()
        server.put("changing/object", to_bytes(ct(PatientID="last", **square(2500))))
        assert source.head()[128:132] == b"DICM"
        assert not source.unchanged()
        with pytest.raises(Failed, match="SOURCE_CHANGED"):
            source.read(1000, 2000)
        with pytest.raises(Failed, match="SOURCE_CHANGED"):
            sink.stage("x", (b"new", Copy(70_000, source.size)), source)
    job = Job(origin, Policy(), bytes(32), sink)
    taken = job(Take("object", listed.size, listed.modified, repeat=False))
    assert isinstance(taken, Taken)
    assert (taken.row["status"], taken.row["reason"]) == ("failed", "SOURCE_CHANGED")
    server.client.delete_object(Bucket=BUCKET, Key="changing/object")
    with pytest.raises(Failed, match="FILE_GONE"):
        origin.open("object")
    assert server.keys("out/changing") == []
    assert "Uploads" not in server.client.list_multipart_uploads(Bucket=BUCKET)


def test_journals_are_whole_whatever_was_cut_off(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "JOINED", 10)
    sink = StoreSink(address_of(f"s3://{BUCKET}/journal"))
    lines = [f"line {number}\n" for number in range(journals.JOINED + 5)]
    journal = sink.journal("output.log")
    for line in lines:
        journal.write(line)
    assert list(sink.lines("output.log")) == lines
    assert len(server.keys("journal")) == 1 + 1 + 5  # the text, what was joined, and the rest
    first = next(key for key in server.keys("journal") if f"{journals.JOINED:012}" in key)
    server.put(f"journal/{first.rpartition('/')[0]}/{1:012}-{1:012}", lines[0].encode())  # not yet deleted
    left = {key: server.get(f"journal/{key}") for key in server.keys("journal")}
    assert list(sink.lines("output.log")) == lines
    assert sink.size("output.log") == len("".join(lines))
    sink.put("output.log", sorted(lines))
    for key, content in left.items():
        if key != "output.log":
            server.put(f"journal/{key}", content)  # the text stands, and nothing is deleted yet
    assert list(sink.lines("output.log")) == sorted(lines)
    again = sink.journal("output.log")
    again.write("more\n")
    assert list(sink.lines("output.log")) == [*sorted(lines), "more\n"]
    with pytest.raises(Failed, match="OUTPUT_TAKEN"):
        journal.write("late\n")


def test_what_is_too_long_to_be_copied_is_carried(server: Server) -> None:
    sink = StoreSink(address_of(f"s3://{BUCKET}/carried"))
    server.put("carried/from", bytes(PART + 5))
    sink.carry("carried/from", "carried/to")
    assert server.get("carried/to") == bytes(PART + 5)


# ---- what is refused, and how it is said -------------------------------------------------------------------------


def refused(source: object, target: object, secret: Path, *options: str) -> str:
    told = store_run(source, target, secret, *options, status=2)
    assert told.startswith("dicom-deid: ")
    return told.removeprefix("dicom-deid: ").rstrip("\n")


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("s3://AKIA1:secret@studies/x", "STORE_SECRET"),
        ("az://studies/x?sv=2024&sig=secret", "STORE_SECRET"),
        ("s3a://studies/secret", "STORE_ADDRESS"),
        ("s3://studies/../secret", "STORE_ADDRESS"),
        ("s3:///secret", "STORE_ADDRESS"),
    ],
)
def test_addresses_hold_no_secrets(tmp_path: Path, address: str, reason: str) -> None:
    assert refused(address, tmp_path / "run", tmp_path / "secret") == sentence(reason)
    assert refused(tmp_path, address, tmp_path / "secret") == sentence(reason)


def test_a_store_that_cannot_be_used_is_told_at_once(
    server: Server, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, place = tmp_path / "secret", f"s3://{BUCKET}/half"
    missing = "s3://no-such-bucket/x"
    assert refused(missing, tmp_path / "run", secret) == f"{sentence('STORE_BUCKET')} ({missing})"
    assert refused(folder, missing, secret) == f"{sentence('STORE_BUCKET')} ({missing})"
    assert refused(place, f"{place}/out", secret) == sentence("OUTPUT_INSIDE_INPUT")
    server.put("odd//key", b"")
    odd = f"s3://{BUCKET}/odd"
    assert refused(odd, tmp_path / "run", secret) == f"{sentence('STORE_KEYS')} ({odd})"
    monkeypatch.setattr(reach, "FEW_RETRIES", {"max_retries": 0})
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert refused(place, tmp_path / "run", secret) == f"{sentence('STORE_UNREACHABLE')} ({place})"


def answering(statuses: list[int]) -> ThreadingHTTPServer:
    """A store that answers with these statuses one after another, the last one again and again."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
            body = f"<Error><Code>{'NoSuchBucket' if status == 404 else 'SlowDown'}</Code></Error>".encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.mark.parametrize(("statuses", "reason"), [([503], "STORE_BUSY"), ([503, 500, 404], "STORE_BUCKET")])
def test_a_store_that_is_busy_is_asked_again(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statuses: list[int], reason: str
) -> None:
    monkeypatch.setattr(reach, "FEW_RETRIES", {"max_retries": 2})
    busy = answering(statuses)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{busy.server_port}")
    assert refused(f"s3://{BUCKET}", tmp_path / "run", tmp_path / "secret") == f"{sentence(reason)} (s3://{BUCKET})"
    busy.shutdown()
    busy.server_close()


def test_a_forecast_and_the_list_of_what_was_not_written(
    server: Server, folder: Path, whole: Finished, tmp_path: Path
) -> None:
    server.put_folder(folder, "planned")
    secret, place = tmp_path / "secret", f"s3://{BUCKET}/planned"
    store_run(place, f"s3://{BUCKET}/out/planned", secret)
    done = command("plan", place, "--passphrase-file", secret, "--json")
    outcomes = Counter(row["status"] for row in whole.rows)
    assert json.loads(done.stdout)["outcomes"] == {"failed": 0, **outcomes}
    listed = tmp_path / "list.csv"
    command("unwritten", place, f"s3://{BUCKET}/out/planned", "--passphrase-file", secret, "--csv", listed)
    assert len(listed.read_text(encoding="utf-8").splitlines()) == 1 + outcomes["withheld"] + outcomes["skipped"]


def test_wrong_credentials(server: Server, many: Path, many_whole: Finished, tmp_path: Path) -> None:
    """In the middle of a run, whose work so far stays done, and before one."""
    source, target, secret = f"s3://{BUCKET}/many", f"s3://{BUCKET}/out/expired", tmp_path / "secret"
    server.check_credentials("120")
    told = store_run(source, target, secret, "--workers", "0")
    assert f"The run stopped: {sentence('STORE_LOGIN')}" in told
    assert refused(source, tmp_path / "run", secret) == f"{sentence('STORE_LOGIN')} ({source})"
    for value in server.environment.values():
        assert value == "true" or value not in told
    server.check_credentials("inf")
    store_run(source, target, secret, "--resume")
    agree(server.fetched("out/expired", tmp_path / "finished"), many_whole)
