"""Is a file DICOM, and where do its elements begin? worker/dicom/is-dicom.js has the same rule."""

from __future__ import annotations

from dicom_deid.dicom.encoding import ITEM, UNDEFINED
from dicom_deid.dicom.header import read_header
from dicom_deid.model import Syntax

EXPLICIT, IMPLICIT = Syntax(explicit=True, little=True), Syntax(explicit=False, little=True)
EXPLICIT_BIG = Syntax(explicit=True, little=False)
LOOK_BYTES = 4096
"""Bytes in which the second look has to find two elements."""
FIRST_TAGS = {0x00080000, 0x00080001, 0x00080005, 0x00080008, 0x00080012, 0x00080016, 0x00080018}
FIRST_TAGS |= {0x00020000, 0x00020001}
LOWEST, HIGHEST = 0x0008, 0x0070
"""The groups with which a data set begins that lacks its first elements."""
IMPLICIT_CHAIN = 4
"""Elements that have to follow each other where neither a VR nor the first tag tells."""
ARCHIVES = (b"PK\3\4", b"PK\5\6", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")
"""The first bytes of ZIP, of an empty one, of gzip, 7z and RAR."""
NO_INSTANCE = frozenset(("ARCHIVE", "EMPTY", "NOT_DICOM"))
"""Reasons of files that are not DICOM."""


def has_preamble(head: bytes) -> bool:
    """Whether "DICM" stands behind a preamble of 128 bytes (PS3.10 7.1)."""
    return head[128:132] == b"DICM"


def start_of(head: bytes, size: int) -> int | None:
    """The offset of the first element of a file of ``size`` bytes; None: it is not DICOM.

    Without file meta information behind it "DICM" may stand there by chance.
    """
    if has_preamble(head) and head[132:134] == b"\x02\0":
        return 132
    if looks_like_dicom(head, size):
        return 0
    return 132 if has_preamble(head) else None


def instead(head: bytes) -> str:
    """The reason of a file that is not DICOM, by its first bytes."""
    if not head:
        return "EMPTY"
    return "ARCHIVE" if head.startswith(ARCHIVES) else "NOT_DICOM"


def looks_like_dicom(head: bytes, size: int) -> bool:
    """The strict second look at a file without preamble: elements in order, the first one of those that come first."""
    head = head[:LOOK_BYTES]
    return any(begins_with_elements(head, size, syntax) for syntax in (EXPLICIT, IMPLICIT, EXPLICIT_BIG))


def begins_with_elements(head: bytes, size: int, syntax: Syntax) -> bool:
    """Whether so many elements stand at the start of a file, in increasing order, that it can be no chance."""
    first = element_at(head, 0, size, syntax)
    if first is None:
        return False
    tag, group = first[0], first[0] >> 16
    if tag in FIRST_TAGS or (syntax.explicit and group == 0x0002):
        wanted = 2
    elif LOWEST <= group <= HIGHEST and group % 2 == 0:
        wanted = 2 if syntax.explicit else IMPLICIT_CHAIN
    else:
        return False
    return chain(head, first, size, syntax, wanted) == wanted


def chain(head: bytes, element: tuple[int, int], size: int, syntax: Syntax, most: int) -> int:
    """How many elements follow each other in increasing order, up to ``most``; all of a file count as so many.

    So do those before a sequence of undefined length: its header and that of its first item are no chance.
    """
    count = 1
    while count < most:
        tag, end = element
        if end == UNDEFINED or (end == size and count > 1):
            return most
        following = element_at(head, end, size, syntax)
        if following is None or following[0] <= tag:
            return count
        element, count = following, count + 1
    return count


def element_at(head: bytes, at: int, size: int, syntax: Syntax) -> tuple[int, int] | None:
    """Tag of the element at ``at`` and the offset behind it, if it lies within the file.

    UNDEFINED in place of the offset: an item stands where the value of a sequence of undefined length begins.
    """
    found = read_header(head, at, syntax) if at + 12 <= len(head) else None
    if found is None or found.tag >> 16 == 0xFFFE:
        return None
    if found.length == UNDEFINED:
        item = read_header(head, found.value, syntax)
        return (found.tag, UNDEFINED) if item is not None and item.tag == ITEM else None
    end = found.value + found.length
    return None if end > size else (found.tag, end)
