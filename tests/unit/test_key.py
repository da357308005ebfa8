"""The key: the same passphrase gives the same pseudonyms, on every machine and next year."""

from __future__ import annotations

import uuid

import pytest
from dicom_deid.dicom.bounded import ENTRY
from dicom_deid.key import MAX_WEEKS, Key, make_passphrase, make_salt, parted, salted
from hypothesis import given
from hypothesis import strategies as st
from made import KEY


def test_pseudonyms_stay_what_they_are_in_this_version() -> None:
    key = Key(KEY)
    assert key.uid("1.2.3") == "2.25.224070696509309886905352487097750498728"
    assert key.patient("4711") == "VFNYPV2JIXUSOL5Y"
    assert key.source("a/b.dcm") == "c15438ddc2ee64443d7d"
    assert key.check() == "e7c4b83017b63704"


@given(st.text())
def test_a_uid_is_a_uuid_as_an_integer(original: str) -> None:
    new = Key(KEY).uid(original)
    number = new.removeprefix("2.25.")
    assert len(number) <= 39
    assert not number.startswith("0")
    assert uuid.UUID(int=int(number)).version == 8
    assert uuid.UUID(int=int(number)).variant == uuid.RFC_4122


@given(st.text())
def test_dates_go_back_by_whole_weeks_and_never_by_none(patient: str) -> None:
    assert 1 <= Key(KEY).weeks(patient) <= MAX_WEEKS


def test_another_key_gives_other_pseudonyms() -> None:
    one, other = Key(KEY), Key(KEY[::-1])
    assert one.uid("1.2.3") != other.uid("1.2.3")
    assert one.patient("x") != other.patient("x")
    assert one.check() != other.check()


def test_a_forgotten_uid_comes_out_the_same_again() -> None:
    key = Key(KEY)
    first = key.uid("1.2.3")
    for number in range(Key.MEMORY // ENTRY):
        key.uid(f"1.2.3.{number}")
    assert len(key._uids) < Key.MEMORY // ENTRY
    assert key.uid("1.2.3") == first


@pytest.mark.parametrize(
    "text", ["salt:QF3K", "sea salt: and pepper", "grey herons", "a salt:QF3K-7XN2-ABCD-EFGH-IJKL-MNO1"]
)
def test_what_is_no_salt_belongs_to_the_passphrase(text: str) -> None:
    assert parted(text) == (text, "")


def test_a_made_salt_has_120_bits_in_groups_of_four() -> None:
    assert parted(salted("x", make_salt()))[0] == "x"
    assert len({make_salt() for _ in range(9)}) == 9


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Key(b"short")


def test_a_made_passphrase_has_160_bits_in_groups_of_four() -> None:
    made = make_passphrase()
    assert [len(group) for group in made.split("-")] == [4] * 8
    assert made != make_passphrase()


@pytest.mark.parametrize("fraction", [0.1, 0.5, 0.9])
def test_so_many_patients_are_held_out_and_with_a_larger_part_the_same_ones(fraction: float) -> None:
    key, patients = Key(bytes(32)), [f"P{number}" for number in range(1000)]
    held = {patient for patient in patients if key.is_held_out(patient, fraction)}
    assert abs(len(held) / 1000 - fraction) < 0.06
    assert held <= {patient for patient in patients if key.is_held_out(patient, fraction + 0.05)}
    assert not any(key.is_held_out(patient, 0) for patient in patients)
    assert all(key.is_held_out(patient, 1) for patient in patients)
