"""Checks of `python3 build.py test` and `lint`, in the Python of .venv: lint, types, then one run of pytest."""

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import machine

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
NODE_BIN = ROOT / "node_modules" / ".bin"
LINT = (
    (BIN / "ruff", "check", "--quiet"),
    (BIN / "ruff", "format", "--check", "--quiet"),
    (BIN / "mypy",),
    (NODE_BIN / "biome", "ci", "--colors=off"),
    (NODE_BIN / "tsc", "--project", "tsconfig.json"),
    (NODE_BIN / "tsc", "--project", "worker/tsconfig.json"),
    (NODE_BIN / "tsc", "--project", "py/sitebuild/tsconfig.json"),
)
TWO_LANES = ("-n", "2", "--no-loadscope-reorder")
"""Two processes: the one begins with the tests of the browser, the other with the others (tests/conftest.py)."""
SLOW = ("tests/browser", "tests/pyodide", "tests/build/test_install.py")  # what --quick leaves out


def lint() -> bool:
    """Runs every check, so that one look shows everything; says what failed, with the tool's own words."""
    good = True
    for command in LINT:
        name = " ".join([command[0].name, *command[1:]])
        started = time.monotonic()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        good = good and done.returncode == 0
        verdict = "ok" if done.returncode == 0 else "FAILED"
        print(f"{verdict:7}{name} ({time.monotonic() - started:.1f} s)", flush=True)
        if done.returncode:
            print(done.stdout + done.stderr, flush=True)
    return good


def pytest(quick: bool) -> bool:
    """Its closing line is the last that is printed."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *TWO_LANES, "tests"]
    command += [f"--ignore={path}" for path in SLOW if quick]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="checks.py", description=__doc__)
    parser.add_argument("--lint", action="store_true", help="lint and types only")
    parser.add_argument("--quick", action="store_true", help="without the browser and Pyodide tests")
    options = parser.parse_args()
    # A shell lets what it starts in the background ignore Ctrl-C, and so would the commands that the tests interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if not options.lint:
        try:
            machine.install_tools(screen=not options.quick)
            if not options.quick:
                machine.install_browser()
        except machine.MissingError as missing:
            print(missing, file=sys.stderr)
            return 1
    good = lint()
    if options.lint:
        return 0 if good else 1
    if not good:
        print("Lint or types failed (above). The tests run all the same; the exit code will say failed.", flush=True)
    return 0 if pytest(options.quick) and good else 1


if __name__ == "__main__":
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.exit(main())
