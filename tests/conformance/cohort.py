"""The synthetic cohort: seven patients, two studies each, of every kind and in every encoding, the same for a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import derived
import images
import said
import storing
from base import Study
from people import PEOPLE, Person
from pydicom.dataset import Dataset

WITHHELD = ("US", "SC", "PDF")
"""Kinds that are withheld unless their SOP Class is allowed (docs/policy.md)."""
ENCAPSULATED = {
    "CR": storing.LOSSLESS, "DX": storing.JPEG_2000, "MG": storing.JPEG_LS, "US": storing.RLE,
    "WSI": storing.JPEG,
}  # fmt: skip
UNKNOWN = ("AnatomicRegionSequence", "ReferencedSeriesSequence", "ContributingEquipmentSequence")
"""Sequences that every third object stores as UN, as archives do that do not know them."""


@dataclass(frozen=True)
class Made:
    """One file of the cohort."""

    path: Path
    kind: str
    study: Study
    dataset: Dataset
    syntax: str


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


def cohort(seed: int, people: tuple[Person, ...]) -> Iterator[tuple[str, Study, Dataset]]:
    """Kind, study and data set of every object."""
    for person in people:
        for number, kinds in enumerate((first_study, second_study)):
            study = Study(person, number, seed)
            for kind, dataset in kinds(study):
                yield kind, study, dataset


def make(folder: Path, seed: int = 3, people: tuple[Person, ...] = PEOPLE) -> list[Made]:
    """Writes the cohort below a folder, under paths that name the patients, as exports do."""
    files = []
    for number, (kind, study, dataset) in enumerate(cohort(seed, people)):
        syntax = ENCAPSULATED.get(kind) or storing.NATIVE[(number + study.number) % 4]
        if kind == "MR" and number % 2:
            syntax = storing.RLE
        unknown = UNKNOWN if number % 3 == 0 else ()
        path = folder / study.person.name.split("=")[0] / study.date / f"{kind}{number:04d}.dcm"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(storing.stored(dataset, study, syntax, litter=number % 2 == 0, unknown=unknown))
        files.append(Made(path, kind, study, dataset, syntax))
    return files
