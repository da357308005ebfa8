"""The command ``pixels``: looks for burned-in text in a folder, and writes the regions file for the review."""

from __future__ import annotations

import os
import sys
from collections import Counter
from contextlib import ExitStack, nullcontext
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dicom_deid.cli.passphrase import PassphraseFile, ProjectKey, SaltFile, Weak, check_passphrase
from dicom_deid.cli.pictures_list import Pictures, PicturesList
from dicom_deid.cli.policy_options import Allowed, Burned, Options, PolicyFile, Pseudonyms, chosen_policy
from dicom_deid.cli.regions_file import EXTRA, OPTION, read_regions, write_regions
from dicom_deid.cli.sources import check_source, chosen_origin
from dicom_deid.cli.text import PASSPHRASE_NOTE, UNSOUND, Unusable
from dicom_deid.errors import Failed, Refused, WorkersFailed, reasons, sentence
from dicom_deid.wording import counted

if TYPE_CHECKING:
    from dicom_deid.executors import Executor
    from dicom_deid.native.finding import Finding, Found, Search
    from dicom_deid.native.finding_job import Looks
    from dicom_deid.policy import Policy
    from dicom_deid.regions import Regions

NO_DETECTOR = "With --no-detector, headers alone are asked: ultrasound regions and tables of devices."


def find_pixels(
    folder: Annotated[
        Path, typer.Argument(metavar="INPUT", help="Folder or ZIP of files, or one file. It is only read.")
    ],
    regions: Annotated[
        Path, typer.Option("--regions", metavar="FILE", help="The regions file; one that is there is added to.")
    ],
    passphrase_file: PassphraseFile = None,
    salt_file: SaltFile = None,
    weak_passphrase: Weak = False,
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
    pseudonyms: Pseudonyms = None,
    every_kind: Annotated[
        bool, typer.Option("--every-kind", help="Also look at kinds that are written anyway, as CT and MR: far slower.")
    ] = False,
    models: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the detector's models, if they are not installed.")
    ] = None,
    mask: Annotated[
        Path | None,
        typer.Option(metavar="SEG", help="A segmentation, as of a face: what it marks is proposed, slice by slice."),
    ] = None,
    no_detector: Annotated[
        bool, typer.Option("--no-detector", help="Ask headers alone, and look at no picture.")
    ] = False,
    csv: PicturesList = None,
) -> None:
    """Looks for text in the pictures of FOLDER and writes FILE: what it found, for somebody to review and approve.

    No picture and no header is written. `run --option clean-pixel-data --regions FILE`, of the same folder and with the
    same passphrase, then makes blank what was approved. Exit code: 0, 1 when a picture could not be looked at, or the
    search stopped, 2 for a wrong command.
    """
    check(folder, regions)
    looks = wanted(every_kind=every_kind, detect=not no_detector, models=models, mask=mask)
    chosen = chosen_policy(
        policy, [*(option or ()), OPTION], allow_sop_class, pass_burned_in=pass_burned_in, pseudonyms=pseudonyms
    )
    if chosen.python:
        raise Unusable("A policy that brings code is for a run; leave the code out here, and nothing else will differ.")
    with ExitStack() as undo:
        project = ProjectKey(passphrase_file, salt_file, weak_passphrase, chosen.pseudonyms)
        check_passphrase(project, save_passphrase, folder, begun=False)
        secret = project.secret(undo, save_passphrase)()
        known = read_regions(regions, secret) if regions.exists() else None
        undo.pop_all()
    if project.made:
        print(project.made, file=sys.stderr)
    if passphrase_file is None:
        print(PASSPHRASE_NOTE, file=sys.stderr)
    with Pictures(csv, (folder,)) if csv else nullcontext() as pictures:
        finding = search(folder, chosen, secret, workers, looks, pictures)
    sys.exit(conclude(*finding, known, regions, masked=mask is not None))


def check(folder: Path, regions: Path) -> None:
    """Raises Unusable where folder, file or packages cannot be used."""
    check_source(folder)
    if folder.resolve() in (regions / "x").resolve().parents:
        raise Unusable("FILE would lie among the files. A source folder is only read: choose another place.")
    if not all(find_spec(name) for name in EXTRA):
        raise Unusable("The search needs some more packages: pip install 'dicom-deid[pixels]'")


def wanted(*, every_kind: bool, detect: bool, models: Path | None, mask: Path | None) -> Looks:
    """What is looked at, and with what. Raises Unusable where models or mask cannot be used."""
    from dicom_deid.native.finding_job import Looks

    if detect:
        from dicom_deid.pixels.detection.detector import Detector

        try:
            Detector(models)
        except Refused as refused:
            raise Unusable(f"{sentence(refused.code)} {NO_DETECTOR}") from None
    from dicom_deid.native.mask import read_mask

    try:
        brought = read_mask(mask) if mask else None
    except Refused as refused:
        raise Unusable(sentence(refused.code)) from None
    return Looks(every_kind, detect, models and models.resolve(), brought)


def search(
    folder: Path, policy: Policy, secret: bytes, workers: int | None, looks: Looks, pictures: Pictures | None
) -> tuple[Finding, Regions]:
    """The search and what it found. Raises Unusable where it could not come to its end."""
    from dicom_deid.key import Key
    from dicom_deid.native.finding import Finding
    from dicom_deid.regions.file import project_of

    origin = chosen_origin(folder)
    finding = Finding(origin, project_of(Key(secret)))
    if pictures:
        finding.tell = pictures
    count = len(os.sched_getaffinity(0)) if workers is None and hasattr(os, "sched_getaffinity") else workers or 0

    def start() -> Executor[Search, Found]:
        from dicom_deid.executors import Inline
        from dicom_deid.executors.processes import Processes, prepare
        from dicom_deid.native.finding_job import FindingJob

        job = FindingJob(origin, policy, secret, looks)
        if not count:
            return Inline(job)
        prepare(FindingJob.__module__)
        return Processes(job, count)

    try:
        return finding, finding.go(start, lambda: False)
    except Failed as failure:
        raise Unusable(sentence(failure.reason)) from None
    except WorkersFailed:
        raise Unusable(sentence("WORKER_ERROR")) from None


def conclude(finding: Finding, found: Regions, known: Regions | None, file: Path, *, masked: bool) -> int:
    """Writes the file, says what stands in it, and returns the exit code."""
    from dicom_deid.regions.unite import unite

    whole = found if known is None else unite(known, found)
    write_regions(file, whole)
    decided = Counter(group.review.decision for group in whole.groups.values())
    boxes = sum(len(group.review.boxes) for group in whole.groups.values())
    unread = Counter(code for group in found.groups.values() for code in group.unread.values())
    alarms = sum(group.alarms for group in found.groups.values())
    print(f"{counted(finding.looked, 'instance')} looked at, {finding.unneeded} need it not")
    print(f"{counted(len(whole.groups), 'group')}, {counted(boxes, 'box', 'boxes')}")
    print("Groups: " + ", ".join(f"{decided[word]} {word}" for word in ("approved", "left out", "none")))
    if alarms:
        print(f"{counted(alarms, 'instance shows', 'instances show')} words of the header.")
    if finding.marked or finding.beside:
        marked = counted(finding.marked, "instance")
        print(f"The mask marks something in {marked}, and nothing in {finding.beside} more.")
    elif masked:
        print("The mask marks nothing: nothing that was looked at is of its frame of reference.")
    if finding.heads:
        heads = counted(finding.heads, "instance is of a volume", "instances are of volumes")
        print(f"{heads} of the head: {reasons()['FACE_CAN_BE_REBUILT']['sentence']}")
    for line in finding.told():
        print(line)
    for code, count in sorted(unread.items()):
        print(f"{count} not read, {code}: {reasons()[code]['sentence']}")
    print(f"Regions: {file}")
    return UNSOUND if unread or finding.reasons["WORKER_ERROR"] or finding.reasons["INTERNAL_ERROR"] else 0
