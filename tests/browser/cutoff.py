"""Cutting a run off as a power cut would, and going on with it in a new browser on the same profile."""

import os
import re
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from journey import Ended, Journey
from many import FILES, NOTES, WRITTEN, choose, wait_for_files
from playwright.sync_api import Error, expect
from runs import PASSPHRASE, RunFolder, timeless

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

CUT_OFF = re.compile(rf"A run was cut off\. .+, begun .+: (\d+) of {FILES} files done\.")
PATIENCE = 60_000  # milliseconds
DIES_SECONDS = 20
AT_THE_BEGINNING = 0.2
ANEW = -1
"""Instead of a number of files: nothing was offered, since the run was cut off before it was begun."""

BEGUN = """async () => {
  const storage = await navigator.storage.getDirectory();
  const runs = await storage.getDirectoryHandle("runs").catch(() => null);
  let begun = 0;
  for await (const run of runs?.values() ?? []) begun += await run.getFileHandle("plan.json").then(() => 1, () => 0);
  return begun;
}"""
"""How many runs there are in private storage."""

Open = Callable[[], Journey]


def kill(context: "BrowserContext", profile: Path) -> None:
    """Ends the browser of that profile: the group of its processes at once, without a word."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            group = os.getpgid(int(folder.name))
        except (OSError, ValueError):
            continue
        # The browser leads its group; others that name the profile belong to it.
        if f"--user-data-dir={profile}".encode() in command and group == int(folder.name):
            os.killpg(group, signal.SIGKILL)
            wait_for_end_of(folder)
    with suppress(Error):  # there is nothing left to close
        context.close()


def wait_for_end_of(process: Path) -> None:
    until = time.monotonic() + DIES_SECONDS
    while process.exists() and "\nState:\tZ" not in (process / "status").read_text():
        assert time.monotonic() < until, "a killed browser is still there"
        time.sleep(0.01)


def offered(journey: Journey) -> int:
    """How many files the page says are done of the run that it offers to go on with."""
    line = journey.page.locator("cut-off-run [data-part=text]")
    expect(line).to_have_text(CUT_OFF, timeout=PATIENCE)
    match = CUT_OFF.search(line.inner_text())
    assert match
    return int(match[1])


def go_on(journey: Journey, passphrase: str = PASSPHRASE) -> None:
    """Answers the dialogue."""
    dialog = journey.page.get_by_role("dialog")
    dialog.get_by_label("Key of this run").fill(passphrase)
    dialog.get_by_role("button", name="Go on").click()


def choose_again(journey: Journey, folder: Path) -> None:
    expect(journey.page.get_by_text("Now choose or drop the same folder or files")).to_be_visible(timeout=PATIENCE)
    choose(journey, folder)


def take_up(journey: Journey, folder: Path, tick: str = "") -> int:
    """Goes on with what the page offers, or begins when there is nothing; returns how many files were done.

    tick: a checkbox that was ticked when the run was begun.
    """
    journey.wait_for_python()
    offer = journey.page.locator("cut-off-run")
    if journey.page.evaluate(BEGUN) == 0:
        choose(journey, folder)
        journey.wait_for_scan()
        if tick:
            journey.page.get_by_role("checkbox", name=tick).check()
        journey.set_passphrase()
        journey.start()
        return ANEW
    done = offered(journey)
    offer.get_by_role("button", name="Go on").click()
    go_on(journey)
    choose_again(journey, folder)
    return done


def cut_off_and_go_on(
    open_page: Open, profile: Path, folder: Path, whole: RunFolder, moments: list[float], scratch: Path
) -> list[int]:
    """Kills the browser in the midst of what is left of the run, moment after moment; lets it end, and checks it.

    A moment is a part of what is left, from 0 to 1; one below AT_THE_BEGINNING is in the second before the first file.
    Returns how many files were done at each beginning.
    """
    done = []
    for moment in moments:
        journey = open_page()
        done.append(take_up(journey, folder))
        if moment < AT_THE_BEGINNING:
            journey.page.wait_for_timeout(1000 * moment / AT_THE_BEGINNING)
        else:
            wait_for_files(journey, int(max(done[-1], 0) + moment * (FILES - 1 - max(done[-1], 0))))
        kill(journey.page.context, profile)
    journey = open_page()
    if not ended_before(journey):
        done.append(take_up(journey, folder))
        assert journey.wait_for_end() == Ended("Done", WRITTEN, 0, NOTES, 0)
    agree(stored_run(journey, scratch), whole)
    journey.page.context.close()
    return done


def ended_before(journey: Journey) -> bool:
    """Whether the last kill came too late."""
    if journey.page.evaluate(BEGUN) == 0:
        return False
    run = journey.page.locator("stored-runs li")
    expect(run).to_have_count(1, timeout=PATIENCE)
    return "not finished" not in run.inner_text()


def stored_run(journey: Journey, scratch: Path) -> RunFolder:
    """The one run that is in private storage; it is deleted there."""
    journey.page.reload()
    journey.view("Runs")
    item = journey.page.locator("stored-runs li")
    expect(item).to_have_count(1)
    name = item.locator(".stored-name").inner_text()
    run = journey.results(scratch / name, f"ZIP of {name}")
    journey.button(f"Delete of {name}").click()
    journey.button("Delete").click()
    expect(item).to_have_count(0)
    return run


def agree(run: RunFolder, whole: RunFolder) -> None:
    """The same bytes, one row for each source file, and no half files."""
    run.check()
    assert timeless(run.rows) == timeless(whole.rows)
    assert run.outputs == whole.outputs
