"""Small folders of real files, for tests that need any."""

import shutil
from pathlib import Path

from pydicom.data import get_testdata_file

WRITTEN = ("CT_small.dcm", "MR_small.dcm", "rtplan.dcm")  # what a run by the default policy makes of them
WITHHELD = ("examples_rgb_color.dcm",)
FAILED = ("MR_truncated.dcm",)


def sample_folder(folder: Path) -> Path:
    """Three files that are written, one that is withheld, one that fails, and one that is skipped."""
    for name in WRITTEN + WITHHELD + FAILED:
        target = folder / "some" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(str(get_testdata_file(name)), target)
    (folder / "note.txt").write_text("a note")
    return folder
