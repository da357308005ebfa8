"""Plans that differ in everything, and files of a series that have most in common: for two plans in one process."""

from __future__ import annotations

from collections.abc import Callable

from dicom_deid.key import Key
from dicom_deid.model import Outcome
from dicom_deid.pipeline import process
from dicom_deid.policy import Plan, Policy
from made import KEY, SOURCE_ID, UID, Stingy, ct, item, sequence, to_bytes

KERNELS = """
options = ["clean-descriptors"]
[[attribute]]
match = "StudyDescription"
action = "X"
[[python]]
code = '''
def rule(element, instance):
    print(element.value)
    return ("D", "soft") if element.keyword == "ConvolutionKernel" else None
'''
"""
MODELS = """
[[python]]
code = '''
def rule(element, instance):
    print(element.value)
    return "X" if element.keyword == "Manufacturer" else None
'''
"""
PLANS: dict[str, Callable[[], Plan]] = {
    "profile": lambda: Plan(Policy(), Key(KEY)),
    "descriptors": lambda: Plan(Policy(options=frozenset(("clean-descriptors",))), Key(KEY)),
    "other key": lambda: Plan(Policy(verbose=True), Key(bytes(32)), linked=True),
    "private": lambda: Plan(Policy(options=frozenset(("retain-safe-private", "retain-uids"))), Key(KEY)),
    "rules": lambda: Plan(Policy.read(KERNELS), Key(KEY)),
    "other rules": lambda: Plan(Policy.read(MODELS), Key(KEY)),
}

MARKS = (b"Thorax of", UID.encode() + b".5", b"soft", b"ACME")
KEPT = {
    "profile": {b"ACME"},
    "descriptors": {b"Thorax of", b"ACME"},
    "other key": {b"ACME"},
    "private": {UID.encode() + b".5", b"ACME"},
    "rules": {b"soft", b"ACME"},
    "other rules": set[bytes](),
}
"""Which of the marks stand in the outputs of each plan."""


def kept(outcomes: list[Outcome]) -> set[bytes]:
    """The marks that stand in one of these outputs."""
    return {mark for mark in MARKS for outcome in outcomes if mark in bytes(outcome.splice[0])}  # type: ignore[arg-type]


def files(count: int = 9) -> list[bytes]:
    """Slices of two patients by turns, with a sequence and private elements."""
    found = []
    for number in range(count):
        referenced = item(ReferencedSOPInstanceUID=f"{UID}.9", ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.2")
        dataset = ct(
            SOPInstanceUID=f"{UID}.5.{number}",
            InstanceNumber=str(number),
            PatientID=f"MRN-{number % 2}",
            StudyDescription="Thorax of Okonkwo, by Reyes",
            ReferencedImageSequence=sequence(referenced),
        )
        dataset.private_block(0x0009, "ACME", create=True).add_new(1, "LO", "hello")
        found.append(to_bytes(dataset))
    return found


def made(plan: Plan, data: list[bytes]) -> list[Outcome]:
    """The outcomes of files under a plan."""
    return [process(Stingy(one), plan, SOURCE_ID, repeat=False) for one in data]
