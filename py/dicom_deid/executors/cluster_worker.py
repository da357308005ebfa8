"""The work of one Dask worker: a batch of tasks, as soon as it is known that this worker is fit for them.

What crosses are opaque bytes. Dask shows keys of tasks and classes of arguments in its dashboard and its logs; there is
nothing else to show, and ``perform`` raises nothing, since the log of a worker quotes what a task raised.
"""

from __future__ import annotations

import faulthandler
import hashlib
import os
import pickle
import platform
from collections.abc import Callable
from functools import cache
from importlib import metadata, resources
from math import inf
from threading import Timer
from typing import Any

from distributed import Scheduler, get_worker

Program = tuple[str, ...]
Trial = Callable[[], str]
"""Says in a worker why it cannot work here, as a code, or ""."""


IDLE_SECONDS = 600.0
"""After so long without a batch a worker drops the job: nobody says so when a run was killed."""


class Batch:
    """Tasks for a worker. ``job``: pickled job and trial, the same bytes in each batch of a run."""

    def __init__(self, program: Program, job: bytes, tasks: bytes, patience: float) -> None:
        self.program, self.job, self.tasks, self.patience = program, job, tasks, patience

    def __repr__(self) -> str:
        return "Batch"


class Answer:
    """The pickled results of a batch, in its order, None where the job broke; or why the worker is not fit."""

    def __init__(self, unfit: str, results: bytes = b"") -> None:
        self.unfit, self.results = unfit, results

    def __repr__(self) -> str:
        return "Answer"


@cache
def program() -> Program:
    """What has to be the same everywhere, so that the outputs are: this package to the byte, Python, pydicom, Dask."""
    digest = hashlib.sha256()
    package = resources.files("dicom_deid")
    for name in sorted(code_of(package)):
        digest.update(name.encode())
        digest.update(package.joinpath(name).read_bytes())
    python = ".".join(platform.python_version_tuple()[:2])
    return digest.hexdigest(), python, metadata.version("pydicom"), metadata.version("distributed")


def code_of(package: Any, folder: str = "") -> list[str]:
    """Names of the modules and tables of a package."""
    found = list[str]()
    for entry in package.joinpath(folder).iterdir() if folder else package.iterdir():
        name = f"{folder}/{entry.name}" if folder else entry.name
        if entry.is_dir() and entry.name != "__pycache__":
            found += code_of(package, name)
        elif entry.name.endswith((".py", ".json")):
            found.append(name)
    return found


def settings(dask_scheduler: Scheduler) -> tuple[int, float]:
    """What decides in a scheduler who is blamed for a dead worker; runs there."""
    return dask_scheduler.allowed_failures, dask_scheduler.WORKER_SATURATION


def unfit() -> str:
    """Why this worker is not set up for a run, as a code, or "".

    One thread: the job is not made for two, and whoever dies takes along what runs beside it. No spilling: answers hold
    identifiers where a linkage was asked for, and those get to no disk in clear.
    """
    worker = get_worker()
    spills = worker.memory_manager.memory_target_fraction or worker.memory_manager.memory_spill_fraction
    return "CLUSTER_SETTINGS" if worker.state.nthreads != 1 or spills else ""


class Held:
    """The job of the run that this worker is at. It holds the key, so there is never more than one."""

    def __init__(self) -> None:
        self._bytes, self._job, self.unfit = b"", None, ""
        self._clock = Timer(IDLE_SECONDS, self.forget)

    def job(self, batch: Batch) -> Any:
        """The job of a batch; None where this worker is not fit for it, and ``unfit`` says why."""
        if batch.job != self._bytes:
            self.forget()
            if batch.program != program():
                self.unfit = "CLUSTER_VERSION"
                return None
            job, trial = pickle.loads(batch.job)
            self.unfit = unfit() or trial()
            if not self.unfit:
                self._bytes, self._job = batch.job, job
        self._clock.cancel()
        self._clock = Timer(IDLE_SECONDS, self.forget)
        self._clock.daemon = True
        self._clock.start()
        return self._job

    def forget(self) -> None:
        self._bytes, self._job = b"", None


HELD = Held()


def forget() -> None:
    """Drops the job of a run, and with it the key; runs in each worker at the run's end."""
    HELD.forget()


def perform(batch: Batch) -> Answer:
    """Carries out a batch."""
    try:
        job = HELD.job(batch)
        if job is None:
            return Answer(HELD.unfit)
        results = [carried_out(job, task, batch.patience) for task in pickle.loads(batch.tasks)]
        return Answer("", pickle.dumps(results))
    except Exception:
        return Answer("CLUSTER_VERSION")  # it cannot even be read


def carried_out(job: Callable[[Any], Any], task: Any, patience: float) -> Any:
    """The result of one task; None where the job breaks. Where it takes too long, the worker ends."""
    if patience < inf:
        # Not by a signal, which only the main thread gets; and this clock ends what never gives the interpreter free.
        faulthandler.dump_traceback_later(patience, exit=True, file=NOWHERE)
    try:
        return job(task)
    except Exception:
        return None
    finally:
        if patience < inf:
            faulthandler.cancel_dump_traceback_later()


NOWHERE = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for as long as the process lives
