"""The listing of a whole folder, natively: every file is found and has a row among the sources; none is opened."""

from __future__ import annotations

from collections.abc import Iterator

from dicom_deid.native.pick import Sources
from dicom_deid.source_and_sink import Origin

FILES_AT_ONCE = 200
"""Files between two looks at whether to stop."""


class Display:
    """Listener to the progress of a run. This one does nothing."""

    def scanned(self, files: int) -> None:
        """So many files were found so far."""

    def started(self, files: int, size: int) -> None:
        """The scan is over; so many files and bytes are to do."""

    def advanced(self, files: int, size: int) -> None:
        """So many more files and bytes are done."""


def listing(origin: Origin, sources: Sources) -> Iterator[None]:
    """Adds the files of an origin to ``sources``, and comes up for air now and then.

    Raises SourceFailure SOURCE_LOST when they cannot be listed.
    """
    for candidate in origin.list():
        if sources.add(candidate) % FILES_AT_ONCE == FILES_AT_ONCE - 1:
            yield
    yield
