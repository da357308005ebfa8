"""Counts of a run: sums, reasons and studies, from the audit rows as they are appended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dicom_deid.report import STATUSES

STAGES = ("scan", "read", "deidentify", "write")


@dataclass(slots=True)
class Study:
    """Sums of one study, under its new identifiers."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATUSES, 0))
    bytes_out: int = 0


@dataclass(slots=True)
class Stage:
    """How many files went through a stage, and how long it took, all processes added up."""

    items: int = 0
    seconds: float = 0.0

    def add(self, seconds: float, items: int = 1) -> None:
        self.items += items
        self.seconds += seconds


@dataclass(slots=True)
class Tally:
    """Counts of a run while it goes on."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATUSES, 0))
    reasons: Counter[str] = field(default_factory=Counter)
    withheld: dict[str, set[str]] = field(default_factory=dict)
    """Reason -> SOP Class UIDs of what was withheld for it; of a private class there is none."""
    studies: dict[tuple[str, str], Study] = field(default_factory=dict)
    stages: dict[str, Stage] = field(default_factory=lambda: {name: Stage() for name in STAGES})
    bytes_in: int = 0
    bytes_out: int = 0

    @property
    def done(self) -> int:
        """Files that have their row."""
        return sum(self.counts.values())

    def count(self, row: Mapping[str, str | int], size: int | None = None) -> None:
        """Counts a file by its audit row; ``size``: its bytes, where they are known better than the row tells."""
        status, reason = str(row["status"]), str(row["reason"])
        self.counts[status] += 1
        self.bytes_in += int(row["bytes_in"]) if size is None else size
        self.bytes_out += int(row["bytes_out"])
        if reason:
            self.reasons[reason] += 1
        if status == "withheld":
            self.withheld.setdefault(reason, set()).add(str(row["sop_class_uid"]))
        name = (str(row["patient_id"]), str(row["study_instance_uid"]))
        if any(name):  # a file that could not be read has no new identifiers, so no study is known of it
            study = self.studies.setdefault(name, Study())
            study.counts[status] += 1
            study.bytes_out += int(row["bytes_out"])

    def summary(self, name: str, end: str, error: str, seconds: float) -> dict[str, Any]:
        """The end of the run (RunSummary in protocol/files.js): the last lines of output.log are made of it."""
        studies = [
            {"patient_id": patient, "study_instance_uid": uid, "counts": study.counts, "bytes_out": study.bytes_out}
            for (patient, uid), study in self.studies.items()
        ]
        return {
            "name": name,
            "end": end,
            **({"error": error} if error else {}),
            "counts": self.counts,
            "reasons": dict(self.reasons),
            "bytes_in": self.bytes_in,
            "bytes_out": self.bytes_out,
            "seconds": seconds,
            "stages": {stage: {"items": s.items, "seconds": s.seconds} for stage, s in self.stages.items()},
            "studies": studies,
        }
