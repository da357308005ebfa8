"""The command ``zip``: the results of a run as one ZIP to pass on, encrypted where that is asked for."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from dicom_deid.cli.text import Unusable, in_full, in_words
from dicom_deid.errors import Failed, NoRun, sentence
from dicom_deid.wording import counted

ONCE = "It is shown this once. Send it another way than the ZIP."
OPENED_BY = (
    "7-Zip, WinZip, Keka and bsdtar open it; the Explorer of Windows, the Archive Utility of macOS and Info-ZIP's "
    "unzip do not. Names of files in it can be read without the passphrase: they have pseudonyms and new UIDs only."
)


def make_zip(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run that has ended. It is only read.")],
    target: Annotated[Path, typer.Argument(metavar="OUT.zip", help="The ZIP to make, apart from RUN.")],
    encrypt: Annotated[
        bool, typer.Option("--encrypt", help="Encrypt it (AES-256). Its passphrase is made, and shown once.")
    ] = False,
) -> None:
    """Puts the results of a run into one ZIP: outputs, audit.csv, output.log, plan.json and conformance.md.

    What is for resuming alone stays behind. The passphrase of --encrypt is shown on a terminal only and kept nowhere.
    Exit code: 0, or 2 for a wrong command.
    """
    check(run, target, encrypt=encrypt)
    from dicom_deid.key import make_zip_passphrase
    from dicom_deid.native.results_zip import pack

    passphrase = make_zip_passphrase() if encrypt else ""
    try:
        files = pack(run, target, passphrase, tell)
    except NoRun as wrong:
        raise Unusable(in_full(wrong.reason)) from None
    except Failed as failure:
        raise Unusable(f"{sentence(failure.reason)} {target}") from None
    print(f"{counted(files, 'file')}, {in_words(target.stat().st_size)}: {target}")
    if encrypt:
        print(f"Passphrase of this ZIP: {passphrase}\n{ONCE}\n{OPENED_BY}")


def check(run: Path, target: Path, *, encrypt: bool) -> None:
    """Raises Unusable for places that cannot be used, and where the passphrase could not be made or shown."""
    if target.exists():
        raise Unusable(f"There is such a file already: {target}")
    if run.resolve() in target.resolve().parents:
        raise Unusable("The ZIP would lie in RUN. Choose a place apart from it.")
    if encrypt and not find_spec("pyzipper"):
        raise Unusable("Encrypting needs one more package: pip install 'dicom-deid[encrypted]'")
    if encrypt and not sys.stdout.isatty():
        raise Unusable("The passphrase is shown on a terminal only, not with > or |, lest it get into a file.")


def tell(done: int, total: int) -> None:
    """How far it is, on a terminal."""
    if sys.stderr.isatty():
        print(f"\r{done} of {counted(total, 'file')}", end="\r", file=sys.stderr)
