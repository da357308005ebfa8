"""The synthetic cohort: seven patients, two studies each, of every kind and in every encoding, the same for a seed.

Four more patients have two objects each, for what their names and languages show.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cases
import derived
import images
import said
import storing
from base import Study
from people import CHINESE, GERMAN, GREEK_UTF8, JAPANESE, KOREAN, PEOPLE, PLAIN, RUSSIAN, VISITORS, Person
from pydicom.dataset import Dataset

WITHHELD = ("US", "SC", "PDF")
"""Kinds that are withheld unless their SOP Class is allowed (docs/policy.md)."""
ENCAPSULATED = {
    "CR": storing.LOSSLESS, "DX": storing.JPEG_2000, "MG": storing.JPEG_LS, "US": storing.RLE,
    "WSI": storing.JPEG,
}  # fmt: skip
UNKNOWN = ("AnatomicRegionSequence", "ReferencedSeriesSequence", "ContributingEquipmentSequence")
"""Sequences that every third object stores as UN, as archives do that do not know them."""

TEXT, PERSON, SOUND = "PIXELS_SHOW_TEXT", "PIXELS_SHOW_PERSON", "SOUND_RECORDED"
BETRAYED: dict[tuple[str, str, int], tuple[dict[str, object], str]] = {
    (GERMAN.name, "CT", 3): ({"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]}, TEXT),
    (RUSSIAN.name, "MR", 2): ({"ImageType": ["DERIVED", "SECONDARY", "OTHER", "CT_SOM5 PROT"]}, TEXT),
    (GREEK_UTF8.name, "WSI", 1): ({"SpecimenLabelInImage": "YES"}, TEXT),
    (JAPANESE.name, "WSI", 1): ({"ImageType": ["ORIGINAL", "PRIMARY", "LABEL", "NONE"]}, TEXT),
    (CHINESE.name, "DX", 1): (
        {"SeriesDescription": "Dose Report", "ImageType": ["DERIVED", "SECONDARY"]},
        TEXT,
    ),
    (KOREAN.name, "ECT", 1): ({"VolumeBasedCalculationTechnique": "VOLUME_RENDER"}, PERSON),
    (PLAIN.name, "PT", 1): ({"RecognizableVisualFeatures": "YES"}, PERSON),
    (PLAIN.name, "ECG", 1): ({"Modality": "AU"}, SOUND),
}
"""Objects of patient, kind and instance number whose header says that they show or hold more: how, and the reason."""
INNOCENT: dict[tuple[str, str, int], dict[str, object]] = {
    (GERMAN.name, "CT", 2): {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER", "CT_SOM5 TOP"]},
    (RUSSIAN.name, "MR", 1): {"ImageType": ["DERIVED", "SECONDARY", "MPR", "TABLE MOVING"]},
    (GREEK_UTF8.name, "CR", 1): {"ImageType": ["DERIVED", "PRIMARY", "POST_PROCESSED"], "SpecimenLabelInImage": "NO"},
    (CHINESE.name, "MG", 1): {"RecognizableVisualFeatures": "NO", "ImageType": ["DERIVED", "PRIMARY", "TOMO_PROJ"]},
}
"""Headers that say the like, but show nobody: they are written."""


@dataclass(frozen=True)
class Made:
    """One file of the cohort. It must be withheld where a reason is given."""

    path: Path
    kind: str
    study: Study
    dataset: Dataset
    syntax: str
    reason: str = ""


def first_study(study: Study) -> Iterator[tuple[str, Dataset]]:
    """CT with everything that is drawn, planned, measured and said about it."""
    slices = [images.ct(study, number) for number in range(3)]
    yield from (("CT", image) for image in slices)
    yield "ECT", images.enhanced_ct(study, slices[0])
    yield "PT", images.pet(study, 0)
    structures = derived.structures(study, slices)
    yield "RTSTRUCT", structures
    plan = derived.plan(study, structures)
    yield "RTPLAN", plan
    yield "RTDOSE", derived.dose(study, plan, slices[0])
    yield "SEG", derived.segmentation(study, slices)
    yield "SR", said.report(study, slices)
    yield "KO", said.selection(study, slices)
    yield "PR", said.presentation(study, slices)
    yield "ECG", derived.waveform(study)


def second_study(study: Study) -> Iterator[tuple[str, Dataset]]:
    """Another find, a year later."""
    slices = [images.mr(study, number) for number in range(2)]
    yield from (("MR", image) for image in slices)
    for kind in ("CR", "DX", "MG"):
        yield kind, images.projection(study, kind)
    yield "PT", images.pet(study, 0)
    yield "WSI", images.slide(study)
    yield "US", images.ultrasound(study)
    yield "SC", images.capture(study)
    yield "PDF", derived.document(study)
    yield "SR", said.report(study, slices)


def visit(study: Study) -> Iterator[tuple[str, Dataset]]:
    """One slice and one projection."""
    yield "CT", images.ct(study, 0)
    yield "CR", images.projection(study, "CR")


def cohort(seed: int, people: tuple[Person, ...]) -> Iterator[tuple[str, Study, Dataset]]:
    """Kind, study and data set of every object."""
    for person in people:
        for number, kinds in enumerate((visit,) if person in VISITORS else (first_study, second_study)):
            study = Study(person, number, seed)
            for kind, dataset in kinds(study):
                for case in cases.of(kind):
                    case.plant(dataset, study)
                yield kind, study, dataset


def make(folder: Path, seed: int = 3, people: tuple[Person, ...] = (*PEOPLE, *VISITORS)) -> list[Made]:
    """Writes the cohort below a folder, under paths that name the patients, as exports do."""
    files = []
    for number, (kind, study, dataset) in enumerate(cohort(seed, people)):
        syntax = ENCAPSULATED.get(kind) or storing.NATIVE[(number + study.number) % 4]
        if kind == "MR" and number % 2:
            syntax = storing.RLE
        unknown = UNKNOWN if number % 3 == 0 else ()
        told = study.person.name, kind, int(dataset.InstanceNumber)
        values, reason = BETRAYED.get(told, (INNOCENT.get(told, {}), ""))
        for keyword, value in values.items():
            setattr(dataset, keyword, value)
        appended = cases.APPENDED if kind == "MR" and syntax != storing.DEFLATED else ()
        path = folder / study.person.name.split("=")[0] / study.date / f"{kind}{number:04d}.dcm"
        path.parent.mkdir(parents=True, exist_ok=True)
        litter = number % 2 == 0 and not appended
        path.write_bytes(storing.stored(dataset, study, syntax, litter=litter, unknown=unknown, appended=appended))
        files.append(Made(path, kind, study, dataset, syntax, reason))
    return files
