"""Scripts of other tools: what they become, and that nothing is carried over in silence that means something else."""

from __future__ import annotations

import pytest
from dicom_deid.errors import UnknownScript
from dicom_deid.importers import policy_text, translate
from dicom_deid.policy import Policy
from dicom_deid.policy.rules import Rule


def ctp(*entries: str) -> str:
    return "<script>\n" + "\n".join(entries) + "\n</script>"


def element(tag: str, script: str, on: str = "T") -> str:
    return f' <e en="{on}" t="{tag}" n="">{script}</e>'


def recipe(*lines: str) -> str:
    return "FORMAT dicom\n%header\n" + "\n".join(lines)


def rules_of(text: str) -> list[dict[str, str]]:
    """The rules of a script, without the lines that they give as their reasons."""
    found = [rule.stated() for rule in translate(text).rules]
    return [{name: value for name, value in rule.items() if name != "reason"} for rule in found]


def reasons_left(text: str) -> list[tuple[int, int, str]]:
    return [(line.first, line.last, line.why) for line in translate(text).left]


@pytest.mark.parametrize(
    ("tag", "script", "rule", "differs"),
    [
        ("00080080", "@remove()", {"match": "InstitutionName", "action": "X"}, ""),
        ("00080090", "@empty()", {"match": "ReferringPhysicianName", "action": "Z"}, ""),
        ("00080090", "", {"match": "ReferringPhysicianName", "action": "Z"}, ""),
        ("00100020", "@empty()", {"match": "PatientID", "action": "Z"}, "pseudonym"),
        ("00080090", "@blank(5)", {"match": "ReferringPhysicianName", "action": "Z"}, "without blanks"),
        ("00101010", "@keep()", {"match": "/PatientAge", "action": "K"}, ""),
        ("00080060", "@require()", {"match": "/Modality", "action": "K"}, "none is added"),
        ("00540016", "@process()", {"match": "/RadiopharmaceuticalInformationSequence", "action": "K"}, ""),
        ("00081115", "@keep()", {"match": "/ReferencedSeriesSequence", "action": "K"}, "each item"),
        ("00080018", "@hashuid(@UIDROOT,this)", {"match": "SOPInstanceUID", "action": "U"}, ""),
        ("00080020", "@incrementdate(this,@DATEINC)", {"match": "StudyDate", "action": "C"}, "weeks"),
        ("00080020", "@hashdate(this,PatientID)", {"match": "StudyDate", "action": "C"}, "weeks"),
        ("00080020", "@incrementdate(StudyDate,@DATEINC)", {"match": "StudyDate", "action": "C"}, "weeks"),
        ("00100010", "Case 7", {"match": "PatientName", "value": "Case 7"}, ""),
        ("00120031", "@always()@param(@SITE)", {"match": "ClinicalTrialSiteName", "value": "Weir"}, "none is added"),
        ("00120031", "at @param(@SITE)", {"match": "ClinicalTrialSiteName", "value": "at Weir"}, ""),
        ("40000010", "@remove()", {"match": "Arbitrary", "action": "X"}, ""),
        ("fffafffa", "@remove()", {"match": "DigitalSignaturesSequence", "action": "X"}, ""),
        ("fffcfffc", "@remove()", {"match": "DataSetTrailingPadding", "action": "X"}, ""),
        ("0013[CTP]10", "@keep()", {"creator": "CTP", "element": "(0013,xx10)", "action": "K"}, ""),
    ],
)
def test_an_element_of_ctp(tag: str, script: str, rule: dict[str, str], differs: str) -> None:
    imported = translate(ctp('<p t="SITE">Weir</p>', element(tag, script)))
    assert [Rule(**rule, reason="line 3")] == imported.rules
    assert ["" if not differs else differs in line.why for line in imported.differing] == ([True] if differs else [])


@pytest.mark.parametrize(
    ("tag", "script", "why"),
    [
        ("00100010", "@hashname(this,6,2)", "the Basic Profile decides"),
        ("00100020", "@lookup(this,ptid)", "lookup table"),
        ("00081030", "@if(this,isblank){@remove()}{@keep()}", "depends on a value"),
        ("00081030", '@contents(this,"[a-z]")', "works on the value"),
        ("00081030", "@always()@append(){text}", "appended"),
        ("00120031", "@param(@NOSUCH)", "no value"),
        ("00120062", "@always()YES", "markers"),
        ("00131010", "@keep()", "creator and element"),
        ("00080018", "@keep()", "retain-uids"),
        ("0020000e", "@select(){@keep()}{@hashuid(@UIDROOT,this)}", "retain-uids"),
        ("00280010", "@remove()", "pixel description"),
        ("00080018", "@hashuid(@UIDROOT,StudyInstanceUID)", "the Basic Profile decides"),
        ("00101010", "@incrementdate(this,5)", "the Basic Profile decides"),
        ("0010", "@keep()", "names no element"),
    ],
)
def test_what_ctp_can_and_a_policy_cannot_is_told(tag: str, script: str, why: str) -> None:
    text = ctp(element(tag, script))
    assert rules_of(text) == []
    assert [(first, last, why in told) for first, last, told in reasons_left(text)] == [(2, 2, True)]


def test_a_choice_between_top_and_items_becomes_two_rules() -> None:
    text = ctp(element("00200052", "@select(){@keep()}{@hashuid(@UIDROOT,this)}"))
    assert rules_of(text) == [
        {"match": "FrameOfReferenceUID", "action": "U"},
        {"match": "/FrameOfReferenceUID", "action": "K"},
    ]


def test_groups_and_whole_kinds_of_ctp() -> None:
    text = ctp(
        '<k en="T" t="0018">Keep group 0018</k>',
        '<k en="T" t="safeprivateelements">Safe</k>',
        '<r en="T" t="curves">Remove curves</r>',
        '<r en="F" t="overlays">Remove overlays</r>',
        '<r en="T" t="unspecifiedelements">Remove unchecked elements</r>',
    )
    imported = translate(text)
    assert (imported.options, imported.rules, imported.off) == ({"retain-safe-private"}, [], 1)
    assert [line.first for line in imported.left] == [2, 6]
    assert "The script keeps overlays; here they are removed." in imported.notes
    assert not any("keeps curves" in note for note in imported.notes)


def test_what_a_script_has_switched_off_does_nothing() -> None:
    imported = translate(ctp(element("00101010", "@keep()", on="F"), '<p t="UNUSED">1</p>'))
    assert (imported.rules, imported.off, [line.first for line in imported.left]) == ([], 1, [3])


def test_lines_are_told_where_an_element_takes_several() -> None:
    assert reasons_left(ctp(element("00081030", "two\nlines"), element("00081030", "@round(this,5)")))[0][:2] == (2, 3)


def test_a_script_of_ctp_in_the_older_form() -> None:
    text = "param.SITE=Weir\nset.[0008,0080]InstitutionName=@param(@SITE)\n#set.[0010,1010]PatientAge=@keep()\n"
    text += "set.[0010,0040]PatientSex=@keep()\nremove.privategroups=\n#keep.group0018=\n"
    assert rules_of(text) == [{"match": "InstitutionName", "value": "Weir"}, {"match": "/PatientSex", "action": "K"}]
    assert translate(text).off == 2


def test_xml_that_is_broken_off_is_told() -> None:
    assert len(translate("<script>\n<e").left) == 1


@pytest.mark.parametrize(
    ("line", "rule", "differs"),
    [
        ("KEEP PatientAge", {"match": "PatientAge", "action": "K"}, ""),
        ("REMOVE (0010,1010)", {"match": "(0010,1010)", "action": "X"}, ""),
        ("BLANK 00101010  # why", {"match": "00101010", "action": "Z"}, ""),
        ("BLANK PatientID", {"match": "PatientID", "action": "Z"}, "pseudonym"),
        ("REPLACE StudyDescription a study", {"match": "StudyDescription", "value": "a study"}, ""),
        ("ADD StudyDescription a study", {"match": "StudyDescription", "value": "a study"}, "none is added"),
        ("JITTER StudyDate var:jitter", {"match": "StudyDate", "action": "C"}, "weeks"),
        ("KEEP PixelData", {"match": "PixelData", "action": "K"}, ""),
        ("JITTER StudyDate -31", {"match": "StudyDate", "action": "C"}, "weeks"),
        ("BLANK select:VR:TM", {"vr": "TM", "action": "Z"}, ""),
        ("KEEP select:group:0018", {"pattern": "0018,xxxx", "action": "K"}, ""),
        (
            "KEEP RequestAttributesSequence__ScheduledProcedureStepID",
            {"match": "/RequestAttributesSequence/ScheduledProcedureStepID", "action": "K"},
            "",
        ),
        (
            'REMOVE (0033,"MITRA OBJECT UTF8 ATTRIBUTES 1.0",1E)',
            {"creator": "MITRA OBJECT UTF8 ATTRIBUTES 1.0", "element": "(0033,xx1E)", "action": "X"},
            "",
        ),
    ],
)
def test_a_line_of_deid(line: str, rule: dict[str, str], differs: str) -> None:
    imported = translate(recipe(line))
    assert [Rule(**rule, reason="line 3")] == imported.rules
    assert [differs in told.why for told in imported.differing] == ([True] if differs else [])
    assert imported.left == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("REPLACE PatientID var:id", "variable or a function"),
        ("REPLACE PatientID func:generate", "variable or a function"),
        ("REMOVE ALL func:is_name", "depends on the value"),
        ("REMOVE ALL", "all fields"),
        ("KEEP ALL", "all fields"),
        ("REMOVE except:StudyDate", "no counterpart"),
        ("REMOVE fields:none", "no %fields group"),
        ("REMOVE contains:0019", "fits no keyword"),
        ("REMOVE PixelData", "No rule reaches"),
        ("KEEP StudyInstanceUID", "retain-uids"),
        ("KEEP PatientAg", "no keyword"),
        ("JITTER PatientAge 5", "C is for text"),
        ("KEEP (0019,1010)", "private"),
        ("SHRED PatientAge", "no action"),
        ("REPLACE PatientID", "no value"),
    ],
)
def test_what_deid_can_and_a_policy_cannot_is_told(line: str, why: str) -> None:
    assert rules_of(recipe(line)) == []
    assert [(first, why in told) for first, _, told in reasons_left(recipe(line))] == [(3, True)]


def test_expressions_stand_for_the_keywords_that_they_fit() -> None:
    imported = translate(recipe("REMOVE startswith:OtherPatient"))
    names = [rule.match for rule in imported.rules]
    assert names == ["OtherPatientIDs", "OtherPatientIDsSequence", "OtherPatientNames"]
    assert "3 attributes" in imported.differing[0].why


def test_an_expression_leaves_out_what_no_rule_reaches() -> None:
    names = [rule.match for rule in translate(recipe("REMOVE endswith:InstanceUID")).rules]
    assert "ReferencedSOPInstanceUID" in names
    assert "SOPInstanceUID" not in names


def test_of_an_expression_what_can_be_followed_is_carried_over_and_the_rest_is_told() -> None:
    imported = translate(recipe("REPLACE contains:OtherPatient nobody", "KEEP contains:SOPInstanceUID"))
    assert [rule.match for rule in imported.rules[:2]] == ["OtherPatientIDs", "OtherPatientNames"]
    assert "2 attributes of PS3.6 that fit; not for OtherPatientIDsSequence" in imported.differing[0].why
    assert imported.differing[1].why.endswith(" and 1 more")
    assert imported.left == []


def test_only_dates_of_an_expression_are_shifted() -> None:
    names = [rule.match for rule in translate(recipe("JITTER endswith:Time -31")).rules]
    assert "AcquisitionDateTime" in names
    assert not {"StudyTime", "EchoTime", "ASLBolusCutoffDelayTime"} & set(names)
    assert [told for _, _, told in reasons_left(recipe("JITTER startswith:PatientAddr 5"))] == ["it fits no date"]


def test_a_group_may_name_what_is_no_field_and_what_lies_in_a_sequence() -> None:
    text = "FORMAT dicom\n%fields ids\nFIELD PatientNam\nFIELD RequestAttributesSequence__ScheduledProcedureStepID\n"
    imported = translate(f"{text}%header\nREMOVE fields:ids\n")
    assert [rule.match for rule in imported.rules] == ["/RequestAttributesSequence/ScheduledProcedureStepID"]
    assert "not for PatientNam" in imported.differing[0].why
    assert "no keyword" in reasons_left("FORMAT dicom\n%fields f\nFIELD Nam\n%header\nREMOVE fields:f")[0][2]


def test_groups_of_fields_are_resolved() -> None:
    text = "FORMAT dicom\n%fields ids\nFIELD PatientID\nFIELD startswith:OtherPatientN\n%header\nREMOVE fields:ids"
    assert [rule["match"] for rule in rules_of(text)] == ["PatientID", "OtherPatientNames"]


def test_precedence_of_deid_becomes_the_order_of_the_rules() -> None:
    found = rules_of(recipe("KEEP PatientAge", "REMOVE PatientAge", "BLANK PatientAge", "REPLACE PatientAge 000Y"))
    assert [rule.get("action", "value") for rule in found] == ["Z", "X", "value", "K"]


def test_other_sections_of_deid_are_told_filter_by_filter() -> None:
    text = "FORMAT dicom\n%filter graylist\nLABEL One\n  contains Modality CT\n  coordinates 0,0,1,1\n\nLABEL Two\n"
    text += "  missing Modality\n%labels\nADD VERSION 1.0\n%values v\nSPLIT PatientName\n%filemeta\nREMOVE a\n"
    told = reasons_left(text)
    assert [(first, last) for first, last, _ in told] == [(3, 5), (7, 8), (10, 10), (12, 12), (14, 14)]
    assert "written anew" in told[-1][2]


def test_the_file_that_is_written_is_the_policy_and_says_what_is_missing() -> None:
    imported = translate(recipe("KEEP PatientAge", "REPLACE PatientID var:id", "ADD PatientComments \\d"))
    text = policy_text(imported, 'recipe\n"x"')
    assert Policy.read(text) == Policy(rules=tuple(imported.rules))
    assert "# line 4, not carried over: REPLACE PatientID var:id" in text


def test_another_text_is_no_script() -> None:
    with pytest.raises(UnknownScript):
        translate("options = []")
