"""Faults that engines were found to have, planted into objects of the cohort, and what its answer key demands of each.

A case adds elements to the objects of some kinds, and its checks stand in place of those that the key has for the same
values. Labels of many values hold one example each, beside a clinical word of the language, which must stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import storing
from base import Study, code, item
from check import Check, Options
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from unnamed import Sentence, sentences

LABEL = "WindowCenterWidthExplanation"
"""A label of many values (LO), kept by the profile and every option."""
WARD_KEY = "KX-88417-Q"
HISTORY = "AdditionalPatientHistory"
MODEL, DEPARTMENT = "Peregrine 64", "Mammography"
TERMS = frozenset(("Lung",))
"""Names that stay where they are words of codes."""
LARGEST = 65_535  # US


@dataclass(frozen=True)
class Case:
    """What is added to the objects of some kinds, and the checks of their outputs."""

    kinds: tuple[str, ...]
    plant: Callable[[Dataset, Study], None]
    checks: Callable[[Study, Options], Iterator[Check]]


def of(kind: str) -> list[Case]:
    return [case for case in CASES if kind in case.kinds]


def label(study: Study, pieces: list[str]) -> list[str]:
    return [f"{study.person.clinical} {piece}" for piece in pieces]


def label_checks(study: Study, number: int, piece: str, fault: str, *, stays: bool = False) -> Iterator[Check]:
    """One value of the label: the piece goes, the finding stays."""
    yield Check("words_retained", (LABEL, number), study.person.clinical, fault)
    for word in piece.split() if fault == "spellings" else [piece]:
        if not stays:
            yield Check("words_removed", (LABEL, number), word, fault)


# Told by what is not decoded


def plant_undecoded(dataset: Dataset, study: Study) -> None:
    """Persons and an ID in private elements that hold items: as UN of defined length, as a sequence, and as OB."""
    charset = dataset.get("SpecificCharacterSet") or "ISO_IR 6"
    one, other = study.person.unseen
    block = dataset.private_block(0x0019, "ACME HOUSE 1.0")
    block.add_new(0x04, "UN", storing.items([item(PatientMotherBirthName=one)], charset))
    block.add_new(0x05, "SQ", Sequence([item(PatientBirthName=other)]))
    block.add_new(0x06, "OB", storing.items([item(AdmissionID=WARD_KEY)], charset))
    setattr(dataset, LABEL, label(study, unseen(study)))


def unseen(study: Study) -> list[str]:
    return [name.split("^")[0] for name in study.person.unseen] + [WARD_KEY]


def check_undecoded(study: Study, _: Options) -> Iterator[Check]:
    for number, piece in enumerate(unseen(study)):
        yield from label_checks(study, number, piece, "undecoded")


# Other spellings, parts of values, and forms


def plant_written(dataset: Dataset, study: Study) -> None:
    setattr(dataset, LABEL, label(study, [piece for _, piece, _ in written(study)]))
    dataset.AnatomicRegionSequence = code("39607008", "SCT", "Lung")


def written(study: Study) -> list[tuple[str, str, str]]:
    """Fault, text, and the option under which it may stay."""
    person = study.person
    found = [("spellings", spelling, "") for spelling in person.spellings]
    for part in person.parts:
        stays = "retain-institution-identity" if part in person.institution else ""
        found.append(("parts", part, stays))
    found += [("forms", form, "") for form in person.forms[:-1]]
    return [*found, ("forms", person.forms[-1], "retain-full-dates")]


def check_written(study: Study, options: Options) -> Iterator[Check]:
    for number, (fault, piece, option) in enumerate(written(study)):
        yield from label_checks(study, number, piece, fault, stays=option in options)
    yield Check("text_retained", ("AnatomicRegionSequence", 0, "CodeMeaning"), "Lung", "codes")


# Identifiers in numbers


def digits(text: str) -> str:
    return re.sub(r"\D", "", text).lstrip("0")


def plant_numbers(dataset: Dataset, study: Study) -> None:
    other = int(digits(study.person.other_id))
    dataset.AcquisitionNumber, dataset.DataCollectionDiameter = digits(study.accession), digits(study.person.phone)
    dataset.InStackPositionNumber, dataset.TableFeedPerRotation = other, float(other)
    dataset.ExposureTime, dataset.SpiralPitchFactor, dataset.FrameAcquisitionNumber = "1250", 0.984375, 512
    dataset.ReconstructionDiameter = "350.5"


def check_numbers(study: Study, _: Options) -> Iterator[Check]:
    other = digits(study.person.other_id)
    for keyword, value in (
        ("AcquisitionNumber", digits(study.accession)), ("DataCollectionDiameter", digits(study.person.phone)),
        ("InStackPositionNumber", other), ("TableFeedPerRotation", other),
    ):  # fmt: skip
        yield Check("text_removed", (keyword,), value, "numbers")
    for keyword, stays in (
        ("ExposureTime", "1250"), ("SpiralPitchFactor", 0.984375), ("FrameAcquisitionNumber", 512),
        ("ReconstructionDiameter", "350.5"),
    ):  # fmt: skip
        yield Check("text_retained", (keyword,), stays, "numbers")


def study_number(study: Study) -> int:
    """The Study ID's digits where they fit into two bytes and are five."""
    number = int(re.sub(r"\D", "", study.accession[3:8]))
    return number if LARGEST >= number >= 10_000 else 0


def plant_short(dataset: Dataset, study: Study) -> None:
    dataset.ExposuresOnPlate = study_number(study) or 12_121


def check_short(study: Study, _: Options) -> Iterator[Check]:
    number = study_number(study)
    yield Check("text_removed" if number else "text_retained", ("ExposuresOnPlate",), number or 12_121, "numbers")


# Elements behind Pixel Data

APPENDED = ("PatientName", "PatientID", "InstitutionName", "PixelSpacing", "PositionReferenceIndicator")
"""storing.py writes them there."""


def plant_behind(dataset: Dataset, study: Study) -> None:
    """A label; the others are there."""
    dataset.PositionReferenceIndicator = f"XY {study.person.patient_id}"


def check_behind(study: Study, options: Options) -> Iterator[Check]:
    person = study.person
    yield Check("text_retained", ("PixelSpacing",), "0.75\\0.75", "behind")
    yield Check("words_retained", ("PositionReferenceIndicator",), "XY", "behind")
    yield Check("words_removed", ("PositionReferenceIndicator",), person.patient_id, "behind")
    yield Check("text_removed", ("PatientName",), person.name, "behind")
    yield Check("text_removed", ("PatientID",), person.patient_id, "behind")
    if "retain-institution-identity" not in options:
        yield Check("text_removed", ("InstitutionName",), person.institution, "behind")


# Codes, makers and models


def plant_local_code(dataset: Dataset, study: Study) -> None:
    surname = study.person.physician.split("^")[0]
    dataset.ProcedureCodeSequence = code("CTX1", "99HOSPITAL", f"CT for {surname}")


def check_local_code(study: Study, _: Options) -> Iterator[Check]:
    place = ("ProcedureCodeSequence", 0)
    yield Check("text_notnull", (*place, "CodeMeaning"), "", "codes")
    yield Check("words_removed", (*place, "CodeMeaning"), study.person.physician.split("^")[0], "codes")
    yield Check("text_retained", (*place, "CodeValue"), "CTX1", "codes")


def plant_model(dataset: Dataset, _: Study) -> None:
    """The station is called like the model, the department like a code of SNOMED."""
    dataset.StationName, dataset.InstitutionalDepartmentName = MODEL, DEPARTMENT
    dataset.ProcedureCodeSequence = code("71651007", "SCT", DEPARTMENT)


def check_model(_: Study, options: Options) -> Iterator[Check]:
    yield Check("text_retained", ("Manufacturer",), "ACME Imaging", "makers")
    yield Check("text_retained", ("ManufacturerModelName",), MODEL, "makers")
    yield Check("text_retained", ("ProcedureCodeSequence", 0, "CodeMeaning"), DEPARTMENT, "codes")
    for keyword, value, option in (
        ("StationName", MODEL, "retain-device-identity"),
        ("InstitutionalDepartmentName", DEPARTMENT, "retain-institution-identity"),
    ):
        yield Check("text_retained" if option in options else "text_removed", (keyword,), value, "makers")


# Free text in which nobody is named elsewhere


@cache
def sentences_in(language: str, codec: str) -> list[Sentence]:
    """One of each category in a language, as far as its characters have it.

    Each with the words around all of them, since they stand in one text.
    """
    found: dict[str, Sentence] = {}
    for sentence in sentences(language):
        if is_written(sentence.text, codec):
            found.setdefault(sentence.category, sentence)
    kept, carrier = (
        " ".join(words) for words in zip(*((one.kept, one.carrier) for one in found.values()), strict=True)
    )
    return [sentence._replace(kept=kept, carrier=carrier) for sentence in found.values()]


def sentences_of(study: Study) -> list[Sentence]:
    return sentences_in(study.person.language, study.person.codec)


def is_written(text: str, codec: str) -> bool:
    try:
        return bool(text.encode(codec))
    except UnicodeError:
        return False


def plant_history(dataset: Dataset, study: Study) -> None:
    """On lines of their own, but in ISO 2022 IR 149, which pydicom does not designate anew behind the end of a line."""
    end = ". " if "ISO 2022 IR 149" in study.person.charset else "\r\n"
    setattr(dataset, HISTORY, end.join(sentence.text for sentence in sentences_of(study)))


def check_history(study: Study, options: Options) -> Iterator[Check]:
    found = sentences_of(study)
    if "clean-descriptors" not in options:
        yield from (Check("words_removed", (HISTORY,), sentence.text, "free text") for sentence in found)
        return
    for sentence in found:
        if "retain-full-dates" not in options or sentence.category != "date":
            yield Check("sentence_cleaned", (HISTORY,), sentence, "free text")
        yield Check("sentence_retained", (HISTORY,), sentence, "free text")


CASES = (
    Case(("CT",), plant_undecoded, check_undecoded),
    Case(("CR",), plant_written, check_written),
    Case(("CT",), plant_numbers, check_numbers),
    Case(("CR",), plant_short, check_short),
    Case(("MR",), plant_behind, check_behind),
    Case(("CT",), plant_local_code, check_local_code),
    Case(("MG",), plant_model, check_model),
    Case(("CR",), plant_history, check_history),
)
