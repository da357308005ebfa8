"""The command ``run``: opens the run of a folder, of which under_way.py is the rest."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dicom_deid import key
from dicom_deid.cli.cluster import ClusterAddress, ClusterCa, ClusterCertificate, ClusterKey, Wanted
from dicom_deid.cli.consent import made_ready
from dicom_deid.cli.json_progress import JsonLines
from dicom_deid.cli.metrics import Metrics, listening, measured
from dicom_deid.cli.passphrase import (
    PassphraseFile,
    ProjectKey,
    SaltFile,
    Weak,
    check_passphrase,
    version_of_run,
)
from dicom_deid.cli.places import Place, check_target, chosen_sink, overlap, path
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
    unusable,
)
from dicom_deid.cli.regions_file import RegionsFile, Unreviewed, regions_for, uses_regions
from dicom_deid.cli.run_options import (
    Given,
    JsonProgress,
    LinkagePath,
    ListUnwritten,
    Resume,
    SavePassphrase,
    Verbose,
)
from dicom_deid.cli.sources import check_source, chosen_origin
from dicom_deid.cli.text import PASSPHRASE_NOTE, usage
from dicom_deid.cli.under_way import carry_out, shown
from dicom_deid.errors import BadLinkage, Failed, NoRun, PolicyError, sentence
from dicom_deid.native.light_pydicom import load_pydicom
from dicom_deid.native.listing import is_much
from dicom_deid.native.pick import Pick

if TYPE_CHECKING:
    from dicom_deid.native.linkage_file import LinkageFile
    from dicom_deid.native.run import Run
    from dicom_deid.source_and_sink import Origin


def run(
    source: Annotated[
        Place,
        typer.Argument(
            metavar="INPUT", parser=path, help="Folder, ZIP, one file, or s3://bucket/prefix. It is only read."
        ),
    ],
    target: Annotated[
        Place,
        typer.Argument(metavar="OUTPUT", parser=path, help="Folder or s3://bucket/prefix for the run; new or empty."),
    ],
    passphrase_file: PassphraseFile = None,
    salt_file: SaltFile = None,
    weak_passphrase: Weak = False,
    save_passphrase: SavePassphrase = None,
    workers: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, help="Processes; one per core by default, if that is faster; 0: no other."),
    ] = None,
    cluster: ClusterAddress = None,
    cluster_ca: ClusterCa = None,
    cluster_certificate: ClusterCertificate = None,
    cluster_key: ClusterKey = None,
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
    json_progress: JsonProgress = False,
    metrics: Metrics = None,
) -> None:
    """De-identifies the DICOM files of INPUT into OUTPUT: out/, audit.csv, output.log, plan.json and conformance.md.

    Exit code: 0 when every DICOM file was written or skipped, 1 when some were withheld or failed, when there was no
    DICOM file or the run stopped, 2 for a wrong command, 130 after Ctrl-C.
    """
    wanted = Wanted(cluster, cluster_ca, cluster_certificate, cluster_key)
    given = Given(
        target, passphrase_file, salt_file, weak_passphrase, save_passphrase, policy, option, allow_sop_class,
        pass_burned_in, pseudonyms, run_code, wheels, regions, pixels_unreviewed, linkage, resume, verbose,
        list_unwritten, json_progress, wanted, metrics,
    )  # fmt: skip
    check_places(source, target)
    wanted.check(workers)
    if metrics:
        listening(metrics)
    processes = cores() if workers is None else workers
    pixels = uses_regions(regions, target, resume=resume)
    if not cluster and isinstance(source, Path):
        hurry(source, processes, sure=workers is not None, ready="ready_for_pixels" if pixels else "ready")
    sys.exit(run_of(given, partial(chosen_origin, source), (source, target), processes, spare=workers is None))


def run_of(
    given: Given, origin: Callable[[], Origin], apart_from: tuple[Place, ...], processes: int, *, spare: bool
) -> int:
    """Carries out the run of an origin, which is opened when all else is known; returns the exit code.

    ``apart_from``: places that the linkage must not lie in. Raises Unusable.
    """
    if given.list_unwritten and not sys.stdout.isatty():
        usage("--list-unwritten shows paths on a terminal only, so that they get into no file.")
    target, resume = given.target, given.resume
    earlier = version_of_run(target) if resume else None
    version = earlier or given.pseudonyms or key.NEWEST
    project = ProjectKey(given.passphrase_file, given.salt_file, given.weak_passphrase, version)
    check_passphrase(project, given.save_passphrase, target, begun=earlier is not None)
    with ExitStack() as ends, ExitStack() as undo:
        derive = partial(project.secret, undo, given.save_passphrase, begun=earlier is not None)
        derived = None if given.policy else derive()
        if not uses_regions(given.regions, target, resume=resume):
            load_pydicom()  # while the key is derived
        chosen = chosen_policy(
            given.policy,
            given.option,
            given.allow_sop_class,
            pass_burned_in=given.pass_burned_in,
            verbose=given.verbose,
            pseudonyms=earlier or given.pseudonyms,
        )
        ready = made_ready(chosen, given.policy, given.wheels, given.run_code)
        if derived is None:  # the policy's file says of which version the pseudonyms are
            project.version = chosen.pseudonyms
            derived = derive()
        from dicom_deid.native.run import Run
        from dicom_deid.native.run_folder import RunFolder

        secret = derived()
        link = open_linkage(given.linkage, apart_from, secret, resume, undo)
        plan = loaded(chosen, secret, ready)
        plan.regions = regions_for(chosen, given.regions, target, secret, unreviewed=given.pixels_unreviewed)
        plan.unreviewed = given.pixels_unreviewed
        folder = RunFolder(chosen_sink(target))
        client = given.cluster.client(processes, ends)
        if client:
            processes = len(client.nthreads())
        begun = Run(origin(), folder, plan, secret, processes, resume, link, ready.paths, spare, client)
        display = JsonLines() if given.json_progress else shown()
        measuring = measured(given.metrics, begun, display, ends) if given.metrics else None
        begin(begun, target)
        undo.pop_all()
        if project.made:
            print(project.made, file=sys.stderr)
        if given.passphrase_file is None:
            print(PASSPHRASE_NOTE, file=sys.stderr)
        return carry_out(begun, given.list_unwritten, display, measuring)


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def hurry(source: Path, processes: int, *, sure: bool, ready: str) -> None:
    """Lets processes load what they need while this one does; not for so few files that one will do them.

    ``ready``: the module of native/ that loads it.
    """
    files = size = 0
    if not sure:
        with suppress(Failed):  # the run tells of it
            for file in Pick(source):
                files, size = files + 1, size + file.size
                if is_much(files, size):
                    break
    if processes > 1 and (sure or is_much(files, size)):
        from dicom_deid.executors.processes import prepare  # one process needs nothing of it

        prepare(f"dicom_deid.native.{ready}")


def check_places(source: Place, target: Place) -> None:
    """Input and output must be usable, and apart."""
    check_source(source)
    check_target(target)
    if reason := overlap(source, target):
        usage(sentence(reason))


def open_linkage(
    path: Path | None, apart_from: tuple[Place, ...], secret: bytes, resume: bool, undo: ExitStack
) -> LinkageFile | None:
    """The linkage file, where one is asked for; ``undo`` takes a new one away again."""
    if path is None:
        return None
    from dicom_deid.native.linkage_file import LinkageFile

    if any(isinstance(one, Path) and one.resolve() in path.resolve().parents for one in apart_from):
        raise BadLinkage("LINKAGE_AMONG_FILES")
    file = LinkageFile(path, key.Key(secret))
    undo.callback(file.abandon)
    if resume:
        file.resume()
    else:
        file.begin()
    return file


def begin(run: Run, target: Place) -> None:
    """Opens the folder of a run; where it cannot be opened, the command ends."""

    try:
        run.open()
    except PolicyError as error:
        raise unusable(error) from None
    except NoRun as error:
        usage(sentence(error.reason))
    except (OSError, Failed) as error:
        if isinstance(error, Failed) and (error.reason == "OUTPUT_TOO_DEEP" or not isinstance(target, Path)):
            usage(sentence(error.reason))
        usage(f"OUTPUT cannot be written: {target.resolve() if isinstance(target, Path) else target}")
