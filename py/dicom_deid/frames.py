"""The frames of one file, from its header on. No policy and no key is needed, but the extra `preview`."""

from __future__ import annotations

from dicom_deid.errors import Failed, ShortRead
from dicom_deid.preview.frames import Frames
from dicom_deid.readable import Readable
from dicom_deid.scan import located


def frames_of(source: Readable, largest: int) -> Frames:
    """The frames of an open file, of whose header as much is read as it takes.

    ``largest``: bytes of a decoded frame; a larger one is not decoded. Raises Unwritten.
    """
    while True:
        try:
            return Frames(located(source), source, largest)
        except ShortRead as short:
            if not source.extend(short.end):
                raise Failed("INTERNAL_ERROR") from None
