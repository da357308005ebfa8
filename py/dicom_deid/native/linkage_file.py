"""The linkage file, natively: it grows record by record while a run goes on, and is read again with the project key.

``cryptography`` is imported only here, when a linkage is written or read: nothing else needs it, and Pyodide has none.
What the file consists of is linkage.py's.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from dicom_deid.errors import BadLinkage, Failed
from dicom_deid.key import Key
from dicom_deid.linkage import (
    CLOSING,
    FILE_ID_BYTES,
    HEADER,
    MAGIC,
    NONCE_BYTES,
    RECORD,
    Reading,
    Row,
    associated,
    check_header,
    encode,
    make_header,
    sealing_key,
)
from dicom_deid.native.append_only import Appended

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class LinkageFile:
    """A linkage file that is appended to, once ``begin`` or ``resume`` has opened it."""

    def __init__(self, path: Path, key: Key) -> None:
        self.path, self._key = path, key
        self._header = b""
        self._number = self._end = 0
        """Number of the record that comes next, and the offset where it begins."""
        self._closed = self._made = False
        self._linked: set[bytes] = set()
        self._file: Appended | None = None
        self._cipher: AESGCM | None = None

    def begin(self) -> None:
        """Makes the file. Raises BadLinkage rather than overwriting one."""
        self._header = make_header(self._key, os.urandom(FILE_ID_BYTES))
        try:
            with open_new(self.path) as file:
                self._made = True
                file.write(self._header)
        except FileExistsError:
            raise BadLinkage("LINKAGE_EXISTS") from None
        except OSError:
            raise BadLinkage("LINKAGE_UNWRITABLE") from None
        self._end = HEADER.size
        self._open()

    def resume(self) -> None:
        """Goes on with the file of an earlier run, which stays as it is until there is more to append."""
        if not self.path.exists():
            return self.begin()
        if self._ends_in_header():
            with suppress(OSError):
                self.path.unlink()
            return self.begin()
        reading = Reading()
        try:
            with self.path.open("rb") as file:
                self._header = read_header(file, self._key)
                self._open()
                self._end = file.tell()
                self._find_end(file, reading)
        except OSError:
            raise BadLinkage("LINKAGE_UNREADABLE") from None
        if reading.missing or reading.misplaced:
            raise BadLinkage("LINKAGE_DAMAGED")
        self._closed = reading.closed and not reading.torn and not reading.damaged
        self._number = reading.next - reading.damaged - reading.closed
        return None

    def _ends_in_header(self) -> bool:
        """Whether the run that made the file was cut off before its header stood: then nothing is linked in it."""
        try:
            with self.path.open("rb") as file:
                start = file.read(HEADER.size)
        except OSError:
            return False  # who reads it tells of it
        return len(start) < HEADER.size and start.startswith(MAGIC[: len(start)])

    def _find_end(self, file: BinaryIO, reading: Reading) -> None:
        """Reads what is linked, up to the closing record, or to what a power cut has left of the last ones."""
        damaged = 0
        for rows in read_rows(file, self._header, self._key, reading):
            if reading.damaged > damaged:
                damaged = reading.damaged
                continue
            if damaged:
                raise BadLinkage("LINKAGE_DAMAGED")
            self._linked.update(bytes.fromhex(row.source_id) for row in rows)
            if not reading.closed:
                self._end = file.tell()

    def _open(self) -> None:
        """Opens the file for appending and keeps other runs out of it."""
        self._cipher = aes_gcm(sealing_key(self._key, self._header))
        try:
            self._file = Appended(self.path)
        except OSError:
            raise BadLinkage("LINKAGE_UNWRITABLE") from None
        if not self._file.lock():
            raise BadLinkage("LINKAGE_BUSY")

    def holds(self, source_id: str) -> bool:
        """Whether an earlier run has linked a source."""
        return bytes.fromhex(source_id) in self._linked

    def append(self, row: Row) -> None:
        """Appends the link of a written file; it is with the operating system when this returns."""
        self._closed = False
        self._seal(encode([row]))

    def close(self) -> None:
        """Ends the file, so that who reads it knows that nothing is missing at its end."""
        if self._file is not None:
            try:
                if not self._closed:
                    self._seal(CLOSING)
                    self._closed = True
            finally:
                self._file.close()
                self._file = None

    def abandon(self) -> None:
        """The run was not begun: a file that was made for it goes, another one stays as it was."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._made:
            with suppress(OSError):
                self.path.unlink()

    def _seal(self, content: bytes) -> None:
        """Appends a record in place of whatever is behind the last sound one. Raises Failed LINKAGE_LOST."""
        assert self._file is not None, "the file is open"
        assert self._cipher is not None, "the file is open"
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, content, associated(self._header, self._number))
        record = RECORD.pack(len(sealed), self._number, nonce) + sealed
        try:
            self._file.cut(self._end)
            self._file.write_bytes(record)
        except (OSError, Failed):
            raise Failed("LINKAGE_LOST") from None
        self._number, self._end = self._number + 1, self._end + len(record)


def open_new(path: Path) -> BinaryIO:
    """Opens a file that is not there yet, for the user alone."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def read_header(file: BinaryIO, key: Key) -> bytes:
    """The header of a linkage file. Raises BadLinkage for another file or another key."""
    header = file.read(HEADER.size)
    check_header(header, key)
    return header


def read_rows(file: BinaryIO, header: bytes, key: Key, reading: Reading) -> Iterator[list[Row]]:
    """The rows of each record behind the header; what is wrong is noted in ``reading``."""
    from cryptography.exceptions import InvalidTag

    cipher, size = aes_gcm(sealing_key(key, header)), os.fstat(file.fileno()).st_size
    while file.tell() < size:
        start = file.read(RECORD.size)
        length, number, nonce = RECORD.unpack(start) if len(start) == RECORD.size else (size, 0, b"")
        if file.tell() + length > size:
            reading.torn = True
            return
        try:
            content = cipher.decrypt(nonce, file.read(length), associated(header, number))
        except InvalidTag:
            content = None
        yield reading.take(number, content)


def aes_gcm(key: bytes) -> AESGCM:
    """The cipher; its output is ciphertext and tag, as WebCrypto's is."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)
