"""The programs a build needs: the Python environment .venv, Node.js and npm."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

from .paths import ROOT, VENV, digest
from .shell import NODE_ADVICE, BuildError, run, say

OLDEST_NODE = 20  # major version


def python() -> Path:
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def npm() -> str:
    return shutil.which("npm") or "npm"  # on Windows it is npm.cmd, which only `which` finds


def make_venv(extra: str = "") -> None:
    """Makes .venv and installs the project with its pinned dependencies; a second call finds it done."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = digest([json.dumps([project["project"], project["build-system"]]), sys.version, str(ROOT)])
    stamp = VENV / f"installed{'-' + extra if extra else ''}"
    if not python().exists():
        create_venv()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    target = f"{ROOT}[{extra}]" if extra else str(ROOT)
    install = (python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", target)
    run(install, f"Installing dicom-deid and what it needs {'for tests ' if extra else ''}into .venv")
    stamp.write_text(wanted)


def create_venv() -> None:
    say("Making the Python environment .venv")
    try:
        venv.create(VENV, with_pip=True, clear=True)
    except (subprocess.CalledProcessError, OSError):
        shutil.rmtree(VENV, ignore_errors=True)
        advice = "On Debian and Ubuntu: apt-get install python3-venv, then run the command again."
        raise BuildError(f"Python could not make the environment .venv. {advice}") from None
    except KeyboardInterrupt:
        shutil.rmtree(VENV, ignore_errors=True)  # half of it would look whole
        raise


def check_node() -> None:
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        raise BuildError(f"{'npm' if node else 'Node.js'} was not found. {NODE_ADVICE}")
    version = subprocess.run((node, "--version"), capture_output=True, text=True, check=True).stdout.strip()
    if int(version.lstrip("v").split(".")[0]) < OLDEST_NODE:
        raise BuildError(f"Node.js {version} is too old. {NODE_ADVICE}")
