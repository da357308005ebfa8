"""Kills the browser at random moments of runs in the real page, goes on with each, and checks what comes of it.

    .venv/bin/python tests/bench/kill.py [--kills 20] [--seed 1]

Each round starts a run in a browser with a profile on disk, ends its whole process group by SIGKILL at a random moment,
and opens it again; in every third round the run that goes on is killed once more. Then the run is let end. Its outputs
and rows must be those of an undisturbed run of the command line: the same bytes, one row for each source file, no half
files. Prints a line for each round; exits with 1 at the first that is not so. `build.py site` has to have been run.
"""

import argparse
import random
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser"), str(ROOT / "py")]

from conftest import opened, serving  # noqa: E402 - the paths above come first
from cutoff import ANEW, cut_off_and_go_on  # noqa: E402
from journey import Journey  # noqa: E402
from machine import install_browser  # noqa: E402
from many import FILES, WITHOUT_HANDLES, many_files  # noqa: E402
from runs import native_run  # noqa: E402

TWICE_EVERY = 3


def words(done: list[int]) -> str:
    """The files that were done at each beginning but the first."""
    return ", then ".join("nothing begun" if files == ANEW else f"{files} of {FILES} done" for files in done[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    install_browser()
    chance, kills, number = random.Random(options.seed), 0, 0
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright, serving(ROOT / "dist") as server:
        scratch = Path(name)
        profile, folder = scratch / "profile", many_files(scratch / "Herons")
        whole = native_run(folder, scratch / "whole", status=0)

        def open_page() -> Journey:
            page = opened(playwright, install_browser(), profile).pages[0]
            page.add_init_script(WITHOUT_HANDLES)
            page.goto(server.url)
            return Journey(page)

        while kills < options.kills:
            number += 1
            times = 2 if number % TWICE_EVERY == 0 else 1
            moments = [chance.random() for _ in range(times)]
            done = cut_off_and_go_on(open_page, profile, folder, whole, moments, scratch / "zip")
            kills += times
            after = " and ".join(f"{moment:.0%}" for moment in moments)
            ending = f"{words(done) or 'it had ended'}; as undisturbed"
            sys.stdout.write(f"round {number}: killed at {after} of what was left; {ending}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{kills} kills, each run as an undisturbed one: the same bytes, one row a file, no half files\n")


if __name__ == "__main__":
    main()
