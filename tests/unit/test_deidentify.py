"""De-identification: what goes, what is replaced, and what has to stay."""

from __future__ import annotations

from io import BytesIO

import pydicom
import pytest
from dicom_deid.deidentify.dummies import dummy
from dicom_deid.key import Key
from dicom_deid.policy import Policy
from made import CT, KEY, UID, ct, deidentified, item, outcome_of, output_of, sequence, to_bytes

SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"


def test_what_should_stay_stays() -> None:
    read = deidentified(ct(ImagePositionPatient=["-1.5", "0", "1e3"], BodyPartExamined="HEAD", ImageType=["A", "B"]))
    assert (read.Modality, read.Manufacturer, read.ConvolutionKernel, read.BodyPartExamined) == (
        "CT", "ACME", "B30f", "HEAD",
    )  # fmt: skip
    assert (read.SliceThickness, read.KVP, read.RescaleIntercept) == ("1.25", "120", "-1024")
    assert [str(value) for value in read.ImagePositionPatient] == ["-1.5", "0", "1e3"]
    assert read.PixelData == bytes(range(32))


def test_the_patient_is_a_pseudonym_and_empty_attributes_stay_empty() -> None:
    read = deidentified(ct(ReferringPhysicianName="", StudyID="S1"))
    assert read.PatientID == Key(KEY).patient("MRN-0815-4711")
    assert read.PatientName == f"{read.PatientID}^"
    assert (read.PatientBirthDate, read.PatientSex, read.StudyDate, read.StudyID) == ("", "", "", "")
    assert read.ReferringPhysicianName == ""


def test_an_empty_patient_id_does_not_make_one_patient_of_two() -> None:
    one = deidentified(ct(PatientID="", PatientName="", StudyInstanceUID=f"{UID}.10"))
    other = deidentified(ct(PatientID="", PatientName="", StudyInstanceUID=f"{UID}.11"))
    assert one.PatientID != other.PatientID


def test_spaces_around_an_id_do_not_make_two_patients_of_one() -> None:
    assert deidentified(ct(PatientID=" 4711 ")).PatientID == deidentified(ct(PatientID="4711")).PatientID


def test_links_between_objects_stay() -> None:
    segmented = item(ReferencedSOPClassUID=CT, ReferencedSOPInstanceUID=f"{UID}.3")
    series = item(SeriesInstanceUID=f"{UID}.2", ReferencedInstanceSequence=sequence(segmented))
    image = deidentified(ct())
    read = deidentified(ct(SOPClassUID=SEGMENTATION, Modality="SEG", ReferencedSeriesSequence=sequence(series)))
    reference = read.ReferencedSeriesSequence[0]
    assert reference.SeriesInstanceUID == image.SeriesInstanceUID
    assert reference.ReferencedInstanceSequence[0].ReferencedSOPInstanceUID == image.SOPInstanceUID
    assert reference.ReferencedInstanceSequence[0].ReferencedSOPClassUID == CT
    assert read.StudyInstanceUID == image.StudyInstanceUID


def test_uids_of_the_standard_are_never_replaced() -> None:
    read = deidentified(
        ct(
            FrameOfReferenceUID="1.2.840.10008.1.4.1.1",
            CodingSchemeIdentificationSequence=sequence(
                item(CodingSchemeDesignator="SCT", CodingSchemeUID="2.16.840.1.113883.6.96", CodingSchemeName="SNOMED")
            ),
        )
    )
    assert read.FrameOfReferenceUID == "1.2.840.10008.1.4.1.1"
    scheme = read.CodingSchemeIdentificationSequence[0]
    assert (scheme.CodingSchemeUID, scheme.CodingSchemeName) == ("2.16.840.1.113883.6.96", "SNOMED")


def test_a_uid_that_is_replaced_by_a_dummy_is_one() -> None:
    group = item(AnnotationGroupNumber=1, AnnotationGroupUID=f"{UID}.9", AnnotationGroupLabel="nuclei")
    read = deidentified(ct(AnnotationGroupSequence=sequence(group), TrackingUID=f"{UID}.9"))
    assert read.AnnotationGroupSequence[0].AnnotationGroupUID == read.TrackingUID
    assert read.TrackingUID.startswith("2.25.")


def test_an_instance_that_frames_were_taken_from_gets_its_new_uid() -> None:
    source = item(MultiFrameSourceSOPInstanceUID=f"{UID}.3", SimpleFrameList=[1])
    read = deidentified(ct(FrameExtractionSequence=sequence(source)))
    assert read.FrameExtractionSequence[0].MultiFrameSourceSOPInstanceUID == read.SOPInstanceUID


def test_uids_keep_their_number_and_an_empty_one_stays_empty() -> None:
    read = deidentified(ct(FrameOfReferenceUID="", RelatedGeneralSOPClassUID=["1.2.840.10008.5.1.4.1.1.2", CT]))
    assert read.FrameOfReferenceUID == ""
    assert list(read.RelatedGeneralSOPClassUID) == [CT, CT]


def test_a_known_code_stays_and_a_local_one_loses_its_meaning() -> None:
    known = item(CodeValue="T-D1100", CodingSchemeDesignator="SRT", CodeMeaning="Head")
    local = item(CodeValue="42", CodingSchemeDesignator="99X", CodeMeaning="Dr. Who's head")
    read = deidentified(ct(AnatomicRegionSequence=sequence(known, local)))
    assert [code.CodeMeaning for code in read.AnatomicRegionSequence] == ["Head", "REMOVED"]


def test_the_marks_are_added_to_what_is_there_and_true() -> None:
    before = item(CodeValue="113100", CodingSchemeDesignator="DCM", CodeMeaning="Basic")
    own = item(CodeValue="X", CodingSchemeDesignator="99X", CodeMeaning="ours")
    read = deidentified(
        ct(DeidentificationMethod="another tool", DeidentificationMethodCodeSequence=sequence(before, own)),
        "retain-uids",
        "retain-modified-dates",
    )
    assert read.PatientIdentityRemoved == "YES"
    assert read.DeidentificationMethod[0] == "another tool"
    assert read.DeidentificationMethod[1].startswith("dicom-deid ")
    codes = [code.CodeValue for code in read.DeidentificationMethodCodeSequence]
    assert codes == ["113100", "X", "113107", "113110"]
    assert read.LongitudinalTemporalInformationModified == "MODIFIED"


@pytest.mark.parametrize(
    ("options", "marked"),
    [((), "REMOVED"), (("retain-full-dates",), "UNMODIFIED"), (("retain-modified-dates",), "MODIFIED")],
)
def test_what_was_done_to_dates_is_said(options: tuple[str, ...], marked: str) -> None:
    assert deidentified(ct(), *options).LongitudinalTemporalInformationModified == marked


def test_dates_shift_together_over_a_patient_and_midnight_is_safe() -> None:
    one = deidentified(ct(AcquisitionDateTime="20240229235959.5+0100", ContentDate="20240301"), "retain-modified-dates")
    other = deidentified(ct(StudyInstanceUID=f"{UID}.77", StudyDate="20250301"), "retain-modified-dates")
    weeks = Key(KEY).weeks("MRN-0815-4711")
    assert one.StudyDate != "20240229"
    assert (int(one.AcquisitionDateTime[:8]), one.AcquisitionDateTime[8:]) == (int(one.StudyDate), "235959.5+0100")
    assert one.StudyTime == "235959"
    from datetime import datetime

    days = [datetime.strptime(text, "%Y%m%d") for text in (one.StudyDate, one.ContentDate, other.StudyDate)]  # noqa: DTZ007
    assert (days[1] - days[0]).days == 1
    assert (days[2] - days[0]).days == 366
    assert (datetime(2024, 2, 29) - days[0]).days == 7 * weeks  # noqa: DTZ001
    assert one.PatientBirthDate == ""


def test_a_date_that_cannot_be_read_is_emptied() -> None:
    data = to_bytes(ct()).replace(b"20240229", b"Mo 4.Mae")
    outcome = outcome_of(data, Policy(options=frozenset(("retain-modified-dates",))))
    assert pydicom.dcmread(BytesIO(output_of(data, outcome))).StudyDate == ""


def test_text_of_any_character_set_stays_as_it_was_written() -> None:
    dataset = ct(
        SpecificCharacterSet=["", "ISO 2022 IR 87"], ConvolutionKernel="核", PatientName="Yamada^Tarou=山田^太郎"
    )
    data = to_bytes(dataset)
    read = deidentified(dataset)
    assert list(read.SpecificCharacterSet) == ["", "ISO 2022 IR 87"]
    assert read.ConvolutionKernel == "核"
    assert "山田".encode("iso2022_jp")[3:7] in data
    assert "山田".encode("iso2022_jp")[3:7] not in output_of(data, outcome_of(data))


def test_a_character_set_that_is_used_wrongly_does_not_stop_the_check() -> None:
    outcome = outcome_of(to_bytes(ct(SpecificCharacterSet="ISO 2022 IR 87", FilterType="x")))
    assert outcome.status == "written"


def test_the_output_has_no_name_of_the_source() -> None:
    names = outcome_of(to_bytes(ct())).names
    assert names.path == f"out/{names.patient}/{names.study}/{names.series}/{names.instance}.dcm"
    assert UID not in names.path
    retained = outcome_of(to_bytes(ct()), Policy(options=frozenset(("retain-uids",)))).names
    assert retained.path == names.path
    assert retained.instance == f"{UID}.3"


def test_a_repeated_instance_gets_a_name_of_its_own() -> None:
    data = to_bytes(ct())
    assert outcome_of(data, repeat=True).names.path != outcome_of(data).names.path
    assert output_of(data, outcome_of(data, repeat=True)) == output_of(data, outcome_of(data))


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, "SOP_CLASS_WITHHELD"),
        ({"SOPClassUID": "1.3.12.2.1107.5.9.1"}, "PRIVATE_SOP_CLASS"),
        ({"SOPClassUID": "1.2.840.10008.3.1.2.3.3"}, "UNKNOWN_SOP_CLASS"),
        ({"BurnedInAnnotation": "YES"}, "BURNED_IN"),
        ({"OverlayBitPosition": 12}, "OVERLAY_IN_PIXELS"),
    ],
)
def test_what_the_policy_does_not_cover_is_withheld(values: dict[str, object], why: str) -> None:
    dataset = ct(**{keyword: value for keyword, value in values.items() if keyword != "OverlayBitPosition"})
    if "OverlayBitPosition" in values:
        dataset.add_new(0x60020102, "US", values["OverlayBitPosition"])
    outcome = outcome_of(to_bytes(dataset))
    assert (outcome.status, outcome.reason, outcome.splice, outcome.names.path) == ("withheld", why, (), "")


def test_a_kind_that_is_allowed_is_written() -> None:
    uid = "1.2.840.10008.5.1.4.1.1.7"
    assert deidentified(ct(SOPClassUID=uid), allow=uid).SOPClassUID == uid


def test_a_code_string_keeps_the_terms_of_the_standard_and_loses_a_name() -> None:
    read = deidentified(ct(PatientName="Knee^Okonkwo", BodyPartExamined="KNEE", ImageType=["ORIGINAL", "OKONKWO"]))
    assert (read.BodyPartExamined, list(read.ImageType)) == ("KNEE", ["ORIGINAL", "REMOVED"])


def test_a_defined_term_stays_in_a_code_string_and_is_a_name_elsewhere() -> None:
    read = deidentified(
        ct(
            PatientName="Lin^Ion",
            PixelIntensityRelationship="LIN",
            RadiationType="ION",
            StudyDescription="seen by Dr. Lin",
        ),
        "clean-descriptors",
    )
    assert (read.PixelIntensityRelationship, read.RadiationType) == ("LIN", "ION")
    assert read.StudyDescription == "seen by"


def test_a_maker_stays_though_a_patient_is_called_so() -> None:
    read = deidentified(ct(PatientName="Philips^John", Manufacturer="Philips Medical Systems", FilterType="Philips"))
    assert (read.Manufacturer, read.FilterType) == ("Philips Medical Systems", "REMOVED")


def test_dates_of_the_object_are_removed_from_its_text() -> None:
    read = deidentified(ct(FilterType="born 07.03.1961", SoftwareVersions="2024-02-29"))
    assert (read.FilterType, read.SoftwareVersions) == ("born", "REMOVED")
    assert deidentified(ct(SoftwareVersions="2024-02-29"), "retain-full-dates").SoftwareVersions == "2024-02-29"


def test_text_where_a_uid_belongs_does_not_pass() -> None:
    data = to_bytes(ct(SOPClassUID="1.2.840.10008.5.1.4.1.1.2", RelatedGeneralSOPClassUID="1.2.3"))
    at = data.index(b"1.2.3\0")
    lying = data[:at] + b"Smith\0" + data[at + 6 :]
    outcome = outcome_of(lying)
    assert outcome.status == "written"
    assert b"Smith" not in output_of(lying, outcome)


@pytest.mark.parametrize(("vr", "keyword", "value"), [("DA", "StudyDate", "20240229"), ("DS", "KVP", "120.5678")])
def test_text_in_a_date_or_a_number_that_is_kept_does_not_pass(vr: str, keyword: str, value: str) -> None:
    data = to_bytes(ct(**{keyword: value})).replace(value.encode(), b"Miss Who")
    outcome = outcome_of(data, Policy(options=frozenset(("retain-full-dates",))))
    assert outcome.status == "written"
    assert b"Miss Who" in data
    assert b"Miss Who" not in output_of(data, outcome), vr


def test_numbers_that_are_signed_or_not_stay_as_they_are_if_their_vr_is_not_said() -> None:
    lut = item(LUTDescriptor=[2, -1024, 16], ModalityLUTType="HU")
    dataset = ct(PixelRepresentation=1, PixelPaddingValue=-32768, ModalityLUTSequence=sequence(lut))
    data = to_bytes(dataset).replace(b"\x28\x00\x20\x01SS\x02\x00", b"\x28\x00\x20\x01UN\0\0\x02\0\0\0")
    at = data.index(b"\x28\x00\x00\x30SQ")
    implicit = bytes.fromhex("fe ff 00 e0 18 00 00 00 28 00 02 30 06 00 00 00 02 00 00 fc 10 00")
    implicit += bytes.fromhex("28 00 04 30 02 00 00 00") + b"HU"
    end = at + 12 + int.from_bytes(data[at + 8 : at + 12], "little")
    data = data[: at + 4] + b"UN\0\0" + len(implicit).to_bytes(4, "little") + implicit + data[end:]
    read = pydicom.dcmread(BytesIO(output_of(data, outcome_of(data))))
    assert (read.PixelPaddingValue, list(read.ModalityLUTSequence[0].LUTDescriptor)) == (-32768, [2, -1024, 16])


def test_counts_say_what_was_done() -> None:
    counts = outcome_of(to_bytes(ct(PatientName="Okonkwo", FilterType="for Okonkwo"))).counts
    assert (counts.replaced, counts.cleaned, counts.uids_remapped) == (2, 1, 4)
    assert counts.emptied >= 4


def test_a_verbose_log_names_attributes_and_no_values() -> None:
    log = outcome_of(to_bytes(ct(PatientName="Okonkwo")), Policy(verbose=True)).log
    assert "(0010,0010) Z E.1-1" in log
    assert "okonkwo" not in "\n".join(log).lower()


@pytest.mark.parametrize("scheme", ["RFC3066", "RFC5646", "I10C", "UBERON"])
def test_the_meaning_of_a_published_code_stays(scheme: str) -> None:
    language = item(CodeValue="x", CodingSchemeDesignator=scheme, CodeMeaning="French")
    read = deidentified(ct(AlternateContentDescriptionSequence=sequence(item(LanguageCodeSequence=sequence(language)))))
    assert read.AlternateContentDescriptionSequence[0].LanguageCodeSequence[0].CodeMeaning == "French"


@pytest.mark.parametrize(
    ("vr", "width"),
    [
        ("AT", 4), ("FD", 8), ("FL", 4), ("OD", 8), ("OF", 4), ("OL", 4), ("OV", 8), ("SL", 4), ("SV", 8), ("UL", 4),
        ("UV", 8), ("SS", 2), ("US", 2), ("OB", 2), ("OW", 2), ("UN", 2),
    ],
)  # fmt: skip
def test_a_dummy_of_a_binary_vr_is_one_value_of_zeros(vr: str, width: int) -> None:
    assert dummy(0x00181000, vr) == bytes(width)


@pytest.mark.parametrize("vr", ["AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "TM", "UC", "UR"])
def test_a_dummy_of_text_is_of_even_length(vr: str) -> None:
    value = dummy(0x00081030, vr)
    assert len(value) % 2 == 0
    assert value.strip()
    assert len(dummy(0x00080102, "SH")) == len(b"99DEID")


def test_only_dates_with_a_value_count_as_shifted() -> None:
    options = frozenset(("retain-modified-dates",))
    dataset = ct(StudyTime="101112", SeriesDate="", ContentDate="20240301", AcquisitionDateTime="20240301101112")
    counts = outcome_of(to_bytes(dataset), Policy(options=options)).counts
    assert counts.dates_shifted == 3  # study, content, acquisition


def test_of_several_sop_instance_uids_the_first_counts() -> None:
    one, several = ct(SOPInstanceUID="1.2.3.4"), ct(SOPInstanceUID=["1.2.3.4", "1.2.3.5"])
    names = [outcome_of(to_bytes(dataset)).names for dataset in (one, several)]
    assert names[0].instance == names[1].instance


@pytest.mark.parametrize(
    ("position", "data", "status"), [(12, None, "withheld"), (12, b"\0\0", "written"), (0, None, "written")]
)
def test_an_overlay_of_its_own_lies_in_no_pixels(position: int, data: bytes | None, status: str) -> None:
    dataset = ct()
    dataset.add_new(0x60020102, "US", position)
    if data is not None:
        dataset.add_new(0x60023000, "OW", data)
    assert outcome_of(to_bytes(dataset)).status == status


def test_shifted_moments_are_counted_as_dates_and_times_are_not() -> None:
    def shifted(**values: str) -> int:
        policy = Policy(options=frozenset({"retain-modified-dates"}))
        return outcome_of(to_bytes(ct(**values)), policy).counts.dates_shifted

    assert shifted(AcquisitionDateTime="20240229101112") == shifted() + 1
    assert shifted(AcquisitionTime="101112") == shifted()
