"""A run under way: its signals, its display, what is said at its end, and the exit code."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from types import FrameType
from typing import TYPE_CHECKING, Any

from dicom_deid.cli.json_progress import JsonLines
from dicom_deid.cli.json_progress import show_end as json_end
from dicom_deid.cli.progress import Lines
from dicom_deid.cli.text import UNSOUND, printable, remedy
from dicom_deid.errors import reasons, sentence
from dicom_deid.report import STATUSES
from dicom_deid.wording import counted

if TYPE_CHECKING:
    from dicom_deid.cli.bar import Bar
    from dicom_deid.cli.metrics import Measured
    from dicom_deid.native.run import Run


def carry_out(run: Run, list_unwritten: bool, shown: Bar | Lines | JsonLines, measuring: Measured | None = None) -> int:
    """Carries out an open run and shows its end; returns the exit code. ``measuring``: what tells its metrics, too."""
    heed_signals(run)
    with measuring or shown as display:
        summary = run.go(display)
    if isinstance(shown, JsonLines):
        json_end(summary)
    else:
        show_end(summary, run.tally.withheld)
    if alone := run.origin.left_alone:
        links = counted(alone, "symbolic link or special file was", "symbolic links or special files were")
        print(f"{links} left alone: what a link points to is read where it lies.", file=sys.stderr)
    if list_unwritten:
        for one in run.sources.unwritten():
            print(printable(one.path))
    elif summary["end"] == "finished" and (summary["counts"]["withheld"] or summary["counts"]["failed"]):
        print("Which files these are: dicom-deid unwritten INPUT OUTPUT --passphrase-file FILE.", file=sys.stderr)
    if summary["end"] != "finished":
        print("The same command with --resume and --passphrase-file goes on from here.", file=sys.stderr)
    if summary["end"] == "cancelled":
        return 128 + run.stop.signal
    counts = summary["counts"]
    if summary["end"] == "finished" and not (counts["written"] or counts["withheld"] or counts["failed"]):
        print(sentence("ONLY_ARCHIVES" if "ARCHIVE" in summary["reasons"] else "NOTHING_THERE"), file=sys.stderr)
        return UNSOUND
    return UNSOUND if summary["end"] == "stopped" or counts["withheld"] or counts["failed"] else 0


def shown() -> Bar | Lines:
    """The display of the progress."""
    if not sys.stderr.isatty():
        return Lines()
    from dicom_deid.cli.bar import Bar  # rich takes a moment to load

    return Bar()


def heed_signals(run: Run) -> None:
    """Ctrl-C and a request to end stop the run between two files; asked a second time, at once."""

    def ask(number: int, _frame: FrameType | None) -> None:
        if run.stop():
            raise KeyboardInterrupt
        run.stop.signal = number

    signal.signal(signal.SIGINT, ask)
    signal.signal(signal.SIGTERM, ask)


def show_end(summary: dict[str, Any], withheld: Mapping[str, set[str]]) -> None:
    """The closing line and the reasons, on stdout; why the run stopped, on stderr."""
    print("Done: " + ", ".join(f"{summary['counts'][status]} {status}" for status in STATUSES))
    found = sorted(
        summary["reasons"].items(), key=lambda reason: (STATUSES.index(reasons()[reason[0]]["status"]), reason)
    )
    if sys.stdout.isatty() and found:
        from rich.console import Console
        from rich.table import Table

        table = Table("files", "outcome", "reason", "what to do", box=None, pad_edge=False)
        for code, files in found:
            reason = reasons()[code]
            advice = remedy(code, withheld.get(code, ()))
            table.add_row(f"{files}", reason["status"], f"{code}\n{reason['sentence']}", advice)
        Console().print(table)
    else:
        for code, files in found:
            reason = reasons()[code]
            advice = remedy(code, withheld.get(code, ()))
            print(f"{files} {reason['status']} {code}: {reason['sentence']} {advice}")
    if summary.get("error"):
        reason = reasons()[summary["error"]]
        print(f"The run stopped: {reason['sentence']} {reason['remedy']}", file=sys.stderr)
