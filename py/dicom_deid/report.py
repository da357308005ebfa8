"""Stage report: the rows of audit.csv and the lines of output.log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from dicom_deid.model import Outcome, splice_size

AUDIT_COLUMNS = (
    "source_id", "status", "reason", "output_path", "patient_id", "study_instance_uid", "series_instance_uid",
    "sop_instance_uid", "sop_class_uid", "modality", "transfer_syntax_uid", "bytes_in", "bytes_out", "removed",
    "emptied", "replaced", "cleaned", "uids_remapped", "dates_shifted", "pixels", "milliseconds",
)  # fmt: skip
"""The columns of audit.csv, in order; worker/shared/protocol/tasks.js has the same list."""
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
STATUSES = ("written", "withheld", "skipped", "failed")


def row(source_id: str, outcome: Outcome, bytes_in: int, milliseconds: float) -> dict[str, str | int]:
    """The audit row of one source file."""
    names, counts = outcome.names, outcome.counts
    return {
        "source_id": source_id,
        "status": outcome.status,
        "reason": outcome.reason,
        "output_path": names.path,
        "patient_id": names.patient,
        "study_instance_uid": names.study,
        "series_instance_uid": names.series,
        "sop_instance_uid": names.instance,
        "sop_class_uid": names.sop_class,
        "modality": names.modality,
        "transfer_syntax_uid": names.transfer_syntax,
        "bytes_in": bytes_in,
        "bytes_out": splice_size(outcome.splice),
        "removed": counts.removed,
        "emptied": counts.emptied,
        "replaced": counts.replaced,
        "cleaned": counts.cleaned,
        "uids_remapped": counts.uids_remapped,
        "dates_shifted": counts.dates_shifted,
        "pixels": outcome.pixels,
        "milliseconds": str(round(milliseconds, 1)),
    }


def csv_line(cells: Mapping[str, str | int]) -> str:
    """One line of audit.csv, with its line end (RFC 4180, but for LF)."""
    return ",".join(cell_text(cells.get(column, "")) for column in AUDIT_COLUMNS) + "\n"


def cell_text(cell: str | int) -> str:
    """A cell as it is written: a text that a spreadsheet would run as a formula gets an apostrophe in front."""
    text = f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULAS) else str(cell)
    return '"' + text.replace('"', '""') + '"' if any(letter in text for letter in ',"\r\n') else text


def csv_head() -> str:
    """The first line of audit.csv."""
    return ",".join(AUDIT_COLUMNS) + "\n"


def log_line(text: str) -> str:
    """One line of output.log, with the time in UTC and its line end."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {text}\n"


def unwritten_line(status: str, reason: str, source_id: str) -> str:
    """The line of output.log for a file that was not written."""
    return f"{status} {reason} {source_id}"


def closing(summary: Mapping[str, Any]) -> list[str]:
    """The last lines of output.log from a run's summary (RunSummary in worker/shared/protocol/files.js)."""
    lines = [
        f"study {study['study_instance_uid'] or '-'} of patient {study['patient_id'] or '-'}: "
        f"{tally(study['counts'])}, {study['bytes_out']} bytes"
        for study in summary["studies"]
    ]
    lines += [f"reason {reason}: {files}" for reason, files in sorted(summary["reasons"].items())]
    for stage, done in summary["stages"].items():
        rate = done["items"] / done["seconds"] if done["seconds"] else 0
        lines.append(f"{stage}: {done['items']:,} items in {done['seconds']:.1f}s ({rate:.0f}/sec)")
    if most := summary.get("most"):
        lines.append(
            f"at most: {most['workers']} workers busy, {most['heap']} bytes of memory in all of them, "
            f"{most['queued']} files queued, {most['under_way']} under way, {most['bytes_in_flight']} bytes in flight"
        )
    why = f" {summary['error']}" if summary.get("error") else ""
    lines.append(
        f"{summary['end']}{why}: {tally(summary['counts'])}; {summary['bytes_in']} bytes in, "
        f"{summary['bytes_out']} bytes out, {summary['seconds']:.1f}s"
    )
    return lines


def tally(counts: Mapping[str, int]) -> str:
    """The four outcomes in words."""
    return ", ".join(f"{counts.get(status, 0)} {status}" for status in STATUSES)
