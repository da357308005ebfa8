"""Rules in Python in the page: written in PyScript's editor, tried on a file, run as the command line runs them."""

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import Server, serving, visiting
from journey import Journey
from playwright.sync_api import Locator, expect
from runs import RunFolder, native_run, timeless
from samples import sample_folder

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Request

TRIED = 30_000  # milliseconds for the trial worker to start and to answer; one that hangs is ended after 10 s
GOOD = """def rule(element, instance):
    if element.vr == "DS" and instance.get("Modality") == "CT":
        return "Z"
    if element.keyword == "Manufacturer":
        return "D", "HERON"
"""
FAILING = """def rule(element, instance):
    divide(element)

def divide(element):
    1 / (element.value != "GE MEDICAL SYSTEMS")
"""
HANGING = """def rule(element, instance):
    while True:
        pass
"""
WHEEL = "strange_words-1.0-py3-none-any.whl"
WITH_WHEEL = """import strange_words

def rule(element, instance):
    if element.keyword in strange_words.KEYWORDS:
        return "X"
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_folder(tmp_path_factory.mktemp("rules") / "in")


def open_rules(journey: Journey) -> Locator:
    """The editor of the rules, when it is there."""
    journey.open_workshop("Python")
    editor = journey.page.locator("python-rules .cm-content")
    expect(editor).to_be_visible(timeout=TRIED)
    return editor


def write(journey: Journey, code: str, name: str = "herons") -> None:
    """Puts code into the editor, in the place of what is there."""
    journey.page.get_by_label("Name", exact=True).fill(name)
    journey.page.locator("python-rules .cm-content").click()
    journey.page.keyboard.press("Control+a")
    journey.page.keyboard.press("Delete")
    journey.page.keyboard.insert_text(code)


def sample(journey: Journey) -> Locator:
    """The sample, which shows by itself what was written."""
    return journey.page.locator("try-out")


def problems(journey: Journey) -> Locator:
    """All that is wrong with the code, each with the button of its line."""
    return journey.page.get_by_role("list", name="Problems of the code")


BELOW = """(content, line) => {
  const said = getComputedStyle(content.querySelectorAll(".cm-line")[line - 1], "::after").content;
  return said === "none" || said === "normal" ? "" : JSON.parse(said);
}"""


def said_below(journey: Journey, line: int) -> str:
    """The words below a line of the code."""
    return str(journey.page.locator("python-rules .cm-content").evaluate(BELOW, line))


def policy_file(path: Path, code: str, *wheels: str) -> Path:
    """A policy with that rule, as one writes it by hand."""
    path.write_text(
        f"wheels = {list(wheels)}\n\n[[python]]\nname = 'herons'\ncode = '''\n{code}'''\n", encoding="utf-8"
    )
    return path


def same_as_native(journey: Journey, source: Path, folder: Path, policy: Path, *options: str) -> RunFolder:
    """A run in the page, held to that of the command line."""
    journey.close_workshop()
    journey.run()
    run = journey.results(folder / "page")
    run.check()
    expected = native_run(source, folder / "native", "--policy", str(policy), *options)
    assert run.outputs == expected.outputs
    assert timeless(run.rows) == timeless(expected.rows)
    return run


def test_the_editor_is_loaded_when_it_is_opened_and_lets_the_keyboard_go(
    browser: "BrowserContext", server: Server, source: Path
) -> None:
    requests: list[str] = []

    def requested(request: "Request") -> None:
        requests.append(request.url)

    browser.on("request", requested)
    with visiting(browser, server) as journey:
        page = journey.page
        journey.drop(source)
        assert not [url for url in requests if "pyscript" in url or "micropip" in url]
        opener = journey.button("Rules and code…")
        opener.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("ArrowRight")
        chosen, editor = page.get_by_role("radio", name="Python"), page.locator("python-rules .cm-content")
        expect(editor).to_be_visible(timeout=TRIED)
        expect(chosen).to_be_focused()
        assert [url for url in requests if url.endswith("pyscript/core.js")]
        assert not [url for url in requests if "micropip" in url]
        browser.remove_listener("request", requested)
        editor.focus()
        page.keyboard.press("Tab")
        inside = "document.activeElement.classList.contains('editor-host')"
        assert page.evaluate(inside)
        page.keyboard.press("Escape")
        page.keyboard.press("Tab")
        assert not page.evaluate(inside)
        expect(journey.button("Use in policy")).to_be_focused()
        write(journey, GOOD)
        page.keyboard.press("Escape")
        expect(journey.workshop).to_be_visible()
        page.keyboard.press("Control+Enter")
        expect(page.get_by_role("radio", name="Python 1")).to_be_checked()
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        expect(journey.workshop).to_have_count(0)
        expect(opener).to_be_focused()


def wheel(folder: Path) -> Path:
    """A wheel of pure Python with one module."""
    folder.mkdir(parents=True)
    about = "strange_words-1.0.dist-info"
    with zipfile.ZipFile(folder / WHEEL, "w") as archive:
        archive.writestr("strange_words.py", "KEYWORDS = {'Manufacturer', 'SliceThickness'}\n")
        archive.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: strange-words\nVersion: 1.0\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    return folder / WHEEL


def test_a_wheel_of_the_site_is_imported(browser: "BrowserContext", site: Path, source: Path, tmp_path: Path) -> None:
    shutil.copytree(site, tmp_path / "site")
    made = wheel(tmp_path / "site" / "wheels")
    with serving(tmp_path / "site") as server, visiting(browser, server) as journey:
        journey.drop(source)
        open_rules(journey)
        write(journey, WITH_WHEEL)
        expect(problems(journey)).to_contain_text("No module named 'strange_words'", timeout=TRIED)
        wheels = journey.page.get_by_label("Wheels for all rules")
        wheels.fill("no_such-1.0-py3-none-any.whl")
        wheels.blur()
        expect(sample(journey)).to_contain_text("A wheel that the policy names is not there", timeout=TRIED)
        wheels.fill(WHEEL)
        wheels.blur()
        expect(sample(journey)).to_contain_text("The rule decides 2 data elements", timeout=TRIED)
        journey.button("Use in policy").click()
        shutil.copy(made, tmp_path)
        policy = policy_file(tmp_path / "policy.toml", WITH_WHEEL, WHEEL)
        same_as_native(journey, source, tmp_path, policy, "--run-code")


@pytest.fixture(scope="module")
def page_of_all(browser: "BrowserContext", server: Server, source: Path) -> Iterator[Journey]:
    """It hears of the requests of every page, so tests with another server stand before those that have it."""
    with visiting(browser, server) as journey:
        journey.drop(source)
        yield journey


@pytest.fixture
def opened(page_of_all: Journey) -> Iterator[Journey]:
    """A page on which the source was dropped, with the editor, which the tests share; each leaves no rule."""
    open_rules(page_of_all)
    yield page_of_all
    again = page_of_all.button("Run again with these files")
    if again.is_visible():
        again.click()
    open_rules(page_of_all)
    page_of_all.button("Delete rule").click()
    expect(page_of_all.page.get_by_role("radio", name="Python 0")).to_be_checked()


def test_a_rule_is_tried_used_and_run_like_the_command_line(opened: Journey, source: Path, tmp_path: Path) -> None:
    page = opened.page
    write(opened, GOOD)
    result = sample(opened)
    expect(result).to_contain_text("The rule decides 46 data elements of this file.", timeout=TRIED)
    expect(result).to_contain_text("With what you are writing, which is not in the policy yet.")
    expect(result.get_by_label("Show", exact=True).locator("option:checked")).to_have_text("Of this rule (46)")
    thickness = result.locator("tbody tr", has_text="Slice Thickness")
    expect(thickness.locator(".element-before")).to_have_text("5.000000")
    expect(thickness.locator(".element-after")).to_have_text("empty")
    maker = result.locator("tbody tr").filter(has_text="(0008,0070)")
    expect(maker.locator(".element-before")).to_have_text("GE MEDICAL SYSTEMS")
    expect(maker.locator(".element-after")).to_have_text("HERON")
    expect(page.locator("python-rules").get_by_text("Not in the policy yet.")).to_be_visible()
    opened.button("Use in policy").click()
    expect(page.locator("python-rules").get_by_text("In the policy.", exact=True)).to_be_visible()
    expect(page.get_by_role("radio", name="Python 1")).to_be_checked()
    expect(result).to_contain_text("By the policy as it stands.", timeout=TRIED)
    policy = policy_file(tmp_path / "policy.toml", GOOD)
    run = same_as_native(opened, source, tmp_path, policy, "--run-code")
    assert {row["status"] for row in run.rows} == {"written", "withheld", "skipped", "failed"}
    assert "herons" in run.log


def test_a_rule_that_fails_shows_where_and_withholds(opened: Journey, source: Path, tmp_path: Path) -> None:
    write(opened, FAILING)
    expect(problems(opened)).to_contain_text("Line 5ZeroDivisionError: division by zero", timeout=TRIED)
    expect(sample(opened)).to_contain_text("would be withheld")
    expect(sample(opened)).to_contain_text("asked about Manufacturer")
    expect(sample(opened)).to_contain_text("line 5, in divide")
    assert said_below(opened, 5) == "ZeroDivisionError: division by zero"
    opened.button("Use in policy").click()
    run = same_as_native(opened, source, tmp_path, policy_file(tmp_path / "policy.toml", FAILING), "--run-code")
    assert [row["reason"] for row in run.rows].count("RULE_FAILED") == 1
    for said in (run.log, run.audit):
        assert "ZeroDivisionError" not in said


def test_code_that_is_no_python_is_told_with_its_line(opened: Journey) -> None:
    write(opened, "import re\ndef rule(element, instance)\n    return None\n")
    expect(problems(opened)).to_contain_text("Line 2This is no Python: expected ':'", timeout=TRIED)
    assert said_below(opened, 2) == "This is no Python: expected ':'."
    write(opened, "import no_such_module\ndef rule(element, instance):\n    return None\n")
    expect(problems(opened)).to_contain_text("Line 1ModuleNotFoundError: No module named 'no_such_module'")
    opened.button("Line 1").click()
    opened.page.keyboard.press("Delete")  # the line is selected
    opened.page.keyboard.insert_text("import re")
    expect(problems(opened).get_by_role("listitem")).to_have_count(0, timeout=TRIED)
    assert said_below(opened, 1) == ""


def test_a_rule_that_hangs_is_ended_and_the_next_try_works(opened: Journey) -> None:
    write(opened, HANGING)
    expect(sample(opened)).to_contain_text("took too long over this file and was ended")
    write(opened, GOOD)
    expect(sample(opened)).to_contain_text("The rule decides 46 data elements", timeout=TRIED)


def test_an_answer_that_is_not_allowed_is_a_failure(opened: Journey) -> None:
    page = opened.page
    write(opened, GOOD)
    page.get_by_role("checkbox", name="empty").uncheck()
    expect(problems(opened).get_by_role("listitem")).to_have_count(1, timeout=TRIED)
    page.get_by_role("checkbox", name="empty").check()
    expect(sample(opened)).to_contain_text("The rule decides 46 data elements", timeout=TRIED)


def test_several_rules_are_kept_apart_changed_and_deleted(opened: Journey) -> None:
    page = opened.page
    editor = page.locator("python-rules .cm-content")
    listed, state = (
        page.get_by_role("group", name="Rules").get_by_role("button"),
        page.locator("python-rules .rule-buttons"),
    )
    write(opened, GOOD, "first")
    opened.button("Use in policy").click()
    expect(listed).to_have_text(["first", "Another rule"])
    opened.button("Another rule").click()
    write(opened, FAILING, "second")
    expect(listed).to_have_text(["first", "second (draft)", "Another rule"])
    expect(sample(opened)).to_contain_text("rule 2 in Python (second)", timeout=TRIED)
    listed.first.click()
    expect(editor).to_contain_text("HERON")
    expect(state).to_contain_text("In the policy.")
    expect(sample(opened)).to_contain_text("The rule decides 46 data elements", timeout=TRIED)
    editor.press_sequentially(" ")
    expect(state).to_contain_text("Changed, and not in the policy yet.")
    listed.nth(1).click()
    expect(editor).to_contain_text("divide")
    opened.button("Delete rule").click()
    expect(listed).to_have_text(["first (draft)", "Another rule"])
    opened.button("Delete rule").click()
    expect(page.get_by_role("radio", name="Python 0")).to_be_checked()
