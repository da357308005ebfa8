"""The places of source and output on disk: they must be apart."""

from __future__ import annotations

from pathlib import Path

from dicom_deid.native.run_folder import AUDIT, PLAN


def overlap(source: Path, target: Path) -> str:
    """The reason code for which outputs of ``source`` must not go to the folder ``target``; "" where they may."""
    chosen, folder = source.resolve(), target.resolve()
    if chosen == folder or chosen in folder.parents:
        return "OUTPUT_INSIDE_INPUT"
    return "INPUT_INSIDE_OUTPUT" if folder in chosen.parents else ""


def is_in_run(folder: Path) -> bool:
    """Whether a folder is that of a run, or lies in one: what is put there is passed on with its results."""
    place = folder.resolve()
    return any((one / PLAN).is_file() and (one / AUDIT).is_file() for one in (place, *place.parents))
