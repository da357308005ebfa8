"""The options by which commands name a PACS, and what they need for one."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from dicom_deid.cli.text import Unusable
from dicom_deid.errors import PacsFailure, sentence

if TYPE_CHECKING:
    from dicom_deid.pacs.destination import Destination

EXTRA = ("httpx", "keyring", "pynetdicom")
MOST_NAMES = 20
"""Of a destinations file that are told to somebody who asked for another one."""
DestinationText = Annotated[
    str,
    typer.Argument(
        metavar="DESTINATION", help="A name of the destinations file, https://host/dicom-web or dicom://AET@host:port."
    ),
]
DestinationsFile = Annotated[
    Path | None,
    typer.Option("--destinations", metavar="FILE", help="The destinations file, if not destinations.toml."),
]
Insecure = Annotated[
    bool, typer.Option("--insecure", help="Speak to another computer without encryption: its network is protected.")
]


def need_pacs() -> None:
    """Raises Unusable where the packages are missing that speak to a PACS."""
    if not all(find_spec(module) for module in EXTRA):
        raise Unusable("To speak to a PACS needs some more packages: pip install 'dicom-deid[pacs]'")


def chosen(text: str, file: Path | None, *, insecure: bool) -> Destination:
    """The destination that a command names. Raises Unusable."""
    need_pacs()
    from dicom_deid.pacs.destination import destination, names

    try:
        return destination(text, file, insecure=insecure)
    except PacsFailure as failure:
        if failure.code != "DESTINATION_UNKNOWN":
            refuse(failure)
        known = names(file)
        listed = f"It has {', '.join(known[:MOST_NAMES])}." if known else "There is none, or it is empty."
        raise Unusable(f"{in_words(failure)} {listed}") from None


def refuse(failure: PacsFailure) -> NoReturn:
    """Ends a command that a destination or a PACS does not let begin. Raises Unusable."""
    raise Unusable(in_words(failure)) from None


def in_words(failure: PacsFailure) -> str:
    """What failed, with the status of the PACS where it gave one."""
    status = f" (status {failure.status})" if failure.status else ""
    return f"{failure.code}: {sentence(failure.code)}{status}"
