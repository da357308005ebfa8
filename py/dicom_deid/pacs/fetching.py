"""Fetches instances into a folder of originals: series by series, and what came short once more, one by one."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from typing import NamedTuple

from dicom_deid.errors import PacsFailure, SinkFailure
from dicom_deid.pacs.arriving import AGAIN, Arrivals, code_of
from dicom_deid.pacs.instance import Instance
from dicom_deid.pacs.originals import Originals
from dicom_deid.pacs.retrieving import Retriever
from dicom_deid.source_and_sink import ORIGIN_LOST

FOR_THE_FOLDER = frozenset(("OUTPUT_FULL", "OUTPUT_LOST"))
PAUSES = (0.5, 2.0)
"""Seconds before an instance is asked for a second and a third time."""
PATIENCE = 3
"""After so many instances in a row that did not come, each further one is asked for once."""


class Outcome(NamedTuple):
    """What became of an instance: ``fetched``, ``present`` before, or ``failed`` for a reason."""

    instance: Instance
    status: str
    reason: str = ""


class Fetching:
    """One command's work into one folder."""

    def __init__(
        self,
        pacs: Retriever,
        folder: Originals,
        stopped: Callable[[], bool],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._pacs, self._folder, self._stopped, self._sleep = pacs, folder, stopped, sleep
        self._in_vain = 0
        """Instances in a row that did not come."""
        self.unasked = 0
        """Objects that the PACS sent and nobody had asked for: none of them was kept."""

    def outcomes(self, instances: Sequence[Instance]) -> Iterator[Outcome]:
        """What became of each, as it is known; of those after a stop nothing. Raises PacsFailure, SinkFailure."""
        for _, group in groupby(instances, lambda instance: (instance.study, instance.series)):
            if self._stopped():
                return
            yield from self._series(list(group))

    def _series(self, instances: list[Instance]) -> Iterator[Outcome]:
        wanted = []
        for instance in instances:
            if instance.reason:
                yield Outcome(instance, "failed", instance.reason)
            elif self._folder.has(instance):
                yield Outcome(instance, "present")
            else:
                wanted.append(instance)
        arrivals = Arrivals(wanted, self._folder.place)
        try:
            # A series of which most is here already is not sent again as a whole.
            if len(wanted) > 1 and 2 * len(wanted) >= len(instances):
                self._whole(wanted, arrivals)
            for instance in wanted:
                code = arrivals.codes.get(instance.uid, "PACS_NOT_SENT")
                if code in AGAIN:
                    if self._stopped():
                        return
                    code = self._alone(instance, arrivals)
                self._folder.settle()
                yield Outcome(instance, "failed" if code else "fetched", code)
        finally:
            self.unasked += arrivals.unasked
            self._folder.settle()

    def _whole(self, wanted: list[Instance], arrivals: Arrivals) -> None:
        """Asks for the series; whatever it ends with, what did not come is asked for alone."""
        try:
            with suppress(PacsFailure):
                self._pacs.series(wanted, arrivals.place_for)
        finally:
            arrivals.drop_open()
        self._check_folder(arrivals)

    def _alone(self, instance: Instance, arrivals: Arrivals) -> str:
        """Asks for one instance, and returns "" or the code. Raises PacsFailure where no other would come either."""
        pauses = PAUSES if self._in_vain < PATIENCE else ()
        for pause in (*pauses, None):
            code = "PACS_NOT_SENT"
            try:
                self._pacs.some((instance,), arrivals.place_for)
            except PacsFailure as failure:
                code = code_of(failure)
                if code in ORIGIN_LOST and pause is None:
                    raise
            finally:
                arrivals.drop_open()
            self._check_folder(arrivals)
            code = arrivals.codes.get(instance.uid, code)
            if code not in AGAIN | ORIGIN_LOST or pause is None or self._stopped():
                break
            self._sleep(pause)
        self._in_vain = self._in_vain + 1 if code in AGAIN else 0
        return code

    def _check_folder(self, arrivals: Arrivals) -> None:
        """Raises SinkFailure where the folder takes nothing any more."""
        for code in arrivals.codes.values():
            if code in FOR_THE_FOLDER:
                raise SinkFailure(code)


def counts(outcomes: Sequence[Outcome]) -> Counter[tuple[str, str]]:
    """How many instances met each outcome."""
    return Counter((outcome.status, outcome.reason) for outcome in outcomes)
