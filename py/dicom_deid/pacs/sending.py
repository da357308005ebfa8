"""Sending of a run: what the PACS has already is asked, the rest is sent in batches, and then it is asked again.

An instance counts when the PACS says by itself that it has it. One that is refused never ends the others; what would
befall each of them ends the sending, which goes on where it was when it is started again.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from typing import Protocol

from dicom_deid.errors import PacsFailure
from dicom_deid.native.display import Display
from dicom_deid.pacs.batch import Batch, batches
from dicom_deid.pacs.destination import Destination
from dicom_deid.pacs.ledger import Ledger, State
from dicom_deid.pacs.outgoing import Outgoing, Run, difference
from dicom_deid.pacs.presence import Presence, presence
from dicom_deid.pacs.result import Result

WAITS = (1.0, 2.0, 4.0, 8.0)
"""Seconds before a PACS that has gone is tried once more; behind the last one it has gone."""
PASSING = ("PACS_UNREACHABLE", "PACS_LOST", "PACS_SLOW")
SETTLING = (0.5, 1.0, 2.0)
"""Seconds in which a PACS may still be busy with what it acknowledged; once for a whole sending."""
MOST_SOUGHT = 1000
"""Instances that are looked for one by one, also in other studies, when they are not listed where they belong."""


class Way(Protocol):
    """How batches go out."""

    def send(self, batch: Batch) -> Iterable[Result]:
        """What came of each instance. Raises PacsFailure where no other one would fare better."""


@dataclass
class Summary:
    """What became of the written outputs of a run."""

    confirmed: int = 0
    """The PACS has them."""
    before: int = 0
    """Of these, confirmed by an earlier sending, and not asked for again."""
    sent: int = 0
    """Acknowledged, and not confirmed."""
    refused: Counter[str] = field(default_factory=Counter)
    stopped: Counter[str] = field(default_factory=Counter)
    """Not sent, since they are not what may go out."""
    left: int = 0
    """Not sent, since the sending came to an end before."""
    error: str = ""
    """Why it did, or why nothing could be confirmed."""

    @property
    def is_whole(self) -> bool:
        """Whether the PACS has all that was written."""
        return not (self.sent or self.refused or self.stopped or self.left or self.error)


class Sending:
    """One sending of a run to a destination."""

    def __init__(self, run: Run, destination: Destination, ledger: Ledger, display: Display) -> None:
        self._run, self._destination, self._ledger, self._display = run, destination, ledger, display
        self._summary, self._sent = Summary(), list[Outgoing]()
        self._waiting = deque[Batch]()
        self._turn, self._stop = threading.Lock(), threading.Event()
        self._error: BaseException | None = None
        self._reached = False
        """Whether anything came of an instance yet: one whose address is wrong is not waited for."""
        self._settling, self._settled_files, self._seeking = list(SETTLING), 0, MOST_SOUGHT

    def go(self) -> Summary:
        """Sends. Raises SinkFailure where the ledger cannot be written."""
        summary = self._summary
        summary.stopped.update(reason for _, reason in self._run.stopped)
        pending = [one for one in self._run.instances if not self._is_confirmed(one)]
        summary.before = summary.confirmed = len(self._run.instances) - len(pending)
        self._display.listed(len(pending), sum(one.size for one in pending))
        if not pending:
            return summary
        try:
            if not self._ledger.is_new:
                pending = self._not_there(pending)
            self._waiting.extend(batches(pending, by_pairs=not self._destination.is_web))
            self._send()
            self._confirm()
        except PacsFailure as failure:
            summary.error = summary.error or failure.code
        summary.sent = len(self._sent) - self._settled_files
        stopped = summary.stopped.total() - len(self._run.stopped)
        summary.left = len(self._run.instances) - summary.confirmed - summary.sent - summary.refused.total() - stopped
        return summary

    def _is_confirmed(self, one: Outgoing) -> bool:
        last = self._ledger.known.get(one.sop_instance)
        return last is not None and last.state == "confirmed"

    def _not_there(self, pending: Sequence[Outgoing]) -> list[Outgoing]:
        """Those that the PACS does not have yet: an earlier sending was cut off. Where it cannot be asked, all."""
        missing = list[Outgoing]()
        with presence(self._destination) as asked:
            for ones in by_series(pending):
                there = self._asked(asked, ones)
                if there is None:
                    return list(pending)
                found = [one for one in ones if one.sop_instance in there]
                self._confirmed(found)
                self._display.advanced(len(found), sum(one.size for one in found))
                missing += [one for one in ones if one.sop_instance not in there]
        return missing

    @staticmethod
    def _asked(asked: Presence, ones: Sequence[Outgoing]) -> set[str] | None:
        """What is there of a series; None where the PACS cannot be asked such a thing."""
        try:
            return asked.there(ones[0].study, ones[0].series, {one.sop_instance for one in ones})
        except PacsFailure as failure:
            if failure.code in ("PACS_NOT_OFFERED", "PACS_REFUSED"):
                return None
            raise

    def _send(self) -> None:
        """Empties the queue of batches, as far as it goes. Raises what ended it."""
        while self._waiting:
            before = len(self._waiting)
            failures = self._round(min(self._destination.associations, before))
            if self._error:
                raise self._error
            if len(self._waiting) >= before and failures:
                raise failures[-1]

    def _round(self, workers: int) -> list[PacsFailure]:
        """Lets so many workers go until there is no batch left, or none of them comes any further."""
        failures = list[PacsFailure]()
        threads = [threading.Thread(target=self._work, args=(failures,), daemon=True) for _ in range(workers)]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        finally:
            self._stop.set()  # after Ctrl-C: what is under way comes to its end
            for thread in threads:
                thread.join()
            self._stop.clear()
        return failures

    def _work(self, failures: list[PacsFailure]) -> None:
        tries = 0
        try:
            while self._waiting and not self._stop.is_set():
                try:
                    with way(self._destination) as chosen, self._ahead() as ahead:
                        for batch in ahead:
                            self._one(chosen, batch)
                            tries = 0
                except PacsFailure as failure:
                    if failure.code not in PASSING or tries == len(WAITS) or not self._reached:
                        failures.append(failure)
                        return
                    self._stop.wait(WAITS[tries])
                    tries += 1
        except BaseException as error:
            self._error = error
            self._stop.set()

    @contextmanager
    def _ahead(self) -> Iterator[Iterator[Batch]]:
        """Batches whose files are as they should be: each is looked at while the one before it is sent."""
        with ThreadPoolExecutor(1) as looking:
            upcoming = looking.submit(self._next)

            def ahead() -> Iterator[Batch]:
                nonlocal upcoming
                while batch := upcoming.result():
                    upcoming = looking.submit(self._next)
                    yield batch

            try:
                yield ahead()
            finally:
                if batch := upcoming.result():
                    self._again(batch)

    def _next(self) -> Batch | None:
        """The next batch, without the files that may not go out."""
        while not self._stop.is_set():
            with self._turn:
                if not self._waiting:
                    return None
                batch = self._waiting.popleft()
            sound = list[Outgoing]()
            for one in batch.instances:
                if reason := difference(one):
                    self._done(one, self._summary.stopped, reason)
                else:
                    sound.append(one)
            if sound:
                return batch._replace(instances=sound)
        return None

    def _again(self, batch: Batch) -> None:
        with self._turn:
            self._waiting.appendleft(batch)

    def _one(self, chosen: Way, batch: Batch) -> None:
        """Sends a batch; what is not done of it when it fails waits again."""
        open_ones = {one.sop_instance: one for one in batch.instances}
        rows = list[tuple[str, State, str]]()
        try:
            for result in chosen.send(batch):
                one = open_ones.pop(result.instance.sop_instance)
                rows.append((one.sop_instance, result.state, result.code))
                self._done(one, self._summary.refused if result.state == "refused" else None, result.code)
        finally:
            if open_ones:
                self._again(batch._replace(instances=list(open_ones.values())))
            self._ledger.write(rows)

    def _done(self, one: Outgoing, counted: Counter[str] | None, code: str) -> None:
        with self._turn:
            self._reached = True
            if counted is None:
                self._sent.append(one)
            else:
                counted[code] += 1
            self._display.advanced(1, one.size)

    def _confirm(self) -> None:
        """Asks the PACS for what it acknowledged. Raises PacsFailure where it cannot be asked."""
        with presence(self._destination) as asked:
            for ones in by_series(sorted(self._sent, key=lambda one: (one.study, one.series))):
                there = self._settled(asked, ones)
                found = [one for one in ones if one.sop_instance in there]
                missing = [one for one in ones if one.sop_instance not in there]
                self._confirmed(found)
                self._missing(asked, missing)
                self._settled_files += len(ones)

    def _settled(self, asked: Presence, ones: Sequence[Outgoing]) -> set[str]:
        """What is there of a series, after some waiting if not all of it is."""
        while True:
            there = self._asked(asked, ones)
            if there is None:
                raise PacsFailure("PACS_CANNOT_CONFIRM")
            if not self._settling or all(one.sop_instance in there for one in ones):
                return there
            self._stop.wait(self._settling.pop(0))

    def _confirmed(self, found: Iterable[Outgoing]) -> None:
        rows: list[tuple[str, State, str]] = [(one.sop_instance, "confirmed", "") for one in found]
        self._ledger.write(rows)
        self._summary.confirmed += len(rows)

    def _missing(self, asked: Presence, missing: Sequence[Outgoing]) -> None:
        """Acknowledged and not listed: the PACS has it all the same, or in another study, or has not kept it."""
        rows, found = list[tuple[str, State, str]](), list[Outgoing]()
        for one in missing:
            is_sought = self._seeking > 0
            self._seeking -= 1
            if is_sought and asked.has(one.study, one.series, one.sop_instance):
                found.append(one)
                continue
            is_elsewhere = is_sought and asked.elsewhere(one.sop_instance)
            rows.append((one.sop_instance, "refused", "PACS_OTHER_STUDY" if is_elsewhere else "PACS_NOT_KEPT"))
        self._confirmed(found)
        self._ledger.write(rows)
        self._summary.refused.update(code for _, _, code in rows)


def way(destination: Destination) -> AbstractContextManager[Way]:
    """The way to a destination."""
    if destination.is_web:
        from dicom_deid.pacs.stow import Stow

        return Stow(destination)
    from dicom_deid.pacs.store import Store

    return Store(destination)


def by_series(instances: Iterable[Outgoing]) -> Iterator[list[Outgoing]]:
    """Instances that are in the order of their series, series by series."""
    for _, ones in groupby(instances, key=lambda one: (one.study, one.series)):
        yield list(ones)
