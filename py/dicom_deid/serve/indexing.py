"""The indexes, brought up to date in the background: one folder after the other, in a thread that can be stopped."""

from __future__ import annotations

import sqlite3
import threading
from typing import Any

from dicom_deid.errors import SourceFailure, Unwritten
from dicom_deid.index import Status
from dicom_deid.native import index_file
from dicom_deid.serve.library import Folder, is_begun

NOTHING = Status(0, 0, 0, 0, "", running=False)
"""Of a folder that has no index yet."""
PATIENCE = 10.0
SUMMED = ("enumerated_files", "files_processed", "series_count", "errors")


class Indexing:
    """Brings the indexes of some folders up to date, when it is told to."""

    def __init__(self, folders: list[Folder]) -> None:
        self._folders = folders
        self._turn, self._stop = threading.Lock(), threading.Event()
        self._thread: threading.Thread | None = None
        self._waiting = list[Folder]()
        self._reasons = dict[int, str]()
        """Number of a folder -> why its last walk ended early."""

    def start(self, folders: list[Folder]) -> None:
        """Begins, unless it is running."""
        with self._turn:
            if self._waiting:
                return
            self._stop.clear()
            self._waiting = list(folders)
            if self._waiting:
                self._thread = threading.Thread(target=self._work, name="index", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Ends it; what was read stays. Returns when it has ended, or when a share that hangs has been waited for."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(PATIENCE)

    def status(self) -> dict[str, Any]:
        """How far it is: of all folders together, and of each."""
        under_way = {folder.number for folder in self._waiting}
        folders = []
        for folder in self._folders:
            known = {**status_of(folder)._asdict(), "running": folder.number in under_way}
            about = {"number": folder.number, "name": folder.root.name or str(folder.root), "holds": folder.holds}
            folders.append({**about, **known, "reason": self._reasons.get(folder.number, "")})
        summed = {name: sum(folder[name] for folder in folders) for name in SUMMED}
        return {
            **summed,
            "last_updated": min((folder["last_updated"] for folder in folders), default=""),
            "running": bool(under_way),
            "reason": next((folder["reason"] for folder in folders if folder["reason"]), ""),
            "folders": folders,
        }

    def _work(self) -> None:
        while self._waiting:
            folder, reason = self._waiting[0], ""
            try:
                if not self._stop.is_set():
                    index_file.update(folder.place, [folder.root], cancelled=self._stop.is_set)
            except Unwritten as end:
                reason = end.reason
            except Exception:  # its text may quote a path
                reason = "INDEX_UNWRITABLE"
            self._reasons[folder.number] = reason
            self._waiting.pop(0)


def status_of(folder: Folder) -> Status:
    """How far the index of a folder is."""
    try:
        return index_file.status(folder.place) if is_begun(folder.place) else NOTHING
    except (SourceFailure, sqlite3.OperationalError):  # of tables that are just being made, some are there
        return NOTHING
