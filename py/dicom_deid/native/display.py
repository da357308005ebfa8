"""What listens to the progress of a run, natively."""

from __future__ import annotations


class Display:
    """Listener to the progress of a run. This one does nothing."""

    def scanned(self, files: int, size: int) -> None:
        """So many files and bytes to do were found so far; others may be done already."""

    def listed(self, files: int, size: int) -> None:
        """The listing is over: so many files and bytes are to do, with those that were done meanwhile."""

    def advanced(self, files: int, size: int) -> None:
        """So many more files and bytes are done."""
