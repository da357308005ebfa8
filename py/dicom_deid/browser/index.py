"""The index as the browser's index worker has it: in memory, brought up to date head by head, searched meanwhile.

What the worker calls: JSON and bytes in, JSON and bytes out. It knows neither the browser nor files.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime

from dicom_deid.dicom.read_cache import ReadCache
from dicom_deid.entries import Head, entry_of
from dicom_deid.errors import OtherVersion, ShortRead
from dicom_deid.index import Holds, Index, Seen
from dicom_deid.index.entry import Entry
from dicom_deid.index.images import Unshown, file_of, hold_out, keep, missing, names_of, split, standing, wanting
from dicom_deid.index.order import instances
from dicom_deid.index.search import keys, search
from dicom_deid.key import NEWEST, Key

Bytes = bytes | memoryview
LONGEST = 64 * 1024 * 1024
"""Bytes of a file that are taken into memory for its header: a deflated data set has to be there whole."""
SAMPLE = 200
"""Files by which an index is recognised as that of a folder."""
PASSING = ("READ_FAILED", "SOURCE_CHANGED")
"""Why a file could not be read this time."""


class WorkerIndex:
    """An index. ``kept``: the bytes it was kept as; without them, or of another version, it is a new one."""

    def __init__(self, holds: Holds, kept: Bytes = b"") -> None:
        self._holds = holds
        self._reading: dict[int, Seen] = {}
        self._cache = ReadCache()
        self.index = self._opened(bytes(kept))
        self.index.note("running", "")  # it may have been cut off

    def _opened(self, kept: bytes) -> Index:
        database = in_memory()
        if kept:
            try:
                database.deserialize(kept)
                return Index(database, self._holds)
            except (OtherVersion, sqlite3.DatabaseError):
                database.close()
                database = in_memory()
        return Index(database, self._holds)

    def empty(self) -> None:
        """Forgets all that is in it."""
        self.index.database.close()
        self.index = self._opened(b"")

    def sample(self) -> str:
        """Some of its files, [path, size, modified] each: if none of them is in a folder, it is not of that folder.

        Those without a series do not count: media of one maker have the same viewer, to the byte and the second.
        """
        found = self.index.database.execute(
            "SELECT path, size, modified FROM files WHERE series IS NOT NULL ORDER BY random() LIMIT ?", (SAMPLE,)
        )
        return json.dumps(found.fetchall())

    def status(self) -> str:
        """IndexStatus in worker/shared/protocol/index.js."""
        return json.dumps({"holds": self.index.holds, **self.index.status()._asdict()})

    def begin(self) -> None:
        """A walk begins."""
        self._reading.clear()
        self.index.begin()

    def wanted(self, files: str, first: int, enumerated: int) -> str:
        """Which of the files (IndexedFile in protocol/index.js) from number ``first`` on are to be read."""
        found = {}
        for number, (path, size, modified, reason) in enumerate(json.loads(files), first):
            found[path] = number, Seen(path, size, modified), reason
        numbers = []
        for file in self.index.wanted(seen for _, seen, _ in found.values()):
            number, _, reason = found[file.path]
            if reason:
                self._take(file, None, reason)
            else:
                self._reading[number] = file
                numbers.append(number)
        self.index.enumerated(enumerated)
        return json.dumps(numbers)

    def read(self, number: int, head: Bytes) -> int:
        """Takes in a file by its first bytes. Returns how many of them it needs, if that is more; else 0."""
        file, data = self._reading[number], bytes(head)
        try:
            kept, reason = entry_of(Head(data, file.size), self._cache)
        except ShortRead as short:
            if len(data) < min(short.end, file.size) <= LONGEST:
                return min(short.end, file.size)
            kept, reason = None, "HEADER_TOO_LONG" if short.end > LONGEST else "INTERNAL_ERROR"
        self._take(self._reading.pop(number), kept, reason)
        return 0

    def unread(self, number: int, reason: str) -> None:
        """A file could not be read."""
        self._take(self._reading.pop(number), None, reason)

    def _take(self, file: Seen, kept: Entry | None, reason: str) -> None:
        self.index.add(file._replace(modified=-1) if reason in PASSING else file, kept, reason)

    def commit(self) -> None:
        """From now on all that was taken in can be found."""
        self.index.commit()

    def finish(self, whole: bool) -> None:
        """A walk ends; ``whole``: what it did not come by is no longer there."""
        self.index.finish(datetime.now(UTC).isoformat(timespec="seconds"), complete=whole)

    def stop(self) -> None:
        """A walk was stopped."""
        self.index.stop()

    def kept(self) -> bytes:
        """The bytes to keep."""
        self.index.commit()
        return self.index.database.serialize()

    def search(self, query: str, first: int, count: int) -> str:
        """{total, rows} (SeriesRow in worker/shared/protocol/index.js)."""
        return json.dumps(search(self.index.database, query, first, count)._asdict())

    def keys(self, query: str) -> str:
        """The keys of all series that match."""
        return json.dumps(keys(self.index.database, query))

    def instances(self, key: str) -> str:
        """[path, frames] of each file of a series, in the order in which they are looked through."""
        return json.dumps(instances(self.index.database, key))

    def found(self, keys: str) -> str:
        """The standing picture of each series of these keys (images.Standing)."""
        known = [standing(self.index.database, key) for key in json.loads(keys)]
        return json.dumps([one._asdict() for one in known if one is not None])

    def wanting(self, after: str, count: int, keys: str) -> str:
        """[path, frames] of the next files of some series that have frames and not all thumbnails, by path."""
        found = wanting(self.index.database, after, count, json.loads(keys))
        return json.dumps([[file.path, file.frames] for file in found])

    def missing(self, keys: str) -> str:
        """[reason, files] of what has no thumbnail in some series, or a doubtful one."""
        return json.dumps(missing(self.index.database, json.loads(keys)))

    def split(self, key: Bytes, part: float, pseudonyms: int = NEWEST) -> None:
        """Says of each thumbnail on which side of a split by patient it is; ``part`` is held out, 0: no split."""
        if part:
            hold_out(self.index.database, Key(bytes(key)), part, self.index.holds, pseudonyms)
        else:
            split(self.index.database, None)

    def names(self, path: str, frames: str) -> str:
        """The names of thumbnails of these frames of a file."""
        return json.dumps(names_of(self.index.database, path, json.loads(frames)))

    def note(self, path: str, made: str, unshown: str) -> None:
        """Thumbnails of a file: [name, frame] of each; [frame, reason] where one is missing or doubtful."""
        lacking = [Unshown(path, frame, reason) for frame, reason in json.loads(unshown)]
        keep(self.index.database, file_of(self.index.database, path), json.loads(made), lacking)

    def gone(self) -> str:
        """The names of thumbnails whose files changed or went: they are to be deleted. They are told once."""
        names = [name for (name,) in self.index.database.execute("DELETE FROM gone RETURNING filename")]
        return json.dumps(names)


def in_memory() -> sqlite3.Connection:
    """An empty database, of which nothing goes to any disk: a browser has none to offer."""
    database = sqlite3.connect(":memory:")
    database.execute("PRAGMA temp_store = MEMORY")
    return database
