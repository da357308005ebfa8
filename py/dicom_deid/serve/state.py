"""All that one server has: what its routes act on, and what ends with it."""

from __future__ import annotations

from dataclasses import dataclass

from dicom_deid.serve.guard import Guard
from dicom_deid.serve.indexing import Indexing
from dicom_deid.serve.library import Library
from dicom_deid.serve.pacs import Pacs
from dicom_deid.serve.pictures import Pictures
from dicom_deid.serve.sharing import Sharing
from dicom_deid.share.links import Links
from dicom_deid.share.record import Record
from dicom_deid.share.store import Store
from dicom_deid.share.streams import Streams


@dataclass(frozen=True, slots=True)
class Served:
    """One server."""

    guard: Guard
    library: Library
    indexing: Indexing
    pictures: Pictures
    store: Store
    links: Links
    record: Record
    sharing: Sharing
    streams: Streams
    pacs: Pacs | None = None

    def close(self) -> None:
        """Ends what works in the background."""
        self.indexing.stop()
        self.pictures.close()
        self.record.close()
        if self.pacs:
            self.pacs.close()
        self.store.close()
