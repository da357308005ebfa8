"""Claims: what the markers of a plan may say, given its options and rules."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pydicom
import pytest
from dicom_deid.deidentify.telling_uids import is_dated
from dicom_deid.dicom.encoding import vr_of
from dicom_deid.key import Key
from dicom_deid.policy import Plan, Policy
from dicom_deid.policy.claims import Claims
from dicom_deid.policy.python import PythonRule
from dicom_deid.policy.rules import Rule
from dicom_deid.profile import dates, decide, judged, of_kind, row_of
from made import KEY, UID, ct, deidentified, item, outcome_of, output_of, sequence, to_bytes
from pydicom.dataset import Dataset

CODE = "def rule(element, instance): pass"


def claims_of(*options: str, rules: tuple[Rule, ...] = (), may: tuple[str, ...] = ()) -> Claims:
    python = (PythonRule(CODE, "", may),) if may else ()
    return Plan(Policy(options=frozenset(options), rules=rules, python=python), Key(KEY)).claims


def test_a_rule_that_is_overruled_at_the_top_still_keeps_what_lies_deeper() -> None:
    anywhere, top = Rule(match="PatientAge", action="K"), Rule(match="/PatientAge", action="X")
    assert claims_of(rules=(anywhere, top)).weaker == ("policy rule 1",)
    assert claims_of(rules=(top,)).weaker == ()
    assert claims_of(rules=(Rule(match="/PatientAge", action="K"), Rule(match="PatientAge", action="X"))).weaker == ()


@pytest.mark.parametrize(
    ("options", "may", "told"),
    [
        ((), ("K", "C"), True),
        ((), ("K",), False),
        ((), ("C",), False),
        ((), ("X", "D"), False),
        (("retain-modified-dates",), ("K",), True),
        (("retain-modified-dates",), ("X",), False),
        (("retain-modified-dates",), ("C",), False),
        (("retain-full-dates",), ("C",), True),
        (("retain-full-dates",), ("K",), False),
    ],
)
def test_kept_dates_beside_shifted_ones_give_the_offset_away(
    options: tuple[str, ...], may: tuple[str, ...], told: bool
) -> None:
    assert claims_of(*options, may=may).tells_offset == told


@pytest.mark.parametrize(
    ("rules", "dates", "told"),
    [
        ((("StudyDate", "K"),), "UNMODIFIED", False),
        ((("StudyDate", "C"),), "MODIFIED", False),
        ((("StudyDate", "C"), ("SeriesDate", "K")), "UNMODIFIED", True),
        ((("StudyDate", "X"),), "REMOVED", False),
        ((("StationName", "K"),), "REMOVED", False),
    ],
)
def test_rules_for_dates_say_what_the_marker_says(rules: tuple[tuple[str, str], ...], dates: str, told: bool) -> None:
    found = claims_of(rules=tuple(Rule(match=match, action=action) for match, action in rules))
    assert (found.dates, found.tells_offset) == (dates, told)


def codes(read: Dataset) -> list[str]:
    return [entry.CodeValue for entry in read.get("DeidentificationMethodCodeSequence", ())]


def overlaid(**values: object) -> Dataset:
    dataset = ct(**values)
    dataset.add_new(0x60000010, "US", 4)
    dataset.add_new(0x60003000, "OW", b"\1\2")
    return dataset


def curved() -> Dataset:
    dataset = ct()
    dataset.add_new(0x50000010, "US", 4)
    return dataset


NOTE = item(TextObjectSequence=sequence(item(UnformattedTextValue="arrow")))
STORED_AS_BYTES = ct(StudyDescription="chest")
STORED_AS_BYTES.add_new(0x00204000, "OB", b"by an old archive ")


@pytest.mark.parametrize(
    ("dataset", "option", "expected"),
    [
        (ct(), "clean-graphics", ["113100", "113103"]),
        (ct(GraphicAnnotationSequence=sequence(NOTE)), "clean-graphics", ["113100", "113103"]),
        (overlaid(), "clean-graphics", ["113100"]),
        (curved(), "clean-graphics", ["113100"]),
        (overlaid(GraphicAnnotationSequence=sequence(NOTE)), "clean-graphics", []),
        (overlaid(), "clean-descriptors", ["113100", "113105"]),
        (overlaid(StudyDescription="chest"), "clean-graphics clean-descriptors", ["113100", "113105"]),
        (ct(StudyDescription="chest"), "clean-descriptors", ["113100", "113105"]),
        (ct(MakerNote=b"\1\2"), "clean-descriptors", ["113100"]),
        (ct(MakerNote=b""), "clean-descriptors", ["113100", "113105"]),
        (ct(MakerNote=b"\1\2", StudyDescription="chest"), "clean-descriptors", []),
        (ct(UsedSegmentsSequence=sequence(item(MakerNote=b"\1\2"))), "clean-descriptors", ["113100"]),
        (STORED_AS_BYTES, "clean-descriptors", []),
    ],
)
def test_an_option_that_an_instance_does_not_get_in_full_is_not_claimed(
    dataset: Dataset, option: str, expected: list[str]
) -> None:
    data = to_bytes(dataset)
    plan = Policy(options=option.split())
    for outcome in (outcome_of(data, plan), outcome_of(data, plan)):
        assert (outcome.status, outcome.reason) == ("written", "")
        read = pydicom.dcmread(BytesIO(output_of(data, outcome)))
        assert codes(read) == expected
        assert read.PatientIdentityRemoved == "YES"


DEVICE_DATES = {
    "DateOfLastCalibration": "20240227",
    "TimeOfLastCalibration": "080000",
    "DateOfManufacture": "20150604",
    "DateOfInstallation": "20150708",
    "CalibrationDateTime": "20240227081500",
    "DateOfGainCalibration": "20240226",
}


@pytest.mark.parametrize("options", ["retain-modified-dates", "retain-modified-dates retain-device-identity"])
def test_dates_of_the_device_are_shifted_by_weeks_of_their_own(options: str) -> None:
    def weeks(patient: str, serial: str) -> tuple[int, int]:
        dataset = ct(PatientID=patient, DeviceSerialNumber=serial, **DEVICE_DATES)
        read = deidentified(dataset, *options.split())
        assert {"113107", *(["113109"] if "device" in options else [])} < set(codes(read))
        assert read.TimeOfLastCalibration == "080000"
        back = [
            days(DEVICE_DATES[word]) - days(read[word].value) for word in DEVICE_DATES if not word.startswith("Time")
        ]
        assert len(set(back)) == 1
        assert back[0] > 0 == back[0] % 7
        return back[0] // 7, (days("20240229") - days(read.StudyDate)) // 7

    first, other_patient, other_device = weeks("A-1", "S-1"), weeks("B-2", "S-1"), weeks("A-1", "S-2")
    assert first[0] == other_patient[0] != other_device[0]
    assert first[1] == other_device[1] != other_patient[1]
    assert first[0] != first[1]


def days(text: str) -> int:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8])).toordinal()


def test_every_date_that_no_table_lists_is_shifted() -> None:
    unlisted = [tag for tag in dates() if row_of(tag) is None and of_kind(tag, vr_of(tag)) is None]
    assert judged("device_dates").intersection(unlisted)
    options = frozenset(("retain-modified-dates",))
    assert {decide(tag, vr_of(tag), (), "", options).code for tag in unlisted} == {"C"}


@pytest.mark.parametrize(
    ("options", "before", "after"),
    [
        ("retain-full-dates", "", "UNMODIFIED"),
        ("retain-full-dates", "UNMODIFIED", "UNMODIFIED"),
        ("retain-full-dates", "MODIFIED", "MODIFIED"),
        ("retain-full-dates", "modified", "MODIFIED"),
        ("retain-full-dates", "Removed", "REMOVED"),
        ("retain-full-dates", "REMOVED", "REMOVED"),
        ("retain-full-dates", "Okonkwo", "UNMODIFIED"),
        ("retain-modified-dates", "UNMODIFIED", "MODIFIED"),
        ("retain-modified-dates", "REMOVED", "REMOVED"),
        ("", "MODIFIED", "REMOVED"),
    ],
)
def test_what_the_source_said_of_its_dates_stays_true(options: str, before: str, after: str) -> None:
    dataset = ct(LongitudinalTemporalInformationModified=before) if before else ct()
    assert deidentified(dataset, *options.split()).LongitudinalTemporalInformationModified == after


def method(value: str, scheme: str = "DCM") -> Dataset:
    return item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning="x")


def test_dates_that_a_code_of_the_source_calls_modified_are_not_unmodified() -> None:
    dataset = ct(DeidentificationMethodCodeSequence=sequence(method("113100"), method("113107")))
    assert deidentified(dataset, "retain-full-dates").LongitudinalTemporalInformationModified == "MODIFIED"


@pytest.mark.parametrize("scheme", ["99LOCAL", "99DEID", "SCT"])
def test_a_code_of_another_scheme_is_another_code(scheme: str) -> None:
    read = deidentified(ct(DeidentificationMethodCodeSequence=sequence(method("113100", scheme), method("113109"))))
    found = [(entry.CodingSchemeDesignator, entry.CodeValue) for entry in read.DeidentificationMethodCodeSequence]
    assert found == [(scheme, "113100"), ("DCM", "113109"), ("DCM", "113100")]


DATED = (
    "1.2.840.113619.2.55.3.604688119.971.1709201472.123",
    "1.3.12.2.1107.5.2.32.35162.2024022910111234567890123",
    "1.3.12.2.1107.5.1.4.55048.30000024022908361746800000066",
    "1.3.46.670589.11.17521.5.0.3124.2024022908564160709",
    "1.2.276.0.99999.1709201472123",
    "1.2.276.0.99999.2024.2.29.1",
    "1.2.276.0.99999.240229101112",
    "1.2.276.0.99999.240229.101112",
    "1.2.276.0.99999.29022024",
    "1.2.276.0.99999.10120240229",
    "1.2.276.0.99999.2024060.17",
    "1.2.276.0.99999.2024366101112",
    "1.2.276.0.99999.638447994720000000",
    "2.25.20210412101112",
    "2.25.2021.4.12.101112",
    "2.25.1709201472123",
)
UNDATED = (
    f"{UID}.3",
    "2.25.329800735698586629202402291978511506172",
    "1.3.6.1.4.1.14519.5.2.1.7009.2403.334240657131972136850343327463",
    "1.2.826.0.1.3680043.8.498.13",
    "1.2.276.0.99999.2024.13.45",
    "1.2.276.0.99999.2024367",
    "1.2.276.0.99999.2024000",
    "1.2.276.0.99999.32024060",
)


@pytest.mark.parametrize("uid", [*DATED, *UNDATED])
def test_uids_that_carry_a_date_are_known(uid: str) -> None:
    assert is_dated(uid) is (uid in DATED)


@pytest.mark.parametrize("uid", DATED)
def test_a_uid_that_carries_a_date_does_not_stay_beside_shifted_dates(uid: str) -> None:
    reference = item(ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.2", ReferencedSOPInstanceUID=uid)
    dataset = ct(SOPInstanceUID=uid, ReferencedImageSequence=sequence(reference))
    read = deidentified(dataset, "retain-uids", "retain-modified-dates")
    assert read.SOPInstanceUID == read.file_meta.MediaStorageSOPInstanceUID != uid
    assert read.ReferencedImageSequence[0].ReferencedSOPInstanceUID == read.SOPInstanceUID
    assert read.StudyInstanceUID == dataset.StudyInstanceUID
    assert codes(read) == []
    for options in (("retain-uids",), ("retain-uids", "retain-full-dates")):
        kept = deidentified(dataset, *options)
        assert kept.SOPInstanceUID == uid
        assert "113110" in codes(kept)


@pytest.mark.parametrize("number", ["4711008", "MRN-4711008", "0004711008"])
def test_a_uid_that_holds_a_number_of_the_patient_does_not_stay(number: str) -> None:
    uid = "1.2.276.0.7230010.3.47110080.9"
    dataset = ct(PatientID=number, StudyInstanceUID=uid, FrameOfReferenceUID=f"{uid}.1")
    read = deidentified(dataset, "retain-uids")
    assert "4711008" not in str(read)
    assert read.SOPInstanceUID == dataset.SOPInstanceUID
    assert codes(read) == []  # only the option lets the other UIDs stay, and it was not done in full
    dataset.PatientID = "4711"
    kept = deidentified(dataset, "retain-uids")
    assert (kept.StudyInstanceUID, codes(kept)) == (uid, ["113100", "113110"])


@pytest.mark.parametrize(
    ("stated", "uid"),
    [
        ({"PatientID": "47-11-0081"}, "1.2.276.0.47110081.3.9"),
        ({"PatientID": "MRN-0815-4711"}, "1.2.276.0.3.8154711.9"),
        ({"PatientID": "4711998123"}, "1.2.276.0.3.47119.98123.1.9"),
        ({"PatientID": "4711998123"}, "2.25.11147119981234567890123456789012345"),
        ({"AccessionNumber": "20240229017"}, "1.2.276.0.3.20240229017.9"),
        ({"OtherPatientIDsSequence": sequence(item(PatientID="A 551209"))}, "1.2.276.0.3.9551209.9"),
        ({"RequestedProcedureID": "RP887766"}, "1.2.276.0.3.887766.9"),
        ({"PatientTelephoneNumbers": "+49 30 8876612"}, "1.2.276.0.3.308876612.9"),
        ({"PatientBirthDate": "19620704"}, "1.2.276.0.3.19620704.9"),
        ({"PatientBirthDate": "19620704"}, "1.2.276.0.3.104071962.9"),
        ({"ReferringPhysicianIdentificationSequence": sequence(item(InstitutionName="Ward 551209"))}, "1.2.3.551209.9"),
    ],
)
def test_any_number_that_the_object_names_counts_in_retained_uids(stated: dict[str, object], uid: str) -> None:
    dataset = ct(StudyInstanceUID=uid, **stated)
    read = deidentified(dataset, "retain-uids")
    assert read.StudyInstanceUID == "2.25." + read.StudyInstanceUID[5:] != uid
    assert (read.SeriesInstanceUID, read.SOPInstanceUID) == (dataset.SeriesInstanceUID, dataset.SOPInstanceUID)
    other = deidentified(ct(StudyInstanceUID=f"{UID}.9", **stated), "retain-uids")
    assert other.StudyInstanceUID == f"{UID}.9"


@pytest.mark.parametrize(
    "stated",
    [
        {"DeviceSerialNumber": "887766"},
        {"StationName": "CT887766"},
        {"PerformedProcedureStepID": "887766"},
        {"RequestAttributesSequence": sequence(item(ScheduledProcedureStepID="887766"))},
        {"PatientID": "87766"},
    ],
)
def test_numbers_of_equipment_and_short_ones_stay_in_retained_uids(stated: dict[str, object]) -> None:
    uid = "1.2.276.0.3.887766.9"
    assert deidentified(ct(StudyInstanceUID=uid, **stated), "retain-uids").StudyInstanceUID == uid


def test_retained_uids_without_a_date_are_claimed_beside_shifted_dates() -> None:
    read = deidentified(ct(), "retain-uids", "retain-modified-dates")
    assert (read.SOPInstanceUID, codes(read)) == (f"{UID}.3", ["113100", "113107", "113110"])


def test_where_all_uids_are_replaced_the_profile_is_claimed_without_the_option() -> None:
    dataset = ct(
        **dict.fromkeys(("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"), DATED[0])
    )
    assert codes(deidentified(dataset, "retain-uids", "retain-modified-dates")) == ["113100", "113107"]


INVALID = ["FRAME-X77", "N/A", "1.2.826.00.1.999", "1.2." + "3" * 77, "1.2.826.0.1\\1.2.826.0.2", "1.2.826.0.1\\N/A"]


@pytest.mark.parametrize("uid", INVALID)
@pytest.mark.parametrize("keyword", ["FrameOfReferenceUID", "StudyInstanceUID", "SeriesInstanceUID"])
def test_a_uid_that_is_none_is_not_retained_and_the_option_is_not_claimed(keyword: str, uid: str) -> None:
    dataset = ct(**{keyword: "PLACEHOLDER"})
    data = to_bytes(dataset).replace(padded("PLACEHOLDER"), padded(uid), 1)
    outcome = outcome_of(data, Policy(options=["retain-uids"]))
    assert (outcome.status, outcome.reason) == ("written", "")
    read = pydicom.dcmread(BytesIO(output_of(data, outcome)))
    assert read[keyword].VM == 1
    assert read[keyword].value.is_valid
    assert read[keyword].value != uid
    assert "113110" not in codes(read)
    assert read.SOPInstanceUID == f"{UID}.3"


def padded(uid: str) -> bytes:
    """The value of a UI element in Explicit VR, with its VR and length."""
    value = uid.encode() + b"\0" * (len(uid) % 2)
    return b"UI" + len(value).to_bytes(2, "little") + value


@pytest.mark.parametrize("text", ["12.4.21", "someday"])
def test_dates_are_not_unmodified_where_one_is_emptied(text: str) -> None:
    data = to_bytes(ct(AcquisitionDate="20240229")).replace(b"\x08\0\x22\0DA\x08\x00" + b"20240229", date_of(text))
    outcome = outcome_of(data, Policy(options=["retain-full-dates"]))
    read = pydicom.dcmread(BytesIO(output_of(data, outcome)))
    assert read.get("AcquisitionDate", "") == ""
    assert "113106" not in codes(read)
    assert read.LongitudinalTemporalInformationModified == "MODIFIED"


def date_of(text: str) -> bytes:
    """Acquisition Date in Explicit VR."""
    value = text.encode() + b" " * (len(text) % 2)
    return b"\x08\0\x22\0DA" + len(value).to_bytes(2, "little") + value


@pytest.mark.parametrize(("age", "claimed"), [("045Y", True), ("45Y ", False), ("45  ", False)])
def test_an_age_that_is_none_is_emptied_and_the_option_is_not_claimed(age: str, claimed: bool) -> None:
    data = to_bytes(ct(PatientAge="045Y")).replace(b"AS\x04\x00045Y", b"AS\x04\0" + age.encode())
    outcome = outcome_of(data, Policy(options=["retain-patient-characteristics"]))
    read = pydicom.dcmread(BytesIO(output_of(data, outcome)))
    assert (read.PatientAge, "113108" in codes(read)) == (age if claimed else "", claimed)


@pytest.mark.parametrize(
    ("keyword", "option"),
    [
        ("InstitutionCodeSequence", "retain-institution-identity"),
        ("InstitutionalDepartmentTypeCodeSequence", "retain-institution-identity"),
        ("EthnicGroupCodeSequence", "retain-patient-characteristics"),
        ("PerformedStationNameCodeSequence", "retain-device-identity"),
    ],
)
def test_what_an_option_retains_keeps_the_meaning_of_a_local_code(keyword: str, option: str) -> None:
    local = {"CodeValue": "X1", "CodingSchemeDesignator": "99LOCAL", "CodeMeaning": "Ravensford General"}
    made = ct(AnatomicRegionSequence=sequence(item(**local)), **{keyword: sequence(item(**local))})
    found = deidentified(made, option)
    assert found[keyword].value[0].CodeMeaning == "Ravensford General"
    assert found.AnatomicRegionSequence[0].CodeMeaning == "REMOVED"
    assert len(found.DeidentificationMethodCodeSequence) == 2
