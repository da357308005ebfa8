"""The code that a policy brings, natively: the user has agreed to it, and its wheels are at hand."""

from __future__ import annotations

import hashlib
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dicom_deid.cli.passphrase import Unusable
from dicom_deid.errors import reasons, sentence

if TYPE_CHECKING:
    from dicom_deid.policy import Policy

AGREE = "With --run-code you agree beforehand."


class Wheels(NamedTuple):
    """The wheels of a policy."""

    paths: tuple[str, ...] = ()
    digests: tuple[tuple[str, str], ...] = ()
    """Name and SHA-256 of each."""


def made_ready(policy: Policy, file: Path | None, folder: Path | None, agreed: bool) -> Wheels:
    """The wheels of a policy to whose code the user has agreed; this process can import them. Raises Unusable."""
    if not policy.python:
        return Wheels()
    if not agreed:
        ask(policy)
    place = folder or (file.parent if file else Path())
    paths = tuple(place / name for name in policy.wheels)
    wheels = Wheels(tuple(str(path.resolve()) for path in paths), tuple((path.name, digest(path)) for path in paths))
    importable(wheels.paths)
    return wheels


def importable(paths: Iterable[str]) -> None:
    """Lets this process import what is in wheels; what is installed goes before."""
    sys.path += [path for path in paths if path not in sys.path]


def digest(path: Path) -> str:
    """SHA-256 of a wheel."""
    try:
        if zipfile.is_zipfile(path):
            return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        pass
    raise Unusable(f"{sentence('WHEEL_MISSING')} (--wheels FOLDER)\n  {path}")


def ask(policy: Policy) -> None:
    """Shows the code on the terminal and asks for consent."""
    from dicom_deid.cli.run import printable
    from dicom_deid.policy.python import label

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Unusable(f"{sentence('CODE_NOT_AGREED')} {AGREE}")
    lines = [reasons()["CODE_NOT_AGREED"]["sentence"]]
    for number, rule in enumerate(policy.python, 1):
        lines += ["", f"{label(rule, number)} may say {', '.join(rule.may)}:"]
        lines += (f"    {printable(line.expandtabs())}" for line in rule.code.splitlines())
    lines += ["", *(f"It may import {name}." for name in policy.wheels)]
    print("\n".join(lines), file=sys.stderr)
    print("Run this code? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Unusable(f"Nothing was done. {AGREE}")
