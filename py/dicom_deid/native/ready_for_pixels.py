"""Import of all that a process of a run with Clean Pixel Data needs, as ready.py does for any other run.

pydicom is loaded whole: it decodes frames by numpy, which it does not look for a second time.
"""

from __future__ import annotations

import gc

gc.disable()  # in what is loaded there is no garbage

from dicom_deid.native import job  # noqa: E402, F401 - it is only loaded here
from dicom_deid.pixels import treatment  # noqa: E402, F401
from dicom_deid.pixels.redaction import redact  # noqa: E402, F401
from dicom_deid.warm_up import warm_up  # noqa: E402

warm_up(0, 8)
gc.freeze()  # what is here stays in memory that all processes share
gc.enable()
