"""The short form of tests/bench/mutate.py: real files, damaged at random, end in an outcome and leak nothing."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[1] / "bench" / "mutate.py"
COUNT = 1_500


@pytest.mark.filterwarnings("ignore")
def test_damaged_files_end_in_an_outcome_and_leak_nothing() -> None:
    specification = importlib.util.spec_from_file_location("mutate", BENCH)
    assert specification
    assert specification.loader
    mutate = sys.modules["mutate"] = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(mutate)
    tally = mutate.mutate(COUNT, seed=3)
    assert tally.faults == [], tally.table()
    assert tally.outcomes.total() == COUNT
    assert len(tally.outcomes) >= 5
