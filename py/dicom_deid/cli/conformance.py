"""The command ``conformance``: the conformance statement of a policy (PS3.15 E.1.3)."""

from __future__ import annotations

from dicom_deid import key
from dicom_deid.cli.policy_options import Allowed, Burned, Options, PolicyFile, chosen_policy


def show_conformance(
    policy: PolicyFile = None, option: Options = None, allow_sop_class: Allowed = None, pass_burned_in: Burned = False
) -> None:
    """Prints the conformance statement of a policy (PS3.15 E.1.3), in Markdown."""
    chosen = chosen_policy(policy, option, allow_sop_class, pass_burned_in=pass_burned_in)
    from dicom_deid.conformance import conformance  # pydicom takes a moment to load
    from dicom_deid.policy import Plan

    print(conformance(Plan(chosen, key.Key(key.make_key()))), end="")
