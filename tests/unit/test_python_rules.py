"""Rules in Python: the elements that they see, the effect of their answers, and the codes claimed then."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from coded import RULE, code, codes, failed, on, rich, ruled, written
from dicom_deid.conformance import conformance
from dicom_deid.deidentify.values import value_of
from dicom_deid.key import Key
from dicom_deid.model import Element, Syntax
from dicom_deid.pipeline import process
from dicom_deid.plan import content, opening
from dicom_deid.policy import Plan, Policy
from dicom_deid.policy.python import PythonRule
from dicom_deid.policy.rules import Rule
from made import KEY, SOURCE_ID, Stingy, ct, item, outcome_of, output_of, sequence, to_bytes
from pydicom.dataset import Dataset

DOCS = Path(__file__).resolve().parents[2] / "docs" / "policy-file.md"


def seen(dataset: Dataset, expression: str) -> Any:
    """The values of an expression over element and instance, for each element that a rule is asked about, by path."""
    policy = Policy(python=(code(f"import builtins\nbuiltins.seen[element.path] = {expression}"),))
    import builtins

    builtins.seen = {}  # type: ignore[attr-defined]
    try:
        assert outcome_of(to_bytes(dataset), policy).status == "written"
        return builtins.seen  # type: ignore[attr-defined]
    finally:
        del builtins.seen  # type: ignore[attr-defined]


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


def test_code_that_only_protects_takes_no_claim_away() -> None:
    read = written(ct(), on("ConvolutionKernel", "'X'", "X", "D"), options="retain-patient-characteristics")
    assert (codes(read), read.PatientIdentityRemoved) == (["113100", "113108"], "YES")
    assert "local policy" in read.DeidentificationMethod


def test_nothing_is_claimed_of_an_instance_in_which_code_does_otherwise_than_an_option() -> None:
    rule, options = on("PatientAge", "'X' if element.value == '063Y' else None", "X"), "retain-patient-characteristics"
    assert codes(written(ct(PatientAge="063Y"), rule, options=options)) == []
    assert codes(written(ct(PatientAge="062Y"), rule, options=options)) == ["113100", "113108"]
    assert codes(written(ct(PatientAge="063Y"), rule)) == ["113100"]
    lines = opening(Plan(Policy(frozenset([options]), python=(rule,)), Key(KEY)))
    said = "claimed in (0012,0064): 113100, 113108; nothing where a rule in Python does otherwise than an option"
    assert said in lines


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


def test_what_is_kept_that_is_no_date_says_nothing_of_dates() -> None:
    kept = written(ct(), on("ConvolutionKernel", "'K'", "X", "K"))
    assert kept.LongitudinalTemporalInformationModified == "REMOVED"


def test_a_sequence_without_items_is_no_items_and_text_without_value_is_none() -> None:
    syntax = Syntax(explicit=True, little=True)
    assert value_of(Element(0x00081140, "SQ", b"", []), ("latin_1",), syntax) == ()
    assert value_of(Element(0x00081030, "LO", b""), ("latin_1",), syntax) is None
