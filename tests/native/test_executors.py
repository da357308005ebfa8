"""Processes that work, break off, and die: `eval` is the job, and a task is what it evaluates."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from dicom_deid.errors import WorkersFailed
from dicom_deid.executors import Executor, Inline
from dicom_deid.executors.processes import Processes

DIE = "__import__('os')._exit(3)"
KILL = "__import__('os').kill(__import__('os').getpid(), 9)"


def never() -> bool:
    return False


def batches(tasks: list[str], size: int) -> list[list[str]]:
    return [tasks[at : at + size] for at in range(0, len(tasks), size)]


def results(executor: Executor[str, object], tasks: list[list[str]]) -> dict[str, object]:
    """Task -> result, each exactly once."""
    answers = [answer for some in executor.run(tasks, never) for answer in some]
    assert len(answers) == len(dict(answers))
    return dict(answers)


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_every_task_is_answered_once(workers: int) -> None:
    executor: Executor[str, object] = Processes(eval, workers) if workers else Inline(eval)
    tasks = [f"{number} + 1" for number in range(500)]
    try:
        for size in (1, 7, 500):  # one executor serves several stages
            assert results(executor, batches(tasks, size)) == {f"{n} + 1": n + 1 for n in range(500)}
    finally:
        executor.close()


@pytest.mark.parametrize("death", [DIE, KILL, "undefined", "1 / 0"])
def test_a_task_that_kills_its_process_costs_only_itself(death: str) -> None:
    tasks = [*(f"{number}" for number in range(40)), death, *(f"{number}" for number in range(40, 80))]
    executor: Processes[str, object] = Processes(eval, 2)
    try:
        assert results(executor, batches(tasks, 8)) == {death: None} | {f"{number}": number for number in range(80)}
    finally:
        executor.close()
    assert multiprocessing.active_children() == []


def test_a_process_that_dies_once_loses_nothing(tmp_path: object) -> None:
    mark = f"{tmp_path}/died"
    once = f"__import__('os').path.exists({mark!r}) or (open({mark!r}, 'w').close(), {DIE})"
    executor: Processes[str, object] = Processes(eval, 2)
    try:
        assert results(executor, [["1", once, "2"], ["3"]]) == {"1": 1, once: True, "2": 2, "3": 3}
    finally:
        executor.close()


def test_no_traceback_is_printed_when_a_job_breaks(capfd: pytest.CaptureFixture[str]) -> None:
    executor: Processes[str, object] = Processes(eval, 1)
    results(executor, [["{}['Okonkwo^Adaeze']"]])
    executor.close()
    assert capfd.readouterr() == ("", "")


def test_large_messages_do_not_block() -> None:
    executor: Processes[str, object] = Processes(eval, 2)
    tasks = [f"'{number}' * 300_000 # {' ' * 100_000}" for number in range(6)]
    try:
        assert len(results(executor, batches(tasks, 3))) == 6
    finally:
        executor.close()


def test_stopping_does_not_wait_for_long_tasks() -> None:
    executor: Processes[str, object] = Processes(eval, 2)
    answered: list[object] = []
    began = time.monotonic()

    def stopped() -> bool:
        return bool(answered)

    for answers in executor.run([["1"], ["__import__('time').sleep(60)"], ["2"], ["3"]], stopped):
        answered += answers
    executor.close()
    assert answered
    assert time.monotonic() - began < 10
    assert multiprocessing.active_children() == []


class Unloadable:
    """A job that cannot be brought into another process."""

    def __call__(self, task: str) -> str:
        return task

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return eval, ("no_such_job",)


class Loading:
    """A job that takes its time to be loaded, and none for a task."""

    def __reduce__(self) -> tuple[object, tuple[float]]:
        return loaded, (1.0,)

    def __call__(self, task: str) -> object:
        return task


def loaded(seconds: float) -> Loading:
    time.sleep(seconds)
    return Loading()


def test_a_process_that_takes_long_to_load_does_not_count_as_silent() -> None:
    executor: Executor[str, object] = Processes(Loading(), 1, patience=0.3)
    assert results(executor, [["a"]]) == {"a": "a"}
    executor.close()


def test_processes_that_cannot_start_are_not_started_for_ever() -> None:
    executor: Processes[str, str] = Processes(Unloadable(), 1)
    with pytest.raises(WorkersFailed):
        list(executor.run([["1"]], never))
    executor.close()


SLOW = "from pathlib import Path\nPath('loading').touch()\nwhile not Path('go').exists(): pass\n"


@pytest.mark.skipif(os.name != "posix", reason="there is no server of processes")
def test_ctrl_c_while_processes_are_prepared_ends_in_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text(SLOW)
    program = "import time\nfrom dicom_deid.executors.processes import prepare\nprepare('slow')\ntime.sleep(60)"
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *filter(None, sys.path)])}
    running = subprocess.Popen(
        [sys.executable, "-c", f"try:\n {program.replace(chr(10), chr(10) + ' ')}\nexcept KeyboardInterrupt: pass"],
        cwd=tmp_path, env=paths, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    while not (tmp_path / "loading").exists():
        time.sleep(0.01)
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does: everyone in the group gets it
    running.wait(60)
    (tmp_path / "go").touch()
    assert running.communicate(timeout=60) == (None, b"")
