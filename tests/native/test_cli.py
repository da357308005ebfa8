"""The command line as a person uses it: a real process, real files, its exit code and its words."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import typer
from commands import command
from console import on_a_terminal
from dicom_deid.key import derive
from dicom_deid.policy import Key
from made import UID, ct, item, sequence, to_bytes
from runs import PASSPHRASE, ROOT, RUN_NAMES, RunFolder, native_run, timeless

NAME, PATIENT = "Okonkwo", "MRN-0815-4711"
ULTRASOUND = "1.2.840.10008.5.1.4.1.1.6.1"
CAPTURE = "1.2.840.10008.5.1.4.1.1.7"


def lay(root: Path) -> Path:
    """A folder of what people have: images, a copy, a cut one, a captured screen, other files, links."""
    whole = to_bytes(ct())
    content = {
        f"{NAME}/1/a.dcm": whole,
        f"{NAME}/1/copy of a.dcm": whole,
        f"{NAME}/1/cut.dcm": to_bytes(ct(SOPInstanceUID="1.2.276.0.99999.5"))[:-1],
        f"{NAME}/2/b.dcm": to_bytes(ct(SOPInstanceUID="1.2.276.0.99999.6")),
        f"{NAME}/2/screen.dcm": to_bytes(ct(SOPInstanceUID="1.2.276.0.99999.7", SOPClassUID=CAPTURE)),
        "burned.dcm": to_bytes(ct(SOPInstanceUID="1.2.276.0.99999.8", BurnedInAnnotation="YES")),
        "notes.txt": b"nothing",
        "empty": b"",
    }
    for path, data in content.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    (root / "link").symlink_to(root)
    return root


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay(tmp_path_factory.mktemp("input") / NAME)


def process(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own, which takes half a second to start."""
    line = [sys.executable, "-m", "dicom_deid", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)


def secret(tmp_path: Path, text: str = f"{PASSPHRASE}\n") -> Path:
    path = tmp_path / "secret"
    path.write_text(text, encoding="utf-8", newline="")
    return path


def by_reason(run: RunFolder) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in run.rows:
        found[row["reason"]] = found.get(row["reason"], 0) + 1
    return found


def test_every_file_has_one_row_and_the_run_folder_is_complete(folder: Path, tmp_path: Path) -> None:
    run = native_run(folder, tmp_path / "run", status=1)
    run.check()
    assert by_reason(run) == {
        "": 3, "TRUNCATED": 1, "SOP_CLASS_WITHHELD": 1, "BURNED_IN": 1, "NOT_DICOM": 1, "EMPTY": 1,
    }  # fmt: skip
    assert sorted(path.name for path in run.root.iterdir()) == RUN_NAMES
    assert "finished: 3 written, 2 withheld, 2 skipped, 1 failed" in run.log
    assert "1 symbolic link or special file was left alone" in run.log


def test_source_ids_are_those_of_the_paths_and_the_repeat_has_a_name_of_its_own(folder: Path, tmp_path: Path) -> None:
    run = native_run(folder, tmp_path / "run", status=1)
    key = Key(derive(PASSPHRASE))
    paths = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    rows = {row["source_id"]: row for row in run.rows}
    assert set(rows) == {key.source(path) for path in paths}
    first, copy = (rows[key.source(f"{NAME}/1/{name}")] for name in ("a.dcm", "copy of a.dcm"))
    assert first["sop_instance_uid"] == copy["sop_instance_uid"]
    assert copy["output_path"] == first["output_path"].replace(".dcm", f"-{copy['source_id'][:8]}.dcm")


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_repeat_that_no_peek_could_find_gets_a_name_of_its_own_as_well(tmp_path: Path, workers: str) -> None:
    far = sequence(*(item(ReferencedSOPInstanceUID=f"1.2.3.{number}") for number in range(3000)))
    data = to_bytes(ct(LanguageCodeSequence=far))
    (tmp_path / "in").mkdir()
    for name in ("1", "2", "3"):
        # The file meta information is all that can be seen at once, and there they differ.
        (tmp_path / "in" / name).write_bytes(data.replace(f"{UID}.3".encode(), f"{UID}.{name}".encode(), 1))
    run = native_run(tmp_path / "in", tmp_path / "run", "--workers", workers, status=0)
    run.check()
    stems = sorted(len(Path(row["output_path"]).stem.split("-")) for row in run.rows)
    assert stems == [1, 2, 2]


@pytest.mark.parametrize("workers", ["0", "1", "3"])
def test_the_result_does_not_depend_on_the_number_of_processes(folder: Path, tmp_path: Path, workers: str) -> None:
    run = native_run(folder, tmp_path / "run", "--workers", workers)
    other = native_run(folder, tmp_path / "other")
    assert run.outputs == other.outputs
    assert timeless(run.rows) == timeless(other.rows)


def test_nothing_of_the_original_is_in_what_is_printed_logged_or_audited(folder: Path, tmp_path: Path) -> None:
    done = process("run", folder, tmp_path / "run", "--passphrase-file", secret(tmp_path), "--verbose")
    run = RunFolder(tmp_path / "run")
    plan = (run.root / "plan.json").read_text(encoding="utf-8")
    for text in (done.stdout, done.stderr, run.audit, run.log, plan, *run.outputs):
        for original in (NAME, PATIENT, "1.2.276.0.99999", str(folder), "notes.txt", PASSPHRASE, "19610307"):
            assert original not in text
    assert "(0010,0010)" in run.log
    assert "Traceback" not in done.stderr


def test_it_ends_with_a_line_of_counts_and_a_remedy_for_each_reason(folder: Path, tmp_path: Path) -> None:
    done = process("run", folder, tmp_path / "run", "--passphrase-file", secret(tmp_path))
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "Done: 3 written, 2 withheld, 2 skipped, 1 failed"
    assert [line.split(":")[0] for line in lines[1:]] == [
        "1 withheld BURNED_IN", "1 withheld SOP_CLASS_WITHHELD", "1 skipped EMPTY", "1 skipped NOT_DICOM",
        "1 failed TRUNCATED",
    ]  # fmt: skip
    assert "Fetch it again" in lines[-1]


def test_what_is_allowed_is_written_and_then_all_is_well(folder: Path, tmp_path: Path) -> None:
    one = command("run", folder / NAME / "2", tmp_path / "one", "--passphrase-file", secret(tmp_path))
    assert one.returncode == 1
    allowed = ("--allow-sop-class", f"{ULTRASOUND},{CAPTURE}", "--option", "retain-uids")
    two = command("run", folder / NAME / "2", tmp_path / "two", "--passphrase-file", secret(tmp_path), *allowed)
    assert two.returncode == 0
    assert two.stdout == "Done: 2 written, 0 withheld, 0 skipped, 0 failed\n"
    burned = ("run", folder / "burned.dcm", tmp_path / "three", "--passphrase-file", secret(tmp_path))
    assert command(*burned, "--pass-burned-in").returncode == 0


def test_a_single_file_is_an_input_too(folder: Path, tmp_path: Path) -> None:
    run = native_run(folder / NAME / "1" / "a.dcm", tmp_path / "run", status=0)
    run.check()
    assert [row["source_id"] for row in run.rows] == [Key(derive(PASSPHRASE)).source("a.dcm")]


def test_files_whose_names_are_no_text_are_files_as_well(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    Path(os.fsdecode(os.fsencode(source) + b"/caf\xe9.dcm")).write_bytes(to_bytes(ct()))
    run = native_run(source, tmp_path / "run", status=0)
    assert [row["source_id"] for row in run.rows] == [Key(derive(PASSPHRASE)).source("caf\udce9.dcm")]


def test_pipes_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    os.mkfifo(tmp_path / "in" / "pipe")
    run = native_run(tmp_path / "in", tmp_path / "run", status=1)
    assert run.rows == []


def test_a_passphrase_is_made_and_saved_for_the_user_alone(folder: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    done = command("run", folder, tmp_path / "run", "--save-passphrase", kept)
    passphrase = kept.read_text(encoding="utf-8").removesuffix("\n")
    assert len(passphrase) == 39
    assert kept.stat().st_mode & 0o777 == 0o600
    assert passphrase not in done.stdout + done.stderr
    again = command("run", folder, tmp_path / "again", "--passphrase-file", kept)
    assert again.returncode == done.returncode == 1
    assert RunFolder(tmp_path / "again").outputs == RunFolder(tmp_path / "run").outputs


def test_a_passphrase_that_is_not_saved_is_shown_once(folder: Path, tmp_path: Path) -> None:
    done = command("run", folder, tmp_path / "run")
    shown = done.stderr.split("The passphrase made for this run: ")[1].split()[0]
    assert "only with it" in done.stderr
    assert shown not in done.stdout
    native = native_run(folder, tmp_path / "again", passphrase=shown)
    assert native.outputs == RunFolder(tmp_path / "run").outputs


@pytest.mark.parametrize("text", [PASSPHRASE, f"{PASSPHRASE}\n", f"{PASSPHRASE}\r\n"])
def test_the_line_end_of_a_passphrase_file_is_no_part_of_it(folder: Path, tmp_path: Path, text: str) -> None:
    source = folder / NAME / "1" / "a.dcm"
    command("run", source, tmp_path / "run", "--passphrase-file", secret(tmp_path, text))
    assert RunFolder(tmp_path / "run").rows[0]["source_id"] == Key(derive(PASSPHRASE)).source("a.dcm")


def test_a_file_that_cannot_be_written_fails_alone(folder: Path, tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "long.dcm").write_bytes(to_bytes(ct(PixelData=bytes(300_000), Rows=300, Columns=500)))
    (source / "short.dcm").write_bytes(to_bytes(ct(SOPInstanceUID="1.2.276.0.99999.6")))
    line = ["bash", "-c", 'ulimit -f 200; exec "$0" "$@"', sys.executable, "-m", "dicom_deid", "run"]
    arguments = [source, tmp_path / "run", "--passphrase-file", secret(tmp_path)]
    done = subprocess.run([*line, *arguments], capture_output=True, text=True, check=False, timeout=120)
    run = RunFolder(tmp_path / "run")
    run.check()
    assert done.returncode == 1
    assert by_reason(run) == {"WRITE_FAILED": 1, "": 1}


USAGE = {
    "no such input": ("gone", "run"),
    "output inside input": ("in", "in/run"),
    "input inside output": ("in/sub", "in"),
    "the same folder": ("in", "in"),
    "output not empty": ("in/sub", "full"),
    "output is a file": ("in", "secret"),
    "unwritable output": ("in", "/proc/run"),
    "unknown option": ("in", "run", "--option", "retain-everything"),
    "options exclude": ("in", "run", "--option", "retain-full-dates", "--option", "retain-modified-dates"),
    "no UID": ("in", "run", "--allow-sop-class", "CT"),
    "no such flag": ("in", "run", "--anonymous"),
    "negative workers": ("in", "run", "--workers", "-1"),
    "two passphrases": ("in", "run", "--save-passphrase", "kept"),
    "list into a file": ("in", "run", "--list-unwritten"),
}


@pytest.mark.parametrize("case", USAGE.values(), ids=USAGE)
def test_a_wrong_command_says_what_is_wrong_and_writes_nothing(tmp_path: Path, case: tuple[str, ...]) -> None:
    for name in ("in/sub", "full/of/things"):
        (tmp_path / name).mkdir(parents=True)
    secret(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    done = command("run", *case, "--passphrase-file", "secret", folder=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_a_passphrase_file_without_passphrase_is_refused(folder: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret").write_bytes(content)
    done = command("run", folder, tmp_path / "run", "--passphrase-file", tmp_path / "secret")
    assert done.returncode == 2
    assert not (tmp_path / "run").exists()


def test_a_passphrase_is_not_saved_over_a_file_nor_among_the_results(folder: Path, tmp_path: Path) -> None:
    kept = secret(tmp_path)
    assert command("run", folder, tmp_path / "run", "--save-passphrase", kept).returncode == 2
    assert command("run", folder, tmp_path / "run", "--save-passphrase", tmp_path / "run" / "key").returncode == 2
    full = tmp_path / "full"
    (full / "something").mkdir(parents=True)
    assert command("run", folder, full, "--save-passphrase", tmp_path / "new").returncode == 2
    assert not (tmp_path / "run").exists()
    assert not (tmp_path / "new").exists()
    assert kept.read_text(encoding="utf-8") == f"{PASSPHRASE}\n"


def test_a_terminal_shows_a_bar_a_table_and_on_request_the_paths(folder: Path, tmp_path: Path) -> None:
    line = [sys.executable, "-m", "dicom_deid", "run", folder, tmp_path / "run", "--list-unwritten"]
    code, text = on_a_terminal([*line, "--passphrase-file", secret(tmp_path)], 120)
    assert code == 1
    assert "Done: 3 written, 2 withheld, 2 skipped, 1 failed" in text
    assert "De-identifying" in text
    assert f"{NAME}/1/cut.dcm" in text
    assert "what to do" in text


def test_each_command_loads_what_it_needs(folder: Path, tmp_path: Path) -> None:
    """Other tests call them within one process, in which all is loaded before long."""
    options = ("--passphrase-file", secret(tmp_path))
    (tmp_path / "script").write_text('<script><e en="T" t="00104000" n="PatientComments">@remove()</e></script>')
    for status, *arguments in (
        (1, "run", folder, tmp_path / "run", "--linkage", tmp_path / "linkage", *options),
        (0, "decrypt", tmp_path / "linkage", tmp_path / "tables", *options),
        (0, "index", folder, "--index", tmp_path / "index"),
        (0, "search", "ct", "--index", tmp_path / "index"),
        (0, "thumbnails", folder / NAME / "2", "--index", tmp_path / "index", "--output", tmp_path / "images"),
        (0, "unwritten", folder, tmp_path / "run", "--csv", tmp_path / "unwritten.csv", *options),
        (0, "plan", folder / NAME / "2" / "b.dcm"),
        (0, "conformance"),
        (0, "import", tmp_path / "script", "--output", tmp_path / "policy.toml"),
    ):
        done = process(*arguments)
        assert done.returncode == status, done.stderr


def test_help_and_version_are_there_at_once() -> None:
    line = [sys.executable, "-X", "importtime", "-m", "dicom_deid", "--version"]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("dicom-deid 0.")
    assert "| pydicom" not in re.sub(" +", " ", done.stderr)
    assert "rich.progress" not in done.stderr
    shown = process("run", "--help").stdout
    assert "--resume" in shown
    assert "INPUT <path> Folder" in re.sub(" +", " ", shown)
    from dicom_deid.cli.app import app

    for each in app.registered_commands:  # the terminal breaks the lines of a paragraph, not the source
        assert each.help
        assert "\n" not in each.help.replace("\n\n", ""), each.name


def test_several_sop_classes_may_stand_behind_one_flag() -> None:
    from dicom_deid.cli.policy_options import spread

    given = ["run", "in", "--allow-sop-class", "1.2", "1.3.4", "1.5", "out", "--verbose"]
    flag = "--allow-sop-class"
    assert spread(given) == ["run", "in", flag, "1.2", flag, "1.3.4", flag, "1.5", "out", "--verbose"]
    assert spread(["run", "1.2", "1.3"]) == ["run", "1.2", "1.3"]


MODULES = {"import": "import_policy"}  # `import` is a keyword of Python


def commands() -> dict[str, Any]:
    """The commands by name, as the command line parses them."""
    from dicom_deid.cli.app import app

    return typer.main.get_command(app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", commands())
def test_a_command_has_a_module_of_its_name(name: str) -> None:
    callback = inspect.unwrap(commands()[name].callback)
    assert callback.__module__ == f"dicom_deid.cli.{MODULES.get(name, name)}"


@pytest.mark.parametrize("name", commands())
def test_a_command_says_what_it_and_each_of_its_options_is_for(name: str) -> None:
    command = commands()[name]
    assert command.help
    for parameter in command.params:
        said = getattr(parameter, "help", None)
        assert said or parameter.name == "help", parameter.name


@pytest.mark.parametrize("name", commands())
def test_the_readme_shows_a_command(name: str) -> None:
    assert f"dicom-deid {name}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_only_the_command_line_imports_the_command_line() -> None:
    package = ROOT / "py" / "dicom_deid"
    below = [path for path in package.rglob("*.py") if path.parent.name != "cli" and path.name != "__main__.py"]
    assert below
    assert [path.name for path in below if "dicom_deid.cli" in path.read_text(encoding="utf-8")] == []


def links_only(folder: Path, away: Path) -> None:
    away.mkdir()
    (away / "a.dcm").write_bytes(to_bytes(ct()))
    (folder / "a.dcm").symlink_to(away / "a.dcm")
    (folder / "all").symlink_to(away)


def text_only(folder: Path, _away: Path) -> None:
    (folder / "notes.txt").write_bytes(b"nothing")
    (folder / "empty").write_bytes(b"")


@pytest.mark.parametrize("fill", [links_only, text_only, lambda *_: None], ids=["links", "other files", "empty"])
def test_a_folder_without_a_dicom_file_is_told_of_and_is_no_success(tmp_path: Path, fill: Any) -> None:
    (tmp_path / "in").mkdir()
    fill(tmp_path / "in", tmp_path / "away")
    done = command("run", tmp_path / "in", tmp_path / "run", "--passphrase-file", secret(tmp_path))
    assert done.returncode == 1
    assert "There is no DICOM file in it." in done.stderr
    assert ("2 symbolic links or special files were left alone" in done.stderr) is (fill is links_only)
    assert RunFolder(tmp_path / "run").outputs == {}


def test_a_folder_of_zips_alone_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with zipfile.ZipFile(tmp_path / "in" / "a.zip", "w") as archive:
        archive.writestr("a.dcm", to_bytes(ct()))
    (tmp_path / "in" / "notes.txt").write_text("nothing")
    done = command("run", tmp_path / "in", tmp_path / "run", "--passphrase-file", secret(tmp_path))
    assert done.returncode == 1
    assert "1 skipped ARCHIVE" in done.stdout
    assert "Unpack them" in done.stderr
    assert "Choose another one" not in done.stderr


def test_another_file_with_the_same_sop_instance_uid_is_written_and_told_of(tmp_path: Path) -> None:
    first, far = to_bytes(ct()), to_bytes(ct(PatientID="4712", StudyInstanceUID=f"{UID}.9"))
    lookalike = first[:-1] + b"x"  # one byte of its pixel data is another
    named = {"1": first, "2": first, "3": lookalike, "4": far, "5": to_bytes(ct(SOPInstanceUID=f"{UID}.77"))}
    (tmp_path / "in").mkdir()
    for name, data in named.items():
        (tmp_path / "in" / name).write_bytes(data)
    key = Key(derive(PASSPHRASE))
    for workers in ("0", "2"):
        run = native_run(tmp_path / "in", tmp_path / f"run{workers}", "--workers", workers, status=0)
        run.check()
        reasons = {row["source_id"]: row["reason"] for row in run.rows}
        told = {name: reasons[key.source(name)] for name in named}
        assert told == {"1": "", "2": "", "3": "SAME_SOP_INSTANCE", "4": "SAME_SOP_INSTANCE", "5": ""}
        assert {row["status"] for row in run.rows} == {"written"}
        assert f"written SAME_SOP_INSTANCE {key.source('3')}" in run.log
        assert "reason SAME_SOP_INSTANCE: 2" in run.log
    done = command("run", tmp_path / "in", tmp_path / "run", "--passphrase-file", secret(tmp_path))
    assert done.returncode == 0
    assert "2 written SAME_SOP_INSTANCE: Another file has the same SOP Instance UID" in done.stdout


def test_the_help_loads_no_pydicom_and_a_run_no_numpy(tmp_path: Path) -> None:
    """Both are there at once only as long as nobody imports what they do not need."""
    (tmp_path / "one.dcm").write_bytes(to_bytes(ct()))
    line = ["run", "one.dcm", "run"]
    for arguments, absent in ((["--help"], {"pydicom"}), (line, {"numpy", "rich", "pydantic"})):
        code = (
            "import sys\nfrom dicom_deid.cli.app import main\n"
            f"sys.argv[1:] = {arguments!r}\n"
            "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
            f"assert not {absent!r} & sys.modules.keys()"
        )
        done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
