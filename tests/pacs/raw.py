"""PDUs and commands byte by byte, as no library would send them."""

from __future__ import annotations

import socket
import struct

CT = b"1.2.840.10008.5.1.4.1.1.2"
VERIFICATION = b"1.2.840.10008.1.1"
C_STORE, C_ECHO = 0x0001, 0x0030
ACCEPTED, REJECTED, DATA, ABORTED = 2, 3, 4, 7
LAST, COMMAND = 2, 1
PATIENCE_SECONDS = 30


def item(kind: int, content: bytes) -> bytes:
    return struct.pack(">BBH", kind, 0, len(content)) + content


def pdu(kind: int, content: bytes) -> bytes:
    return struct.pack(">BBI", kind, 0, len(content)) + content


def request(called: bytes = b"GATEWAY") -> bytes:
    """A-ASSOCIATE-RQ: context 1 is CT in explicit VR little endian, 3 is verification."""
    body = struct.pack(">HH", 1, 0) + called.ljust(16) + b"PEER".ljust(16) + bytes(32)
    body += item(0x10, b"1.2.840.10008.3.1.1.1")
    for number, sop_class, syntax in ((1, CT, b"1.2.840.10008.1.2.1"), (3, VERIFICATION, b"1.2.840.10008.1.2")):
        body += item(0x20, bytes((number, 0, 0, 0)) + item(0x30, sop_class) + item(0x40, syntax))
    return pdu(1, body + item(0x50, item(0x51, struct.pack(">I", 131_072)) + item(0x52, b"1.2.3")))


def fragment(context: int, control: int, content: bytes) -> bytes:
    return pdu(DATA, struct.pack(">IBB", len(content) + 2, context, control) + content)


def command(kind: int, sop_class: bytes, uid: bytes = b"") -> bytes:
    """A command set of a request with a data set."""
    short = struct.Struct("<H").pack
    values = {2: sop_class, 0x100: short(kind), 0x110: short(1), 0x700: short(0), 0x800: short(0)}
    values |= {0x1000: uid} if uid else {}
    elements = b"".join(element(number, value) for number, value in values.items())
    return element(0, struct.pack("<I", len(elements))) + elements


def element(number: int, value: bytes) -> bytes:
    value += b"\0" * (len(value) % 2)
    return struct.pack("<HHI", 0, number, len(value)) + value


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)


def associated(port: int) -> socket.socket:
    peer = connected(port)
    peer.sendall(request())
    assert answer(peer) == ACCEPTED
    return peer


def answer(peer: socket.socket) -> int:
    """The kind of the next PDU; 0 at the end of the connection."""
    head = taken(peer, 6)
    if len(head) < 6:
        return 0
    taken(peer, struct.unpack(">I", head[2:])[0])
    return head[0]


def taken(peer: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size and (piece := peer.recv(size - len(found))):
        found += piece
    return found
