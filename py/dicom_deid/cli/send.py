"""The command ``send``: the results of a run into a PACS."""

from __future__ import annotations

import json
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dicom_deid.cli.destination_options import DestinationsFile, DestinationText, Insecure, chosen
from dicom_deid.cli.progress import Lines
from dicom_deid.cli.text import UNSOUND, Unusable, in_full
from dicom_deid.errors import NoRun, PacsFailure, SinkFailure, sentence
from dicom_deid.wording import counted

if TYPE_CHECKING:
    from dicom_deid.cli.bar import Bar
    from dicom_deid.pacs.destination import Destination
    from dicom_deid.pacs.sending import Summary


def send(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run that has ended.")],
    destination: DestinationText,
    destinations: DestinationsFile = None,
    associations: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=8, help="Associations, or requests, at the same time.")
    ] = None,
    insecure: Insecure = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what became of it as JSON.")] = False,
) -> None:
    """Sends what a run has written to a PACS, by STOW-RS or C-STORE, and asks it afterwards whether it has it.

    Each file is held against audit.csv first; one that was changed, is not de-identified, or has pixels that nobody
    reviewed, stays. What came of each is kept in RUN/sent.csv; a sending that was cut off goes on where it was.
    User and password come from DICOM_DEID_USER and DICOM_DEID_PASSWORD, or the keyring. Exit code: 0 when the PACS has
    all of it, 1 when it has not, 2 for a wrong command.
    """
    there = chosen(destination, destinations, insecure=insecure)
    if associations:
        there = there._replace(associations=associations)
    try:
        summary = sent(run, there)
    except NoRun as wrong:
        raise Unusable(f"{wrong.reason}: {in_full(wrong.reason)}") from None
    except PacsFailure as failure:
        raise Unusable(f"{failure.code}: {sentence(failure.code)}") from None
    except SinkFailure as failure:
        print(f"dicom-deid: {failure.reason}: {sentence(failure.reason)}", file=sys.stderr)
        raise typer.Exit(UNSOUND) from None
    if as_json:
        print(json.dumps(vars(summary), indent=2))
    else:
        tell(summary)
    if not summary.is_whole:
        raise typer.Exit(UNSOUND)


def sent(run: Path, destination: Destination) -> Summary:
    """Sends a run. Raises NoRun, PacsFailure and SinkFailure."""
    from dicom_deid.native.light_pydicom import load_pydicom

    load_pydicom()
    from dicom_deid.pacs.ledger import Ledger
    from dicom_deid.pacs.outgoing import outgoing
    from dicom_deid.pacs.sending import Sending

    found = outgoing(run)
    with closing(Ledger(run, destination.name)) as ledger, shown() as display:
        return Sending(found, destination, ledger, display).go()


def shown() -> Bar | Lines:
    """The display of the progress."""
    if not sys.stderr.isatty():
        return Lines()
    from dicom_deid.cli.bar import Bar  # rich takes a moment to load

    return Bar("Sending")


def tell(summary: Summary) -> None:
    """What became of it, with each reason once."""
    before = f" ({summary.before} by an earlier sending)" if summary.before else ""
    print(f"{counted(summary.confirmed, 'instance')} confirmed by the PACS{before}")
    if summary.sent:
        print(f"{counted(summary.sent, 'instance')} sent, not confirmed")
    tell_reasons("refused", summary.refused)
    tell_reasons("not sent", summary.stopped)
    if summary.left:
        print(f"{counted(summary.left, 'instance')} left")
    if summary.error:
        print(f"dicom-deid: {summary.error}: {sentence(summary.error)}", file=sys.stderr)


def tell_reasons(what: str, reasons: Counter[str]) -> None:
    for code, number in sorted(reasons.items()):
        print(f"{counted(number, 'instance')} {what}, {code}: {sentence(code)}")
