"""A gateway is killed, and once asked to end, while it receives and de-identifies: none is lost, each is done once."""

from pathlib import Path

from gateways import folder_of, instance
from killing import kill_under_load

KILLS, INSTANCES, STUDIES = 6, 240, 30


def test_killed_under_load(tmp_path: Path) -> None:
    contents = [instance(number, number * STUDIES // INSTANCES) for number in range(INSTANCES)]
    paths = sorted(folder_of(tmp_path / "sources", *contents).iterdir())
    statuses = kill_under_load(tmp_path, paths, KILLS, senders=2, seed=18, asked=2)
    assert set(statuses) <= {"0000", "no answer", "A700"}  # the last from one that is about to end
    assert statuses["0000"] == INSTANCES
