"""The page as a person goes through it: choose, look at what was found, set the policy, run, take the results."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from drag import drop
from playwright.sync_api import Locator, expect
from runs import PASSPHRASE, RunFolder, unpacked

if TYPE_CHECKING:
    from playwright.sync_api import Page

READY = 120_000  # milliseconds for Python to start, on a slow and busy machine
FOUND = 60_000  # milliseconds for a scan
DONE = 240_000  # milliseconds for a run
POLLING = 50  # milliseconds between two looks
STARTED = """() => document.querySelector("python-state")?.dataset.state === "ready" """
CAN_START = """() => document.querySelector("run-panel [data-part=start]")?.checkVisibility()"""
ENDED = """() => document.querySelector("results-panel [role=status]").textContent !== "" """
PATIENCE = 30_000  # milliseconds for what a page on a machine with time to spare answers at once
expect.set_options(timeout=PATIENCE)
COUNTS = re.compile(r"(Done|Cancelled|Stopped): ([\d,]+) written, ([\d,]+) withheld, ([\d,]+) skipped, ([\d,]+) failed")


@dataclass(frozen=True)
class Ended:
    """The status line of a run that has come to its end."""

    how: str
    written: int
    withheld: int
    skipped: int
    failed: int

    @property
    def total(self) -> int:
        return self.written + self.withheld + self.skipped + self.failed


@dataclass(frozen=True)
class Journey:
    """One open page."""

    page: "Page"

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def view(self, name: str) -> None:
        """Goes to a view of the page by its link in the header."""
        self.page.get_by_role("navigation", name="Views").get_by_role("link", name=name).click()

    def wait_for(self, truth: str, patience: int) -> None:
        """Looks in the page itself: expect() looks twice a second, and makes a tree of the whole page each time."""
        self.page.wait_for_function(truth, polling=POLLING, timeout=patience)

    def wait_for_python(self) -> None:
        self.wait_for(STARTED, READY)
        expect(self.page.get_by_text("Python is ready")).to_be_visible(timeout=READY)

    def drop(self, *paths: Path) -> None:
        drop(self.page, *paths)
        self.wait_for_scan()

    def choose_zip(self, *paths: Path) -> None:
        with self.page.expect_file_chooser() as chosen:
            self.button("Choose ZIP").click()
        chosen.value.set_files(list(paths))
        self.wait_for_scan()

    def wait_for_scan(self) -> None:
        """Until the policy can be set and the run started."""
        self.wait_for(CAN_START, FOUND)
        expect(self.button("Start")).to_be_visible(timeout=FOUND)

    def choose_output(self, name: str) -> None:
        """Chooses the folder that the browser gives without a dialogue, which has that name."""
        self.button("Choose output folder").click()
        expect(self.page.locator("run-panel [data-part=output]")).to_have_text(f"folder “{name}”")

    def set_passphrase(self, passphrase: str = PASSPHRASE) -> None:
        self.page.locator("policy-panel").get_by_label("Passphrase", exact=True).fill(passphrase)

    @property
    def workshop(self) -> Locator:
        return self.page.get_by_role("dialog", name="Rules and code", exact=True)

    def open_workshop(self, bench: str) -> None:
        """Opens the workshop, if it is closed, at one of its benches."""
        if not self.workshop.is_visible():
            self.button("Rules and code…").click()
        self.workshop.get_by_role("radio", name=bench).check()

    def close_workshop(self) -> None:
        self.workshop.get_by_role("button", name="Close", exact=True).click()
        expect(self.workshop).to_have_count(0)

    def load_policy(self, path: Path) -> None:
        """Loads a policy file, and accepts the code that it brings."""
        self.open_workshop("Policy file")
        with self.page.expect_file_chooser() as chosen:
            self.button("Load policy").click()
        chosen.value.set_files(path)
        self.button("Accept this code").click(timeout=READY)
        expect(self.workshop.locator("[data-part=file-hint]")).to_have_text(f"Loaded from {path.name}.")
        self.close_workshop()

    def allow_everything(self) -> Sequence[str]:
        """Allows every SOP Class that is withheld by default, and burned-in annotation; returns the UIDs."""
        self.page.locator("summary", has_text="SOP Classes to allow").click()
        boxes = self.page.locator("input[name=sop-class]")
        boxes.evaluate_all("(boxes) => boxes.forEach((box) => box.checked || box.click())")
        expect(boxes.and_(self.page.locator(":not(:checked)"))).to_have_count(0)
        self.page.get_by_role("checkbox", name="Pass burned-in annotation").check()
        return [str(uid) for uid in boxes.evaluate_all("(boxes) => boxes.map((box) => box.value)")]

    def start(self) -> None:
        self.button("Start").click()

    def wait_for_end(self) -> Ended:
        self.wait_for(ENDED, DONE)
        line = self.page.locator("results-panel").get_by_role("status")
        expect(line).to_have_text(COUNTS, timeout=DONE)
        match = COUNTS.fullmatch(line.inner_text())
        assert match, line.inner_text()
        how, *counts = match.groups()
        return Ended(how, *(int(number.replace(",", "")) for number in counts))

    def run(self, passphrase: str = PASSPHRASE) -> Ended:
        self.set_passphrase(passphrase)
        self.start()
        return self.wait_for_end()

    def download(self, name: str, folder: Path) -> Path:
        """Presses a button that downloads, and returns the file."""
        with self.page.expect_download(timeout=DONE) as downloading:
            self.button(name).click()
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / downloading.value.suggested_filename
        downloading.value.save_as(target)
        return target

    def results(self, folder: Path, name: str = "Download results ZIP") -> RunFolder:
        """The run folder out of a downloaded ZIP."""
        archive = self.download(name, folder)
        return unpacked(archive, folder / archive.stem)
