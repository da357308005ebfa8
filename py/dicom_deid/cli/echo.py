"""The command ``echo``: whether a PACS answers."""

from __future__ import annotations

import sys
import time

import typer

from dicom_deid.cli.destination_options import DestinationsFile, DestinationText, Insecure, chosen, in_words
from dicom_deid.cli.text import UNSOUND
from dicom_deid.errors import PacsFailure


def show_echo(destination: DestinationText, destinations: DestinationsFile = None, insecure: Insecure = False) -> None:
    """Asks a PACS whether it is there: C-ECHO, or with DICOMweb a query for one study. Nothing is sent.

    User and password come from DICOM_DEID_USER and DICOM_DEID_PASSWORD, or the keyring. Exit code: 0, 1 where it does
    not answer as it should, 2 for a wrong command.
    """
    there = chosen(destination, destinations, insecure=insecure)
    from dicom_deid.pacs.echo import echo

    began = time.monotonic()
    try:
        echo(there)
    except PacsFailure as failure:
        print(f"dicom-deid: {in_words(failure)}", file=sys.stderr)
        raise typer.Exit(UNSOUND) from None
    print(f"The PACS answers ({'DICOMweb' if there.is_web else 'DIMSE'}, {time.monotonic() - began:.2f} s).")
