"""Policies that bring code, on the command line: consent, wheels, code that never returns, and what is told."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from console import on_a_terminal
from dicom_deid.browser import bridge
from dicom_deid.executors.processes import Processes
from dicom_deid.key import Key, derive
from dicom_deid.native import time_limit
from dicom_deid.native.display import Display
from dicom_deid.native.folder_origin import FolderOrigin
from dicom_deid.native.folder_sink import FolderSink
from dicom_deid.native.run import Run
from dicom_deid.native.run_folder import RunFolder as Folder
from dicom_deid.policy import Plan, Policy
from dicom_deid.policy.python import PythonRule
from made import ct, to_bytes
from runs import PASSPHRASE, RunFolder

WHEEL = "kernels-1.0-py3-none-any.whl"
POLICY = """
[[python]]
name = "soft kernels"
may = ["X", "D"]
code = '''
def rule(element, instance):
\tif element.keyword == "ConvolutionKernel":
\t\treturn ("D", "soft") if instance["SliceThickness"] > 1 else "X"
'''
"""
IMPORTING = f"""wheels = ["{WHEEL}"]
[[python]]
code = '''
from kernels import SAFE

def rule(element, instance):
    return "X" if element.keyword == "ConvolutionKernel" and element.value not in SAFE else None
'''
"""


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Input, passphrase and policy."""
    source, secret, policy = tmp_path / "in", tmp_path / "secret", tmp_path / "policies" / "policy.toml"
    source.mkdir()
    policy.parent.mkdir()
    (source / "a.dcm").write_bytes(to_bytes(ct()))
    secret.write_text(PASSPHRASE, encoding="utf-8")
    policy.write_text(POLICY, encoding="utf-8")
    return source, secret, policy


def line(places: tuple[Path, Path, Path], target: Path, *more: str | Path) -> list[str | Path]:
    source, secret, policy = places
    start = [sys.executable, "-m", "dicom_deid", "run", source, target]
    return [*start, "--passphrase-file", secret, "--policy", policy, "--workers", "1", *more]


def run(places: tuple[Path, Path, Path], target: Path, *more: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        line(places, target, *more), capture_output=True, text=True, check=False, timeout=120, stdin=subprocess.DEVNULL
    )


def kernel(target: Path) -> str | None:
    (data,) = RunFolder(target).outputs.values()
    return pydicom.dcmread(BytesIO(data)).get("ConvolutionKernel")


# ---- consent -----------------------------------------------------------------------------------------------------


def test_without_a_terminal_code_runs_only_where_it_is_said_to(places: tuple[Path, Path, Path], tmp_path: Path) -> None:
    refused = run(places, tmp_path / "run")
    assert (refused.returncode, (tmp_path / "run").exists()) == (2, False)
    assert "The policy brings code in Python" in refused.stderr
    assert "--run-code" in refused.stderr
    done = run(places, tmp_path / "run", "--run-code")
    assert (done.returncode, kernel(tmp_path / "run")) == (0, "soft")
    assert "python rule 1 (soft kernels): code, SHA-256 " in RunFolder(tmp_path / "run").log


@pytest.mark.parametrize(("typed", "status"), [("y\n", 0), ("n\n", 2), ("\n", 2), ("\x04", 2)])
def test_a_terminal_shows_the_code_and_asks(
    places: tuple[Path, Path, Path], tmp_path: Path, typed: str, status: int
) -> None:
    code, shown = on_a_terminal(line(places, tmp_path / "run"), 100, typed)
    assert (code, (tmp_path / "run").exists()) == (status, status == 0)
    assert "rule 1 in Python (soft kernels) may say X, D:" in shown
    assert 'if element.keyword == "ConvolutionKernel":' in shown
    assert "Run this code? [y/N]" in shown


def test_what_the_code_says_cannot_command_the_terminal(places: tuple[Path, Path, Path], tmp_path: Path) -> None:
    rule = {"name": "x", "code": "def rule(e, i):\n    return None  # \x1b[2J\n"}
    places[2].write_text(json.dumps({"python": [rule]}), encoding="utf-8")
    assert "\x1b[2J" not in on_a_terminal(line(places, tmp_path / "run"), 100, "n\n")[1]


def test_the_what_if_asks_too_and_the_statement_runs_no_code(places: tuple[Path, Path, Path]) -> None:
    source, _, policy = places
    policy.write_text("[[python]]\ncode = 'import nix; rule = nix'\n", encoding="utf-8")
    start = [sys.executable, "-m", "dicom_deid"]
    plan = subprocess.run([*start, "plan", source / "a.dcm", "--policy", policy], capture_output=True, check=False)
    assert (plan.returncode, b"--run-code" in plan.stderr) == (2, True)
    stated = subprocess.run([*start, "conformance", "--policy", policy], capture_output=True, check=False)
    assert (stated.returncode, b"It brings code" in stated.stdout) == (0, True)


def test_code_that_cannot_be_loaded_begins_no_run(places: tuple[Path, Path, Path], tmp_path: Path) -> None:
    rule = {"name": "a", "code": "import nix\nrule = nix"}
    places[2].write_text(json.dumps({"python": [rule]}), encoding="utf-8")
    done = run(places, tmp_path / "run", "--run-code")
    assert (done.returncode, (tmp_path / "run").exists()) == (2, False)
    assert "line 1: rule 1 in Python (a): ModuleNotFoundError: No module named 'nix'" in done.stderr


def test_a_traceback_is_shown_where_values_are(places: tuple[Path, Path, Path]) -> None:
    source, _, policy = places
    policy.write_text(
        POLICY.replace('instance["SliceThickness"]', "instance[instance['PatientName']]"), encoding="utf-8"
    )
    command = [sys.executable, "-m", "dicom_deid", "plan", source / "a.dcm", "--policy", policy, "--run-code"]
    told = subprocess.run([*command, "--values"], capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert "RULE_FAILED: A rule in Python failed" in told.stdout
    assert "asked about ConvolutionKernel:" in told.stdout
    assert "KeyError: 'Okonkwo^Adaeze'" in told.stdout
    quiet = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Okonkwo" not in quiet.stdout + quiet.stderr
    assert "--values puts them in" in quiet.stderr


# ---- wheels ------------------------------------------------------------------------------------------------------


def wheel(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / WHEEL, "w") as packed:
        packed.writestr("kernels/__init__.py", "SAFE = {'B30f'}\n")


@pytest.mark.parametrize("beside", [True, False])
def test_wheels_lie_beside_the_policy_or_where_it_is_said(
    places: tuple[Path, Path, Path], tmp_path: Path, beside: bool
) -> None:
    folder = places[2].parent if beside else tmp_path / "wheels"
    wheel(folder)
    places[2].write_text(IMPORTING, encoding="utf-8")
    done = run(places, tmp_path / "run", "--run-code", *([] if beside else ["--wheels", folder]))
    assert (done.returncode, kernel(tmp_path / "run")) == (0, "B30f"), done.stderr
    known = json.loads((tmp_path / "run" / "plan.json").read_text(encoding="utf-8"))["wheel_sha256"]
    assert (list(known), len(known[WHEEL])) == ([WHEEL], 64)


@pytest.mark.parametrize("damaged", [True, False])
def test_a_wheel_that_is_not_there_or_is_damaged_is_told(
    places: tuple[Path, Path, Path], tmp_path: Path, damaged: bool
) -> None:
    places[2].write_text(IMPORTING, encoding="utf-8")
    if damaged:
        (places[2].parent / WHEEL).write_bytes(b"PK")
    done = run(places, tmp_path / "run", "--run-code")
    assert (done.returncode, "A wheel that the policy names is not there, or is damaged." in done.stderr) == (2, True)


# ---- code that never returns -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body", ["while True: pass", "while True:\n  try:\n   while True: pass\n  except Exception: pass"]
)
def test_a_rule_that_never_returns_withholds_its_instance(
    body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_limit.TimeLimit.__init__, "__defaults__", (0.2,))
    lines = body.replace("\n", "\n  ")
    rule = PythonRule(f"def rule(element, instance):\n if instance['Modality'] == 'MR':\n  {lines}\n")
    source = tmp_path / "in"
    source.mkdir()
    for name, modality in (("a", "CT"), ("b", "MR"), ("c", "CT")):
        (source / name).write_bytes(to_bytes(ct(Modality=modality, SOPInstanceUID=f"1.2.3.{ord(name)}")))
    plan = Plan(Policy(python=(rule,)), Key(derive(PASSPHRASE)))
    begun = Run(FolderOrigin(source), Folder(FolderSink(tmp_path / "run")), plan, derive(PASSPHRASE), 0)
    begun.open()
    summary = begun.go(Display())
    assert (summary["counts"]["written"], summary["reasons"]) == (2, {"RULE_FAILED": 1})


def test_code_that_never_returns_is_ended_before_the_run_too() -> None:
    plan = Plan(Policy(python=(PythonRule("while True: rule = 1"),)), Key(bytes(32)), watch=time_limit.TimeLimit(0.2))
    with pytest.raises(Exception, match="RULE_NOT_LOADED"):
        plan.load()


def test_a_process_that_never_answers_is_ended_and_costs_its_task_only() -> None:
    hang = "sum(range(10 ** 15))"  # it heeds no alarm clock
    executor: Processes[str, object] = Processes(eval, 2, patience=1.5)
    try:
        answers = dict(answer for some in executor.run([["1", hang, "2"], ["3"]], lambda: False) for answer in some)
    finally:
        executor.close()
    assert answers == {"1": 1, hang: None, "2": 2, "3": 3}


# ---- the same bytes ----------------------------------------------------------------------------------------------


def test_bridge_and_command_line_make_the_same_bytes(places: tuple[Path, Path, Path], tmp_path: Path) -> None:
    assert run(places, tmp_path / "run", "--run-code").returncode == 0
    row, (data,) = RunFolder(tmp_path / "run").rows[0], RunFolder(tmp_path / "run").outputs.values()
    read = Policy.read(json.dumps(Policy.read(POLICY).stated()))
    plan = Plan(read, Key(derive(PASSPHRASE)))
    source = (places[0] / "a.dcm").read_bytes()
    answer = bridge.answer(bridge.Ranges(len(source), [(0, source)], None), plan, 1, row["source_id"], repeat=False)
    parts = (part.get("bytes") or source[slice(*part["copy"])] for part in answer["segments"])
    assert b"".join(parts) == data
    assert bridge.document(plan) == (tmp_path / "run" / "plan.json").read_text(encoding="utf-8")
