"""The habits of a release: the same checks everywhere, one version everywhere, and a changelog that knows it."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import dicom_deid
from checks import LINT

ROOT = Path(__file__).resolve().parents[2]


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_the_hooks_before_a_commit_are_the_checks_of_lint() -> None:
    entries = re.findall(r"entry: (.+)", text(".pre-commit-config.yaml"))
    words = [[entry.split()[0].rpartition("/")[2], *entry.split()[1:]] for entry in entries]
    assert words == [[command[0].name, *command[1:]] for command in LINT]
    assert re.findall(r"repo: (.+)", text(".pre-commit-config.yaml")) == ["local"]


def test_the_workflow_runs_what_ci_runs_on_the_versions_that_are_asked_for() -> None:
    workflow = text(".github/workflows/ci.yml")
    assert re.findall(r"run: (.+)", workflow) == [".ci/run"]
    project, package = tomllib.loads(text("pyproject.toml"))["project"], json.loads(text("package.json"))
    assert project["requires-python"] == f">={re.findall(r'python-version: .(.+).', workflow)[0]}"
    assert package["engines"]["node"] == f">={re.findall(r'node-version: .(.+).', workflow)[0]}"
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v[\d.]+", used) for used in re.findall(r"uses: (.+)", workflow))


def test_one_version_stands_everywhere() -> None:
    lock = json.loads(text("package-lock.json"))
    assert {
        tomllib.loads(text("pyproject.toml"))["project"]["version"],
        json.loads(text("package.json"))["version"],
        lock["version"],
        lock["packages"][""]["version"],
        dicom_deid.__version__,
    } == {dicom_deid.__version__}


def test_the_changelog_begins_with_this_version_and_goes_back() -> None:
    versions = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", text("CHANGELOG.md"), re.MULTILINE)
    assert versions[0] == dicom_deid.__version__
    assert versions == sorted(versions, key=lambda one: [int(part) for part in one.split(".")], reverse=True)


BARE = re.compile(r"\.(?:getDirectory|getDirectoryHandle|getFileHandle|getFile|createWritable|removeEntry)\(")
HELD = re.compile(
    r"=> \w[\w.]*\.(?:getDirectory|getDirectoryHandle|getFileHandle|getFile|createWritable|removeEntry)\("
)


def test_no_worker_calls_the_file_system_without_holding_the_call() -> None:
    """A handle that nobody holds can be collected together with its call, which then never settles."""
    lines = [line for path in (ROOT / "worker").rglob("*.js") for line in path.read_text("utf-8").splitlines()]
    calls = [line.strip() for line in lines if BARE.search(line)]
    assert len(calls) >= 6
    assert [line for line in calls if not HELD.search(line)] == []
