"""Memory of a plan over instances whose headers all differ: what is kept of one goes when others have come."""

import gc
import tracemalloc

from dicom_deid.key import Key
from dicom_deid.pipeline import process
from dicom_deid.policy import Plan, Policy
from made import KEY, SOURCE_ID, UID, Stingy, ct, to_bytes

WORDS = 400
"""Of each instance, in values so long that elements are not remembered for themselves."""
FIRST, MORE = 20, 30
GROWTH = 700_000
"""Bytes; before what is worked out of identifiers was kept for a few instances only, it was 2,450,000."""


def differing(number: int) -> bytes:
    """An instance of a patient, study and texts of its own."""
    words = " ".join(f"Wq{number}x{word}zu" for word in range(WORDS))
    uids = {"SOPInstanceUID": f"{UID}.{number}", "StudyInstanceUID": f"{UID}.5.{number}"}
    named = {"PatientID": f"P-{number}", "PatientName": f"Rw{number}kel^Tom"}
    return to_bytes(ct(**uids, **named, ImageComments=words, PatientComments=words))


def held(plan: Plan, numbers: range) -> int:
    """Bytes of Python's memory once these are done."""
    for number in numbers:
        assert process(Stingy(differing(number)), plan, SOURCE_ID, repeat=False).status == "written"
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def test_memory_stays_when_no_two_headers_are_alike() -> None:
    plan = Plan(Policy(), Key(KEY))
    tracemalloc.start()
    try:
        before = held(plan, range(FIRST))
        assert held(plan, range(FIRST, FIRST + MORE)) - before < GROWTH
    finally:
        tracemalloc.stop()
