"""The command ``plan``: shows for one file the action, the rule and the values of each data element; stores nothing.

It shows original values on a terminal only, unless it is told otherwise, so that they get into no file by chance.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dicom_deid import key
from dicom_deid.cli.consent import made_ready
from dicom_deid.cli.passphrase import ProjectKey, SaltFile
from dicom_deid.cli.policy_options import (
    Allowed,
    Burned,
    Options,
    PolicyFile,
    Pseudonyms,
    RunCode,
    WheelFolder,
    chosen_policy,
    loaded,
)
from dicom_deid.cli.text import Unusable, printable
from dicom_deid.errors import Failed, ShortRead, reasons
from dicom_deid.version import __version__

if TYPE_CHECKING:
    from dicom_deid.explain import Explanation
    from dicom_deid.explain.compare import Row
    from dicom_deid.policy import Plan

THROW_AWAY = (
    "Without --passphrase-file, a key was made for this look alone: "
    "pseudonyms, UIDs and shifts of dates will be others in a run."
)
NO_VALUES = "Values are left out, since this goes to no terminal; --values puts them in."
WOULD = {
    "written": "It would be written.",
    "withheld": "It would be withheld, and the elements are shown as they would be without that.",
    "skipped": "It would be skipped.",
    "failed": "It would fail.",
}


def show_plan(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="One DICOM file. It is only read.")],
    policy: PolicyFile = None,
    option: Options = None,
    allow_sop_class: Allowed = None,
    pass_burned_in: Burned = False,
    pseudonyms: Pseudonyms = None,
    run_code: RunCode = False,
    wheels: WheelFolder = None,
    passphrase_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File that holds the passphrase. Without it a key is made up.")
    ] = None,
    salt_file: SaltFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    values: Annotated[
        bool | None, typer.Option("--values/--no-values", help="Show values; by default on a terminal only.")
    ] = None,
) -> None:
    """Shows what would come of one file: each data element with its action, its rule, its value before and after.

    Nothing is stored. Exit code: 0 when it would be written or skipped, 1 if withheld or failed, 2 for a wrong command.
    """
    chosen = chosen_policy(policy, option, allow_sop_class, pass_burned_in=pass_burned_in, pseudonyms=pseudonyms)
    ready = made_ready(chosen, policy, wheels, run_code)
    project = ProjectKey(passphrase_file, salt_file, version=chosen.pseudonyms)
    secret = project.candidates()[0] if passphrase_file else key.make_key()
    plan = loaded(chosen, secret, ready)
    explanation = look(file, plan)
    shown = sys.stdout.isatty() if values is None else values
    if as_json:
        print_json(explanation, plan, made_up=passphrase_file is None, values=shown)
    else:
        print_outcome(explanation, values=shown)
        (print_table if sys.stdout.isatty() else print_lines)(explanation.rows, values=shown)
        if passphrase_file is None and explanation.rows:
            print(THROW_AWAY, file=sys.stderr)
    if (explanation.rows or explanation.traceback) and not shown and values is None:
        print(NO_VALUES, file=sys.stderr)
    sys.exit(0 if explanation.outcome.status in ("written", "skipped") else 1)


def look(file: Path, plan: Plan) -> Explanation:
    """The outcome that a file would have."""
    from dicom_deid.explain import Explanation, explain
    from dicom_deid.model import Outcome
    from dicom_deid.native.source import FileSource

    if not file.is_file():
        raise Unusable(f"FILE is no file that can be read: {file}")
    try:
        with FileSource(file) as source:
            while True:
                try:
                    return explain(source, plan, plan.key.source(file.name))
                except ShortRead as short:
                    if not source.extend(short.end):
                        raise Failed("INTERNAL_ERROR") from None
    except Failed as failure:
        return Explanation(Outcome(failure.status, failure.reason))


def print_json(explanation: Explanation, plan: Plan, *, made_up: bool, values: bool) -> None:
    """The explanation as one JSON object."""
    from dicom_deid.explain import document

    stated: dict[str, Any] = {
        "tool": f"dicom-deid {__version__}",
        "policy": plan.policy.stated(),
        "key": "made up for this look" if made_up else "of the passphrase",
        **document(explanation, values=values),
    }
    print(json.dumps(stated, indent=2))


def print_outcome(explanation: Explanation, *, values: bool) -> None:
    """The outcome, its reason and what to do; with ``values``, the traceback of a rule in Python that failed."""
    outcome = explanation.outcome
    kind = f" ({explanation.sop_class})" if explanation.sop_class else ""
    print(f"{WOULD[outcome.status]}{kind}")
    if outcome.reason:
        print(f"{outcome.reason}: {explanation.sentence} {reasons()[outcome.reason]['remedy']}")
    if explanation.traceback and values:
        print("\n".join(map(printable, explanation.traceback.splitlines())))


def print_lines(rows: tuple[Row, ...], *, values: bool) -> None:
    """A line for each element."""
    for row in rows:
        print(f"{row.path} {row.name} {row.vr}: {row.action.code}, {row.said}. {row.reason} {row.detail}".rstrip())
        if values:
            print("".join(f"    {word}: {printable(text)}\n" for word, text in both(row)), end="")


def both(row: Row) -> list[tuple[str, str]]:
    """The values that a row has, before and after."""
    return [(word, text) for word, text in (("before", row.before), ("after", row.after)) if text is not None]


def print_table(rows: tuple[Row, ...], *, values: bool) -> None:
    """A table for a terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from dicom_deid.explain.readable import tag_text

    columns = ["element", "VR", "", "becomes", *(["before", "after"] if values else []), "rule"]
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        named = f"{'  ' * row.depth}{tag_text(row.tag) if row.path else ''} {row.name}"
        shown = [row.before or "", row.after or ""] if values else []
        rule = f"{row.action.rule}: {row.detail}" if row.detail else row.action.rule
        cells = [named, row.vr, row.action.code, row.said, *shown, rule]
        table.add_row(*(Text(printable(cell), overflow="fold") for cell in cells))
    if rows:
        Console().print(table)
        print()
    for rule, reason in {row.action.rule: row.reason for row in rows}.items():
        print(f"{rule}: {reason}")
