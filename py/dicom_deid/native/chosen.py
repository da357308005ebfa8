"""The policy of a command: what its file says, and what the flags add to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dicom_deid.errors import PolicyError, reasons
from dicom_deid.native.passphrase import Unusable

if TYPE_CHECKING:
    from dicom_deid.policy import Policy


def chosen_policy(
    file: Path | None,
    options: Iterable[str] | None,
    allowed: Iterable[str] | None,
    *,
    pass_burned_in: bool = False,
    verbose: bool = False,
) -> Policy:
    """The policy of a file, if any, with everything added that flags ask for; they take nothing away."""
    from dicom_deid.policy import Policy  # pydicom takes a moment to load
    from dicom_deid.policy.file import refuse, sop_class, wrong_problems

    policy = read_policy(file) if file else Policy()
    more = [uid for text in allowed or () for uid in ([text] if sop_class(text) != text else text.split(","))]
    policy = replace(
        policy,
        options=policy.options | set(options or ()),
        allow_sop_classes=policy.allow_sop_classes | set(map(sop_class, more)),
        pass_burned_in=policy.pass_burned_in or pass_burned_in,
        verbose=policy.verbose or verbose,
    )
    try:
        refuse(wrong_problems(policy.options, policy.allow_sop_classes))
    except PolicyError as error:
        raise unusable(error) from None
    return policy


def read_policy(file: Path) -> Policy:
    """The policy of a file."""
    from dicom_deid.policy import Policy

    try:
        return Policy.read(file.read_bytes().decode("utf-8-sig"))
    except (OSError, UnicodeError):
        raise Unusable(f"The policy cannot be read as UTF-8 text: {file}") from None
    except PolicyError as error:
        raise unusable(error, f"{file}: ") from None


def unusable(error: PolicyError, place: str = "") -> Unusable:
    """All that is wrong with a policy, a line for each problem."""
    head = f"{reasons()[error.code]['sentence']} {reasons()[error.code]['remedy']}"
    return Unusable("\n".join((head, *(f"  {place}{problem}" for problem in error.problems))))
