"""The forecast of a folder on a terminal or as JSON: files by kind and outcome, and the flags that would change it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dicom_deid.cli.text import Unusable, remedy
from dicom_deid.errors import Failed, WorkersFailed, reasons, sentence
from dicom_deid.policy import PIXEL_OPTION
from dicom_deid.report import STATUSES
from dicom_deid.version import __version__

if TYPE_CHECKING:
    from dicom_deid.executors import Executor
    from dicom_deid.forecast import Change
    from dicom_deid.native.forecast import Forecasting, Foreseen
    from dicom_deid.policy import Plan
    from dicom_deid.source_and_sink import Origin

NO_WRITING = (
    "Nothing was written. A run can still meet what no forecast can: a full disk, a file that changes meanwhile."
)
WOULD = {
    "written": "will be written",
    "withheld": "will be withheld",
    "skipped": "will be skipped",
    "failed": "will fail",
}


def foresee(origin: Origin, plan: Plan, secret: bytes, wheels: tuple[str, ...], workers: int | None) -> Forecasting:
    """The forecast of all files. Raises Unusable where it could not come to its end."""
    from dicom_deid.executors import Inline
    from dicom_deid.executors.processes import Processes, prepare
    from dicom_deid.native.forecast import Forecasting, ForecastJob

    def start(is_much: bool) -> Executor[str, Foreseen]:
        job = ForecastJob(origin, plan.policy, secret, wheels, plan.regions, plan.unreviewed)
        if not (is_much if workers is None else workers):
            return Inline(job)
        from dicom_deid.cli.run import cores

        prepare(ForecastJob.__module__)
        return Processes(job, cores() if workers is None else workers)

    from dicom_deid.cli.progress import Lines

    forecasting = Forecasting(origin, Lines())
    try:
        forecasting.go(start, lambda: False)
    except Failed as failure:
        raise Unusable(sentence(failure.reason)) from None
    except WorkersFailed:
        raise Unusable(sentence("WORKER_ERROR")) from None
    return forecasting


def flags(changes: Iterable[Change], sop_class: str) -> str:
    """The options of the command line that a remedy is made of."""
    said = {
        "allow": f"--allow-sop-class {sop_class or 'UID'}",
        "pass": "--pass-burned-in",
        "clean": f"--option {PIXEL_OPTION}",
    }
    return " ".join(said[change] for change in changes)


def in_order(forecasting: Forecasting) -> list[tuple[Foreseen, int]]:
    """What was foreseen, with the number of files: by outcome, then the most files first."""
    return sorted(
        forecasting.kinds.items(), key=lambda row: (STATUSES.index(row[0].outcome), -row[1], row[0].reason, row[0])
    )


def document(forecasting: Forecasting, plan: Plan) -> dict[str, Any]:
    """The forecast as JSON has it."""
    from dicom_deid.explain.readable import class_name

    kinds = [
        {
            "files": files,
            "outcome": row.outcome,
            "reason": row.reason,
            "sop_class": row.sop_class,
            "sop_class_name": class_name(row.sop_class),
            "remedies": [flags(changes, row.sop_class) for changes in row.remedies],
        }
        for row, files in in_order(forecasting)
    ]
    outcomes = forecasting.outcomes()
    stated = {"tool": f"dicom-deid {__version__}", "policy": plan.policy.stated()}
    return {**stated, "files": sum(outcomes.values()), "outcomes": outcomes, "kinds": kinds}


def show(forecasting: Forecasting) -> None:
    """The forecast as a table on stdout, a line for each kind; what to do about it below."""
    from dicom_deid.explain.readable import class_name

    rows, alike = in_order(forecasting), Counter[tuple[str, str, str]]()
    for row, files in rows:  # whatever would let them be written is said below
        alike[WOULD[row.outcome], class_name(row.sop_class), row.reason] += files
    widths = [max(len("files"), *map(len, map(str, alike.values())))]
    widths += [max(map(len, column)) for column in zip(*alike, strict=True)]
    for told_of, files in alike.items():
        cells = [f"{files}".rjust(widths[0]), *map(str.ljust, told_of, widths[1:])]
        print("  ".join(cells).rstrip())
    print("Forecast: " + ", ".join(f"{count} {status}" for status, count in forecasting.outcomes().items()))
    for reason in dict.fromkeys(row.reason for row, _ in rows if row.reason):
        for line in told(reason, [row for row, _ in rows if row.reason == reason]):
            print(line)
    print(NO_WRITING, file=sys.stderr)


def told(reason: str, rows: list[Foreseen]) -> Iterable[str]:
    """The sentence of a reason, and for each kind that it withholds the flags that let it be written."""
    from dicom_deid.explain.readable import class_name

    said = reasons()[reason]
    changes = dict.fromkeys((row.sop_class, change) for row in rows for change in row.remedies)
    yield f"{reason}: {said['sentence']}{'' if changes else ' ' + remedy(reason)}"
    for sop_class, change in changes:
        review = ", when reviewed (dicom-deid pixels)" if "clean" in change else ""
        yield f"    {class_name(sop_class) or 'Private SOP Class'}: written with {flags(change, sop_class)}{review}"
