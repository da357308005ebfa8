"""The command `send`: what arrives, what the ledger says of it, and that the PACS itself says the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import command
from orthanc import Orthanc
from runs import RunFolder
from sendable import copy_of, in_state, last, ledger, written

WAYS = ("web_url", "dimse_url")


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
