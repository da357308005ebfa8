"""Peeks at the SOP Instance UID in the first bytes of a file. worker/dicom/peek.js has the same rule.

A peek decides which of two files with the same SOP Instance UID is the repeat. It believes little and never raises: a
value that it cannot find is "".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dicom_deid.dicom.encoding import ITEM, ITEM_END, PAIR, SEQUENCE_END, UNDEFINED
from dicom_deid.dicom.header import Header, read_header
from dicom_deid.model import Syntax

LONG_LOOK_BYTES = 64 * 1024
"""Bytes read when the first ones end before the UIDs: long sequences can stand before them."""
DEFLATED = "1.2.840.10008.1.2.1.99"
MEDIA_STORAGE_SOP_INSTANCE_UID, TRANSFER_SYNTAX_UID, SOP_INSTANCE_UID = 0x00020003, 0x00020010, 0x00080018
SERIES_INSTANCE_UID = 0x0020000E
"""The last element of interest: the page also shows the modality, the study and the series. Here the first ends it."""
LONGEST_VALUE = 128
"""Bytes of the longest value that is believed: a UID has 64."""
DEEPEST = 32
"""Sequences within sequences that are followed, no deeper."""
EXPLICIT, IMPLICIT = Syntax(explicit=True, little=True), Syntax(explicit=False, little=True)
WHITE = "\t\n\v\f\r \xa0"
"""The characters that JavaScript's trim() takes off a text of single bytes."""


class Peek(NamedTuple):
    """The UID that was found; ``short``: the bytes ended first, so that more of them may hold it."""

    sop_instance: str
    short: bool


def peek(head: bytes, start: int) -> Peek:
    """The SOP Instance UID in the first bytes of a file whose elements begin at ``start``."""
    found: dict[int, str] = {}
    meta_syntax = EXPLICIT if read_header(head, start, EXPLICIT) else IMPLICIT
    wanted = frozenset((MEDIA_STORAGE_SOP_INSTANCE_UID, TRANSFER_SYNTAX_UID))
    meta = collect(head, start, meta_syntax, wanted, lambda tag: tag >= 0x00030000, found)
    short = meta is None
    if meta is not None and found.get(TRANSFER_SYNTAX_UID) != DEFLATED:
        wanted, syntax = frozenset((SOP_INSTANCE_UID,)), guess_syntax(head, meta)

        def past(tag: int) -> bool:
            return SOP_INSTANCE_UID in found or tag > SERIES_INSTANCE_UID

        short = collect(head, meta, syntax, wanted, past, found) is None
    return Peek(found.get(SOP_INSTANCE_UID) or found.get(MEDIA_STORAGE_SOP_INSTANCE_UID) or "", short)


def collect(
    head: bytes, at: int, syntax: Syntax, wanted: frozenset[int], past: Callable[[int], bool], found: dict[int, str]
) -> int | None:
    """Walks elements up to the first that is ``past``, and says where it is; None: the bytes ended or make no sense."""
    while True:
        # Group 0002 is little endian whatever follows it: the end of file meta shows in the group alone.
        if past(tag_at(head, at, syntax.little)):
            return at
        header = read_header(head, at, syntax)
        if header is None:
            return None
        if header.tag in wanted and header.length <= LONGEST_VALUE:
            value = head[header.value : header.value + header.length]
            found[header.tag] = value.decode("latin-1").replace("\0", " ").strip(WHITE)
        behind = skip_value(head, header, syntax, 0)
        if behind is None:
            return None
        at = behind


def tag_at(head: bytes, at: int, little: bool) -> int:
    """The tag at an offset; 0 where the bytes end."""
    if at + 4 > len(head):
        return 0
    group, number = PAIR[little].unpack_from(head, at)
    return int(group << 16 | number)


def skip_value(head: bytes, header: Header, syntax: Syntax, depth: int) -> int | None:
    """The offset behind a value; one of undefined length is walked item by item."""
    if header.length != UNDEFINED:
        return header.value + header.length
    if depth > DEEPEST:
        return None
    inner = IMPLICIT if header.vr == "UN" else syntax  # PS3.5 6.2.2 note 2
    end, at = ITEM_END if header.tag == ITEM else SEQUENCE_END, header.value
    while True:
        following = read_header(head, at, inner)
        if following is None:
            return None
        if following.tag == end:
            return following.value
        behind = skip_value(head, following, inner, depth + 1)
        if behind is None:
            return None
        at = behind


def guess_syntax(head: bytes, at: int) -> Syntax:
    """The data set's encoding as its first element shows, whatever the Transfer Syntax UID says."""
    if at + 2 > len(head):
        return EXPLICIT
    little = int.from_bytes(head[at : at + 2], "little") <= int.from_bytes(head[at : at + 2], "big")
    explicit = Syntax(explicit=True, little=little)
    return explicit if read_header(head, at, explicit) else Syntax(explicit=False, little=little)
