"""A gateway at work: what comes to rest is de-identified, sent on and, when that is safe, its originals are deleted."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Thread
from typing import TYPE_CHECKING

from dicom_deid.errors import Failed, NoRun
from dicom_deid.native.run import Stop
from dicom_deid.pacs.gateway.batch import Runs
from dicom_deid.pacs.gateway.counts import Counts
from dicom_deid.pacs.gateway.health import Health, State
from dicom_deid.pacs.gateway.receiver import Door, Receiver
from dicom_deid.pacs.gateway.spool import TAKEN, WITHHELD, WRITTEN, Spool
from dicom_deid.pacs.ledger import NAME as LEDGER
from dicom_deid.wording import counted

if TYPE_CHECKING:
    from dicom_deid.pacs.destination import Destination

TICK = 0.2
"""Seconds between two looks at what has come to rest."""
AGAIN_SECONDS = 60.0
"""Before the next try where a run stopped or a destination did not confirm all; doubled up to the longest."""
LONGEST_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Settings:
    """What a gateway is given."""

    door: Door
    runs: Runs
    rest: float
    keep_free: int
    keep_originals: bool = False
    health: int | None = None
    destination: Destination | None = None
    tell: Callable[[str], None] = lambda _: None
    """Takes lines for the log, in which there is no identifier."""


@dataclass(slots=True)
class Turn:
    """When something that failed is tried again."""

    at: float = 0.0
    pause: float = AGAIN_SECONDS
    code: str = ""
    """Why it failed."""

    def is_now(self) -> bool:
        return time.monotonic() >= self.at

    def later(self, code: str) -> None:
        self.code = code
        self.at, self.pause = time.monotonic() + self.pause, min(2 * self.pause, LONGEST_SECONDS)


@dataclass(slots=True)
class Gateway:
    """A gateway whose spool is open. ``start`` lets it receive, ``serve`` works until ``stop`` says so."""

    settings: Settings
    stop: Stop = field(default_factory=Stop)
    counts: Counts = field(default_factory=Counts)
    receiver: Receiver = field(init=False)
    health: Health | None = None
    _run_turn: Turn = field(default_factory=Turn)
    _turns: dict[int, Turn] = field(default_factory=dict)
    """Run that is not confirmed -> when it is sent on again."""
    _handing_on: Thread | None = None

    @property
    def spool(self) -> Spool:
        return self.settings.runs.spool

    def start(self) -> None:
        """Begins to listen. Raises OSError where it cannot, PolicyError and NoRun for a run that was cut off."""
        settings = self.settings
        for number in self.spool.numbers(TAKEN):
            settings.runs.check(number)
        with ExitStack() as undo:
            if settings.health is not None:
                self.health = Health(settings.health, self.state, self.counts)
                undo.callback(self.health.end)
            self.receiver = Receiver(settings.door, self.spool, self.counts, settings.keep_free, self.stop)
            undo.pop_all()
        self._turns = {number: Turn() for number in self.spool.numbers(WRITTEN)}
        self.receiver.start()

    def serve(self) -> None:
        """Works until it is asked to stop; then what is on its way in comes to its end."""
        told = 0
        try:
            while not self.stop():
                if not self.work():
                    time.sleep(TICK)  # no Event: a signal's handler that sets one while it is waited for may hang
                    continue
                received = self.counts.total("received")
                if received != told:
                    self.settings.tell(f"received {received - told}, {self.spool.waiting()} waiting")
                    told = received
        finally:
            self.receiver.end()
            if self.health:
                self.health.end()
            self.spool.close()

    def work(self) -> bool:
        """Takes the next steps, if there are any to take: what is done goes first, so that the spool does not grow."""
        handed_on = False
        while not self.stop() and self._hand_on_due():
            handed_on = True
        return self._run_due() or handed_on

    def _hand_on_due(self) -> bool:
        """Hands on a run whose turn it is."""
        due = next((number for number, turn in list(self._turns.items()) if turn.is_now()), 0)
        if not due or (self._handing_on and self._handing_on.is_alive()):
            return False
        if self.settings.destination is None:
            self.hand_on(due)
        else:  # a destination may be slow, and what comes to rest meanwhile does not wait for it
            self._handing_on = Thread(target=self.hand_on, args=(due,), daemon=True)
            self._handing_on.start()
        return True

    def _run_due(self) -> bool:
        """Carries out a run, if there is one to begin or to go on with."""
        if not self._run_turn.is_now():
            return False
        try:
            number = self._next_run()
        except OSError:
            self._stopped("SPOOL_LOST")
            return False
        if number:
            self.run(number)
        return number > 0

    def _next_run(self) -> int:
        """The run to go on with, or that of what has come to rest; 0: there is nothing to do."""
        if taken := self.spool.numbers(TAKEN):
            return taken[0]
        studies = self.spool.at_rest(self.settings.rest)
        return self.spool.take(studies, self.settings.runs.next_number()) if studies else 0

    def run(self, number: int) -> None:
        """De-identifies what was taken for a run, up to its settling."""
        code = ""
        try:
            summary = self.settings.runs.carry_out(number, self.stop)
            code = str(summary.get("error", ""))
            if summary["end"] == "finished":
                ends = self.settings.runs.settle(number)
                self._tell_end(number, Counter(str(row["status"]) for row in ends.values()))
                self._run_turn, self._turns[number] = Turn(), Turn()
        except (Failed, NoRun) as failure:
            code = failure.reason
        except OSError:
            code = "SPOOL_LOST"
        except Exception:  # whatever somebody did to the run, the gateway goes on receiving
            code = "INTERNAL_ERROR"
        if code:
            self._stopped(code)

    def _stopped(self, code: str) -> None:
        """What comes to rest waits, until it is tried again."""
        self._run_turn.later(code)
        self.settings.tell(f"the run stopped: {code}")

    def _tell_end(self, number: int, ends: Counter[str]) -> None:
        self.counts.add("runs")
        for status, count in ends.items():
            self.counts.add(status, count)
        told = ", ".join(f"{count} {status}" for status, count in sorted(ends.items()))
        self.settings.tell(f"run {number:06}: {told}")
        if unwritten := ends.total() - ends["written"]:
            self.settings.tell(
                f"run {number:06}: {counted(unwritten, 'original stays', 'originals stay')} in withheld/"
            )

    def hand_on(self, number: int) -> None:
        """Sends a run on, where it is to be, and deletes the originals of all that is safe."""
        settings, turn = self.settings, self._turns[number]
        try:
            ends = settings.runs.ends(number, WRITTEN)
            rows = {path: row for path, row in ends.items() if row["status"] == "written"}
            self.spool.set_apart(number, WRITTEN, ends.keys() - rows)  # somebody rejected them in the run meanwhile
            if settings.destination is None:
                safe, code = list(rows), ""
                if (settings.runs.place(number) / LEDGER).exists():
                    settings.tell(f"run {number:06} was being sent on: without --forward its originals go, unconfirmed")
            else:
                from dicom_deid.pacs.gateway.forwarding import forward

                confirmed, code = forward(settings.runs.place(number), settings.destination)
                safe = [path for path, row in rows.items() if str(row["sop_instance_uid"]) in confirmed]
                self.counts.add("confirmed", len(safe))
            self.spool.finish(number, safe, keep=settings.keep_originals)
        except (Failed, NoRun) as failure:
            code = failure.reason
        except OSError:
            code = "SPOOL_LOST"
        except Exception:  # whatever a destination answers, the gateway goes on receiving
            code = "INTERNAL_ERROR"
        else:
            if len(safe) == len(rows):
                del self._turns[number]
        if number in self._turns:
            code = code or "PACS_NOT_KEPT"
            turn.later(code)
            settings.tell(f"run {number:06} is not confirmed yet: {code}")
        elif settings.destination:
            settings.tell(f"run {number:06}: {len(safe)} confirmed")

    def state(self) -> State:
        """How it is now."""
        spool = self.spool
        codes = {self.receiver.room(), self._run_turn.code, *(turn.code for turn in list(self._turns.values()))}
        try:
            free = spool.free()
            taken, unconfirmed, withheld = (len(spool.numbers(state)) for state in (TAKEN, WRITTEN, WITHHELD))
        except OSError:
            codes.add("SPOOL_LOST")
            free = taken = unconfirmed = withheld = 0
        associations = self.receiver.open_associations()
        return State(sorted(codes - {""}), spool.waiting(), taken, unconfirmed, withheld, free, associations)
