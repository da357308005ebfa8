"""`--json-progress`: each line of stdout is an object, the last one the end. `--metrics`: what it tells meanwhile."""

from __future__ import annotations

import json
import socket
import struct
from pathlib import Path
from urllib.request import urlopen

import pytest
from commands import command
from dicom_deid.cli import json_progress
from dicom_deid.native.told_over_http import Telling
from made import UID, ct, to_bytes
from runs import PASSPHRASE


def test_every_line_of_stdout_is_an_object(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_progress, "SECONDS", 0.0)
    source, secret = tmp_path / "Okonkwo^Adaeze", tmp_path / "secret"
    source.mkdir()
    secret.write_text(PASSPHRASE, encoding="utf-8")
    for number, burned in enumerate(("NO", "YES", "NO")):
        (source / f"{number}").write_bytes(to_bytes(ct(SOPInstanceUID=f"{UID}.{number}", BurnedInAnnotation=burned)))
    run = "run", source, tmp_path / "run", "--passphrase-file", secret
    done = command(*run, "--workers", "0", "--json-progress")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["stage"] for line in told[:2]] == ["scan", "run"]
    assert {line["of_files"] for line in told if line["stage"] == "run"} == {3}
    assert told[-2]["files"] == told[-2]["of_files"]
    assert told[-2]["bytes"] == told[-2]["of_bytes"]
    assert told[-2]["seconds_left"] == 0
    end = told[-1]
    assert (end["stage"], end["end"], end["error"]) == ("end", "finished", "")
    assert end["counts"] == {"written": 2, "withheld": 1, "skipped": 0, "failed": 0}
    assert end["reasons"] == {"BURNED_IN": 1}
    assert "Okonkwo" not in done.stdout + done.stderr


def test_metrics_are_told_while_it_runs_and_name_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, secret, told = tmp_path / "Okonkwo^Adaeze", tmp_path / "secret", list[str]()
    source.mkdir()
    secret.write_text(PASSPHRASE, encoding="utf-8")
    for number, burned in enumerate(("NO", "YES", "NO")):
        (source / f"{number}").write_bytes(to_bytes(ct(SOPInstanceUID=f"{UID}.{number}", BurnedInAnnotation=burned)))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = "run", source, tmp_path / "run", "--passphrase-file", secret, "--workers", "0", "--json-progress"
        refused = command(*run, "--metrics", port)
    assert (refused.returncode, f"nothing can listen at {port}" in refused.stderr) == (2, True)
    assert not (tmp_path / "run").exists()
    assert command(*run, "--metrics", "all").returncode == 2

    def ask(*_: object) -> None:
        with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            told.append(answer.read().decode())

    monkeypatch.setattr(json_progress.JsonLines, "tell", ask)
    assert command(*run, "--metrics", port).returncode == 1
    lines = told[-1].splitlines()
    for outcome, files in {"written": 2, "withheld": 1, "skipped": 0, "failed": 0}.items():
        assert f'dicom_deid_files_total{{outcome="{outcome}"}} {files}' in lines
    assert {"dicom_deid_files_found 3", "dicom_deid_workers 1"} <= set(lines)
    assert "Okonkwo" not in "".join(told)
    with pytest.raises(OSError, match="refused"):
        ask()


def test_whoever_breaks_off_leaves_no_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    telling = Telling(0, {})
    with socket.create_connection(("127.0.0.1", telling.port)) as caller:
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closes with a reset
        caller.sendall(b"GET /metrics")
    with socket.create_connection(("127.0.0.1", telling.port)) as other:
        other.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert other.recv(100).startswith(b"HTTP/1.0 404")
    telling.end()
    assert capfd.readouterr() == ("", "")
