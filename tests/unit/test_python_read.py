"""Rules in Python as a policy states them: what is read and saved, and what is told of what cannot be."""

from __future__ import annotations

import json

import pytest
from coded import RULE
from dicom_deid.errors import PolicyError, Problem
from dicom_deid.importers import read_any
from dicom_deid.key import Key
from dicom_deid.policy import Plan, Policy
from dicom_deid.policy.python import PythonRule
from made import KEY


def problems(text: str) -> list[Problem]:
    with pytest.raises(PolicyError) as caught:
        Policy.read(text)
    return list(caught.value.problems)


def test_toml_and_json_bring_the_same_code_and_it_is_written_line_by_line() -> None:
    stated = {"wheels": ["a-1.0-py3-none-any.whl"], "python": [{"name": "it's", "may": ["X"], "code": RULE}]}
    policy = Policy.read(json.dumps(stated))
    assert policy.python == (PythonRule(RULE, "it's", ("X",)),)
    saved = read_any("p.json", json.dumps(stated)).toml
    assert f"code = '''\n{RULE}'''" in saved
    assert Policy.read(saved) == Policy.read(saved.replace("\n", "\r\n")) == policy


@pytest.mark.parametrize("odd", ["x = '''a'''\n", "x = '\\t\\x00'\n", "# '", "x = 'ü\x7f'\n", "if rule:\n\tx = 1\r\n"])
def test_code_of_any_kind_is_saved_and_read_back(odd: str) -> None:
    policy = Policy(python=(PythonRule(f"{RULE}{odd}"),))
    assert Policy.read(read_any("", json.dumps(policy.stated())).toml) == policy


@pytest.mark.parametrize(
    ("field", "line", "word", "near"),
    [
        (
            "code = '''\nimport re\n\ndef rule(element, instance)\n    return None\n'''",
            4,
            "def rule(element, instance)",
            "",
        ),
        ('code = """\n\\tx = 1\n"""', 1, "x = 1", ""),
        ("code = 'def rules(e, i): pass'", 1, "def rules(e, i): pass", "rules"),
        ("code = ''", 1, "", ""),
        ("code = 1", 1, "code", ""),
        ("name = 'x'", 0, "python", ""),
        (f"code = {RULE!r}\nmay = ['x']", 2, "x", "X"),
        (f"code = {RULE!r}\nmay = []", 2, "may", ""),
        (f"code = {RULE!r}\nmay = 'X'", 2, "may", ""),
        (f"code = {RULE!r}\nnam = 'a'", 2, "nam", "name"),
        (f'code = "{chr(92)}u0000"', 1, "\0", ""),
    ],
)
def test_what_is_wrong_has_its_line_its_word_and_the_nearest(field: str, line: int, word: str, near: str) -> None:
    quoted = field.replace(repr(RULE), json.dumps(RULE))
    (problem,) = problems(f"[[python]]\n{quoted}\n")
    assert (max(0, problem.line - 1), problem.word, problem.near) == (line, word.strip(), near)


def test_a_line_of_code_in_json_is_told_too() -> None:
    (problem,) = problems(json.dumps({"python": [{"code": RULE}, {"code": f"{RULE}x = = 1"}]}, indent=1))
    assert (problem.line, problem.word) == (7, "x = = 1")
    assert problem.text.startswith("Line 3 of the code: This is no Python")


@pytest.mark.parametrize(
    "name", ["numpy-1.0-cp314-cp314-any.whl", "../a-1-py3-none-any.whl", "a.whl", "a-1-py3-none-any.zip"]
)
def test_only_wheels_of_pure_python_can_be_named(name: str) -> None:
    (problem,) = problems(json.dumps({"wheels": [name]}))
    assert (problem.line, problem.word) == (1, name)
    assert Policy.read('wheels = ["a_b-1.0.2-1-py2.py3-none-any.whl"]').wheels


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("import nowhere_to_be_found\n", "No module named 'nowhere_to_be_found'"),
        ("raise SystemExit('over')\n", "SystemExit: over"),
        ("rule = 5\n", "rule is no function"),
        ("def rule(element): pass\n", "too many positional arguments"),
    ],
)
def test_code_that_cannot_be_loaded_is_told_before_the_run(body: str, text: str) -> None:
    plan = Plan(Policy(python=(PythonRule(RULE), PythonRule(f"{RULE}\n{body}", "mine"))), Key(KEY))
    with pytest.raises(PolicyError) as caught:
        plan.load()
    (problem,) = caught.value.problems
    assert (caught.value.code, problem.word) == ("RULE_NOT_LOADED", "mine")
    assert problem.text.startswith("rule 2 in Python (mine): ")
    assert text in problem.text
