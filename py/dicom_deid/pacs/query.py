"""What can be asked of a PACS: attributes, levels, and a query with at least one key that narrows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

from dicom_deid.errors import PacsFailure

Level = Literal["study", "series", "instance"]
Keys = Mapping[str, str]
"""Keyword -> value, as DICOM matches it: ``*`` and ``?`` in texts, ``-`` in ranges of dates."""
LONGEST = 64
"""Letters of LO and of a UID, the longest that is asked for (PS3.5 6.2)."""
RETRIEVABLE = re.compile(r"[0-9A-Za-z_-][0-9A-Za-z._-]{0,63}")
"""UIDs that are asked for: sound ones, and the unsound ones that mean nothing else in a URL or in DIMSE."""
DAY = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")
BLANK_KEY = re.compile(r"[*?\s]*")


class Attribute(NamedTuple):
    """An attribute that a PACS is asked for."""

    keyword: str
    tag: int
    vr: str

    @property
    def number(self) -> str:
        """The element as eight hexadecimal digits, as DICOM JSON has it."""
        return f"{self.tag:08X}"


ATTRIBUTES: dict[Level, tuple[Attribute, ...]] = {
    "study": (
        Attribute("StudyDate", 0x00080020, "DA"),
        Attribute("PatientID", 0x00100020, "LO"),
        Attribute("PatientName", 0x00100010, "PN"),
        Attribute("AccessionNumber", 0x00080050, "SH"),
        Attribute("ModalitiesInStudy", 0x00080061, "CS"),
        Attribute("StudyDescription", 0x00081030, "LO"),
        Attribute("NumberOfStudyRelatedSeries", 0x00201206, "IS"),
        Attribute("NumberOfStudyRelatedInstances", 0x00201208, "IS"),
        Attribute("StudyInstanceUID", 0x0020000D, "UI"),
    ),
    "series": (
        Attribute("Modality", 0x00080060, "CS"),
        Attribute("SeriesNumber", 0x00200011, "IS"),
        Attribute("SeriesDescription", 0x0008103E, "LO"),
        Attribute("NumberOfSeriesRelatedInstances", 0x00201209, "IS"),
        Attribute("StudyInstanceUID", 0x0020000D, "UI"),
        Attribute("SeriesInstanceUID", 0x0020000E, "UI"),
    ),
    "instance": (
        Attribute("SOPClassUID", 0x00080016, "UI"),
        Attribute("SOPInstanceUID", 0x00080018, "UI"),
        Attribute("StudyInstanceUID", 0x0020000D, "UI"),
        Attribute("SeriesInstanceUID", 0x0020000E, "UI"),
    ),
}
"""What is asked for at each level, in the order in which it is shown."""
UNIQUE: dict[Level, str] = {"study": "StudyInstanceUID", "series": "SeriesInstanceUID", "instance": "SOPInstanceUID"}
KEYED = {one.keyword: one for attributes in ATTRIBUTES.values() for one in attributes}


class Query(NamedTuple):
    """What is asked: the keys of the study and, at the level of series, those of the series."""

    level: Level
    study: dict[str, str]
    series: dict[str, str]


def query(
    level: Level,
    *,
    patient_id: str = "",
    name: str = "",
    dates: str = "",
    modality: str = "",
    accession: str = "",
    study: str = "",
    series: str = "",
) -> Query:
    """A query of what somebody typed. Raises PacsFailure QUERY_EMPTY, QUERY_VALUE."""
    given = {
        "PatientID": patient_id,
        "PatientName": name,
        "StudyDate": day_range(dates) if dates else "",
        "AccessionNumber": accession,
        "ModalitiesInStudy": modality,
        "StudyInstanceUID": study,
    }
    of_series = {"Modality": modality, "SeriesInstanceUID": series} if level == "series" else {}
    if any(not is_value(value) for value in (*given.values(), *of_series.values())):
        raise PacsFailure("QUERY_VALUE")
    for uid in (study, series):
        if uid and not RETRIEVABLE.fullmatch(uid):
            raise PacsFailure("QUERY_VALUE")
    if all(BLANK_KEY.fullmatch(value) for value in (*given.values(), series)):
        raise PacsFailure("QUERY_EMPTY")
    return Query(level, set_ones(given), set_ones(of_series))


def set_ones(keys: Keys) -> dict[str, str]:
    return {keyword: value for keyword, value in keys.items() if value}


def is_value(value: str) -> bool:
    """Whether a text can be the value of one key: a backslash would make several of it."""
    return len(value) <= LONGEST and value.isprintable() and "\\" not in value


def day_range(text: str) -> str:
    """A day, or a range with ``..`` whose ends may be open, as DICOM writes it. Raises PacsFailure QUERY_VALUE."""
    first, dots, last = text.partition("..")
    days = [re.sub(DAY, r"\1\2\3", day) for day in (first, last)]
    if any(day and not re.fullmatch(r"\d{8}", day) for day in days) or not any(days):
        raise PacsFailure("QUERY_VALUE")
    if all(days) and days[0] > days[1]:  # a PACS would find nothing, and not say why
        raise PacsFailure("QUERY_VALUE")
    return "-".join(days) if dots else days[0]
