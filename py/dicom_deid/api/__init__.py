"""The Python API: a function for each kind of input, in the module of its noun; all run the command line's stages."""

from __future__ import annotations

from dicom_deid.errors import PolicyError
from dicom_deid.policy import Plan


def agree(plan: Plan, run_code: bool) -> None:
    """Makes sure of the consent to a policy's own code, and runs it once. Raises PolicyError."""
    if plan.policy.python and not run_code:
        raise PolicyError("CODE_NOT_AGREED")
    plan.load()
