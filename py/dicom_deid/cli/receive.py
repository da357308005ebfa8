"""The command ``receive``: a gateway that takes C-STORE, de-identifies what comes to rest, and sends it on."""

from __future__ import annotations

import signal
import sqlite3
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dicom_deid.cli.consent import made_ready
from dicom_deid.cli.destination_options import DestinationsFile, need_pacs, refuse
from dicom_deid.cli.destination_options import chosen as chosen_destination
from dicom_deid.cli.passphrase import ProjectKey, SaltFile, Weak, check_passphrase
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
)
from dicom_deid.cli.regions_file import RegionsFile, Unreviewed, regions_for
from dicom_deid.cli.run import cores
from dicom_deid.cli.text import Unusable
from dicom_deid.errors import NoRun, PacsFailure, PolicyError, sentence
from dicom_deid.native.append_only import Appended
from dicom_deid.native.places import is_in_run, overlap

if TYPE_CHECKING:
    import ssl

    from dicom_deid.pacs.gateway.gateway import Gateway
    from dicom_deid.pacs.gateway.receiver import Door
    from dicom_deid.pacs.gateway.spool import Spool

MEGABYTE = 1_000_000
MARK = "gateway.lock"


def receive(
    spool: Annotated[Path, typer.Argument(metavar="SPOOL", help="Folder for originals, for the gateway alone.")],
    output: Annotated[Path, typer.Argument(metavar="OUTPUT", help="Folder for the runs: run-000001 and so on.")],
    passphrase_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File that holds the passphrase: needed, and the same for good.")
    ] = None,
    salt_file: SaltFile = None,
    weak_passphrase: Weak = False,
    ae_title: Annotated[str, typer.Option(metavar="AET", help="AE title that peers have to call.")] = "DICOMDEID",
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="Port; 0 takes a free one.")] = 11112,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Address to listen at; others' need TLS.")] = "127.0.0.1",
    allow_from: Annotated[
        list[str] | None, typer.Option(metavar="AET", help="AE title that may call; without any, all may. Repeatable.")
    ] = None,
    certificate: Annotated[Path | None, typer.Option(metavar="FILE", help="Certificate for TLS, in PEM.")] = None,
    key: Annotated[Path | None, typer.Option(metavar="FILE", help="Its private key, in PEM.")] = None,
    client_ca: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Authority of which peers need a certificate, in PEM.")
    ] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Without encryption also from and to others: the network is protected.")
    ] = False,
    rest: Annotated[
        float, typer.Option(metavar="SECONDS", min=0, help="A study is at rest when nothing came for so long.")
    ] = 60,
    keep_free: Annotated[
        int, typer.Option(metavar="MB", min=0, help="Space of the spool's disk that is never written to.")
    ] = 1000,
    keep_originals: Annotated[
        bool, typer.Option("--keep-originals", help="Put originals away in SPOOL/kept instead of deleting them.")
    ] = False,
    withheld_again: Annotated[
        bool, typer.Option("--withheld-again", help="First take all again that was withheld, by the policy of today.")
    ] = False,
    forward: Annotated[
        str | None, typer.Option(metavar="DESTINATION", help="Send on to; originals stay until it confirms.")
    ] = None,
    destinations: DestinationsFile = None,
    health: Annotated[
        int | None, typer.Option(metavar="PORT", min=0, max=65535, help="/health and /metrics, for this computer.")
    ] = None,
    associations: Annotated[int, typer.Option(metavar="N", min=1, max=128, help="Associations at a time.")] = 16,
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Processes; one per core by default, if that is faster.")
    ] = None,
    policy: PolicyFile = None,
    option: Options = None,
    allow_sop_class: Allowed = None,
    pass_burned_in: Burned = False,
    run_code: RunCode = False,
    wheels: WheelFolder = None,
    regions: RegionsFile = None,
    pixels_unreviewed: Unreviewed = False,
) -> None:
    """Receives by C-STORE, de-identifies each study as it comes to rest, and writes a run; then its originals go.

    SPOOL holds originals. What was acknowledged is never lost, whenever the gateway is ended; the same command goes on.
    Exit code: 0 when it was asked to end, 2 for a wrong command.
    """
    need_pacs()
    if passphrase_file is None:
        raise Unusable("A gateway needs a passphrase that stays the same: --passphrase-file.")
    check_places(spool, output, passphrase_file)
    tls = settings_of(certificate, key, client_ca)
    destination = chosen_destination(forward, destinations, insecure=insecure) if forward else None
    project = ProjectKey(passphrase_file, salt_file, weak_passphrase)
    check_passphrase(project, None, output, begun=False)
    with ExitStack() as undo:
        chosen = chosen_policy(policy, option, allow_sop_class, pass_burned_in=pass_burned_in)
        ready = made_ready(chosen, policy, wheels, run_code)
        project.version = chosen.pseudonyms
        secret = project.secret(undo)()
        plan = loaded(chosen, secret, ready)
        plan.regions = regions_for(chosen, regions, None, secret, unreviewed=pixels_unreviewed)
        plan.unreviewed = pixels_unreviewed
        from dicom_deid.pacs.gateway.batch import Runs
        from dicom_deid.pacs.gateway.gateway import Gateway, Settings

        door = checked_door(ae_title, host, port, tuple(allow_from or ()), tls, associations, insecure=insecure)
        there, folder = opened(spool, secret), made_folder(output)
        undo.callback(there.close)
        mark = kept_for_one(folder)
        undo.callback(mark.close)
        again = there.again() if withheld_again else 0
        processes = cores() if workers is None else workers
        runs = Runs(folder, there, plan, secret, processes, workers is None, ready.paths)
        gateway = Gateway(Settings(door, runs, rest, keep_free * MEGABYTE, keep_originals, health, destination, tell))
        begin(gateway)
        undo.pop_all()
    if project.made:
        print(project.made, file=sys.stderr)
    tell(f"listening as {ae_title} at {host} port {gateway.receiver.port}")
    if gateway.health:
        tell(f"health at http://127.0.0.1:{gateway.health.port}/health, /metrics")
    if again:
        tell(f"{again} that were withheld wait again")
    heed_signals(gateway)
    threading.excepthook = tell_kind
    gateway.serve()
    mark.close()
    tell("ended")


def tell(line: str) -> None:
    """A line of the log, on stderr, where a service's log is."""
    print(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {line}", file=sys.stderr, flush=True)


def tell_kind(failed: threading.ExceptHookArgs) -> None:
    """Tells of an error in a thread without its text, which may quote what a peer has sent."""
    tell(f"{sentence('INTERNAL_ERROR')} ({failed.exc_type.__name__})")


def check_places(spool: Path, output: Path, passphrase_file: Path) -> None:
    """Raises Unusable unless originals, results and the passphrase lie apart."""
    for place in (spool, output):
        if place.exists() and not place.is_dir():
            raise Unusable(f"This is no folder: {place}")
    if overlap(spool, output):
        raise Unusable("SPOOL and OUTPUT lie in one another: originals must not be among results.")
    for place in (spool, output):
        if is_in_run(place):
            raise Unusable(f"This folder is that of a run, or lies in one; a gateway has folders of its own: {place}")
    if is_of_others(spool):
        raise Unusable(f"SPOOL holds something else: choose a new folder, for the gateway alone. ({spool})")
    if spool.resolve() in passphrase_file.resolve().parents:
        raise Unusable("The passphrase must not lie in SPOOL.")


def is_of_others(spool: Path) -> bool:
    """Whether a folder that no gateway has begun holds anything, but for what the top of a disk has of its own."""
    from dicom_deid.pacs.gateway.spool import INCOMING, KEPT, LOCK, MEMORY, STATES

    if not spool.is_dir() or (spool / MEMORY).exists():
        return False
    own = {INCOMING, *STATES, KEPT, LOCK, "lost+found"}
    try:
        return any(one.name not in own and not one.name.startswith(".") for one in spool.iterdir())
    except OSError:
        return False  # opening it says why


def settings_of(certificate: Path | None, key: Path | None, client_ca: Path | None) -> ssl.SSLContext | None:
    """The settings of TLS, if it is to be. Raises Unusable."""
    if (certificate is None) != (key is None) or (client_ca and not certificate):
        raise Unusable("--certificate and --key belong together, and --client-ca to both.")
    if certificate is None or key is None:
        return None
    from dicom_deid.pacs.tls import server_context

    try:
        return server_context(certificate, key, client_ca)
    except PacsFailure as failure:
        refuse(failure)


def checked_door(
    title: str, host: str, port: int, allowed: tuple[str, ...], tls: ssl.SSLContext | None, associations: int, *,
    insecure: bool,
) -> Door:  # fmt: skip
    """Where it listens. Raises Unusable."""
    from dicom_deid.pacs.destination import AE_TITLE, is_loopback
    from dicom_deid.pacs.gateway.receiver import Door

    for one in (title, *allowed):
        if not AE_TITLE.fullmatch(one):
            raise Unusable(f"This is no AE title: {one}")
    if not is_loopback(host) and not insecure and tls is None:
        raise Unusable(
            "At another address than this computer's, it speaks TLS: --certificate and --key, best with "
            f"--client-ca; or --insecure, if the network is protected. ({host})"
        )
    return Door(title, host, port, allowed, tls, associations)


def opened(folder: Path, secret: bytes) -> Spool:
    """The spool, open. Raises Unusable."""
    from dicom_deid.key import Key
    from dicom_deid.pacs.gateway.spool import Spool

    spool = Spool(folder.resolve(), Key(secret))
    try:
        spool.open()
    except PolicyError as error:
        raise unusable(error) from None
    except BlockingIOError:
        raise Unusable(f"{sentence('SPOOL_BUSY')} ({folder})") from None
    except sqlite3.Error:
        raise Unusable(f"{sentence('SPOOL_DAMAGED')} ({folder})") from None
    except OSError as error:
        raise Unusable(f"{sentence('SPOOL_LOST')} ({error.strerror}: {folder})") from None
    return spool


def made_folder(output: Path) -> Path:
    """The folder of the runs. Raises Unusable."""
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unusable(f"OUTPUT cannot be written ({error.strerror}): {output}") from None
    return output.resolve()


def kept_for_one(output: Path) -> Appended:
    """Keeps other gateways out of OUTPUT, whose runs would have the same numbers. Raises Unusable."""
    try:
        mark = Appended(output / MARK)
        if mark.lock():
            return mark
    except OSError as error:
        raise Unusable(f"OUTPUT cannot be written ({error.strerror}): {output}") from None
    raise Unusable(f"Another gateway writes into OUTPUT: each needs one of its own. ({output})")


def begin(gateway: Gateway) -> None:
    """Lets a gateway receive. Raises Unusable."""
    try:
        gateway.start()
    except PolicyError as error:
        raise unusable(error) from None
    except NoRun as error:
        raise Unusable(sentence(error.reason)) from None
    except OSError as error:
        door, health = gateway.settings.door, gateway.settings.health
        is_health = health is not None and gateway.health is None
        where = f"127.0.0.1 port {health} (--health)" if is_health else f"{door.host} port {door.port}"
        raise Unusable(f"It cannot listen there ({error.strerror}): {where}") from None


def heed_signals(gateway: Gateway) -> None:
    """Ctrl-C and a request to end let what is under way end first."""

    def ask(number: int, _frame: object) -> None:
        if gateway.stop():
            raise KeyboardInterrupt
        gateway.stop.signal = number

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
