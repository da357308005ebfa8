"""The run folder on disk: plan.json, conformance.md, audit.csv, output.log, out/, and unfinished/ until the run ends.

The audit row is the commit record: it is appended when the output stands at its place. So a run that was cut off can be
resumed from its audit.csv alone, and an output without a row is simply written again.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from dicom_deid.errors import Failed, PolicyError
from dicom_deid.native.append_only import Appended
from dicom_deid.native.write import code_of, discard
from dicom_deid.report import AUDIT_COLUMNS, STATUSES, csv_head, csv_line, log_line

OUTPUT_PATH = re.compile(r"out(/[A-Za-z0-9_-][A-Za-z0-9._-]*){1,8}")
"""The paths that may be written to: pseudonyms only. worker/write/outputs.js has the same rule."""
SOURCE_ID = re.compile(r"[0-9a-f]{20}")
UNFINISHED = "unfinished"
BEGINNINGS = frozenset((UNFINISHED, "output.log", "plan.json.new"))
"""What there may be of a run that was cut off before its plan.json stood: then nothing was done."""
PREFIX, PREFIX_AT = b"DICM", 128
"""What stands behind the preamble of a DICOM file (PS3.10 7.1)."""
Row = Mapping[str, str | int]


class NoRun(Exception):
    """The folder cannot be used for this run, for the coded ``reason``: NOT_EMPTY, NO_RUN or BUSY."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RunFolder:
    """A run folder that is open for writing. Every failure to write is a Failed with OUTPUT_FULL or OUTPUT_LOST."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.unfinished = root / UNFINISHED
        self._audit: Appended | None = None
        self._log: Appended | None = None

    def begin(self, document: str) -> None:
        """Starts a new run in a folder that is empty or not there yet."""
        if not self.is_new():
            raise NoRun("NOT_EMPTY")
        self.unfinished.mkdir(parents=True, exist_ok=True)
        self.open_log()
        replace_text(self.root / "plan.json", [document])
        replace_text(self.root / "audit.csv", [csv_head()])
        self._audit = Appended(self.root / "audit.csv")

    def state(self, statement: str) -> None:
        """Writes the conformance statement of the run; once more when it is resumed, which may be why it was not."""
        replace_text(self.root / "conformance.md", [statement])

    def resume(self, document: str, keep: Callable[[Row], bool]) -> None:
        """Goes on with a run; ``keep`` says of each row that stands whether its file is done.

        Raises PolicyError for another key or policy.
        """
        self.check(document)
        self.open_log()
        clear(self.unfinished)
        replace_text(self.root / "audit.csv", csv_lines(self.standing(self.root / "audit.csv", keep)))
        self._audit = Appended(self.root / "audit.csv")

    def is_new(self) -> bool:
        """Whether nothing is in the folder, or nothing but the beginnings of a run that was never begun."""
        found = {path.name: path for path in self.root.iterdir()} if self.root.exists() else {}
        if not found:
            return True
        log = found.get("output.log")
        return UNFINISHED in found and found.keys() <= BEGINNINGS and (log is None or log.stat().st_size == 0)

    def holds_run(self) -> bool:
        """Whether a run was begun here."""
        return (self.root / "plan.json").exists()

    def check(self, document: str) -> None:
        """Raises PolicyError unless the run was begun with this plan.json."""
        try:
            known, now = json.loads((self.root / "plan.json").read_text(encoding="utf-8")), json.loads(document)
        except (OSError, ValueError):
            raise NoRun("NO_RUN") from None
        if not isinstance(known, dict) or known.get("digest") != now["digest"]:
            raise PolicyError("OTHER_POLICY")
        if known.get("key_check") != now["key_check"]:
            raise PolicyError("WRONG_KEY")

    def standing(self, audit: Path, keep: Callable[[Row], bool]) -> Iterator[Row]:
        """The rows to keep of those that are whole and true: a written file's output is there, with its size."""
        if not audit.exists():
            return
        with audit.open(encoding="utf-8", newline="", errors="replace") as file:
            for cells in csv.reader(whole_lines(file)):
                row = dict(zip(AUDIT_COLUMNS, cells, strict=False))
                if len(cells) == len(AUDIT_COLUMNS) and self.stands(row) and keep(row):
                    yield row

    def stands(self, row: Mapping[str, str]) -> bool:
        """Whether a row that was read is true."""
        if not SOURCE_ID.fullmatch(row["source_id"]) or row["status"] not in STATUSES:
            return False
        if row["status"] != "written":
            return True
        path = row["output_path"]
        return bool(OUTPUT_PATH.fullmatch(path)) and str(sound_size(self.root / path)) == row["bytes_out"]

    def open_log(self) -> None:
        """Opens output.log and keeps other runs out of the folder: what they write is no leftover."""
        self._log = Appended(self.root / "output.log")
        if not self._log.lock():
            raise NoRun("BUSY")
        self._log.cut_torn_line()

    def place(self, staged: Path, output_path: str, resumed: bool) -> bool:
        """Moves a finished output to its place; False when another file's output has that place already."""
        if not OUTPUT_PATH.fullmatch(output_path):
            discard(staged)
            raise Failed("WRITE_FAILED")
        target = self.root / output_path
        if target.exists() and not (resumed and not self.has_row(output_path)):
            discard(staged)
            return False
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            staged.replace(target)
        except OSError as error:
            discard(staged)
            raise Failed(code_of(error)) from None
        return True

    def has_row(self, output_path: str) -> bool:
        """Whether an output has its row. Asked only of a resumed run, and there of few files."""
        with (self.root / "audit.csv").open(encoding="utf-8") as lines:
            return any(f",{output_path}," in line for line in lines)

    def append(self, row: Row, lines: Iterable[str]) -> None:
        """Appends an audit row and its log lines; both are with the operating system when this returns."""
        assert self._audit is not None, "the folder is open"
        self._audit.write(csv_line(row))
        self.log(lines)

    def log(self, lines: Iterable[str]) -> None:
        """Appends lines to output.log."""
        assert self._log is not None, "the folder is open"
        self._log.write("".join(log_line(line) for line in lines))

    def reachable(self) -> bool:
        """Whether the folder can still be written to."""
        return os.access(self.unfinished, os.W_OK)

    def finish(self) -> None:
        """The run has come to its end, whichever: nothing unfinished stays."""
        self.close()
        clear(self.unfinished)
        with suppress(OSError):
            self.unfinished.rmdir()

    def close(self) -> None:
        for journal in (self._audit, self._log):
            if journal is not None:
                journal.close()
        self._audit = self._log = None


def sound_size(output: Path) -> int | None:
    """Bytes of an output; None where there is none, or where a power cut has left zeros of its beginning."""
    try:
        with output.open("rb", buffering=0) as file:
            file.seek(PREFIX_AT)
            return os.fstat(file.fileno()).st_size if file.read(len(PREFIX)) == PREFIX else None
    except OSError:
        return None


def whole_lines(file: Iterable[str]) -> Iterator[str]:
    """The lines behind the header that end as lines do; the last one may be torn."""
    for number, line in enumerate(file):
        if number and line.endswith("\n"):
            yield line


def csv_lines(rows: Iterable[Row]) -> Iterator[str]:
    """The lines of an audit.csv, header first.

    A cell that was made neutral begins with an apostrophe and stays as it is.
    """
    yield csv_head()
    for row in rows:
        yield csv_line(row)


def replace_text(path: Path, lines: Iterable[str]) -> None:
    """Writes a text file that is there complete, or as it was before."""
    begun = path.with_name(path.name + ".new")
    with begun.open("w", encoding="utf-8", newline="") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
    begun.replace(path)


def clear(folder: Path) -> None:
    """Empties a folder of unfinished outputs."""
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        folder.mkdir()
