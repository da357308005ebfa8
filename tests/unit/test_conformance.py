"""The conformance statement: it says what the plan does, and claims nothing else."""

from __future__ import annotations

import re

import pytest
from dicom_deid.conformance import conformance
from dicom_deid.errors import reasons
from dicom_deid.key import Key
from dicom_deid.policy import Plan, Policy
from dicom_deid.policy.rules import Rule
from dicom_deid.profile import table
from made import KEY, ct, deidentified

CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
PIXELS, FACES = "113101", "113102"


def statement(*options: str, **others: object) -> str:
    return conformance(Plan(Policy(frozenset(options), **others), Key(KEY)))  # type: ignore[arg-type]


def section(text: str, title: str) -> str:
    return text.split(f"## {title}\n")[1].split("\n## ", maxsplit=1)[0]


def codes(text: str) -> set[str]:
    return set(re.findall(r"^\| (\d{6}) \|", text, re.MULTILINE))


@pytest.mark.parametrize("option", table("options.json"), ids=lambda option: str(option["name"]))
def test_the_codes_claimed_are_those_that_an_output_gets(option: dict[str, str]) -> None:
    text = statement(option["name"])
    written = deidentified(ct(), option["name"]).DeidentificationMethodCodeSequence
    always = {"113100", option["code"]} - {PIXELS}
    assert codes(section(text, "What is claimed")) == {code.CodeValue for code in written} == always
    left = codes(section(text, "What is not claimed"))
    assert left == table("methods.json")["rows"].keys() - {"113100", option["code"]}
    assert FACES in left


def test_it_says_of_which_instances_clean_pixel_data_is_claimed() -> None:
    assert f"{PIXELS} Clean Pixel Data Option is added to those instances alone" in statement("clean-pixel-data")
    assert "added to those instances alone" not in statement()
    assert "Pixel data are copied byte by byte; in codestreams" in statement()
    assert "What they show is not looked at" in statement()
    rules = (Rule(match="PatientName", action="K"),)
    assert "added to those instances alone" not in statement("clean-pixel-data", rules=rules)
    unreviewed = conformance(Plan(Policy(["clean-pixel-data"]), Key(KEY), unreviewed=True))
    assert "though nobody reviewed it" in unreviewed
    assert "none is written without such a review" in statement("clean-pixel-data")


def test_it_names_every_table_with_edition_and_digest() -> None:
    named = section(statement(), "Tables")
    for name in ("profile.json", "methods.json", "content-items.json", "safe-private.json", "types.json"):
        assert table(name)["sha256"] in named
        assert table(name)["table"] in named
    assert "| PS3.15 E.1-1 | 2026d |" in named
    assert re.search(r"judged\.json \| [0-9.]+ \| [0-9a-f]{64} \|", named)


def test_it_gives_each_rule_and_each_reason_for_withholding() -> None:
    text = statement()
    for number, row in enumerate(table("sentences.json")["rows"], 1):
        assert f"| {number} | {row['elements']} | {row['action']} |" in text
    held = section(text, "What is withheld")
    for code, reason in reasons().items():
        assert (f"| {code} | {reason['sentence']} |" in held) == (reason["status"] == "withheld")
    assert CAPTURE in held
    assert "SOP Classes allowed by this policy beside the default: none." in held


def test_it_gives_the_action_of_each_attribute_of_the_table() -> None:
    named = section(statement("retain-modified-dates"), "Attributes of Table E.1-1")
    assert named.count("\n| (") == len(table("profile.json")["rows"]) - 1
    assert "| (0010,0020) | Patient ID | Z/D | Z/D |" in named
    assert "| (0008,0020) | Study Date | Z | C |" in named
    assert "| (60xx,3000) | Overlay Data | X | X (overlay) |" in named


def test_it_changes_with_what_is_chosen() -> None:
    assert "(0028,0303) Longitudinal Temporal Information Modified is REMOVED, or" in statement()
    assert "1 to 520" in section(statement("retain-modified-dates"), "Dates and times")
    assert "Modified is UNMODIFIED, or" in statement("retain-full-dates")
    assert "none is replaced" in section(statement("retain-uids"), "UIDs and referential integrity")
    assert "E.3.10-1 lists for their creator" in statement("retain-safe-private")
    held = section(statement(allow_sop_classes=frozenset((CAPTURE,)), pass_burned_in=True), "What is withheld")
    assert "written all the same" in held
    assert f"beside the default: {CAPTURE}." in held


def test_nothing_is_left_to_fill_in_and_the_key_is_not_in_it() -> None:
    text = statement("retain-modified-dates", "retain-safe-private", "clean-descriptors")
    assert "$" not in text
    assert "600,000 rounds" in text
    assert text == conformance(
        Plan(Policy(frozenset(("retain-modified-dates", "retain-safe-private", "clean-descriptors"))), Key(bytes(32)))
    )
    assert Key(KEY).check() not in text


def test_dummies_are_those_that_are_written() -> None:
    read = deidentified(ct(SOPClassUID="1.2.840.10008.5.1.4.1.1.2.1", DeviceSerialNumber="77123"))
    assert f"LO: `{read.DeviceSerialNumber}`" in statement()
    assert read.DeviceSerialNumber


def test_rules_that_protect_less_claim_nothing() -> None:
    plan = Plan(Policy.read('{"attribute": [{"match": "PatientName", "action": "K"}]}'), Key(KEY))
    text = conformance(plan)
    assert codes(section(text, "What is claimed")) == set()
    assert "policy rule 1" in section(text, "What is claimed")
    assert "Patient Identity Removed (0012,0062) is NO." in text
    assert "| (0010,0010) | Patient's Name | Z | K (policy rule 1) |" in text
    assert '"match": "PatientName"' in section(text, "The policy")
