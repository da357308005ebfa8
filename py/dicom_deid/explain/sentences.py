"""Sentences for actions and rules: one table for the what-if, the statement and docs/policy.md."""

from __future__ import annotations

from functools import cache

from dicom_deid.model import ElementAction
from dicom_deid.policy import Policy
from dicom_deid.profile import listed_code, row_of, table, type_of

ADDED = "+"
"""Stands where PS3.15 has no code: the element was not there before."""

POLICY_RULE = "policy rule "
"""Begins the rule of an action that the policy's own rules name; its number follows."""
PYTHON_RULE = "python rule "
"""Begins that of an action that a rule in Python has given."""


@cache
def sentences() -> dict[str, str]:
    """Rule -> sentence."""
    found = dict[str, str](table("sentences.json")["beside"])
    for row in table("sentences.json")["rows"]:
        found.update(row["rules"])
    return found


def what(code: str) -> str:
    """The effect of an action code on an element, in words."""
    if code == ADDED:
        return str(table("sentences.json")["added"]["sentence"])
    return str(table("sentences.json")["actions"][code]["sentence"])


def why(rule: str) -> str:
    """A rule as a sentence."""
    if rule.startswith(POLICY_RULE):
        return f"Rule {rule.removeprefix(POLICY_RULE)} of the policy names it."
    if rule.startswith(PYTHON_RULE):
        return f"Rule {rule.removeprefix(PYTHON_RULE)} in Python says so."
    return sentences().get(rule, rule)


def detail(action: ElementAction, tag: int, path: tuple[int, ...], sop_class: str, policy: Policy) -> str:
    """The row of Table E.1-1 for an attribute, its options and how it was resolved; or a policy rule's own words."""
    if action.rule.startswith(POLICY_RULE):
        return policy.rules[int(action.rule.removeprefix(POLICY_RULE)) - 1].reason
    if action.rule.startswith(PYTHON_RULE):
        return policy.python[int(action.rule.removeprefix(PYTHON_RULE)) - 1].name
    options = policy.options
    row = row_of(tag) if action.rule == "E.1-1" else None
    if row is None:
        return ""
    code = listed_code(tag, row, options)
    titles = {option["name"]: option["title"] for option in table("options.json")}
    overriding = [titles[name] for name in titles if name in options and name in row]
    sentence = f"The Basic Profile has {row['basic']}"
    sentence += f", {' and '.join(overriding)}: {code}." if overriding else "."
    if code != action.code:
        kind = type_of(tag, path, sop_class)
        where = "Its IOD has no table of Types" if kind is None else f"Here it is of Type {kind}"
        sentence += f" {where}, so {action.code}."
    return sentence
