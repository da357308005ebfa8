"""The profile: Table E.1-1 as it is, its compound codes by the Type, and the rules beside it."""

from __future__ import annotations

import pytest
from dicom_deid.profile import (
    decide,
    resolve,
    sop_class_state,
    table,
    type_of,
)

CT, SR = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.88.11"
NONE: frozenset[str] = frozenset()


def test_the_table_is_the_one_of_2026d() -> None:
    profile = table("profile.json")
    assert (profile["edition"], len(profile["rows"])) == ("2026d", 657)
    basic = [row["basic"] for row in profile["rows"].values()]
    assert {code: basic.count(code) for code in sorted(set(basic))} == {
        "D": 93, "U": 55, "X": 417, "X/D": 23, "X/Z": 11, "X/Z/D": 8, "X/Z/U*": 2, "Z": 42, "Z/D": 6,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "kind", "action"),
    [
        ("X", "1", "X"),
        ("Z/D", "1", "D"),
        ("Z/D", "2", "Z"),
        ("Z/D", "3", "Z"),
        ("X/Z", "2C", "Z"),
        ("X/Z", "3", "X"),
        ("X/Z", "1", "D"),
        ("Z", "1", "D"),
        ("Z", "2", "Z"),
        ("Z", "3", "Z"),
        ("Z", None, "Z"),
        ("X/D", "1C", "D"),
        ("X/D", "3", "X"),
        ("X/Z/D", "1", "D"),
        ("X/Z/D", "2", "Z"),
        ("X/Z/D", "3", "X"),
        ("X/Z/U*", "1", "K"),
        ("X/Z/U*", "2", "K"),
        ("X/Z/U*", "3", "X"),
        ("X/Z/D", None, "D"),
        ("X/Z/U*", None, "K"),
    ],
)
def test_a_compound_code_is_resolved_by_the_type(code: str, kind: str | None, action: str) -> None:
    assert resolve(code, kind) == action


def test_types_differ_by_iod_and_by_sequence() -> None:
    acquisition_date_time, device_serial = 0x0008002A, 0x00181000
    assert type_of(acquisition_date_time, (), CT) == "3"
    assert type_of(acquisition_date_time, (), "1.2.840.10008.5.1.4.1.1.2.1") == "1C"
    assert type_of(device_serial, (), CT) == "3"
    assert type_of(device_serial, (), "1.2.840.10008.5.1.4.1.1.2.1") == "1"
    assert type_of(device_serial, (), "1.2.3") is None


def test_what_may_not_be_empty_is_not_emptied() -> None:
    slot_id, path = 0x300A0611, (0x300A0614, 0x300A0610)
    radiation = "1.2.840.10008.5.1.4.1.1.481.13"
    assert decide(slot_id, "LO", path, radiation, frozenset()).code == "D"
    assert decide(0x00100030, "DA", (), CT, frozenset()).code == "Z"


@pytest.mark.parametrize(
    ("tag", "vr", "code"),
    [
        (0x00100010, "PN", "Z"),
        (0x00100020, "LO", "Z"),
        (0x00080018, "UI", "U"),
        (0x00080016, "UI", "K"),
        (0x00080080, "LO", "X"),
        (0x00091001, "LO", "X"),
        (0x00090010, "LO", "X"),
        (0x60003000, "OW", "X"),
        (0x60FE3000, "OW", "X"),
        (0x60020010, "US", "X"),
        (0x50120005, "US", "X"),
        (0x00100999, "LO", "X"),
        (0x00041130, "CS", "X"),
        (0x00020010, "UI", "X"),
        (0xFFFCFFFC, "OB", "X"),
        (0x00080000, "UL", "X"),
        (0x00280010, "US", "K"),
        (0x00081115, "SQ", "K"),
        (0x40080119, "PN", "X"),
        (0x00081190, "UR", "X"),
        (0x00181210, "SH", "C"),
        (0x00720008, "LO", "X"),
        (0x00104000, "OB", "X"),
        (0x00189004, "OB", "C"),
        (0x00181411, "LO", "K"),
        (0x00081140, "OB", "X"),
        (0x00081115, "LO", "X"),
        (0x04000500, "SQ", "X"),
        (0x04000120, "OB", "X"),
        (0x0040A074, "OB", "X"),
    ],
)
def test_the_basic_profile(tag: int, vr: str, code: str) -> None:
    assert decide(tag, vr, (), CT, NONE).code == code


@pytest.mark.parametrize(
    ("option", "tag", "vr", "code"),
    [
        ("retain-uids", 0x00080018, "UI", "K"),
        ("retain-uids", 0x00081140, "SQ", "K"),
        ("retain-uids", 0x00100020, "LO", "Z"),
        ("retain-device-identity", 0x00181000, "LO", "K"),
        ("retain-institution-identity", 0x00080080, "LO", "K"),
        ("retain-patient-characteristics", 0x00101010, "AS", "K"),
        ("retain-full-dates", 0x00080020, "DA", "K"),
        ("retain-modified-dates", 0x00080020, "DA", "C"),
        ("retain-full-dates", 0x00100030, "DA", "Z"),
        ("retain-modified-dates", 0x00080106, "DT", "K"),
        ("retain-modified-dates", 0x0040DB06, "DT", "K"),
        ("clean-graphics", 0x50003000, "OW", "X"),
        ("clean-graphics", 0x50002500, "LO", "X"),
        ("clean-descriptors", 0x0016002B, "OB", "X"),
        ("clean-descriptors", 0x00104000, "LT", "C"),
        ("clean-descriptors", 0x00104000, "OB", "X"),
        ("clean-descriptors", 0x00620006, "OB", "X"),
        ("clean-descriptors", 0x00100045, "UT", "C"),
        ("clean-structured-content", 0x0040A730, "OB", "X"),
        ("retain-modified-dates", 0x00340007, "OB", "D"),
    ],
)
def test_an_option_overrides_the_profile(option: str, tag: int, vr: str, code: str) -> None:
    assert decide(tag, vr, (), CT, frozenset((option,))).code == code


def test_every_listed_row_has_one_action_in_every_mapped_iod() -> None:
    for text in table("profile.json")["rows"]:
        if text != "private" and "x" not in text:
            for sop_class in (CT, SR, "1.2.3"):
                assert decide(int(text, 16), "LO", (), sop_class, NONE).code in "DZXKCU"


def test_kinds_that_usually_show_a_name_are_withheld() -> None:
    assert sop_class_state(CT) == "allowed"
    assert sop_class_state("1.2.840.10008.5.1.4.1.1.7") == "withheld"
    assert sop_class_state("1.2.840.10008.5.1.4.1.1.6.1") == "withheld"
    assert sop_class_state("1.2.840.10008.5.1.4.1.1.104.1") == "withheld"
    assert sop_class_state("1.2.840.10008.5.1.4.1.1.66.7") == "allowed"
    assert sop_class_state("1.2.840.10008.1.1") == "other"
    assert sop_class_state("1.3.46.670589.11.0.0.12.1") == "private"
