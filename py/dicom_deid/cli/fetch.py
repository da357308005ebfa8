"""The command ``fetch``: instances of a PACS into a folder of originals, or straight into a run."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dicom_deid.cli.destination_options import DestinationsFile, DestinationText, Insecure, chosen, in_words, refuse
from dicom_deid.cli.index import Stop
from dicom_deid.cli.passphrase import PassphraseFile, SaltFile, Weak
from dicom_deid.cli.policy_options import Allowed, Burned, Options, PolicyFile, Pseudonyms, RunCode, WheelFolder
from dicom_deid.cli.query_options import (
    MOST,
    Accession,
    Asked,
    Dates,
    Modality,
    Name,
    PatientId,
    SeriesUid,
    StudyUid,
)
from dicom_deid.cli.regions_file import RegionsFile, Unreviewed
from dicom_deid.cli.run import cores, run_of
from dicom_deid.cli.run_options import Given, LinkagePath, ListUnwritten, Resume, SavePassphrase, Verbose
from dicom_deid.cli.text import UNSOUND, Unusable
from dicom_deid.errors import NoRun, PacsFailure, SinkFailure, reasons, sentence
from dicom_deid.native.places import is_in_run
from dicom_deid.wording import counted

if TYPE_CHECKING:
    from dicom_deid.pacs.destination import Destination
    from dicom_deid.pacs.fetching import Outcome
    from dicom_deid.pacs.finding import Listed
    from dicom_deid.pacs.pacs_origin import PacsOrigin
    from dicom_deid.pacs.query import Query


def fetch(
    destination: DestinationText,
    folder: Annotated[
        Path | None, typer.Option("--folder", metavar="FOLDER", help="Put the originals there; what is there stays.")
    ] = None,
    run: Annotated[
        Path | None, typer.Option("--run", metavar="OUTPUT", help="De-identify what comes; no original is kept.")
    ] = None,
    patient_id: PatientId = "",
    name: Name = "",
    dates: Dates = "",
    modality: Modality = "",
    accession: Accession = "",
    study: StudyUid = "",
    series: SeriesUid = "",
    limit: Annotated[
        int, typer.Option(metavar="N", min=1, max=MOST, help="Fetch no more than N studies or series.")
    ] = 100,
    listen: Annotated[
        int | None, typer.Option(metavar="PORT", min=1, max=65535, help="Take objects there, by C-MOVE. Else by C-GET.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="With --folder, print each instance's outcome as JSON.")
    ] = False,
    destinations: DestinationsFile = None,
    insecure: Insecure = False,
    passphrase_file: PassphraseFile = None,
    salt_file: SaltFile = None,
    weak_passphrase: Weak = False,
    save_passphrase: SavePassphrase = None,
    policy: PolicyFile = None,
    option: Options = None,
    allow_sop_class: Allowed = None,
    pass_burned_in: Burned = False,
    pseudonyms: Pseudonyms = None,
    run_code: RunCode = False,
    wheels: WheelFolder = None,
    regions: RegionsFile = None,
    pixels_unreviewed: Unreviewed = False,
    linkage: LinkagePath = None,
    resume: Resume = False,
    verbose: Verbose = False,
    list_unwritten: ListUnwritten = False,
) -> None:
    """Fetches the studies of a PACS that match a query, or the series with --series or --modality.

    --folder keeps the originals: the same command goes on where it was cut off. --run de-identifies them as they come,
    with the options of run; --resume goes on. Exit code: 0 when everything that was asked for came (and, with --run,
    was written), 1 when not, or nothing matches, or the PACS failed, 2 for a wrong command, 130 after Ctrl-C.
    """
    if (folder is None) == (run is None):
        raise Unusable("Say where to, by one of the two: --folder FOLDER for originals, or --run OUTPUT for a run.")
    if folder and is_in_run(folder):
        raise Unusable(f"This folder is that of a run, or lies in one: originals must not be among results. ({folder})")
    of_run = (
        passphrase_file, salt_file, weak_passphrase, save_passphrase, policy, option, allow_sop_class, pass_burned_in,
        pseudonyms, run_code, wheels, regions, pixels_unreviewed, linkage, resume, verbose, list_unwritten,
    )  # fmt: skip
    if folder and any(of_run):
        raise Unusable("--folder keeps originals as they are: the options of a run are for --run.")
    there = chosen(destination, destinations, insecure=insecure)
    if listen is not None and there.is_web:
        raise Unusable("--listen is for C-MOVE, and the destination speaks DICOMweb.")
    asked = Asked(patient_id, name, dates, modality, accession, study, series)
    query = asked.query("series" if series or modality else "study")
    if folder is not None:
        sys.exit(into_folder(there, query, limit, folder, listen, as_json=as_json))
    assert run is not None, "one of the two is given"
    if run.exists() and not run.is_dir():
        raise Unusable(f"OUTPUT is no folder: {run}")
    given = Given(
        run, passphrase_file, salt_file, weak_passphrase, save_passphrase, policy, option, allow_sop_class,
        pass_burned_in, pseudonyms, run_code, wheels, regions, pixels_unreviewed, linkage, resume, verbose,
        list_unwritten,
    )  # fmt: skip
    sys.exit(into_run(there, query, limit, listen, given))


def into_run(there: Destination, query: Query, limit: int, listen: int | None, given: Given) -> int:
    """De-identifies what matches as it comes; returns the exit code."""
    forbid_core_files()
    opened: list[PacsOrigin] = []
    short: list[int] = []

    def origin() -> PacsOrigin:
        from dicom_deid.pacs.pacs_origin import PacsOrigin

        found = listing(there, query, limit)
        short.append(found.short)
        opened.append(PacsOrigin(there, found.instances, listen))
        return opened[0]

    # Each process has a connection of its own; objects that a PACS sends by itself come to one port.
    processes = min(cores(), there.associations) if there.is_web else 0
    try:
        code = run_of(given, origin, (given.target,), processes, spare=True)
    finally:
        for one in opened:
            one.close()
    return tell_short(sum(short)) or code


def into_folder(
    there: Destination, query: Query, limit: int, folder: Path, listen: int | None, *, as_json: bool
) -> int:
    """Keeps what matches in a folder; returns the exit code."""
    from dicom_deid.pacs.fetching import Fetching
    from dicom_deid.pacs.originals import Originals
    from dicom_deid.pacs.retrieving import retriever

    found, stop = listing(there, query, limit), Stop()
    outcomes: list[Outcome] = []
    unasked, end = 0, ""
    try:
        originals = Originals(folder)
    except (NoRun, SinkFailure) as failure:
        raise Unusable(sentence(failure.reason)) from None
    try:
        with retriever(there, listen, {one.sop_class for one in found.instances}) as pacs:
            fetching = Fetching(pacs, originals, stop.is_asked)
            try:
                for outcome in fetching.outcomes(found.instances):
                    outcomes.append(outcome)
                    tell(len(outcomes), len(found.instances))
            finally:
                unasked = fetching.unasked
    except PacsFailure as failure:
        end = in_words(failure)
    except SinkFailure as failure:
        end = f"{failure.reason}: {sentence(failure.reason)}"
    finally:
        originals.close()
    show(outcomes, found, unasked, as_json=as_json)
    if end:
        print(f"Stopped: {end} The same command goes on from here.", file=sys.stderr)
    if stop.signal:
        print("Stopped. The same command goes on from here.", file=sys.stderr)
        return 128 + stop.signal
    whole = not end and all(outcome.status != "failed" for outcome in outcomes)
    return tell_short(found.short) or (0 if whole else UNSOUND)


def listing(there: Destination, query: Query, limit: int) -> Listed:
    """The instances of what matches, of which there must not be more than the limit. Raises Unusable, typer.Exit."""
    from dicom_deid.pacs.finding import find, finder, listed

    try:
        with finder(there) as pacs:
            found = find(pacs, query, limit)
            if found.more:
                refuse(PacsFailure("QUERY_TOO_WIDE"))
            instances = listed(pacs, found.rows, query.level)
    except PacsFailure as failure:
        print(f"dicom-deid: {in_words(failure)}", file=sys.stderr)
        raise typer.Exit(UNSOUND) from None
    if not instances.instances:
        print(f"dicom-deid: {in_words(PacsFailure('QUERY_NOTHING'))}", file=sys.stderr)
        raise typer.Exit(UNSOUND)
    return instances


def tell_short(series: int) -> int:
    """Says where a PACS lists fewer instances than it says that it has; the exit code of that, or 0."""
    if series:
        of = counted(series, "series", "series")
        print(f"Of {of} the PACS lists fewer instances than it says that it has.", file=sys.stderr)
    return UNSOUND if series else 0


def forbid_core_files() -> None:
    """Lets the system write no image of this process's memory, which holds originals, to the disk."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # not on Windows

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def show(outcomes: list[Outcome], found: Listed, unasked: int, *, as_json: bool) -> None:
    """What became of the instances: in numbers, or each."""
    from dicom_deid.pacs.fetching import counts

    if as_json:
        rows = [
            {
                "study_instance_uid": one.instance.study,
                "series_instance_uid": one.instance.series,
                "sop_instance_uid": one.instance.uid,
                "path": one.instance.path,
                "status": one.status,
                "reason": one.reason,
            }
            for one in outcomes
        ]
        print(json.dumps({"asked": len(found.instances), "unasked": unasked, "instances": rows}, indent=2))
        return
    met = counts(outcomes)
    fetched, present = met[("fetched", "")], met[("present", "")]
    failed = {reason: number for (status, reason), number in sorted(met.items()) if status == "failed"}
    left = len(found.instances) - len(outcomes)
    not_asked = f", {left} not yet asked for" if left else ""
    print(f"{fetched} fetched, {present} there before, {sum(failed.values())} failed{not_asked}")
    for reason, number in failed.items():
        print(f"{number} {reasons()[reason]['status']} {reason}: {sentence(reason)}")
    if unasked:
        objects = counted(unasked, "object was", "objects were")
        print(f"{objects} sent that nobody had asked for. None was kept.")


def tell(done: int, of: int) -> None:
    """How far it is, on a terminal."""
    if sys.stderr.isatty():
        print(f"\r{done} of {counted(of, 'instance')}", end="\n" if done == of else "", file=sys.stderr)
