"""Import of all that a process of a run needs before its first file: loaded, compiled and remembered.

The server from which the processes are forked imports it, so that it is done once for all of them.
"""

from __future__ import annotations

import gc

from dicom_deid.native.light_pydicom import load_pydicom

gc.disable()  # in what is loaded there is no garbage
load_pydicom()

from dicom_deid.native import job  # noqa: E402, F401 - pydicom comes first
from dicom_deid.warm_up import warm_up  # noqa: E402

warm_up(0, 8)
gc.freeze()  # what is here stays in memory that all processes share
gc.enable()
