"""python-stdnum and phonenumbers are imported under Clean Descriptors alone, when there is something to ask."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
from dicom_deid.deidentify.suspects import Sought
from dicom_deid.deidentify.text import clean, clean_thoroughly

CHECKED = Sought(checked=True)
def imported():
    return {"phonenumbers", "stdnum"} & {name.split(".")[0] for name in sys.modules}

for text in ("CT CHEST W CONTRAST 5.0 B30f", "AX T2 FLAIR 4 mm", "SIEMENS VB17A 1.0", "Dr. Zorbath"):
    clean(text, frozenset(), CHECKED), clean_thoroughly(text, frozenset(), CHECKED)
clean("knee 0711 1234567 44051401359", frozenset()), clean_thoroughly("knee 0711 1234567 44051401359", frozenset())
assert imported() == set()
clean_thoroughly("knee 0711 1234567 44051401359", frozenset(), CHECKED)
assert imported() == {"phonenumbers", "stdnum"}
"""

SNAPSHOT = """
import sys
import dicom_deid.browser.bridge
from dicom_deid.profile import table

assert "dicom_deid.deidentify.suspects" in sys.modules
assert "dicom_deid.deidentify.suspects.search" not in sys.modules
assert table.cache_info().misses == 0
"""


def test_the_libraries_are_imported_for_a_candidate_under_the_option_alone() -> None:
    subprocess.run((sys.executable, "-c", CODE), check=True, env={"PYTHONPATH": "py"})


def test_finders_and_tables_are_no_part_of_the_snapshot_of_a_worker() -> None:
    subprocess.run((sys.executable, "-c", SNAPSHOT), check=True, env={"PYTHONPATH": "py"})
