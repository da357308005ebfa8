"""What stays though the object names it elsewhere: makes and models, meanings of codes, versions; UIDs in labels."""

from __future__ import annotations

from io import BytesIO

import pydicom
import pytest
from dicom_deid.deidentify.uids_in_text import UID as UID_IN_TEXT
from dicom_deid.key import Key
from dicom_deid.policy import Policy
from dicom_deid.profile import table
from made import KEY, UID, ct, deidentified, item, outcome_of, output_of, sequence, to_bytes
from pydicom.dataset import Dataset

EQUIPMENT = {
    "Manufacturer": "Weir Imaging",
    "ManufacturerModelName": "Galan 3T",
    "SoftwareVersions": ["V6.1", "Galan 3T"],
    "ReceiveCoilName": "Head_32",
    "DeviceSerialNumber": "",
}


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("StationName", "Galan 3T"),
        ("StationName", "GALAN 3T"),
        ("StationName", "GALAN-3T"),
        ("StationName", "Galan3T"),
        ("StationName", "Head_32"),
        ("InstitutionName", "Weir Imaging"),
        ("InstitutionalDepartmentName", "WEIR IMAGING"),
        ("DeviceSerialNumber", "Galan 3T"),
        ("GantryID", "Galan 3T"),
        ("StationName", "V6.1"),
    ],
)
def test_makes_and_models_stay_though_a_station_is_called_so(keyword: str, value: str) -> None:
    dataset = ct(**{**EQUIPMENT, keyword: value}, ImageID=f"on {value} today")
    read = deidentified(dataset)
    for word in ("Manufacturer", "ManufacturerModelName", "SoftwareVersions", "ReceiveCoilName"):
        assert read[word].value == dataset[word].value
    assert read.get(keyword) in (None, "", "REMOVED")


@pytest.mark.parametrize(
    ("model", "station"),
    [
        ("Vantage Titan", "VANTAGE"),
        ("Selenia Dimensions", "SELENIA"),
        ("G-scan Brio", "Brio"),
        ("G-scan Brio", "BRIO"),
        ("Vantage Titan 3T", "Vantage Titan"),
    ],
)
@pytest.mark.parametrize("keyword", ["StationName", "GantryID", "TreatmentMachineName"])
def test_a_model_stays_whole_though_a_station_is_called_as_a_word_of_it(model: str, station: str, keyword: str) -> None:
    read = deidentified(ct(ManufacturerModelName=model, ImageID=f"on {station} today", **{keyword: station}))
    assert read.ManufacturerModelName == model


def test_a_model_with_the_name_of_a_person_or_a_place_does_not_stay() -> None:
    for values in ({"PatientName": "Zorbath^Jo"}, {"InstitutionName": "Zorbath Clinic"}, {"PatientID": "Zorbath"}):
        read = deidentified(ct(ManufacturerModelName="Vantage Zorbath", StationName="VANTAGE", **values))
        assert "Zorbath" not in str(read.ManufacturerModelName)


@pytest.mark.parametrize("keyword", ["InstitutionAddress", "PatientAddress", "ReferringPhysicianAddress"])
def test_a_maker_stays_whole_though_an_address_has_a_word_of_it(keyword: str) -> None:
    assert deidentified(ct(Manufacturer="GE Marquette", **{keyword: "12 Marquette Street"})).Manufacturer == (
        "GE Marquette"
    )
    named = ct(Manufacturer="GE Marquette", PatientName="Marquette^Jo", **{keyword: "12 Marquette Street"})
    assert deidentified(named).Manufacturer == "GE"


@pytest.mark.parametrize("name", ["Galan 3T", "Galan^Jo"])
def test_a_model_that_a_person_or_an_id_is_called_does_not_stay(name: str) -> None:
    by_name = ct(**EQUIPMENT, StationName="Galan 3T", OperatorsName=name)
    by_id = ct(**EQUIPMENT, StationName="Galan 3T", PatientID="Galan 3T")
    for dataset in (by_name, by_id):
        assert "Galan" not in str(deidentified(dataset).ManufacturerModelName)


def test_a_station_within_a_label_or_beside_other_words_does_not_stay() -> None:
    dataset = ct(StationName="CT-EAST-17", ManufacturerModelName="Aera CT-EAST-17", FilterType="for CT-EAST-17")
    read = deidentified(dataset)
    assert (read.ManufacturerModelName, read.FilterType) == ("Aera", "for")


def test_the_equipment_of_contributing_items_stays_too() -> None:
    part = item(Manufacturer="Weir Imaging", ManufacturerModelName="Recon 5", StationName="Recon 5")
    read = deidentified(ct(ContributingEquipmentSequence=sequence(part)))
    assert read.ContributingEquipmentSequence[0].ManufacturerModelName == "Recon 5"


def code(value: str, scheme: str, meaning: str, **values: object) -> Dataset:
    return item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning, **values)


CODES = (
    ("56459004", "SCT", "Foot"),
    ("T-D8700", "SRT", "Hand"),
    ("39607008", "SCT", "Lung"),
    ("72696002", "SCT", "Knee"),
    ("113014", "DCM", "Study"),
    ("24606-6", "LN", "Mammography"),
    ("mm", "UCUM", "millimeter"),
    ("RID1301", "RADLEX", "lung"),
    ("[hnsf'U]", "UCUM", "Hounsfield unit"),
)


@pytest.mark.parametrize("published", CODES, ids=lambda code: code[2])
def test_the_meaning_of_a_published_code_stays_whoever_is_called_so(published: tuple[str, str, str]) -> None:
    word = published[2].split()[0]
    for values in ({"PatientName": f"{word}^Ann"}, {"InstitutionalDepartmentName": published[2], "StationName": word}):
        read = deidentified(ct(AnatomicRegionSequence=sequence(code(*published)), **values))
        assert read.AnatomicRegionSequence[0].CodeMeaning == published[2]


def test_a_name_in_the_meaning_of_a_code_does_not_stay() -> None:
    dataset = ct(AnatomicRegionSequence=sequence(code("56459004", "SCT", "Foot of Okonkwo")), OperatorsName="Foot^A")
    assert deidentified(dataset).AnatomicRegionSequence[0].CodeMeaning == "Foot of"
    local = ct(AnatomicRegionSequence=sequence(code("F-1", "99WEIR", "Foot")), PatientName="Foot^Ann")
    assert deidentified(local).AnatomicRegionSequence[0].CodeMeaning == "REMOVED"


@pytest.mark.parametrize("options", ["", "retain-modified-dates", "retain-full-dates"])
def test_the_version_of_a_context_group_stays_true(options: str) -> None:
    version = {"ContextIdentifier": "4031", "MappingResource": "DCMR", "ContextGroupVersion": "20141110"}
    coded = code("39607008", "SCT", "Lung", **version, ContextGroupLocalVersion="20150101")
    nested = item(ProtocolContextSequence=sequence(coded))
    read = deidentified(
        ct(AnatomicRegionSequence=sequence(coded), RequestAttributesSequence=sequence(nested)), *options.split()
    )
    assert read.AnatomicRegionSequence[0].ContextGroupVersion == "20141110"
    assert read.AnatomicRegionSequence[0].ContextGroupLocalVersion == "20150101"


@pytest.mark.parametrize(
    ("scheme", "version"), [("99WEIR", "20141110"), ("SCT", "20240229"), ("SCT", "20240229101112")]
)
def test_a_version_that_is_local_or_a_day_of_the_patient_does_not_stay(scheme: str, version: str) -> None:
    coded = code("39607008", scheme, "Lung", ContextGroupVersion=version)
    assert (
        deidentified(ct(AnatomicRegionSequence=sequence(coded))).AnatomicRegionSequence[0].ContextGroupVersion
        != version
    )


@pytest.mark.parametrize("keyword", ["ImageID", "FilterType", "StudyDescription", "ImageComments", "DeviceDescription"])
@pytest.mark.parametrize("uid", [f"{UID}.1", f"{UID}.2", f"{UID}.3", f"{UID}.4", "1.2.840.99999.1.2.3.4.5.6"])
def test_a_uid_in_a_text_is_replaced_or_goes(keyword: str, uid: str) -> None:
    dataset = ct(**{keyword: f"see {uid}."})
    read = deidentified(dataset, "clean-descriptors", "retain-device-identity")
    new = Key(KEY).uid(uid)
    assert read[keyword].value in (f"see {new}.", f"see {new}", "see .", "see", "see..")
    assert uid.encode() not in output(dataset)
    if keyword == "ImageComments":
        assert "see" in read[keyword].value


def output(dataset: Dataset) -> bytes:
    data = to_bytes(dataset)
    return output_of(data, outcome_of(data, Policy(options=["clean-descriptors", "retain-device-identity"])))


def test_a_uid_in_a_long_text_keeps_its_link() -> None:
    read = deidentified(ct(SoftwareVersions=["A", f"{UID}.2"]))
    assert read.SoftwareVersions == ["A", read.SeriesInstanceUID]


@pytest.mark.parametrize("cue", ["ref", "acc", "study id:"])
def test_a_uid_behind_a_cue_for_numbers_keeps_its_link(cue: str) -> None:
    read = deidentified(ct(SeriesDescription=f"{cue} {UID}.2"), "clean-descriptors")
    assert read.SeriesDescription == f"{cue} {read.SeriesInstanceUID}"


@pytest.mark.parametrize("text", ["V 1.2.3", "1.2.840.10008.5.1.4.1.1.2", "10.0.12.1", "2.25", "0.5.1 mm"])
def test_versions_numbers_and_uids_of_the_standard_stay_in_text(text: str) -> None:
    assert deidentified(ct(SoftwareVersions=text)).SoftwareVersions == text


def test_uids_in_text_stay_where_uids_are_retained() -> None:
    assert deidentified(ct(SoftwareVersions=f"{UID}.2"), "retain-uids").SoftwareVersions == f"{UID}.2"


def test_a_uid_is_read_whole() -> None:
    found = UID_IN_TEXT.findall(b"1.2.3.4, (2.25.17) 3.1.2 1.2.3. 11.2.3.4 x1.2.9")
    assert found == [b"1.2.3.4", b"2.25.17", b"1.2.3", b"1.2.9"]


IMPLICIT = "1.2.840.10008.1.2"
DECLARED = {1: ("LO", b"blue "), 2: ("FD", bytes(8)), 3: ("DA", b"20240229"), 4: ("OB", b"secret"), 5: ("PN", b"Ng^A")}


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", IMPLICIT])
def test_private_elements_whose_vr_the_object_declares_stay(syntax: str) -> None:
    definitions = [
        item(PrivateDataElement=number, PrivateDataElementValueRepresentation=DECLARED[number][0])
        for number in DECLARED
    ]
    block = item(
        PrivateGroupReference=0x0009,
        PrivateCreatorReference="WEIR",
        BlockIdentifyingInformationStatus="SAFE",
        PrivateDataElementDefinitionSequence=sequence(*definitions),
    )
    dataset = ct(PrivateDataElementCharacteristicsSequence=sequence(block))
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.add_new(0x00090010, "LO", "WEIR")
    for number, (vr, value) in DECLARED.items():
        dataset.add_new(0x00091000 + number, "UN", value)
        if syntax != IMPLICIT:
            dataset[0x00091000 + number].VR = vr
            dataset[0x00091000 + number].value = READ.get(vr, value)
    data = to_bytes(dataset)
    output = output_of(data, outcome_of(data, Policy(options=["retain-safe-private"])))
    read = pydicom.dcmread(BytesIO(output))
    kept = [element.tag & 0xFF for element in read if element.tag.is_private and element.tag & 0xFF00]
    assert kept[:2] == [1, 2]
    assert not {4, 5}.intersection(kept)
    assert b"20240229" not in output


READ = {"LO": "blue", "FD": 0.0, "DA": "20240229", "PN": "Ng^A"}


def test_the_words_of_meanings_are_those_of_the_standard() -> None:
    words = table("code-meanings.json")["words"].split()
    assert {"foot", "hand", "lung", "knee", "mammography"} <= set(words)


@pytest.mark.parametrize(
    ("values", "label"),
    [
        ({"PatientID": "T12000"}, "T1 2000"),
        ({"PatientID": "T12000"}, "T1_2000"),
        ({"PatientID": "B11000"}, "b1 1000"),
        ({"StudyID": "3000"}, "TR 3000 TE 80"),
        ({"StudyID": "3000"}, "TR=3000"),
        ({"StudyID": "2350"}, "TI: 2350 ms"),
        ({"AccessionNumber": "1000"}, "b 1000"),
        ({"PatientID": "1500"}, "WW 1500"),
        ({"PatientID": "1500"}, "1500 Hz"),
    ],
)
def test_a_measure_is_no_id(values: dict[str, str], label: str) -> None:
    assert deidentified(ct(**values, ImageID=label)).ImageID == label


@pytest.mark.parametrize(
    ("identity", "label"),
    [
        ("T12000", "T12000 knee"),
        ("T12000", "T-12000 knee"),
        ("T12000", "12000 knee"),
        ("T1-2000", "T1 2000 knee"),
        ("AB-0815", "AB 0815 knee"),
        ("4711", "4711 knee"),
        ("4711", "knee 4711"),
        ("3000", "No 3000 knee"),
    ],
)
def test_a_short_id_goes(identity: str, label: str) -> None:
    assert "knee" in deidentified(ct(PatientID=identity, ImageID=label)).ImageID
    assert not any(map(str.isdigit, deidentified(ct(PatientID=identity, ImageID=label)).ImageID))


@pytest.mark.parametrize(
    ("name", "keyword", "value"),
    [("Lao^Mei", "ViewPosition", "LAO"), ("Iso^Aki", "ViewPosition", "ISO"), ("Rao^Anil", "ViewPosition", "RAO")],
)
def test_a_defined_term_stays_whoever_is_called_so(name: str, keyword: str, value: str) -> None:
    read = deidentified(ct(PatientName=name, ImageID=f"{name.split('^', maxsplit=1)[0]} left", **{keyword: value}))
    assert (read[keyword].value, read.ImageID) == (value, "left")


@pytest.mark.parametrize("options", [(), ("clean-descriptors",)])
@pytest.mark.parametrize("value", ["44051401359", "111222333", "8803200016"])
def test_the_value_of_a_published_code_stays_though_a_national_number_may_look_so(
    value: str, options: tuple[str, ...]
) -> None:
    code, own = (item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning="Chest") for scheme in ("SCT", "99L"))
    made = ct(AnatomicRegionSequence=sequence(code), ProcedureCodeSequence=sequence(own), SoftwareVersions=value)
    read = deidentified(made, *options)
    assert (read.AnatomicRegionSequence[0].CodeValue, read.SoftwareVersions) == (value, value)
    assert read.ProcedureCodeSequence[0].CodeValue == "REMOVED"
    named = deidentified(ct(AnatomicRegionSequence=sequence(code), PatientID=value), *options)
    assert named.AnatomicRegionSequence[0].CodeValue == "REMOVED"
