"""Rules in Python: how they are read, what they see, what their answers do, and that none of them leaks or crashes."""

from __future__ import annotations

import json
from contextlib import nullcontext
from io import BytesIO
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pydicom
import pytest
from dicom_deid.conformance import conformance
from dicom_deid.errors import PolicyError, Problem
from dicom_deid.explain import document, explain
from dicom_deid.imports import read_any
from dicom_deid.key import Key
from dicom_deid.model import Outcome
from dicom_deid.pipeline import process
from dicom_deid.plan import content, opening
from dicom_deid.policy import Plan, Policy
from dicom_deid.policy.python import PythonRule
from dicom_deid.policy.rules import Rule, fixed
from hypothesis import given, settings
from made import KEY, SOURCE_ID, Stingy, ct, item, outcome_of, output_of, sequence, to_bytes
from pydicom.dataset import Dataset

DOCS = Path(__file__).resolve().parents[2] / "docs" / "policy-file.md"
ALL = ("D", "Z", "X", "K", "C", "U")
NAME = "Okonkwo"


def code(body: str, may: tuple[str, ...] = ALL, name: str = "") -> PythonRule:
    """A rule whose function has this body."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return PythonRule(f"def rule(element, instance):\n{lines}", name, may)


def on(keyword: str, answer: str, *may: str) -> PythonRule:
    """A rule that says something of one attribute."""
    return code(f"if element.keyword == {keyword!r}:\n    return {answer}", may or ALL)


def ruled(dataset: Dataset, *python: PythonRule, rules: tuple[Rule, ...] = (), options: str = "") -> Outcome:
    return outcome_of(to_bytes(dataset), Policy(frozenset(options.split()), rules=rules, python=python))


def written(dataset: Dataset, *python: PythonRule, rules: tuple[Rule, ...] = (), options: str = "") -> Dataset:
    outcome = ruled(dataset, *python, rules=rules, options=options)
    assert (outcome.status, outcome.reason) == ("written", "")
    return pydicom.dcmread(BytesIO(output_of(to_bytes(dataset), outcome)))


def failed(dataset: Dataset, *python: PythonRule) -> bool:
    outcome = ruled(dataset, *python)
    return (outcome.status, outcome.reason) == ("withheld", "RULE_FAILED")


def codes(read: Dataset) -> list[str]:
    return [entry.CodeValue for entry in read.get("DeidentificationMethodCodeSequence", ())]


# ---- the policy file ---------------------------------------------------------------------------------------------


def problems(text: str) -> list[Problem]:
    with pytest.raises(PolicyError) as caught:
        Policy.read(text)
    return list(caught.value.problems)


RULE = "def rule(element, instance):\n    return None\n"


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


# ---- what a rule sees --------------------------------------------------------------------------------------------


def seen(dataset: Dataset, expression: str) -> Any:
    """What an expression over element and instance is, for each element that a rule is asked about, by path."""
    policy = Policy(python=(code(f"import builtins\nbuiltins.seen[element.path] = {expression}"),))
    import builtins

    builtins.seen = {}  # type: ignore[attr-defined]
    try:
        assert outcome_of(to_bytes(dataset), policy).status == "written"
        return builtins.seen  # type: ignore[attr-defined]
    finally:
        del builtins.seen  # type: ignore[attr-defined]


def rich() -> Dataset:
    step = item(ScheduledProcedureStepID="STEP-12345", PatientID="")
    dataset = ct(
        RequestAttributesSequence=sequence(step, item()),
        WindowWidth=["1.5", "2"],
        InstanceNumber="7",
        SmallestImagePixelValue=9,
        ImageComments="a\\b",
        SpecificCharacterSet="ISO_IR 192",
        InstitutionName="Krankenhaus Süd",
        ImageType=["ORIGINAL", "PRIMARY"],
        RedPaletteColorLookupTableData=b"\1\2",
    )
    dataset.private_block(0x0019, "WEIR LAB", create=True).add_new(0x0C, "LO", "/1.375:1")
    return dataset


def test_values_are_texts_numbers_bytes_and_items() -> None:
    value = seen(rich(), "element.value")
    assert value["PatientName"] == "Okonkwo^Adaeze"
    assert value["InstitutionName"] == "Krankenhaus Süd"
    assert (value["WindowWidth"], value["InstanceNumber"], value["SmallestImagePixelValue"]) == ((1.5, 2.0), 7, 9)
    assert (value["ImageComments"], value["ImageType"]) == ("a\\b", ("ORIGINAL", "PRIMARY"))
    assert value["RedPaletteColorLookupTableData"] == b"\1\2"
    assert value["(0019,100C)"] == "/1.375:1"
    first, second = value["RequestAttributesSequence"]
    assert (dict(first), len(second)) == ({"ScheduledProcedureStepID": "STEP-12345", "PatientID": None}, 0)


def test_a_rule_sees_where_an_element_is_and_the_whole_instance() -> None:
    dataset = rich()
    shown = (
        "element.tag, element.vr, element.creator, instance['PatientID'], instance.get('Nothing'), 'Rows' in instance"
    )
    found = seen(dataset, shown)
    assert found["(0019,100C)"] == (0x0019100C, "LO", "WEIR LAB", "MRN-0815-4711", None, True)
    assert "RequestAttributesSequence" in found
    assert not {"PixelData", "Rows", "SOPInstanceUID", "PatientIdentityRemoved", "(0019,0010)"} & set(found)


@pytest.mark.parametrize(
    "change",
    ["element.vr = 'X'", "element.value = ''", "instance['PatientID'] = ''", "instance.clear()", "del element.tag"],
)
def test_nothing_can_be_changed(change: str) -> None:
    assert failed(ct(), code(change))


# ---- what an answer does -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keyword", "answer", "left"),
    [
        ("ConvolutionKernel", "None", "B30f"),
        ("ConvolutionKernel", "'X'", None),
        ("ConvolutionKernel", "'Z'", ""),
        ("ConvolutionKernel", "'D'", "REMOVED"),
        ("ConvolutionKernel", "('D', 'soft')", "soft"),
        ("PatientAge", "'K'", "063Y"),
        ("StudyDescription", "'C'", "for"),
        ("SliceThickness", "('D', '2.5')", 2.5),
    ],
)
def test_each_answer_is_followed(keyword: str, answer: str, left: object) -> None:
    read = written(ct(PatientAge="063Y", StudyDescription="for Okonkwo"), on(keyword, answer))
    assert (read[keyword].value or "" if keyword in read else None) == left


@pytest.mark.parametrize(
    ("keyword", "answer"),
    [
        ("ConvolutionKernel", "'Y'"),
        ("ConvolutionKernel", "'k'"),
        ("ConvolutionKernel", "5"),
        ("ConvolutionKernel", "['D', 'a']"),
        ("ConvolutionKernel", "('X', 'a')"),
        ("ConvolutionKernel", "('D', 'ü')"),
        ("ConvolutionKernel", "('D', 5)"),
        ("ConvolutionKernel", "'U'"),
        ("SliceThickness", "('D', 'thin')"),
        ("SmallestImagePixelValue", "('D', '5')"),
        ("SmallestImagePixelValue", "'C'"),
        ("RequestAttributesSequence", "('D', 'a')"),
        ("RequestAttributesSequence", "'U'"),
        ("PatientName", "'K'"),
        ("PatientID", "'C'"),
    ],
)
def test_what_cannot_be_followed_withholds(keyword: str, answer: str) -> None:
    assert failed(rich(), on(keyword, answer))


def test_an_action_that_it_may_not_return_withholds() -> None:
    assert failed(ct(), on("ConvolutionKernel", "'K'", "X", "Z"))
    assert not failed(ct(), on("ConvolutionKernel", "'X'", "X", "Z"))


def test_a_text_that_is_put_together_takes_a_rule_that_may_keep() -> None:
    computed = "('D', 'k' + str(len(element.value)))"
    assert failed(ct(), on("ConvolutionKernel", computed, "D"))
    assert written(ct(), on("ConvolutionKernel", computed, "D", "K")).ConvolutionKernel == "k4"


def test_the_last_with_an_opinion_decides_and_goes_before_attribute_rules() -> None:
    attribute = (Rule(match="ConvolutionKernel", action="X"),)
    first, second, silent = (on("ConvolutionKernel", answer) for answer in ("('D', 'a')", "('D', 'b')", "None"))
    assert written(ct(), first, second, silent, rules=attribute).ConvolutionKernel == "b"
    assert "ConvolutionKernel" not in written(ct(), silent, rules=attribute)


def test_elements_in_items_are_asked_about_too() -> None:
    dataset = ct(RequestAttributesSequence=sequence(item(OperatorsName="Grey^Heron")))
    keep = code("return 'K' if element.path.startswith('RequestAttributesSequence') else None")
    outcome = ruled(dataset, keep)
    assert (outcome.status, outcome.reason) == ("withheld", "IDENTIFIER_LEFT")
    dataset.RequestAttributesSequence = sequence(item(ScheduledProcedureStepID="A1"))
    assert written(dataset, keep).RequestAttributesSequence[0].ScheduledProcedureStepID == "A1"


@pytest.mark.parametrize(
    ("vr", "value", "left"), [("LO", "/1.375:1", "/1.375:1"), ("LO", "of Okonkwo 5", "of 5"), ("PN", "A^B", None)]
)
def test_private_elements_are_asked_about_with_their_creator(vr: str, value: str, left: str | None) -> None:
    dataset = ct()
    dataset.private_block(0x0019, "WEIR LAB", create=True).add_new(0x0C, vr, value)
    dataset.add_new(0x0021110C, "LO", "without creator")
    keep = code("return 'K' if element.creator == 'WEIR LAB' else None")
    read = written(dataset, keep)
    found = {int(element.tag): element.value for element in read if element.tag.is_private}
    assert found == ({} if left is None else {0x00190010: "WEIR LAB", 0x0019100C: left})
    assert failed(dataset, code("return ('D', 'x') if element.creator else None"))
    assert not [element for element in written(dataset, on("PatientName", "None")) if element.tag.is_private]


def test_what_an_attribute_rule_keeps_and_code_takes_away_is_looked_for() -> None:
    dataset = ct(PatientAge="063Y", OperatorsName="Grey^Heron", ProtocolName="by Heron")
    keep = (Rule(match="OperatorsName", action="K"), Rule(match="ProtocolName", action="K"))
    assert written(dataset, on("Rows", "None"), rules=keep).ProtocolName == "by Heron"
    outcome = ruled(dataset, on("OperatorsName", "'X'"), rules=keep)
    assert (outcome.status, outcome.reason) == ("withheld", "IDENTIFIER_LEFT")


def test_verification_finds_what_code_keeps() -> None:
    for keyword in ("OperatorsName", "StudyDescription"):
        outcome = ruled(ct(**{keyword: "for Okonkwo"}), on(keyword, "'K'"))
        assert (outcome.status, outcome.reason) == ("withheld", "IDENTIFIER_LEFT")


def test_files_of_a_series_are_decided_by_themselves() -> None:
    depends = code("return 'X' if element.keyword == 'ConvolutionKernel' and instance['InstanceNumber'] == 2 else None")
    plan = Plan(Policy(python=(depends,)), Key(KEY))
    files = [to_bytes(ct(InstanceNumber=str(number), SOPInstanceUID=f"1.2.3.{number}")) for number in (1, 2, 1)]
    kept = [process(Stingy(data), plan, SOURCE_ID, repeat=False) for data in files]
    assert [b"B30f" in output_of(data, outcome) for data, outcome in zip(files, kept, strict=True)] == [
        True,
        False,
        True,
    ]


def test_the_documented_example_does_what_is_said_of_it() -> None:
    text = DOCS.read_text(encoding="utf-8").split("## Rules in Python\n")[1].split("```toml\n")[1].split("```")[0]
    (rule,) = Policy.read(text).python
    assert written(ct(), rule).ConvolutionKernel == "B30f"
    dataset = ct(ConvolutionKernel="soft, for knees")
    assert written(dataset, rule).ConvolutionKernel in ("", None)
    dataset.Modality = "MR"
    assert written(dataset, rule).ConvolutionKernel == "soft, for knees"


# ---- what is claimed ---------------------------------------------------------------------------------------------


def test_code_that_only_protects_leaves_the_profile_and_takes_the_options() -> None:
    read = written(ct(), on("ConvolutionKernel", "'X'", "X", "D"), options="retain-patient-characteristics")
    assert (codes(read), read.PatientIdentityRemoved) == (["113100"], "YES")
    assert "local policy" in read.DeidentificationMethod


def test_code_that_may_keep_takes_all_claims() -> None:
    assert codes(written(ct(), on("ConvolutionKernel", "None", "X", "K"))) == []


@pytest.mark.parametrize(
    ("answer", "options", "dates"),
    [
        ("'K'", "", "UNMODIFIED"),
        ("'C'", "", "MODIFIED"),
        ("'X'", "", "REMOVED"),
        ("'K'", "retain-modified-dates", "UNMODIFIED"),
        ("'C'", "retain-full-dates", "UNMODIFIED"),
    ],
)
def test_the_marker_of_dates_is_true_of_each_instance(answer: str, options: str, dates: str) -> None:
    rule = on("StudyDate", answer)
    assert written(ct(), rule, options=options).LongitudinalTemporalInformationModified == dates
    without = "UNMODIFIED" if "full" in options else "MODIFIED" if options else "REMOVED"
    assert written(ct(StudyDate=""), rule, options=options).LongitudinalTemporalInformationModified == without


def test_plan_log_and_statement_say_that_there_is_code() -> None:
    rule = on("ConvolutionKernel", "'X'", "X", "K")
    plan = Plan(Policy(python=(rule, PythonRule(RULE, "mine"))), Key(KEY), wheels={"a-1-py3-none-any.whl": "ab"})
    assert Policy.read(json.dumps(content(plan)["policy"])) == plan.policy
    assert content(plan)["wheel_sha256"] == {"a-1-py3-none-any.whl": "ab"}
    lines = "\n".join(opening(plan))
    assert "python rule 1: code, SHA-256 " in lines
    assert "python rule 2 (mine): code, SHA-256 " in lines
    assert "may say X, K" in lines
    assert "rule 2 in Python (mine) may say D, Z, X, U" in conformance(plan)
    assert content(Plan(Policy(), Key(KEY))).keys() == content(plan).keys() - {"wheel_sha256"}


# ---- failure -----------------------------------------------------------------------------------------------------


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


@settings(max_examples=150, deadline=None)
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


@settings(max_examples=40, deadline=None)
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
