"""C-STORE from a file straight onto the connection of an association, and its answer (PS3.7 9.1.1, PS3.8 9.3.5).

pynetdicom makes an object of each of the 33 PDUs of 512 KiB and passes it to another thread, and looks for the answer a
thousand times a second. It negotiates the association and ends it; meanwhile its threads rest. Where TLS is spoken it
does all: a connection of OpenSSL is not for two threads.
"""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path
from struct import Struct
from struct import error as StructError  # noqa: N812 - it is an exception
from typing import TYPE_CHECKING, BinaryIO

from dicom_deid.errors import PacsFailure

if TYPE_CHECKING:
    from pynetdicom.association import Association

    from dicom_deid.pacs.outgoing import Outgoing

PDU = Struct(">BxIIBB")
"""Type, length, length of the one PDV in it, presentation context, message control header."""
HEAD, FRAGMENT = Struct(">BxI"), Struct(">I")
P_DATA, COMMAND, LAST = 4, 1, 2
BESIDE = 6
"""Bytes of a PDU beside its fragment, as its length counts them."""
AT_ONCE = 1024 * 1024
"""Bytes of a file that are in memory."""
META_LENGTH = b"\x02\x00\x00\x00UL\x04\x00"
"""File Meta Information Group Length (0002,0000), which stands behind the prefix."""
META_AT = 132
ELEMENT, SHORT, LONG = Struct("<HHI"), Struct("<H"), Struct("<I")
C_STORE_RQ, MEDIUM, HAS_DATA_SET = 1, 0, 1
RESPONDED_TO, STATUS = 0x0120, 0x0900
LONGEST_ANSWER = 64 * 1024
"""Bytes of a PDU that answers."""
PAUSE_SECONDS, RESTING_SECONDS = 0.0005, 0.05
"""Of a look whether pynetdicom's threads rest, and of these between two looks whether they may go on."""


class Stream:
    """The connection of one association, for as long as it is open."""

    def __init__(self, association: Association) -> None:
        wrapped = association.dul.socket
        if wrapped is None or wrapped.socket is None:
            raise PacsFailure("PACS_LOST")
        self._association, self._number = association, 0
        # One of its own: the other thread closes its own at any moment, and the number of that may be given anew.
        self._connection: socket.socket = wrapped.socket.dup()
        longest = association.dimse.maximum_pdu_size
        self._most = min(longest or AT_ONCE, AT_ONCE) - BESIDE
        self._busy_seconds = association.dul._run_loop_delay
        self._rest()

    def _rest(self) -> None:
        """Lets the threads of pynetdicom rest, which would take the answers away."""
        association, resting = self._association, threading.Event()

        def nothing() -> bool:
            resting.set()
            return False

        association._reactor_checkpoint.clear()
        association.dul._is_transport_event = nothing  # type: ignore[method-assign]
        while not (association._is_paused and resting.is_set()) and association.dul.is_alive():
            time.sleep(PAUSE_SECONDS)
        association.dul._run_loop_delay = RESTING_SECONDS

    def _wake(self) -> None:
        """Gives the association back, which can be released or aborted then."""
        dul = self._association.dul
        dul._run_loop_delay = self._busy_seconds
        vars(dul).pop("_is_transport_event", None)
        dul._idle_timer.restart()  # it has not seen what came meanwhile
        self._association._reactor_checkpoint.set()

    def store(self, one: Outgoing) -> int | None:
        """The status that the PACS answered; None where the association broke off, or no answer came in time.

        Raises PacsFailure where the file cannot be read, ValueError where it has no presentation context.
        """
        context = context_of(self._association, one)
        self._number = self._number % 0xFFFF + 1
        try:
            self._send(command_set(one, self._number), context, COMMAND)
            self._send_data_set(one, context)
            answer = elements_of(self._answer())
        except (OSError, StructError):
            answer = {}
        if answer.get(RESPONDED_TO) != self._number or STATUS not in answer:
            self._abort()
            return None
        return answer[STATUS]

    def _abort(self) -> None:
        self._wake()
        self._association.abort()

    def _answer(self) -> bytes:
        """The command set of the next message, which has no data set. Raises OSError for anything else that comes."""
        command = b""
        while True:
            kind, length = HEAD.unpack(self._take(HEAD.size))
            if kind != P_DATA or length > LONGEST_ANSWER:
                raise ConnectionAbortedError
            values = self._take(length)
            while values:
                if len(values) < BESIDE:
                    raise ConnectionAbortedError
                size = FRAGMENT.unpack_from(values)[0]
                control, fragment, values = values[5], values[6 : 4 + size], values[4 + size :]
                if size < 2 or not control & COMMAND or len(command) > LONGEST_ANSWER:
                    raise ConnectionAbortedError
                command += fragment
                if control & LAST:
                    return command

    def _take(self, size: int) -> bytes:
        """So many bytes of the connection. Raises OSError where they do not come."""
        data = bytearray()
        while len(data) < size:
            piece = self._connection.recv(size - len(data))
            if not piece:
                raise ConnectionResetError
            data += piece
        return bytes(data)

    def _send_data_set(self, one: Outgoing, context: int) -> None:
        with opened(one.path) as file:
            left = one.size - file.seek(data_set_at(file.read(META_AT + 12)))
            while left:
                piece = file.read(min(left, self._most * max(1, AT_ONCE // self._most)))
                if not piece:
                    self._abort()
                    raise PacsFailure("OUTPUT_CHANGED")
                left -= len(piece)
                self._send(piece, context, 0, is_last=not left)

    def _send(self, data: bytes, context: int, kind: int, *, is_last: bool = True) -> None:
        """Sends a part of a message in PDUs."""
        parts, view = list[bytes | memoryview](), memoryview(data)
        for start in range(0, len(data), self._most):
            fragment = view[start : start + self._most]
            is_end = is_last and start + self._most >= len(data)
            parts += [PDU.pack(P_DATA, len(fragment) + 6, len(fragment) + 2, context, kind | LAST * is_end), fragment]
        self._connection.sendall(b"".join(parts))

    def close(self) -> None:
        self._wake()
        self._connection.close()


def opened(path: Path) -> BinaryIO:
    """A file to read. Raises PacsFailure."""
    try:
        return path.open("rb")
    except OSError:
        raise PacsFailure("OUTPUT_MISSING") from None


def data_set_at(head: bytes) -> int:
    """Where the data set of a file begins. Raises PacsFailure for a file of which that is not known."""
    if head[META_AT : META_AT + 8] != META_LENGTH:
        raise PacsFailure("OUTPUT_CHANGED")
    return META_AT + 12 + int(LONG.unpack_from(head, META_AT + 8)[0])


def context_of(association: Association, one: Outgoing) -> int:
    """The presentation context for an instance. Raises ValueError where none was accepted."""
    for context in association.accepted_contexts:
        if context.abstract_syntax == one.sop_class and context.transfer_syntax[0] == one.transfer_syntax:
            return context.context_id or 0
    raise ValueError


def command_set(one: Outgoing, number: int) -> bytes:
    """The command C-STORE-RQ (PS3.7 9.3.1.1), in implicit VR little endian."""
    elements = b"".join((
        element(0x0002, uid_value(one.sop_class)),
        element(0x0100, SHORT.pack(C_STORE_RQ)),
        element(0x0110, SHORT.pack(number)),
        element(0x0700, SHORT.pack(MEDIUM)),
        element(0x0800, SHORT.pack(HAS_DATA_SET)),
        element(0x1000, uid_value(one.sop_instance)),
    ))  # fmt: skip
    return element(0x0000, LONG.pack(len(elements))) + elements


def elements_of(command: bytes) -> dict[int, int]:
    """The values of two bytes of a command set, by element. Raises StructError for one that is cut off."""
    found, at = dict[int, int](), 0
    while at < len(command):
        group, number, length = ELEMENT.unpack_from(command, at)
        if group == 0 and length == SHORT.size:
            found[number] = SHORT.unpack_from(command, at + ELEMENT.size)[0]
        at += ELEMENT.size + length
    return found


def element(number: int, value: bytes) -> bytes:
    return ELEMENT.pack(0, number, len(value)) + value


def uid_value(text: str) -> bytes:
    """A UID as a value, of even length."""
    return text.encode("ascii") + b"\0" * (len(text) % 2)
