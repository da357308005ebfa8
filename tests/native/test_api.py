"""The Python API over files and folders, and every example in its docstrings and its page."""

from __future__ import annotations

import doctest
import json
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import dicom_deid
import pydicom
import pytest
from dicom_deid import Plan, Policy, PolicyError, Refused, deidentify_dataset, deidentify_file, deidentify_folder
from dicom_deid.api import dataset as dataset_module
from made import ct, to_bytes
from runs import PASSPHRASE, ROOT, RunFolder, native_run, timeless

NAME, MULTI_FRAME = "Okonkwo", 30_000_000
DOCUMENTED = (
    "dicom_deid",
    "dicom_deid.api.dataset",
    "dicom_deid.api.file",
    "dicom_deid.api.folder",
    "dicom_deid.policy",
)
PAGES = ("docs/api.md", "README.md")
CODE_BLOCK = re.compile(r"```pycon\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return Plan(Policy(), passphrase=PASSPHRASE)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / NAME / "a.dcm"
    path.parent.mkdir()
    path.write_bytes(to_bytes(ct()))
    return path


def lay(root: Path) -> Path:
    """Two images, one that is withheld, one that is cut off, and no DICOM file."""
    root.mkdir(parents=True)
    (root / "a.dcm").write_bytes(to_bytes(ct()))
    (root / "b.dcm").write_bytes(to_bytes(ct(SOPInstanceUID="1.2.276.0.99999.6")))
    (root / "burned.dcm").write_bytes(to_bytes(ct(SOPInstanceUID="1.2.276.0.99999.7", BurnedInAnnotation="YES")))
    (root / "cut.dcm").write_bytes(to_bytes(ct(SOPInstanceUID="1.2.276.0.99999.8"))[:-1])
    (root / "notes.txt").write_text("nothing")
    return root


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_each_public_name_is_there_and_listed() -> None:
    for name in dicom_deid.__all__:
        assert getattr(dicom_deid, name) is not None
        assert name in dir(dicom_deid)
    with pytest.raises(AttributeError):
        _ = dicom_deid.anonymise  # type: ignore[attr-defined]


def test_importing_the_package_loads_nothing_heavy() -> None:
    line = "import sys, dicom_deid; print([n for n in ('pydicom', 'typer', 'multiprocessing') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_type_checker_sees_the_public_names(tmp_path: Path) -> None:
    text = (
        "from pathlib import Path\n"
        "from pydicom import Dataset\n"
        "from dicom_deid import Outcome, Plan, Policy, deidentify_dataset, deidentify_file, deidentify_folder\n"
        'plan = Plan(Policy(options=["retain-uids"]), passphrase="x")\n'
        "pair: tuple[Dataset | None, Outcome] = deidentify_dataset(Dataset(), plan)\n"
        'outcome: Outcome = deidentify_file("a", Path("b"), plan)\n'
        'written: int = deidentify_folder("a", "b", plan, workers=2).counts["written"]\n'
    )
    for name, said, code in (("right", text, 0), ("wrong", text.replace("written: int", "written: str"), 1)):
        (tmp_path / f"{name}.py").write_text(said)
        line = [sys.executable, "-m", "mypy", "--strict", tmp_path / f"{name}.py"]
        done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout


def test_a_file_goes_to_a_file(source: Path, tmp_path: Path, plan: Plan) -> None:
    outcome = deidentify_file(source, tmp_path / "out.dcm", plan)
    run = native_run(source, tmp_path / "run", status=0)
    assert outcome.written
    assert [(tmp_path / "out.dcm").read_bytes()] == list(run.outputs.values())
    assert outcome.names.instance == run.rows[0]["sop_instance_uid"]


@pytest.mark.parametrize("there", [True, False])
def test_a_file_goes_into_a_folder_under_pseudonyms(source: Path, tmp_path: Path, plan: Plan, there: bool) -> None:
    if there:
        (tmp_path / "results").mkdir()
    outcome = deidentify_file(str(source), f"{tmp_path}/results/", plan)
    assert list(everything(tmp_path / "results")) == [outcome.names.path]
    assert not any(word in outcome.names.path for word in (NAME, "MRN", "a.dcm"))


def test_nothing_that_is_there_is_replaced_unless_it_is_asked_for(source: Path, tmp_path: Path, plan: Plan) -> None:
    target = tmp_path / "out.dcm"
    target.write_bytes(b"something")
    with pytest.raises(Refused, match="OUTPUT_EXISTS"):
        deidentify_file(source, target, plan)
    assert target.read_bytes() == b"something"
    assert deidentify_file(source, target, plan, overwrite=True).written
    assert pydicom.dcmread(target).PatientIdentityRemoved == "YES"


@pytest.mark.parametrize("kind", ["itself", "a link", "a hard link"])
def test_the_source_is_never_replaced(source: Path, tmp_path: Path, plan: Plan, kind: str) -> None:
    before, target = source.read_bytes(), source
    if kind != "itself":
        target = tmp_path / "other.dcm"
        target.symlink_to(source) if kind == "a link" else target.hardlink_to(source)
    with pytest.raises(Refused, match="OUTPUT_IS_INPUT"):
        deidentify_file(source, target, plan, overwrite=True)
    assert source.read_bytes() == before


def test_there_is_no_half_file_when_writing_fails(
    source: Path, tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left", str(source))

    before = everything(tmp_path)
    monkeypatch.setattr(os, "write", full)
    outcome = deidentify_file(source, tmp_path / "out.dcm", plan)
    assert (outcome.status, outcome.reason) == ("failed", "OUTPUT_FULL")
    assert NAME not in repr(outcome)
    assert everything(tmp_path) == before


def test_a_file_that_cannot_be_read_has_an_outcome(tmp_path: Path, plan: Plan) -> None:
    for gone in (tmp_path, tmp_path / "gone.dcm"):
        assert deidentify_file(gone, tmp_path / "out.dcm", plan).reason == "READ_FAILED"
    (tmp_path / "cut.dcm").write_bytes(to_bytes(ct())[:-1])
    assert deidentify_file(tmp_path / "cut.dcm", tmp_path / "out.dcm", plan).reason == "TRUNCATED"
    assert not (tmp_path / "out.dcm").exists()


@pytest.mark.parametrize("workers", [0, 2])
def test_a_folder_gives_what_the_command_gives(tmp_path: Path, plan: Plan, workers: int) -> None:
    folder, told = lay(tmp_path / NAME), list[tuple[int, int]]()
    summary = deidentify_folder(folder, tmp_path / "run", plan, workers=workers, progress=lambda *now: told.append(now))
    run, command = RunFolder(summary.folder), native_run(folder, tmp_path / "command", status=1)
    run.check()
    assert run.outputs == command.outputs
    assert timeless(run.rows) == timeless(command.rows)
    assert summary.counts == {"written": 2, "withheld": 1, "skipped": 1, "failed": 1}
    assert summary.reasons == {"BURNED_IN": 1, "NOT_DICOM": 1, "TRUNCATED": 1}
    assert (summary.end, summary.error) == ("finished", "")
    assert (told[0], told[-1]) == ((0, 5), (5, 5))
    for path in (summary.audit, summary.log, summary.plan, summary.statement, summary.outputs):
        assert path.exists()
    assert NAME not in summary.log.read_text() + summary.audit.read_text()


def test_a_run_that_was_cut_off_is_resumed(tmp_path: Path, plan: Plan) -> None:
    folder = lay(tmp_path / "in")

    def interrupt(done: int, _all: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deidentify_folder(folder, tmp_path / "run", plan, progress=interrupt)
    with pytest.raises(Refused, match="OUTPUT_EXISTS"):
        deidentify_folder(folder, tmp_path / "run", plan)
    with pytest.raises(PolicyError, match="WRONG_KEY"):
        deidentify_folder(folder, tmp_path / "run", Plan(Policy()), resume=True)
    summary = deidentify_folder(folder, tmp_path / "run", plan, resume=True)
    assert summary.counts == {"written": 2, "withheld": 1, "skipped": 1, "failed": 1}
    assert RunFolder(summary.folder).outputs == native_run(folder, tmp_path / "command", status=1).outputs


def test_a_folder_is_refused_before_anything_is_written(tmp_path: Path, plan: Plan) -> None:
    folder = lay(tmp_path / "in")
    before = everything(tmp_path)
    for source, target, code in (
        (folder, folder, "OUTPUT_INSIDE_INPUT"),
        (folder, folder / "run", "OUTPUT_INSIDE_INPUT"),
        (folder, tmp_path, "INPUT_INSIDE_OUTPUT"),
        (tmp_path / NAME, tmp_path / "run", "SOURCE_LOST"),
        (folder / "a.dcm", folder, "INPUT_INSIDE_OUTPUT"),
        (folder, folder.parent / "in" / "a.dcm" / "run", "OUTPUT_INSIDE_INPUT"),
    ):
        with pytest.raises(Refused) as refused:
            deidentify_folder(source, target, plan)
        assert refused.value.code == code
        assert NAME not in str(refused.value)
    assert everything(tmp_path) == before


def test_code_and_wheels_of_a_policy_are_asked_for(tmp_path: Path) -> None:
    code = '[[python]]\ncode = """\ndef rule(element, instance):\n    return None\n"""\n'
    (tmp_path / "policy.toml").write_text(f'wheels = ["weir-1.0-py3-none-any.whl"]\n{code}')
    coded = Plan(Policy.load(tmp_path / "policy.toml"), passphrase=PASSPHRASE)
    folder = lay(tmp_path / "in")
    with pytest.raises(PolicyError, match="CODE_NOT_AGREED"):
        deidentify_folder(folder, tmp_path / "run", coded)
    with pytest.raises(PolicyError, match="CODE_NOT_AGREED"):
        deidentify_file(folder / "a.dcm", tmp_path / "out.dcm", coded)
    with pytest.raises(PolicyError, match="WHEEL_MISSING"):
        deidentify_folder(folder, tmp_path / "run", coded, run_code=True)
    assert not (tmp_path / "run").exists()


def test_a_policy_is_loaded_from_a_file_and_from_a_run(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text('\ufeffoptions = ["retain-uids"]\n', encoding="utf-8")
    policy = Policy.load(tmp_path / "policy.toml")
    assert policy == Policy(options=["retain-uids"])
    summary = deidentify_folder(lay(tmp_path / "in"), tmp_path / "run", Plan(policy))
    stated = json.loads(summary.plan.read_text())["policy"]
    assert Policy.read(json.dumps(stated)) == Policy.load(summary.plan) == policy
    for wrong in (b"options = 3", b"\xff\xfe"):
        (tmp_path / "policy.toml").write_bytes(wrong)
        with pytest.raises(PolicyError, match="BAD_POLICY"):
            Policy.load(tmp_path / "policy.toml")


def test_a_data_set_gives_the_bytes_that_its_file_gives(
    corpus: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, outputs, compared = Plan(Policy(allow_sop_classes=["Ultrasound Image Storage"])), list[bytes](), 0
    joined = dataset_module.joined

    def kept(*given: object) -> bytes:
        outputs.append(joined(*given))  # type: ignore[arg-type]
        return outputs[-1]

    monkeypatch.setattr(dataset_module, "joined", kept)
    for path in corpus:
        if path.stat().st_size > MULTI_FRAME:
            continue
        expected = deidentify_file(path, tmp_path / "out.dcm", plan, overwrite=True)
        try:
            dataset = pydicom.dcmread(path)
        except Exception:  # pydicom reads less than this package does
            continue
        _, outcome = deidentify_dataset(dataset, plan)
        assert outcome.status == expected.status, path
        if outcome.written:
            assert outputs.pop() == (tmp_path / "out.dcm").read_bytes(), path
            compared += 1
    assert compared > 50


@pytest.mark.parametrize("name", DOCUMENTED)
def test_the_examples_in_docstrings_are_true(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = doctest.testmod(import_module(name))
    assert done.failed == 0
    assert done.attempted > 0


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_in_the_documentation_are_true(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = CODE_BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, page, page, 0)
    done = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test)
    assert done.failed == 0, capsys.readouterr().out
    assert done.attempted > 0
