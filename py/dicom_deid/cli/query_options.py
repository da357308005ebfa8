"""The options by which commands ask a PACS for studies or series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from dicom_deid.cli.destination_options import refuse
from dicom_deid.errors import PacsFailure

if TYPE_CHECKING:
    from dicom_deid.pacs.query import Level, Query

MOST = 10_000
PatientId = Annotated[str, typer.Option("--patient-id", metavar="ID", help="Patient ID.")]
Name = Annotated[str, typer.Option("--name", metavar="NAME", help="Patient's name, as in 'Smith*'.")]
Dates = Annotated[str, typer.Option("--date", metavar="DAY", help="Study date: 2024-03-01, or 2024-03-01..2024-03-31.")]
Modality = Annotated[str, typer.Option("--modality", metavar="CODE", help="Modality, as CT.")]
Accession = Annotated[str, typer.Option("--accession", metavar="NUMBER", help="Accession number.")]
StudyUid = Annotated[str, typer.Option("--study", metavar="UID", help="Study Instance UID.")]
SeriesUid = Annotated[str, typer.Option("--series", metavar="UID", help="Series Instance UID.")]


class Asked(NamedTuple):
    """The keys as they were typed."""

    patient_id: str
    name: str
    dates: str
    modality: str
    accession: str
    study: str
    series: str

    def query(self, level: Level) -> Query:
        """The query of these keys. Raises Unusable where it cannot be asked."""
        from dicom_deid.pacs.query import query

        try:
            return query(level, **self._asdict())
        except PacsFailure as failure:
            refuse(failure)
