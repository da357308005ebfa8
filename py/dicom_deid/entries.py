"""The entry of one file for an index, from its header alone. No policy and no key is needed."""

from __future__ import annotations

from dicom_deid.dicom.read_cache import ReadCache
from dicom_deid.errors import ShortRead, Unwritten
from dicom_deid.index.entry import Entry, entry
from dicom_deid.scan import header
from dicom_deid.source_and_sink import Beginning


class Head:
    """The first bytes of a file."""

    def __init__(self, data: bytes, size: int) -> None:
        self._data, self.size = data, size

    def head(self) -> bytes:
        return self._data

    def read(self, start: int, end: int) -> bytes:
        if end > len(self._data):
            raise ShortRead(start, end)
        return self._data[start:end]


def entry_of(source: Beginning, cache: ReadCache) -> tuple[Entry | None, str]:
    """The entry of a file, or the reason code for there being none. Raises ShortRead."""
    try:
        data, has_pixels, little = header(source, cache)
        return entry(data, has_pixels=has_pixels, little=little), ""
    except ShortRead:
        raise
    except Unwritten as end:
        return None, end.reason
    except Exception:  # its text may quote a value
        return None, "INTERNAL_ERROR"
