"""Policies as files: what can be read, what is told of what cannot, and that schema and documentation are true."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from dicom_deid.errors import PolicyError, Problem
from dicom_deid.key import Key
from dicom_deid.plan import document
from dicom_deid.policy import Plan, Policy
from dicom_deid.policy.file import FIELDS, PYTHON_FIELDS, RULE_FIELDS, WHEEL, load, to_toml
from dicom_deid.policy.rules import ACTIONS, Rule
from dicom_deid.profile import table
from hypothesis import given, settings

DOCS = Path(__file__).resolve().parents[2] / "docs" / "policy-file.md"
ULTRASOUND = "1.2.840.10008.5.1.4.1.1.6.1"


def problems(text: str) -> list[Problem]:
    with pytest.raises(PolicyError) as caught:
        Policy.read(text)
    return list(caught.value.problems)


def told(text: str) -> list[tuple[int, str, str]]:
    return [(problem.line, problem.word, problem.near) for problem in problems(text)]


def test_the_form_that_the_page_sends_is_a_policy() -> None:
    sent = {"options": ["retain-uids"], "allow_sop_classes": [ULTRASOUND], "pass_burned_in": True, "verbose": False}
    assert Policy.read(json.dumps(sent)) == Policy(
        frozenset(("retain-uids",)), frozenset((ULTRASOUND,)), pass_burned_in=True
    )


def test_toml_and_json_say_the_same() -> None:
    document = {
        "options": ["retain-uids"],
        "attribute": [{"match": "PatientAge", "action": "K", "reason": 'a "b" \\ ü'}],
    }
    text = to_toml(document, ["a remark"])
    assert text.startswith("# a remark\noptions")
    assert load(text) == document
    assert Policy.read(text) == Policy.read(json.dumps(document))


def test_the_plan_of_a_run_is_a_policy_too() -> None:
    policy = Policy.read('options = ["retain-uids"]\n\n[[attribute]]\nmatch = "PatientAge"\naction = "K"\n')
    text = document(Plan(policy, Key(bytes(32))))
    assert Policy.read(text) == policy
    assert told(text.replace('"PatientAge"', '"PatientAg"')) == [(14, "PatientAg", "PatientAge")]


def test_sop_classes_may_be_named() -> None:
    read = Policy.read('allow_sop_classes = ["ultrasound image storage"]')
    assert read.allow_sop_classes == {ULTRASOUND}


def test_all_problems_are_told_together_with_line_word_and_nearest() -> None:
    text = """option = []
options = ["retain-uid", "retain-full-dates"]
allow_sop_classes = [
  "Ultrasound Image Storge",
]
verbose = "yes"

[[attribute]]
match = "PatientAge"
action = "K"

[[attribute]]
match = "PatientAg"
action = "K"

[[attribute]]
match = "PatientAge"
acton = "K"

[[attribute]]
match = "RequestAttributeSequence/PatientAge"
action = "K"
"""
    assert told(text) == [
        (1, "option", "options"),
        (2, "retain-uid", "retain-uids"),
        (4, "Ultrasound Image Storge", "Ultrasound Image Storage"),
        (6, "verbose", ""),
        (13, "PatientAg", "PatientAge"),
        (18, "acton", "action"),
        (21, "RequestAttributeSequence", "RequestAttributesSequence"),
    ]


def test_a_word_that_was_cut_short_is_the_one_that_it_begins() -> None:
    text = '[[attribute]]\nmatch = "StudyDesc"\naction = "X"\n'
    assert told(text) == [(2, "StudyDesc", "StudyDescription")]


def test_a_word_is_looked_for_in_its_own_rule() -> None:
    paths = ("RequestAttributesSequence/PatientAg", "PatientAg", "/PatientAg")
    text = "".join(f'[[attribute]]\nmatch = "{path}"\naction = "X"\n' for path in paths)
    assert [line for line, _, _ in told(text)] == [2, 5, 8]


def test_lines_are_those_of_json_too() -> None:
    text = '{\n "options": [],\n "attribute": [\n  {"vr": "PN", "action": "X"},\n  {"vr": "PM", "action": "X"}]}'
    assert [line for line, _, _ in told(text)] == [5]


@pytest.mark.parametrize("text", ["options = [", '{"options": [}', "a = 1\na = 2"])
def test_what_is_no_toml_and_no_json_is_told_with_its_line(text: str) -> None:
    assert [problem.line > 0 for problem in problems(text)] == [True]


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ('match = "Rows"\naction = "X"', "Rows"),
        ('match = "StudyInstanceUID"\naction = "K"', "StudyInstanceUID"),
        ('match = "DeidentificationMethod"\naction = "K"', "DeidentificationMethod"),
        ('match = "(0002,0016)"\naction = "K"', "(0002,0016)"),
        ('match = "PixelData"\naction = "X"', "PixelData"),
        ('match = "DigitalSignaturesSequence"\naction = "K"', "DigitalSignaturesSequence"),
        ('match = "(0019,100C)"\naction = "K"', "(0019,100C)"),
        ('pattern = "0019,xxxx"\naction = "K"', "0019,xxxx"),
        ('creator = "A LAB"\naction = "K"', "A LAB"),
        ('creator = "A LAB"\nelement = "(0019,100C)"\naction = "K"', "(0019,100C)"),
        ('element = "(0019,xx0C)"\nmatch = "PatientAge"\naction = "K"', "(0019,xx0C)"),
        ('match = "PatientAge"\nvr = "AS"\naction = "K"', "vr"),
        ('match = "PatientAge"\naction = "K"\nvalue = "012Y"', "K"),
        ('match = "PatientAge"\naction = "k"', "k"),
        ('match = "PatientAge"\naction = "C"', "C"),
        ('match = "PatientAge"\naction = "U"', "U"),
        ('match = "PatientAge"\nvalue = "12"', "12"),
        ('match = "Manufacturer"\nvalue = "Müller"', "Müller"),
        ('match = "SliceVector"\nvalue = "1"', "value"),
        ('pattern = "0008,00xx"\nvalue = "1"', "value"),
        ('vr = "XX"\naction = "X"', "XX"),
        ('match = "OverlayData/PatientAge"\naction = "K"', "OverlayData"),
        ('match = "Rows/PatientAge"\naction = "K"', "Rows"),
        ('match = "/"\naction = "K"', ""),
        ("match = 5\naction = 'X'", "match"),
        ('action = "K"', "attribute"),
    ],
)
def test_a_rule_that_cannot_be_carried_out_is_refused(rule: str, word: str) -> None:
    assert [problem.word for problem in problems(f"[[attribute]]\n{rule}\n")] == [word]


def test_what_always_holds_may_be_said() -> None:
    rules = [{"match": "SpecificCharacterSet", "action": "K"}, {"match": "SOPInstanceUID", "action": "U"}]
    assert len(Policy.read(json.dumps({"attribute": rules})).rules) == 2


def test_dates_still_exclude_each_other_with_a_code_of_their_own() -> None:
    with pytest.raises(PolicyError) as caught:
        Policy.read('options = ["retain-full-dates", "retain-modified-dates"]')
    assert caught.value.code == "OPTIONS_EXCLUDE"


def test_a_policy_made_in_code_is_checked_too() -> None:
    from dicom_deid.key import Key

    with pytest.raises(PolicyError) as caught:
        Plan(Policy(frozenset(("retain-uid",))), Key(bytes(32)))
    assert str(caught.value.problems[0]) == "“retain-uid” is no option. Nearest: retain-uids."


WORDS = st.sampled_from((*FIELDS, *RULE_FIELDS, "PatientAge", "K", "PN", "60xx,4000", "(0019,xx0C)", "/", "", "ü"))
VALUES = st.recursive(
    WORDS | st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


DEEP = ('{"options": ' + "[" * 100_000, "options = " + "[" * 100_000, '{"a":' * 100_000, "a = " + "{a = " * 10_000,
        "[" + "a." * 50_000 + "b]")  # fmt: skip


@pytest.mark.parametrize("text", DEEP, ids=range(len(DEEP)))
def test_what_is_nested_without_end_is_no_policy(text: str) -> None:
    assert [problem.text for problem in problems(text)] == ["This is nested too deep for a policy."]


def test_brackets_in_texts_are_not_nested() -> None:
    reason = json.dumps("[{" * 500)
    rule = f'{{"match": "PatientAge", "action": "K", "reason": {reason}}}'
    [found] = Policy.read(f'{{"attribute": [{rule}]}}').rules
    assert found.reason == "[{" * 500


@settings(deadline=None)
@given(st.dictionaries(WORDS, VALUES, max_size=4))
def test_whatever_a_policy_says_it_is_followed_or_refused(document: dict[str, object]) -> None:
    try:
        policy = Policy.read(json.dumps(document))
    except PolicyError as error:
        assert error.problems
    else:
        assert Policy.read(to_toml(policy.stated())) == replace(policy, verbose=False)


# ---- schema and documentation ------------------------------------------------------------------------------------


def schema() -> dict[str, Any]:
    return dict(table("policy.schema.json"))


def test_the_schema_has_the_fields_actions_and_options_of_the_code() -> None:
    fields = schema()["properties"]
    rule = fields["attribute"]["items"]["properties"]
    assert set(fields) == set(FIELDS)
    coded = fields["python"]["items"]["properties"]
    assert (set(rule), tuple(coded)) == (set(RULE_FIELDS), PYTHON_FIELDS)
    assert set(rule["action"]["enum"]) == set(coded["may"]["items"]["enum"]) == set(ACTIONS)
    assert fields["wheels"]["items"]["pattern"] == f"^{WHEEL.pattern}$"
    assert fields["options"]["items"]["enum"] == [option["name"] for option in table("options.json")]


TYPES = {"object": dict, "array": list, "string": str, "boolean": bool}


def complaints(value: Any, by: dict[str, Any], at: str = "") -> Iterator[str]:
    """The faults that a JSON Schema finds in a value; only the keywords that ours uses are understood."""
    if "type" in by and not isinstance(value, TYPES[by["type"]]):
        yield f"{at}: type"
        return
    yield from (f"{at}: {word}" for word, holds in CHECKS.items() if word in by and not holds(value, by[word]))
    for part in by.get("allOf", ()):
        yield from complaints(value, part, at)
    if isinstance(value, list):
        for entry in value:
            yield from complaints(entry, by["items"], f"{at}/")
    if isinstance(value, dict) and "properties" in by:
        for name in value.keys() & by["properties"].keys():
            yield from complaints(value[name], by["properties"][name], f"{at}/{name}")
        assert by["additionalProperties"] is False
        yield from (f"{at}/{name}: additional" for name in value.keys() - by["properties"].keys())


CHECKS: dict[str, Callable[[Any, Any], bool]] = {
    "enum": lambda value, words: value in words,
    "pattern": lambda value, pattern: re.search(pattern, value) is not None,
    "required": lambda value, names: set(names) <= set(value),
    "oneOf": lambda value, parts: sum(not list(complaints(value, part)) for part in parts) == 1,
    "dependentRequired": lambda value, needs: all(set(needs[name]) <= set(value) for name in needs if name in value),
}


def examples() -> list[str]:
    return [found[2] for found in re.finditer(r"```(toml|json)\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)]


@pytest.mark.parametrize("number", range(5))
def test_every_documented_example_is_a_policy_and_fits_the_schema(number: int) -> None:
    text = examples()[number]
    assert len(examples()) == 5
    document = json.loads(text) if text.startswith("{") else tomllib.loads(text)
    assert list(complaints(document, schema())) == []
    assert {"attribute", "python", "wheels"} & Policy.read(text).stated().keys()


@pytest.mark.parametrize(
    "document",
    [
        {"option": []},
        {"options": ["retain-uid"]},
        {"verbose": "yes"},
        {"attribute": [{"match": "PatientAge"}]},
        {"attribute": [{"action": "K"}]},
        {"attribute": [{"match": "PatientAge", "vr": "AS", "action": "K"}]},
        {"attribute": [{"match": "PatientAge", "action": "k"}]},
        {"attribute": [{"match": "PatientAge", "element": "(0019,xx0C)", "action": "K"}]},
        {"python": [{"name": "a"}]},
        {"python": [{"code": "def rule(element, instance): pass", "may": ["k"]}]},
        {"wheels": ["numpy.whl"]},
    ],
)
def test_what_the_schema_refuses_the_program_refuses(document: dict[str, Any]) -> None:
    assert list(complaints(document, schema())) != []
    assert problems(json.dumps(document)) != []


def documented(heading: str) -> list[str]:
    """The words in the first column of the tables below a heading."""
    section = DOCS.read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)


def test_the_documentation_names_every_field_and_every_action() -> None:
    assert documented("Fields") == list(FIELDS)
    assert documented("Rules in Python") == list(PYTHON_FIELDS)
    assert documented("Fields of a rule") == [*RULE_FIELDS[:4], "element", "action", "value", "reason", *ACTIONS]


def test_a_rule_states_what_was_written_and_no_more() -> None:
    assert Rule(match="PatientName", value="").stated() == {"match": "PatientName", "value": ""}
