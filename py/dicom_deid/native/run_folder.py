"""The run folder in a sink: plan.json, conformance.md, audit.csv, output.log, out/, and staged outputs till the end.

key-check.json is for resuming alone, and not to be passed on: by it, the run knows its key again, and so would whoever
tries out passphrases. So is regions.json, which is there where pixels were made blank.

The audit row is the commit record: it is appended when the output stands at its place. So a run that was cut off can be
resumed from its audit.csv alone, and an output without a row is simply written again. When a run ends, whichever way,
audit.csv and output.log are put into the order of the source ids; one that was killed has them as they came until then.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice

from dicom_deid.errors import NoRun, PolicyError, SinkFailure
from dicom_deid.native.folder_sink import UNFINISHED
from dicom_deid.native.order import ordered_audit, ordered_log
from dicom_deid.report import AUDIT_COLUMNS, STATUSES, csv_head, csv_line, log_line
from dicom_deid.source_and_sink import Journal, Sink

OUTPUT_PATH = re.compile(r"out(/[A-Za-z0-9_-][A-Za-z0-9._-]*){1,8}")
"""The paths that may be written to: pseudonyms only. worker/write/outputs.js has the same rule."""
SOURCE_ID = re.compile(r"[0-9a-f]{20}")
PLAN, AUDIT, LOG, STATEMENT = "plan.json", "audit.csv", "output.log", "conformance.md"
KEY_CHECK, REGIONS = "key-check.json", "regions.json"
BEGINNINGS = frozenset((UNFINISHED, LOG, f"{PLAN}.new", KEY_CHECK, f"{KEY_CHECK}.new", REGIONS, f"{REGIONS}.new"))
"""Names that a run leaves which was cut off before its plan.json stood: then nothing was done."""
NOTE = "For --resume alone. Do not pass this file on: by it, passphrases could be tried out."
PREFIX, PREFIX_AT = b"DICM", 128
"""The bytes behind the preamble of a DICOM file (PS3.10 7.1), and their offset."""
ROWS_AT_ONCE = 256
"""Of an audit that is resumed from."""
Row = Mapping[str, str | int]


class RunFolder:
    """A run folder that is open for writing. Every failure to write is a SinkFailure."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self._audit: Journal | None = None
        self._log: Journal | None = None

    def begin(self, document: str, key_check: str, regions: str = "") -> None:
        """Starts a new run where nothing is yet; ``regions``: the text of its regions file, which stays with it."""
        if not self.is_new():
            raise NoRun("NOT_EMPTY")
        self.sink.open()
        self.open_log()
        if regions:
            self.sink.put(REGIONS, [regions])
        self.keep_plan(document, key_check)
        self.sink.put(AUDIT, [csv_head()])
        self._audit = self.sink.journal(AUDIT)

    def keep_plan(self, document: str, key_check: str) -> None:
        """Keeps the plan, and apart from it the check value of the key."""
        self.sink.put(KEY_CHECK, [json.dumps({"note": NOTE, "key_check": key_check}, indent=2) + "\n"])
        self.sink.put(PLAN, [document])

    def state(self, statement: str) -> None:
        """Writes the conformance statement of the run; once more when it is resumed, which may be why it was not."""
        self.sink.put(STATEMENT, [statement])

    def resume(self, document: str, key_check: str, keep: Callable[[Row], bool]) -> None:
        """Goes on with a run; ``keep`` says of each row that stands whether its file is done.

        Raises PolicyError for another key or policy.
        """
        self.check(document, key_check)
        self.open_log()
        self.sink.clear()
        self.keep_plan(document, key_check)
        self.sink.put(AUDIT, csv_lines(self.standing(keep)))
        self._audit = self.sink.journal(AUDIT)

    def is_new(self) -> bool:
        """Whether nothing is there, or nothing but the beginnings of a run that was never begun."""
        found = self.sink.names()
        return not found or (UNFINISHED in found and found <= BEGINNINGS and not self.sink.size(LOG))

    def holds_run(self) -> bool:
        """Whether a run was begun here."""
        return self.sink.size(PLAN) is not None

    def check(self, document: str, key_check: str) -> None:
        """Raises PolicyError unless the run was begun with this plan.json and this key."""
        known = self.read_json(PLAN)
        if not isinstance(known, dict) or known.get("digest") != json.loads(document)["digest"]:
            raise PolicyError("OTHER_POLICY")
        kept = known if "key_check" in known else self.read_json(KEY_CHECK)  # until 0.2 it stood in plan.json
        if not isinstance(kept, dict) or kept.get("key_check") != key_check:
            raise PolicyError("WRONG_KEY")

    def read_json(self, name: str) -> object:
        """The content of a file of the run. Raises NoRun."""
        try:
            return json.loads("".join(self.sink.lines(name)))
        except (SinkFailure, ValueError):
            raise NoRun("PLAN_UNREADABLE") from None

    def standing(self, keep: Callable[[Row], bool]) -> Iterator[Row]:
        """The rows to keep of those that are whole and true: a written file's output is there, with its size."""
        if self.sink.size(AUDIT) is None:
            return
        rows = csv.reader(whole_lines(self.sink.lines(AUDIT)))
        while some := list(islice(rows, ROWS_AT_ONCE)):
            found = [dict(zip(AUDIT_COLUMNS, cells, strict=True)) for cells in some if len(cells) == len(AUDIT_COLUMNS)]
            self.expect(found)
            yield from (row for row in found if self.stands(row) and keep(row))

    def expect(self, rows: Iterable[Row]) -> None:
        """Prepares for being asked about the outputs of rows."""
        self.sink.expect(path for row in rows if OUTPUT_PATH.fullmatch(path := str(row["output_path"])))

    def stands(self, row: Mapping[str, str]) -> bool:
        """Whether a row that was read is true."""
        if not SOURCE_ID.fullmatch(row["source_id"]) or row["status"] not in STATUSES:
            return False
        if row["status"] != "written":
            return True
        path = row["output_path"]
        return bool(OUTPUT_PATH.fullmatch(path)) and str(self.sound_size(path)) == row["bytes_out"]

    def sound_size(self, path: str) -> int | None:
        """Bytes of an output; None where there is none, or where a power cut has left zeros of its beginning."""
        if self.sink.atomic:
            return self.sink.size(path)
        try:
            prefix = self.sink.read(path, PREFIX_AT, PREFIX_AT + len(PREFIX))
        except SinkFailure:
            return None
        return self.sink.size(path) if prefix == PREFIX else None

    def open_log(self) -> None:
        """Opens output.log and keeps other runs out of the folder: what they write is no leftover."""
        self._log = self.sink.journal(LOG)
        if not self._log.lock():
            raise NoRun("BUSY")
        self._log.cut_torn_line()

    def place(self, staged: str, output_path: str, resumed: bool) -> bool:
        """Moves a staged output to its place; False when another file's output has that place already."""
        try:
            if not OUTPUT_PATH.fullmatch(output_path):
                raise SinkFailure("WRITE_FAILED")
            if self.sink.size(output_path) is not None and not (resumed and not self.has_row(output_path)):
                self.sink.discard(staged)
                return False
            self.sink.place(staged, output_path)
        except SinkFailure:
            self.sink.discard(staged)
            raise
        return True

    def has_row(self, output_path: str) -> bool:
        """Whether an output has its row. Asked only of a resumed run, and there of few files."""
        return any(f",{output_path}," in line for line in self.sink.lines(AUDIT))

    def append(self, ends: Iterable[tuple[Row, Iterable[str]]]) -> None:
        """Appends audit rows, each with its log lines; all are with the operating system when this returns."""
        assert self._audit is not None, "the folder is open"
        rows, lines = list[str](), list[str]()
        for row, own in ends:
            rows.append(csv_line(row))
            lines += own
        self._audit.write("".join(rows))
        self.log(lines)

    def log(self, lines: Iterable[str]) -> None:
        """Appends lines to output.log."""
        assert self._log is not None, "the folder is open"
        self._log.write("".join(log_line(line) for line in lines))

    def order(self, last: Iterable[str]) -> None:
        """Puts the rows and the lines in the order that the key gives, with the ``last`` lines of the log behind."""
        for name, arranged in ((AUDIT, ordered_audit), (LOG, partial(ordered_log, last=last))):
            self.sink.put(name, arranged(partial(self.sink.lines, name), self.sink.size(name) or 0))

    def finish(self) -> None:
        """The run has come to its end, whichever: nothing unfinished stays."""
        self.close()
        self.sink.close()

    def close(self) -> None:
        """Ends the writing to audit.csv and output.log."""
        for journal in (self._audit, self._log):
            if journal is not None:
                journal.close()
        self._audit = self._log = None


def whole_lines(lines: Iterable[str]) -> Iterator[str]:
    """The lines behind the header that end as lines do; the last one may be torn."""
    for number, line in enumerate(lines):
        if number and line.endswith("\n"):
            yield line


def csv_lines(rows: Iterable[Row]) -> Iterator[str]:
    """The lines of an audit.csv, header first.

    A cell that was made neutral begins with an apostrophe and stays as it is.
    """
    yield csv_head()
    for row in rows:
        yield csv_line(row)
