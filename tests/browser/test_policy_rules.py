"""Rules of a policy in the page: made, changed and moved by form, checked by Python, and part of the run."""

import json
from pathlib import Path

from playwright.sync_api import expect
from policies import Policies
from pydicom import dcmread
from test_access import look_at

FOCUSED = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"


def test_rules_made_by_form_decide_the_run(policies: Policies, tmp_path: Path) -> None:
    journey = policies.journey
    policies.show_rules()
    with policies.rule() as dialog:
        dialog.get_by_label("Keyword or tag").fill("StudyDescription")
        dialog.get_by_role("radio", name="This text instead").check()
        dialog.get_by_label("Text", exact=True).fill("Teaching")
        dialog.get_by_label("Reason").fill("for the course")
    with policies.rule() as dialog:
        dialog.get_by_role("radio", name="VR").check(force=True)
        dialog.get_by_label("Value Representation").fill("LO")
        dialog.get_by_role("radio", name="Empty").check()
    with policies.rule() as dialog:
        dialog.get_by_role("radio", name="Private").check(force=True)
        dialog.get_by_label("Private creator").fill("GEMS_IDEN_01")
        dialog.get_by_label("Element", exact=True).fill("(0009,xx01)")
        dialog.get_by_role("radio", name="Keep").check()
    with policies.rule() as dialog:
        dialog.get_by_role("radio", name="Tags").check(force=True)
        dialog.get_by_label("Tags of the form").fill("0020,41xx")
    assert policies.rules == [
        "StudyDescription replaced by “Teaching” for the course",
        "Every element of VR LO emptied",
        "Private (0009,xx01) of GEMS_IDEN_01 kept",
        "Every tag 0020,41xx removed",
    ]
    policies.panel.get_by_role("button", name="Move down: rule 1,").click()
    policies.panel.get_by_role("button", name="Delete: rule 4,").click()
    with policies.rule("Edit: rule 2,") as dialog:
        expect(dialog.get_by_label("Text", exact=True)).to_have_value("Teaching")
        dialog.get_by_label("Reason").fill("")
    policies.close()
    assert journey.run().written == 3
    expect(policies.panel).to_contain_text("Basic Profile, with: 3 rules.")
    run = journey.results(tmp_path)
    rules = json.loads((run.root / "plan.json").read_text(encoding="utf-8"))["policy"]["attribute"]
    assert rules == [
        {"vr": "LO", "action": "Z"},
        {"match": "StudyDescription", "value": "Teaching"},
        {"creator": "GEMS_IDEN_01", "element": "(0009,xx01)", "action": "K"},
    ]
    headers = [dcmread(run.root / path, stop_before_pixels=True) for path in run.outputs]
    assert {header.get("StudyDescription") for header in headers} <= {"Teaching", None}
    assert {header.get("Manufacturer", "") or "" for header in headers} == {""}
    journey.button("Run again with these files").click()
    assert policies.rules[1] == "StudyDescription replaced by “Teaching”"


def test_a_word_that_does_not_exist_is_told_at_its_field_with_the_nearest(policies: Policies) -> None:
    page = policies.journey.page
    policies.show_rules()
    with policies.rule() as dialog:
        field = dialog.get_by_label("Keyword or tag")
        accept = dialog.get_by_role("button", name="Add to the policy")
        accept.click()
        expect(dialog.locator("#rule-match-wrong")).to_contain_text("Which attribute?")
        field.fill("RequestAttributesSequence/ScheduledProcedureStepId")
        accept.click()
        expect(dialog.locator("#rule-match-wrong")).to_contain_text("“ScheduledProcedureStepId” is no keyword")
        assert page.evaluate("document.activeElement.name") == "match"
        expect(field).to_have_attribute("aria-invalid", "true")
        dialog.get_by_role("button", name="Did you mean ScheduledProcedureStepID?").click()
        expect(field).to_have_value("RequestAttributesSequence/ScheduledProcedureStepID")
        dialog.get_by_role("radio", name="New UID").check()
        accept.click()
        expect(dialog.locator("#rule-action-wrong")).to_contain_text("U is for UIDs")
        dialog.get_by_role("radio", name="Remove").check()
    assert policies.rules == ["ScheduledProcedureStepID in items of RequestAttributesSequence removed"]


def test_rules_by_keyboard_alone(policies: Policies) -> None:
    page = policies.journey.page
    policies.button("Rules and code…").focus()
    page.keyboard.press("Enter")
    expect(policies.panel.get_by_role("radio", name="Rules for single elements")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # past Close
    assert page.evaluate(FOCUSED) == "Add rule"
    for keyword in ("PatientAge", "PatientSex"):
        page.keyboard.press("Enter")
        page.keyboard.type(keyword)
        page.keyboard.press("Enter")  # as in any form
        expect(policies.panel.locator("rule-form")).to_be_hidden()
        assert page.evaluate(FOCUSED) == "Add rule"
    policies.panel.get_by_role("button", name="Move up: rule 2,").press("Enter")
    assert policies.rules == ["PatientSex removed", "PatientAge removed"]
    assert page.evaluate(FOCUSED) == "Move down: rule 1, PatientSex removed"
    expect(policies.panel.locator("policy-rules [data-part=spoken]")).to_have_text("Now rule 1 of 2.")
    policies.panel.get_by_role("button", name="Delete: rule 2,").press("Enter")
    assert page.evaluate(FOCUSED) == "Delete: rule 1, PatientSex removed"
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED) == "Add rule"
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert page.evaluate(FOCUSED) == "Rules and code…"
    assert policies.rules == []


def test_rules_and_their_dialogue_are_named_legible_and_fit_a_narrow_screen(policies: Policies) -> None:
    policies.show_rules()
    with policies.rule() as dialog:
        look_at(policies.journey)
        dialog.get_by_label("Keyword or tag").fill("PatientAg")
        dialog.get_by_role("button", name="Add to the policy").click()
        expect(dialog.get_by_role("button", name="Did you mean")).to_be_visible()
        look_at(policies.journey)
        dialog.get_by_role("button", name="Did you mean").click()
    look_at(policies.journey)
