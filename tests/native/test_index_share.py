"""An index of a slow or broken share: reads side by side, coded faults, nothing lost, and never `running` for ever."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from dicom_deid.errors import SourceFailure, sentence
from dicom_deid.index.search import search
from dicom_deid.native import index_file, index_update, index_walk, threads
from dicom_deid.native.index_json import BEGIN
from dicom_deid.native.index_status import Lock, status_place
from dicom_deid.native.read_failure import CODE_OF_WINDOWS, reason_of
from made import ct, to_bytes

MANY = index_update.MOST_FAILURES + 50
SIDE_BY_SIDE = 8
WAIT = 20  # seconds until a test that hangs fails

Opening = Callable[..., int]


def written(folder: Path, count: int, per_folder: int = 20) -> Path:
    """So many files in some folders, each of a series of its own."""
    for number in range(count):
        path = folder / f"{number // per_folder:02}" / f"{number:04}.dcm"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(to_bytes(ct(SeriesInstanceUID=f"1.2.{number}", PatientID=f"P{number:04}")))
    return folder


def paths(index: Path, query: str = "") -> set[str]:
    database = index_file.read_index(index).database
    return {str(row["first_path"]) for row in search(database, query, 0, 10_000).rows}


def unread(index: Path) -> dict[str, str]:
    return dict(index_file.read_index(index).database.execute("SELECT path, reason FROM files WHERE reason != ''"))


@contextmanager
def opened_by(answer: Callable[[Opening, str], int]) -> Iterator[None]:
    """Files are opened by `answer`, which gets the system's way and the path."""
    opening = os.open
    with patch.object(index_update.os, "open", lambda path, *rest: answer(lambda: opening(path, *rest), str(path))):
        yield


def failing(number: int, among: str = "") -> Any:
    def answer(opening: Opening, path: str) -> int:
        if path.endswith(".dcm") and among in path:
            raise OSError(number, os.strerror(number))
        return opening()

    return opened_by(answer)


def listing_fails(number: int, folder: str) -> Any:
    """The folder of that name cannot be read."""
    scan = os.scandir

    def answer(path: Path) -> Any:
        if Path(path).name == folder:
            raise OSError(number, os.strerror(number))
        return scan(path)

    return patch.object(index_walk.os, "scandir", answer)


def test_files_are_opened_side_by_side(tmp_path: Path) -> None:
    """Each waits until the next seven are being opened, too: one after the other, none would ever be."""
    together = threading.Barrier(SIDE_BY_SIDE)

    def answer(opening: Opening, path: str) -> int:
        if path.endswith(".dcm"):
            together.wait(WAIT)
        return opening()

    folder = written(tmp_path / "share", 4 * SIDE_BY_SIDE)
    with opened_by(answer):
        done = index_file.update(tmp_path / "i.sqlite", [folder])
    assert (done.read, index_file.status(tmp_path / "i.sqlite").errors) == (4 * SIDE_BY_SIDE, 0)


def test_a_file_is_opened_once_and_asked_for_its_size_by_no_path(tmp_path: Path) -> None:
    folder, opened, asked = written(tmp_path / "share", 30), [], []
    status = os.stat

    def answer(opening: Opening, path: str) -> int:
        opened.append(path)
        return opening()

    def stat(path: Any, *rest: Any, **more: Any) -> os.stat_result:
        asked.append(str(path))
        return status(path, *rest, **more)

    with opened_by(answer), patch.object(os, "stat", stat):
        index_file.update(tmp_path / "i.sqlite", [folder])
    files = sorted(str(path) for path in folder.rglob("*.dcm"))
    assert sorted(path for path in opened if path.endswith(".dcm")) == files
    assert not set(asked) & set(files), "the folder has told of size and time of change"


@pytest.mark.parametrize("length", [60_000, 900_000])
def test_a_header_that_is_longer_than_what_is_read_first_is_read_again(tmp_path: Path, length: int) -> None:
    names = {f"{number}.dcm" for number in range(70)}
    (tmp_path / "share").mkdir()
    for name in names:
        dataset = ct(SeriesInstanceUID=f"1.{name[:-4]}", ImageComments="x" * 10_000)
        dataset.add_new(0x00090010, "LO", "ACME")
        dataset.add_new(0x00091001, "OB", bytes(length))
        (tmp_path / "share" / name).write_bytes(to_bytes(dataset))
    index_file.update(tmp_path / "i.sqlite", [tmp_path / "share"])
    assert paths(tmp_path / "i.sqlite") == names


def test_a_file_that_shrinks_meanwhile_is_read_again_next_time(tmp_path: Path) -> None:
    folder, index = written(tmp_path / "share", 3), tmp_path / "i.sqlite"
    (content,) = {path.read_bytes() for path in folder.rglob("0001.dcm")}

    def answer(opening: Opening, path: str) -> int:
        if path.endswith("0001.dcm"):
            Path(path).write_bytes(content[:200])
        return opening()

    with opened_by(answer):
        index_file.update(index, [folder])
    assert unread(index) == {"00/0001.dcm": "SOURCE_CHANGED"}


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.EACCES, "NO_PERMISSION"),
        (errno.EPERM, "NO_PERMISSION"),
        (errno.ENOENT, "FILE_GONE"),
        (errno.ESTALE, "SHARE_STALE"),
        (errno.ETIMEDOUT, "SHARE_TIMEOUT"),
        (errno.ENOTCONN, "SHARE_GONE"),
        (errno.EHOSTDOWN, "SHARE_GONE"),
        (errno.EKEYEXPIRED, "SHARE_LOGIN"),
        (errno.EIO, "READ_FAILED"),
    ],
)
def test_what_is_wrong_with_a_file_has_a_code_and_the_others_are_read(tmp_path: Path, number: int, code: str) -> None:
    folder, index = written(tmp_path / "share", 6), tmp_path / "i.sqlite"
    with failing(number, "0003"):
        index_file.update(index, [folder])
    assert unread(index) == {"00/0003.dcm": code}
    assert index_file.status(index).errors == 1
    assert len(paths(index)) == 5
    index_file.update(index, [folder])
    assert (unread(index), len(paths(index))) == ({}, 6), "it has not changed, but it is read again"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (5, "NO_PERMISSION"),
        (53, "SHARE_GONE"),
        (59, "SHARE_GONE"),
        (64, "SHARE_GONE"),
        (67, "SHARE_GONE"),
        (121, "SHARE_TIMEOUT"),
        (1219, "SHARE_LOGIN"),
        (1326, "SHARE_LOGIN"),
        (1, "READ_FAILED"),
    ],
)
def test_the_codes_of_windows_are_told_apart(number: int, code: str) -> None:
    error = OSError(errno.EINVAL, "as Windows says it")
    error.winerror = number  # type: ignore[attr-defined, unused-ignore]
    assert reason_of(error) == code
    assert set(CODE_OF_WINDOWS.values()) == {"NO_PERMISSION", "FILE_GONE", "SHARE_LOGIN", "SHARE_TIMEOUT", "SHARE_GONE"}


def test_a_share_that_is_lost_ends_the_update_and_what_was_read_stays(tmp_path: Path) -> None:
    folder, index = written(tmp_path / "share", MANY), tmp_path / "i.sqlite"
    index_file.update(index, [folder], limit=10)
    with failing(errno.ESTALE), pytest.raises(SourceFailure) as failure:
        index_file.update(index, [folder])
    assert failure.value.reason == "SHARE_STALE"
    assert len(paths(index)) == 10
    assert not index_file.status(index).running
    assert not json.loads(status_place(index).read_text(encoding="utf-8"))["running"]
    index_file.update(index, [folder])
    assert len(paths(index)) == MANY


def test_what_is_known_of_a_folder_that_cannot_be_looked_through_stays(tmp_path: Path) -> None:
    folder, index = written(tmp_path / "share", 60), tmp_path / "i.sqlite"
    index_file.update(index, [folder])
    (folder / "00" / "0001.dcm").unlink()
    with listing_fails(errno.EACCES, "01"):
        index_file.update(index, [folder])
    assert unread(index) == {"01/": "NO_PERMISSION"}
    assert len(paths(index)) == 59
    index_file.update(index, [folder])
    assert (unread(index), len(paths(index))) == ({}, 59)


@pytest.mark.parametrize(("number", "code"), [(errno.EACCES, "NO_PERMISSION"), (errno.ENOENT, "SHARE_GONE")])
def test_a_top_folder_that_cannot_be_read_is_told_and_takes_nothing(tmp_path: Path, number: int, code: str) -> None:
    folder, index = written(tmp_path / "share", 5), tmp_path / "i.sqlite"
    index_file.update(index, [folder])
    with listing_fails(number, "share"), pytest.raises(SourceFailure) as failure:
        index_file.update(index, [folder])
    assert failure.value.reason == code
    assert not index_file.status(index).running
    assert len(paths(index)) == 5
    assert "again" in sentence(code)


def test_an_empty_folder_where_files_were_is_a_share_that_is_not_mounted(tmp_path: Path) -> None:
    folder, index = written(tmp_path / "share", 5), tmp_path / "i.sqlite"
    index_file.update(index, [folder])
    folder.rename(tmp_path / "elsewhere")
    folder.mkdir()
    with pytest.raises(SourceFailure, match="SHARE_GONE"):
        index_file.update(index, [folder])
    assert len(paths(index)) == 5


@pytest.mark.parametrize("cancelled", [True, False])
def test_a_share_that_does_not_answer_is_given_up(tmp_path: Path, cancelled: bool) -> None:
    folder, index = written(tmp_path / "share", 3), tmp_path / "i.sqlite"
    asked, answered = threading.Event(), threading.Event()

    def answer(opening: Opening, path: str) -> int:
        if path.endswith("0001.dcm"):
            asked.set()
            answered.wait()
        return opening()

    with opened_by(answer), patch.object(threads, "LOOK_SECONDS", 0.01):
        if cancelled:
            assert not index_file.update(index, [folder], cancelled=asked.is_set).ended
        else:
            with patch.object(threads, "PATIENCE_SECONDS", 0.1), pytest.raises(SourceFailure, match="SHARE_TIMEOUT"):
                index_file.update(index, [folder])
    answered.set()
    assert not index_file.status(index).running


def test_several_folders_make_one_index_and_one_of_them_may_be_lost(tmp_path: Path) -> None:
    first, second = written(tmp_path / "first", 3), written(tmp_path / "second", 30)
    index = tmp_path / "i.sqlite"
    index_file.update(index, [first, second])
    assert paths(index) == {str(path) for path in [*first.rglob("*.dcm"), *sorted(second.rglob("*.dcm"))[3:]]}
    assert index_file.status(index).files_processed == 33
    with listing_fails(errno.EHOSTDOWN, "second"):
        index_file.update(index, [first, second])
    assert unread(index) == {f"{second.as_posix()}/": "SHARE_GONE"}
    assert index_file.status(index).files_processed == 34


def test_it_can_be_searched_while_it_is_made_and_cancelled_and_gone_on_with(tmp_path: Path) -> None:
    folder, index, seen = written(tmp_path / "share", 90), tmp_path / "i.sqlite", []

    def tell(found: int, read: int) -> None:
        told = json.loads(status_place(index).read_text(encoding="utf-8"))
        seen.append(
            (read, len(paths(index)), told["files_processed"], told["running"], index_file.status(index).running)
        )

    with patch.object(index_update, "AT_ONCE", 20):
        done = index_file.update(index, [folder], tell=tell, cancelled=lambda: len(seen) == 2)
    assert seen == [(20, 20, 20, True, True), (40, 40, 40, True, True)]
    assert not done.ended
    assert not index_file.status(index).running
    left = 90 - len(paths(index))
    assert 0 < left <= 50
    assert index_file.update(index, [folder]).read == left
    assert len(paths(index)) == 90


def test_a_second_update_of_an_index_is_kept_out(tmp_path: Path) -> None:
    folder, index = written(tmp_path / "share", 2), tmp_path / "i.sqlite"
    with Lock(index), pytest.raises(SourceFailure, match="INDEX_BUSY"):
        index_file.update(index, [folder])
    assert index_file.update(index, [folder]).read == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["i.sqlite", "i_status.json", "share"]


KILLED = """
import os, sys
from pathlib import Path
from dicom_deid.native import index_file, index_update
index_update.AT_ONCE = 5
def tell(found, read):
    if read >= 10:
        print("read", flush=True)
        sys.stdin.read()
index_file.update(Path(sys.argv[1]), [Path(sys.argv[2])], tell=tell)
"""


def test_one_that_was_killed_is_not_running_and_goes_on(tmp_path: Path) -> None:
    folder, index = written(tmp_path / "share", 30), tmp_path / "i.sqlite"
    line = [sys.executable, "-c", KILLED, str(index), str(folder)]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "read\n"
        assert index_file.status(index).running
        with pytest.raises(SourceFailure, match="INDEX_BUSY"):
            index_file.update(index, [folder])
        process.send_signal(signal.SIGKILL)
    assert json.loads(status_place(index).read_text(encoding="utf-8"))["running"], "nobody was there to write it"
    status = index_file.status(index)
    assert (status.running, status.files_processed) == (False, 10)
    assert not json.loads(status_place(index).read_text(encoding="utf-8"))["running"]
    assert index_file.update(index, [folder]).read == 20


def test_an_error_that_nobody_expects_leaves_it_not_running(tmp_path: Path) -> None:
    folder, index = written(tmp_path / "share", 5), tmp_path / "i.sqlite"
    for error in (KeyboardInterrupt, ZeroDivisionError):

        def tell(_found: int, _read: int, error: type[BaseException] = error) -> None:
            raise error

        with patch.object(index_update, "AT_ONCE", 2), suppress(error):
            index_file.update(index, [folder], tell=tell)
        assert not index_file.read_index(index).status().running
        assert not json.loads(status_place(index).read_text(encoding="utf-8"))["running"]


OLDER = """
DROP TRIGGER file_came; DROP TRIGGER file_went; DROP TABLE counts;
ALTER TABLE series RENAME COLUMN file_count TO files;
PRAGMA user_version = 4;
"""


def test_an_index_of_the_version_before_is_migrated_and_an_older_one_made_anew(tmp_path: Path) -> None:
    folder, index = written(tmp_path / "share", 5), tmp_path / "i.sqlite"
    index_file.update(index, [folder])
    old = index_file.read_index(index).database
    old.executescript(OLDER)
    old.close()
    assert index_file.update(index, [folder]).read == 0, "nothing of it was lost"
    assert index_file.status(index)[:4] == (5, 5, 5, 0)
    old = index_file.read_index(index).database
    old.executescript("PRAGMA user_version = 3")
    old.close()
    assert index_file.open_index(index, folder).replaced
    assert index_file.update(index, [folder]).read == 5


def test_a_file_that_is_something_else_is_never_overwritten(tmp_path: Path) -> None:
    folder, other = written(tmp_path / "share", 2), tmp_path / "other"
    for content in (b"no database at all" * 100, b"SQLite format 3\0" + bytes(2000)):
        other.write_bytes(content)
        for call in (
            lambda: index_file.update(other, [folder]),
            lambda: index_file.update(tmp_path / "i.sqlite", [folder], out=other),
            lambda: index_file.delete(other, folder),
            lambda: index_file.read_index(other),
        ):
            with pytest.raises(SourceFailure, match="NO_INDEX"):
                call()
        assert other.read_bytes() == content
    other.write_text(BEGIN, encoding="utf-8")
    index_file.update(tmp_path / "i.sqlite", [folder], out=other)
    assert json.loads(other.read_text(encoding="utf-8"))["files_processed"] == 2
