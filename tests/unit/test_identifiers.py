"""Identifiers that the object names are removed from its other text, and nothing else is."""

from __future__ import annotations

import pytest
from dicom_deid.deidentify.identifiers import collect, name_parts
from dicom_deid.deidentify.text import clean, fold, holds
from dicom_deid.elements import IMPLICIT_LITTLE
from dicom_deid.reader import Reader
from hypothesis import given
from hypothesis import strategies as st
from made import item, sequence
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
        ("MRN0815 knee", "knee"),
        ("mrn_0815.dcm", ".dcm"),
        ("MRN 08155", "MRN 08155"),
        ("nothing here", "nothing here"),
    ],
)
def test_only_whole_words_go(before: str, after: str) -> None:
    assert clean(before, NAMES) == after


@given(st.text())
def test_no_identifier_is_left_in_any_text(text: str) -> None:
    assert not holds(clean(f"{text} okonkwo {text}", NAMES), NAMES)


def test_a_name_has_parts_in_all_three_representations() -> None:
    parts = name_parts("Yamada^Tarou=山田^太郎=やまだ^たろう")
    assert parts == {fold(part) for part in ("yamada", "tarou", "山田", "太郎", "やまだ", "たろう")}


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
    assert collect(data, frozenset()) == {"люкceмбypг", "mrn-0815", "buc", "jerome"}


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
