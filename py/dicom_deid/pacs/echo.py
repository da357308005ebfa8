"""Whether a PACS answers: C-ECHO, or with DICOMweb a query for one study."""

from __future__ import annotations

from dicom_deid.errors import PacsFailure
from dicom_deid.pacs.destination import Destination

FIRST_BYTES = 4 * 1024 * 1024
"""Of an answer to a query for one study."""


def echo(destination: Destination) -> None:
    """Asks once. Raises PacsFailure where there is no answer, or one that is none of a PACS."""
    if destination.is_web:
        from dicom_deid.pacs.dicomweb import Client

        with Client(destination) as client:
            client.query("/studies", [("limit", "1")], most_bytes=FIRST_BYTES)
        return
    from pynetdicom import build_context
    from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]

    from dicom_deid.pacs.association import associated

    with associated(destination, [build_context(Verification)]) as association:
        answer = association.send_c_echo()
    if "Status" not in answer:
        raise PacsFailure("PACS_SLOW")
    if answer.Status != 0:
        raise PacsFailure("PACS_REFUSED", answer.Status)
