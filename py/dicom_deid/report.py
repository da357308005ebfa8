"""Stage report: the rows of audit.csv and the lines of output.log.

Both are passed on, and tell nothing of the original files beside what became of them: no time, no exact size, and, once
a run has ended, no order but that of the source ids, which the key gives. A roster in the order of the names of folders
would else say who is who.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from dicom_deid.model import Outcome
from dicom_deid.splice import splice_size
from dicom_deid.wording import counted

AUDIT_COLUMNS = (
    "source_id", "status", "reason", "output_path", "patient_id", "study_instance_uid", "series_instance_uid",
    "sop_instance_uid", "sop_class_uid", "modality", "transfer_syntax_uid", "bytes_in", "bytes_out", "removed",
    "emptied", "replaced", "cleaned", "uids_remapped", "dates_shifted", "pixels", "milliseconds",
)  # fmt: skip
"""The columns of audit.csv, in order; worker/shared/protocol/tasks.js has the same list. The last is empty:
how long a file takes tells its size."""
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
UNUSUAL = re.compile(r'["\r\n\t]|(?:^|,)[-=+@]')
"""Signs of a row with a cell that is not written as it is, beside a comma."""
STATUSES = ("written", "withheld", "skipped", "failed")


def coarse(size: int) -> int:
    """Bytes of an original file as they are told: the next power of two, since exact ones are known elsewhere."""
    return 1 << (size - 1).bit_length() if size > 0 else 0


def row(source_id: str, outcome: Outcome, bytes_in: int) -> dict[str, str | int]:
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
        "bytes_in": coarse(bytes_in),
        "bytes_out": splice_size(outcome.splice),
        "removed": counts.removed,
        "emptied": counts.emptied,
        "replaced": counts.replaced,
        "cleaned": counts.cleaned,
        "uids_remapped": counts.uids_remapped,
        "dates_shifted": counts.dates_shifted,
        "pixels": outcome.pixels,
        "milliseconds": "",
    }


def csv_line(cells: Mapping[str, str | int]) -> str:
    """One line of audit.csv, with its line end (RFC 4180, but for LF)."""
    found = [cells.get(column, "") for column in AUDIT_COLUMNS]
    line = ",".join(map(str, found))
    if UNUSUAL.search(line) or line.count(",") >= len(found):
        line = ",".join(map(cell_text, found))
    return line + "\n"


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


def file_line(source_id: str, text: str) -> str:
    """The text of a line of output.log about one file."""
    return f"{source_id} {text}"


def closing(summary: Mapping[str, Any]) -> list[str]:
    """The last lines of output.log from a run's summary (RunSummary in worker/shared/protocol/files.js)."""
    lines = [
        f"study {study['study_instance_uid'] or '-'} of patient {study['patient_id'] or '-'}: "
        f"{tally(study['counts'])}, {study['bytes_out']} bytes"
        for study in sorted(summary["studies"], key=lambda one: (one["patient_id"], one["study_instance_uid"]))
    ]
    lines += [f"reason {reason}: {files}" for reason, files in sorted(summary["reasons"].items())]
    for stage, done in summary["stages"].items():
        rate = done["items"] / done["seconds"] if done["seconds"] else 0
        lines.append(
            f"{stage}: {counted(done['items'], 'item', grouped=True)} in {done['seconds']:.1f}s ({rate:.0f}/sec)"
        )
    if most := summary.get("most"):
        lines.append(
            f"at most: {counted(most['workers'], 'worker')} busy, {most['heap']} bytes of memory in all of them, "
            f"{counted(most['queued'], 'file')} queued, {most['under_way']} under way, "
            f"{coarse(most['bytes_in_flight'])} bytes in flight"
        )
    why = f" {summary['error']}" if summary.get("error") else ""
    lines.append(
        f"{summary['end']}{why}: {tally(summary['counts'])}; up to {coarse(summary['bytes_in'])} bytes in, "
        f"{summary['bytes_out']} bytes out, {summary['seconds']:.1f}s"
    )
    return lines


def tally(counts: Mapping[str, int]) -> str:
    """The four outcomes in words."""
    return ", ".join(f"{counts.get(status, 0)} {status}" for status in STATUSES)
