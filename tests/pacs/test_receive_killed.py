"""The gateway is killed while it receives and de-identifies: nothing is lost, nothing doubled, each done once."""

import random
import time
from pathlib import Path

from gateways import Gateway, Sender, folder_of, instance, wait_for
from pydicom import dcmread

KILLS, INSTANCES, STUDIES = 5, 300, 30


def test_killed_under_load(tmp_path: Path) -> None:
    contents = [instance(number, number * STUDIES // INSTANCES) for number in range(INSTANCES)]
    paths = sorted(folder_of(tmp_path / "sources", *contents).iterdir())
    gateway = Gateway(tmp_path).start("--rest", "0.05")
    senders = [Sender(gateway.port, paths[number::2]) for number in range(2)]
    for sender in senders:
        sender.thread.start()
    chance = random.Random(18)
    for number in range(KILLS):
        goal = (number + 1) * INSTANCES // (KILLS + 2)
        wait_for(lambda goal=goal: sum(len(sender.acknowledged) for sender in senders) >= goal)
        time.sleep(chance.random() / 10)  # any moment will do
        gateway.kill()
        gateway.start("--rest", "0.05")
    for sender in senders:
        sender.end()
        assert not sender.waiting
        assert set(sender.statuses) <= {0, -1}
    gateway.settled(INSTANCES)
    assert gateway.end() == 0
    rows = gateway.rows()
    for run in gateway.runs():
        run.check()
    assert len(rows) == INSTANCES
    assert {row["status"] for row in rows} == {"written"}
    written = [path for run in gateway.runs() for path in (run.root / "out").rglob("*") if path.is_file()]
    uids = {str(dcmread(path, stop_before_pixels=True).SOPInstanceUID) for path in written}
    assert len(written) == len(uids) == INSTANCES
    assert not gateway.originals()
    assert not list((gateway.spool / "incoming").iterdir())
