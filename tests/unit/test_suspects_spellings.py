"""What identifies goes in the spellings of daily use, from labels and from free text, and terms beside it stay."""

from __future__ import annotations

import pytest
from dicom_deid.deidentify.suspects import Sought
from dicom_deid.deidentify.text import clean, clean_thoroughly
from dicom_deid.deidentify.vocabulary import ordinary

NOBODY: frozenset[str] = frozenset()
GOES = (
    ("MRN_5512093_head", "5512093"),
    ("MRN5512093 head", "5512093"),
    ("PatID551209", "551209"),
    ("SSN219099999", "219099999"),
    ("Acc_No_7719004_knee", "7719004"),
    ("Fall-Nr20231187 Knie", "20231187"),
    ("SSN_219-09-9999_head", "219-09-9999"),
    ("Dr_Zorbath_chest", "Zorbath"),
    ("CT_Prof_Dr_Zorbath", "Zorbath"),
    ("Dr_van_der_Zorb_knee", "Zorb"),
    ("dott.ssa Zorbatini torace", "Zorbatini"),
    ("prof.ssa Zorbatini", "Zorbatini"),
    ("T.ri Zorbala polvi", "Zorbala"),
    ("Sr.ª Zorbañu tórax", "Zorbañu"),
    ("D.ª Zorbañu", "Zorbañu"),
    ("Dr.in Zorbath", "Zorbath"),
    ("Priv.-Doz. Zorbath", "Zorbath"),
    ("Dipl.-Ing. Zorbath", "Zorbath"),
    ("dob 3/3/61 head", "3/3/61"),
    ("geb. 3.3.61 Kopf", "3.3.61"),
    ("DOB 3/61 head", "3/61"),
    ("14-III-2019", "III-2019"),
    ("14.III.2019", "III.2019"),
    ("14-VII-19", "VII-19"),
    ("14. Maerz 2019", "Maerz"),
    ("14. Mrz 2019", "Mrz"),
    ("3. Jänner 2019", "nner"),
    ("Patient 551209 head", "551209"),
    ("Akte 551209", "551209"),
    ("Paziente 551209", "551209"),
    ("患者 551209", "551209"),
    ("Med Rec 551209", "551209"),
    ("UHID 551209", "551209"),
    ("прот. № 551209", "551209"),
    ("Case #2019-4471", "2019-4471"),
    ("Insurance AOK A123456780", "A123456780"),
    ("GMC 6078844", "6078844"),
    ("Order 88120077", "88120077"),
    ("DE89 3704 0044 0532 0130 00", "0532"),
    ("GB29NWBK60161331926819", "GB29NWBK60161331926819"),
    ("VIN 1HGCM82633A004352", "1HGCM82633A004352"),
    ("1HGCM82633A004352", "1HGCM82633A004352"),
    ("A123456780 Kopf", "A123456780"),
    ("0101006500006 glava", "0101006500006"),
    ("00 49 30 5550142", "5550142"),
    ("+ 49 30 5550142", "5550142"),
    ("TAJ 123 456 788", "123 456 788"),
    ("Dr. Zorbányi térd", "Zorbányi"),
    ("2019. március 14. térd", "14"),
    ("د. الزهراني رأس", "الزهراني"),
    ('ד"ר שטיינברג ראש', "שטיינברג"),
    ("DR. BROWN CHEST", "BROWN"),
    ("Dr. Wilms", "Wilms"),
    ("ngày 9 tháng 7 năm 2013", "tháng"),
)
"""A text, and what must not be left of it."""
GOES_FROM_TEXT = (
    ("beküldő orvos: Zorbányi Péter, térd", "Zorbányi"),
    ("95 éves nő, térd", "95"),
    ("Zorbányi utca 12, térd", "Zorbányi"),
    ("Zorbányi u. 12, térd", "Zorbányi"),
    ("remitterende läkare Zorbström", "Zorbström"),
    ("remitterande läkare: Zorbström", "Zorbström"),
    ("ο ασθενής Ζορμπαθάς προσήλθε", "Ζορμπαθάς"),
    ("המטופל: זורבטיאן", "זורבטיאן"),
    ("Patientin Zorbath, Knie", "Zorbath"),
    ("pt. Zorbath, knee", "Zorbath"),
    ("reviewed w/ Zorbath MD", "Zorbath"),
    ("brother of Cassius Zorbath", "Zorbath"),
    ("husband's name is Thaddeus", "Thaddeus"),
    ("prefers to be called Dot", "Dot"),
    ("רחוב הרצל 18", "הרצל"),
    ("شارع الملك فهد 22", "فهد"),
    ("zip 31201", "31201"),
    ("postcode: SW1A 1AA", "1AA"),
    ("PLZ 83022", "83022"),
    ("from CHU de Zorbroy", "Zorbroy"),
    ("transfer from Ward Juniper", "Juniper"),
    ("pain since Christmas 2017", "2017"),
    ("seit Weihnachten 2017", "2017"),
)
"""The same in free text only."""
STAYS = (
    "MRN12 map",
    "ca_score_12345",
    "DR_CHEST_AP",
    "MS_Brain_FLAIR",
    "Prof_mode",
    "F 10-20",
    "S 4/12",
    "Patient 2 of 3",
    "Case 2019",
    "MPI 370 MBq",
    "Exam 1234",
    "A123456781 kernel",
    "00 10 20 30 40 50",
    "plate 3.5 x 40",
    "t1_mprage_sag_p2_iso_1.0",
)
"""Texts that stay as they are, as labels and as free text."""


@pytest.mark.parametrize("checked", [False, True])
@pytest.mark.parametrize(("text", "goes"), GOES)
def test_it_goes_everywhere(text: str, goes: str, checked: bool) -> None:
    assert goes not in clean(text, NOBODY, Sought(checked=checked))
    assert goes not in clean_thoroughly(text, NOBODY, Sought(checked=checked))


@pytest.mark.parametrize(("text", "goes"), GOES_FROM_TEXT)
def test_it_goes_from_free_text(text: str, goes: str) -> None:
    assert goes not in clean_thoroughly(text, NOBODY, Sought(checked=True))


@pytest.mark.parametrize(
    "text",
    ["Dynamic 1/2/12", "DCE 1/2/12", "ROI 1 100-200-3000", "3D FFE 0.9x0.9x0.9 10-15-20", "2D TOF 3x3x3 10-15-20"],
)
def test_numbers_of_protocols_stay(text: str) -> None:
    assert clean_thoroughly(text, NOBODY, Sought(checked=True)) == text


@pytest.mark.parametrize(("text", "term"), [("د. الزهراني رأس", "رأس"), ('ד"ר שטיינברג ראש', "ראש")])
def test_a_term_behind_a_name_stays(text: str, term: str) -> None:
    assert clean(text, NOBODY) == term
    assert clean_thoroughly(text, NOBODY) == term


@pytest.mark.parametrize("word", ["omnipaque", "spirale", "mdixon", "gadovist"])
def test_drugs_and_sequences_are_ordinary_words(word: str) -> None:
    assert ordinary(word)


@pytest.mark.parametrize("text", STAYS)
def test_terms_stay(text: str) -> None:
    assert clean(text, NOBODY) == text
    assert clean_thoroughly(text, NOBODY, Sought(checked=True)) == text
