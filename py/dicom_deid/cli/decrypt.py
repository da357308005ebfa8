"""The command ``decrypt``: tables of a linkage file. They identify people."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from dicom_deid import key
from dicom_deid.cli.passphrase import read_passphrase
from dicom_deid.cli.text import UNSOUND


def decrypt(
    linkage: Annotated[Path, typer.Argument(metavar="LINKAGE", help="The file that a run was given as --linkage.")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to put the tables; apart from any results.")],
    passphrase_file: Annotated[Path, typer.Option(metavar="FILE", help="File that holds the passphrase of the run.")],
) -> None:
    """Decrypts a linkage file into linkage.csv, uid_mapping.csv and patid_mapping.csv. They identify people.

    Exit code: 0 when the file was whole, 1 when something of it is missing, 2 for a wrong command.
    """
    from dicom_deid.native.linkage_tables import unseal

    counts, warnings = unseal(linkage, folder, key.Key(key.derive(read_passphrase(passphrase_file))))
    print("Done: " + ", ".join(f"{name} with {lines} rows" for name, lines in counts.items()))
    for warning in warnings:
        print(warning, file=sys.stderr)
    sys.exit(UNSOUND if warnings else 0)
