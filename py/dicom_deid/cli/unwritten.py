"""The command ``unwritten``: the paths of what a run has not written, with kind and reason. They may name people."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dicom_deid.cli.passphrase import ProjectKey, SaltFile
from dicom_deid.cli.places import Place, chosen_sink, path
from dicom_deid.cli.sources import check_source, chosen_origin
from dicom_deid.cli.text import Unusable, printable, remedy
from dicom_deid.errors import Failed, NoRun, reasons, sentence
from dicom_deid.wording import counted

if TYPE_CHECKING:
    from dicom_deid.key import Key
    from dicom_deid.native.run_folder import RunFolder
    from dicom_deid.native.unwritten import UnwrittenFile

HEAD = ("path", "sop_class_uid", "sop_class", "status", "reason", "sentence", "remedy")
NOT_FOR_OTHERS = "It has the paths of your originals, which can name people. Do not pass it on with the results."


def show_unwritten(
    source: Annotated[
        Place, typer.Argument(metavar="INPUT", parser=path, help="What the run was started with. It is only read.")
    ],
    target: Annotated[Place, typer.Argument(metavar="OUTPUT", parser=path, help="The folder of the run.")],
    passphrase_file: Annotated[Path, typer.Option(metavar="FILE", help="File that holds the passphrase of the run.")],
    salt_file: SaltFile = None,
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a CSV, apart from INPUT and OUTPUT, for you alone.")
    ] = None,
) -> None:
    """Lists the files of INPUT that a run withheld, skipped or failed, each with its path, kind and reason.

    No list of paths lies in a run folder; the names in its audit are made with the key, and so are found again. Paths
    are shown on a terminal only, unless a CSV is asked for. Exit code: 0, 2 for a wrong command.
    """
    if csv is None and not sys.stdout.isatty():
        raise Unusable(
            "Paths are shown on a terminal only, so that they get into no file by chance: name one with --csv."
        )
    check_source(source)
    if csv is not None:
        check_place(csv, (source, target))
    from dicom_deid.native.run_folder import RunFolder
    from dicom_deid.native.unwritten import unwritten_of

    folder = RunFolder(chosen_sink(target))
    try:
        files = list(
            unwritten_of(folder, chosen_origin(source), fitting(folder, ProjectKey(passphrase_file, salt_file)))
        )
    except NoRun:
        raise Unusable(f"OUTPUT holds no run that can be read: {target}") from None
    except Failed as failure:
        raise Unusable(sentence(failure.reason)) from None
    if csv is None:
        show(files)
        return
    write(csv, files)
    print(f"{counted(len(files), 'file')}: {csv}\n{NOT_FOR_OTHERS}")


def check_place(csv: Path, apart_from: Iterable[Place]) -> None:
    """Raises Unusable where a list would lie among sources or results, or in place of something."""
    if any(isinstance(one, Path) and one.resolve() in (csv.resolve(), *csv.resolve().parents) for one in apart_from):
        raise Unusable("The list would lie among the sources or the results. Choose a place apart from both.")
    if csv.exists():
        raise Unusable(f"There is such a file already: {csv}")


def fitting(folder: RunFolder, project: ProjectKey) -> Key:
    """The key that a run was made with. Raises Unusable for another passphrase, and NoRun."""
    from dicom_deid.key import Key
    from dicom_deid.native.unwritten import fits

    for secret in project.candidates():
        if fits(folder, Key(secret)):
            return Key(secret)
    raise Unusable(sentence("WRONG_KEY"))


def show(files: list[UnwrittenFile]) -> None:
    """A line for each file, and the sentence and the remedy of each reason once."""
    for file in files:
        print(f"{file.status} {file.reason} {printable(file.path)}")
    for reason in dict.fromkeys(file.reason for file in files):
        kinds = {file.sop_class for file in files if file.reason == reason}
        print(f"{reason}: {reasons()[reason]['sentence']} {remedy(reason, kinds)}")


def write(place: Path, files: Iterable[UnwrittenFile]) -> None:
    """Writes the CSV, for the user alone, or nothing."""
    from dicom_deid.explain.readable import class_name
    from dicom_deid.report import cell_text

    try:
        place.touch(mode=0o600, exist_ok=False)
        with place.open("w", encoding="utf-8", errors="backslashreplace", newline="") as target:
            target.write(",".join(HEAD) + "\n")
            for path, sop_class, status, reason in files:
                words = reasons()[reason]["sentence"], remedy(reason, (sop_class,))
                cells = (path, sop_class, class_name(sop_class), status, reason, *words)
                target.write(",".join(map(cell_text, cells)) + "\n")
    except OSError as error:
        with suppress(OSError):
            place.unlink()
        raise Unusable(f"The list cannot be written ({error.strerror}): {place}") from None
