"""Running other programs: out of sight, with progress, and with plain words when they fail."""

import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from .paths import ROOT

COMMAND_LIMIT = 1800  # seconds after which a fetch or an installation is given up
LAST_LINES = 15  # of a failed program's output are shown
LONGEST_LINE = 300  # characters; Node shows the failing line of a source, and a minified one has a megabyte
NO_NETWORK = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|NewConnectionError|ConnectTimeout|"
    r"ReadTimeout|ProxyError|Connection refused|Failed to establish|[Nn]etwork is unreachable|"
    r"Name or service not known|[Tt]emporary failure in name resolution|tunneling socket could not be established"
)
NODE_ADVICE = "Install Node.js 20 or newer, which brings node and npm, and run the command again."
ADVICE = {
    "node": NODE_ADVICE,
    "npm": NODE_ADVICE,
    "pip": "The Python environment is not whole: delete the folder .venv and run the command again.",
}


class BuildError(Exception):
    """Ends the command with a plain sentence and no traceback."""


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run(command: Sequence[str | Path], doing: str, cwd: Path = ROOT) -> str:
    """Runs a program, showing what is being done and for how long; returns what it printed."""
    tool = "pip" if "pip" in command else Path(command[0]).stem
    say(doing)
    try:
        process = subprocess.Popen(
            command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace"
        )
    except FileNotFoundError:
        raise BuildError(f"{doing}: {tool} was not found. {ADVICE.get(tool, '')}") from None
    try:
        output, errors = wait(process)
    except BaseException:
        process.kill()
        process.wait()
        raise
    if process.returncode:
        raise BuildError(explain(tool, doing, output + errors))
    return output


def wait(process: subprocess.Popen[str]) -> tuple[str, str]:
    started, live = time.monotonic(), sys.stdout.isatty()
    while True:
        try:
            return process.communicate(timeout=1)
        except subprocess.TimeoutExpired:
            seconds = round(time.monotonic() - started)
            if seconds > COMMAND_LIMIT:
                raise BuildError(f"Given up after {COMMAND_LIMIT} seconds. Run the command again to go on.") from None
            if live:
                sys.stdout.write(f"\r  … {seconds} s\r")
                sys.stdout.flush()


def explain(tool: str, doing: str, output: str) -> str:
    if tool in ("npm", "pip") and NO_NETWORK.search(output):
        return (
            f"{doing}: the package registry could not be reached. Check the network, and the settings of {tool} "
            "(a proxy, perhaps).\nWhat was fetched so far is kept: run the command again to go on."
        )
    if "No module named pip" in output:
        return f"{doing}: pip is missing. {ADVICE['pip']}"
    last = [line for line in output.strip().splitlines() if not line.startswith("WARNING: ")][-LAST_LINES:]
    return "\n".join([f"{doing}: {tool} failed. It said:", *(line[:LONGEST_LINE] for line in last)])
