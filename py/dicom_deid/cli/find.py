"""The command ``find``: the studies or series of a PACS that match a query."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from dicom_deid.cli.destination_options import DestinationsFile, DestinationText, Insecure, chosen, in_words
from dicom_deid.cli.query_options import (
    MOST,
    Accession,
    Asked,
    Dates,
    Modality,
    Name,
    PatientId,
    SeriesUid,
    StudyUid,
)
from dicom_deid.cli.text import UNSOUND, printable
from dicom_deid.errors import PacsFailure, sentence
from dicom_deid.wording import counted

if TYPE_CHECKING:
    from dicom_deid.pacs.finding import Found
    from dicom_deid.pacs.query import Level

HEADINGS = {
    "StudyDate": "date", "PatientID": "patient id", "PatientName": "name", "AccessionNumber": "accession",
    "ModalitiesInStudy": "modalities", "StudyDescription": "study", "NumberOfStudyRelatedSeries": "series",
    "NumberOfStudyRelatedInstances": "instances", "StudyInstanceUID": "study uid", "Modality": "modality",
    "SeriesNumber": "number", "SeriesDescription": "series", "NumberOfSeriesRelatedInstances": "instances",
    "SeriesInstanceUID": "series uid",
}  # fmt: skip


def show_find(
    destination: DestinationText,
    patient_id: PatientId = "",
    name: Name = "",
    dates: Dates = "",
    modality: Modality = "",
    accession: Accession = "",
    study: StudyUid = "",
    series: SeriesUid = "",
    of_series: Annotated[bool, typer.Option("--of-series", help="Find series, not studies.")] = False,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=MOST, help="Return no more than N.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answers as JSON.")] = False,
    destinations: DestinationsFile = None,
    insecure: Insecure = False,
) -> None:
    """Finds studies in a PACS, or series with --of-series or --series: by QIDO-RS or C-FIND. It names patients.

    At least one key must be given. Exit code: 0 when something was found, 1 when nothing was or the PACS failed, 2 for
    a wrong command.
    """
    there = chosen(destination, destinations, insecure=insecure)
    level: Level = "series" if of_series or series else "study"
    asked = Asked(patient_id, name, dates, modality, accession, study, series).query(level)
    from dicom_deid.pacs.finding import find, finder

    try:
        with finder(there) as pacs:
            found = find(pacs, asked, limit)
    except PacsFailure as failure:
        print(f"dicom-deid: {in_words(failure)}", file=sys.stderr)
        raise typer.Exit(UNSOUND) from None
    if as_json:
        print(json.dumps({"level": level, "more": found.more, "found": found.rows}, indent=2))
    else:
        print_table(found, level)
    if not found.rows:
        print(sentence("QUERY_NOTHING"), file=sys.stderr)
        raise typer.Exit(UNSOUND)
    if found.more:
        print(f"There are more than these {limit}: ask for less, or raise --limit.", file=sys.stderr)


def print_table(found: Found, level: Level) -> None:
    """The answers, for people."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from dicom_deid.pacs.query import ATTRIBUTES

    known = {keyword for row in found.rows for keyword in row}
    of_study = [one.keyword for one in ATTRIBUTES["study"] if level == "series"]
    columns = [*of_study[:4], *(one.keyword for one in ATTRIBUTES[level])]
    columns = [keyword for keyword in columns if keyword in known]
    table = Table(*(HEADINGS[keyword] for keyword in columns), box=None, pad_edge=False)
    for row in found.rows:
        cells = (printable(row.get(keyword, "").replace("\\", ", ")) for keyword in columns)
        table.add_row(*(Text(cell, overflow="fold") for cell in cells))
    if found.rows:
        (Console() if sys.stdout.isatty() else Console(width=240)).print(table)
    print(
        counted(len(found.rows), "series", "series")
        if level == "series"
        else counted(len(found.rows), "study", "studies")
    )
