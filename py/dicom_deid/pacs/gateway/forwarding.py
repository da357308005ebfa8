"""What a gateway sends on: a run that was written goes to a destination, which says by itself what it has."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from dicom_deid.errors import Failed, NoRun, PacsFailure
from dicom_deid.native.display import Display
from dicom_deid.pacs.destination import Destination
from dicom_deid.pacs.ledger import NAME, Ledger, known
from dicom_deid.pacs.outgoing import outgoing
from dicom_deid.pacs.sending import Sending


class Forwarded(NamedTuple):
    """What came of sending a run on: new SOP Instance UIDs that are confirmed, and a code where not all are."""

    confirmed: frozenset[str]
    code: str


def forward(run: Path, destination: Destination) -> Forwarded:
    """Sends what the destination does not have yet. A second time, it goes on where it was."""
    code = ""
    try:
        with closing(Ledger(run, destination.name)) as ledger:
            summary = Sending(outgoing(run), destination, ledger, Display()).go()
        if not summary.is_whole:
            reasons = [*summary.refused, *summary.stopped]
            code = summary.error or (reasons[0] if reasons else "PACS_NOT_KEPT")
    except PacsFailure as failure:
        code = failure.code
    except (Failed, NoRun) as failure:
        code = failure.reason
    return Forwarded(confirmed_in(run, destination), code)


def confirmed_in(run: Path, destination: Destination) -> frozenset[str]:
    """The SOP Instance UIDs that the ledger of a run has as confirmed."""
    try:
        rows = known(run / NAME, destination.name)
    except (OSError, NoRun):
        return frozenset()
    return frozenset(uid for uid, last in rows.items() if last.state == "confirmed")
