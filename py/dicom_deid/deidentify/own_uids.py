"""The UIDs of an object itself, of study, series and instance; where it lacks one, a text that stands for it.

Such a text is the same for all instances of a study or series, as far as other attributes tell that they are of one.
The key makes UIDs of it as of any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dicom_deid.deidentify.markers import put
from dicom_deid.dicom.encoding import ascii_text, first_uid
from dicom_deid.model import Element, Instance, Item

STUDY, SERIES, SOP_INSTANCE, SOP_CLASS = 0x0020000D, 0x0020000E, 0x00080018, 0x00080016
OF_PATIENT = (0x00100020, 0x00100021, 0x00100010, 0x00100030)
"""Patient ID, its issuer, Patient's Name and Birth Date."""
OF_STUDY = (0x00080020, 0x00080030, 0x00200010, 0x00080050)
"""Study Date, Study Time, Study ID, Accession Number."""
OF_SERIES = (0x00080060, 0x00200011, 0x00080021, 0x00080031, 0x0008103E, 0x00181030)
"""Modality, Series Number, Series Date, Series Time, Series Description, Protocol Name."""


class OwnUids(NamedTuple):
    """Original UIDs, or what stands for them; "" of a study and series to which the object does not belong."""

    study: str
    series: str
    instance: str


def own_uids(instance: Instance) -> OwnUids:
    """The UIDs of an instance itself."""
    data, name = instance.data, instance.sop_instance
    study, series = first_uid(data.get(STUDY)), first_uid(data.get(SERIES))
    if (study and series) or not (study or series or is_of_patient(data)):
        return OwnUids(study, series, name)
    study = study or stand_in("study", data, (*OF_PATIENT, *OF_STUDY)) or f"study of\0{series or name}"
    series = series or f"series of\0{study}\0" + stand_in("series", data, OF_SERIES)
    return OwnUids(study, series, name)


def is_of_patient(data: Item) -> bool:
    """Whether the object is one of a patient; a hanging protocol, for instance, is of no patient, study or series."""
    return any(data.get(tag) is not None for tag in (*OF_PATIENT, *OF_STUDY, STUDY, SERIES, OF_SERIES[0]))


def stand_in(kind: str, data: Item, tags: tuple[int, ...]) -> str:
    """A text made of the values of some attributes; "" where they have none."""
    values = [ascii_text(data.get(tag)) for tag in tags]
    return "\0".join((kind, *values)) if any(values) else ""


def complete(data: Item, new: Sequence[str], sop_class: str) -> None:
    """Puts the new UIDs of an object in where it has none, or several: they are of Type 1 and single.

    What has another SOP Class than that is withheld.
    """
    for tag, uid in zip((STUDY, SERIES, SOP_INSTANCE, SOP_CLASS), (*new, sop_class), strict=True):
        now = ascii_text(data.get(tag))
        if uid.isascii() and uid and (not now or "\\" in now):
            put(data, Element(tag, "UI", uid.encode("ascii")))
