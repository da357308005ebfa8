"""The policy as a file in the page: loaded, saved, dropped, imported, edited as text; code is asked about first."""

import json
from pathlib import Path

from drag import drop
from journey import Journey
from playwright.sync_api import expect
from policies import Policies
from runs import RunFolder, native_run
from test_access import look_at

POLICY = """# Agreed on with the archive.
options = ["retain-patient-characteristics"]
allow_sop_classes = ["Secondary Capture Image Storage", "1.2.3.4.5"]

[[attribute]]
match = "StudyDescription"
value = "Teaching"
reason = "for the course"

[[attribute]]
vr = "UI"
action = "U"
"""
CODE = """wheels = []

[[attribute]]
match = "StudyID"
action = "X"

[[python]]
name = "scanner"
may = ["D"]
code = '''
def rule(element, instance):
    if element.keyword == "ManufacturerModelName":
        return "D", "SCANNER"
'''
"""
SCRIPT = """<script>
 <e en="T" t="00080080" n="InstitutionName">@remove()</e>
 <e en="T" t="00100010" n="PatientName">@hashname(this,6,2)</e>
 <e en="T" t="00080020" n="StudyDate">@incrementdate(this,@DATEINC)</e>
 <e en="T" t="00101010" n="PatientAge">@keep()</e>
 <e en="T" t="00081030" n="StudyDescription">@if(this,isblank){@remove()}{@keep()}</e>
</script>
"""


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def policy_of(run: RunFolder) -> dict[str, object]:
    policy: dict[str, object] = json.loads((run.root / "plan.json").read_text(encoding="utf-8"))["policy"]
    return policy


def same_run(policies: Policies, source: Path, saved: Path, folder: Path, *options: str) -> RunFolder:
    """The page's run, which must be that of the command line by the saved policy."""
    policies.journey.run()
    page = policies.journey.results(folder / "page")
    native = native_run(source, folder / "native", "--policy", str(saved), *options)
    assert page.outputs == native.outputs
    assert policy_of(page) == policy_of(native)
    assert page.outputs
    return page


def test_what_is_saved_gives_the_command_line_the_same_bytes(policies: Policies, herons: Path, tmp_path: Path) -> None:
    policies.load(written(tmp_path, "agreed.toml", POLICY))
    policies.close()
    page = policies.journey.page
    expect(page.get_by_role("checkbox", name="Retain Patient Characteristics")).to_be_checked()
    policies.panel.locator("summary", has_text="SOP Classes to allow").click()
    expect(page.locator("input[value='1.2.840.10008.5.1.4.1.1.7']")).to_be_checked()
    others = page.get_by_label("Other SOP Class UIDs")
    expect(others).to_have_value("1.2.3.4.5")
    others.fill("1.2.3.4.5 1.2.x")
    others.blur()
    policies.journey.open_workshop("Policy file")
    policies.button("Save policy").click()
    expect(policies.panel.locator("policy-file > problem-note")).to_contain_text("is not a UID")
    policies.close()
    others.fill("1.2.3.4.5")
    others.blur()
    assert policies.save(tmp_path / "unchanged").read_text(encoding="utf-8") == POLICY
    policies.told("Saved as policy.toml.")
    policies.close()
    page.get_by_role("checkbox", name="Clean Descriptors").check()
    page.get_by_role("checkbox", name="Private elements that TCIA keeps").check()
    policies.told("Saved as policy.toml. Changed since, and not saved.")
    expect(policies.panel.locator("[data-part=workshop-lead]")).to_contain_text("Changed since, and not saved.")
    saved = policies.save(tmp_path / "changed")
    policies.close()
    assert '"1.2.3.4.5"' in saved.read_text(encoding="utf-8")
    run = same_run(policies, herons, saved, tmp_path)
    assert policy_of(run)["private_dispositions"] == "tcia"
    assert policy_of(run)["options"] == ["clean-descriptors", "retain-patient-characteristics"]
    assert policy_of(run)["attribute"] == [
        {"match": "StudyDescription", "value": "Teaching", "reason": "for the course"},
        {"vr": "UI", "action": "U"},
    ]
    summary = policies.panel.locator("[data-part=summary]")
    expect(summary).to_contain_text("2 more SOP Classes allowed; 2 rules.")


def test_text_is_checked_while_it_is_typed_and_applied_only_when_sound(policies: Policies) -> None:
    page = policies.journey.page
    page.get_by_role("checkbox", name="Retain UIDs").check()
    policies.journey.open_workshop("Policy file")
    expect(policies.text).to_have_value("""options = ["retain-uids"]
allow_sop_classes = []
pass_burned_in = false
verbose = false
""")
    apply = policies.button("Apply")
    expect(apply).to_be_disabled()  # nothing is changed
    policies.text.fill(POLICY.replace("StudyDescription", "StudyDecription").replace("patient-char", "patent-char"))
    expect(policies.problems).to_have_count(2)
    expect(policies.problems.nth(0)).to_contain_text("Line 2“retain-patent-characteristics” is no option.")
    expect(policies.problems.nth(1)).to_contain_text("Line 6“StudyDecription” is no keyword")
    expect(apply).to_be_disabled()
    look_at(policies.journey)
    policies.button("Line 6").click()
    selected = (
        "(() => { const at = document.activeElement; return at.value.slice(at.selectionStart, at.selectionEnd) })()"
    )
    assert page.evaluate(selected) == "StudyDecription"
    policies.button("Did you mean StudyDescription?").click()
    expect(policies.problems).to_have_count(1)
    policies.button("Did you mean retain-patient-characteristics?").click()
    expect(policies.problems).to_have_count(0)
    expect(policies.text).to_have_value(POLICY)
    page.keyboard.press("Escape")  # loses nothing
    expect(policies.panel.get_by_text("text of the policy file")).to_be_visible()
    policies.journey.open_workshop("Policy file")
    expect(policies.text).to_have_value(POLICY)
    apply.click()
    expect(apply).to_be_disabled()
    policies.close()
    expect(policies.panel.get_by_text("text of the policy file")).to_be_hidden()
    expect(page.get_by_role("checkbox", name="Retain UIDs")).not_to_be_checked()
    policies.show_rules()
    assert policies.rules == [
        "StudyDescription replaced by “Teaching” for the course",
        "Every element of VR UI given a new UID",
    ]


def test_the_lines_of_a_script_that_were_not_carried_over_are_told(policies: Policies, tmp_path: Path) -> None:
    policies.load(written(tmp_path, "old.script", SCRIPT))
    expect(policies.report).to_contain_text("2 lines could not be carried over")
    lost = policies.report.locator("[data-part=lost] li")
    expect(lost).to_have_count(2)
    expect(lost.nth(0)).to_contain_text("line 3")
    expect(lost.nth(0)).to_contain_text("@hashname(this,6,2)")
    expect(lost.nth(1)).to_contain_text("it depends on a value")
    policies.report.get_by_text("1 line means something else here").click()
    expect(policies.report).to_contain_text("by the patient's own weeks")
    look_at(policies.journey)
    policies.show_rules()
    assert policies.rules[2] == "PatientAge at the top only kept line 5"
    policies.close()
    standing = policies.panel.get_by_text("From old.script, a script of")
    expect(standing).to_contain_text("1 of them with another meaning here; 2 lines not.")
    policies.button("See the lines").click()
    expect(policies.report).to_be_visible()
    policies.close()
    policies.journey.run()
    run = policies.journey.results(tmp_path)
    assert "hashname" not in run.log + (run.root / "plan.json").read_text(encoding="utf-8")
    policies.journey.button("Run again with these files").click()
    policies.journey.open_workshop("Policy file")
    policies.button("Dismiss").click()
    expect(policies.report).to_be_hidden()
    policies.close()
    expect(standing).to_be_hidden()


def test_code_is_shown_and_comes_in_only_if_it_is_accepted(policies: Policies, herons: Path, tmp_path: Path) -> None:
    path = written(tmp_path, "code.toml", CODE)
    policies.choose(path)
    dialog = policies.panel.get_by_role("dialog", name="This policy brings code that runs in this page’s workers")
    expect(dialog).to_contain_text('return "D", "SCANNER"')
    expect(dialog).to_contain_text("scanner, which may say D:")
    look_at(policies.journey)
    policies.journey.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    policies.show_rules()
    assert policies.rules == []
    policies.choose(path)
    policies.button("Accept this code").click()
    policies.told("Loaded from code.toml.")
    policies.show_rules()
    assert policies.rules == ["StudyID removed"]
    policies.close()
    policies.journey.page.get_by_role("checkbox", name="Retain UIDs").check()  # keeps the code
    saved = policies.save(tmp_path / "saved")
    policies.close()
    run = same_run(policies, herons, saved, tmp_path, "--run-code")
    assert "SCANNER" in str(policy_of(run)["python"])
    expect(policies.panel.locator("[data-part=summary]")).to_contain_text("1 rule; 1 rule in Python.")


FAILING = """[[python]]
code = '''
list()[1]
def rule(element, instance):
    return None
'''
"""


def test_what_was_set_by_hand_is_not_replaced_unasked_and_what_is_wrong_with_a_file_is_told(
    policies: Policies, tmp_path: Path
) -> None:
    page = policies.journey.page
    page.get_by_role("checkbox", name="Verbose log").check()
    policies.choose(written(tmp_path, "other.json", '{"options": ["retain-uids"]}'))
    dialog = page.get_by_role("dialog", name="Replace what you have set?")
    dialog.get_by_role("button", name="Cancel").click()
    policies.close()
    expect(page.get_by_role("checkbox", name="Verbose log")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Retain UIDs")).not_to_be_checked()
    policies.choose(tmp_path / "other.json")
    policies.journey.button("Replace it").click()
    policies.told("Loaded from other.json.")
    policies.close()
    expect(page.get_by_role("checkbox", name="Verbose log")).not_to_be_checked()

    policies.choose(written(tmp_path, "wrong.toml", "option = []\n"))
    expect(policies.panel.get_by_role("heading", name="wrong.toml cannot be used yet")).to_be_visible()
    policies.button("Did you mean options?").click()
    policies.button("Apply").click()
    policies.told("Loaded from wrong.toml.")
    (tmp_path / "picture.toml").write_bytes(b"\x89PNG\xff\x00")
    policies.choose(tmp_path / "picture.toml")
    expect(policies.panel.get_by_text("This file is no text, so it is no policy.")).to_be_visible()
    policies.close()

    policies.choose(written(tmp_path, "fails.toml", FAILING))
    policies.button("Accept this code").click()
    policies.told("Loaded from fails.toml.")
    policies.close()
    policies.journey.start()
    expect(policies.journey.page.locator("run-panel problem-note")).to_contain_text("IndexError")
    policies.journey.open_workshop("Policy file")
    expect(policies.text).to_have_value(FAILING)
    policies.text.fill(FAILING.replace("def rule(", "def rul("))
    expect(policies.problems).to_contain_text(["has no function"])
    expect(policies.problems.get_by_role("button")).to_have_count(1)  # a line of code is no word to be replaced


def test_a_policy_may_be_dropped_before_a_folder_is_chosen(journey: Journey, herons: Path, tmp_path: Path) -> None:
    drop(journey.page, written(tmp_path, "first.toml", POLICY))
    summary = journey.page.locator("policy-panel [data-part=summary]")
    expect(summary).to_have_text(
        "Basic Profile, with: the patient’s age, sex, size and weight; 2 more SOP Classes allowed; 2 rules.",
        timeout=60_000,
    )
    journey.drop(herons)
    expect(summary).to_be_hidden()
    Policies(journey).told("Loaded from first.toml.")
