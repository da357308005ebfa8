"""Kinds of attributes, by what their values tell of somebody."""

from __future__ import annotations

from enum import Enum, auto
from functools import lru_cache

from dicom_deid.deidentify.private import is_creator
from dicom_deid.dicom.encoding import registered, vr_of
from dicom_deid.profile import FREE_TEXT, SHORT_TEXT, judged, telling

TEXTS = FREE_TEXT | SHORT_TEXT


class Kind(Enum):
    """A kind of attribute."""

    NAME = auto()
    """Persons."""
    DAY = auto()
    WHOLE = auto()
    """The whole value identifies."""
    TEXT = auto()
    """Any other text."""
    OPAQUE = auto()
    """Not known to PS3.6: whatever can be read in it is text."""
    COMMON = auto()
    """A term that the standard, the maker or the object itself gives: it names nobody."""
    NONE = auto()
    """Nothing in it is searched for elsewhere."""


@lru_cache(8192)
def kind_of(tag: int, vr: str) -> Kind:
    """The kind of an attribute that is stored in this VR."""
    stands = vr_of(tag)
    if "PN" in (vr, stands):
        return Kind.NAME
    if {vr, stands} & {"DA", "DT"}:
        return Kind.NONE if tag in judged("vocabulary_dates") else Kind.DAY
    if tag in judged("whole_identifiers") or tag in telling():
        return Kind.WHOLE
    if is_creator(tag) or tag in judged("technical_labels") or (vr == "CS" and registered(tag)):
        return Kind.COMMON
    if not registered(tag):
        return Kind.OPAQUE if tag & 0xFFFF and vr != "AT" else Kind.NONE
    return Kind.TEXT if vr in TEXTS or (vr == "UN" and stands in TEXTS) else Kind.NONE
