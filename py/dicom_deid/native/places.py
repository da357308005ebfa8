"""The places of source and output on disk: they must be apart."""

from __future__ import annotations

from pathlib import Path


def overlap(source: Path, target: Path) -> str:
    """The reason code for which outputs of ``source`` must not go to the folder ``target``; "" where they may."""
    chosen, folder = source.resolve(), target.resolve()
    if chosen == folder or chosen in folder.parents:
        return "OUTPUT_INSIDE_INPUT"
    return "INPUT_INSIDE_OUTPUT" if folder in chosen.parents else ""
