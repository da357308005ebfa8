"""Codes and coding schemes: actions of their own for the items that hold one (PS3.16 8.2)."""

from __future__ import annotations

from collections.abc import Mapping

from dicom_deid.deidentify import text
from dicom_deid.dicom.encoding import ascii_text
from dicom_deid.model import ElementAction, Item
from dicom_deid.profile import words

CODE_VALUE, CODE_MEANING, CODING_SCHEME, CODING_SCHEMES = 0x00080100, 0x00080104, 0x00080102, 0x00080110
LOCAL = dict.fromkeys((CODE_MEANING, 0x0008010E, 0x00080114, 0x00080115), ElementAction("D", "local code"))
"""Code Meaning, and URL, External ID and Name of a coding scheme."""
GROUP_VERSION, GROUP_LOCAL_VERSION = 0x00080106, 0x00080107
PUBLISHED = "published code"
"""Rule of the value of a code of a published scheme: a number that only looks like that of a person stays in it."""
OF_PUBLISHED = {CODE_VALUE: ElementAction("C", PUBLISHED)}
WITH_VERSIONS = OF_PUBLISHED | dict.fromkeys((GROUP_VERSION, GROUP_LOCAL_VERSION), ElementAction("K", "vocabulary"))


def is_code(item: Item, path: tuple[int, ...]) -> bool:
    """Whether an item holds a code, or is of the Coding Scheme Identification Sequence."""
    return path[-1:] == (CODING_SCHEMES,) or item.get(CODE_MEANING) is not None


def actions(item: Item, identifiers: frozenset[str]) -> Mapping[int, ElementAction]:
    """The actions of their own for a code or a coding scheme.

    Of a scheme that is not published anybody may have typed the meaning. In others the version of the context group is
    a date that says nothing of the patient, unless it is one of the patient's.
    """
    if ascii_text(item.get(CODING_SCHEME)) not in words("coding_schemes"):
        return LOCAL
    version = item.get(GROUP_VERSION) or item.get(GROUP_LOCAL_VERSION)
    if version is None or text.holds(ascii_text(version)[:8], identifiers):
        return OF_PUBLISHED
    return WITH_VERSIONS
