"""Counts of a gateway since its start; not one identifier is among them."""

from __future__ import annotations

from collections import Counter
from threading import Lock

HELP = {
    "received": "Instances that were acknowledged.",
    "repeated": "Instances that were acknowledged as they were here already.",
    "refused": "C-STORE requests answered with a failure, by status.",
    "rejected": "Associations that were rejected.",
    "associations": "Associations that were accepted.",
    "runs": "Runs that came to their end.",
    "written": "Instances that were de-identified.",
    "withheld": "Instances that the policy or the verification withheld.",
    "failed": "Instances of which no output could be made.",
    "skipped": "Instances with nothing to de-identify.",
    "confirmed": "De-identified instances that the destination has, by its own answer.",
}


class Counts:
    """What happened. Any thread may add to it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, name: str, count: int = 1, label: str = "") -> None:
        """Adds to a count of HELP; ``label``: the status, in hexadecimal digits."""
        with self._lock:
            self._counts[name, label] += count

    def total(self, name: str) -> int:
        with self._lock:
            return sum(count for (known, _), count in self._counts.items() if known == name)

    def lines(self) -> list[str]:
        """All counts in the text format of Prometheus."""
        with self._lock:
            counts = dict(self._counts)
        lines: list[str] = []
        for name, text in HELP.items():
            lines += (f"# HELP dicom_deid_{name}_total {text}", f"# TYPE dicom_deid_{name}_total counter")
            labels = sorted(label for known, label in counts if known == name) or [""]
            for label in labels:
                of = f'{{status="{label}"}}' if label else ""
                lines.append(f"dicom_deid_{name}_total{of} {counts.get((name, label), 0)}")
        return lines
