"""Who a patient is: the ID within its issuer; where the ID stands for none, name and birth date, else the study."""

from __future__ import annotations

import pytest
from dicom_deid import patient
from dicom_deid.key import Key
from dicom_deid.model import Outcome
from dicom_deid.patient import is_placeholder
from dicom_deid.plan import digest
from dicom_deid.policy import Plan, Policy
from dicom_deid.profile import table
from made import KEY, UID, ct, item, outcome_of, sequence, to_bytes
from pydicom.dataset import Dataset

LATIN, UTF8 = "ISO_IR 100", "ISO_IR 192"


def outcome(policy: Policy | None = None, **values: object) -> Outcome:
    return outcome_of(to_bytes(ct(**values)), policy)


def pseudonym(policy: Policy | None = None, **values: object) -> str:
    return outcome(policy, **values).names.patient


def qualifiers(entity: str, facility: str = "") -> object:
    """(0010,0024) with a universal entity and, below it, a facility."""
    held = item(UniversalEntityID=entity, UniversalEntityIDType="ISO")
    if facility:
        held.AssigningFacilitySequence = sequence(item(LocalNamespaceEntityID=facility))
    return sequence(held)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"IssuerOfPatientID": "NORTH"}, {"IssuerOfPatientID": "SOUTH"}),
        ({"IssuerOfPatientID": "NORTH"}, {}),
        (
            {"IssuerOfPatientIDQualifiersSequence": qualifiers("1.2.3")},
            {"IssuerOfPatientIDQualifiersSequence": qualifiers("1.2.4")},
        ),
        (
            {"IssuerOfPatientIDQualifiersSequence": qualifiers("1.2.3", "A")},
            {"IssuerOfPatientIDQualifiersSequence": qualifiers("1.2.3", "B")},
        ),
    ],
)
def test_the_same_id_of_two_issuers_is_of_two_patients(one: dict[str, object], other: dict[str, object]) -> None:
    assert pseudonym(**one) != pseudonym(**other)
    assert pseudonym(**one) == pseudonym(**one, StudyInstanceUID=f"{UID}.9")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"PatientID": "4711\r\n"}, {"PatientID": "4711"}),
        ({"PatientID": "\ufeff47\u200b11", "SpecificCharacterSet": UTF8}, {"PatientID": "4711"}),
        ({"PatientID": "Zoë7", "SpecificCharacterSet": LATIN}, {"PatientID": "Zoë7", "SpecificCharacterSet": UTF8}),
        ({"IssuerOfPatientID": "Clinic North "}, {"IssuerOfPatientID": "CLINIC NORTH"}),
        ({"IssuerOfPatientID": "UNKNOWN"}, {}),
    ],
)
def test_another_spelling_is_of_the_same_patient(one: dict[str, object], other: dict[str, object]) -> None:
    assert pseudonym(**one) == pseudonym(**other)


PLACEHOLDERS = [
    "",
    "UNKNOWN",
    "0",
    "000000",
    "NONE",
    "Anonymous",
    "N/A",
    "n.a.",
    "TEST",
    "XXXX",
    "-",
    "?",
    "***",
    "99999",
    "N.N.",
    "NN",
    "nobody",
    "INVALID",
    "Mustermann, Max",
    "DOE^JOHN",
]
PLACEHOLDERS += [
    "UNKNOWN^",
    "no id",
    "unbekannt",
    "Keine Angabe",
    "inconnue",
    "Non renseigné",
    "DESCONOCIDO",
    "sin datos",
]
PLACEHOLDERS += [
    "desconhecido",
    "sconosciuto",
    "onbekend",
    "okänd",
    "ukjent",
    "tuntematon",
    "brak",
    "neznámý",
    "ismeretlen",
]
PLACEHOLDERS += [
    "necunoscut",
    "bilinmiyor",
    "άγνωστος",
    "НЕИЗВЕСТНО",
    "未知",
    "不明",
    "無",
    "なし",
    "미상",
    "مجهول",
    "לא ידוע",
]


@pytest.mark.parametrize("number", PLACEHOLDERS)
def test_a_placeholder_is_no_patient(number: str) -> None:
    values = {"PatientID": number, "SpecificCharacterSet": UTF8}
    adaeze, later = pseudonym(**values), pseudonym(**values, StudyInstanceUID=f"{UID}.9")
    assert adaeze == later  # by name and birth date
    assert pseudonym(**values, PatientName="Okonkwo^Chidi") != adaeze
    assert pseudonym(**values, PatientBirthDate="19610308") != adaeze


@pytest.mark.parametrize(
    "unknown",
    [
        {"PatientName": ""},
        {"PatientName": "ANONYMOUS^PATIENT"},
        {"PatientName": "Unknown^Male"},
        {"PatientName": "^^^"},
        {"PatientBirthDate": ""},
        {"PatientBirthDate": "19000101"},
        {"PatientBirthDate": "00000000"},
    ],
)
def test_without_name_or_birth_date_each_study_is_a_patient(unknown: dict[str, object]) -> None:
    one = pseudonym(PatientID="UNKNOWN", **unknown)
    assert one != pseudonym(PatientID="UNKNOWN", StudyInstanceUID=f"{UID}.9", **unknown)
    assert one == pseudonym(PatientID="NONE", SeriesInstanceUID=f"{UID}.9", **unknown)


@pytest.mark.parametrize(
    "number", ["1", "10", "12345", "ANON0001", "TEST-17", "X1", "99", "0x1f", "UNKNOWN-3", "Noneman"]
)
def test_a_number_that_could_be_one_is_an_id(number: str) -> None:
    assert pseudonym(PatientID=number) == Key(KEY).patient(number)


def test_a_name_is_the_same_in_any_case_and_with_or_without_a_title() -> None:
    spelled = ["Müller^Hans", "MULLER^HANS", "Müller^Hans^^Dr", "Müller, Hans", "Müller^Hans=ミュラー^ハンス"]
    values = {"PatientID": "0", "SpecificCharacterSet": UTF8}
    assert len({pseudonym(**values, PatientName=name) for name in spelled}) == 1


def test_last_years_pseudonyms_can_be_kept() -> None:
    older = Policy(pseudonyms=1)
    for values in ({"PatientID": "UNKNOWN"}, {"PatientID": "7", "IssuerOfPatientID": "NORTH"}):
        assert pseudonym(older, **values) == Key(KEY).patient(values["PatientID"])
        assert pseudonym(**values) != pseudonym(older, **values)
    assert Policy.read("pseudonyms = 1") == older


def test_a_plan_json_without_a_version_is_of_version_1() -> None:
    stated = '{"tool": "dicom-deid", "policy": {"options": ["retain-uids"]}}'
    assert Policy.read(stated) == Policy(options=["retain-uids"], pseudonyms=1)
    assert Policy.read(stated.replace('"policy"', '"pseudonyms": 2, "policy"')).pseudonyms == 2
    assert digest(Plan(Policy(pseudonyms=1), Key(KEY))) != digest(Plan(Policy(), Key(KEY)))


def test_dates_go_back_by_the_patient_that_issuer_and_id_name() -> None:
    weeks = {patient.identity(made_item(IssuerOfPatientID=name), ""): name for name in ("NORTH", "SOUTH", "")}
    assert len({Key(KEY).weeks(who) for who in weeks}) == 3


def made_item(**values: object) -> object:
    from dicom_deid.scan import inspect
    from made import Stingy

    return inspect(Stingy(to_bytes(ct(**values)))).data


def test_the_list_of_placeholders_holds_each_word_once() -> None:
    listed = table("placeholders.json")["words"]
    for language, words in listed.items():
        assert all(map(str.strip, words)), language
    assert len(patient.placeholders()) > 600


def test_an_instance_without_any_identity_is_a_patient_of_its_own() -> None:
    bare = ct(PatientID="", PatientName="")
    del bare.StudyInstanceUID
    assert isinstance(bare, Dataset)
    assert outcome_of(to_bytes(bare)).names.patient == Key(KEY).patient(f"instance\0{UID}.3")


@pytest.mark.parametrize(
    "number",
    ["UNKN", "nul", "not avail", "UNKNOWN PAT", "u/k", "UNKNOWNUNKNOWN", "UNKNOWN\\UNKNOWN", "JOHN DOE", "BABY GIRL",
     "TRAUMA", "-1", "11111111"],
)  # fmt: skip
def test_more_that_names_nobody(number: str) -> None:
    assert is_placeholder(number)


@pytest.mark.parametrize("number", ["1", "1234", "123456789", "ANON0012", "1111", "DOE7", "Baba"])
def test_an_id_that_may_be_somebodys_names_one(number: str) -> None:
    assert not is_placeholder(number)
