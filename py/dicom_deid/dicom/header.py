"""The header of a data element: its tag, VR and length, and where its value begins (PS3.5 7.1.2, 7.1.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dicom_deid.dicom.encoding import LONG_VRS, PAIR, U16, U32, VRS
from dicom_deid.model import Syntax

VR_NAMES = {name.encode(): name for name in VRS}
"""The two bytes of each VR -> its name."""


class Header(NamedTuple):
    """Tag, VR and length of an element. ``vr`` is "" where none is stored: in Implicit VR, for items and delimiters."""

    tag: int
    vr: str
    length: int
    value: int
    """Offset of the value."""


class Layout(NamedTuple):
    """The place of the length within a header, and the size of the header."""

    length: Callable[[bytes, int], tuple[int, ...]]
    """Reads the length, in one byte order."""
    at: int
    size: int


IMPLICIT = {little: Layout(U32[little].unpack_from, 4, 8) for little in (True, False)}
SHORT = {little: Layout(U16[little].unpack_from, 6, 8) for little in (True, False)}
LONG = {little: Layout(U32[little].unpack_from, 8, 12) for little in (True, False)}


def layout_of(vr: str, little: bool) -> Layout:
    """The layout of a header with this VR; "" stands for a header without one."""
    if not vr:
        return IMPLICIT[little]
    return (LONG if vr in LONG_VRS else SHORT)[little]


def read_header(buffer: bytes, at: int, syntax: Syntax) -> Header | None:
    """The header at an offset; None when it is cut off or its VR is not one of PS3.5."""
    if at + 8 > len(buffer):
        return None
    little = syntax.little
    group, number = PAIR[little].unpack_from(buffer, at)
    vr = ""
    if syntax.explicit and group != 0xFFFE:
        vr = VR_NAMES.get(buffer[at + 4 : at + 6], "")
        if not vr:
            return None
    length, offset, size = layout_of(vr, little)
    if at + size > len(buffer):
        return None
    return Header(group << 16 | number, vr, length(buffer, at + offset)[0], at + size)
