"""Caches change nothing: each instance comes out as it does by itself."""

from __future__ import annotations

import struct

import pytest
from dicom_deid.dicom.is_dicom import EXPLICIT
from dicom_deid.dicom.read_cache import MOST, ElementCache
from dicom_deid.key import Key
from dicom_deid.model import Element, Outcome
from dicom_deid.pipeline import process
from dicom_deid.policy import Plan, Policy
from dicom_deid.splice import Copy
from made import KEY, SOURCE_ID, UID, Stingy, ct, item, sequence, to_bytes
from pydicom.dataset import Dataset

POLICIES = {
    "profile": Policy(),
    "dates": Policy(options=frozenset(("retain-modified-dates", "clean-descriptors"))),
    "private": Policy(options=frozenset(("retain-safe-private", "retain-uids"))),
    "verbose": Policy(verbose=True),
}


def slices() -> list[Dataset]:
    """Of a series, of the same with another patient, name, character set and kind: each shares most with the others."""
    referenced = sequence(item(ReferencedSOPInstanceUID=f"{UID}.9", ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.2"))
    common = {"StudyDescription": "Thorax of Okonkwo, by Reyes", "ReferencedImageSequence": referenced}
    first = ct(**common)
    second = ct(**common, SOPInstanceUID=f"{UID}.5", InstanceNumber="2")
    other_id = ct(**common, PatientID="MRN-2")
    other_name = ct(**common, PatientName="Reyes^Tomas")
    encoded = ct(**common, SpecificCharacterSet="ISO_IR 192", PatientName="Ókonkwo^Adaeze")
    other_kind = ct(**common, SOPClassUID="1.2.840.10008.5.1.4.1.1.4", Modality="MR")
    return [first, second, other_id, other_name, encoded, other_kind, first]


def outcomes(plans: list[Plan]) -> list[Outcome]:
    files = [to_bytes(dataset) for dataset in slices()]
    return [process(Stingy(data), plan, SOURCE_ID, repeat=False) for data, plan in zip(files, plans, strict=True)]


@pytest.mark.parametrize("name", POLICIES)
def test_each_instance_comes_out_as_by_itself(name: str) -> None:
    count, policy = len(slices()), POLICIES[name]
    apart = outcomes([Plan(policy, Key(KEY)) for _ in range(count)])
    assert outcomes([Plan(policy, Key(KEY))] * count) == apart
    assert {outcome.status for outcome in apart} == {"written"}


def test_kind_patient_and_equipment_are_told_of_each_instance_however_many_were_alike() -> None:
    plain = {"Manufacturer": "Galan Medical", "StationName": "CT1", "BurnedInAnnotation": "NO"}
    changed = (
        {},
        {},
        {},
        {"BurnedInAnnotation": "YES"},
        {"StationName": "GALAN"},
        {"BodyPartExamined": "HEAD"},
        {"PatientID": "9"},
    )
    files = [to_bytes(ct(**(plain | change))) for change in changed] * 3  # what differs comes again, too, and is shared
    plan = Plan(Policy(), Key(KEY))
    together = [process(Stingy(data), plan, SOURCE_ID, repeat=False) for data in files]
    assert together == [process(Stingy(data), Plan(Policy(), Key(KEY)), SOURCE_ID, repeat=False) for data in files]
    assert [outcome.reason for outcome in together] == ["", "", "", "BURNED_IN", "", "FACE_CAN_BE_REBUILT", ""] * 3


def test_what_came_again_is_kept_when_room_is_made_for_more() -> None:
    known = ElementCache(EXPLICIT)

    def read(tag: int, number: int) -> Element:
        data = struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, b"LO", 1024) + b"%01024d" % number
        element, end = known.one(data, 0, len(data))
        return element if end else known.add(data, 0, len(data), Element(tag, "LO", data[8:]))

    first = read(0x00080070, 0)
    for number in range(2 * MOST // 2048):
        assert read(0x00080070, 0) is first
        read(0x00081030, number)
    assert sum(len(coded) for coded in known.elements) < MOST


def test_another_plan_has_a_cache_of_its_own() -> None:
    plans = [Plan(policy, Key(key)) for policy in POLICIES.values() for key in (KEY, bytes(32))][: len(slices())]
    fresh = [Plan(plan.policy, plan.key) for plan in plans]
    first = to_bytes(slices()[0])
    mixed = [process(Stingy(first), plan, SOURCE_ID, repeat=False) for plan in [*plans, *plans]]
    assert mixed == [process(Stingy(first), plan, SOURCE_ID, repeat=False) for plan in [*fresh, *fresh]]


def test_a_declaration_of_private_elements_counts_for_its_own_instance_only() -> None:
    plan, apart = (Plan(POLICIES["private"], Key(KEY)) for _ in range(2))
    declared = []
    for status in ("SAFE", "UNSAFE", "SAFE"):
        dataset = ct()
        dataset.private_block(0x0009, "ACME", create=True).add_new(1, "LO", "hello")
        said = item(PrivateGroupReference=9, PrivateCreatorReference="ACME", BlockIdentifyingInformationStatus=status)
        dataset.PrivateDataElementCharacteristicsSequence = sequence(said)
        nested = item(ReferencedSOPInstanceUID=f"{UID}.7")
        nested.private_block(0x0009, "ACME", create=True).add_new(1, "LO", "inside")
        dataset.ReferencedImageSequence = sequence(nested)
        declared.append(to_bytes(dataset))
    made = [process(Stingy(data), plan, SOURCE_ID, repeat=False) for data in declared * 2]
    headers = [outcome.splice[0] for outcome in made]
    assert [b"hello" in header and b"inside" in header for header in headers] == [True, False, True] * 2
    assert [b"hello" in header or b"inside" in header for header in headers] == [True, False, True] * 2
    alone = process(Stingy(declared[1]), apart, SOURCE_ID, repeat=False)
    assert made[1] == made[4] == alone


def test_lines_of_a_verbose_log_come_from_the_cache_too() -> None:
    plan, data = Plan(POLICIES["verbose"], Key(KEY)), to_bytes(slices()[0])
    first, second = (process(Stingy(data), plan, SOURCE_ID, repeat=False).log for _ in range(2))
    assert first == second
    assert len(first) > 5


def test_marks_that_an_instance_had_stand_in_the_runs_of_the_series() -> None:
    """A run of elements that is written in one piece is cut where marks are put, replaced or added to."""
    plan = Plan(Policy(), Key(KEY))
    marked = [("YES", "another program"), ("NO", "another program"), (None, None)]
    files = []
    for number in range(9):
        removed, method = marked[number % 3]
        dataset = ct(SOPInstanceUID=f"{UID}.1.{number}", InstanceNumber=str(number), ClinicalTrialSponsorName="ACME")
        if removed:
            dataset.PatientIdentityRemoved, dataset.DeidentificationMethod = removed, method
            dataset.LongitudinalTemporalInformationModified = "UNMODIFIED"
        files.append(to_bytes(dataset))
    together = [process(Stingy(data), plan, SOURCE_ID, repeat=False) for data in files]
    apart = [process(Stingy(data), Plan(Policy(), Key(KEY)), SOURCE_ID, repeat=False) for data in files]
    assert together == apart
    assert [outcome.status for outcome in together] == ["written"] * 9
    assert [outcome.splice[0].count(b"another program") for outcome in together] == [1, 1, 0] * 3


def test_pixel_data_as_short_as_those_of_an_icon_are_found() -> None:
    plan = Plan(Policy(options=frozenset(("clean-graphics",))), Key(KEY))
    for pixels in (bytes(range(4)), bytes(range(4)), bytes(range(4, 8))):
        icon = item(Rows=1, Columns=4, PixelData=bytes(range(4)), BitsAllocated=8, SamplesPerPixel=1)
        dataset = ct(Rows=1, Columns=4, BitsAllocated=8, BitsStored=8, HighBit=7, PixelData=pixels)
        dataset.IconImageSequence = sequence(icon)
        data = to_bytes(dataset)
        outcome = process(Stingy(data), plan, SOURCE_ID, repeat=False)
        assert outcome.pixels == "kept"
        copied = outcome.splice[-1]
        assert isinstance(copied, Copy)
        assert data[copied.start : copied.end] == pixels
