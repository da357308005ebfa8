"""The link between the new header of an instance and the original one, read from both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicom_deid.deidentify.character_set import decode, encodings_of
from dicom_deid.dicom.encoding import ascii_text
from dicom_deid.model import Item, Link

if TYPE_CHECKING:
    from dicom_deid.deidentify import Deidentifier

PATIENT_ID = 0x00100020
UIDS = (0x0020000D, 0x0020000E, 0x00080018)
"""Of study, series and instance."""


def link(done: Deidentifier, new: Item) -> Link:
    """The link of an instance. It states what the two headers have, whichever rule brought it about."""
    old = done.instance.data
    shifted = done.counts.dates_shifted or done.plan.dates == "MODIFIED"
    study, series, instance = ((ascii_text(old.get(tag)), ascii_text(new.get(tag))) for tag in UIDS)
    return Link(
        (text(old, PATIENT_ID), text(new, PATIENT_ID)),
        study,
        series,
        ("" if "\0" in done.instance.sop_instance else done.instance.sop_instance, instance[1]),
        done.weeks if shifted else 0,
        tuple((uid, done.key.uid(uid)) for uid in sorted(done.remapped)),
    )


def text(item: Item, tag: int) -> str:
    """The value of an element with a character set."""
    element = item.get(tag)
    return "" if element is None else decode(element, encodings_of(item, ("iso8859",))).strip()
