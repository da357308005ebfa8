"""An instance on its way in: pynetdicom writes its data set here, piece by piece, into the spool and nowhere else."""

from __future__ import annotations

import hashlib
import os
import uuid
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from dicom_deid.dicom.peek import (
    DEFLATED,
    EXPLICIT,
    LONG_LOOK_BYTES,
    SOP_INSTANCE_UID,
    TRANSFER_SYNTAX_UID,
    collect,
    guess_syntax,
)
from dicom_deid.native.write import FULL

STUDY_INSTANCE_UID = 0x0020000D
META_AT, META_LENGTH_AT, META_BEHIND = 132, 140, 144
"""Where file meta information begins, where the value of its group length is, and where that ends (PS3.10 7.1)."""
BETWEEN_LOOKS = 8 * 1024 * 1024
"""Bytes after which it is asked again whether there is room."""
BUFFER = 256 * 1024


class Uids(NamedTuple):
    """The UIDs of a data set, as far as its first bytes tell; "" where they do not."""

    instance: str
    study: str


class Arriving:
    """A file of incoming/. It has what pynetdicom needs of a NamedTemporaryFile: name, write, file.flush and close.

    Without room it takes all that comes and keeps nothing of it, so that the peer gets its status in the end.
    """

    def __init__(self, folder: Path, room: Callable[[], str]) -> None:
        """``room``: the reason code for which nothing can be kept; "" where there is room."""
        self.name = f"{folder}{os.sep}{uuid.uuid4().hex}"
        self.refusal = room()
        self.head = bytearray()
        """The first bytes, file meta information among them."""
        self._room, self._size, self._looked = room, 0, 0
        self._digest = hashlib.sha256()
        if not self.refusal:
            try:
                self._file = Path(self.name).open("xb", buffering=BUFFER)  # noqa: SIM115 - it outlives this call
            except OSError as error:
                self.refusal = code_of(error)

    @property
    def file(self) -> Arriving:
        return self

    def flush(self) -> None:
        """After each PDU; what counts is the sync at the end."""

    def write(self, data: bytes) -> int:
        if self._size < LONG_LOOK_BYTES:
            self.head += data[: LONG_LOOK_BYTES - self._size]
        if (start := self._data_set_at()) < self._size + len(data):
            self._digest.update(data[max(0, start - self._size) :])
        self._size += len(data)
        if self._size - self._looked >= BETWEEN_LOOKS and not self.refusal:
            self._looked, self.refusal = self._size, self._room()
        if self.refusal:
            self.discard()
            return len(data)
        try:
            self._file.write(data)
        except OSError as error:
            self.refusal = code_of(error)
        return len(data)

    def _data_set_at(self) -> int:
        """The offset of the data set; until it is known, one behind all that came."""
        if len(self.head) < META_BEHIND:
            return self._size + BETWEEN_LOOKS
        return META_BEHIND + int.from_bytes(self.head[META_LENGTH_AT:META_BEHIND], "little")

    def digest(self, transfer_syntax: str) -> str:
        """What tells two data sets apart. File meta information is this program's own, but for the transfer syntax."""
        whole = self._digest.copy()
        whole.update(transfer_syntax.encode())
        return whole.hexdigest()[:32]

    def sync(self) -> None:
        """The file is on the disk when this returns. Raises OSError."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def close(self) -> None:
        if hasattr(self, "_file"):
            with suppress(OSError):  # the disk is full: what is left in the buffer is not wanted any more
                self._file.close()

    def __del__(self) -> None:
        self.discard()  # of a connection that broke off in a way that nobody is told of

    def discard(self) -> None:
        """Removes the file, unless it was kept and has another name by now."""
        self.close()
        with suppress(OSError):
            Path(self.name).unlink()


def code_of(error: OSError) -> str:
    """The reason code of a failure to write to the spool."""
    return "SPOOL_FULL" if error.errno in FULL else "SPOOL_LOST"


def uids_of(head: bytes) -> Uids:
    """The UIDs in the first bytes of a file with file meta information, whatever its transfer syntax."""
    found: dict[int, str] = {}
    at = collect(head, META_AT, EXPLICIT, frozenset((TRANSFER_SYNTAX_UID,)), lambda tag: tag >= 0x00030000, found)
    if at is None:
        return Uids("", "")
    if found.get(TRANSFER_SYNTAX_UID) == DEFLATED:
        try:
            head, at = zlib.decompressobj(-zlib.MAX_WBITS).decompress(head[at:], LONG_LOOK_BYTES), 0
        except zlib.error:
            return Uids("", "")
    wanted = frozenset((SOP_INSTANCE_UID, STUDY_INSTANCE_UID))
    collect(head, at, guess_syntax(head, at), wanted, lambda tag: tag > STUDY_INSTANCE_UID, found)
    return Uids(found.get(SOP_INSTANCE_UID, ""), found.get(STUDY_INSTANCE_UID, ""))
