"""Finds studies and series in a PACS, level by level, and lists their instances; by DICOMweb or by DIMSE."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import NamedTuple, Protocol

from dicom_deid.errors import PacsFailure
from dicom_deid.pacs.answers import Row
from dicom_deid.pacs.destination import Destination
from dicom_deid.pacs.instance import Instance
from dicom_deid.pacs.query import RETRIEVABLE, UNIQUE, Keys, Level, Query

USUAL_LIMIT, MOST = 100, 10_000
"""Studies or series that one query returns: if nothing is said, and at most."""
MOST_INSTANCES = 500_000
"""That one command fetches."""


class Finder(Protocol):
    """A PACS that can be asked."""

    def ask(self, level: Level, keys: Keys, limit: int) -> Iterator[Row]:
        """The answers, each once and no more than ``limit``. Raises PacsFailure."""


class Found(NamedTuple):
    """What a query returned; ``more``: there is more than was asked for."""

    rows: list[Row]
    more: bool


class Listed(NamedTuple):
    """The instances of what was found. ``short``: series of which fewer are listed than the PACS says that it has."""

    instances: list[Instance]
    short: int


@contextmanager
def finder(destination: Destination) -> Iterator[Finder]:
    """Opens a PACS for questions. Raises PacsFailure."""
    if destination.is_web:
        from dicom_deid.pacs.dicomweb import Client
        from dicom_deid.pacs.qido import Qido

        with Client(destination) as client:
            yield Qido(client)
    else:
        from dicom_deid.pacs.association import associated
        from dicom_deid.pacs.cfind import Cfind, contexts
        from dicom_deid.pacs.routing import MOST_ANSWER, Routing, routed

        with associated(destination, contexts()) as association:
            routed(association, Routing(most=MOST_ANSWER))
            yield Cfind(association)


def find(pacs: Finder, asked: Query, limit: int) -> Found:
    """The studies or series of a query. Raises PacsFailure.

    Series are asked for study by study, as every PACS can answer; without any key of a study, for those of all.
    """
    rows = list(islice(matches(pacs, asked, limit + 1), limit + 1))
    return Found(rows[:limit], len(rows) > limit)


def matches(pacs: Finder, asked: Query, limit: int) -> Iterator[Row]:
    """The answers to a query, those of series with what is known of their study."""
    if asked.level == "study":
        yield from pacs.ask("study", asked.study, limit)
        return
    if not asked.study.keys() - {"ModalitiesInStudy"}:
        yield from pacs.ask("series", asked.series, limit)
        return
    for study in list(pacs.ask("study", asked.study, limit)):
        uid = study[UNIQUE["study"]]
        if RETRIEVABLE.fullmatch(uid):
            for series in pacs.ask("series", {UNIQUE["study"]: uid, **asked.series}, limit):
                yield study | series | {UNIQUE["study"]: uid}


def listed(pacs: Finder, rows: Iterable[Row], level: Level) -> Listed:
    """The instances of the studies or series that were found, in the order of their paths.

    Raises PacsFailure QUERY_TOO_WIDE where they are too many.
    """
    found: dict[str, Instance] = {}
    short = 0
    for row in list(rows):  # one question at a time
        for series in [row] if level == "series" else series_of(pacs, row):
            before = len(found)
            for instance in instances_of(pacs, series, MOST_INSTANCES + 1 - before):
                found.setdefault(instance.path, instance)
            if len(found) > MOST_INSTANCES:
                raise PacsFailure("QUERY_TOO_WIDE")
            said = series.get("NumberOfSeriesRelatedInstances", "")
            short += said.isdecimal() and len(said) <= len(str(MOST_INSTANCES)) and int(said) > len(found) - before
    return Listed(sorted(found.values(), key=lambda instance: instance.order), short)


def series_of(pacs: Finder, study: Row) -> list[Row]:
    """All series of a study. Raises PacsFailure."""
    uid = study[UNIQUE["study"]]
    if not RETRIEVABLE.fullmatch(uid):
        raise PacsFailure("PACS_UID")
    rows = list(pacs.ask("series", {UNIQUE["study"]: uid}, MOST + 1))
    if len(rows) > MOST:
        raise PacsFailure("QUERY_TOO_WIDE")
    return [study | row | {UNIQUE["study"]: uid} for row in rows]


def instances_of(pacs: Finder, series: Row, limit: int) -> Iterator[Instance]:
    """The instances of a series. One whose UID cannot be asked for is listed with the reason. Raises PacsFailure."""
    study, own = series[UNIQUE["study"]], series[UNIQUE["series"]]
    if not (RETRIEVABLE.fullmatch(study) and RETRIEVABLE.fullmatch(own)):
        raise PacsFailure("PACS_UID")
    patient = series.get("PatientID", "")
    for row in pacs.ask("instance", {UNIQUE["study"]: study, UNIQUE["series"]: own}, limit):
        uid = row[UNIQUE["instance"]]
        reason = "" if RETRIEVABLE.fullmatch(uid) else "PACS_UID"
        yield Instance(study, own, uid, row["SOPClassUID"], patient, reason)
