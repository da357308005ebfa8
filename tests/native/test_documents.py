"""The documents say what the code does: docs/policy.md has its words, docs/conformance.md is its statement."""

from __future__ import annotations

import re

import pytest
from dicom_deid.conformance import conformance
from dicom_deid.errors import reasons
from dicom_deid.key import Key
from dicom_deid.policy import Plan, Policy
from dicom_deid.profile import table
from runs import ROOT

POLICY = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")


def test_the_policy_document_has_the_rules_of_the_what_if() -> None:
    rows = re.findall(r"^\| (\d+) \| (.*?) \| (.*?) \|$", POLICY, re.MULTILINE)
    stated = [(row["elements"], row["action"]) for row in table("sentences.json")["rows"]]
    assert [(elements, action) for _, elements, action in rows] == stated
    assert [int(number) for number, _, _ in rows] == list(range(1, len(stated) + 1))


@pytest.mark.parametrize("code", "DZXKCU")
def test_the_policy_document_has_the_words_of_the_actions(code: str) -> None:
    assert f"**{code}** {table('sentences.json')['actions'][code]['word']}" in POLICY.replace("\n", " ")


def test_the_policy_document_has_every_reason_for_withholding() -> None:
    held = {code for code, reason in reasons().items() if reason["status"] == "withheld"}
    assert held == set(
        re.findall(r"[A-Z]+(?:_[A-Z]+)+|BURNED_IN|REJECTED", POLICY.split("## Withheld")[1].split("\n## ")[0])
    )


def test_the_conformance_statement_is_that_of_the_default_policy() -> None:
    stored = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
    if stored != conformance(Plan(Policy(), Key(bytes(32)))):
        pytest.fail("out of date; make it anew: .venv/bin/dicom-deid conformance > docs/conformance.md")


def test_the_policy_document_names_the_kinds_and_the_signs_of_the_table() -> None:
    rows = dict(re.findall(r"^\| ([A-Z_]+) \| (.*) \|$", POLICY, re.MULTILINE))
    known = table("kinds.json")
    kinds = [kind["kind"] for kind in known["kinds"] if kind["default"] == "withheld"]
    assert rows["SOP_CLASS_WITHHELD"].split(", ") == kinds
    for sign in [*known["signs"], *({"reason": "SOUND_RECORDED", **sound} for sound in known["sounds"])]:
        assert reasons()[sign["reason"]]["status"] == "withheld"
        assert re.sub(r"(?<=[a-z])(?=[A-Z])", " ", sign["keyword"]) in rows[sign["reason"]]
