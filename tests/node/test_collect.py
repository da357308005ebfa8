"""Each Node test is counted by itself, and nothing that did not run is taken for a test that passed."""

import os
import re
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
TEST = 'import test from "node:test"; import assert from "node:assert/strict";\n'
CONFTEST = "from node import collect\npytest_collect_file = collect.pytest_collect_file\n"


def outcomes(folder: Path, **files: str) -> tuple[dict[str, str], str]:
    """Name of the test -> outcome, of a session over these files; and all that it said."""
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    for name, text in files.items():
        (folder / f"{name}.test.mjs").write_text(text, encoding="utf-8")
    done = subprocess.run(
        (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-v", "--color=no", "--rootdir", folder, "."),
        cwd=folder, env=os.environ | {"PYTHONPATH": str(TESTS)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = re.findall(r"^(\w+\.test\.mjs::.*?) (PASSED|FAILED)", done.stdout, re.MULTILINE)
    return dict(found), done.stdout


def test_each_test_is_an_item_with_its_own_failure(tmp_path: Path) -> None:
    bad = "test('bad', () => assert.equal(6 * 7, 43));\ntest('worse', () => { throw new Error('no way'); });\n"
    good = f"{TEST}test('good', () => {{}});\n"
    found, said = outcomes(tmp_path, one=good + bad, two=good)
    assert found == {
        "one.test.mjs::good": "PASSED",
        "one.test.mjs::bad": "FAILED",
        "one.test.mjs::worse": "FAILED",
        "two.test.mjs::good": "PASSED",
    }
    assert "42 !== 43" in said
    assert "no way" in said


def test_a_test_in_a_test_fails_the_one_around_it(tmp_path: Path) -> None:
    inner = "await t.test('inner', () => { throw new Error('deep'); });"
    found, _ = outcomes(tmp_path, one=f"{TEST}test('outer', async (t) => {{ {inner} }});")
    assert found == {"one.test.mjs::outer": "FAILED"}


def test_a_file_that_cannot_be_loaded_or_holds_no_test_fails(tmp_path: Path) -> None:
    found, said = outcomes(tmp_path, broken=f"{TEST}test(", empty="export {};\n", throws="throw new Error('early');\n")
    assert set(found.values()) == {"FAILED"}
    assert {name.split("::")[0] for name in found} == {"broken.test.mjs", "empty.test.mjs", "throws.test.mjs"}
    assert "SyntaxError" in said


def test_a_test_that_is_left_out_fails(tmp_path: Path) -> None:
    left = "test('left', { skip: true }, () => {});\ntest('later', { todo: true }, () => {});\n"
    found, _ = outcomes(tmp_path, one=TEST + left)
    assert set(found.values()) == {"FAILED"}
    assert len(found) == 2
