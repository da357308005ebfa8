"""De-identifies one DICOM file into another."""

from __future__ import annotations

import os
import secrets
from dataclasses import replace
from pathlib import Path

from dicom_deid.api import agree
from dicom_deid.errors import Failed, Refused
from dicom_deid.model import Outcome
from dicom_deid.native.job import settle
from dicom_deid.native.source import FileSource
from dicom_deid.native.write import code_of, discard, write
from dicom_deid.policy import Plan

StrPath = str | os.PathLike[str]


def deidentify_file(
    source: StrPath, target: StrPath, plan: Plan, *, overwrite: bool = False, run_code: bool = False
) -> Outcome:
    """De-identifies one file, and returns its outcome.

    ``target`` is a file, or a folder: one that is there, or a path that ends with "/". In a folder the output lies at
    ``outcome.names.path``, which is made of pseudonyms. It is there whole or not at all, and nothing that is there is
    replaced unless ``overwrite`` says so; the source never is.

    A file that cannot be read or written is "failed", as one that cannot be de-identified. Raises Refused for
    OUTPUT_IS_INPUT and OUTPUT_EXISTS, and what `deidentify_dataset` raises for ``run_code``.

    >>> from pydicom.data import get_testdata_file
    >>> from dicom_deid import Plan, Policy, deidentify_file
    >>> plan = Plan(Policy(), passphrase="seven grey herons by the weir")
    >>> outcome = deidentify_file(get_testdata_file("CT_small.dcm"), "results/", plan)
    >>> outcome.status, outcome.names.patient
    ('written', 'CAM7I665ZGKQY27Y')
    >>> Path("results", outcome.names.path).is_file()
    True
    """
    agree(plan, run_code)
    chosen, place = Path(source), Path(target)
    is_folder = place.is_dir() or os.fspath(target).endswith(("/", os.sep))
    try:
        if not chosen.is_file():
            raise Failed("READ_FAILED")
        with FileSource(chosen) as opened:
            outcome, _ = settle(opened, plan, plan.key.source(chosen.name), repeat=False)
            if not outcome.written:
                return outcome
            names = replace(outcome.names, path=outcome.names.path.removeprefix("out/"))
            if is_folder:
                place /= names.path
            check(chosen, place, overwrite)
            put(outcome, opened, place, make_folders=is_folder)
    except Failed as failure:
        return Outcome("failed", failure.reason)
    return replace(outcome, names=names, splice=())


def check(source: Path, place: Path, overwrite: bool) -> None:
    """Raises Refused where an output must not be put."""
    if place.exists() and place.samefile(source):
        raise Refused("OUTPUT_IS_INPUT")
    if place.is_dir() or (not overwrite and os.path.lexists(place)):
        raise Refused("OUTPUT_EXISTS")


def put(outcome: Outcome, source: FileSource, place: Path, *, make_folders: bool) -> None:
    """Writes an output beside its place and moves it there. Raises Failed."""
    staged = place.with_name(f".{secrets.token_hex(8)}.unfinished")
    try:
        if make_folders:
            place.parent.mkdir(parents=True, exist_ok=True)
        write(outcome.splice, source, staged)
        staged.replace(place)
    except OSError as error:
        discard(staged)
        raise Failed(code_of(error)) from None
