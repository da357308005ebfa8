"""The entry of one instance in an index: its series, and the description of patient, study and series."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import NamedTuple

from pydicom.charset import convert_encodings, decode_bytes
from pydicom.datadict import tag_for_keyword

from dicom_deid.dicom.encoding import ascii_text, vr_of
from dicom_deid.index.order import Place, place_of
from dicom_deid.model import Element, Item
from dicom_deid.patient import identity
from dicom_deid.silence import NO_WARNINGS

ATTRIBUTES = {
    "patient_id": "PatientID",
    "patient_name": "PatientName",
    "patient_birth_date": "PatientBirthDate",
    "patient_sex": "PatientSex",
    "study_instance_uid": "StudyInstanceUID",
    "study_date": "StudyDate",
    "study_time": "StudyTime",
    "study_id": "StudyID",
    "study_description": "StudyDescription",
    "accession_number": "AccessionNumber",
    "institution_name": "InstitutionName",
    "series_instance_uid": "SeriesInstanceUID",
    "series_number": "SeriesNumber",
    "series_date": "SeriesDate",
    "series_time": "SeriesTime",
    "series_description": "SeriesDescription",
    "protocol_name": "ProtocolName",
    "modality": "Modality",
    "body_part": "BodyPartExamined",
    "manufacturer": "Manufacturer",
    "model_name": "ManufacturerModelName",
    "sop_class_uid": "SOPClassUID",
    "rows": "Rows",
    "columns": "Columns",
}
"""Column -> keyword of the attribute that it comes from (PS3.3 C.7.1 to C.7.3, C.7.6.3)."""
FIELDS = tuple(ATTRIBUTES)
NUMBERS = {"series_number", "rows", "columns"}
TAGS = {name: int(tag_for_keyword(keyword) or 0) for name, keyword in ATTRIBUTES.items()}
CHARACTER_SET, NUMBER_OF_FRAMES = 0x00080005, 0x00280008
INSTANCE_NUMBER, IMAGE_POSITION, IMAGE_ORIENTATION = 0x00200013, 0x00200032, 0x00200037
LONGEST = 256
"""Characters of a value that are kept: no attribute of ATTRIBUTES may be longer (PS3.5 6.2)."""
TEXT_VRS = ("PN", "LO", "SH")
REMEMBERED = 1024


class Entry(NamedTuple):
    """One instance. ``key`` is its SeriesKey; ``fields`` are in the order of FIELDS."""

    key: str
    frames: int
    fields: tuple[str | int, ...]
    place: Place = Place()
    patient: str = ""
    """The identity of the patient, of which a pseudonym is made (patient.py)."""


def entry(data: Item, *, has_pixels: bool, little: bool = True) -> Entry:
    """The entry of a data set; ``has_pixels``: it has pixel data, so one frame at least."""
    with NO_WARNINGS:  # they quote values
        encodings = encodings_of(ascii_text(data.get(CHARACTER_SET)))
        fields = tuple(
            whole_number(data.get(tag), little) if name in NUMBERS else text(data.get(tag), encodings)
            for name, tag in TAGS.items()
        )
        patient = identity(data, "")
    named = dict(zip(FIELDS, fields, strict=True))
    frames = whole_number(data.get(NUMBER_OF_FRAMES), little) if has_pixels else 0
    series = str(named["series_instance_uid"]) or f"{named['study_instance_uid']}{named['series_number']}"
    number = whole_number(data.get(INSTANCE_NUMBER), little)
    place = place_of(number, decimals(data.get(IMAGE_POSITION)), decimals(data.get(IMAGE_ORIENTATION)))
    return Entry(series_key(series), max(frames, int(has_pixels)), fields, place, patient)


def series_key(series: str) -> str:
    """SHA-1 of the Series Instance UID, or of Study Instance UID and Series Number where there is none."""
    return hashlib.sha1(series.encode("utf-8"), usedforsecurity=False).hexdigest()


@lru_cache(REMEMBERED)
def encodings_of(character_set: str) -> tuple[str, ...]:
    """Python's names of what Specific Character Set says (PS3.5 6.1.2)."""
    try:
        found = convert_encodings(character_set.split("\\"))
    except (LookupError, ValueError):
        found = ["iso8859"]
    return (found,) if isinstance(found, str) else tuple(found)


def text(element: Element | None, encodings: tuple[str, ...]) -> str:
    """A value as text: groups of a person name and several values with a space between."""
    if element is None or element.items is not None:
        return ""
    if element.vr not in TEXT_VRS and vr_of(element.tag) not in TEXT_VRS:
        return ascii_text(element)[:LONGEST]
    return decoded(element.value, encodings)


@lru_cache(REMEMBERED)
def decoded(value: bytes, encodings: tuple[str, ...]) -> str:
    """A value of a VR with character sets; those of a series are the same from file to file."""
    try:
        text = decode_bytes(value, list(encodings), {0x0D, 0x0A, 0x09, 0x0C, 0x5C, 0x5E, 0x3D})
    except (LookupError, ValueError):
        text = value.decode("latin-1")
    return " ".join(text.replace("\\", " ").replace("=", " ").replace("\0", " ").split())[:LONGEST]


def whole_number(element: Element | None, little: bool) -> int:
    """A number of VR IS or US; 0 where there is none."""
    if element is None or element.items is not None:
        return 0
    if vr_of(element.tag) == "US":
        return int.from_bytes(element.value[:2], "little" if little else "big")
    digits = ascii_text(element).split("\\")[0].strip()
    return int(digits) if digits.removeprefix("-").isdecimal() and len(digits) < 12 else 0


def decimals(element: Element | None) -> list[float]:
    """The numbers of a value of VR DS; none where it holds something else."""
    if element is None or element.items is not None:
        return []
    try:
        return [float(number) for number in ascii_text(element).split("\\")]
    except ValueError:
        return []
