"""Runs on a Dask cluster of real processes over TLS: the same bytes, whoever is killed, and what is refused."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import dicom_deid
import pytest
from clusters import Certificates, Cluster, certificates, kill, wait_for
from commands import command
from dicom_deid.errors import Failed, sentence
from dicom_deid.executors import cluster as executor
from dicom_deid.executors import cluster_client
from dicom_deid.native.folder_origin import FolderOrigin
from dicom_deid.native.folder_sink import FolderSink
from dicom_deid.native.same_places import SamePlaces
from dicom_deid.native.sources import Listed
from distributed import Client
from made import UID, ct, to_bytes
from runs import PASSPHRASE, RUN_NAMES, native_run, timeless
from runs import RunFolder as Finished

FILES, KILLER = 400, 151
NAME = "Okonkwo^Adaeze"
HELD = "bool(__import__('dicom_deid.executors.cluster_worker').executors.cluster_worker.HELD._bytes)"
"""Whether a worker still has the job of a run, and with it the key."""
DIE = "__import__('os')._exit(3)"
POLICY = f"""
[[python]]
name = "dies"
may = ["X"]
code = '''
import os

def rule(element, instance):
    if instance["SOPInstanceUID"] == "{UID}.{KILLER}":
        os._exit(3)
'''
"""


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("tls") / "ours")


@pytest.fixture(scope="module")
def cluster(tls: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    started = Cluster(tmp_path_factory.mktemp("cluster") / "dask", tls)
    started.add_workers(2)
    yield started
    started.end()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler of this machine alone, without TLS and without workers."""
    started = Cluster(tmp_path_factory.mktemp("plain") / "dask")
    yield started
    started.end()


@pytest.fixture
def client(cluster: Cluster, tls: Certificates) -> Iterator[Client]:
    """Two workers, checked."""
    pems = cluster_client.Pems(str(tls.authority), str(tls.certificate), str(tls.key))
    connected = cluster_client.connected(cluster.address, pems, print)
    connected.wait_for_workers(2)
    yield connected
    cluster_client.end(connected)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every sixth is withheld, and two have the SOP Instance UID of another."""
    root = tmp_path_factory.mktemp("input")
    for number in range(FILES):
        burned = "YES" if number % 6 == 0 else "NO"
        uid = f"{UID}.{number % (FILES - 2)}"
        (root / f"{NAME} {number:04}.dcm").write_bytes(to_bytes(ct(SOPInstanceUID=uid, BurnedInAnnotation=burned)))
    return root


@pytest.fixture(scope="module")
def whole(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The run on this machine."""
    return native_run(folder, tmp_path_factory.mktemp("whole") / "run")


def start(source: Path, target: Path, *options: str) -> subprocess.Popen[str]:
    secret = target.with_name("secret")
    secret.write_text(PASSPHRASE, encoding="utf-8")
    line = [sys.executable, "-m", "dicom_deid", "run", source, target, "--passphrase-file", secret, *options]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def wait_for_rows(target: Path, rows: int) -> None:
    audit = target / "audit.csv"
    wait_for(lambda: audit.exists() and audit.read_bytes().count(b"\n") > rows)


def agree(run: Finished, whole: Finished) -> None:
    run.check()
    assert run.outputs == whole.outputs
    assert timeless(run.rows) == timeless(whole.rows)
    assert sorted(path.name for path in run.root.iterdir()) == RUN_NAMES


# ---- who is killed -----------------------------------------------------------------------------------------------


def test_a_worker_that_is_killed_costs_no_file(
    cluster: Cluster, client: Client, folder: Path, whole: Finished, tmp_path: Path
) -> None:
    target = tmp_path / "run"
    running = start(folder, target, *cluster.options)
    wait_for_rows(target, 40)
    kill(min(client.run(os.getpid).values()))
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out.partition(":")[0]) == (1, "Done"), err
    agree(Finished(target), whole)
    assert "WORKER_ERROR" not in Finished(target).audit


def test_a_client_that_is_killed_loses_nothing_and_leaves_no_key(
    cluster: Cluster, client: Client, folder: Path, whole: Finished, tmp_path: Path
) -> None:
    target = tmp_path / "run"
    running = start(folder, target, *cluster.options)
    wait_for_rows(target, 40)
    running.kill()
    running.communicate()
    agree(native_run(folder, target, "--resume", *cluster.options), whole)
    wait_for(lambda: not any(client.run(eval, HELD).values()))


def test_a_scheduler_that_is_killed_stops_the_run_which_can_be_gone_on_with(
    tls: Certificates, folder: Path, whole: Finished, tmp_path: Path
) -> None:
    lost, target = Cluster(tmp_path / "dask", tls), tmp_path / "run"
    try:
        lost.add_workers(1, "--no-nanny")
        running = start(folder, target, *lost.options)
        wait_for_rows(target, 40)
        kill(lost.processes[0].pid)
        _, err = running.communicate(timeout=60)
    finally:
        lost.end()
    assert running.returncode == 1
    assert f"The run stopped: {sentence('WORKERS_LOST')}" in err
    assert "--resume" in err
    assert "Traceback" not in err
    assert "stopped WORKERS_LOST" in Finished(target).log
    Finished(target).check()
    agree(native_run(folder, target, "--resume"), whole)


def test_a_file_that_kills_its_worker_is_booked_and_its_neighbours_are_not(
    cluster: Cluster, folder: Path, whole: Finished, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY, encoding="utf-8")
    run = native_run(folder, tmp_path / "run", "--policy", policy, "--run-code", *cluster.options)
    run.check()
    failed = [row for row in run.rows if row["reason"] == "WORKER_ERROR"]
    assert [row["status"] for row in failed] == ["failed"]
    assert len(run.rows) == FILES
    uid = next(row["output_path"] for row in whole.rows if row["source_id"] == failed[0]["source_id"])
    assert set(whole.outputs) - set(run.outputs) == {uid}


def test_ctrl_c_stops_soon_and_the_run_goes_on(folder: Path, whole: Finished, tmp_path: Path) -> None:
    """With a cluster of this machine, whose processes a terminal interrupts, too."""
    target = tmp_path / "run"
    running = start(folder, target, "--cluster", "local:1")
    wait_for_rows(target, 20)
    os.killpg(running.pid, signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "--resume" in err
    assert len(err.splitlines()) == 2
    Finished(target).check()
    agree(native_run(folder, target, "--resume"), whole)


# ---- what the executor promises ----------------------------------------------------------------------------------


def results(client: Client, tasks: list[list[str]]) -> dict[str, object]:
    """Task -> result, each exactly once; `eval` is the job, as in test_executors.py."""
    workers: executor.Cluster[str, object] = executor.Cluster(client, eval, str)
    try:
        answers = [answer for some in workers.run(tasks, lambda: False) for answer in some]
    finally:
        workers.close()
    assert len(answers) == len(dict(answers))
    return dict(answers)


def test_every_task_is_answered_once_and_what_breaks_tells_nothing(client: Client, cluster: Cluster) -> None:
    broken = f"{{}}[{NAME!r}]"
    tasks = [*(f"{number}" for number in range(40)), broken, *(f"{number}" for number in range(40, 80))]
    batches = [tasks[at : at + 8] for at in range(0, len(tasks), 8)]
    assert results(client, batches) == {broken: None} | {f"{number}": number for number in range(80)}
    assert NAME not in cluster.log  # of the runs before, too, whose files have such names
    assert NAME not in repr(client.get_events())


def test_what_is_not_waited_for_is_not_heard_of_later(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is stopped asks once more, for the files that get a name of their own."""
    monkeypatch.setattr(executor, "STOP_SECONDS", 0.2)
    workers: executor.Cluster[str, object] = executor.Cluster(client, eval, str)
    stops = iter([False])
    assert list(workers.run([["__import__('time').sleep(1.5)"]], lambda: next(stops, True))) == []
    monkeypatch.setattr(executor, "STOP_SECONDS", 60.0)
    assert [answers for some in workers.run([["1"], ["2"]], lambda: False) for answers in some] == [("1", 1), ("2", 2)]
    workers.close()


def test_a_worker_that_is_not_fit_ends_the_run(client: Client) -> None:
    workers: executor.Cluster[str, object] = executor.Cluster(client, eval, partial(str, "CLUSTER_PLACES"))
    with pytest.raises(Failed, match="CLUSTER_PLACES"):
        list(workers.run([["1"]], lambda: False))
    workers.close()


def test_a_worker_with_threads_is_not_fit(plain: Cluster) -> None:
    """Whoever dies would take along what runs beside it."""
    worker = plain.add_workers(1, "--no-nanny", "--nthreads", "2")
    client = cluster_client.connected(plain.address, None, print)
    workers: executor.Cluster[str, object] = executor.Cluster(client, eval, str)
    with pytest.raises(Failed, match="CLUSTER_SETTINGS"):
        list(workers.run([["1"]], lambda: False))
    workers.close()
    cluster_client.end(client)
    kill(worker.pid)
    worker.wait()


def test_workers_that_are_all_gone_end_the_run(plain: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "WITHOUT_WORKERS", 0.5)
    plain.add_workers(1, "--no-nanny")
    client = cluster_client.connected(plain.address, None, print)
    workers: executor.Cluster[str, object] = executor.Cluster(client, eval, str)
    with pytest.raises(Failed, match="WORKERS_LOST"):
        list(workers.run([["1", DIE]], lambda: False))
    workers.close()
    cluster_client.end(client)


# ---- what is refused ---------------------------------------------------------------------------------------------


def refused(folder: Path, target: Path, *options: str) -> str:
    """What a command says that begins nothing."""
    secret = target.with_name("secret")
    secret.write_text(PASSPHRASE, encoding="utf-8")
    done = command("run", folder, target, "--passphrase-file", secret, *options)
    assert (done.returncode, done.stdout, target.exists()) == (2, "", False)
    return done.stderr.removeprefix("dicom-deid: ").rstrip("\n")


def test_another_authority_is_not_trusted(
    cluster: Cluster, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_client, "CONNECT_SECONDS", 1.0)
    options = "--cluster", cluster.address, *certificates(tmp_path / "others").options()
    assert refused(folder, tmp_path / "run", *options) == sentence("CLUSTER_UNREACHABLE")


@pytest.mark.parametrize(
    "address", ["tcp://192.0.2.1:8786", "192.0.2.1:8786", "ucx://127.0.0.1:8786", "tls://127.0.0.1:1", "tcp://[:1"]
)
def test_no_key_goes_over_a_plain_network(folder: Path, tmp_path: Path, address: str) -> None:
    assert refused(folder, tmp_path / "run", "--cluster", address) == sentence("CLUSTER_PLAIN")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--cluster", "local:0"], "--cluster local:N takes a number of workers."),
        (["--cluster", "local", "--workers", "2"], "--workers are processes of this computer; a cluster has its own."),
        (["--cluster-ca", "ca.pem"], "--cluster-ca, --cluster-certificate and --cluster-key go with --cluster."),
        (
            ["--cluster", "tls://127.0.0.1:1", "--cluster-ca", "ca.pem"],
            "TLS needs all three: --cluster-ca, --cluster-certificate and --cluster-key.",
        ),
    ],
)
def test_options_have_to_go_together(folder: Path, tmp_path: Path, options: list[str], told: str) -> None:
    assert refused(folder, tmp_path / "run", *options) == told


def test_a_scheduler_has_to_be_set_up_for_it(
    plain: Cluster, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_client, "FIRST_WORKER_SECONDS", 1.0)
    with Client(plain.address, set_as_default=False) as client:
        client.run_on_scheduler(lambda dask_scheduler: setattr(dask_scheduler, "allowed_failures", 3))
        told = refused(folder, tmp_path / "run", *plain.options)
        client.run_on_scheduler(lambda dask_scheduler: setattr(dask_scheduler, "allowed_failures", 0))
    assert told == sentence("CLUSTER_SETTINGS")


def test_a_scheduler_for_other_machines_needs_tls(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its port can be reached by loopback, too."""
    monkeypatch.setattr(cluster_client, "FIRST_WORKER_SECONDS", 1.0)
    other = Cluster(tmp_path / "dask", host="")
    try:
        port = other.address.rpartition(":")[2]
        told = refused(folder, tmp_path / "run", "--cluster", f"tcp://127.0.0.1:{port}")
    finally:
        other.end()
    assert told == sentence("CLUSTER_PLAIN")


def test_a_worker_of_another_version_is_not_sent_anything(plain: Cluster, folder: Path, tmp_path: Path) -> None:
    shutil.copytree(Path(dicom_deid.__file__).parent, tmp_path / "other" / "dicom_deid")
    with (tmp_path / "other" / "dicom_deid" / "key.py").open("a", encoding="utf-8") as module:
        module.write("\n")
    worker = plain.add_workers(1, "--no-nanny", PYTHONPATH=str(tmp_path / "other"))
    assert refused(folder, tmp_path / "run", *plain.options).endswith(sentence("CLUSTER_VERSION"))
    kill(worker.pid)
    worker.wait()


def test_places_have_to_be_the_same(folder: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "input", tmp_path / "run"
    shutil.copytree(folder, source)
    origin, sink = FolderOrigin(source), FolderSink(target)
    listed = [Listed(number, one.path, one.size, one.modified) for number, one in enumerate(origin.list())]
    sink.open()
    sent = pickle.dumps(SamePlaces(origin, sink, listed))
    assert pickle.loads(sent)() == ""
    source.rename(tmp_path / "away")
    assert pickle.loads(sent)() == "CLUSTER_PLACES"  # as where INPUT is not mounted
    source.mkdir()
    for path in folder.iterdir():
        (source / path.name).write_bytes(b"of another INPUT")
    assert pickle.loads(sent)() == "CLUSTER_PLACES"
    shutil.rmtree(source)
    (tmp_path / "away").rename(source)
    (left,) = (target / "unfinished").iterdir()
    left.rename(tmp_path / "mark")
    assert pickle.loads(sent)() == "CLUSTER_PLACES"  # as where OUTPUT is another folder of that name
