"""Lists of persons, names put between commas, numbers behind several words, bare dates, dates in words, plates."""

from __future__ import annotations

import pytest
from dicom_deid.deidentify.suspects import Sought
from dicom_deid.deidentify.text import clean, clean_thoroughly

NOBODY: frozenset[str] = frozenset()
GOES = (
    ("Drs. Zorbath and Quillane reviewed", "and reviewed"), ("Dr. Zorbath/Quillane", "/"),
    ("Drs Zorbath, Quillane and Vexley", "and"), ("Dr. Zorbath & Quillane", "&"),
    ("Dres. Zorbath und Quillmann", "und"), ("Drs. Zorbat et Quillet", "et"), ("Dres. Zorbán y Quilmes", "REMOVED"),
    ("Dott. Zorbatini e Quilletti", "e"), ("dr. Zorbaty i Kwilecki", "i"), ("доктор Зорбатов и Квиллов", "и"),
    ("Dr. Zorbath och Quillström", "och"), ("dr. Zorbát és Quillényi", "és"),
    ("Referred by Zorbath / Quillane", "Referred by /"),
    ("His wife, Odalinde, called", "His wife,, called"),
    ("Her husband, Zorbath Quill, is here", "Her husband,, is here"),
    ("seine Frau, Odalinde, ist dabei", "seine Frau,, ist dabei"), ("sa femme, Odalinde, est là", "sa femme,, est là"),
    ("su esposa, Odalinda, informa", "su esposa,, informa"), ("sua moglie, Odalinda.", "sua moglie, ."),
    ("Call back at 555-0142", "Call back at"), ("call her at 555-0142", "call her at"), ("cb 555-0142", "cb"),
    ("Rückruf unter 555-0142", "Rückruf unter"), ("llamar al 555-0142", "llamar al"), ("bel 555-0142", "bel"),
    ("call at 555-0142 x12", "call at"), ("позвонить по номеру 555-01-42", "позвонить по номеру"),
    ("seen 05142019", "seen"), ("14052019 Thorax", "Thorax"), ("vom 14052019", "vom"), ("05142019", "REMOVED"),
    ("the fourteenth of May 2019", "REMOVED"), ("May fourteenth, 2019", "REMOVED"), ("May the fourth", "REMOVED"),
    ("twenty-first of June, two thousand nineteen", "REMOVED"), ("vierzehnter Mai", "REMOVED"),
    ("quatorze mai", "REMOVED"),
    ("vingt et un mai 2019", "REMOVED"), ("catorce de mayo de 2019", "REMOVED"), ("quattordici maggio", "REMOVED"),
    ("catorze de maio", "REMOVED"), ("veertiende mei", "REMOVED"), ("czternastego maja", "REMOVED"),
    ("čtrnáctého května", "REMOVED"), ("fjortonde maj", "REMOVED"), ("fjortende maj", "REMOVED"),
    ("neljästoista toukokuuta", "REMOVED"), ("on dört Mayıs", "REMOVED"), ("четырнадцатого мая 2019", "REMOVED"),
    ("δεκατέσσερις Μαΐου", "REMOVED"), ("május tizennegyedikén", "REMOVED"), ("الرابع عشر من مايو", "REMOVED"),
    ("ארבעה עשר במאי", "REMOVED"),
    ("number plate AB12 CDE", "REMOVED"), ("Kennzeichen B-ZQ 4711 Knie", "Knie"),
    ("immatriculation AB-123-CD", "REMOVED"),
    ("matrícula 1234 BCD", "REMOVED"), ("targa AB 123 CD", "REMOVED"), ("kenteken 12-ABC-3", "REMOVED"),
    ("SPZ 1A2 3456", "REMOVED"), ("госномер А123ВС77", "REMOVED"), ("plaka 34 ABC 123", "REMOVED"),
    ("车牌 京A12345", "REMOVED"), ("차량번호 12가 3456", "REMOVED"), ("rendszám ABC-123", "REMOVED"),
)  # fmt: skip
STAYS = (
    "and follow up MRI", "mother, CT abdomen", "her sister, Chest pain", "daughter, Breast cancer", "mother, Diabetes",
    "Vater, Darmkrebs, operiert", "it may first be seen", "a second march fracture", "bone plate 4711",
    "growth plate L2",
    "plate and screws", "call 12 views", "ring artefact at 100 mm", "contact at 120 kV", "32132019 units",
    "L4 and L5/S1",
    "Tres cortes y uno más", "six coupes", "on mars", "la placa de tórax", "reach 3 of 5",
    "first and second metatarsal",
)  # fmt: skip


@pytest.mark.parametrize(("text", "left"), GOES)
@pytest.mark.parametrize("checked", [True, False])
def test_what_identifies_goes(text: str, left: str, checked: bool) -> None:
    assert clean_thoroughly(text, NOBODY, Sought(checked=checked)) == left


@pytest.mark.parametrize("text", STAYS)
def test_what_is_said_of_medicine_stays(text: str) -> None:
    assert clean_thoroughly(text, NOBODY) == text


@pytest.mark.parametrize(
    ("label", "left"),
    [("CT Dr. Zorbath/Quillane", "CT /"), ("Thorax 14052019", "Thorax")],
)
def test_labels_lose_them_too(label: str, left: str) -> None:
    assert clean(label, NOBODY) == left
