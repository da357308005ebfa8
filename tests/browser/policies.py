"""The page's policy panel as a person works with it: rules, the file, the text."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from journey import Journey
from playwright.sync_api import Locator, expect


@dataclass(frozen=True)
class Policies:
    """The policy panel of an open page, on which a folder was chosen."""

    journey: Journey

    @property
    def panel(self) -> Locator:
        return self.journey.page.locator("policy-panel")

    @property
    def rules(self) -> list[str]:
        """The rows, without their buttons."""
        rows = self.panel.locator(".rules li").all()
        return [" ".join(" ".join(row.locator("p").all_inner_texts()).split()) for row in rows]

    @property
    def text(self) -> Locator:
        return self.panel.locator("policy-text textarea")

    @property
    def problems(self) -> Locator:
        return self.panel.get_by_role("list", name="Problems").get_by_role("listitem")

    @property
    def report(self) -> Locator:
        return self.panel.locator("import-report")

    def button(self, name: str) -> Locator:
        return self.panel.get_by_role("button", name=name, exact=True)

    def choose(self, path: Path) -> None:
        """Chooses a file; what comes of it is to be waited for."""
        self.journey.open_workshop("Policy file")
        with self.journey.page.expect_file_chooser() as chosen:
            self.button("Load policy").click()
        chosen.value.set_files(path)

    def load(self, path: Path) -> None:
        self.choose(path)
        self.told(f"Loaded from {path.name}.")

    def told(self, words: str) -> None:
        """The words about the file."""
        expect(self.panel.locator("[data-part=file-hint]")).to_have_text(words)

    def save(self, folder: Path) -> Path:
        self.journey.open_workshop("Policy file")
        return self.journey.download("Save policy", folder)

    def close(self) -> None:
        self.journey.close_workshop()

    def show_rules(self) -> None:
        self.journey.open_workshop("Rules for single elements")

    @contextmanager
    def rule(self, button: str = "Add rule") -> Iterator[Locator]:
        """The form of a rule; it is put away when the rule is taken."""
        self.panel.get_by_role("button", name=button).first.click()
        form = self.panel.locator("rule-form")
        yield form
        form.get_by_role("button", name="the policy").click()
        expect(form).to_be_hidden()
