"""The command ``plan``: what a run would do, stored nowhere; of one file element by element, of a folder in counts.

It shows original values on a terminal only, unless it is told otherwise, so that they get into no file by chance.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dicom_deid import key
from dicom_deid.cli.cluster import ClusterAddress, ClusterCa, ClusterCertificate, ClusterKey, Wanted
from dicom_deid.cli.consent import made_ready
from dicom_deid.cli.estimate import Asked, Price, SampleFiles, WorkersPlanned, show_estimate
from dicom_deid.cli.passphrase import ProjectKey, SaltFile
from dicom_deid.cli.places import Place, path
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
from dicom_deid.cli.regions_file import RegionsFile, Unreviewed, regions_for
from dicom_deid.cli.sources import check_source, chosen_origin, is_archive
from dicom_deid.cli.text import UNSOUND, printable, remedy
from dicom_deid.errors import Failed, ShortRead
from dicom_deid.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dicom_deid.errors import Status
    from dicom_deid.explain import Explanation
    from dicom_deid.explain.compare import Row
    from dicom_deid.model import Outcome
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
    source: Annotated[
        Place,
        typer.Argument(
            metavar="INPUT",
            parser=path,
            help="One DICOM file, or a folder, ZIP or s3://bucket/prefix of files. It is only read.",
        ),
    ],
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
        bool | None,
        typer.Option("--values/--no-values", help="Of one file, show values; by default on a terminal only."),
    ] = None,
    regions: RegionsFile = None,
    pixels_unreviewed: Unreviewed = False,
    workers: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, help="Of a folder: processes; one per core by default, 0: no other."),
    ] = None,
    cluster: ClusterAddress = None,
    cluster_ca: ClusterCa = None,
    cluster_certificate: ClusterCertificate = None,
    cluster_key: ClusterKey = None,
    sample: SampleFiles = None,
    price: Price = None,
    workers_planned: WorkersPlanned = None,
) -> None:
    """Shows what a run would do. Nothing is stored, and the same options count as for run.

    Of one file: each data element with its action, its rule, its value before and after. Of a folder, ZIP or store: how
    many files of which kind would be written, withheld, skipped, or fail, and the flags that would change it. With
    --cluster: the same of a sample, which its workers try, and how long a run of all would take them.

    Exit code: 0 when all would be written or skipped, 1 if some would be withheld or fail, or none would be written, 2
    for a wrong command.
    """
    wanted, asked = Wanted(cluster, cluster_ca, cluster_certificate, cluster_key), Asked(sample, price, workers_planned)
    check_source(source)
    wanted.check(workers)
    asked.check(wanted)
    chosen = chosen_policy(policy, option, allow_sop_class, pass_burned_in=pass_burned_in, pseudonyms=pseudonyms)
    ready = made_ready(chosen, policy, wheels, run_code)
    project = ProjectKey(passphrase_file, salt_file, version=chosen.pseudonyms)
    secret = project.candidates()[0] if passphrase_file else key.make_key()
    plan = loaded(chosen, secret, ready)
    plan.regions = regions_for(chosen, regions, None, secret, unreviewed=pixels_unreviewed)
    plan.unreviewed = pixels_unreviewed
    if wanted.address:
        sys.exit(show_rehearsal(source, plan, secret, ready.paths, wanted, asked, as_json=as_json))
    if not isinstance(source, Path) or source.is_dir() or is_archive(source):
        sys.exit(show_forecast(source, plan, secret, ready.paths, workers, as_json=as_json))
    explanation = look(source, plan)
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


def show_forecast(
    source: Place, plan: Plan, secret: bytes, wheels: tuple[str, ...], workers: int | None, *, as_json: bool
) -> int:
    """Shows what would come of a folder or a ZIP, and returns the exit code."""
    from dicom_deid.cli.forecast import document, foresee, show

    forecasting = foresee(chosen_origin(source), plan, secret, wheels, workers)
    if as_json:
        print(json.dumps(document(forecasting, plan), indent=2))
    else:
        show(forecasting)
    return code_of(forecasting.outcomes())


def show_rehearsal(
    source: Place, plan: Plan, secret: bytes, wheels: tuple[str, ...], wanted: Wanted, asked: Asked, *, as_json: bool
) -> int:
    """Shows what a run on a cluster would take, and returns the exit code."""
    from dicom_deid.native.forecast import ForecastJob

    job = ForecastJob(chosen_origin(source), plan.policy, secret, wheels, plan.regions, plan.unreviewed)
    return code_of(show_estimate(job, plan, wanted, asked, as_json=as_json))


def code_of(outcomes: Mapping[Status, int]) -> int:
    """The exit code of a forecast."""
    return 0 if outcomes["written"] and not (outcomes["withheld"] or outcomes["failed"]) else UNSOUND


def look(file: Path, plan: Plan) -> Explanation:
    """The outcome that a file would have."""
    from dicom_deid.explain import Explanation, explain
    from dicom_deid.model import Outcome
    from dicom_deid.native.source import FileSource

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
    if explanation.outcome.reason:
        stated["outcome"]["remedy"] = advice(explanation.outcome)
    print(json.dumps(stated, indent=2))


def print_outcome(explanation: Explanation, *, values: bool) -> None:
    """The outcome, its reason and what to do; with ``values``, the traceback of a rule in Python that failed."""
    outcome = explanation.outcome
    kind = f" ({explanation.sop_class})" if explanation.sop_class else ""
    print(f"{WOULD[outcome.status]}{kind}")
    if outcome.reason:
        print(f"{outcome.reason}: {explanation.sentence} {advice(outcome)}")
    if explanation.traceback and values:
        print("\n".join(map(printable, explanation.traceback.splitlines())))


def advice(outcome: Outcome) -> str:
    """The remedy of an outcome, which names its SOP Class where it asks for one."""
    return remedy(outcome.reason, (outcome.names.sop_class,))


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
