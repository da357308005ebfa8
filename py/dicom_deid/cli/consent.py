"""The consent to the code that a policy brings, and the wheels that this code imports."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dicom_deid.cli.text import AGREE, Unusable, printable
from dicom_deid.errors import PolicyError, reasons, sentence
from dicom_deid.native.wheels import Wheels, found, importable

if TYPE_CHECKING:
    from dicom_deid.policy import Policy


def made_ready(policy: Policy, file: Path | None, folder: Path | None, agreed: bool) -> Wheels:
    """The wheels of a policy to whose code the user has agreed; this process can import them. Raises Unusable."""
    if not policy.python:
        return Wheels()
    if not agreed:
        ask(policy)
    place = folder or (file.parent if file else Path())
    try:
        wheels = found(policy.wheels, place)
    except PolicyError as error:
        raise Unusable(f"{sentence(error.code)} (--wheels FOLDER)\n  {place / error.word}") from None
    importable(wheels.paths)
    return wheels


def ask(policy: Policy) -> None:
    """Shows the code on the terminal and asks for consent. Raises Unusable unless the answer is yes."""
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
