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

ONE_PROCESS = """
import sys
import dicom_deid.cli.app
from dicom_deid.cli.strength import refuse_weak
refuse_weak("seven grey herons stand by the weir at dusk")
assert "pydicom" not in sys.modules  # the key is derived while it loads
from dicom_deid.native.light_pydicom import load_pydicom
load_pydicom()
import dicom_deid.native.run
assert not {"multiprocessing", "numpy", "rich"} & sys.modules.keys()
"""


def test_what_a_run_does_not_need_is_not_loaded_and_can_be_later() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_run_in_one_process_loads_nothing_of_several_and_judges_the_passphrase_before_pydicom() -> None:
    done = subprocess.run([sys.executable, "-c", ONE_PROCESS], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
