"""Answers of the bridge to JavaScript, as Python values: links, explanations, and policies read from text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from dicom_deid.browser import bridge
from dicom_deid.errors import ShortRead
from dicom_deid.importers import read_any
from dicom_deid.key import Key
from dicom_deid.policy import Plan, Policy
from made import KEY, ct, to_bytes


def asked(policy: Policy, *, linked: bool = False, explain: bool = False, head: int | None = None) -> dict[str, Any]:
    """The answer to a task for one file, of which ``head`` bytes are at hand."""
    plan = Plan(policy, Key(KEY), linked)
    data = to_bytes(ct(PatientAge="063Y"))
    source = bridge.Ranges(len(data), [(0, data[:head])], None)
    if explain:
        return bridge.explanation(source, plan, 3, "a" * 20)
    return bridge.answer(source, plan, 3, "a" * 20, repeat=False)


def test_an_outcome_carries_its_link_only_where_the_linkage_is_asked_for() -> None:
    link = asked(Policy(), linked=True)["link"]
    assert link["patient"][0] == "MRN-0815-4711"
    assert "link" not in asked(Policy())


def test_an_answer_is_handed_over_as_json_with_the_place_of_its_bytes() -> None:
    answer = asked(Policy())
    text, *fresh = bridge.handed(answer)
    read = json.loads(text)
    for segment in read["segments"]:
        if "bytes" in segment:
            segment["bytes"] = fresh[segment["bytes"]]
    assert read == answer


def test_a_task_is_taken_as_a_size_and_offset_and_bytes_of_each_range() -> None:
    source = bridge.ranges_of(12, None, 0, Bytes(b"head"), 8, Bytes(b"tail"))
    assert (source.size, source.head(), source.read(9, 12)) == (12, b"head", b"ail")
    with pytest.raises(ShortRead):
        source.read(2, 6)


@pytest.mark.parametrize("explain", [False, True])
def test_what_is_not_at_hand_is_asked_for(explain: bool) -> None:
    answer = asked(Policy(), explain=explain, head=200)
    assert (answer["kind"], answer["id"], answer["start"]) == ("need", 3, 0)


def test_an_explanation_has_the_elements_with_their_values() -> None:
    answer = asked(Policy(), explain=True)
    assert (answer["kind"], answer["id"]) == ("explained", 3)
    age = next(row for row in answer["explanation"]["elements"] if row["keyword"] == "PatientAge")
    assert (age["before"], age["after"], age["action"]) == ("063Y", None, "X")


class Bytes(bytes):
    """Stand-in for a Uint8Array as Pyodide gives it, as far as it is used."""

    def to_bytes(self) -> bytes:
        return self


def test_a_policy_of_which_something_is_wrong_is_told_with_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "to_js", lambda value: value)
    session = bridge.Session()
    several = session.configure('{"options": ["x"], "attribute": [{"vr": "XX", "action": "K"}]}', Bytes(KEY))
    assert (several["error"], [problem["word"] for problem in several["problems"]]) == ("BAD_POLICY", ["x", "XX"])
    rule = '{"name": "mine", "code": "import nix\\ndef rule(a, b): pass"}'
    broken = session.configure(f'{{"python": [{rule}]}}', Bytes(KEY))
    assert (broken["error"], broken["problems"][0]["line"]) == ("RULE_NOT_LOADED", 1)
    assert session.configure("{}", Bytes(KEY)).keys() == {"document", "key_check", "opening", "statement"}


def test_what_is_saved_is_made_of_the_policy_and_read_back() -> None:
    read = read_any("p.json", '{"options": ["retain-uids"], "verbose": true}')
    assert read.policy == {
        "options": ["retain-uids"],
        "allow_sop_classes": [],
        "pass_burned_in": False,
        "verbose": True,
    }
    assert read_any("p.toml", read.toml).policy == read.policy
    kept = {"tool": "dicom-deid", "policy": read.policy}
    assert read_any("plan.json", json.dumps({**kept, "pseudonyms": 2})) == read
    assert read_any("plan.json", json.dumps(kept)).policy == {**read.policy, "pseudonyms": 1}


def test_a_script_of_another_tool_is_known_by_its_content() -> None:
    read = read_any("deid.dicom", "FORMAT dicom\n%header\nREMOVE PatientAge\nKEEP func:me\n")
    assert (read.tool, read.carried) == ("pydicom/deid", 2)
    assert read.policy["attribute"] == [{"match": "PatientAge", "action": "X", "reason": "line 3"}]
    assert [(line["line"], line["text"]) for line in read.lost] == [(4, "KEEP func:me")]
    assert read_any("deid.dicom", read.toml).policy == read.policy
