"""`dicom-deid plan --cluster`: real workers try a sample over TLS and write nothing; and the arithmetic of the rest."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from clusters import Certificates, Cluster, certificates, wait_for
from commands import command
from dicom_deid.cli.estimate import between, lasting
from dicom_deid.errors import Failed
from dicom_deid.executors import cluster as executor
from dicom_deid.executors import cluster_client
from dicom_deid.native.estimate import FILES_A_SECOND, START_SECONDS, Range, Timed, Work, most_workers, seconds, work
from dicom_deid.native.folder_origin import FolderOrigin
from dicom_deid.native.forecast import Forecasting, ForecastJob
from dicom_deid.native.rehearsal import Rehearsal, Rehearse, SameInput
from dicom_deid.native.rehearsing import Rehearsing
from dicom_deid.native.sample import Sample
from dicom_deid.native.source import FileSource
from dicom_deid.policy import Policy
from dicom_deid.source_and_sink import Candidate
from made import UID, ct, to_bytes

SECRET, NAME, KILLER = bytes(range(32)), "Okonkwo", 7
KEYS = {
    "tool", "policy", "files", "bytes", "sample", "outcomes", "kinds", "workers", "most_workers", "milliseconds",
    "seconds", "worker_hours", "cost",
}  # fmt: skip
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


class Elsewhere(FolderOrigin):
    """A folder where workers find another one at the same path."""

    def __init__(self, root: Path, there: Path) -> None:
        super().__init__(root)
        self.there = there

    def __reduce__(self) -> tuple[type[FolderOrigin], tuple[Path]]:
        return FolderOrigin, (self.there,)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("tls") / "ours")


@pytest.fixture(scope="module")
def cluster(tls: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    started = Cluster(tmp_path_factory.mktemp("cluster") / "dask", tls)
    started.add_workers(2)
    wait_for(lambda: started.log.count("Register worker") == 2)
    yield started
    started.end()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twenty files with every outcome."""
    root = tmp_path / NAME
    root.mkdir()
    for number in range(20):
        burned = "YES" if number % 6 == 0 else "NO"
        data = to_bytes(ct(SOPInstanceUID=f"{UID}.{number}", BurnedInAnnotation=burned))
        (root / f"{number:02}").write_bytes(data[:-9] if number == 3 else data)
    (root / "none").write_bytes(b"no DICOM")
    return root


def job_of(root: Path) -> ForecastJob:
    return ForecastJob(FolderOrigin(root), Policy(), SECRET)


def tasks_of(root: Path) -> list[Rehearse]:
    return [Rehearse(file.path, file.size, file.modified, "") for file in FolderOrigin(root).list()]


def states(root: Path) -> dict[str, tuple[int, int]]:
    return {path.name: (path.stat().st_size, path.stat().st_mtime_ns) for path in root.rglob("*")}


# ---- the command, with real workers ------------------------------------------------------------------------------


def test_workers_foresee_what_a_run_would_do_and_write_nothing(cluster: Cluster, folder: Path) -> None:
    here, before = json.loads(command("plan", folder, "--json").stdout), states(folder.parent)
    done = command("plan", folder, "--json", "--price", "2.5", *cluster.options)
    found = json.loads(done.stdout)
    assert (done.returncode, states(folder.parent)) == (1, before)
    assert {key: found[key] for key in here} == here
    assert set(found) == KEYS
    assert (found["files"], found["sample"], found["workers"]) == (21, 21, 2)
    assert found["bytes"] == sum(path.stat().st_size for path in folder.iterdir())
    assert all(part > 0 for part in found["milliseconds"].values())
    assert 0 < found["seconds"]["low"] <= found["seconds"]["high"]
    for end in ("low", "high"):
        assert found["worker_hours"][end] == pytest.approx(found["seconds"][end] * 2 / 3600, abs=1e-4)
        assert found["cost"][end] == pytest.approx(found["worker_hours"][end] * 2.5, abs=2e-4)
    assert NAME not in done.stdout + done.stderr + cluster.log


def test_in_words_it_says_of_what_sample_it_speaks_and_of_how_many_workers(cluster: Cluster, folder: Path) -> None:
    done = command("plan", folder, "--sample", "10", "--workers-planned", "5", "--price", "1", *cluster.options)
    assert done.stdout.startswith("Tried: a sample of 10 of 21 files, ")
    assert "Estimate with 5 workers: at most " in done.stdout
    assert " hours of workers, cost 0.00" in done.stdout
    assert "to write that is taken to last as long." in done.stdout
    whole = command("plan", folder, *cluster.options).stdout
    assert whole.startswith("Tried: all 21 files, ")
    assert "Estimate with 2 workers" in whole
    assert "cost" not in whole


def test_a_file_that_kills_its_worker_is_told_and_the_one_behind_it_is_not(
    cluster: Cluster, folder: Path, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY, encoding="utf-8")
    found = json.loads(command("plan", folder, "--json", "--policy", policy, "--run-code", *cluster.options).stdout)
    assert [row["files"] for row in found["kinds"] if row["reason"] == "WORKER_ERROR"] == [1]
    assert sum(found["outcomes"].values()) == 21


def test_workers_that_see_another_folder_are_told(
    cluster: Cluster, tls: Certificates, folder: Path, tmp_path: Path
) -> None:
    there = tmp_path / "there"
    shutil.copytree(folder, there, copy_function=shutil.copyfile)
    pems = cluster_client.Pems(str(tls.authority), str(tls.certificate), str(tls.key))
    client = cluster_client.connected(cluster.address, pems, print)
    origin = Elsewhere(folder, there)
    tried = Rehearsing(Forecasting(origin), Sample(200))
    try:
        with pytest.raises(Failed, match="CLUSTER_PLACES"):
            tried.go(partial(executor.Cluster, client, Rehearsal(ForecastJob(origin, Policy(), SECRET))), 2)
    finally:
        cluster_client.end(client)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--price", "1"], "--sample, --price and --workers-planned go with --cluster."),
        (
            ["--cluster", "local:1", "--workers", "2"],
            "--workers are processes of this computer; a cluster has its own.",
        ),
    ],
)
def test_options_have_to_go_together(folder: Path, options: list[str], told: str) -> None:
    done = command("plan", folder, *options)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"dicom-deid: {told}\n")


# ---- a file in a worker ------------------------------------------------------------------------------------------


def test_every_byte_that_is_copied_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read, task = 0, tasks_of(folder)[1]
    reading: Callable[..., bytes] = FileSource.read

    def counted(source: FileSource, start: int, end: int) -> bytes:
        nonlocal read
        read += end - start
        return reading(source, start, end)

    monkeypatch.setattr(FileSource, "read", counted)
    rehearsed = Rehearsal(job_of(folder))(task)
    pixels = len(ct().PixelData)
    assert read >= task.size + pixels  # once as the head, once to be copied
    assert rehearsed.seconds == rehearsed.read + rehearsed.decide + 2 * rehearsed.copy


def test_a_file_is_tried_behind_the_one_that_a_run_takes_before_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the files of a series have in common is decided once."""
    opened, opening = list[str](), FolderOrigin.open
    monkeypatch.setattr(FolderOrigin, "open", lambda origin, path: opened.append(path) or opening(origin, path))
    Rehearsal(job_of(folder))(tasks_of(folder)[2]._replace(before="01"))
    assert opened == ["01", "02"]


def test_a_file_that_has_changed_fails_as_in_a_run(folder: Path) -> None:
    task = tasks_of(folder)[1]
    rehearsal = pickle.loads(pickle.dumps(Rehearsal(job_of(folder))))
    assert rehearsal(task).foreseen.outcome == "written"
    assert rehearsal(task._replace(modified=task.modified + 1)).foreseen.reason == "SOURCE_CHANGED"


def test_input_is_the_same_where_one_of_its_files_is(folder: Path, tmp_path: Path) -> None:
    sent = pickle.dumps(SameInput(FolderOrigin(folder), tasks_of(folder)[:3]))
    assert pickle.loads(sent)() == ""
    (folder / "00").unlink()
    assert pickle.loads(sent)() == ""
    folder.rename(tmp_path / "away")
    assert pickle.loads(sent)() == "CLUSTER_PLACES"
    assert SameInput(FolderOrigin(folder), [])() == ""  # of nothing, nothing is missing


# ---- the sample --------------------------------------------------------------------------------------------------


def drawn(sizes: list[int], most: int) -> Sample:
    sample = Sample(most)
    for number, size in enumerate(sizes):
        sample.take(Candidate(f"{number}", "" if size >= 0 else "READ_FAILED", max(0, size), number))
    return sample


def test_a_sample_is_spread_evenly_and_what_is_not_drawn_is_counted() -> None:
    sizes = list(range(10_000))
    sample = drawn(sizes, 200)
    numbers = sorted(file.size for file, _ in sample.drawn)
    assert (len(set(numbers)), sample.files, sample.bytes, sample.largest) == (200, 10_000, sum(sizes), 9_999)
    assert all(10 <= sum(at <= number < at + 1000 for number in numbers) <= 32 for at in range(0, 10_000, 1000))
    assert all(before == (f"{file.size - 1}" if file.size else "") for file, before in sample.drawn)
    assert sample.drawn == drawn(sizes, 200).drawn


def test_a_small_folder_is_its_own_sample_and_no_file_stands_behind_one_that_cannot_be_read() -> None:
    sample = drawn([7, -1, 5], 200)
    assert (sample.files, sample.bytes, sample.largest) == (3, 12, 7)
    assert [(file.path, file.reason, before) for file, before in sample.drawn] == [
        ("0", "", ""),
        ("1", "READ_FAILED", "0"),
        ("2", "", ""),
    ]


# ---- the arithmetic ----------------------------------------------------------------------------------------------


def test_a_file_costs_a_fixed_part_and_a_part_for_each_byte() -> None:
    sample = [Timed(size, 0.002 + 1e-8 * size) for size in (1000, 500_000, 2_000_000)]
    found = work(sample, 1000, 10**9, 5_000_000)
    assert sum(found.all) / 2 == pytest.approx(0.002 * 1000 + 1e-8 * 10**9)
    assert found.all == pytest.approx((12 * 0.9, 12 * 1.1))
    assert found.largest == pytest.approx(0.002 + 0.05)


def test_files_of_one_size_and_none_at_all_can_be_estimated() -> None:
    assert work([Timed(500, 0.25)] * 4, 100, 50_000, 500).all == pytest.approx((22.5, 27.5))
    assert work([], 0, 0, 0).all == (0.0, 0.0)


@pytest.mark.parametrize("timed", [[Timed(1, 3.0), Timed(3, 1.0)], [Timed(10, 0.1), Timed(30, 3.0)]])
def test_no_part_is_less_than_nothing(timed: list[Timed]) -> None:
    """Where larger files were faster, or small ones so fast that the line begins below zero."""
    for size in (100, 10_000):
        found = work(timed, 100, size, 1000)
        assert 0 < found.all.low < found.all.high
        assert found.largest >= 0


def test_the_range_is_wider_the_more_files_differ_and_the_fewer_were_tried() -> None:
    def width(timed: list[Timed]) -> float:
        found = work(timed, 10_000, 10_000_000, 1000).all
        return found.high - found.low

    alike, unlike = [Timed(1000, 1.0)] * 20, [Timed(1000, 0.2), Timed(1000, 1.8)] * 10
    assert width(alike) < width(unlike * 10) < width(unlike)


def test_more_workers_take_less_until_they_wait_for_the_command_or_the_largest_file() -> None:
    found, files = Work(Range(90.0, 110.0), 0.5), 100_000
    booked = files / FILES_A_SECOND
    assert seconds(found, files, 1.0, 1) == (90.0, 110.0 + booked + START_SECONDS)
    assert seconds(found, files, 1.0, 5) == (18.0, 22.0 + booked + START_SECONDS)
    assert seconds(found, files, 1.0, 1000).low == booked
    assert seconds(found, files, 30.0, 1000).low == 30.0
    assert seconds(found._replace(largest=40.0), files, 1.0, 1000).low == 40.0
    assert most_workers(found, files) == 10


@pytest.mark.parametrize(
    ("span", "told"),
    [
        ((0.2, 0.4), "at most 1 second"),
        ((3.7, 5.2), "between 3 and 6 seconds"),
        ((740.0, 1010.0), "between 12 and 17 minutes"),
        ((100.0, 130.0), "between 1 and 3 minutes"),
        ((6.1 * 3600, 7.4 * 3600), "between 6 and 8 hours"),
        ((90 * 3600, 100 * 3600), "between 3 and 5 days"),
    ],
)
def test_a_time_is_told_in_a_unit_that_suits_it(span: tuple[float, float], told: str) -> None:
    assert lasting(Range(*span)) == told


def test_numbers_are_told_with_as_many_digits_as_count() -> None:
    assert between(Range(0.00123, 0.00234)) == "0.00123 to 0.00234"
    assert between(Range(4.8, 6.9)) == "4.80 to 6.90"
    assert between(Range(12_345.6, 23_456.7)) == "12,346 to 23,457"
    assert between(Range(0.0, 0.0)) == "0"
