"""The policy of a command: what its file says, and what the flags add to it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dicom_deid.cli.text import Unusable
from dicom_deid.errors import PolicyError, sentence
from dicom_deid.key import BY_ID, NEWEST

if TYPE_CHECKING:
    from dicom_deid.native.wheels import Wheels
    from dicom_deid.policy import Plan, Policy

ALLOW = "--allow-sop-class"
UID = re.compile(r"\d+(\.\d+)+")
PolicyFile = Annotated[
    Path | None, typer.Option("--policy", metavar="FILE", help="Policy, in TOML or JSON. The flags below add to it.")
]
OPTION_NAMES = (
    "retain-uids", "retain-device-identity", "retain-institution-identity", "retain-patient-characteristics",
    "retain-full-dates", "retain-modified-dates", "clean-descriptors", "clean-structured-content", "clean-graphics",
    "retain-safe-private", "clean-pixel-data",
)  # fmt: skip
"""Those of tables/options.json, which --help need not read."""
Options = Annotated[
    list[str] | None,
    typer.Option("--option", metavar="NAME", help=f"Option of the profile, repeatable: {', '.join(OPTION_NAMES)}."),
]
Allowed = Annotated[
    list[str] | None,
    typer.Option(ALLOW, metavar="UID", help="SOP Class to write that is withheld else. Repeatable, or with commas."),
]
Burned = Annotated[
    bool, typer.Option("--pass-burned-in", help="Write objects that say that they show text or a person.")
]
RunCode = Annotated[
    bool, typer.Option("--run-code", help="Run the code that the policy brings: you have read it. Else you are asked.")
]
WheelFolder = Annotated[
    Path | None,
    typer.Option("--wheels", metavar="FOLDER", help="Where the policy's wheels are; by default beside the policy."),
]


Pseudonyms = Annotated[
    int | None,
    typer.Option(
        metavar="N", min=BY_ID, max=NEWEST, help="1: the pseudonyms that version 0.2 and before gave, without a salt."
    ),
]


def spread(arguments: list[str]) -> list[str]:
    """The arguments with one ``--allow-sop-class`` for each UID, where several stand behind one."""
    spread_out: list[str] = []
    for argument in arguments:
        before = spread_out[-2:-1]
        if before == [ALLOW] and UID.fullmatch(argument) and UID.fullmatch(spread_out[-1]):
            spread_out.append(ALLOW)
        spread_out.append(argument)
    return spread_out


def chosen_policy(
    file: Path | None,
    options: Iterable[str] | None,
    allowed: Iterable[str] | None,
    *,
    pass_burned_in: bool = False,
    verbose: bool = False,
    pseudonyms: int | None = None,
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
        pseudonyms=policy.pseudonyms if pseudonyms is None else pseudonyms,
    )
    try:
        refuse(wrong_problems(policy.options, policy.allow_sop_classes))
    except PolicyError as error:
        names = "" if policy.options <= set(OPTION_NAMES) else f"\n  The options are {', '.join(OPTION_NAMES)}."
        raise Unusable(f"{unusable(error)}{names}") from None
    return policy


def read_policy(file: Path) -> Policy:
    """The policy of a file."""
    from dicom_deid.policy import Policy

    try:
        return Policy.read(file.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise Unusable(f"The policy cannot be read ({error.strerror}): {file}") from None
    except UnicodeError:
        raise Unusable(f"The policy cannot be read as UTF-8 text: {file}") from None
    except PolicyError as error:
        raise unusable(error, f"{file}: ") from None


def loaded(policy: Policy, secret: bytes, wheels: Wheels) -> Plan:
    """The plan of a policy whose code the user has agreed to; it has run."""
    from dicom_deid.key import Key
    from dicom_deid.native.time_limit import TimeLimit
    from dicom_deid.policy import Plan

    plan = Plan(policy, Key(secret), watch=TimeLimit(), wheels=dict(wheels.digests))
    try:
        plan.load()
    except PolicyError as error:
        raise unusable(error) from None
    return plan


def unusable(error: PolicyError, place: str = "") -> Unusable:
    """All that is wrong with a policy, a line for each problem."""
    return Unusable("\n".join((sentence(error.code), *(f"  {place}{problem}" for problem in error.problems))))
