"""The command ``search``: where a series is, by the words and dates of its index."""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dicom_deid.cli.index import IndexFile
from dicom_deid.cli.text import Unusable, printable
from dicom_deid.errors import SourceFailure, sentence

if TYPE_CHECKING:
    from dicom_deid.index.search import Page

COLUMNS = (
    "study_date", "patient_id", "patient_name", "modality", "body_part", "study_description", "series_number",
    "series_description", "file_count", "first_path",
)  # fmt: skip
"""Columns of a table for people; JSON has all that is known of a series."""


def show_search(
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help='As in: thorax modality:CT date:2024-01..2024-03 -"t1"')
    ],
    folder: Annotated[Path | None, typer.Argument(metavar="FOLDER", help="The folder that was indexed.")] = None,
    index: IndexFile = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="Show no more than N series.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print all columns as JSON.")] = False,
) -> None:
    """Searches the series of an index: that of FOLDER, or the one of a source folder that was made last.

    Words are looked for at the beginning of words, without case and accents; all must be there. Before a word may stand
    patient:, study:, series:, modality:, body:, maker:, uid: or date: (a day, month, year, or a range with ..), and a
    minus for what must not be there. sort:patient, study, series, modality or files puts them in that order, -sort: in
    the opposite one. Exit code: 0 when something was found, 1 when nothing was, 2 for a wrong command.
    """
    from dicom_deid.index.search import search
    from dicom_deid.native import index_file

    path = index or (index_file.place(folder) if folder else index_file.latest())
    try:
        if path is None:
            raise SourceFailure("INDEX_MISSING")
        page = search(index_file.read_index(path).database, query, 0, limit)
    except SourceFailure as failure:
        raise Unusable(sentence(failure.reason)) from None
    except sqlite3.Error as error:
        raise Unusable(f"The index cannot be read ({type(error).__name__}): {path}") from None
    if as_json:
        print(json.dumps({"total": page.total, "series": page.rows}, indent=2))
    else:
        print_table(page)
    if page.unknown and not page.total:
        fields = ", ".join(f"{field}:" for field in page.fields)
        unknown = ", ".join(map(printable, page.unknown))
        print(f"There is no field {unknown}. There are {fields}.", file=sys.stderr)
    sys.exit(0 if page.total else 1)


def print_table(page: Page) -> None:
    """The series, for people."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    def cells(row: dict[str, Any]) -> list[Text]:
        return [Text(printable(str(row[name])), overflow="fold") for name in COLUMNS]

    table = Table(*(name.replace("_", " ") for name in COLUMNS), box=None, pad_edge=False)
    for row in page.rows:
        table.add_row(*cells(row))
    console = Console() if sys.stdout.isatty() else Console(width=240)
    if page.rows:
        console.print(table)
    more = f", the first {len(page.rows)} of them shown" if len(page.rows) < page.total else ""
    print(f"{page.total} series{more}")
