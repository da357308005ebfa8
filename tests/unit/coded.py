"""Rules in Python made in code, and what comes of an instance under them."""

from __future__ import annotations

from io import BytesIO

import pydicom
from dicom_deid.model import Outcome
from dicom_deid.policy import Policy
from dicom_deid.policy.python import PythonRule
from dicom_deid.policy.rules import Rule
from made import ct, item, outcome_of, output_of, sequence, to_bytes
from pydicom.dataset import Dataset

ALL = ("D", "Z", "X", "K", "C", "U")
RULE = "def rule(element, instance):\n    return None\n"
"""A rule without an opinion."""


def code(body: str, may: tuple[str, ...] = ALL, name: str = "") -> PythonRule:
    """A rule whose function has this body."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return PythonRule(f"def rule(element, instance):\n{lines}", name, may)


def on(keyword: str, answer: str, *may: str) -> PythonRule:
    """A rule that says something of one attribute."""
    return code(f"if element.keyword == {keyword!r}:\n    return {answer}", may or ALL)


def ruled(dataset: Dataset, *python: PythonRule, rules: tuple[Rule, ...] = (), options: str = "") -> Outcome:
    return outcome_of(to_bytes(dataset), Policy(frozenset(options.split()), rules=rules, python=python))


def written(dataset: Dataset, *python: PythonRule, rules: tuple[Rule, ...] = (), options: str = "") -> Dataset:
    outcome = ruled(dataset, *python, rules=rules, options=options)
    assert (outcome.status, outcome.reason) == ("written", "")
    return pydicom.dcmread(BytesIO(output_of(to_bytes(dataset), outcome)))


def failed(dataset: Dataset, *python: PythonRule) -> bool:
    outcome = ruled(dataset, *python)
    return (outcome.status, outcome.reason) == ("withheld", "RULE_FAILED")


def codes(read: Dataset) -> list[str]:
    return [entry.CodeValue for entry in read.get("DeidentificationMethodCodeSequence", ())]


def rich() -> Dataset:
    step = item(ScheduledProcedureStepID="STEP-12345", PatientID="")
    dataset = ct(
        RequestAttributesSequence=sequence(step, item()),
        WindowWidth=["1.5", "2"],
        InstanceNumber="7",
        SmallestImagePixelValue=9,
        ImageComments="a\\b",
        SpecificCharacterSet="ISO_IR 192",
        InstitutionName="Krankenhaus Süd",
        ImageType=["ORIGINAL", "PRIMARY"],
        RedPaletteColorLookupTableData=b"\1\2",
    )
    dataset.private_block(0x0019, "WEIR LAB", create=True).add_new(0x0C, "LO", "/1.375:1")
    return dataset
