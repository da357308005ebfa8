"""The unit tests of the core, all of them, inside the Python that the browser runs."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUNNER = Path(__file__).with_name("run.mjs")
MINUTES = 20  # a property test takes some ten times as long there


def collected() -> list[str]:
    """The names of the tests that CPython finds."""
    command = (sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "tests/unit")
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(name(line) for line in listing.splitlines() if line.startswith("tests/unit/"))


def name(node: str) -> str:
    """`test_x[1::2]` of `tests/unit/test_a.py::test_x[1::2]`."""
    test, bracket, parameters = node.partition("[")
    return test.split("::")[-1] + bracket + parameters


def test_every_unit_test_passes_inside_pyodide(tmp_path: Path) -> None:
    results = tmp_path / "results.xml"
    command = ("node", RUNNER, results)
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=MINUTES * 60, check=False)
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
    suite = next(ET.parse(results).iter("testsuite"))
    assert [suite.get(count) for count in ("errors", "failures", "skipped")] == ["0", "0", "0"]
    assert sorted(case.get("name", "") for case in suite.iter("testcase")) == collected() != []
