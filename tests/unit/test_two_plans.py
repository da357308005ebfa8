"""Two plans at work in one process: each makes of every file what it makes when it is alone."""

from __future__ import annotations

import pytest
from dicom_deid.explain import document, explain
from dicom_deid.key import Key
from dicom_deid.model import Outcome
from dicom_deid.policy import Plan, Policy
from made import SOURCE_ID, Stingy, ct, to_bytes
from plans import KEPT, PLANS, files, kept, made


@pytest.mark.parametrize("step", [1, 3])
def test_plans_that_take_turns_do_not_mix(step: int) -> None:
    """Over the same files, one after the other or three at a time: what one remembers is not the other's."""
    data = files()
    alone = {name: made(plan(), data) for name, plan in PLANS.items()}
    plans = {name: plan() for name, plan in PLANS.items()}
    together: dict[str, list[Outcome]] = {name: [] for name in PLANS}
    for at in range(0, len(data), step):
        for name, plan in plans.items():
            together[name] += made(plan, data[at : at + step])
    assert together == alone
    assert {name: kept(outcomes) for name, outcomes in together.items()} == KEPT


def test_a_plan_holds_no_element_of_another() -> None:
    first, second = (plan() for plan in list(PLANS.values())[:2])
    made(first, files())
    made(second, files())
    held = [set(map(id, plan.caches._held.values())) for plan in (first, second)]
    assert held[0]
    assert held[1]
    assert not held[0] & held[1]


def test_rules_of_the_same_number_are_told_apart_where_one_fails() -> None:
    plans = [Plan(Policy.read(f"[[python]]\ncode = '''{rule}'''"), Key(bytes(32))) for rule in (FAILING, OTHER)]
    for plan in plans:
        plan.load()
    data = to_bytes(ct())
    shown = [document(explain(Stingy(data), plan, SOURCE_ID), values=True)["traceback"] for plan in plans]
    assert "return 1 / 0" in shown[0]
    assert "return [][7]" in shown[1]


FAILING = "def rule(element, instance):\n    return 1 / 0\n"
OTHER = "def rule(element, instance):\n    return [][7]\n"
