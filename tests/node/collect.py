"""The tests of JavaScript modules under Node, each of them an item of pytest's own.

Node is started once for a session, when the first of its files is collected: the names of tests are known only then.
"""

import fcntl
import json
import os
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ENDING = ".test.mjs"
REPORTER = Path(__file__).with_name("reporter.mjs")
EXPECTED = "expected.mjs"
"""A test file that imports this is given what Python says of the same bytes."""


class Ended(NamedTuple):
    """A test that has ended, or a file as a whole: one that could not be loaded, or has no tests."""

    name: str
    failure: str


class NodeRun:
    """What one run of Node over all the files of the session told."""

    def __init__(self, lines: str) -> None:
        self._ended: dict[Path, list[Ended]] = defaultdict(list)
        self._said: dict[Path, str] = defaultdict(str)
        for line in lines.splitlines():
            self._add(json.loads(line))

    def _add(self, told: dict[str, Any]) -> None:
        if "said" in told:
            self._said[Path(told["file"])] += told["said"]
            return
        if told["nesting"]:
            return  # it is part of the test around it, which fails with it
        failure = told["failure"] or ("It was skipped, or is still to be done." if told["left"] else "")
        self._ended[Path(told["file"])].append(Ended(told["name"], failure))

    def of(self, file: Path) -> list[Ended]:
        """The tests of a file; where it has none, one that has failed."""
        tests = [ended for ended in self._ended[file] if ended.name != str(file)]
        if len(tests) == len(self._ended[file]) > 0:
            return tests
        return [*tests, Ended("the file as a whole", f"It ended early, or holds no test.\n{self._said[file]}")]


ENDS_AT_ONCE = "--test-force-exit"
"""Since Node 20.14."""


def told_by_node(files: list[Path]) -> str:
    """The lines of the reporter. What a test leaves open, a timer or a port, holds up nobody."""
    node = shutil.which("node")
    assert node, "Node runs the tests of the JavaScript modules"
    reported = (f"--test-reporter={REPORTER}", "--test-reporter-destination=stdout")
    options = subprocess.run((node, "--help"), capture_output=True, text=True, check=True).stdout
    shared = [f"--test-concurrency={os.cpu_count()}", *(one for one in (ENDS_AT_ONCE,) if one in options)]
    with tempfile.TemporaryDirectory() as folder:
        expected = Path(folder) / "expected.json"
        if any(EXPECTED in file.read_text(encoding="utf-8") for file in files):
            from node.expected import facts

            expected.write_text(json.dumps(facts()), encoding="utf-8")
        return subprocess.run(
            (node, "--test", *shared, *reported, *map(str, files)),
            env=os.environ | {"EXPECTED": str(expected)},
            capture_output=True, text=True, encoding="utf-8", check=False,
        ).stdout  # fmt: skip


def told_once(config: pytest.Config, files: list[Path]) -> str:
    """The same. Of a session's processes (xdist) the first runs Node; others wait, and read what it told."""
    if not hasattr(config, "workerinput"):
        return told_by_node(files)
    shared = Path(config.option.basetemp).parent
    told = shared / "node.jsonl"
    with (shared / "node.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            told.write_text(told_by_node(files), encoding="utf-8")
        return told.read_text(encoding="utf-8")


RUN = pytest.StashKey[NodeRun]()


def files_of(config: pytest.Config) -> list[Path]:
    """The files of Node tests among what this session was started with."""
    given = [config.invocation_params.dir / str(one).split("::")[0] for one in config.args]
    found = {file.resolve() for one in given for file in ([one] if one.is_file() else one.rglob(f"*{ENDING}"))}
    return sorted(file for file in found if file.name.endswith(ENDING))


class NodeFile(pytest.File):
    """A file of Node tests."""

    def collect(self) -> Iterator[pytest.Item]:
        config = self.config
        if RUN not in config.stash:
            config.stash[RUN] = NodeRun(told_once(config, files_of(config)))
        names: dict[str, int] = defaultdict(int)
        for ended in config.stash[RUN].of(self.path.resolve()):
            names[ended.name] += 1
            name = ended.name if names[ended.name] == 1 else f"{ended.name} ({names[ended.name]})"
            yield NodeTest.from_parent(self, name=name, ended=ended)


class NodeTest(pytest.Item):
    """A Node test, which has run already."""

    def __init__(self, *, ended: Ended, **given: Any) -> None:
        super().__init__(**given)
        self._ended = ended

    def runtest(self) -> None:
        if self._ended.failure:
            raise NodeFailure(self._ended.failure)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value) if isinstance(excinfo.value, NodeFailure) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.name


class NodeFailure(Exception):
    """A Node test that failed, with its own words."""


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> NodeFile | None:
    """Collects the files of Node tests."""
    return NodeFile.from_parent(parent, path=file_path) if file_path.name.endswith(ENDING) else None
