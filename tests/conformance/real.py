"""Real files for the commands and tests here: those of the pydicom wheel, and the shared corpus where it is there."""

from __future__ import annotations

import shutil
from pathlib import Path

from pydicom.data import get_testdata_files

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "data" / "corpus"


def real_files() -> list[Path]:
    """Every file, in a stable order."""
    bundled = [Path(name) for name in get_testdata_files()]
    shared = [*CORPUS.rglob("*")] if CORPUS.is_dir() else []
    return sorted(path for path in {*bundled, *shared} if path.is_file())


def copy_all(folder: Path, largest: int = 1 << 40) -> None:
    """The files up to a size in bytes, below one folder; names stay apart by a number."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, path in enumerate(real_files()):
        if path.stat().st_size <= largest:
            shutil.copyfile(path, folder / f"{number:04d}-{path.name}")
