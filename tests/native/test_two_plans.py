"""Two plans in two threads of one process, over the same files at the same time."""

from __future__ import annotations

import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from dicom_deid.model import Outcome
from dicom_deid.policy import Plan
from plans import KEPT, PLANS, files, kept, made

ROUNDS = 8


def test_plans_in_threads_make_what_each_makes_alone(capfd: pytest.CaptureFixture[str]) -> None:
    """Threads change every few microseconds, so that they meet in the middle of whatever they could share."""
    data = files() * 3
    alone = {name: made(plan(), data) for name, plan in PLANS.items()}
    meeting, interval = Barrier(len(PLANS)), sys.getswitchinterval()

    def work(plan: Plan) -> list[Outcome]:
        meeting.wait()
        return [outcome for one in data for outcome in made(plan, [one])]

    sys.setswitchinterval(1e-5)
    filters = list(warnings.filters)
    try:
        with ThreadPoolExecutor(len(PLANS)) as threads:
            for _ in range(ROUNDS):
                done = {name: threads.submit(work, plan()) for name, plan in PLANS.items()}
                together = {name: future.result() for name, future in done.items()}
                assert together == alone
                assert {name: kept(outcomes) for name, outcomes in together.items()} == KEPT
    finally:
        sys.setswitchinterval(interval)
    assert list(warnings.filters) == filters
    assert capfd.readouterr() == ("", ""), "a rule in Python prints, and nobody may read it"
