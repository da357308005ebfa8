"""Workers whose tasks only wait, as for a store that answers late; some are in one process, which is this program.

What is measured with them is the rest: scheduler, TLS, and the parent that places outputs and books rows.
"""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / part) for part in ("py", "tests", "tests/unit", "tests/native", "tests/bench")]

from clusters import SETTINGS, Certificates, Cluster, certificates, wait_for  # noqa: E402 - the paths above come first
from dicom_deid.executors import Executor  # noqa: E402
from dicom_deid.executors import cluster as cluster_executor  # noqa: E402
from dicom_deid.executors.cluster_client import Pems, connected  # noqa: E402
from dicom_deid.executors.cluster_client import end as end_client  # noqa: E402
from dicom_deid.key import Key  # noqa: E402
from dicom_deid.model import Outcome  # noqa: E402
from dicom_deid.native.display import Display  # noqa: E402
from dicom_deid.native.folder_sink import FolderSink  # noqa: E402
from dicom_deid.native.job import Job, Take, Taken  # noqa: E402
from dicom_deid.native.run import Run  # noqa: E402
from dicom_deid.native.run_folder import RunFolder  # noqa: E402
from dicom_deid.native.same_places import Blank  # noqa: E402
from dicom_deid.native.to_do import ToDo  # noqa: E402
from dicom_deid.policy import Plan, Policy  # noqa: E402
from dicom_deid.report import row  # noqa: E402

SECRET = bytes(range(32))
IN_A_PROCESS = 16
"""Workers: they wait, so one process has many of them."""


def end_of(source_id: str, number: int, size: int) -> Taken:
    """The end of a made file, 100 in a series and 4,000 of a patient."""
    cells = row(source_id, Outcome("written"), size)
    patient, series = f"P{number // 4000}", f"SE{number // 100}"
    cells["output_path"] = f"out/{patient}/ST/{series}/I{source_id}.dcm"
    cells |= {"patient_id": patient, "study_instance_uid": "ST", "sop_instance_uid": source_id}
    return Taken(cells, (), source_id, 0.0, 0.0, 0.0, number + 1)


class Waits:
    """A job that waits so many seconds a file, and leaves an empty output."""

    def __init__(self, root: Path, seconds: float) -> None:
        self.root, self.seconds = root, seconds
        self.sink, self.key = FolderSink(root), Key(SECRET)

    def __reduce__(self) -> tuple[type[Waits], tuple[Path, float]]:
        return Waits, (self.root, self.seconds)

    def __call__(self, task: Take) -> Taken:
        time.sleep(self.seconds)
        source_id = self.key.source(task.path)
        self.sink.stage(source_id, (b"",), Blank())
        return end_of(source_id, task.modified, task.size)


def fit() -> str:
    """The trial of a worker: it is fit."""
    return ""


class Waited(Run):
    """A run whose workers wait ``seconds`` a file."""

    seconds = 0.0

    def on_cluster(self, _job: Job, _to_do: ToDo) -> Executor[Any, Any]:
        assert self.cluster is not None
        assert isinstance(self.folder.sink, FolderSink)
        return cluster_executor.Cluster(self.cluster, Waits(self.folder.sink.root, self.seconds), fit)


@contextmanager
def started(count: int, folder: Path) -> Iterator[Any]:
    """A client with so many workers of a scheduler, all over TLS."""
    tls = certificates(folder / "tls")
    cluster, processes = Cluster(folder / "dask", tls), list[subprocess.Popen[bytes]]()
    pems = Pems(*map(str, (tls.authority, tls.certificate, tls.key)))
    try:
        for at in range(0, count, IN_A_PROCESS):
            number = min(IN_A_PROCESS, count - at)
            line = [sys.executable, __file__, cluster.address, str(number), *pems]
            processes.append(subprocess.Popen(line, env=os.environ | SETTINGS, stderr=subprocess.DEVNULL))
        client = connected(cluster.address, pems, lambda: None)
        wait_for(lambda: len(client.nthreads()) == count)
        yield client
        end_client(client)
    finally:
        for process in processes:
            process.kill()
            process.wait()
        cluster.end()


def simulate(workers: int, latency: float, origin: Any, say: Any) -> None:
    """Says how many files/s the parent and Dask bear of workers that wait ``latency`` milliseconds a file."""
    with tempfile.TemporaryDirectory() as name, started(workers, Path(name)) as client:
        run = Waited(origin, RunFolder(FolderSink(Path(name, "run"))), Plan(Policy(), Key(SECRET)), SECRET, workers)
        Waited.seconds, run.cluster = latency / 1000, client
        run.open()
        before = resource.getrusage(resource.RUSAGE_SELF)
        summary = run.go(Display())
        after = resource.getrusage(resource.RUSAGE_SELF)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    files, most = sum(summary["counts"].values()), workers / latency * 1000
    say(
        f"{workers} workers that wait {latency:g} ms a file: {files / summary['seconds']:.0f} files/s of {most:.0f}; "
        f"the parent takes {spent / files * 1e6:.0f} µs of processor a file, Dask's client in it ({summary['end']})"
    )


async def work(address: str, count: int, tls: Certificates) -> None:
    """So many workers, until the scheduler is gone."""
    from distributed import Security, Worker

    security = Security(
        require_encryption=True,
        tls_ca_file=str(tls.authority),
        tls_worker_cert=str(tls.certificate),
        tls_worker_key=str(tls.key),
    )
    workers = [await Worker(address, nthreads=1, security=security, dashboard=False) for _ in range(count)]
    await asyncio.gather(*(worker.finished() for worker in workers))


if __name__ == "__main__":
    os.chdir(tempfile.mkdtemp())
    sys.modules["waiting"] = sys.modules["__main__"]
    asyncio.run(work(sys.argv[1], int(sys.argv[2]), Certificates(*map(Path, sys.argv[3:6]))))
