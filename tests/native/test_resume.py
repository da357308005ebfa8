"""Runs that are interrupted, killed and damaged, and go on with --resume to the same result."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from dicom_deid.errors import NoRun
from dicom_deid.executors.processes import Processes
from dicom_deid.native.folder_origin import FolderOrigin
from dicom_deid.native.folder_sink import FolderSink
from dicom_deid.native.job import Job, Take, Taken
from dicom_deid.native.run_folder import RunFolder
from dicom_deid.policy import Policy
from made import UID, ct, to_bytes
from runs import PASSPHRASE, RUN_NAMES, native_run, timeless
from runs import RunFolder as Finished

FILES = 720


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough files that a run takes seconds; every sixth is withheld."""
    root = tmp_path_factory.mktemp("input")
    for number in range(FILES):
        burned = "YES" if number % 6 == 0 else "NO"
        data = to_bytes(ct(SOPInstanceUID=f"{UID}.{number}", BurnedInAnnotation=burned))
        (root / f"{number:04}.dcm").write_bytes(data)
    return root


@pytest.fixture(scope="module")
def whole(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The run that nobody interrupts."""
    return native_run(folder, tmp_path_factory.mktemp("whole") / "run")


def start(source: Path, target: Path, *options: str) -> subprocess.Popen[str]:
    secret = target.with_name("secret")
    secret.write_text(PASSPHRASE, encoding="utf-8")
    line = [sys.executable, "-m", "dicom_deid", "run", source, target, "--passphrase-file", secret, *options]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def wait_for_rows(target: Path, rows: int) -> None:
    audit, until = target / "audit.csv", time.monotonic() + 60
    while not audit.exists() or audit.read_bytes().count(b"\n") <= rows:
        assert time.monotonic() < until
        time.sleep(0.005)


def children(process: int) -> list[int]:
    """Processes of the group that a command started in a session of its own leads, the newest last."""
    line = ["ps", "-o", "pid=", "--sort=start_time", "-g", str(process)]  # numbers of processes begin again some time
    found = subprocess.run(line, capture_output=True, text=True, check=False).stdout.split()
    return [int(number) for number in found if int(number) != process]


def agree(run: Finished, whole: Finished) -> None:
    run.check()
    assert run.outputs == whole.outputs
    assert timeless(run.rows) == timeless(whole.rows)
    assert sorted(path.name for path in run.root.iterdir()) == RUN_NAMES


@pytest.mark.parametrize("workers", ["0", "2"])
def test_ctrl_c_stops_soon_leaves_whole_rows_and_the_run_goes_on(
    folder: Path, whole: Finished, tmp_path: Path, workers: str
) -> None:
    target = tmp_path / "run"
    running = start(folder, target, "--workers", workers)
    wait_for_rows(target, 20)
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does: everyone in the group gets it
    out, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "--resume" in err
    assert "Traceback" not in err
    assert out.startswith("Done: ")
    interrupted = Finished(target)
    interrupted.check()
    done = len(interrupted.rows)
    assert 20 <= done < FILES
    assert "cancelled: " in interrupted.log
    assert not (target / "unfinished").exists()
    agree(native_run(folder, target, "--resume"), whole)
    assert f"resumed: {done} files were done before" in Finished(target).log


def test_a_killed_run_goes_on_and_its_processes_do_not(folder: Path, whole: Finished, tmp_path: Path) -> None:
    target = tmp_path / "run"
    running = start(folder, target, "--workers", "2")
    wait_for_rows(target, 20)
    assert children(running.pid)
    running.kill()
    running.communicate()
    until = time.monotonic() + 60
    while children(running.pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert children(running.pid) == []
    # States that a power cut can leave: half a row, half a line, begun outputs, an output without its row or cut short.
    (target / "unfinished" / "0123456789abcdef0123").write_bytes(b"begun")
    with (target / "audit.csv").open("a", encoding="utf-8") as audit:
        audit.write("0123456789abcdef0123,written,,out/A")
    with (target / "output.log").open("a", encoding="utf-8") as log:
        log.write("2026-11-21T09:30:00Z half a li")
    written = [row["output_path"] for row in whole.rows if (target / row["output_path"]).is_file()]
    os.truncate(target / written[0], 10)
    (target / written[1]).unlink()
    missing = next(row["output_path"] for row in whole.rows if row["output_path"] and row["output_path"] not in written)
    (target / missing).parent.mkdir(parents=True, exist_ok=True)
    (target / missing).write_bytes(b"an output without its row")
    agree(native_run(folder, target, "--resume"), whole)
    assert "half a li" not in Finished(target).log


def test_a_worker_that_is_killed_costs_no_file(folder: Path, whole: Finished, tmp_path: Path) -> None:
    target = tmp_path / "run"
    running = start(folder, target, "--workers", "2")
    wait_for_rows(target, 10)
    # The group has the parent, the fork server, a tracker, and the workers, which came last.
    os.kill(children(running.pid)[-1], signal.SIGKILL)
    running.communicate(timeout=60)
    assert running.returncode == 1
    agree(Finished(target), whole)


def test_a_finished_run_has_nothing_left_to_do(folder: Path, whole: Finished, tmp_path: Path) -> None:
    target = tmp_path / "run"
    native_run(folder, target)
    before = {path: path.stat().st_mtime_ns for path in (target / "out").rglob("*.dcm")}
    run = native_run(folder, target, "--resume")
    assert {path: path.stat().st_mtime_ns for path in (target / "out").rglob("*.dcm")} == before
    agree(run, whole)


def test_resuming_needs_the_same_key_and_policy(folder: Path, tmp_path: Path) -> None:
    target, one = tmp_path / "run", folder / "0001.dcm"
    native_run(one, target, status=0)
    audit = (target / "audit.csv").read_bytes()
    native_run(one, target, "--resume", "--option", "retain-uids", status=2)
    native_run(one, target, "--resume", passphrase="another", status=2)
    native_run(one, target, status=2)  # without --resume
    assert (target / "audit.csv").read_bytes() == audit
    line = [sys.executable, "-m", "dicom_deid", "run", one, target, "--resume"]
    refused = subprocess.run(line, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "--passphrase-file" in refused.stderr
    native_run(one, target, "--resume", "--verbose", status=0)  # how much is logged is no policy


def test_resuming_where_nothing_was_begun_begins(folder: Path, tmp_path: Path) -> None:
    run = native_run(folder / "0001.dcm", tmp_path / "run", "--resume", status=0)
    assert len(run.rows) == 1


@pytest.mark.parametrize("left", [["unfinished"], ["unfinished", "output.log"], ["unfinished", "plan.json.new"]])
def test_a_run_that_was_cut_off_before_it_was_begun_can_be_begun(folder: Path, tmp_path: Path, left: list[str]) -> None:
    target = tmp_path / "run"
    (target / "unfinished").mkdir(parents=True)
    for name in left[1:]:
        (target / name).write_bytes(b"" if name == "output.log" else b'{"digest": "half')
    run = native_run(folder / "0001.dcm", target, "--resume", status=0)
    assert len(run.rows) == 1
    names = RUN_NAMES
    assert sorted(path.name for path in target.iterdir()) == names


@pytest.mark.parametrize("names", [["output.log"], ["unfinished", "output.log"], ["unfinished", "notes.txt"]])
def test_a_folder_with_something_of_another_is_not_begun_in(folder: Path, tmp_path: Path, names: list[str]) -> None:
    target = tmp_path / "run"
    target.mkdir()
    for name in names:
        (target / name).mkdir() if name == "unfinished" else (target / name).write_text("mine", encoding="utf-8")
    native_run(folder / "0001.dcm", target, "--resume", status=2)
    assert sorted(path.name for path in target.iterdir()) == sorted(names)


def test_an_output_of_which_a_power_cut_left_zeros_is_written_again(tmp_path: Path) -> None:
    source, target = tmp_path / "one.dcm", tmp_path / "run"
    source.write_bytes(to_bytes(ct()))
    whole = native_run(source, target, status=0)
    ((path, content),) = whole.outputs.items()
    (target / path).write_bytes(bytes(len(content)))
    again = native_run(source, target, "--resume", status=0)
    assert again.outputs == {path: content}
    assert len(again.rows) == 1


def test_processes_never_begin_outputs_of_the_same_name(tmp_path: Path) -> None:
    """One of a run that was killed can still be at a file when the run that goes on comes to it."""
    (tmp_path / "one.dcm").write_bytes(to_bytes(ct()))
    sink = FolderSink(tmp_path)
    sink.open()
    job = Job(FolderOrigin(tmp_path), Policy(), bytes(32), sink)
    (listed,) = FolderOrigin(tmp_path / "one.dcm").list()
    task = Take("one.dcm", listed.size, listed.modified, repeat=False)
    workers = Processes[Take, Taken](job, 2)
    try:
        taken = [answer for answers in workers.run([[task], [task]], lambda: False) for _, answer in answers]
    finally:
        workers.close()
    staged = {one.staged for one in [*taken, job.take(task)] if one}
    assert len(staged) > 1
    assert staged == {path.name for path in (tmp_path / "unfinished").iterdir()}


def test_a_source_folder_in_whose_place_is_another_stops_the_run(folder: Path, tmp_path: Path) -> None:
    """As an empty folder is left where a share was mounted: that is no reason to give up each of its files."""
    source, target = tmp_path / "input", tmp_path / "run"
    source.mkdir()
    for path in folder.iterdir():
        (source / path.name).hardlink_to(path)
    running = start(source, target, "--workers", "0")
    wait_for_rows(target, 10)
    source.rename(tmp_path / "away")
    source.mkdir()
    _, err = running.communicate(timeout=60)
    source.rmdir()
    assert running.returncode == 1
    assert "--resume" in err
    stopped = Finished(target)
    assert "stopped SOURCE_LOST" in stopped.log
    assert "READ_FAILED" not in stopped.audit
    (tmp_path / "away").rename(source)
    agree(native_run(source, target, "--resume"), native_run(source, tmp_path / "whole"))


def test_two_runs_cannot_write_to_one_folder(tmp_path: Path) -> None:
    document = '{"digest": "1"}'
    first = RunFolder(FolderSink(tmp_path / "run"))
    first.begin(document, "2")
    with pytest.raises(NoRun, match="BUSY"):
        RunFolder(FolderSink(tmp_path / "run")).resume(document, "2", print)
    first.finish()
    RunFolder(FolderSink(tmp_path / "run")).resume(document, "2", print)
