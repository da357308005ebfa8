"""Whatever a rule in Python does, there is an outcome that tells no more than a code; the what-if tells the rest."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import Any

import hypothesis.strategies as st
import pytest
from coded import ALL, RULE, code, on, rich, ruled
from dicom_deid.explain import document, explain
from dicom_deid.key import Key
from dicom_deid.pipeline import process
from dicom_deid.policy import Plan, Policy
from dicom_deid.policy.python import PythonRule
from dicom_deid.policy.rules import fixed
from hypothesis import given, settings
from made import KEY, SOURCE_ID, Stingy, ct, outcome_of, output_of, to_bytes
from pydicom.dataset import Dataset

NAME = "Okonkwo"


def look(dataset: Dataset, rule: PythonRule) -> dict[str, Any]:
    data = to_bytes(dataset)
    return document(explain(Stingy(data, len(data)), Plan(Policy(python=(rule,)), Key(KEY)), SOURCE_ID), values=True)


def test_the_what_if_shows_rule_and_name() -> None:
    rows = {row["keyword"]: row for row in look(ct(), PythonRule(on("PatientSex", "'X'").code, "mine"))["elements"]}
    assert (rows["PatientSex"]["rule"], rows["PatientSex"]["why"]) == (
        "python rule 1",
        "Rule 1 in Python says so. mine",
    )


def test_the_what_if_shows_the_traceback_and_nothing_else_does() -> None:
    rule = code("if element.keyword == 'PatientName':\n    return {}[element.value]", name="mine")
    found = look(ct(), rule)
    assert found["outcome"]["reason"] == "RULE_FAILED"
    assert found["elements"] == []
    lines = found["traceback"].splitlines()
    assert lines[0] == "rule 1 in Python (mine), asked about PatientName:"
    assert lines[2] == '  File "<rule 1>", line 3, in rule'
    assert "    return {}[element.value]" in lines
    assert lines[-1] == "KeyError: 'Okonkwo^Adaeze'"
    data = to_bytes(ct())
    quiet = document(explain(Stingy(data, len(data)), Plan(Policy(python=(rule,)), Key(KEY)), SOURCE_ID), values=False)
    assert NAME not in json.dumps(quiet)
    outcome = ruled(ct(), rule)
    assert NAME not in repr(outcome)


def test_an_answer_that_cannot_be_followed_is_explained() -> None:
    text = look(ct(), on("ConvolutionKernel", "('D', 'x' * 99)"))["traceback"]
    assert text.startswith("rule 1 in Python, asked about ConvolutionKernel:\n“xx")


def test_each_question_is_watched() -> None:
    class TimeUp(BaseException):
        pass

    class Watch(nullcontext[None]):
        def __exit__(self, *error: object) -> None:
            raise TimeUp

    plan = Plan(Policy(python=(PythonRule(RULE),)), Key(KEY))
    plan.load()
    plan.watch = Watch()
    assert process(Stingy(to_bytes(ct())), plan, SOURCE_ID, repeat=False).reason == "RULE_FAILED"


def test_what_a_rule_prints_goes_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    body = "import logging, warnings\nprint(element.value)\nlogging.error(element.value)\n"
    body += "warnings.warn(str(element.value))"
    assert ruled(ct(), code(body)).status == "written"
    assert NAME not in "".join(capfd.readouterr())


RICH = to_bytes(rich())
KEYWORDS = st.sampled_from([element.keyword for element in rich() if not fixed(element.tag)])
ANSWERS = st.recursive(
    st.sampled_from((*ALL, None, "", "x", NAME)) | st.integers() | st.binary(max_size=3) | st.floats(),
    lambda inner: st.tuples(inner, inner) | st.lists(inner, max_size=2),
    max_leaves=4,
)


@settings(deadline=None)
@given(st.dictionaries(KEYWORDS, ANSWERS, max_size=4), st.booleans())
def test_whatever_a_rule_returns_there_is_an_outcome_without_the_name(answers: dict[str, Any], keeps: bool) -> None:
    rule = code(f"inf = nan = 0.5\nreturn {answers!r}.get(element.keyword)", ALL if keeps else ("D", "Z", "X", "U"))
    outcome = outcome_of(RICH, Policy(python=(rule,)))
    assert (outcome.status, outcome.reason) in {
        ("written", ""),
        ("withheld", "RULE_FAILED"),
        ("withheld", "IDENTIFIER_LEFT"),
    }
    assert outcome.status != "written" or NAME.encode() not in output_of(RICH, outcome)
    assert NAME not in repr(outcome.log) + repr(outcome.names)


ERRORS = (
    "ValueError",
    "KeyboardInterrupt",
    "SystemExit",
    "GeneratorExit",
    "RecursionError",
    "MemoryError",
    "BaseException",
)


@settings(deadline=None)
@given(st.sampled_from(ERRORS), KEYWORDS, st.integers(0, 2))
def test_whatever_a_rule_raises_withholds_and_says_no_more(error: str, keyword: str, kind: int) -> None:
    body = f"if element.keyword == {keyword!r}:\n    "
    body += (
        f"raise {error}(element.value)",
        "return rule(element, instance)",
        "return type('T', (str,), {'__eq__': 1})('X')",
    )[kind]
    outcome = outcome_of(RICH, Policy(python=(code(body),)))
    assert (outcome.status, outcome.reason) == ("withheld", "RULE_FAILED")
    assert NAME not in repr(outcome)
