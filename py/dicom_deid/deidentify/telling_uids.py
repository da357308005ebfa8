"""UIDs that tell what no output may: a number of the patient or, beside shifted dates, a date.

Equipment makes UIDs of the date (…20240229101112…), of a counter that begins with it (…3000002402291011…) or of the
seconds since 1970 (…1709201472…); some archives make them of the Patient ID. The UID alone counts and never the object
it stands in, so all that refer to it agree. UIDs of the root 2.25 are random numbers without any meaning (PS3.5 B.2),
unless they are too short for that.
"""

from __future__ import annotations

import re

from dicom_deid.dicom.encoding import ascii_text
from dicom_deid.model import Item

NUMBERS_OF_PATIENT = (0x00100020, 0x00101000, 0x00080050, 0x00380010)
"""Patient ID, Other Patient IDs, Accession Number, Admission ID."""
DIGITS = re.compile(r"[1-9]\d{5,}")
"""A number that is in a UID by chance once in ten thousand times or less."""
YEAR, MONTH, DAY = r"(?:19[7-9]\d|20[0-4]\d)", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
MINUTE = r"(?:[01]\d|2[0-3])[0-5]\d"
"""Hour and minute."""
DATES = rf"(?:{YEAR}{MONTH}{DAY}|{DAY}{MONTH}{YEAR}|{MONTH}{DAY}{YEAR})"
COMPONENTS = (
    rf"{DATES}\d*",
    rf"(?=\d{{8,24}}\.)\d*{DATES}\d*",  # of longer numbers, one in fifty holds a date by chance
    rf"{YEAR}\.(?:0?[1-9]|1[0-2])\.(?:0?[1-9]|[12]\d|3[01])",
    rf"\d\d{MONTH}{DAY}{MINUTE}(?:[0-5]\d)?(?:\d{{3}})?",
    rf"\d\d{MONTH}{DAY}\.{MINUTE}[0-5]\d",
    rf"300000\d\d{MONTH}{DAY}{MINUTE}\d*",
    r"(?:6[3-9]\d|[7-9]\d\d|1\d{3})\d{6}(?:\d{3}){0,3}",  # seconds, or smaller units, since 1970: 1990 to 2033
    r"(?:6[23]|1[23])\d{16}",  # tenths of microseconds since the year 1 or 1601
)
RANDOM = re.compile(r"2\.25\.\d{30,}")
"""A UID made of a UUID: of a billion, one is shorter."""
MOMENT = re.compile(rf"(?<=\.)(?:{'|'.join(COMPONENTS)})(?=\.)")


def is_dated(uid: str) -> bool:
    """Whether a UID carries a date, as far as its digits show."""
    return not RANDOM.fullmatch(uid) and MOMENT.search(f"{uid}.") is not None


def numbers_of_patient(data: Item) -> frozenset[str]:
    """The numbers of a patient, of six digits or more, that a data set states."""
    found = (ascii_text(data.get(tag)) for tag in NUMBERS_OF_PATIENT)
    return frozenset(number for value in found if value for number in DIGITS.findall(value))
