"""Gateways that are killed under load: who sends to them, and what has to be there in the end."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import made
from dicom_deid.pacs.association import set_up
from gateways import PATIENCE_SECONDS, TITLE, Gateway, running, wait_for
from pydicom import dcmread
from pydicom.uid import ExplicitVRLittleEndian
from pynetdicom import AE

REST = ("--rest", "0.05")


class Sender:
    """A peer that sends each instance until it is acknowledged, and never again; by one association after another."""

    def __init__(self, port: int, paths: Sequence[Path]) -> None:
        self._port, self.waiting = port, list(paths)
        self.acknowledged: list[Path] = []
        self.statuses: Counter[int] = Counter()
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.go, daemon=True)

    def go(self, times: int = 0) -> None:
        """Opens associations until all is acknowledged, or so many ``times``."""
        tries = 0
        while self.waiting and not self.ended.is_set() and not (times and tries == times):
            tries += 1
            set_up()
            entity = AE(ae_title="SENDER")
            entity.connection_timeout = entity.acse_timeout = entity.dimse_timeout = 10
            entity.add_requested_context(made.CT, ExplicitVRLittleEndian)
            association = entity.associate("127.0.0.1", self._port, ae_title=TITLE)
            while association.is_established and self.waiting:
                answer = association.send_c_store(self.waiting[0])
                status = int(answer.Status) if "Status" in answer else -1
                self.statuses[status] += 1
                if status != 0:
                    break
                self.acknowledged.append(self.waiting.pop(0))
            if association.is_established:
                association.release()
            else:
                time.sleep(0.05)  # nobody listens: it is tried again

    def end(self) -> None:
        """Waits for the last acknowledgement."""
        self.thread.join(PATIENCE_SECONDS)
        self.ended.set()


def kill_under_load(
    folder: Path,
    paths: Sequence[Path],
    kills: int,
    senders: int,
    seed: int,
    tell: Callable[[str], None] = str,
    asked: int = -1,
) -> Counter[str]:
    """Sends instances to a gateway that is killed at random moments and started again; how often each status came.

    Each has to be there once in the end: one row, one output, no original. ``asked``: the number of the kill in whose
    place it is asked to end.
    """
    with running(folder, *REST) as gateway:
        return killed(gateway, paths, kills, senders, seed, tell, asked)


def killed(
    gateway: Gateway,
    paths: Sequence[Path],
    kills: int,
    senders: int,
    seed: int,
    tell: Callable[[str], None],
    asked: int,
) -> Counter[str]:
    peers = [Sender(gateway.port, paths[number::senders]) for number in range(senders)]
    for peer in peers:
        peer.thread.start()
    chance = random.Random(seed)
    for number in range(kills):
        goal = (number + 1) * len(paths) // (kills + 1)
        wait_for(lambda goal=goal: sum(len(peer.acknowledged) for peer in peers) >= goal)
        time.sleep(chance.random() / 5)  # any moment will do
        if number == asked:
            assert gateway.end() == 0
        else:
            gateway.kill()
        tell(f"kill {number + 1}: {sum(len(peer.acknowledged) for peer in peers)} acknowledged, {stand(gateway)}")
        gateway.start(*REST)
    for peer in peers:
        peer.end()
    gateway.settled(len(paths))
    assert gateway.end() == 0
    check(gateway, len(paths))
    assert not [path for peer in peers for path in peer.waiting]
    return Counter(
        f"{status:04X}" if status >= 0 else "no answer" for peer in peers for status in peer.statuses.elements()
    )


def stand(gateway: Gateway) -> str:
    """How many originals are in which state."""
    states = Counter(path.relative_to(gateway.spool).parts[0] for path in gateway.originals())
    half = len(list((gateway.spool / "incoming").iterdir()))
    return (
        ", ".join(f"{count} {state}" for state, count in sorted({**states, "incoming": half}.items()) if count) or "-"
    )


def check(gateway: Gateway, instances: int) -> None:
    """Each instance has one row and one output, and no original is left."""
    rows = gateway.rows()
    for run in gateway.runs():
        run.check()
    assert len(rows) == instances
    assert {row["status"] for row in rows} == {"written"}
    written = [path for run in gateway.runs() for path in (run.root / "out").rglob("*") if path.is_file()]
    uids = {str(dcmread(path, stop_before_pixels=True).SOPInstanceUID) for path in written}
    assert len(written) == len(uids) == instances
    assert not gateway.originals()
    assert not list((gateway.spool / "incoming").iterdir())
