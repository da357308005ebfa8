"""A light pydicom: what a run does not ask it for is not loaded, and is there for whoever asks afterwards."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
from dicom_deid.native.light_pydicom import load_pydicom
load_pydicom()
assert "pydicom" in sys.modules
assert not {"numpy", "PIL", "urllib.request", "pydicom.examples"} & sys.modules.keys()
import numpy, urllib.request, pydicom.examples
assert numpy.zeros(1).size == 1
assert urllib.request.urlopen
assert pydicom.examples.ct.Modality == "CT"
"""


def test_what_a_run_does_not_need_is_not_loaded_and_can_be_later() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
