"""Checksums of national numbers, by rules of the table: for plans under which python-stdnum is not loaded."""

from __future__ import annotations

import re
from functools import cache

LUHN, LETTERS, NEVER = "luhn ", "letters ", "never"
DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
"""The sum of the digits of twice a digit."""
FIRST = str.maketrans("XYZ", "012")


def holds(number: str, rule: str) -> bool:
    """Whether a number follows a rule.

    A rule is "never"; "luhn" with the number of its last digits; "letters" with those of which the remainder chooses
    the last one; or a modulus, perhaps with a remainder ("11=1"), and the weights of all digits, several such separated
    by ";".
    """
    if rule == NEVER:
        return False
    if rule.startswith(LUHN):
        digits = [int(digit) for digit in re.sub(r"\D", "", number)][-int(rule.removeprefix(LUHN)) :]
        return (sum(digits[-1::-2]) + sum(DOUBLED[digit] for digit in digits[-2::-2])) % 10 == 0
    if rule.startswith(LETTERS):
        letters = rule.removeprefix(LETTERS)
        body = re.sub(r"\D", "", number[:1].translate(FIRST) + number[1:-1])
        return number[-1] == letters[int(body) % len(letters)]
    return all(is_weighed(re.sub(r"[^\dX]", "", number), *weights(one)) for one in rule.split(";"))


def is_weighed(digits: str, modulus: int, remainder: int, by: tuple[int, ...]) -> bool:
    """Whether the weighted sum of the digits (X is ten) leaves this remainder."""
    if len(digits) != len(by):
        return False
    values = (10 if digit == "X" else int(digit) for digit in digits)
    return sum(value * weight for value, weight in zip(values, by, strict=True)) % modulus == remainder


@cache
def weights(rule: str) -> tuple[int, int, tuple[int, ...]]:
    """Modulus, remainder and weights of a rule."""
    first, *rest = rule.split()
    modulus, _, remainder = first.partition("=")
    return int(modulus), int(remainder or 0), tuple(map(int, rest))
