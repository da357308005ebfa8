"""UIDs that tell what no output may: a number of the patient or, beside shifted dates, a date.

Equipment makes UIDs of the date (…20240229101112…, …2024060…), of a counter that begins with it (…3000002402291011…)
or of the seconds since 1970 (…1709201472…); there the UID alone counts and never the object it stands in, so all that
refer to it agree. Some archives make them of the Patient ID or the Accession Number: of these, the objects that state
the number agree. UIDs of the root 2.25 are random numbers without any meaning (PS3.5 B.2), unless they are too short.
"""

from __future__ import annotations

import re

from dicom_deid.deidentify.identifiers import days
from dicom_deid.deidentify.identifiers.numbers import numbers_in
from dicom_deid.dicom.encoding import ascii_text
from dicom_deid.model import Item
from dicom_deid.profile import judged

PATIENT_ID, BIRTH_DATE, REQUESTS = 0x00100020, 0x00100030, 0x00400275
STEPS = frozenset((0x00400009, 0x00400253))
"""Scheduled and Performed Procedure Step ID: often the time at which a series began."""
LEAST, LONG = 6, 8
"""Digits of a number that is in a UID by chance once in ten thousand times, and of one that is hardly ever."""
YEAR, MONTH, DAY = r"(?:19[7-9]\d|20[0-4]\d)", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
OF_YEAR = r"(?:00[1-9]|0[1-9]\d|[12]\d\d|3[0-5]\d|36[0-6])"
"""The number of a day in its year (ISO 8601): 2024123."""
MINUTE = r"(?:[01]\d|2[0-3])[0-5]\d"
"""Hour and minute."""
DATES = rf"(?:{YEAR}{MONTH}{DAY}|{DAY}{MONTH}{YEAR}|{MONTH}{DAY}{YEAR})"
COMPONENTS = (
    rf"{DATES}\d*",
    rf"(?=\d{{8,24}}\.)\d*{DATES}\d*",  # of longer numbers, one in fifty holds a date by chance
    rf"{YEAR}{OF_YEAR}(?:{MINUTE}(?:[0-5]\d)?)?",
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


def numbers_of_patient(data: Item, identifiers: frozenset[str], retained: frozenset[int]) -> frozenset[str]:
    """The numbers of six digits or more that no retained UID may hold: those among the identifiers, and the birth date.

    ``retained``: attributes that stay as they are, so that a UID tells nothing more.
    Other days stay in UIDs, and so do numbers of devices and of procedure steps: most equipment makes its UIDs of them,
    and they are not the same in all instances of a study, which would lose their link.
    """
    stated = {one for one in identifiers if one.isascii() and one.isdigit() and not days.DAY.fullmatch(one)}
    stated = {one.lstrip("0") for one in stated}.difference(*map(numbers_in, others(data)))
    if PATIENT_ID not in retained:
        identity = ascii_text(data.get(PATIENT_ID))
        stated |= numbers_in(identity) | {re.sub(r"[^0-9]", "", identity).lstrip("0")}
    if BIRTH_DATE not in retained:
        for day in days.days_of(ascii_text(data.get(BIRTH_DATE)).encode("latin-1")):
            stated.update(days.turned(day))
    return frozenset(one for one in stated if len(one) >= LEAST)


def others(data: Item) -> list[str]:
    """The numbers of devices and of procedure steps that a data set states."""
    kinds = judged("devices") | STEPS
    requests = data.get(REQUESTS)
    items = (data, *((requests.items if requests is not None else None) or ()))
    found = (ascii_text(element) for item in items for element in item if element.tag in kinds)
    return [value for text in found for value in text.split("\\")]


def holds_number(uid: str, numbers: frozenset[str]) -> bool:
    """Whether one of the numbers stands in a UID: a long one also over several components, or in a random UID."""
    if not numbers:
        return False
    joined, random = uid.replace(".", ""), RANDOM.fullmatch(uid) is not None
    return any(number in joined if len(number) >= LONG else number in uid and not random for number in numbers)
