"""Programs that tests need: a Chromium, a virtual screen with a window manager, dciodvfy, and a PACS with its tools."""

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

INSTALLED = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SCREEN_TOOLS = {"Xvfb": "xvfb", "openbox": "openbox", "xdotool": "xdotool"}  # program -> Debian package
VALIDATOR = {"dciodvfy": "dicom3tools"}
"""It looks at every output as a reader who knows all IODs would."""
PACS = {"Orthanc": "orthanc", "storescu": "dcmtk"}
"""Orthanc, and dcmtk's programs, which speak DIMSE without a line of ours."""
PACS_PLUGIN = {"/usr/share/orthanc/plugins/libOrthancDicomWeb.so": "orthanc-dicomweb"}
FONTS = "fonts-liberation"  # without any font Chromium draws no text, and screenshots show nothing


class MissingError(Exception):
    """A program is missing that could not be installed."""


def browser() -> str | None:
    """A Chromium: one of the system's, or Playwright's own."""
    for name in INSTALLED:
        if found := shutil.which(name):
            return found
    from playwright.sync_api import sync_playwright  # slow to import, and not needed where the system has one

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


@functools.cache
def install_browser() -> str:
    """The same, installed if there is none. The first call must not come while Playwright runs. Raises MissingError."""
    found = browser()
    if not found:
        playwright = (sys.executable, "-m", "playwright")
        done = subprocess.run((*playwright, "install", "chromium"), check=False, capture_output=True)
        if done.returncode == 0:  # its libraries are the system's; as root, or through sudo
            subprocess.run((*playwright, "install-deps", "chromium"), check=False, capture_output=True)
        found = browser()
    if not found:
        apt(["chromium", FONTS])
        found = browser()
    if not found:
        raise MissingError(f"Chromium is missing and could not be installed. Install one of: {', '.join(INSTALLED)}.")
    return found


def install_tools(screen: bool) -> None:
    """All others at once; with ``screen`` also those of the tests of the true dialogues. Raises MissingError."""
    programs = VALIDATOR | PACS | PACS_PLUGIN | (SCREEN_TOOLS if screen else {})
    if missing := [package for program, package in programs.items() if not is_there(program)]:
        apt(missing)
    if missing := [program for program in programs if not is_there(program)]:
        raise MissingError(f"These could not be installed: {', '.join(missing)}. The tests need them.")


def is_there(program: str) -> bool:
    """Whether it can be called, or is a file, as plugins are."""
    return bool(shutil.which(program)) or Path(program).is_file()


def apt(packages: Sequence[str]) -> None:
    """Installs Debian packages, as root or through sudo without a password; does nothing where there is no apt."""
    apt_get = shutil.which("apt-get")
    if not apt_get or not packages:
        return
    root: list[str] = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    print(f"Installing {', '.join(packages)} with apt-get", flush=True)
    commands = ([apt_get, "update"], [apt_get, "install", "--yes", "--no-install-recommends", *packages])
    for command in commands:
        try:
            subprocess.run([*root, *command], env=environment, capture_output=True, check=True)
        except FileNotFoundError:
            return
        except subprocess.CalledProcessError as error:
            print(error.stderr.decode(errors="replace")[-2000:], file=sys.stderr)
