"""An instance that a PACS lists, the path that it has here, and whether bytes are those of this instance."""

from __future__ import annotations

import hashlib
import re
import zlib
from typing import NamedTuple

from dicom_deid.deidentify.character_set import CHARACTER_SET
from dicom_deid.dicom.header import read_header
from dicom_deid.dicom.is_dicom import start_of
from dicom_deid.dicom.peek import (
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    SERIES_INSTANCE_UID,
    SOP_INSTANCE_UID,
    TRANSFER_SYNTAX_UID,
    collect,
    guess_syntax,
)
from dicom_deid.model import Element
from dicom_deid.pacs.answers import text_of

UID = re.compile(r"(?=.{1,64}\Z)(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))+")
"""PS3.5 9.1."""
STUDY_INSTANCE_UID, PATIENT_ID = 0x0020000D, 0x00100020
IDENTITY = frozenset((CHARACTER_SET, SOP_INSTANCE_UID, PATIENT_ID, STUDY_INSTANCE_UID, SERIES_INSTANCE_UID))
LOOK_BYTES = 64 * 1024
"""Bytes in which the identity of an instance has to stand."""


class Instance(NamedTuple):
    """An instance that is asked for."""

    study: str
    series: str
    uid: str
    sop_class: str = ""
    patient: str = ""
    """The Patient ID that the PACS says its study has; "" where it says none."""
    reason: str = ""
    """The code for which it is not even asked for, or ""."""

    @property
    def path(self) -> str:
        """Where it lies, below a folder of originals."""
        return f"{name_of(self.study)}/{name_of(self.series)}/{name_of(self.uid)}.dcm"

    @property
    def order(self) -> list[bytes]:
        """What puts instances into the order that a folder of them is walked in (native/pick.py)."""
        return [part.encode("utf-16-be") for part in self.path.split("/")]


def name_of(uid: str) -> str:
    """A UID as a name of files; what is no valid UID gets one of its digest, so that it can mean nothing else."""
    if UID.fullmatch(uid):
        return uid
    return f"x-{hashlib.blake2b(uid.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}"


def objection(wanted: Instance, head: bytes, size: int) -> str:
    """The code for which what came is not the instance that was asked for, by its own header; "" where it is."""
    start = start_of(head, size)
    found = {} if start is None else identity(head, start)
    uids = tuple(found.get(tag, "") for tag in (STUDY_INSTANCE_UID, SERIES_INSTANCE_UID, SOP_INSTANCE_UID))
    if not all(uids):
        return "PACS_NO_INSTANCE"
    if uids != (wanted.study, wanted.series, wanted.uid):
        return "PACS_OTHER_INSTANCE"
    character_set, patient = (found.get(tag, "").encode("latin-1") for tag in (CHARACTER_SET, PATIENT_ID))
    is_same = are_same(text_of(character_set, Element(PATIENT_ID, "LO", patient)), wanted.patient)
    return "" if is_same or not wanted.patient else "PACS_OTHER_PATIENT"


def are_same(one: str, other: str) -> bool:
    """Whether two texts of a PACS say the same: many answer in a character set that lacks letters of the object."""
    if one == other or (one.isascii() and other.isascii()):
        return one == other
    plain = ("".join(letter for letter in text if letter.isascii() and letter != "?") for text in (one, other))
    return next(plain) == next(plain)


def identity(head: bytes, start: int) -> dict[int, str]:
    """What a header says of who and what an instance is, in single bytes; nothing is believed of one that is torn."""
    found: dict[int, str] = {}
    syntax = EXPLICIT if read_header(head, start, EXPLICIT) else IMPLICIT
    wanted = frozenset((TRANSFER_SYNTAX_UID,))
    at = collect(head, start, syntax, wanted, lambda tag: tag >= 0x00030000, found)
    if at is None:
        return {}
    if found.get(TRANSFER_SYNTAX_UID) == DEFLATED:
        try:
            head, at = zlib.decompressobj(-zlib.MAX_WBITS).decompress(head[at:], LOOK_BYTES), 0
        except zlib.error:
            return {}
    collect(head, at, guess_syntax(head, at), IDENTITY, lambda tag: tag > SERIES_INSTANCE_UID, found)
    return found


def uid_in(head: bytes) -> str:
    """The SOP Instance UID in the first bytes of what came, or ""."""
    start = start_of(head, len(head))
    return "" if start is None else identity(head, start).get(SOP_INSTANCE_UID, "")
