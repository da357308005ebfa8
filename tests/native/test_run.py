"""A run in a world: the same outputs, rows and lines wherever sources come from and outputs go."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from dicom_deid.errors import NoRun, PolicyError, SourceFailure
from dicom_deid.key import Key
from dicom_deid.native.display import Display
from dicom_deid.native.run import Run
from dicom_deid.native.run_folder import RunFolder
from dicom_deid.policy import Plan, Policy
from dicom_deid.source_and_sink import Candidate
from made import KEY, UID, ct, to_bytes
from runs import rows_of, timeless
from worlds import InMemory, MemoryOrigin, OnDisk, World

NAMES = {"audit.csv", "conformance.md", "key-check.json", "output.log", "plan.json"}
WRITTEN = 6


@pytest.fixture(params=["folder", "memory"])
def world(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made: World = OnDisk(tmp_path, monkeypatch) if request.param == "folder" else InMemory()
    return filled(made)


def filled(world: World) -> World:
    """Images, one of them twice, one with a screen, and other files."""
    for number in range(WRITTEN - 1):
        world.add(f"Okonkwo/{number}.dcm", to_bytes(ct(SOPInstanceUID=f"{UID}.{number}")))
    world.add("Okonkwo/copy of 0.dcm", to_bytes(ct(SOPInstanceUID=f"{UID}.0")))
    world.add("burned.dcm", to_bytes(ct(SOPInstanceUID=f"{UID}.8", BurnedInAnnotation="YES")))
    world.add("cut.dcm", to_bytes(ct(SOPInstanceUID=f"{UID}.9"))[:-1])
    world.add("empty", b"")
    world.add("notes.txt", b"nothing")
    return world


@pytest.fixture(autouse=True)
def row_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file's row is appended at once, so that a test can act between any two files."""
    monkeypatch.setattr("dicom_deid.executors.ANSWER_SECONDS", 0)


class After(Display):
    """Does something when so many files have their rows."""

    def __init__(self, files: int, act: Any) -> None:
        self._left, self._act = files, act

    def advanced(self, files: int, *_: int) -> None:
        self._left -= files
        if self._left == 0:
            self._act()


def begun(world: World, *, policy: Policy | None = None, key: bytes = KEY, resume: bool = False) -> Run:
    run = Run(world.origin, RunFolder(world.sink()), Plan(policy or Policy(), Key(key)), key, 0, resume)
    run.open()
    return run


def finish(world: World, *, resume: bool = False) -> dict[str, Any]:
    return begun(world, resume=resume).go(Display())


def rows(world: World) -> list[dict[str, str]]:
    return rows_of(world.made()["audit.csv"].decode())


def outputs(world: World) -> dict[str, bytes]:
    return {key: data for key, data in world.made().items() if key.startswith("out/")}


def check(world: World) -> None:
    """Every written row has its output of its size, and every output its row."""
    sizes = {row["output_path"]: int(row["bytes_out"]) for row in rows(world) if row["status"] == "written"}
    assert {key: len(data) for key, data in outputs(world).items()} == sizes


def text(world: World) -> str:
    """The log without times."""
    log = world.made()["output.log"].decode()
    return re.sub(r"(?m)^\S+Z |[\d.]+s\b|\(\d+/sec\)", "", log)


def test_both_worlds_get_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk, memory = filled(OnDisk(tmp_path, monkeypatch)), filled(InMemory())
    ends = [finish(world) for world in (disk, memory)]
    assert outputs(disk) == outputs(memory)
    assert timeless(rows(disk)) == timeless(rows(memory))
    assert sorted(text(disk).splitlines()) == sorted(text(memory).splitlines())
    assert [disk.made()[name] for name in ("plan.json", "conformance.md")] == [
        memory.made()[name] for name in ("plan.json", "conformance.md")
    ]
    assert ends[0]["counts"] == ends[1]["counts"]


def test_every_file_has_its_row_and_nothing_is_left_over(world: World) -> None:
    end = finish(world)
    assert (end["name"], end["end"]) == ("run", "finished")
    assert end["counts"] == {"written": WRITTEN, "withheld": 1, "skipped": 2, "failed": 1}
    assert end["reasons"] == {"BURNED_IN": 1, "TRUNCATED": 1, "EMPTY": 1, "NOT_DICOM": 1}
    check(world)
    assert len(outputs(world)) == WRITTEN, "two files of one SOP Instance UID have outputs of their own"
    assert {key.split("/")[0] for key in world.made()} == NAMES | {"out"}
    assert b"Okonkwo" not in repr(world.made()).encode()


def test_a_run_that_was_stopped_goes_on_where_it_was(world: World) -> None:
    run = begun(world)
    end = run.go(After(4, lambda: setattr(run.stop, "signal", 2)))
    assert end["end"] == "cancelled"
    done = len(rows(world))
    assert 4 <= done < WRITTEN + 4
    check(world)
    before = outputs(world)
    assert finish(world, resume=True)["end"] == "finished"
    check(world)
    assert before.items() <= outputs(world).items()
    assert len(rows(world)) == WRITTEN + 4
    assert f"resumed: {done} files were done before" in text(world)


def test_what_a_power_cut_leaves_is_made_good(world: World) -> None:
    """Half a row, half a line, staged outputs, an output that is gone, one cut short, and one of zeros."""
    finish(world)
    whole, listed = outputs(world), timeless(rows(world))
    gone, cut, zeros = list(whole)[:3]
    world.spoil(gone, None)
    world.spoil(cut, whole[cut][:200])
    world.spoil(zeros, bytes(len(whole[zeros])))
    world.spoil("unfinished/0123456789abcdef0123-7", b"begun")
    world.spoil("audit.csv", world.made()["audit.csv"] + b"0123456789abcdef0123,written,,out/A")
    world.spoil("output.log", world.made()["output.log"] + b"2026-11-21T09:30:00Z half a li")
    finish(world, resume=True)
    assert outputs(world) == whole
    assert timeless(rows(world)) == listed
    assert "half a li" not in text(world)
    assert {key.split("/")[0] for key in world.made()} == NAMES | {"out"}


@pytest.mark.parametrize("code", ["OUTPUT_FULL", "OUTPUT_LOST"])
def test_a_sink_that_takes_no_more_stops_the_run_with_its_code(world: World, code: str) -> None:
    end = begun(world).go(After(6, lambda: world.fill(code)))
    assert (end["end"], end["error"]) == ("stopped", code)
    assert f"stopped {code}" in text(world)
    check(world)
    assert code not in world.made()["audit.csv"].decode()
    world.fill("")
    assert finish(world, resume=True)["counts"]["written"] == WRITTEN
    check(world)


def test_an_output_that_cannot_be_written_costs_its_file_only(world: World) -> None:
    def fail() -> None:
        world.fill("WRITE_FAILED")
        run.display = After(1, lambda: world.fill(""))

    run = begun(world)
    end = run.go(After(5, fail))
    assert (end["end"], end["reasons"]["WRITE_FAILED"]) == ("finished", 1)
    assert end["counts"]["written"] == WRITTEN - 1
    check(world)


def test_a_source_that_changed_since_the_scan_is_not_mixed(world: World) -> None:
    changed = to_bytes(ct(SOPInstanceUID=f"{UID}.3", PatientID="another"))
    end = begun(world).go(After(3, lambda: world.add("Okonkwo/3.dcm", changed)))
    assert end["reasons"]["SOURCE_CHANGED"] == 1
    check(world)


def test_an_origin_that_is_lost_stops_the_run(world: World) -> None:
    end = begun(world).go(After(5, world.lose))
    assert (end["end"], end["error"]) == ("stopped", "SOURCE_LOST")
    assert "READ_FAILED" not in world.made()["audit.csv"].decode()
    check(world)


def test_another_key_or_policy_does_not_go_on(world: World) -> None:
    finish(world)
    before = world.made()
    for other in ({"key": bytes(32)}, {"policy": Policy(pass_burned_in=True)}):
        with pytest.raises(PolicyError):
            begun(world, resume=True, **other)  # type: ignore[arg-type]
    with pytest.raises(NoRun, match="NOT_EMPTY"):
        begun(world)
    assert world.made() == before


def test_a_second_run_is_kept_out(world: World) -> None:
    sink = world.sink()
    first = RunFolder(sink)
    first.begin('{"digest": "1"}', "2")
    with pytest.raises(NoRun, match="BUSY"):
        RunFolder(sink).resume('{"digest": "1"}', "2", lambda _: True)
    first.finish()


@pytest.mark.parametrize("left", [[], ["output.log"], ["plan.json.new"]])
def test_a_run_that_was_cut_off_before_it_was_begun_is_begun(world: World, left: list[str]) -> None:
    world.sink().open()
    for name in left:
        world.spoil(name, b"" if name == "output.log" else b'{"digest": "half')
    assert finish(world, resume=True)["counts"]["written"] == WRITTEN


class Paused(InMemory):
    """A world whose listing waits, behind so many files, until it is let go on; then it may fail with a code."""

    def __init__(self, behind: int, code: str = "") -> None:
        super().__init__()
        self.free, listed = Event(), self.origin.list

        def waiting() -> Iterator[Candidate]:
            for number, candidate in enumerate(listed()):
                if number == behind:
                    self.free.wait(30)  # where nothing is done meanwhile, a test fails and does not hang
                    if code:
                        raise SourceFailure(code)
                yield candidate
                time.sleep(0.001)

        self.origin.list = waiting  # type: ignore[method-assign]


class Seen(Display):
    """What a display is told, in order; ``act`` is done with the first row."""

    def __init__(self, act: Callable[[], None]) -> None:
        self.told, self._act = list[tuple[str, int]](), act

    def scanned(self, files: int, _size: int) -> None:
        self.told.append(("scanned", files))

    def listed(self, files: int, _size: int) -> None:
        self.told.append(("listed", files))

    def advanced(self, files: int, _size: int) -> None:
        self.told.append(("advanced", files))
        self._act()


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dicom_deid.native.listing.SECONDS_AT_ONCE", 0)
    monkeypatch.setattr("dicom_deid.native.listing.JOIN_SECONDS", 0.1)


@pytest.mark.usefixtures("one_by_one")
def test_files_are_done_while_the_listing_goes_on() -> None:
    whole, world = filled(InMemory()), filled(Paused(5))
    finish(whole)
    seen = Seen(world.free.set)  # else the run would wait for ever
    assert begun(world).go(seen)["counts"] == {"written": WRITTEN, "withheld": 1, "skipped": 2, "failed": 1}
    assert seen.told.index(("advanced", 1)) < seen.told.index(("listed", WRITTEN + 4))
    assert outputs(world) == outputs(whole)
    assert timeless(rows(world)) == timeless(rows(whole))


@pytest.mark.usefixtures("one_by_one")
def test_a_listing_that_fails_midway_stops_the_run_which_can_be_gone_on_with() -> None:
    whole, world = filled(InMemory()), filled(Paused(5, "STORE_BUSY"))
    finish(whole)
    end = begun(world).go(Seen(world.free.set))
    assert (end["end"], end["error"]) == ("stopped", "STORE_BUSY")
    assert "the listing had not come to its end" in text(world)
    check(world)
    assert 0 < len(rows(world)) <= 5
    world.origin.list = MemoryOrigin.list.__get__(world.origin)  # type: ignore[method-assign]
    assert finish(world, resume=True)["end"] == "finished"
    assert outputs(world) == outputs(whole)
    assert timeless(rows(world)) == timeless(rows(whole))


@pytest.mark.usefixtures("one_by_one")
def test_a_run_can_be_cancelled_while_nothing_is_found() -> None:
    world = filled(Paused(5))
    run = begun(world)
    end = run.go(Seen(lambda: setattr(run.stop, "signal", 2)))
    world.free.set()
    assert end["end"] == "cancelled"
    assert 0 < len(rows(world)) <= 5
