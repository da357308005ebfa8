"""Ends of files, natively: the output moved to its place, what links it, and its row. With the row a file is done."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from dicom_deid.dicom.is_dicom import NO_INSTANCE
from dicom_deid.errors import Failed, SourceFailure
from dicom_deid.key import Key
from dicom_deid.linkage import Row as LinkageRow
from dicom_deid.native.counts import Tally
from dicom_deid.native.display import Display
from dicom_deid.native.job import Look, Looked, Take, Taken, plain_row, unwritten
from dicom_deid.native.linkage_file import LinkageFile
from dicom_deid.native.run_folder import RunFolder
from dicom_deid.native.sources import Listed, Sources
from dicom_deid.source_and_sink import ORIGIN_LOST, UNKNOWN, Origin

FOR_THE_RUN = frozenset(("OUTPUT_FULL", "OUTPUT_LOST")) | ORIGIN_LOST
"""Reasons that end the run: the next file would meet the same."""
ROWS_AT_ONCE = 200
"""Rows of files that were not handed out, which wait for being appended."""


@dataclass(slots=True)
class Ends:
    """Ends files in the run ``folder``, and counts them."""

    origin: Origin
    folder: RunFolder
    key: Key
    resume: bool
    """Whether an output that is there already may be one of this run."""
    linkage: LinkageFile | None
    sources: Sources
    tally: Tally
    display: Display
    again: array[int] = field(default_factory=lambda: array("q"))
    """Of each file that gets a name of its own: its number, and that of the file with the plain one, -1: not known."""
    _rows: list[tuple[int, int, Taken]] = field(default_factory=list)
    """Numbers, bytes and ends of files whose rows are to be appended: their outputs are in their places."""

    def without_core(self, listed: Listed) -> None:
        """The end of a file that was listed with a reason."""
        end = unwritten(plain_row(self.key.source(listed.path), listed.reason, listed.size))
        self._rows.append((listed.number, listed.size, end))
        if len(self._rows) >= ROWS_AT_ONCE:
            self.append()

    def take_turn(self, number: int, first: int, task: Look | Take, answer: Looked | Taken | None) -> None:
        """Ends a file whose turn it is, unless its output has to get a name of its own."""
        if isinstance(task, Look) or isinstance(answer, Looked):
            return
        end = answer or self.failed(task, "WORKER_ERROR")
        if end.staged and first != number:
            self.folder.sink.discard(end.staged)
            self.again.extend((number, first))
        else:
            self.commit(number, task, end)

    def failed(self, task: Take, reason: str) -> Taken:
        """The end of a file that no process could decide or place."""
        return unwritten(plain_row(self.key.source(task.path), reason, task.size))

    def commit(self, number: int, task: Take, taken: Taken) -> None:
        """Moves the output to its place and links it; with its row, which comes next, the file is done."""
        cells, reason = taken.row, str(taken.row["reason"])
        if reason in FOR_THE_RUN:
            raise Failed(reason)
        if reason == "READ_FAILED" and self.origin.is_lost():
            raise SourceFailure("SOURCE_LOST")
        if taken.staged and not self.place(number, task, taken):
            return
        if self.linkage and taken.link:
            where = str(cells["source_id"]), task.path, str(cells["output_path"])
            self.linkage.append(LinkageRow(*where, taken.link))
        stages = self.tally.stages
        if reason not in NO_INSTANCE:
            stages["read"].add(taken.read)
            stages["deidentify"].add(taken.deidentify)
        if taken.staged:
            stages["write"].add(taken.write)
        size = task.size if task.modified != UNKNOWN else int(cells["bytes_in"])
        self._rows.append((number, size, taken))

    def place(self, number: int, task: Take, taken: Taken) -> bool:
        """Moves an output to its place; where another stands there, the file is taken again under a name of its own."""
        reason = "WRITE_FAILED"
        try:
            if self.folder.place(taken.staged, str(taken.row["output_path"]), self.resume):
                return True
        except Failed as failure:
            reason = failure.reason
            if reason in FOR_THE_RUN:
                raise
        else:
            if not task.repeat:
                self.again.extend((number, -1))
                return False
        self.commit(number, task, self.failed(task, reason))
        return False

    def append(self) -> None:
        """Appends the rows of files whose outputs are in their places, and counts them."""
        rows, self._rows = self._rows, []
        self.folder.append((end.row, end.lines) for _, _, end in rows)
        for _, size, end in rows:
            self.tally.count(end.row, size)
        self.sources.not_written(number for number, _, end in rows if end.row["status"] != "written")
        if rows:
            self.display.advanced(len(rows), sum(size for _, size, _ in rows))
