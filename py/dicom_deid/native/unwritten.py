"""The originals that a run has not written, found again by their keyed names: no list of paths lies in a run folder."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import NamedTuple

from dicom_deid.errors import NoRun, SinkFailure
from dicom_deid.key import Key
from dicom_deid.native.run_folder import AUDIT, KEY_CHECK, PLAN, RunFolder, whole_lines
from dicom_deid.report import AUDIT_COLUMNS
from dicom_deid.source_and_sink import Origin


class UnwrittenFile(NamedTuple):
    """One original, with what its row in the audit says of it."""

    path: str
    sop_class: str
    status: str
    reason: str


def fits(folder: RunFolder, key: Key) -> bool:
    """Whether a run was made with a key. Raises NoRun for a folder without a run."""
    kept = folder.read_json(PLAN)
    if not isinstance(kept, dict) or "digest" not in kept:
        raise NoRun("PLAN_UNREADABLE")
    if "key_check" not in kept:  # until 0.2 it stood in plan.json
        kept = folder.read_json(KEY_CHECK)
    return isinstance(kept, dict) and kept.get("key_check") == key.check()


def unwritten_of(folder: RunFolder, origin: Origin, key: Key) -> Iterator[UnwrittenFile]:
    """The files of an origin that a run withheld, skipped or failed, in the order of the pick.

    Raises NoRun where the audit cannot be read, SourceFailure where the files cannot be listed.
    """
    rows = dict[str, UnwrittenFile]()
    try:
        for cells in csv.reader(whole_lines(folder.sink.lines(AUDIT))):
            row = dict(zip(AUDIT_COLUMNS, cells, strict=False))
            if len(cells) == len(AUDIT_COLUMNS) and row["status"] != "written":
                told = row["sop_class_uid"], row["status"], row["reason"]
                rows[row["source_id"]] = UnwrittenFile("", *told)
    except SinkFailure:
        raise NoRun("NO_RUN") from None
    for candidate in origin.list():
        found = rows.get(key.source(candidate.path))
        if found is not None:
            yield found._replace(path=candidate.path)
