"""The command line: arguments, and what makes a command unusable. How a run looks there is native/terminal.py's.

What needs pydicom is imported when a run begins, so that ``dicom-deid --help`` is there at once.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from dicom_deid import __version__, key
from dicom_deid.cli import import_policy, index, thumbnails
from dicom_deid.cli import plan as plan_command
from dicom_deid.cli.consent import made_ready
from dicom_deid.cli.passphrase import Unusable, given_passphrase, made_passphrase, read_passphrase
from dicom_deid.cli.policy_options import (
    Allowed,
    Burned,
    Options,
    PolicyFile,
    RunCode,
    WheelFolder,
    chosen_policy,
    loaded,
    unusable,
)  # fmt: skip
from dicom_deid.errors import Failed, PolicyError, sentence
from dicom_deid.linkage import BadLinkage

if TYPE_CHECKING:
    from dicom_deid.native.linkage_file import LinkageFile
    from dicom_deid.native.run import Run

UNSOUND, USAGE = 1, 2
"""Exit codes: something was withheld, failed or stopped; the command was not meant so."""
PASSPHRASE_NOTE = (
    "Keep it in a safe place: only with it do later files of the same patients get the same new identifiers, "
    "and only with it can this run be resumed."
)
ALLOW = "--allow-sop-class"
UID = re.compile(r"\d+(\.\d+)+")
NO_RUN = {
    "NOT_EMPTY": "OUTPUT is not empty. Choose a new folder; a run that was cut off goes on with --resume.",
    "NO_RUN": "OUTPUT holds a plan.json that cannot be read. Choose a new folder.",
    "BUSY": "Another run is writing to OUTPUT.",
}

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # a traceback shows values
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """The command ``dicom-deid``."""
    try:
        app(spread(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    except Unusable as wrong:
        usage(str(wrong))
    except BadLinkage as wrong:
        usage(sentence(wrong.reason))
    except Exception as error:
        # The text of an unforeseen error may quote a value or a path: its kind is all that is told.
        print(f"dicom-deid: {sentence('INTERNAL_ERROR')} ({type(error).__name__})", file=sys.stderr)
        sys.exit(UNSOUND)


def spread(arguments: list[str]) -> list[str]:
    """The arguments with one ``--allow-sop-class`` for each UID, where several stand behind one."""
    spread_out: list[str] = []
    for argument in arguments:
        before = spread_out[-2:-1]
        if before == [ALLOW] and UID.fullmatch(argument) and UID.fullmatch(spread_out[-1]):
            spread_out.append(ALLOW)
        spread_out.append(argument)
    return spread_out


def show_version(wanted: bool) -> None:
    if wanted:
        print(f"dicom-deid {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """De-identifies DICOM files by PS3.15."""


@app.command()
def run(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="Folder of files, or one file. It is only read.")],
    target: Annotated[Path, typer.Argument(metavar="OUTPUT", help="Folder for the run; new or empty.")],
    passphrase_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File that holds the passphrase. Without it one is made.")
    ] = None,
    save_passphrase: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to keep the passphrase that is made, for you alone.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Processes; one per core by default, 0: no other process.")
    ] = None,
    policy: PolicyFile = None,
    option: Options = None,
    allow_sop_class: Allowed = None,
    pass_burned_in: Burned = False,
    run_code: RunCode = False,
    wheels: WheelFolder = None,
    linkage: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Encrypted file for what links old to new, apart from OUTPUT. Else none."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in OUTPUT that was cut off.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Log what is done to each data element.")] = False,
    list_unwritten: Annotated[
        bool, typer.Option("--list-unwritten", help="At the end, show the paths of what was not written.")
    ] = False,
) -> None:
    """De-identifies the DICOM files of INPUT into OUTPUT: out/, audit.csv, output.log, plan.json and conformance.md.

    Exit code: 0 when every DICOM file was written or skipped, 1 when some were withheld or failed or the run stopped,
    2 for a wrong command, 130 after Ctrl-C.
    """
    if list_unwritten and not sys.stdout.isatty():
        usage("--list-unwritten shows paths on a terminal only, so that they get into no file.")
    check_places(source, target)
    from dicom_deid.cli.run import carry_out
    from dicom_deid.native.run import Run
    from dicom_deid.native.run_folder import RunFolder  # pydicom takes a moment to load

    chosen = chosen_policy(policy, option, allow_sop_class, pass_burned_in=pass_burned_in, verbose=verbose)
    ready = made_ready(chosen, policy, wheels, run_code)
    with ExitStack() as undo:
        given = given_passphrase(passphrase_file, save_passphrase, target, resume)
        passphrase = given or made_passphrase(save_passphrase, undo)
        secret = key.derive(passphrase)
        link = open_linkage(linkage, (source, target), secret, resume, undo)
        plan = loaded(chosen, secret, ready)
        processes = cores() if workers is None else workers
        root, folder = source.resolve(), RunFolder(target.resolve())
        begun = Run(root, folder, plan, secret, processes, resume, link, ready.paths)
        begin(begun)
        undo.pop_all()
    if given is None:
        what = f"saved in {save_passphrase}." if save_passphrase else f"{passphrase}"
        print(f"The passphrase made for this run: {what}\n{PASSPHRASE_NOTE}", file=sys.stderr)
    sys.exit(carry_out(begun, list_unwritten))


@app.command()
def decrypt(
    linkage: Annotated[Path, typer.Argument(metavar="LINKAGE", help="The file that a run was given as --linkage.")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to put the tables; apart from any results.")],
    passphrase_file: Annotated[Path, typer.Option(metavar="FILE", help="File that holds the passphrase of the run.")],
) -> None:
    """Decrypts a linkage file into linkage.csv, uid_mapping.csv and patid_mapping.csv. They identify people.

    Exit code: 0 when the file was whole, 1 when something of it is missing, 2 for a wrong command.
    """
    from dicom_deid.native.linkage_tables import unseal

    counts, warnings = unseal(linkage, folder, key.Key(key.derive(read_passphrase(passphrase_file))))
    print("Done: " + ", ".join(f"{name} with {lines} rows" for name, lines in counts.items()))
    for warning in warnings:
        print(warning, file=sys.stderr)
    sys.exit(UNSOUND if warnings else 0)


app.command("plan")(plan_command.show_plan)
app.command("import")(import_policy.show_import)
app.command("conformance")(plan_command.show_conformance)
app.command("index")(index.show_index)
app.command("search")(index.show_search)
app.command("thumbnails")(thumbnails.show_thumbnails)


def usage(text: str) -> NoReturn:
    """Ends the command: it was not meant so."""
    print(f"dicom-deid: {text}", file=sys.stderr)
    sys.exit(USAGE)


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def check_places(source: Path, target: Path) -> None:
    """Input and output must be usable, and apart."""
    if not source.exists():
        usage(f"INPUT is not there: {source}")
    if not (source.is_dir() or source.is_file()) or not os.access(source, os.R_OK):
        usage(f"INPUT is no folder or file that can be read: {source}")
    if target.exists() and not target.is_dir():
        usage(f"OUTPUT is no folder: {target}")
    chosen, run_folder = source.resolve(), target.resolve()
    if chosen == run_folder or chosen in run_folder.parents:
        usage(sentence("OUTPUT_INSIDE_INPUT"))
    if run_folder in chosen.parents:
        usage("INPUT lies inside OUTPUT. Choose an output folder elsewhere.")


def open_linkage(
    path: Path | None, apart_from: tuple[Path, Path], secret: bytes, resume: bool, undo: ExitStack
) -> LinkageFile | None:
    """The linkage file, where one is asked for; ``undo`` takes a new one away again."""
    if path is None:
        return None
    from dicom_deid.native.linkage_file import LinkageFile

    if any(place.resolve() in path.resolve().parents for place in apart_from):
        raise BadLinkage("LINKAGE_AMONG_FILES")
    file = LinkageFile(path, key.Key(secret))
    undo.callback(file.abandon)
    if resume:
        file.resume()
    else:
        file.begin()
    return file


def begin(run: Run) -> None:
    """Opens the folder of a run; where it cannot be opened, the command ends."""
    from dicom_deid.native.run_folder import NoRun

    try:
        run.open()
    except PolicyError as error:
        raise unusable(error) from None
    except NoRun as error:
        usage(NO_RUN[error.reason])
    except (OSError, Failed):
        usage(f"OUTPUT cannot be written: {run.folder.root}")
