"""The browser's own dialogues, which no page can reach, worked by keyboard on a virtual screen (Xvfb)."""

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

WIDTH, HEIGHT = 1280, 1000  # pixels of the screen
PIXEL_BYTES = 4
PATIENCE_SECONDS = 30
# Chromium takes no key for half a second after a prompt has come up, lest one meant for the page answers it.
PROMPT_DEAF_SECONDS = 0.8
# The page is dimmed to less than half behind a prompt; nothing else darkens the whole of it.
DIMMED = 0.75
SAMPLE = 997  # every so many bytes of the screen are looked at

T = TypeVar("T")


@dataclass(frozen=True)
class Screen:
    """A virtual screen with a window manager: without one, dialogues get no keys."""

    display: str
    pixels: Path

    @property
    def environment(self) -> dict[str, str]:
        """For a browser to start with. The language is that of the dialogue's titles and shortcuts."""
        return os.environ | {"DISPLAY": self.display, "LANGUAGE": "en", "LC_ALL": "C.UTF-8"}

    def choose_folder(self, title: str, folder: Path) -> None:
        """Types the path into the folder dialogue of that title, and opens it."""
        window = wait_for(lambda: self._window(title))
        self._do("windowactivate", "--sync", window)
        self._do("key", "slash")  # opens the entry for a path, with this letter in it
        time.sleep(0.5)
        self._do("type", "--delay", "10", str(folder).lstrip("/"))
        time.sleep(0.5)
        self._do("key", "Delete")  # what was put behind it as a guess
        self._do("key", "alt+o")  # Open
        wait_for(lambda: not self._window(title))

    def dismiss(self, title: str) -> None:
        """Closes the folder dialogue of that title with nothing chosen."""
        self._do("windowactivate", "--sync", wait_for(lambda: self._window(title)))
        self._do("key", "Escape")
        wait_for(lambda: not self._window(title))

    def answer_prompt(self, before: float, allow: bool) -> None:
        """Answers "Allow this site to …?", which dims the page; `before` is the brightness without it."""
        wait_for(lambda: self.brightness < DIMMED * before)
        time.sleep(PROMPT_DEAF_SECONDS)
        if allow:
            self._do("key", "Tab")  # "Don't allow" has the focus
        self._do("key", "Return")
        wait_for(lambda: self.brightness > DIMMED * before)

    @property
    def brightness(self) -> float:
        """Of the screen on average, from 0 to 255."""
        content = self.pixels.read_bytes()[-WIDTH * HEIGHT * PIXEL_BYTES :]
        sample = content[::SAMPLE]
        return sum(sample) / len(sample)

    def _window(self, title: str) -> str:
        """The number of the window in sight that has this title; empty when there is none."""
        return self._do("search", "--onlyvisible", "--name", f"^{title}$", check=False).strip()

    def _do(self, *command: str, check: bool = True) -> str:
        return subprocess.run(
            ("xdotool", *command), env=self.environment, check=check, capture_output=True, text=True
        ).stdout


def wait_for(look: Callable[[], T]) -> T:
    """The first look that is true."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not (seen := look()):
        assert time.monotonic() < until, "the dialogue did not come or go"
        time.sleep(0.1)
    return seen


@contextlib.contextmanager
def virtual_screen() -> Iterator[Screen]:
    with contextlib.ExitStack() as cleanup:
        frames = cleanup.enter_context(tempfile.TemporaryDirectory())
        number, write = os.pipe()
        size = ("-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-fbdir", frames, "-nolisten", "tcp", "-noreset")
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        server = subprocess.Popen(("Xvfb", "-displayfd", str(write), *size), pass_fds=[write], **quiet)
        cleanup.callback(end, server)
        os.close(write)
        with os.fdopen(number) as told:
            screen = Screen(f":{told.readline().strip()}", Path(frames) / "Xvfb_screen0")
        manager = subprocess.Popen(("openbox",), env=screen.environment, **quiet)
        cleanup.callback(end, manager)
        yield screen


def end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    process.wait()
