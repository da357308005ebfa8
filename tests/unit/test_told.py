"""Whatever is removed, or is not decoded, counts as told elsewhere; ordinary words do not."""

from __future__ import annotations

import struct

import pytest
from dicom_deid.policy import Policy
from dicom_deid.profile import table
from made import ct, deidentified, item, outcome_of, output_of, sequence, to_bytes
from pydicom import dcmread
from pydicom.datadict import dictionary_VR, keyword_for_tag
from pydicom.dataelem import DataElement
from pydicom.filebase import DicomBytesIO
from pydicom.uid import ImplicitVRLittleEndian

LETTERS = [one + other for one in "bcdfghjklmnpqrstvwxz" for other in "aeiouybcdfgklmn"]
"""Pairs of letters that make different words of one."""
TEXTS = ("AE", "LO", "LT", "SH", "ST", "UC", "UT")


def listed() -> list[str]:
    """The keywords of all attributes of text in Table E.1-1."""
    tags = [int(tag, 16) for tag in table("profile.json")["rows"] if len(tag) == 8 and "x" not in tag]
    known = [tag for tag in tags if keyword_for_tag(tag)]
    return [keyword_for_tag(tag) for tag in known if dictionary_VR(tag) in TEXTS and tag != 0x00080201]


@pytest.mark.parametrize("value", ["QZX-81734", "Ravensford"])
def test_what_any_text_attribute_of_the_table_holds_stands_nowhere_else(value: str) -> None:
    values = {
        keyword: value.replace("81", f"{number:03}").replace("n", LETTERS[number])
        for number, keyword in enumerate(listed())
    }
    made = ct(ImageID="\\".join(f"{one} left" for one in values.values()))
    for keyword, one in values.items():
        setattr(made, keyword, one)
    left = deidentified(made).ImageID
    assert {one for one, text in zip(values, left, strict=True) if text != "left"} == set()


@pytest.mark.parametrize(
    "keyword", ["InstitutionName", "InstitutionAddress", "PerformedLocation", "ResponsibleOrganization", "PatientID"]
)
@pytest.mark.parametrize("value", ["Ravensford General Hospital", "Clinic of Ravensford", "RAVENSFORD_19520714"])
def test_a_significant_part_of_a_place_or_an_id_stands_nowhere_else(keyword: str, value: str) -> None:
    made = ct(ImageID="Ravensford left", FilterType="General hospital clinic", **{keyword: value})
    assert (deidentified(made).ImageID, deidentified(made).FilterType) == ("left", "General hospital clinic")


def test_the_codes_of_staff_stand_nowhere_else() -> None:
    code = item(CodeValue="QZ41", CodingSchemeDesignator="99LOCAL", CodeMeaning="Zorbath, Emil")
    made = ct(ImageID="QZ41 Zorbath left", PersonIdentificationCodeSequence=sequence(code))
    assert deidentified(made).ImageID == "left"


@pytest.mark.parametrize(
    ("birth", "study", "label"),
    [
        ("19520714", "20231117", "71F left"),
        ("19520714", "20231117", "F, 71 left"),
        ("19520714", "20231117", "71/F left"),
        ("19521214", "20231117", "70F left"),
    ],
)
def test_an_age_that_follows_from_dates_stands_nowhere_else(birth: str, study: str, label: str) -> None:
    made = ct(PatientBirthDate=birth, StudyDate=study, PatientSex="F", ImageID=label)
    made.PatientAge = ""
    assert deidentified(made).ImageID == "left"


@pytest.mark.parametrize("sex", ["F", ""])
@pytest.mark.parametrize(
    "label",
    [
        "58歳", "58 才", "58岁", "58 周岁", "58세", "만 58세", "58살", "58 jähriger", "58jährig",
        "58-jährige", "58 Jahre", "58 J.", "58J",
        "Alter: 58", "58 ans", "58 años", "edad 58", "58 anos", "58 anni", "58 jaar", "58 lat", "58 let", "58 лет",
        "58-летняя", "58 років", "58 ετών", "58 yaşında", "58 år", "58-årig", "58 vuotias", "58 سنة", "58 שנה",
        "５８歳",
        "age 58", "058Y", "58 y/o",
    ],
)  # fmt: skip
def test_an_age_that_follows_from_dates_goes_in_other_languages(label: str, sex: str) -> None:
    made = ct(SpecificCharacterSet="ISO_IR 192", ImageID=f"{label} left")
    made.PatientBirthDate, made.StudyDate, made.PatientSex, made.PatientAge = "19651110", "20231117", sex, ""
    assert deidentified(made).ImageID == "left"


@pytest.mark.parametrize(
    ("age", "label"),
    [
        ("005Y", "5F catheter"), ("003Y", "3F"), ("001Y", "M1 left"), ("012Y", "12 F"), ("058Y", "lat 58"),
        ("058Y", "158 anni"), ("058Y", "58 g"), ("058Y", "58.5 mm"), ("058Y", "kV 58"), ("058Y", "58 month"),
    ],
)  # fmt: skip
def test_a_size_or_a_measure_is_no_age(age: str, label: str) -> None:
    sex = "F" if "F" in label else "M"
    assert deidentified(ct(PatientAge=age, PatientSex=sex, ImageID=label)).ImageID == label


def in_un(tag: int, value: bytes, *, label: str, implicit: bool = False, vr: str = "UN") -> str:
    """The label of an output whose input says the value in an element that is not decoded."""
    made = ct(ImageID=label)
    if tag >> 16 & 1:
        made.add(DataElement(tag & 0xFFFF0000 | 0x10, "LO", "ACME 1"))
    if implicit:
        made.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    made.add(DataElement(tag, vr, value))
    data = to_bytes(made)
    return str(dcmread(DicomBytesIO(output_of(data, outcome_of(data)))).ImageID)


def items(*elements: tuple[int, str, str], explicit: bool) -> bytes:
    """The bytes of one item of defined length."""
    content = b""
    for tag, vr, text in elements:
        value = text.encode() + b" " * (len(text) % 2)
        head = struct.pack("<HH", tag >> 16, tag & 0xFFFF)
        content += head + (vr.encode() + struct.pack("<H", len(value)) if explicit else struct.pack("<L", len(value)))
        content += value
    return struct.pack("<HHL", 0xFFFE, 0xE000, len(content)) + content


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("explicit", [False, True])
@pytest.mark.parametrize("tag", [0x00191001, 0x00189ABC, 0x00191002])
@pytest.mark.parametrize(
    ("within", "label"),
    [
        ((0x00100010, "PN", "Kim^Ada"), "Kim left"),
        ((0x00100020, "LO", "1734"), "1734 left"),
        ((0x00080050, "SH", "A73B"), "A73B left"),
        ((0x00211001, "LO", "Zorbath"), "Zorbath left"),
    ],
)
def test_items_of_defined_length_in_what_is_not_decoded_are_read(
    tag: int, within: tuple[int, str, str], label: str, explicit: bool, implicit: bool
) -> None:
    assert in_un(tag, items(within, explicit=explicit), label=label, implicit=implicit) == "left"


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("tag", [0x00191001, 0x00189ABC])
@pytest.mark.parametrize("value", [b"Zorbath Quillon", b"scan of ZORBATH^QUILLON, 1 ", b"\x07\0\0\0Zorbath\0Quillon\0"])
def test_text_of_what_is_not_decoded_counts_where_it_stands_in_a_label(tag: int, value: bytes, implicit: bool) -> None:
    assert in_un(tag, value, label="Zorbath left", implicit=implicit) == "left"


@pytest.mark.parametrize("tag", [0x00191001, 0x00189ABC])
@pytest.mark.parametrize(
    "value",
    [
        b"Zorbath Emil",
        b"\x07\0\0\0Zorbath\0Emil\0\0",
        b"\x01\0" + "Zorbath Emil".encode("utf-16-le"),
        "Zorbath Emil".encode("utf-16-be"),
    ],
)
def test_so_does_a_name_that_stands_nowhere_else_in_the_header(tag: int, value: bytes) -> None:
    assert in_un(tag, value, label="Zorbath left") == "left"


@pytest.mark.parametrize("vr", ["LO", "SH", "UT", "UN", "OB"])
@pytest.mark.parametrize("value", ["ZYX-93817", "93817", "A/93817"])
def test_a_number_of_five_digits_in_a_private_element_counts_where_it_stands_in_a_label(vr: str, value: str) -> None:
    coded = value + " " * (len(value) % 2)
    left = in_un(0x00191001, coded.encode() if vr in ("UN", "OB") else coded, label=f"{value} left", vr=vr)
    assert left.strip("A/ZYX- ") == "left"


@pytest.mark.parametrize(
    "value", ["HEAD", "SEIZURES", "T1", "NONE", "Sagittal kernel", "B30f", "tse2d1", "Contrast enhanced", "1.25.3"]
)
@pytest.mark.parametrize("tag", [0x00191001, 0x00189ABC, 0x00081030, 0x0008103E])
def test_ordinary_and_technical_words_of_what_is_removed_stay_in_labels(tag: int, value: str) -> None:
    made = ct(ImageID=value)
    if tag >> 16 & 1:
        made.add(DataElement(0x00190010, "LO", "ACME 1"))
    made.add(DataElement(tag, "LO", value))
    assert deidentified(made).ImageID == value


def test_words_of_makers_models_and_code_strings_stay() -> None:
    made = ct(ManufacturerModelName="Zorbatron", BodyPartExamined="BACINO", ImageID="Zorbatron bacino medcom")
    made.add(DataElement(0x00190010, "LO", "ACME MEDCOM"))
    made.add(DataElement(0x00191001, "LO", "Zorbatron BACINO medcom"))
    left = deidentified(made)
    assert (left.ManufacturerModelName, left.ImageID) == ("Zorbatron", "Zorbatron bacino medcom")


def test_a_published_code_in_a_sequence_that_is_removed_tells_nothing() -> None:
    code = item(CodeValue="121327", CodingSchemeDesignator="DCM", CodeMeaning="Zorbathian fidelity")
    made = ct(ImageID="Zorbathian 121327", PatientInsurancePlanCodeSequence=sequence(code))
    assert deidentified(made).ImageID == "Zorbathian 121327"


def test_escape_sequences_left_in_a_name_hide_nothing() -> None:
    made = ct(SpecificCharacterSet="\\ISO 2022 IR 58", PatientName="#" * 20, ImageID="@" * 12)
    family, given = (b"\x1b$)A" + text.encode("gb2312") for text in ("王", "伟"))
    name, label = family + b"^" + given, b"\x1b$)A" + "王伟".encode("gb2312")
    data = to_bytes(made).replace(b"#" * 20, name.ljust(20)).replace(b"@" * 12, (label + b" x").ljust(12))
    read = dcmread(DicomBytesIO(output_of(data, outcome_of(data))))
    assert str(read.ImageID).strip() == "x"


@pytest.mark.parametrize(
    ("character_set", "codec", "escape", "name", "text", "left"),
    [
        ("ISO 2022 IR 149", "euc_kr", b"\x1b$)C", "김^철수", "담당의: x\r\n김철수 y", "y"),
        ("ISO 2022 IR 58", "gb2312", b"", "陈^伟", "x\r\n陈伟 y", "y"),
    ],
)
def test_text_whose_writer_gave_the_escape_sequence_once_or_never_is_read(
    character_set: str, codec: str, escape: bytes, name: str, text: str, left: str
) -> None:
    made = ct(SpecificCharacterSet=f"\\{character_set}", PatientName="#" * 20, ImageComments="@" * 40)
    family, given = (escape + part.encode(codec) for part in name.split("^"))
    comments = (escape + text.encode(codec)).ljust(40)
    data = to_bytes(made).replace(b"#" * 20, (family + b"^" + given).ljust(20)).replace(b"@" * 40, comments)
    read = output_of(data, outcome_of(data, Policy(options=["clean-descriptors"])))
    last = bytes(dcmread(DicomBytesIO(read)).get_item("ImageComments").value).split(b"\r\n")[-1]
    assert last.strip() == left.encode()


@pytest.mark.parametrize("keyword", ["InstitutionalDepartmentName", "DeviceDescription", "ClinicalTrialProtocolName"])
@pytest.mark.parametrize("value", ["Mammography", "Digital mammography", "Lung cancer screening"])
def test_ordinary_words_of_a_department_or_a_device_stay(keyword: str, value: str) -> None:
    assert deidentified(ct(ImageID=value, **{keyword: value})).ImageID == value


def test_application_entity_titles_of_the_file_meta_information_stand_nowhere_else() -> None:
    made = ct(ImageID="QZX_PACS1 left")
    made.file_meta.SourceApplicationEntityTitle = "QZX_PACS1"
    assert deidentified(made).ImageID == "left"


@pytest.mark.parametrize("value", ["Scan of Wong", "WONG^SIU", "Ref AB1734"])
def test_shorter_names_and_ids_of_a_private_element_count(value: str) -> None:
    word = next(word for word in ("Wong", "WONG", "AB1734") if word in value)
    assert in_un(0x00191001, value.encode() + b" " * (len(value) % 2), label=f"{word} left") == "left"


def test_what_is_not_decoded_ends_nothing() -> None:
    broken = items((0x00080005, "CS", "NO SUCH SET"), (0x00100010, "PN", "Zorbath^Ada"), explicit=False)
    assert in_un(0x00191001, broken, label="Zorbath left") == "left"
    deep = b""
    for _ in range(1500):
        content = struct.pack("<HHL", 0x0019, 0x1001, len(deep)) + deep
        deep = struct.pack("<HHL", 0xFFFE, 0xE000, len(content)) + content
    assert in_un(0x00191001, deep, label="left") == "left"


@pytest.mark.parametrize("word", ["bronchiectasis", "肺炎", "πνευμονία", "폐렴"])
def test_words_of_a_report_that_is_removed_stay_in_descriptions(word: str) -> None:
    made = ct(SpecificCharacterSet="ISO_IR 192", StudyDescription=f"{word} 93817")
    made.ContentSequence = sequence(item(ValueType="TEXT", TextValue=f"There is {word}, case 93817"))
    assert deidentified(made, "clean-descriptors").StudyDescription == word


@pytest.mark.parametrize("word", ["肺炎", "甲状腺结节", "骨折", "嚢胞", "폐렴", "골절", "신장"])
def test_findings_in_scripts_without_capitals_stay_where_a_description_that_is_removed_has_them(word: str) -> None:
    made = ct(SpecificCharacterSet="ISO_IR 192", StudyDescription=f"{word} 王大山", ImageID=f"{word} left 王大山")
    assert deidentified(made).ImageID == f"{word} left"


def test_the_scheme_of_a_code_of_staff_stays_elsewhere() -> None:
    code = item(CodeValue="QZ41", CodingSchemeDesignator="99HOSPITAL", CodeMeaning="Zorbath, Emil")
    place = item(CodeValue="1", CodingSchemeDesignator="99HOSPITAL", CodeMeaning="CT")
    made = ct(PersonIdentificationCodeSequence=sequence(code), ProcedureCodeSequence=sequence(place))
    assert deidentified(made).ProcedureCodeSequence[0].CodingSchemeDesignator == "99HOSPITAL"


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize(
    ("name", "charset", "codec"),
    [
        ("Завьялов", "ISO_IR 192", "utf-8"),
        ("田村健二", "ISO_IR 192", "utf-8"),
        ("田村健二", "GB18030", "gb18030"),
        ("田村健二", "ISO_IR 13", "shift_jis"),
        ("Łukaszewicz", "ISO_IR 192", "utf-8"),
        ("Müßigbrodt", "ISO_IR 192", "utf-8"),
        ("Müßigbrodt", "ISO_IR 100", "latin-1"),
        ("Ščepanović", "ISO_IR 192", "utf-8"),
        ("김수로", "ISO_IR 192", "utf-8"),
        ("zorbathian", "ISO_IR 100", "ascii"),
        ("Zorbathian" + "\0tail" * 600, "ISO_IR 100", "ascii"),
    ],
)
def test_a_name_of_any_script_in_what_is_not_decoded_counts(
    name: str, charset: str, codec: str, implicit: bool
) -> None:
    word = name.partition("\0")[0]
    value = name.encode(codec)
    made = ct(SpecificCharacterSet=charset, ImageID="#" * 30)
    made.add(DataElement(0x00290010, "LO", "ACME 1"))
    if implicit:
        made.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    made.add(DataElement(0x00291020, "UN", value + b"\0" * (len(value) % 2)))
    data = to_bytes(made).replace(b"#" * 30, (word.encode(codec) + b" left").ljust(30))
    assert str(dcmread(DicomBytesIO(output_of(data, outcome_of(data)))).ImageID).strip() == "left"


@pytest.mark.parametrize("tag", [0x00291020, 0x00189ABC])
@pytest.mark.parametrize(
    ("vr", "value", "label"),
    [
        ("IS", "4815162", "4815162"),
        ("DS", "4815162", "4815162"),
        ("DS", "1.5\\4815162", "4815162"),
        ("AE", "QZX_PACS1", "QZX_PACS1"),
        ("CS", "ZORBATH", "Zorbath"),
        ("TM", "093817", "93817"),
        ("UI", "1.2.4815162", "4815162"),
        ("UL", 4815162, "4815162"),
        ("SL", 4815162, "4815162"),
        ("FD", 4815162.0, "4815162"),
        ("UN", struct.pack("<L", 4815162), "4815162"),
    ],
)
def test_a_value_of_any_vr_in_an_unknown_element_counts(
    tag: int, vr: str, value: str | float | bytes, label: str
) -> None:
    made = ct(ImageID=f"{label} left")
    if tag >> 16 & 1:
        made.add(DataElement(0x00290010, "LO", "ACME 1"))
    made.add(DataElement(tag, vr, value.split("\\") if isinstance(value, str) else value))
    assert deidentified(made).ImageID == "left"


@pytest.mark.parametrize(("vr", "value"), [("DS", "0.93817"), ("FD", 93817.5), ("US", 512), ("IS", "3000")])
def test_a_measured_number_of_a_private_element_tells_nothing(vr: str, value: str | float) -> None:
    made = ct(ImageID=f"scale {value}")
    made.add(DataElement(0x00290010, "LO", "ACME 1"))
    made.add(DataElement(0x00291020, vr, value))
    assert deidentified(made).ImageID == f"scale {value}"
