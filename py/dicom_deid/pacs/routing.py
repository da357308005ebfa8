"""What comes over an association goes to the place that waits for it piece by piece, never to a file of pynetdicom.

pynetdicom either collects a whole data set in memory or writes it to the folder for temporary files, where an original
would stay behind if the process ended. Here each data set of a C-STORE goes where ``Routing`` says, one that nobody
waits for is dropped as it comes, and any other message is bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple, Protocol

from dicom_deid.pacs.association import only_answers
from dicom_deid.pacs.messages import bounded
from dicom_deid.silence import NO_WARNINGS

if TYPE_CHECKING:
    from pynetdicom.association import Association
    from pynetdicom.dimse_messages import DIMSEMessage
    from pynetdicom.events import Event

MOST_ANSWER = 1024 * 1024
"""Bytes of a message that is no object."""
STORED, OUT_OF_RESOURCES, NOT_UNDERSTOOD, NOT_AUTHORISED = 0x0000, 0xA700, 0xC000, 0x0124
PREAMBLE = b"\0" * 128 + b"DICM"


class Place(Protocol):
    """The place of one instance that comes."""

    def write(self, data: bytes) -> None:
        """Takes the next bytes. It keeps them, or the reason why it does not; it raises nothing."""

    def end(self) -> str:
        """Everything has come: keeps the instance and returns "", or drops it and returns the code."""

    def drop(self) -> None:
        """It was cut off, or is not wanted any more: keeps nothing."""


class Routing(NamedTuple):
    """``place_for`` gives the place of an instance by its SOP Instance UID, or None where nobody waits for it."""

    place_for: Callable[[str], Place | None] = lambda _: None
    most: int = MOST_ANSWER


class Routed(BytesIO):
    """The data set of a message that comes."""

    def __init__(self, message: DIMSEMessage, association: Association, routing: Routing) -> None:
        super().__init__()
        self._message, self._association, self._routing = message, association, routing
        self._begun = False
        self.place: Place | None = None
        self.too_long = False

    def write(self, data: bytes, /) -> int:  # type: ignore[override]  # pynetdicom gives bytes
        from pynetdicom.dimse_messages import C_STORE_RQ

        if isinstance(self._message, C_STORE_RQ):
            if not self._begun:
                self._begin()
            if self.place:
                self.place.write(data)
        elif self.tell() + len(data) > self._routing.most:
            self.too_long = True
            self.truncate(0)
            self.seek(0)
        elif not self.too_long:
            super().write(data)
        return len(data)

    def _begin(self) -> None:
        """The command has come: by it the place of the object is found, and gets its file meta information."""
        self._begun = True
        command = self._message.command_set
        uid = str(command.get("AffectedSOPInstanceUID", ""))
        context = self._association._accepted_cx.get(self._message.context_id or 0)
        if context is not None and (place := self._routing.place_for(uid)):
            self.place = place
            place.write(meta(str(command.get("AffectedSOPClassUID", "")), uid, context.transfer_syntax[0]))


def meta(sop_class: str, uid: str, syntax: str) -> bytes:
    """Preamble and file meta information of an object (PS3.10 7.1), the same for the same object."""
    from pydicom.dataset import FileMetaDataset
    from pydicom.filebase import DicomBytesIO
    from pydicom.filewriter import write_file_meta_info
    from pydicom.uid import UID

    with NO_WARNINGS:  # a warning quotes a UID that is not sound
        made, file = FileMetaDataset(), DicomBytesIO()
        made.MediaStorageSOPClassUID, made.MediaStorageSOPInstanceUID = UID(sop_class), UID(uid)
        made.TransferSyntaxUID = UID(syntax)
        write_file_meta_info(file, made, enforce_standard=False)
    return PREAMBLE + file.getvalue()


def routed(association: Association, routing: Routing) -> None:
    """Lets all that comes over an association from now on go the way of ``routing``."""
    from pynetdicom import _config
    from pynetdicom.dimse import DIMSEServiceProvider
    from pynetdicom.dimse_messages import DIMSEMessage
    from pynetdicom.pdu_primitives import P_DATA

    _config.LOG_RESPONSE_IDENTIFIERS = False  # it would decode them by its own rules
    _config.STORE_RECV_CHUNKED_DATASET = False  # it makes the file in the folder for temporary ones

    class Provider(DIMSEServiceProvider):
        """The one of pynetdicom, whose messages have another place for their data sets."""

        def receive_primitive(self, primitive: P_DATA) -> None:
            if self.message is None:
                self.message = DIMSEMessage()
                self.message.data_set = Routed(self.message, association, routing)
            super().receive_primitive(primitive)

    association.dimse = Provider(association)
    bounded(association.dimse)
    if association.is_requestor:
        only_answers(association)


def on_store(event: Event) -> int:
    """Answers a C-STORE whose data set has come: handler of EVT_C_STORE."""
    data_set = getattr(event.request, "DataSet", None)
    if not isinstance(data_set, Routed) or data_set.place is None:
        return NOT_AUTHORISED
    code = data_set.place.end()
    return STORED if not code else OUT_OF_RESOURCES if code in RESOURCES else NOT_UNDERSTOOD


RESOURCES = frozenset(("OBJECT_TOO_LARGE", "OUTPUT_FULL", "OUTPUT_LOST", "WRITE_FAILED"))
"""Codes of places that could not keep what was sound."""
