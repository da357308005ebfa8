"""The command `send`: what arrives, what the ledger says of it, and that the PACS itself says the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from unittest.mock import patch

import httpx
import pytest
from commands import command
from dicom_deid.pacs import sending
from orthanc import PASSWORD, USER, Orthanc, free_port, running
from runs import ROOT, RunFolder
from sendable import before, copy_of, in_state, last, ledger, people, reply, run_of, written

WAYS = ("web_url", "dimse_url")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "SETTLING", (0.1,))


@pytest.mark.parametrize("way", WAYS)
def test_all_arrives_and_the_ledger_says_what_the_pacs_says(
    way: str, orthanc: Orthanc, whole_run: RunFolder, tmp_path: Path
) -> None:
    run = copy_of(whole_run, tmp_path)
    done = command("send", run.root, getattr(orthanc, way))
    assert done.returncode == 0, done.stdout + done.stderr
    assert written(run) == in_state(run, "confirmed") == orthanc.instances()
    again = command("send", run.root, getattr(orthanc, way), "--json")
    assert again.returncode == 0
    assert json.loads(again.stdout) == {
        "confirmed": 30, "before": 30, "sent": 0, "refused": {}, "stopped": {}, "left": 0, "error": ""
    }  # fmt: skip
    assert len(ledger(run)) == 60  # sent and confirmed, each once


def altered(run: RunFolder, number: int, change: Callable[[bytearray], object]) -> str:
    """Changes one output, and returns its SOP Instance UID."""
    row = [row for row in run.rows if row["status"] == "written"][number]
    path = run.root / row["output_path"]
    content = bytearray(path.read_bytes())
    change(content)
    path.write_bytes(content)
    return row["sop_instance_uid"]


def swapped(content: bytearray, old: bytes, new: bytes) -> None:
    assert len(old) == len(new)
    assert old in content
    content[:] = content.replace(old, new)


def test_what_is_not_as_the_audit_says_stays(orthanc: Orthanc, whole_run: RunFolder, tmp_path: Path) -> None:
    run = copy_of(whole_run, tmp_path)
    rows = {row["sop_instance_uid"]: row for row in run.rows}
    kept = [
        altered(run, 0, lambda content: content.append(0)),
        altered(run, 1, lambda content: swapped(content, b"YES ", b"NO  ")),
        altered(run, 2, lambda content: content.__setitem__(slice(None), bytes(len(content)))),
        altered(
            run, 3, lambda content: swapped(content, rows[one_of(run, 3)]["series_instance_uid"].encode(), b"9" * 44)
        ),
    ]
    gone, linked = one_of(run, 4), one_of(run, 5)
    (run.root / rows[gone]["output_path"]).unlink()
    place = run.root / rows[linked]["output_path"]
    place.rename(tmp_path / "apart.dcm")
    place.symlink_to(tmp_path / "apart.dcm")
    done = command("send", run.root, orthanc.web_url, "--json")
    said = json.loads(done.stdout)
    assert done.returncode == 1
    assert said["stopped"] == {"OUTPUT_CHANGED": 3, "NOT_DEIDENTIFIED": 1, "OUTPUT_MISSING": 2}
    assert said["confirmed"] == 24
    assert orthanc.instances() == sorted(set(written(run)) - {*kept, gone, linked}) == in_state(run, "confirmed")


def one_of(run: RunFolder, number: int) -> str:
    return [row for row in run.rows if row["status"] == "written"][number]["sop_instance_uid"]


def test_unreviewed_pixels_and_two_of_one_uid_stay(orthanc: Orthanc, whole_run: RunFolder, tmp_path: Path) -> None:
    run = copy_of(whole_run, tmp_path)
    plan = json.loads((run.root / "plan.json").read_text())
    (run.root / "plan.json").write_text(json.dumps({**plan, "pixels_unreviewed": True}))
    lines = run.audit.splitlines(keepends=True)
    lines[1] = lines[1].replace(",kept,", ",cleaned (1 region); not reviewed,")
    lines[2] = lines[2].replace(",kept,", ",kept; not reviewed,")
    lines[3] = lines[3].replace(one_of(run, 2), one_of(run, 3))
    (run.root / "audit.csv").write_text("".join(lines), encoding="utf-8")
    said = json.loads(command("send", run.root, orthanc.web_url, "--json").stdout)
    assert said["stopped"] == {"PIXELS_NOT_REVIEWED": 2, "SAME_SOP_INSTANCE": 2}
    assert said["confirmed"] == len(orthanc.instances()) == 26


DOUBTFUL: list[tuple[str, Callable[[Path], object]]] = [
    ("NO_RUN", lambda root: (root / "plan.json").unlink()),
    ("NO_RUN", lambda root: (root / "audit.csv").unlink()),
    ("PLAN_UNREADABLE", lambda root: (root / "plan.json").write_text("{}")),
    ("NOT_ENDED", lambda root: (root / "unfinished").mkdir()),
    ("AUDIT_DAMAGED", lambda root: cut(root / "audit.csv", 5)),
    ("AUDIT_DAMAGED", lambda root: doubled(root / "audit.csv")),
    ("AUDIT_DAMAGED", lambda root: (root / "audit.csv").write_text("source_id\n")),
    ("LEDGER_DAMAGED", lambda root: (root / "sent.csv").write_text("time,destination\n")),
]


def test_a_folder_that_is_no_run_is_told_how_to_name_one(tmp_path: Path) -> None:
    done = command("send", tmp_path, f"http://127.0.0.1:{free_port()}/dicom-web")
    assert (done.returncode, "plan.json and audit.csv are in it" in done.stderr) == (2, True)


def cut(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:-size])


def doubled(path: Path) -> None:
    path.write_bytes(path.read_bytes() + path.read_bytes().splitlines(keepends=True)[-1])


@pytest.mark.parametrize(("code", "change"), DOUBTFUL)
def test_of_a_run_in_doubt_nothing_is_sent(
    code: str, change: Callable[[Path], object], whole_run: RunFolder, tmp_path: Path
) -> None:
    run = copy_of(whole_run, tmp_path)
    change(run.root)
    done = command("send", run.root, f"http://127.0.0.1:{free_port()}/dicom-web")
    assert (done.returncode, done.stdout) == (2, "")
    assert code in done.stderr


def test_a_login_that_is_refused_ends_it(
    orthanc: Orthanc, whole_run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = copy_of(whole_run, tmp_path)
    monkeypatch.setenv("DICOM_DEID_PASSWORD", "guess")
    done = command("send", run.root, orthanc.web_url)
    assert done.returncode == 1
    assert "PACS_REFUSED_LOGIN" in done.stderr
    assert "30 instances left" in done.stdout
    assert orthanc.instances() == []


@pytest.mark.parametrize("way", WAYS)
def test_a_filter_and_an_instance_that_is_there(
    way: str, filtering: Orthanc, whole_run: RunFolder, tmp_path: Path
) -> None:
    """Orthanc acknowledges what its filter drops (STOW-RS), or refuses it (C-STORE); either is known in the end."""
    run = copy_of(whole_run, tmp_path)
    there = run.root / run.rows[0]["output_path"]
    filtering.add(there.read_bytes())
    done = command("send", run.root, getattr(filtering, way))
    assert done.returncode == 1
    assert filtering.instances() == in_state(run, "confirmed")
    assert one_of(run, 0) in filtering.instances()
    assert 0 < len(in_state(run, "refused")) < 30
    assert {code for state, code in last(run).values() if state == "refused"} <= {"PACS_NOT_KEPT", "PACS_NOT_TAKEN"}


@pytest.mark.parametrize("mode", ["Recycle", "Reject"])
def test_a_quota(mode: str, login: None, tmp_path: Path) -> None:
    """Orthanc acknowledges all, and lets go what came first; or it refuses what comes last."""
    original = run_of(tmp_path, people(6))
    with running(tmp_path / "orthanc", MaximumPatientCount=4, MaximumStorageMode=mode) as server:
        for way in WAYS:
            run = copy_of(original, tmp_path / way)
            server.empty()
            done = command("send", run.root, getattr(server, way), "--associations", "1")
            assert done.returncode == 1
            assert server.instances() == in_state(run, "confirmed")
            assert len(in_state(run, "confirmed")) == 4
            codes = {code for state, code in last(run).values() if state == "refused"}
            assert codes <= {"PACS_NOT_KEPT", *(["PACS_FULL"] if mode == "Reject" else [])}, way


def test_another_study(orthanc: Orthanc, whole_run: RunFolder, tmp_path: Path) -> None:
    """A PACS that takes instances for one study alone refuses each by itself, with a reason, and 409 or 400."""

    def moved(handler: BaseHTTPRequestHandler, body: bytes) -> bool:
        if handler.command == "POST":
            handler.path += "/1.2.3"
        return False

    run = copy_of(whole_run, tmp_path)
    with before(orthanc, moved) as url:
        done = command("send", run.root, url)
    assert done.returncode == 1
    assert orthanc.instances() == in_state(run, "confirmed") == []
    assert len(in_state(run, "refused")) == 30
    assert {code for _, code in last(run).values()} == {"PACS_NOT_TAKEN"}


def test_acknowledged_and_not_stored(orthanc: Orthanc, whole_run: RunFolder, tmp_path: Path) -> None:
    """The one that the PACS has in another study is told from those that it does not have."""

    def praised(handler: BaseHTTPRequestHandler, body: bytes) -> bool:
        items = [{"00081155": {"vr": "UI", "Value": [one]}} for one in written(run)]
        answer = json.dumps({"00081199": {"vr": "SQ", "Value": items}}).encode()
        return handler.command == "POST" and reply(handler, 200, answer, "application/dicom+json")

    run = copy_of(whole_run, tmp_path)
    row = run.rows[0]
    moved = (run.root / row["output_path"]).read_bytes()
    study = row["study_instance_uid"].encode()
    orthanc.add(moved.replace(study, study[:-1] + (b"1" if study[-1:] != b"1" else b"2")))
    with before(orthanc, praised) as url:
        assert command("send", run.root, url).returncode == 1
    told = last(run)
    assert told.pop(row["sop_instance_uid"]) == ("refused", "PACS_OTHER_STUDY")
    assert set(told.values()) == {("refused", "PACS_NOT_KEPT")}


def test_answers_that_say_nothing(orthanc: Orthanc, whole_run: RunFolder, tmp_path: Path) -> None:
    """200 and garbage, when all was stored: what counts is what is there. 200, and nothing stored: so, too."""
    seen = list[int]()

    def garbled(handler: BaseHTTPRequestHandler, body: bytes) -> bool:
        if handler.command != "POST":
            return False
        seen.append(len(body))
        if len(seen) % 2:
            httpx.post(f"{orthanc.web_url}/studies", content=body, auth=(USER, PASSWORD), timeout=60,
                       headers={"Content-Type": handler.headers["Content-Type"]})  # fmt: skip
        return reply(handler, 200, b"<html>Welcome</html>", "text/html")

    run = copy_of(whole_run, tmp_path)
    with before(orthanc, garbled) as url:
        command("send", run.root, url, "--associations", "1")
    assert in_state(run, "confirmed") == orthanc.instances() != []
    assert len(in_state(run, "confirmed")) + len(in_state(run, "refused")) == 30


def test_too_large_busy_and_broken_off(orthanc: Orthanc, whole_run: RunFolder, tmp_path: Path) -> None:
    """413 above three files, every fourth request 503, some that break off: all arrives, with no request too many."""
    asked = list[str]()
    limit = 3 * 2_500

    def hostile(handler: BaseHTTPRequestHandler, body: bytes) -> bool:
        if handler.command != "POST":
            return False
        asked.append(handler.path)
        if len(body) > limit:
            return reply(handler, 413)
        if len(asked) % 4 == 0:
            return reply(handler, 503, Retry_After="0")
        if len(asked) % 7 == 0:
            handler.close_connection = True
            return True
        return False

    run = copy_of(whole_run, tmp_path)
    with before(orthanc, hostile) as url:
        done = command("send", run.root, url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert in_state(run, "confirmed") == orthanc.instances() == written(run)
    assert len(asked) < 60


def test_a_pacs_that_lists_late(orthanc: Orthanc, whole_run: RunFolder, tmp_path: Path) -> None:
    asked = list[str]()

    def late(handler: BaseHTTPRequestHandler, body: bytes) -> bool:
        if handler.command == "GET" and "offset=0" in handler.path:
            asked.append(handler.path)
        return len(asked) == 1 and reply(handler, 204)

    run = copy_of(whole_run, tmp_path)
    with before(orthanc, late) as url:
        assert command("send", run.root, url).returncode == 0


class Watched:
    """What goes into a PACS through a proxy; ``at_second`` is called in the middle of the second request to store."""

    def __init__(self, at_second: Callable[[], object]) -> None:
        self.bodies, self._at_second = list[bytes](), at_second

    def __call__(self, handler: BaseHTTPRequestHandler, body: bytes) -> bool:
        if handler.command == "POST":
            self.bodies.append(body)
            if len(self.bodies) == 2:
                self._at_second()
        return False

    def sent_again(self, known: list[str]) -> list[str]:
        """Those of known instances that were sent since the second request."""
        return [one for one in known if any(one.encode() in body for body in self.bodies[2:])]


def test_it_goes_on_when_the_pacs_comes_again(whole_run: RunFolder, login: None, tmp_path: Path) -> None:
    """Orthanc is killed when some are stored; the second sending does the rest, and nothing twice."""
    run = copy_of(whole_run, tmp_path)
    with running(tmp_path / "orthanc") as server:
        watched = Watched(server.kill)
        with before(server, watched) as url:
            with patch.object(sending, "WAITS", ()):
                done = command("send", run.root, url, "--associations", "1")
            assert done.returncode == 1
            assert "left" in done.stdout
            server.start()
            stored = server.instances()
            assert 0 < len(stored) < 30
            assert command("send", run.root, url).returncode == 0
        assert in_state(run, "confirmed") == server.instances() == written(run)
    assert watched.sent_again(stored) == []


def test_it_goes_on_after_it_was_killed(orthanc: Orthanc, whole_run: RunFolder, tmp_path: Path) -> None:
    """kill -9 while Orthanc stores what this program never gets to know of: nothing is sent twice."""
    run = copy_of(whole_run, tmp_path)
    processes = list[subprocess.Popen[bytes]]()

    def kill() -> None:
        processes[0].kill()

    watched = Watched(kill)
    with before(orthanc, watched) as url:
        line = [sys.executable, "-m", "dicom_deid", "send", str(run.root), url, "--associations", "1"]
        processes.append(subprocess.Popen(line, env={**os.environ, "PYTHONPATH": str(ROOT / "py")}))
        assert processes[0].wait(60) == -signal.SIGKILL
        wait_for(lambda: len(orthanc.instances()) == 30)
        assert len(ledger(run)) == 20
        assert command("send", run.root, url).returncode == 0
    assert in_state(run, "confirmed") == orthanc.instances() == written(run)
    assert watched.sent_again(written(run)) == []


def wait_for(state: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not state():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_pacs_that_lists_little_at_a_time(orthanc: Orthanc, whole_run: RunFolder, tmp_path: Path) -> None:
    """It gives four instances however many are asked for, and never those of the end of a series."""

    def short(handler: BaseHTTPRequestHandler, body: bytes) -> bool:
        handler.path = handler.path.replace("limit=1000", "limit=4")
        return "offset=12" in handler.path and reply(handler, 204)

    run = copy_of(whole_run, tmp_path)
    with before(orthanc, short) as url:
        assert command("send", run.root, url).returncode == 0
    assert in_state(run, "confirmed") == orthanc.instances() == written(run)
