"""Checksums of national numbers, by rules of the table: for plans under which python-stdnum is not loaded."""

from __future__ import annotations

import re
from functools import cache

LUHN, LETTERS, NEVER, IBAN, VEHICLE, VERHOEFF, HYBRID = (
    *("luhn ", "letters ", "never", "iban", "vehicle", "verhoeff", "mod 11,10"),
)
DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
"""The sum of the digits of twice a digit."""
FIRST = str.maketrans("XYZ", "012")
PLACES = {letter: f"{at:02}" for at, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 1)}
TRANSLITERATED = str.maketrans("ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789")
"""Letters of the number of a vehicle as digits (ISO 3779, 49 CFR 565.15)."""
VEHICLE_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)

PENTAGON, PERMUTATION = 5, (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def holds(number: str, rule: str) -> bool:
    """Whether a number follows a rule.

    A rule is "never"; "luhn" with the number of its last digits, a letter being its place in the alphabet; "letters"
    with those of which the remainder chooses the last one; "iban" (ISO 13616); "vehicle"; "verhoeff"; "mod 11,10"
    (ISO 7064); or a modulus, perhaps with a remainder ("11=1"), and the weights of all digits, several such separated
    by ";".
    """
    if rule == NEVER:
        return False
    if rule in NAMED:
        return NAMED[rule](number)
    if rule.startswith(LUHN):
        lettered = "".join(PLACES.get(letter, letter) for letter in number)
        digits = [int(digit) for digit in re.sub(r"\D", "", lettered)][-int(rule.removeprefix(LUHN)) :]
        return (sum(digits[-1::-2]) + sum(DOUBLED[digit] for digit in digits[-2::-2])) % 10 == 0
    if rule.startswith(LETTERS):
        letters = rule.removeprefix(LETTERS)
        body = re.sub(r"\D", "", number[:1].translate(FIRST) + number[1:-1])
        return number[-1] == letters[int(body) % len(letters)]
    return all(is_weighed(re.sub(r"[^\dX]", "", number), *weights(one)) for one in rule.split(";"))


def is_account(number: str) -> bool:
    """Whether the number of a bank account has the right checksum (ISO 13616): its letters are 10 to 35."""
    joined = re.sub(r"[^A-Z\d]", "", number)
    return int("".join(str(int(letter, 36)) for letter in joined[4:] + joined[:4])) % 97 == 1


def is_vehicle(number: str) -> bool:
    """Whether the number of a vehicle has the check digit in its ninth place."""
    digits = number.translate(TRANSLITERATED)
    total = sum(int(digit) * weight for digit, weight in zip(digits, VEHICLE_WEIGHTS, strict=True))
    return number[8] == "0123456789X"[total % 11]


def is_verhoeff(number: str) -> bool:
    """Whether the digits have the check digit of Verhoeff: the group of a pentagon's symmetries, permuted by place."""
    at, permuted = 0, list(range(10))
    for digit in reversed(re.sub(r"\D", "", number)):
        at = turned(at, permuted[int(digit)])
        permuted = [permuted[PERMUTATION[one]] for one in range(10)]
    return at == 0


def turned(one: int, other: int) -> int:
    """The product of two symmetries of a pentagon: 0 to 4 are rotations, 5 to 9 reflections."""
    turn = (one + other if one < PENTAGON else one - other) % PENTAGON
    return turn + PENTAGON * ((one < PENTAGON) != (other < PENTAGON))


def is_hybrid(number: str) -> bool:
    """Whether the last digit is the check digit of ISO 7064 MOD 11,10."""
    left = 10
    *digits, last = (int(digit) for digit in re.sub(r"\D", "", number))
    for digit in digits:
        left = ((left + digit) % 10 or 10) * 2 % 11
    return (left + last) % 10 == 1


NAMED = {IBAN: is_account, VEHICLE: is_vehicle, VERHOEFF: is_verhoeff, HYBRID: is_hybrid}


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
