"""The workshop: a rule is written, its effect seen on the sample beside it, and a run does what that promised."""

from pathlib import Path

import pytest
from journey import READY, Journey
from playwright.sync_api import expect
from pydicom import dcmread
from samples import sample_folder
from test_access import found_by_axe, look_at

SHOWN = 30_000  # milliseconds for the trial worker to start and to answer
MAKER = "GE MEDICAL SYSTEMS"  # of CT_small.dcm
CODE = """def rule(element, instance):
    if element.keyword == "StationName":
        return "D", "HERON"
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_folder(tmp_path_factory.mktemp("workshop") / "in")


def test_the_run_does_what_the_sample_showed_of_a_rule(journey: Journey, source: Path, tmp_path: Path) -> None:
    page, bar = journey.page, journey.page.locator("run-panel [data-part=bar-text]")
    journey.drop(source)
    opener = journey.button("Rules and code…")
    opener.focus()
    page.keyboard.press("Enter")
    journey.button("Add rule").press("Enter")
    page.keyboard.type("Manufacturr")
    form, sample = page.locator("rule-form"), page.locator("try-out")
    expect(form.locator("#rule-match-wrong")).to_contain_text("“Manufacturr” is no keyword", timeout=SHOWN)
    expect(form.get_by_label("Keyword or tag")).to_be_focused()  # who types is not interrupted
    form.get_by_role("button", name="Did you mean Manufacturer?").press("Enter")
    form.get_by_role("radio", name="This text instead").check()
    form.get_by_label("Text", exact=True).fill("HERON")
    expect(sample).to_contain_text("The rule decides 1 data element of this file.", timeout=SHOWN)
    row = sample.locator("tbody tr").filter(has_text="(0008,0070)")
    expect(row.locator(".element-before")).to_have_text(MAKER)
    expect(row.locator(".element-after")).to_have_text("HERON")

    page.keyboard.press("Escape")  # closes, and loses nothing; nor does it count
    expect(journey.workshop).to_have_count(0)
    expect(opener).to_be_focused()
    expect(bar).to_contain_text("not in the policy yet: a rule under Rules and code")
    expect(bar).to_have_attribute("data-short", "")
    assert MAKER not in str(page.evaluate("document.documentElement.outerHTML"))
    page.keyboard.press("Enter")
    expect(form.get_by_label("Text", exact=True)).to_have_value("HERON")
    expect(row.locator(".element-after")).to_have_text("HERON", timeout=SHOWN)
    form.get_by_role("button", name="Add to the policy").click()
    expect(sample).to_contain_text("By the policy as it stands.", timeout=SHOWN)
    promised = row.locator(".element-after").inner_text()
    journey.close_workshop()
    expect(bar).not_to_contain_text("not in the policy")
    journey.run()
    run = journey.results(tmp_path)
    headers = [dcmread(run.root / path, stop_before_pixels=True) for path in run.outputs]
    assert {header.get("Manufacturer", promised) for header in headers} == {promised} == {"HERON"}


def test_what_is_written_at_each_bench_stays_apart_until_it_is_taken(journey: Journey, source: Path) -> None:
    page, sample = journey.page, journey.page.locator("try-out")
    journey.drop(source)
    journey.open_workshop("Python")
    editor = page.locator("python-rules .cm-content")
    expect(editor).to_be_visible(timeout=READY)
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(CODE)
    expect(sample).to_contain_text("With what you are writing", timeout=SHOWN)
    journey.open_workshop("Policy file")
    text = page.locator("policy-text textarea")
    expect(text).not_to_have_value("")
    expect(text).not_to_have_value("HERON")
    expect(sample).to_contain_text("By the policy as it stands.", timeout=SHOWN)
    text.fill(text.input_value().replace("[]", '["retain-uids"]', 1))
    expect(sample).to_contain_text("With what you are writing", timeout=SHOWN)
    sample.get_by_label("Find").fill("StudyInstanceUID")
    study = sample.locator("tbody tr").filter(has_text="(0020,000D)")
    expect(study.locator(".element-after")).to_have_text("the same", timeout=SHOWN)
    text.fill(f"{text.input_value()}\n[[python]]\ncode = '''\n{CODE}'''\n")
    expect(sample).to_contain_text("cannot be tried yet", timeout=SHOWN)  # nobody has agreed to this code
    expect(page.locator("what-if[aria-busy]")).to_have_count(0, timeout=SHOWN)
    look_at(journey)
    assert found_by_axe(journey) == []
    for bench in ("Rules for single elements", "Python"):
        journey.open_workshop(bench)
        expect(page.locator("what-if[aria-busy]")).to_have_count(0, timeout=SHOWN)
        look_at(journey)
        assert found_by_axe(journey) == []
    page.keyboard.press("Escape")
    pending = page.locator("[data-part=workshop-pending]")
    expect(pending).to_contain_text("Not in the policy yet: code in Python, text of the policy file")
    journey.open_workshop("Policy file")
    journey.button("Discard changes").click()
    expect(text).not_to_have_value("")
    expect(pending).not_to_contain_text("policy file")
