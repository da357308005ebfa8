"""The what-if: every element once, with the engine's own decision, and values of the real output."""

from __future__ import annotations

import ast
import json
import re
import struct
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import dicom_deid
import pydicom
import pytest
from dicom_deid.errors import FragmentsWanted, ShortRead
from dicom_deid.explain import Explanation, Row, document, explain
from dicom_deid.explain.sentences import sentences, what
from dicom_deid.key import Key
from dicom_deid.pipeline import process
from dicom_deid.policy import Plan, Policy
from dicom_deid.policy.rules import Rule
from dicom_deid.profile import table
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from made import KEY, SOURCE_ID, UID, Stingy, ct, deidentified, item, outcome_of, output_of, sequence, to_bytes
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
REPORT = "1.2.840.10008.5.1.4.1.1.88.11"


def explained(data: bytes, *options: str) -> Explanation:
    return explain(Stingy(data, len(data)), Plan(Policy(frozenset(options)), Key(KEY)), SOURCE_ID)


def rows(dataset: Dataset, *options: str) -> dict[str, Row]:
    found = explained(to_bytes(dataset), *options).rows
    assert len({row.path for row in found}) == len(found)
    return {row.path: row for row in found}


def rich() -> Dataset:
    """An instance with something of each kind."""
    code = item(CodeValue="42", CodingSchemeDesignator="99X", CodeMeaning="Dr. Who's head")
    step = item(ScheduledProcedureStepID="77", StudyInstanceUID=f"{UID}.1")
    dataset = ct(
        AnatomicRegionSequence=sequence(code),
        RequestAttributesSequence=sequence(step, item()),
        ReferencedStudySequence=sequence(item(ReferencedSOPInstanceUID=f"{UID}.9")),
        SpecificCharacterSet="ISO_IR 192",
        ConvolutionKernel="weich Ökönkwo",
        DeidentificationMethod="another tool",
        WindowWidth=["1", "2"],
        SmallestImagePixelValue=7,
        FrameIncrementPointer=0x00181063,
        LongCodeValue="x" * 300,
    )
    block = dataset.private_block(0x0029, "Okonkwo Inc", create=True)
    block.add_new(1, "LO", "secret")
    return dataset


def report() -> Dataset:
    """A report whose content is decided item by item."""
    observer = item(
        ValueType="PNAME", PersonName="House^Gregory",
        ConceptNameCodeSequence=sequence(item(CodeValue="121008", CodingSchemeDesignator="DCM", CodeMeaning="x")),
    )  # fmt: skip
    text = item(
        ValueType="TEXT", TextValue="seen by Okonkwo, fine",
        ConceptNameCodeSequence=sequence(item(CodeValue="999", CodingSchemeDesignator="DCM", CodeMeaning="Finding")),
    )  # fmt: skip
    gone = item(
        ValueType="TEXT", TextValue="bed 7",
        ConceptNameCodeSequence=sequence(item(CodeValue="121022", CodingSchemeDesignator="DCM", CodeMeaning="x")),
    )  # fmt: skip
    return ct(SOPClassUID=REPORT, Modality="SR", ContentSequence=sequence(gone, observer, text))


def everything(dataset: Dataset, place: str = "") -> dict[str, pydicom.DataElement]:
    """Every element that pydicom finds, at every depth, by the path that a row has."""
    found = {}
    for element in dataset:
        path = f"{place}({element.tag.group:04X},{element.tag.element:04X})"
        found[path] = element
        if element.VR == "SQ":
            for number, inside in enumerate(element.value, 1):
                found |= everything(inside, f"{path}[{number}]/")
    return found


@pytest.mark.parametrize("options", [(), ("retain-safe-private", "clean-descriptors", "retain-modified-dates")])
def test_every_element_has_a_row_and_a_reason(options: tuple[str, ...]) -> None:
    data = to_bytes(rich())
    before = pydicom.dcmread(BytesIO(data))
    found = {row.path: row for row in explained(data, *options).rows}
    assert {path for path, row in found.items() if row.before is not None} == (
        everything(before).keys() | everything(before.file_meta).keys()
    )
    assert all(row.action.rule in sentences() and row.reason for row in found.values())
    assert all(what(row.action.code) for row in found.values())


def test_what_comes_after_is_what_is_written() -> None:
    data = to_bytes(rich())
    after = pydicom.dcmread(BytesIO(output_of(data, outcome_of(data))))
    present = everything(after) | everything(after.file_meta)
    found = {row.path: row for row in explained(data).rows if row.after is not None}
    assert found.keys() == present.keys()
    for path in (
        "(0010,0010)",
        "(0008,0018)",
        "(0018,1210)",
        "(0012,0063)",
        "(0002,0003)",
        "(0008,2218)[1]/(0008,0104)",
    ):
        value = present[path].value
        assert found[path].after == (value if isinstance(value, str) else str(value).replace("', '", "\\").strip("[']"))


def test_listening_changes_nothing() -> None:
    for dataset in (rich(), report()):
        data = to_bytes(dataset)
        plan = Plan(Policy(frozenset(("clean-structured-content",))), Key(KEY))
        told = explain(Stingy(data, len(data)), plan, SOURCE_ID).outcome
        assert told == process(Stingy(data, len(data)), plan, SOURCE_ID, repeat=False)


def test_each_row_says_what_was_decided_and_what_became_of_it() -> None:
    found = rows(rich())
    told = {path: (*found[path].action[:2], found[path].effect) for path in found}
    assert told["(0010,0010)"] == ("Z", "E.1-1", "changed")
    assert told["(0008,0020)"] == ("Z", "E.1-1", "emptied")
    assert told["(0018,0050)"] == ("K", "not listed", "unchanged")
    assert told["(0018,1210)"] == ("C", "label not listed", "changed")
    assert told["(0008,2218)[1]/(0008,0104)"] == ("D", "local code", "changed")
    assert told["(0040,0275)"] == ("X", "E.1-1", "removed")
    assert told["(0040,0275)[1]/(0040,0009)"] == ("X", "within", "removed")
    assert told["(0012,0062)"] == ("+", "marker", "added")
    assert told["(0012,0064)[1]/(0008,0100)"] == ("+", "marker", "added")
    assert told["(0012,0063)"] == ("C", "marker", "changed")
    assert told["(0029,0010)"] == told["(0029,1001)"] == ("X", "private", "removed")
    assert told["(0002,0003)"] == ("D", "file meta", "changed")
    assert told["(7FE0,0010)"] == ("K", "pixel data", "unchanged")


def test_values_are_text_of_bounded_length() -> None:
    found = rows(rich())
    assert (found["(0010,0010)"].before, found["(0008,0020)"].before) == ("Okonkwo^Adaeze", "20240229")
    assert (found["(0018,1210)"].before, found["(0018,1210)"].after) == ("weich Ökönkwo", "weich")
    assert (found["(0028,0010)"].before, found["(0028,1051)"].before) == ("4", "1\\2")
    assert (found["(0028,0106)"].before, found["(0028,0009)"].before) == ("7", "(0018,1063)")
    assert found["(0040,0275)"].before == "2 items"
    assert found["(7FE0,0010)"].before == found["(7FE0,0010)"].after == "32 bytes"
    assert str(found["(0008,0119)"].before).endswith("x… (300 characters)")
    assert (found["(0010,0010)"].name, found["(0029,1001)"].name) == ("Patient's Name", "Private")


def test_long_numbers_are_counted_in_either_byte_order() -> None:
    dataset = ct()
    dataset.add_new(0x00281201, "OW", bytes(1000))
    dataset.add_new(0x00660016, "OF", bytes(12))
    dataset.add_new(0x0018605A, "FL", [0.5] * 40)
    found = rows(dataset)
    assert (found["(0028,1201)"].before, found["(0066,0016)"].before) == ("1000 bytes", "12 bytes")
    assert str(found["(0018,605A)"].before).endswith("\\0.5… (40 values)")
    little = to_bytes(ct(PixelData=b"", Rows=None, Columns=0x0102))
    at = little.index(struct.pack("<HH2sHH", 0x28, 0x11, b"US", 2, 0x0102))
    assert {row.path: row.before for row in explained(little).rows}["(0028,0011)"] == "258"
    assert at > 0


def test_reasons_name_the_code_the_option_and_the_type() -> None:
    assert "has Z/D. Here it is of Type 2, so Z." in rows(ct())["(0010,0020)"].detail
    shifted = rows(ct(), "retain-modified-dates")["(0008,0020)"]
    assert shifted.action.code == "C"
    assert "Modified Dates Option: C." in shifted.detail
    private = rows(ct(SOPClassUID="1.2.840.10008.5.1.4.1.1.66.5", StudyID="1", DeviceSerialNumber="77"))
    assert private["(0018,1000)"].detail


def test_content_is_told_item_by_item() -> None:
    found = rows(report(), "clean-structured-content", "clean-descriptors")
    for path in ("(0040,A160)", "(0040,A043)[1]/(0008,0100)"):
        assert found[f"(0040,A730)[1]/{path}"].action[:2] == ("X", "E.3.4-1")
    assert found["(0040,A730)[2]/(0040,A123)"].effect == "changed"
    text = found["(0040,A730)[3]/(0040,A160)"]
    assert (text.before, text.after) == ("seen by Okonkwo, fine", "seen by, fine")
    basic = rows(report())
    assert basic["(0040,A730)[1]/(0040,A160)"].action[:2] == ("D", "in a dummy")
    assert basic["(0040,A730)[1]/(0040,A160)"].after == "REMOVED"
    assert basic["(0040,A730)[3]/(0040,A160)"].action[:2] == ("X", "in a dummy")


def test_safe_private_elements_are_told_with_their_creator() -> None:
    dataset = ct()
    dataset.private_block(0x0019, "GEMS_ACQU_01", create=True).add_new(0x23, "DS", "1.5")
    dataset.private_block(0x0029, "ACME", create=True).add_new(1, "LO", "x")
    found = rows(dataset, "retain-safe-private")
    assert found["(0019,1023)"].action[:2] == found["(0019,0010)"].action[:2] == ("K", "safe private")
    assert "Table Speed" in found["(0019,1023)"].name
    assert found["(0029,0010)"].action[:2] == found["(0029,1001)"].action[:2] == ("X", "private")


def test_rules_of_the_policy_are_told_with_their_reason() -> None:
    text = """{"attribute": [
        {"match": "/PatientName", "value": "Case^Teaching", "reason": "for teaching"},
        {"match": "RequestAttributesSequence", "action": "K"},
        {"match": "RequestAttributesSequence/ScheduledProcedureStepID", "action": "X"},
        {"creator": "ACME", "element": "(0029,xx01)", "action": "K"}
    ]}"""
    dataset = rich()
    dataset.private_block(0x0029, "ACME", create=True).add_new(1, "LO", "fine")
    data = to_bytes(dataset)
    found = {
        row.path: row for row in explain(Stingy(data, len(data)), Plan(Policy.read(text), Key(KEY)), SOURCE_ID).rows
    }
    name = found["(0010,0010)"]
    assert (name.action.code, name.after, name.reason, name.detail) == (
        "D", "Case^Teaching", "Rule 1 of the policy names it.", "for teaching",
    )  # fmt: skip
    assert found["(0040,0275)"].reason == "Rule 2 of the policy names it."
    assert found["(0040,0275)[1]/(0040,0009)"].action[:2] == ("X", "policy rule 3")
    assert found["(0040,0275)[1]/(0020,000D)"].action[:2] == ("U", "E.1-1")
    kept = [row for row in found.values() if row.action.rule == "policy rule 4"]
    assert [(row.before, row.after) for row in kept] == [("fine", "fine")]


def test_what_is_withheld_is_told_as_it_would_be() -> None:
    found = explained(to_bytes(ct(SOPClassUID=CAPTURE)))
    assert (found.outcome.status, found.outcome.reason) == ("withheld", "SOP_CLASS_WITHHELD")
    assert next(row.after for row in found.rows if row.path == "(0008,0060)") == "CT"
    stated = document(found, values=False)["outcome"]
    assert "name" in stated["sentence"]
    assert "allow their SOP Class" in stated["remedy"]


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_where_an_identifier_is_left_is_told_without_it(syntax: str) -> None:
    request = item(RequestedProcedureDescription="für Ökonkwo", RequestedProcedureComments="fine")
    dataset = ct(StudyDescription="of MRN-0815-4711", RequestAttributesSequence=sequence(item(), request))
    dataset.SpecificCharacterSet, dataset.PatientName, dataset.PixelData = "ISO_IR 100", "Ökonkwo^Adaeze", bytes(32)
    dataset.file_meta.TransferSyntaxUID = syntax
    kept = ("StudyDescription", "RequestAttributesSequence", *(element.keyword for element in request))
    policy = Policy(rules=tuple(Rule(match=keyword, action="K") for keyword in kept))
    data = to_bytes(dataset)
    found = explain(Stingy(data, len(data)), Plan(policy, Key(KEY)), SOURCE_ID)
    assert found.outcome.reason == "IDENTIFIER_LEFT"
    assert found.left == (
        "(0008,1030) Study Description",
        "(0040,0275)[2]/(0032,1060) Requested Procedure Description",
    )
    stated = document(found, values=False)["outcome"]["sentence"]
    assert stated.endswith(f"in the new header. It stands in {', '.join(found.left)}.")


def test_where_a_uid_is_left_is_told() -> None:
    data = to_bytes(ct(ICCProfile=f"{UID}.3 ".encode()))
    assert explained(data).left == ("(0028,2000) ICC Profile",)
    assert explained(to_bytes(ct())).left == ()


def test_of_many_places_where_it_is_left_some_are_named() -> None:
    paths = [item(ICCProfile=f"{UID}.3 ".encode()) for _ in range(7)]
    found = explained(to_bytes(ct(OpticalPathSequence=sequence(*paths))))
    assert len(found.left) == len(paths)
    assert found.sentence.endswith("(0048,0105)[5]/(0028,2000) ICC Profile, and in 2 more elements.")


@pytest.mark.parametrize("data", [b"", b"no DICOM at all", to_bytes(ct())[:-1], to_bytes(ct())[:501]])
def test_what_cannot_be_read_has_an_outcome_and_no_rows(data: bytes) -> None:
    found = explained(data)
    assert (found.outcome.status in ("skipped", "failed"), found.rows) == (True, ())


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@example(rich, [(166, 128), (326, 0)])  # a SOP Class UID that is no ASCII
@given(st.sampled_from((rich, report)), st.lists(st.tuples(st.integers(140, 1500), st.integers(0, 255)), max_size=4))
@pytest.mark.filterwarnings("ignore")
def test_a_damaged_file_is_explained_as_it_is_processed(
    made: Callable[[], Dataset], damage: list[tuple[int, int]]
) -> None:
    data = bytearray(to_bytes(made()))
    for at, byte in damage:
        data[min(at, len(data) - 1)] = byte
    plan = Plan(Policy(frozenset(("clean-structured-content", "retain-safe-private"))), Key(KEY))
    source = Stingy(bytes(data), len(data))
    try:
        found = explain(source, plan, SOURCE_ID)
    except (ShortRead, FragmentsWanted):
        return
    assert found.outcome == process(source, plan, SOURCE_ID, repeat=False)
    assert all(row.action.rule in sentences() for row in found.rows)


def test_bytes_behind_the_pixel_data_are_told() -> None:
    last = explained(to_bytes(ct()) + b"Okonkwo!").rows[-1]
    assert (last.action[:2], last.before, last.after) == (("X", "behind the data"), "8 bytes", None)


def test_without_values_nothing_of_the_source_is_told() -> None:
    found = explained(to_bytes(rich()))
    bare, full = (json.dumps(document(found, values=values), ensure_ascii=False) for values in (False, True))
    for original in ("Okonkwo", "MRN-0815", "secret", UID, "B30f", "ACME", "19610307", "another tool", "Who"):
        assert original not in bare
    assert "Okonkwo^Adaeze" in full
    assert '"keyword": "PatientName"' in bare


def test_every_rule_in_the_code_has_its_sentence() -> None:
    """A rule is the second argument of ElementAction, or the second string of a pair that names a code."""
    named = set()
    for path in Path(dicom_deid.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ElementAction" and len(node.args) > 1:
                named |= {node.args[1].value} if isinstance(node.args[1], ast.Constant) else set()
            if isinstance(node, ast.FunctionDef) and node.name == "unlisted":
                pairs = [part for part in ast.walk(node) if isinstance(part, ast.Tuple) and len(part.elts) == 2]
                texts = [[part.value for part in pair.elts if isinstance(part, ast.Constant)] for pair in pairs]
                named |= {
                    text[1] for text in texts if len(text) == 2 and re.fullmatch(r"[DZXKCU](/[DZXU*]+)*", text[0])
                }
    assert {"private", "E.3.4-1", "date shifted", "local code"} <= named
    assert named <= sentences().keys()


def test_every_code_describes_itself() -> None:
    assert table("sentences.json")["actions"].keys() == set("DZXKCU")
    assert len({what(code) for code in "DZXKCU+"}) == 7


def test_the_output_is_the_same_as_without_a_look() -> None:
    assert deidentified(rich()).ConvolutionKernel == "weich"


def test_one_word_says_what_really_happened() -> None:
    dataset = rich()
    dataset.StudyDescription = "Head of Okonkwo, contrast"
    dataset.SeriesDescription = "Axial"
    found = rows(dataset, "clean-descriptors", "retain-modified-dates")
    said = {row.name: row.said for row in found.values() if row.depth == 0}
    assert said["Patient's Name"] == said["Patient ID"] == "pseudonym"
    assert said["SOP Instance UID"] == said["Media Storage SOP Instance UID"] == "new UID"
    assert said["Study Date"] == "shifted"
    assert said["Study Description"] == "cleaned (1 word)"
    assert said["Series Description"] == "unchanged"
    assert said["Rows"] == said["Pixel Data"] == "kept"
    assert said["De-identification Method"] == "replaced"
    words = table("sentences.json")["became"]
    assert {row.became for row in found.values()} <= words.keys()
    for row in found.values():
        assert (row.effect == "unchanged") == (row.became in ("kept", "unchanged")) or row.became == "kept", row
        assert row.effect == row.became or row.became not in ("removed", "emptied", "added"), row
