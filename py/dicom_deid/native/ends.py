"""Ends of files, natively: the output moved to its place, what links it, and its row. With the row a file is done."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from dicom_deid.dicom.is_dicom import NO_INSTANCE
from dicom_deid.errors import Failed, SourceFailure
from dicom_deid.key import Key
from dicom_deid.linkage import Row as LinkageRow
from dicom_deid.native.counts import Tally
from dicom_deid.native.job import Look, Looked, Take, Taken, plain_row, unwritten
from dicom_deid.native.linkage_file import LinkageFile
from dicom_deid.native.pick import Sources
from dicom_deid.native.run_folder import RunFolder
from dicom_deid.native.scan import Display
from dicom_deid.source_and_sink import ORIGIN_LOST, UNKNOWN, Origin

FOR_THE_RUN = frozenset(("OUTPUT_FULL", "OUTPUT_LOST")) | ORIGIN_LOST
"""Reasons that end the run: the next file would meet the same."""


@dataclass(slots=True)
class Ends:
    """Ends files of ``sources`` in the run ``folder``, and counts them."""

    origin: Origin
    folder: RunFolder
    key: Key
    resume: bool
    """Whether an output that is there already may be one of this run."""
    linkage: LinkageFile | None
    sources: Sources
    tally: Tally
    display: Display
    unwritten: array[int]
    """Numbers of the files that were not written."""
    again: list[tuple[int, int]] = field(default_factory=list)
    """Numbers of files that get a name of their own, and of those that have the plain one, -1 where not known."""
    _rows: list[tuple[int, Taken]] = field(default_factory=list)
    """Numbers and ends of files whose rows are to be appended: their outputs are in their places."""

    def without_core(self, number: int, reason: str) -> None:
        """The end of a file that was listed with a reason."""
        size = self.sources.sizes[number]
        self._rows.append((number, unwritten(plain_row(self.key.source(self.sources.path(number)), reason, size))))

    def take_turn(self, number: int, first: int, task: Look | Take, answer: Looked | Taken | None) -> None:
        """Ends a file whose turn it is, unless its output has to get a name of its own."""
        if isinstance(task, Look) or isinstance(answer, Looked):
            return
        end = answer or self.failed(task, "WORKER_ERROR")
        if end.staged and first != number:
            self.folder.sink.discard(end.staged)
            self.again.append((number, first))
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
        self._rows.append((number, taken))

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
                self.again.append((number, -1))
                return False
        self.commit(number, task, self.failed(task, reason))
        return False

    def append(self) -> None:
        """Appends the rows of files whose outputs are in their places, and counts them."""
        rows, self._rows = self._rows, []
        self.folder.append((end.row, end.lines) for _, end in rows)
        size = 0
        for number, end in rows:
            is_known = self.sources.modified[number] != UNKNOWN
            own = self.sources.sizes[number] if is_known else int(end.row["bytes_in"])
            size += own
            self.tally.count(end.row, own)
            if end.row["status"] != "written":
                self.unwritten.append(number)
        if rows:
            self.display.advanced(len(rows), size)
