"""How a rule of a policy is read: its words become a target, or are wrong in a way that can be told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache, lru_cache

import pydicom.config
from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary
from pydicom.valuerep import validate_value

from dicom_deid.dicom.encoding import PIXEL_TAGS, TEXT_VRS, VRS, registered, vr_of
from dicom_deid.errors import Wrong
from dicom_deid.model import ElementAction
from dicom_deid.policy.rules import ACTIONS, ANY, CLEANABLE, DESCRIBING, IDENTITY, ONE, Rule, Rules, Target, fixed
from dicom_deid.profile import DATES

WRITABLE = TEXT_VRS | DATES | {"AE", "AS", "CS", "DS", "IS", "UI", "UR"}
"""VRs whose values are text, so that a rule can name one."""
CUT_SHORT = 4  # letters of a word that tell which one it begins
TAG = re.compile(r"\(?([0-9A-Fa-fx]{4}),? ?([0-9A-Fa-fx]{4})\)?")


@cache
def keywords() -> dict[str, str]:
    """Keyword -> tag, with an x for each digit that repeats, of all attributes of PS3.6."""
    found = {entry[4]: f"{tag:08X}" for tag, entry in DicomDictionary.items() if entry[4]}
    return found | {entry[4]: pattern for pattern, entry in RepeatersDictionary.items() if entry[4]}


def nearest(word: str, valid: Iterable[str]) -> str:
    """The valid word that was perhaps meant, or nothing: one that was cut short before others. Case does not count."""
    lower = {known.lower(): known for known in valid}
    longer = [known for known in lower if len(word) >= CUT_SHORT and known.startswith(word.lower())]
    found = [min(longer, key=len)] if longer else get_close_matches(word.lower(), lower, 1)
    return lower[found[0]] if found else ""


def mask_of(digits: str) -> tuple[int, int]:
    """Mask and bits of eight hexadecimal digits, in which an x stands for any."""
    mask = int("".join("0" if digit == "x" else "F" for digit in digits), 16)
    return mask, int(digits.replace("x", "0"), 16)


def tag_of(word: str) -> str:
    """The digits of a keyword or a tag."""
    found = TAG.fullmatch(word.replace("X", "x"))
    if found:
        return (found[1] + found[2]).upper().replace("X", "x")
    if word not in keywords():
        raise Wrong(word, f"“{word}” is no keyword of PS3.6 and no tag like (0010,0010).", nearest(word, keywords()))
    return keywords()[word]


def by_name(word: str) -> Target:
    """The target of ``match``: names or tags of sequences and of the attribute, with / between them."""
    steps = [(step, tag_of(step)) for step in word.removeprefix("/").split("/")]
    for step, digits in steps:
        if "x" in digits and step not in keywords():
            raise Wrong(step, f"“{step}” stands for several attributes: that is for pattern.")
        if digits[3] != "x" and int(digits[3], 16) % 2:
            raise Wrong(step, f"“{step}” is private: name it by creator and element.")
    for step, digits in steps[:-1]:
        if "x" in digits or (registered(int(digits, 16)) and vr_of(int(digits, 16)) != "SQ"):
            raise Wrong(step, f"“{step}” is no sequence.")
    mask, bits = mask_of(steps[-1][1])
    return Target(mask, bits, steps=tuple(int(digits, 16) for _, digits in steps[:-1]), top=word.startswith("/"))


def by_pattern(word: str) -> Target:
    """The target of ``pattern``: a tag with an x for each digit that may be any."""
    found = TAG.fullmatch(word.replace("X", "x"))
    if not found:
        raise Wrong(word, f"“{word}” is no tag like 60xx,4000, with an x for each digit that may be any.")
    digits = (found[1] + found[2]).upper().replace("X", "x")
    if digits[3] != "x" and int(digits[3], 16) % 2:
        raise Wrong(word, f"“{word}” is private: name it by creator and element.")
    mask, bits = mask_of(digits)
    return Target(mask, bits)


def by_creator(creator: str, element: str) -> Target:
    """The target of ``creator`` and ``element``: a tag such as (0019,xx0C), where xx is the block."""
    if not element:
        return Target(ANY, 0, creator=creator)
    found = TAG.fullmatch(element.replace("X", "x"))
    digits = (found[1] + found[2]).upper().replace("X", "x") if found else ""
    if not digits or digits[4:6] != "xx" or "x" in digits[:4] + digits[6:] or int(digits[3], 16) % 2 == 0:
        raise Wrong(element, f"“{element}” is no private element like (0019,xx0C), where xx stands for the block.")
    mask, bits = mask_of(digits)
    return Target(mask, bits, creator=creator)


@lru_cache(4096)
def target(rule: Rule) -> Target:
    """The target of a rule; raises Wrong where it has none, or says of it what cannot be done."""
    ways = [name for name in ("match", "vr", "pattern", "creator") if getattr(rule, name)]
    if len(ways) != 1:
        has = " and ".join(ways) or "none"
        raise Wrong(ways[1] if ways else "attribute", f"A rule has one of match, vr, pattern, creator; this has {has}.")
    if rule.element and not rule.creator:
        raise Wrong(rule.element, "element goes with creator.")
    if bool(rule.action) == (rule.value is not None):
        raise Wrong(rule.action or "attribute", "A rule has either an action or a value.")
    if rule.action and rule.action not in ACTIONS:
        raise Wrong(rule.action, f"“{rule.action}” is no action: {', '.join(ACTIONS)}.", nearest(rule.action, ACTIONS))
    if rule.vr:
        if rule.vr not in VRS:
            raise Wrong(rule.vr, f"“{rule.vr}” is no VR.", nearest(rule.vr, VRS))
        found = Target(ANY, 0, rule.vr)
    elif rule.creator:
        found = by_creator(rule.creator, rule.element)
    else:
        found = by_name(rule.match) if rule.match else by_pattern(rule.pattern)
    check(rule, found)
    return found


def check(rule: Rule, found: Target) -> None:
    """Raises Wrong where an action or a value cannot be carried out on what a rule reaches."""
    if rule.creator and rule.value is not None:
        raise Wrong("value", "A private element has no VR that is known beforehand, so no value can be named for it.")
    if rule.creator and not rule.element and rule.action != "X":
        raise Wrong(rule.creator, "Without an element, the elements of a creator can only be removed (X).")
    if rule.match and found.mask == ONE:
        check_fixed(rule, found.bits)
    vr = rule.vr or (vr_of(found.bits) if rule.match and registered(found.bits) else "")
    if rule.action == "U" and vr != "UI" and not rule.creator:
        raise Wrong("U", f"U is for UIDs, and {rule.where} is {'no UID' if vr else 'not known to be one'}.")
    if rule.action == "C" and vr and vr not in CLEANABLE:
        raise Wrong("C", f"C is for text, dates and sequences, and {rule.where} is {vr}.")
    if rule.value is not None:
        check_value(rule.value, vr, rule.where)


def check_fixed(rule: Rule, tag: int) -> None:
    """Raises Wrong for a rule about an attribute that no rule can change; saying what holds anyway is allowed."""
    if not fixed(tag):
        return
    if tag in IDENTITY:
        if rule.code != "U":
            raise Wrong(rule.where, f"{rule.where} names the output; to keep UIDs, choose the option retain-uids.")
    elif rule.code != ("K" if tag in DESCRIBING or tag in PIXEL_TAGS else "X" if tag >> 16 >= 0xFFFA else ""):
        raise Wrong(rule.where, f"No rule reaches {rule.where}: markers, file meta and pixel description stay true.")


def check_value(value: str, vr: str, where: str) -> None:
    """Raises Wrong for a value that the VR does not allow."""
    if vr not in WRITABLE:
        raise Wrong("value", f"A value goes with a VR of text, and {where} is {vr or 'of no known VR'}.")
    if not value.isascii() or not value.isprintable():
        raise Wrong(value, "A value is of ASCII letters in one line, so that every character set has them.")
    try:
        for single in value.split("\\") if vr not in ("LT", "ST", "UT", "UR") else [value]:
            validate_value(vr, single, pydicom.config.RAISE)
    except ValueError:
        raise Wrong(value, f"“{value}” is no value of VR {vr}.") from None


def compiled(rules: tuple[Rule, ...]) -> Rules:
    """The rules of a policy, ready to be asked; raises Wrong for the first that cannot be followed."""
    return Rules([(target(rule), action_of(number, rule)) for number, rule in enumerate(rules, 1)])


def action_of(number: int, rule: Rule) -> ElementAction:
    """The action of the rule with that number in its policy."""
    return ElementAction(rule.code, f"policy rule {number}", local=True, value=rule.value)
