"""The unit tests of the core, and those of the preview and of pixels, inside the Python that the browser runs."""

import hashlib
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUNNER = Path(__file__).with_name("run.mjs")
MINUTES = 20  # on a busy machine


UNIT = ("tests/unit",)
PREVIEW = tuple(f"tests/preview/test_{name}.py" for name in ("damage", "frames", "painting", "viewing"))
"""Those that make their images themselves: the reference decoders are not in the browser."""
PIXELS = tuple(f"tests/pixels/test_{name}.py" for name in ("compressed", "fragments", "native"))
"""Without that of JPEG Baseline: Pillow, which makes its images, ends Pyodide when it encodes beside imagecodecs."""


def collected(paths: tuple[str, ...]) -> list[str]:
    """The names of the tests that CPython finds."""
    command = (sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *paths)
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(name(line) for line in listing.splitlines() if line.startswith("tests/"))


def name(node: str) -> str:
    """`test_x[1::2]` of `tests/unit/test_a.py::test_x[1::2]`."""
    test, bracket, parameters = node.partition("[")
    return test.split("::")[-1] + bracket + parameters


@pytest.mark.parametrize("paths", [UNIT, PREVIEW, PIXELS])
def test_every_one_passes_inside_pyodide(tmp_path: Path, paths: tuple[str, ...]) -> None:
    results = tmp_path / "results.xml"
    command = ("node", RUNNER, results, *paths)
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=MINUTES * 60, check=False)
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
    suite = next(ET.parse(results).iter("testsuite"))
    assert [suite.get(count) for count in ("errors", "failures", "skipped")] == ["0", "0", "0"]
    assert sorted(case.get("name", "") for case in suite.iter("testcase")) == collected(paths) != []


def test_numpy_and_pillow_are_the_builds_that_pyodide_names() -> None:
    packages = json.loads((ROOT / "vendor" / "pyodide" / "pyodide-lock.json").read_text(encoding="utf-8"))["packages"]
    for package in (packages["numpy"], packages["pillow"]):
        wheel = ROOT / "vendor" / "wheels" / "preview" / package["file_name"]
        assert hashlib.sha256(wheel.read_bytes()).hexdigest() == package["sha256"]
