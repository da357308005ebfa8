"""Identifiers that the object names are removed from its other text, and nothing else is."""

from __future__ import annotations

from io import BytesIO
from random import Random

import pydicom
import pytest
from dicom_deid.deidentify.identifiers import collect
from dicom_deid.deidentify.identifiers.days import days_of
from dicom_deid.deidentify.identifiers.names import name_parts
from dicom_deid.deidentify.letters import fold
from dicom_deid.deidentify.text import clean, holds
from dicom_deid.dicom.encoding import IMPLICIT_LITTLE
from dicom_deid.dicom.reader import Reader
from hypothesis import given
from hypothesis import strategies as st
from made import ct, deidentified, item, outcome_of, output_of, sequence, to_bytes
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

NAMES = frozenset(("okonkwo", "adaeze", "mrn-0815"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("55F Dr. OKONKWO chest", "55F Dr. chest"),
        ("Okonkwo\\Chest\\", "REMOVED\\Chest\\"),
        ("okonkwo's knee", "'s knee"),
        ("MRN-0815 knee", "knee"),
        ("Ókonkwo, Adaèze", "REMOVED"),
        ("okonkwoski", "okonkwoski"),
        ("OkonkwoAdaeze knee", "knee"),
        ("adaezeokonkwo2", "REMOVED"),
        ("aokonkwo knee", "knee"),
        ("Okonkwos Knie", "Knie"),
        ("okonkwo02 knee", "knee"),
        ("02okonkwo knee", "knee"),
        ("MRN0815 knee", "knee"),
        ("mrn_0815.dcm", ".dcm"),
        ("MRX 08155", "MRX 08155"),
        ("nothing here", "nothing here"),
    ],
)
def test_only_whole_words_go(before: str, after: str) -> None:
    assert clean(before, NAMES) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ID0815471 knee", "ID knee"),
        ("0815471CT", "CT"),
        ("AB-4711-22", "REMOVED"),
        ("zab471122x", "zx"),
        ("10815471", "10815471"),
        ("0815471.2", ".2"),
        ("CT20240229", "CT"),
        ("20240229101112 knee", "knee"),
        ("20240229999999", "20240229999999"),
        ("Ross2 knee", "knee"),
        ("Crossing 2Ross", "Crossing"),
        ("2Across", "2Across"),
    ],
)
def test_letters_beside_a_number_and_numbers_beside_a_name_make_no_other_word(before: str, after: str) -> None:
    assert clean(before, frozenset(("0815471", "ab-4711-22", "20240229", "ross"))) == after


@given(st.text())
def test_no_identifier_is_left_in_any_text(text: str) -> None:
    assert not holds(clean(f"{text} okonkwo {text}", NAMES), NAMES)


def test_a_name_has_parts_in_all_three_representations() -> None:
    parts = name_parts("Yamada^Tarou=山田^太郎=やまだ^たろう")
    assert parts >= {fold(part) for part in ("yamada", "tarou", "山田", "太郎", "やまだ", "たろう")}


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("O'Brien^Siobhan", "OBrien"),
        ("O\u2019Brien^Siobhan", "O'Brien"),
        ("Mc Donald^Ron", "McDonald"),
        ("van der Berg^Piet", "VanDerBerg"),
        ("Smith\u2010Jones^Mary", "Jones"),
        ("Müller^Jürgen", "Mueller"),
        ("Mu\u0308ller^Jürgen", "JUERGEN"),
        ("Müller^Jürgen", "Muller"),
        ("Mueller^Juergen", "Müller"),
        ("Sørensen^Bjørn", "Sorensen"),
        ("Sorensen^Bjorn", "Sørensen"),
        ("Sørensen^Bjørn", "Soerensen"),
        ("Wałęsa^Łukasz", "Lukasz"),
        ("Şahin^Işıl", "Isil"),
    ],
)
def test_a_name_is_found_as_others_write_it(name: str, written: str) -> None:
    assert holds(f"knee of {written}, left", frozenset(name_parts(name)))


@pytest.mark.parametrize("written", ["Xu Na", "NA XU", "Xu^Na", "xu, na", "xu_na"])
@pytest.mark.parametrize("name", ["Xu^Na", "XU^NA^^Dr", "徐^娜\\Xú^Na=徐^娜"])
def test_a_name_of_two_letters_is_found_as_a_whole(name: str, written: str) -> None:
    names = frozenset(name_parts(name))
    assert clean(f"chest {written}", names) == "chest"
    assert clean("chest na, xu1", names) == "chest na, xu1"


def test_a_phantom_has_no_name() -> None:
    assert name_parts("CT^Phantom") == set()


def test_no_word_of_descriptions_is_taken_for_a_name_with_umlauts() -> None:
    assert name_parts("Loewer^Test Samuel") == {"loewer", "samuel", "samul", "testsamuel", "testsamul"}


def test_identifiers_are_found_at_every_depth_and_in_every_character_set() -> None:
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 144"
    dataset.PatientName = "Люкceмбypг"
    dataset.PatientID = "MRN-0815"
    dataset.RequestAttributesSequence = sequence(item(ScheduledPerformingPhysicianName="Buc^Jérôme"))
    dataset.RequestAttributesSequence[0].SpecificCharacterSet = "ISO_IR 100"
    out = DicomBytesIO()
    out.is_implicit_VR, out.is_little_endian = True, True
    write_dataset(out, dataset, parent_encoding="iso8859")
    data, _ = Reader(out.getvalue(), len(out.getvalue()), IMPLICIT_LITTLE).data_set(0)
    assert collect(data, frozenset()) >= {"люкceмбypг", "mrn-0815", "buc", "jerome"}


def test_a_name_with_a_byte_that_its_character_set_does_not_have_is_found_without_it() -> None:
    assert {"okonkwo", "okonkwo\ufffd"} <= name_parts("Okonkwo\ufffd^Ada")
    assert "okonkwo" in name_parts("\x07Okonkwo\x9f")
    dataset = item(SpecificCharacterSet="ISO 2022 IR 13")
    dataset.PatientName = b"Okonkwo\xff"
    stream = DicomBytesIO()
    stream.is_implicit_VR, stream.is_little_endian = True, True
    write_dataset(stream, dataset)
    data = stream.getvalue()
    found = collect(Reader(data, len(data), IMPLICIT_LITTLE).data_set(0)[0], frozenset())
    assert holds("of Okonkwo", found)


@pytest.mark.parametrize(
    "text",
    [
        "20240209", "2024-02-09", "09.02.2024", "9.2.2024", "02/09/2024", "2/9/2024", "09-FEB-2024", "9 Feb 2024",
        "09FEB2024", "Feb 9, 2024", "February 09 2024", "2024-Feb-09", "CT20240209", "20240209101112",
    ],
)  # fmt: skip
@pytest.mark.parametrize("value", [b"20240209", b"2024.02.09", b"20240209101112.5+0100", b"20200101\\20240209 "])
def test_a_date_is_found_as_people_write_it(text: str, value: bytes) -> None:
    assert clean(f"knee {text}", frozenset(days_of(value))) in ("knee", "knee CT")


@pytest.mark.parametrize("value", [b"", b"2024", b"202402", b"19000101", b"text", b"20241399"])
def test_what_is_no_date_has_no_names_of_months(value: bytes) -> None:
    assert not any(form[3:6].isalpha() for form in days_of(value))


def test_the_day_of_a_time_stands_nowhere_else() -> None:
    dataset = ct(AcquisitionDateTime="20231117101112", ConvolutionKernel="B30f 17-NOV-2023", StudyDate="")
    assert deidentified(dataset).ConvolutionKernel == "B30f"
    kept = deidentified(dataset, "retain-full-dates")
    assert kept.ConvolutionKernel == "B30f 17-NOV-2023"


def test_the_date_of_a_vocabulary_is_nobodys() -> None:
    code = item(CodeValue="1", CodingSchemeDesignator="DCM", CodeMeaning="x", ContextGroupVersion="20020904")
    dataset = ct(ViewCodeSequence=sequence(code), ConvolutionKernel="v20020904")
    assert deidentified(dataset).ConvolutionKernel == "v20020904"


@pytest.mark.parametrize("character_set", ["", "ISO_IR 100", "ISO_IR 192"])
@pytest.mark.parametrize("name", ["Müller".encode(), "Müller".encode("latin-1")])
@pytest.mark.parametrize("label", ["Mueller Knie", "Muller Knie", "Müller Knie"])
@pytest.mark.parametrize("codec", ["utf-8", "latin-1"])
def test_a_name_in_a_wrong_character_set_is_found(character_set: str, name: bytes, label: str, codec: str) -> None:
    dataset = ct(SpecificCharacterSet=character_set, PatientName="########", FilterType="@" * 14)
    data = to_bytes(dataset).replace(b"########", name.ljust(8)).replace(b"@" * 14, label.encode(codec).ljust(14))
    read = pydicom.dcmread(BytesIO(output_of(data, outcome_of(data))))
    assert read.FilterType == "Knie"


@pytest.mark.parametrize("name", ["王^小东", "电^文", "陈^静"])
@pytest.mark.parametrize("character_set", ["", "ISO_IR 100", "ISO_IR 192", "GB18030"])
def test_two_letters_of_a_wrong_character_set_are_not_found_in_numbers(name: str, character_set: str) -> None:
    coded = name.encode("gb18030")
    dataset = ct(SpecificCharacterSet=character_set, PatientName="#" * len(coded))
    dataset.RedPaletteColorLookupTableDescriptor = [0, 0, 16]
    dataset.RedPaletteColorLookupTableData = Random(4).randbytes(131_072)
    assert outcome_of(to_bytes(dataset).replace(b"#" * len(coded), coded)).status == "written"


def test_a_text_in_its_own_character_set_is_not_read_otherwise() -> None:
    dataset = ct(SpecificCharacterSet="ISO_IR 192", PatientName="Müller", FilterType="für Größe")
    assert deidentified(dataset).FilterType == "für Größe"


@pytest.mark.parametrize(
    "keyword", ["ClinicalTrialSubjectID", "ReferringPhysicianTelephoneNumbers", "ContainerIdentifier"]
)
def test_what_names_subjects_specimens_and_physicians_stands_nowhere_else(keyword: str) -> None:
    assert deidentified(ct(FilterType="S-0042 x", **{keyword: "S-0042"})).FilterType == "x"
