"""Rules of a policy: which elements they reach, what becomes of those, and what the markers then say."""

from __future__ import annotations

import json
from io import BytesIO

import pydicom
import pytest
from dicom_deid.key import Key
from dicom_deid.model import Outcome
from dicom_deid.plan import content, opening
from dicom_deid.policy import Plan, Policy
from dicom_deid.policy.rules import Rule
from dicom_deid.policy.targets import Wrong, check_value
from made import KEY, ct, item, outcome_of, output_of, sequence, to_bytes
from pydicom.dataset import Dataset

LAB = "WEIR LAB"


def ruled(dataset: Dataset, *rules: Rule, options: str = "") -> tuple[Outcome, Dataset]:
    """Outcome and output under rules."""
    data = to_bytes(dataset)
    outcome = outcome_of(data, Policy(options=frozenset(options.split()), rules=rules))
    return outcome, pydicom.dcmread(BytesIO(output_of(data, outcome))) if outcome.splice else Dataset()


def written(dataset: Dataset, *rules: Rule, options: str = "") -> Dataset:
    outcome, read = ruled(dataset, *rules, options=options)
    assert (outcome.status, outcome.reason) == ("written", "")
    return read


def codes(read: Dataset) -> list[str]:
    return [entry.CodeValue for entry in read.get("DeidentificationMethodCodeSequence", ())]


def keep(match: str) -> Rule:
    return Rule(match=match, action="K")


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        (Rule(match="PatientSex", action="X"), None),
        (Rule(match="Manufacturer", action="X"), None),
        (Rule(match="Manufacturer", action="Z"), ""),
        (Rule(match="(0008,0070)", action="D"), "REMOVED"),
        (Rule(match="Manufacturer", value="Somebody"), "Somebody"),
        (Rule(pattern="0008,007x", action="Z"), ""),
        (Rule(vr="LO", action="X"), None),
    ],
)
def test_each_way_to_name_an_attribute_and_each_action(rule: Rule, left: str | None) -> None:
    read = written(ct(), rule)
    keyword = "PatientSex" if rule.match == "PatientSex" else "Manufacturer"
    assert (str(read[keyword].value or "") if keyword in read else None) == left
    assert codes(read) == ["113100"]


def test_a_rule_that_protects_as_much_leaves_the_claim() -> None:
    read = written(ct(), Rule(match="PatientName", value="Case 7"), Rule(match="FrameOfReferenceUID", action="U"))
    assert (read.PatientName, codes(read), read.PatientIdentityRemoved) == ("Case 7", ["113100"], "YES")
    assert read.FrameOfReferenceUID == written(ct()).FrameOfReferenceUID


def test_what_the_profile_would_remove_can_be_kept_and_is_said() -> None:
    rule = Rule(match="PatientAge", action="K", reason="the study needs it")
    read = written(ct(PatientAge="063Y"), rule)
    assert (read.PatientAge, codes(read)) == ("063Y", [])
    assert "local policy" in read.DeidentificationMethod
    lines = opening(Plan(Policy(rules=(rule,)), Key(KEY)))
    assert "policy rule 1: PatientAge: K, weaker than the profile (the study needs it)" in lines
    assert "claimed in (0012,0064): nothing, since rules do otherwise than the profile and its options, or may" in lines


def test_a_rule_that_keeps_what_an_option_keeps_anyway_takes_no_claim_away() -> None:
    read = written(ct(PatientAge="063Y"), keep("PatientAge"), options="retain-patient-characteristics")
    assert codes(read) == ["113100", "113108"]


def test_a_rule_that_removes_what_an_option_keeps_takes_all_codes_away() -> None:
    read = written(
        ct(PatientAge="063Y"), Rule(match="PatientAge", action="X"), options="retain-patient-characteristics"
    )
    assert (codes(read), read.PatientSex) == ([], "F")  # Basic alone would not be true of the sex
    assert "PatientAge" not in read


def test_the_last_rule_that_reaches_an_element_decides() -> None:
    first, last = Rule(vr="AS", action="X"), keep("PatientAge")
    assert "PatientAge" in written(ct(PatientAge="063Y"), first, last)
    assert "PatientAge" not in written(ct(PatientAge="063Y"), last, first)


def request(**values: object) -> Dataset:
    """A slice with a request of its own."""
    step = item(ScheduledProcedureStepID="STEP-12345", RequestedProcedureID="ORDER-7788", **values)
    return ct(RequestAttributesSequence=sequence(step), Manufacturer="ACME")


def test_a_path_reaches_where_its_sequences_end_and_with_a_slash_from_the_top_only() -> None:
    within = (keep("RequestAttributesSequence"), keep("RequestAttributesSequence/RequestedProcedureID"))
    assert written(request(), *within).RequestAttributesSequence[0].RequestedProcedureID == "ORDER-7788"
    top = written(request(Manufacturer="INNER"), within[0], Rule(match="/Manufacturer", action="X"))
    assert "Manufacturer" not in top
    assert top.RequestAttributesSequence[0].Manufacturer == "INNER"


def test_a_kept_identifier_may_stand_where_the_rule_says_and_nowhere_else() -> None:
    outcome, _ = ruled(ct(StudyDescription="for Okonkwo"), keep("StudyDescription"))
    assert (outcome.status, outcome.reason) == ("withheld", "IDENTIFIER_LEFT")
    read = written(ct(StudyDescription="for Okonkwo"), Rule(match="StudyDescription", action="C"))
    assert (read.StudyDescription, codes(read)) == ("for", [])


def test_what_a_rule_keeps_in_one_place_is_still_looked_for_where_it_is_removed() -> None:
    seen = item(OperatorsName="Grey^Heron")
    dataset = ct(OperatorsName="Blue^Egret", RequestAttributesSequence=sequence(seen), ProtocolName="by Egret or Heron")
    place = "RequestAttributesSequence/OperatorsName"
    rules = (keep("RequestAttributesSequence"), keep(place), Rule(match="ProtocolName", action="C"))
    read = written(dataset, *rules)
    assert read.RequestAttributesSequence[0].OperatorsName == "Grey^Heron"
    assert read.ProtocolName == "by or Heron"


def test_a_kept_patient_is_not_called_removed() -> None:
    read = written(ct(StudyDescription="MRN-0815-4711"), keep("PatientID"))
    assert (read.PatientID, read.PatientIdentityRemoved) == ("MRN-0815-4711", "NO")
    assert written(ct(), keep("PatientName")).PatientName == "Okonkwo^Adaeze"


def test_dates_of_a_rule_are_shifted_with_the_patient_and_the_marker_says_so() -> None:
    by_option = written(ct(), options="retain-modified-dates")
    read = written(ct(), Rule(match="StudyDate", action="C"))
    assert read.StudyDate == by_option.StudyDate
    assert (read.LongitudinalTemporalInformationModified, codes(read)) == ("MODIFIED", [])
    kept = written(ct(), keep("StudyDate"), options="retain-modified-dates")
    assert (kept.StudyDate, kept.LongitudinalTemporalInformationModified) == ("20240229", "UNMODIFIED")


def private(value: str = "/1.375:1", vr: str = "LO") -> Dataset:
    dataset = ct()
    for creator in ("ANOTHER LAB", LAB):
        block = dataset.private_block(0x0019, creator, create=True)
        block.add_new(0x0C, vr, value)
        block.add_new(0x0D, "LO", "not named")
    return dataset


def kept_private(read: Dataset) -> dict[int, str]:
    return {int(element.tag): element.value for element in read if element.tag.is_private}


def test_a_private_element_is_kept_by_creator_and_element_whatever_its_block() -> None:
    rule = Rule(creator=LAB, element="(0019,xx0C)", action="K")
    assert kept_private(written(private(), rule)) == {0x00190011: LAB, 0x0019110C: "/1.375:1"}
    assert codes(written(private(), rule)) == []
    assert codes(written(private(), rule, options="retain-safe-private")) == ["113100", "113111"]


def test_what_a_private_element_holds_is_cleaned_and_a_person_never_stays() -> None:
    rule = Rule(creator=LAB, element="(0019,xx0C)", action="K")
    assert kept_private(written(private("Okonkwo 5"), rule))[0x0019110C] == "5"
    assert kept_private(written(private("Who^Ever", "PN"), rule)) == {}


def test_a_creator_can_be_removed_as_a_whole() -> None:
    dataset = ct()
    dataset.private_block(0x0043, "GEMS_PARM_01", create=True).add_new(0x27, "SH", "/1.375:1")
    rule = Rule(creator="GEMS_PARM_01", action="X")
    assert kept_private(written(dataset, options="retain-safe-private")) != {}
    assert kept_private(written(dataset, rule, options="retain-safe-private")) == {}


def test_a_rule_for_a_vr_or_a_pattern_leaves_what_the_output_stands_on() -> None:
    read = written(ct(), Rule(pattern="xxxx,xxxx", action="X"))
    assert (read.Rows, read.PatientIdentityRemoved, codes(read)) == (4, "YES", ["113100"])
    assert read.SOPInstanceUID == written(ct()).SOPInstanceUID
    assert "SliceThickness" not in read


def test_cleaning_a_group_leaves_its_numbers() -> None:
    dataset = ct(ImageComments="seen by Dr. Who", SeriesNumber=7)
    read = written(dataset, Rule(pattern="0020,xxxx", action="C"))
    assert (read.ImageComments, read.SeriesNumber) == ("seen by", 7)


def test_a_rule_goes_before_the_decision_on_a_content_item() -> None:
    name = item(CodeValue="121071", CodingSchemeDesignator="DCM", CodeMeaning="Finding")
    entry = item(ValueType="TEXT", ConceptNameCodeSequence=sequence(name), TextValue="nodule")
    dataset = ct(ContentSequence=sequence(entry))
    rule = Rule(match="TextValue", action="Z")
    read = written(dataset, rule, options="clean-structured-content")
    assert read.ContentSequence[0].TextValue in ("", None)
    assert codes(read) == ["113100", "113104"]


def test_the_plan_holds_the_rules_and_can_be_read_as_a_policy() -> None:
    policy = Policy(rules=(keep("PatientAge"), Rule(match="PatientName", value="Case", reason="teaching")))
    plan = Plan(policy, Key(KEY))
    assert Policy.read(json.dumps(content(plan)["policy"])) == policy
    assert "attribute" not in content(Plan(Policy(), Key(KEY)))["policy"]


@pytest.mark.parametrize(("value", "vr"), [("a\nb", "UT"), ("a\x7fb", "LO"), ("ü", "LO")])
def test_a_value_is_of_ascii_letters_in_one_line(value: str, vr: str) -> None:
    check_value("a b", vr, "it")
    with pytest.raises(Wrong):
        check_value(value, vr, "it")


@pytest.mark.parametrize(("vr", "named"), [("OB", "it is OB"), ("", "it is of no known VR")])
def test_a_value_goes_with_text_and_the_problem_names_the_vr(vr: str, named: str) -> None:
    with pytest.raises(Wrong) as wrong:
        check_value("a", vr, "it")
    assert named in str(wrong.value.args)
