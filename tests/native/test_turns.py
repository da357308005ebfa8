"""Turns of files: of equal SOP Instance UIDs the first in the pick has the plain name, however answers come."""

from __future__ import annotations

import random

from dicom_deid.native import turns
from dicom_deid.native.sources import Sources
from dicom_deid.native.turns import Turns

INSTANCES = [7, 8, 7, 0, 9, 8, 0, 7]
FIRSTS = [0, 1, 0, 3, 4, 1, 6, 0]


class Asked:
    """Fingerprints by number, with a list of those that were looked up."""

    def __init__(self, instances: list[int]) -> None:
        self._instances, self.numbers = instances, list[int]()

    def __call__(self, number: int) -> int:
        self.numbers.append(number)
        return self._instances[number]


def begun(look: Asked, count: int) -> Turns[str]:
    made = Turns[str](Sources(), look)
    for number in range(count):
        made.begin(number)
    return made


def test_answers_in_any_order_give_the_same_firsts_in_the_order_of_the_pick() -> None:
    for seed in range(50):
        order, look = list(range(len(INSTANCES))), Asked(INSTANCES)
        random.Random(seed).shuffle(order)
        waiting = begun(look, len(order))
        given = [turn for number in order for turn in waiting.answered(number, INSTANCES[number], f"{number}")]
        assert [(turn.number, turn.first, turn.answer) for turn in given] == [
            (number, first, f"{number}") for number, first in enumerate(FIRSTS)
        ]
        assert look.numbers == []


def test_one_that_takes_long_is_looked_up_and_holds_nothing_up() -> None:
    count = 3 * turns.MOST_WAITING
    instances = [1, 1, *range(2, count)]
    look = Asked(instances)
    waiting = begun(look, count)
    done = [turn for number in range(1, count) for turn in waiting.answered(number, instances[number], "")]
    assert look.numbers == [0]
    assert [turn.number for turn in done] == list(range(1, count))
    assert [turn.first for turn in done] == [0, *range(2, count)]  # that of the one that is still under way
    assert [*waiting.answered(0, 1, "late")] == [(0, 0, "late")]
