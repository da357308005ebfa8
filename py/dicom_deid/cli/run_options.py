"""The options of a run, whatever its files come from, and what was given by them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from dicom_deid.cli.cluster import Wanted
from dicom_deid.cli.places import Place

SavePassphrase = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Where to keep the passphrase that is made, for you alone.")
]
LinkagePath = Annotated[
    Path | None,
    typer.Option(
        "--linkage", metavar="FILE", help="Encrypted file for what links old to new, apart from OUTPUT. Else none."
    ),
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with the run in OUTPUT that was cut off.")]
Verbose = Annotated[bool, typer.Option("--verbose", help="Log what is done to each data element.")]
ListUnwritten = Annotated[
    bool, typer.Option("--list-unwritten", help="At the end, show the paths of what was not written.")
]

JsonProgress = Annotated[
    bool, typer.Option("--json-progress", help="Tell progress and end on stdout as lines of JSON.")
]


class Given(NamedTuple):
    """What a command was given for a run into ``target``."""

    target: Place
    passphrase_file: Path | None
    salt_file: Path | None
    weak_passphrase: bool
    save_passphrase: Path | None
    policy: Path | None
    option: list[str] | None
    allow_sop_class: list[str] | None
    pass_burned_in: bool
    pseudonyms: int | None
    run_code: bool
    wheels: Path | None
    regions: Path | None
    pixels_unreviewed: bool
    linkage: Path | None
    resume: bool
    verbose: bool
    list_unwritten: bool
    json_progress: bool = False
    cluster: Wanted = Wanted()
    metrics: str | None = None
