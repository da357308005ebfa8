"""What of a run may go out: written outputs that are still what the audit says, de-identified, their pixels settled.

The audit decides, and each file is read again before it goes: what was put there or changed since stays.
"""

from __future__ import annotations

import csv
import stat
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from dicom_deid.errors import NoRun, SinkFailure
from dicom_deid.native.append_only import Appended
from dicom_deid.native.folder_sink import UNFINISHED, FolderSink
from dicom_deid.native.run_folder import AUDIT, LOG, OUTPUT_PATH, PLAN, SOURCE_ID, RunFolder, whole_lines
from dicom_deid.report import AUDIT_COLUMNS, STATUSES, csv_head
from dicom_deid.silence import NO_WARNINGS

NOT_REVIEWED = "not reviewed"
TAGS = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "PatientID", "PatientIdentityRemoved")


META = ("MediaStorageSOPInstanceUID", "MediaStorageSOPClassUID", "TransferSyntaxUID")


class Outgoing(NamedTuple):
    """One written output of a run, as its row says."""

    path: Path
    size: int
    sop_instance: str
    sop_class: str
    transfer_syntax: str
    study: str
    series: str
    patient: str


class Run(NamedTuple):
    """What a run has to send: outputs by series, and the reason for each SOP Instance UID that stays."""

    instances: list[Outgoing]
    stopped: list[tuple[str, str]]


def outgoing(root: Path) -> Run:
    """The outputs of a run that has ended. Raises NoRun where the run as a whole is in doubt."""
    root = root.resolve()
    folder = RunFolder(FolderSink(root))
    unreviewed = is_unreviewed(folder)
    rows = audit_of(folder, root)
    instances, stopped = list[Outgoing](), list[tuple[str, str]]()
    often = Counter(row["sop_instance_uid"] for row in rows)
    for row in rows:
        if reason := objection(row, often, unreviewed=unreviewed):
            stopped.append((row["sop_instance_uid"], reason))
        else:
            instances.append(of_row(root, row))
    instances.sort(key=lambda one: (one.study, one.series, one.sop_instance))
    return Run(instances, stopped)


def is_unreviewed(folder: RunFolder) -> bool:
    """Whether the run wrote pixels that nobody had reviewed. Raises NoRun where its plan does not say."""
    try:
        if not folder.holds_run():
            raise NoRun("NO_RUN")
        plan = folder.read_json(PLAN)
    except SinkFailure:
        raise NoRun("NO_RUN") from None
    if not isinstance(plan, dict) or not isinstance(plan.get("digest"), str) or plan.get("tool") != "dicom-deid":
        raise NoRun("PLAN_UNREADABLE")
    return plan.get("pixels_unreviewed", False) is not False


def audit_of(folder: RunFolder, root: Path) -> list[dict[str, str]]:
    """The rows of what was written. Raises NoRun for a run that goes on, was cut off, or whose audit is damaged."""
    if (root / UNFINISHED).exists():
        raise NoRun("NOT_ENDED")
    if folder.sink.size(LOG) is not None:
        with closing(Appended(root / LOG)) as log:
            if not log.lock():
                raise NoRun("BUSY")
    size = folder.sink.size(AUDIT)
    if size is None:
        raise NoRun("NO_RUN")
    try:
        lines = folder.sink.lines(AUDIT)
        if next(lines, "") != csv_head() or folder.sink.read(AUDIT, max(size - 1, 0), size) != b"\n":
            raise NoRun("AUDIT_DAMAGED")
        rows = [row_of(cells) for cells in csv.reader(whole_lines(folder.sink.lines(AUDIT)), strict=True)]
    except (SinkFailure, csv.Error):
        raise NoRun("AUDIT_DAMAGED") from None
    if len({row["source_id"] for row in rows}) != len(rows):
        raise NoRun("AUDIT_DAMAGED")
    return [row for row in rows if row["status"] == "written"]


def row_of(cells: list[str]) -> dict[str, str]:
    """A row of the audit. Raises NoRun for one that no run has written."""
    row = dict(zip(AUDIT_COLUMNS, cells, strict=False))
    if len(cells) != len(AUDIT_COLUMNS) or not SOURCE_ID.fullmatch(row["source_id"]) or row["status"] not in STATUSES:
        raise NoRun("AUDIT_DAMAGED")
    is_written = row["status"] == "written"
    if is_written and not (OUTPUT_PATH.fullmatch(row["output_path"]) and row["bytes_out"].isdecimal()):
        raise NoRun("AUDIT_DAMAGED")
    return row


def objection(row: Mapping[str, str], often: Mapping[str, int], *, unreviewed: bool) -> str:
    """The reason for which an output stays, as far as the audit tells it; or ""."""
    if often[row["sop_instance_uid"]] > 1:
        return "SAME_SOP_INSTANCE"
    if NOT_REVIEWED in row["pixels"] and (unreviewed or row["pixels"].startswith("cleaned")):
        return "PIXELS_NOT_REVIEWED"
    return ""


def of_row(root: Path, row: Mapping[str, str]) -> Outgoing:
    return Outgoing(
        root / row["output_path"],
        int(row["bytes_out"]),
        row["sop_instance_uid"],
        row["sop_class_uid"],
        row["transfer_syntax_uid"],
        row["study_instance_uid"],
        row["series_instance_uid"],
        row["patient_id"],
    )


def difference(one: Outgoing) -> str:
    """The reason for which a file stays, as it lies on the disk now; or ""."""
    import pydicom  # slow to load

    try:
        found = one.path.lstat()
        if not stat.S_ISREG(found.st_mode) or one.path.resolve() != one.path:
            return "OUTPUT_MISSING"
        if found.st_size != one.size:
            return "OUTPUT_CHANGED"
        with NO_WARNINGS:
            dataset = pydicom.dcmread(one.path, stop_before_pixels=True, specific_tags=list(TAGS))
        said = tuple(str(dataset.file_meta.get(name, "")) for name in META)
        own = tuple(str(dataset.get(tag, "")) for tag in TAGS)
    except FileNotFoundError:
        return "OUTPUT_MISSING"
    except Exception:  # whatever pydicom meets in a file that somebody changed
        return "OUTPUT_CHANGED"
    if own[-1] != "YES":
        return "NOT_DEIDENTIFIED"
    if said != (one.sop_instance, one.sop_class, one.transfer_syntax):
        return "OUTPUT_CHANGED"
    wanted = (one.sop_class, one.sop_instance, one.study, one.series, one.patient)
    return "" if own[:-1] == wanted else "OUTPUT_CHANGED"
