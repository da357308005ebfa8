"""The three views of the page, with the sample data that it makes: a run goes on in one while another is read."""

import re
from pathlib import Path

from journey import DONE, ENDED, Ended, Journey
from playwright.sync_api import expect


def is_at(journey: Journey, heading: str, title: str) -> None:
    expect(journey.page.get_by_role("heading", level=1)).to_have_text(heading)
    expect(journey.page.get_by_role("heading", level=1)).to_be_focused()
    expect(journey.page).to_have_title(title)


def test_sample_data_through_all_views(journey: Journey, tmp_path: Path) -> None:
    page = journey.page
    journey.view("Help")
    is_at(journey, "Help", "Help · dicom-deid")
    journey.button("Try it with sample data").click()
    journey.wait_for_scan()
    expect(page.get_by_role("heading", level=1)).to_have_text("De-identify DICOM studies")
    page.get_by_role("radio", name="Shift by patient").check()
    journey.set_passphrase()
    journey.start()
    journey.view("Help")  # at once: the run has yet to make its key
    is_at(journey, "Help", "Help · dicom-deid")
    page.wait_for_function(ENDED, timeout=DONE)
    is_at(journey, "Help", "Help · dicom-deid")
    journey.view("Runs")
    is_at(journey, "Runs", "Runs · dicom-deid")
    item = page.locator("stored-runs li").first
    expect(item).to_contain_text("Sample data")
    expect(item).to_contain_text("5 files written, 1 withheld")
    expect(item).to_contain_text("Basic Profile, with: the dates, shifted by patient.")
    page.go_back()
    is_at(journey, "Help", "Help · dicom-deid")
    page.go_back()
    is_at(journey, "De-identify DICOM studies", "dicom-deid")
    assert journey.wait_for_end() == Ended("Done", written=5, withheld=1, skipped=0, failed=0)
    run = journey.results(tmp_path)
    run.check()
    assert not (run.root / "about.json").exists()
    assert "Sample data" not in run.audit + run.log


def test_the_policy_of_the_last_run_is_there_again_until_it_is_reset(journey: Journey) -> None:
    page = journey.page
    journey.view("Help")
    journey.button("Try it with sample data").click()
    journey.wait_for_scan()
    page.get_by_role("checkbox", name="Retain Patient Characteristics").check()
    page.get_by_role("radio", name=re.compile("^Keep Keep the dates")).check()
    journey.run()
    page.reload()
    expect(page.locator("policy-panel")).to_contain_text("As last time: Basic Profile, with: the patient’s age")
    journey.view("Help")
    journey.button("Try it with sample data").click()
    journey.wait_for_scan()
    expect(page.get_by_text("These are the choices that you used last.")).to_be_visible()
    expect(page.get_by_role("radio", name=re.compile("^Keep Keep the dates"))).to_be_checked()
    journey.button("Reset").click()
    expect(page.get_by_role("radio", name="Remove")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Retain Patient Characteristics")).not_to_be_checked()
    expect(page.locator("#policy-title")).to_be_focused()
