"""The command ``import``: a script of another tool becomes a policy, and what it cannot carry over is told."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dicom_deid.cli.text import Unusable, printable
from dicom_deid.errors import UnknownScript
from dicom_deid.wording import counted

if TYPE_CHECKING:
    from dicom_deid.importers.draft import Line

KNOWN = "FILE is neither a script of RSNA CTP's DicomAnonymizer (XML or properties) nor a recipe of pydicom/deid"


def show_import(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Script of RSNA CTP, or recipe of pydicom/deid.")],
    output: Annotated[Path, typer.Option(metavar="POLICY", help="Where to put the policy; nothing may be there yet.")],
) -> None:
    """Makes a policy of a script for RSNA CTP's DicomAnonymizer or of a recipe for pydicom/deid.

    Prints which lines mean something else here, and which could not be carried over. Exit code: 0 when all were, 1 when
    some were not, 2 for a wrong command.
    """
    from dicom_deid.importers import policy_text, translate  # pydicom takes a moment to load

    try:
        imported = translate(file.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise Unusable(f"FILE cannot be read ({error.strerror}): {file}") from None
    except UnicodeError:
        raise Unusable(f"FILE cannot be read as UTF-8 text: {file}") from None
    except UnknownScript:
        raise Unusable(f"{KNOWN}: {file}") from None
    try:
        with output.open("x", encoding="utf-8", newline="\n") as policy:
            policy.write(policy_text(imported, file.name))
    except OSError as error:
        raise Unusable(f"The policy cannot be written ({error.strerror}): {output}") from None
    off = f", {imported.off} are switched off in the script" if imported.off else ""
    print(
        f"{imported.tool}: {counted(imported.carried, 'line')} carried over, "
        f"{len(imported.differing)} of them with a difference; {len(imported.left)} could not be carried over{off}."
    )
    for note in imported.notes:
        print(note)
    show("With a difference:", imported.differing)
    show("Not carried over:", imported.left)
    sys.exit(1 if imported.left else 0)


def show(heading: str, lines: Iterable[Line]) -> None:
    """Lines of a script, each with what has to be said of it."""
    lines = list(lines)
    if lines:
        print(f"\n{heading}")
    for line in lines:
        print(f"  {line.place}: {printable(line.text)}\n      {line.why}")
