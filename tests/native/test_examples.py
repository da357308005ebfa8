"""The scripts in examples/ run, as a user would run them."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

from dicom_deid import Key
from made import ct, to_bytes
from runs import PASSPHRASE, ROOT, RunFolder

PATIENTS = ("A", "B", "C", "D", "E", "F")


def test_the_split_keeps_each_patient_on_one_side(tmp_path: Path) -> None:
    source, secret = tmp_path / "in", tmp_path / "secret"
    source.mkdir()
    secret.write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    for number in range(2 * len(PATIENTS)):
        dataset = ct(PatientID=PATIENTS[number // 2], SOPInstanceUID=f"1.2.276.0.99999.{number}")
        (source / f"{number}.dcm").write_bytes(to_bytes(dataset))
    (source / "notes.txt").write_text("nothing", encoding="utf-8")
    line = [sys.executable, ROOT / "examples" / "split.py", source, tmp_path / "run", secret]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "py")}
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "not written, NOT_DICOM: 1\n12 files of 6 patients\n"
    RunFolder(tmp_path / "run").check()
    with (tmp_path / "run" / "split.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    parts = {row["patient_id"]: row["part"] for row in rows}
    key = Key.from_passphrase(PASSPHRASE)
    assert parts.keys() == {key.patient(patient) for patient in PATIENTS}
    assert all(row["part"] == parts[row["patient_id"]] for row in rows)
    assert all((part == "test") == key.is_held_out(patient, 0.2) for patient, part in parts.items())
