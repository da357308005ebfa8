"""The command ``decrypt``: tables of a linkage file. They identify people."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from dicom_deid import key
from dicom_deid.cli.passphrase import ProjectKey, SaltFile
from dicom_deid.cli.text import UNSOUND, Unusable
from dicom_deid.errors import BadLinkage, sentence
from dicom_deid.wording import counted


def decrypt(
    linkage: Annotated[Path, typer.Argument(metavar="LINKAGE", help="The file that a run was given as --linkage.")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to put the tables; apart from any results.")],
    passphrase_file: Annotated[Path, typer.Option(metavar="FILE", help="File that holds the passphrase of the run.")],
    salt_file: SaltFile = None,
) -> None:
    """Decrypts a linkage file into linkage.csv, uid_mapping.csv and patid_mapping.csv. They identify people.

    Exit code: 0 when the file was whole, 1 when something of it is missing, 2 for a wrong command.
    """
    counts, warnings = opened(linkage, folder, ProjectKey(passphrase_file, salt_file))
    print("Done: " + ", ".join(f"{name} with {counted(lines, 'row')}" for name, lines in counts.items()))
    for warning in warnings:
        print(warning, file=sys.stderr)
    sys.exit(UNSOUND if warnings else 0)


def opened(linkage: Path, folder: Path, project: ProjectKey) -> tuple[dict[str, int], list[str]]:
    """Tables and warnings, by the key that fits: linkage files of version 0.2 know no salt. Raises BadLinkage."""
    from dicom_deid.native.linkage_tables import unseal

    *salted, last = project.candidates()
    for secret in salted:
        try:
            return unseal(linkage, folder, key.Key(secret))
        except BadLinkage as bad:
            if bad.reason != "LINKAGE_KEY":
                raise
    try:
        return unseal(linkage, folder, key.Key(last))
    except BadLinkage as bad:
        if bad.reason == "LINKAGE_KEY" and project.lacks_salt():
            raise Unusable(f"{sentence(bad.reason)} Or its salt is missing: name the file with --salt-file.") from None
        raise
