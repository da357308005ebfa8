"""The command ``serve``: the page, the index of some folders and links to their series, for a browser."""

from __future__ import annotations

import getpass
import os
import signal
import sqlite3
import sys
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dicom_deid.cli.destination_options import DestinationsFile, Insecure
from dicom_deid.cli.destination_options import chosen as chosen_pacs
from dicom_deid.cli.passphrase import ProjectKey, SaltFile, Weak, read_passphrase
from dicom_deid.cli.policy_options import PolicyFile, read_policy
from dicom_deid.cli.text import Unusable

if TYPE_CHECKING:
    import ssl

    from dicom_deid.key import Key
    from dicom_deid.pacs.destination import Destination
    from dicom_deid.policy import Policy
    from dicom_deid.serve.start import Running, Settings

EXTRA = ("flask", "waitress", "zipstream")
SIGN_IN = "DICOM_DEID_SIGN_IN"
"""The variable of the environment that can hold the passphrase to sign in with."""
SHORTEST = 12
NOT_BUILT = (
    "The page is not built. In the project's folder: python3 build.py site. Serve from there, or with --site DIST."
)
ORIGINALS = (
    "Originals can be shared as they are: whoever has such a link and its passcode learns who the patient is. "
    "De-identify and share is the way that tells nobody."
)


def serve(
    folders: Annotated[
        list[Path] | None, typer.Argument(metavar="[FOLDER]...", help="Folders of DICOM files, or run folders.")
    ] = None,
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="Port; 0 takes a free one.")] = 8765,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Address to listen at; others than this computer's need TLS.")
    ] = "127.0.0.1",
    name: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A further name that browsers call it by. Repeatable.")
    ] = None,
    cert: Annotated[Path | None, typer.Option(metavar="FILE", help="Certificate for TLS, in PEM.")] = None,
    key: Annotated[Path | None, typer.Option(metavar="FILE", help="Its private key, in PEM.")] = None,
    sign_in: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=f"Passphrase to sign in with; or in {SIGN_IN}, else it is asked for."),
    ] = None,
    originals: Annotated[
        bool, typer.Option("--originals", help="Let originals be shared as they are, by links with a passcode.")
    ] = False,
    policy: PolicyFile = None,
    passphrase_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Passphrase of the pseudonyms of what is de-identified here.")
    ] = None,
    salt_file: SaltFile = None,
    weak_passphrase: Weak = False,
    streams: Annotated[int, typer.Option(metavar="N", min=1, max=64, help="Downloads at the same time.")] = 4,
    pacs: Annotated[
        str | None,
        typer.Option(metavar="DESTINATION", help="A PACS to send to and take from: its DICOMweb, by name or URL."),
    ] = None,
    destinations: DestinationsFile = None,
    insecure: Insecure = False,
    site: Annotated[Path | None, typer.Option(metavar="DIST", help="Folder of the built page.")] = None,
    home: Annotated[Path | None, typer.Option(metavar="DIR", help="Where links are kept, if not as usual.")] = None,
    no_index: Annotated[
        bool, typer.Option("--no-index", help="Do not bring the indexes up to date at the start.")
    ] = False,
) -> None:
    """Serves the page on this computer, with a search over FOLDERs and links by which others fetch single series.

    The address that is printed signs its browser in. Links are of de-identified files, unless --originals says
    otherwise. Ctrl-C ends it; links stay, and can be fetched while it runs. Exit code: 0, or 2 for a wrong command.
    """
    if not all(find_spec(module) for module in EXTRA):
        raise Unusable("A server needs some more packages: pip install 'dicom-deid[serve]'")
    chosen = folders or []
    for folder in chosen:
        if not folder.is_dir():
            raise Unusable(f"FOLDER is no folder: {folder}")
    from dicom_deid.serve import start
    from dicom_deid.serve.page import built, is_built

    check_apart(chosen, (home or start.home()).resolve())
    place = (site or built()).resolve()
    if not is_built(place):
        raise Unusable(f"{NOT_BUILT} ({place})")
    tls = settings_of(cert, key)
    if not start.is_loopback(host) and tls is None:
        raise Unusable(f"At another address than this computer's, it speaks TLS alone: --cert and --key. ({host})")
    passphrase = passphrase_of(sign_in, must=not start.is_loopback(host))
    with ExitStack() as undo:
        project = ProjectKey(passphrase_file, salt_file, weak_passphrase)
        settings = start.Settings(
            place, (home or start.home()), chosen, host, port, tuple(name or ()), tls, passphrase, originals,
            *policy_and_key(policy, project, undo), streams, pacs=destination_of(pacs, destinations, insecure=insecure),
        )  # fmt: skip
        running = listening(settings)
        undo.pop_all()
    if project.made and passphrase_file:
        print(project.made, file=sys.stderr)
    tell(running, originals=originals, is_open=tls is not None)
    if not no_index:
        running.served.indexing.start(running.served.library.folders)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: running.end())
    running.serve()


def destination_of(text: str | None, file: Path | None, *, insecure: bool) -> Destination | None:
    """The PACS that is offered. Raises Unusable."""
    if text is None:
        return None
    found = chosen_pacs(text, file, insecure=insecure)
    if not found.is_web:
        raise Unusable("A page speaks DICOMweb alone: --pacs needs a destination of https:// (or http://).")
    return found


def check_apart(folders: list[Path], home: Path) -> None:
    """Raises Unusable where links and their outputs would lie among the files."""
    from dicom_deid.native import index_file

    for folder in map(Path.resolve, folders):
        own = () if index_file.is_run(folder) else (index_file.place(folder).resolve(),)
        if any(folder in (place / "x").parents for place in (home, *own)):
            raise Unusable(f"The index or the links would lie among the files, which are only read: {folder}")


def settings_of(cert: Path | None, key: Path | None) -> ssl.SSLContext | None:
    """The settings of TLS, if it is to be."""
    if (cert is None) != (key is None):
        raise Unusable("--cert and --key belong together.")
    if cert is None or key is None:
        return None
    from dicom_deid.serve.tls import context

    try:
        return context(cert, key)
    except OSError as error:
        raise Unusable(f"The certificate or its key cannot be used ({type(error).__name__}): {cert}, {key}") from None


def passphrase_of(file: Path | None, *, must: bool) -> str:
    """The passphrase to sign in with: of a file, the environment or the terminal; "" where none has to be."""
    given = read_passphrase(file) if file else os.environ.get(SIGN_IN, "")
    if not given and must:
        if not sys.stdin.isatty():
            raise Unusable(f"At another address, one has to sign in: give a passphrase by --sign-in or {SIGN_IN}.")
        given = getpass.getpass("Passphrase to sign in with: ")
    if given and len(given) < SHORTEST:
        raise Unusable(f"A passphrase to sign in with has {SHORTEST} letters at least.")
    return given


def policy_and_key(file: Path | None, project: ProjectKey, undo: ExitStack) -> tuple[Policy, Key]:
    """What originals are de-identified by on their way; without a passphrase, pseudonyms agree until the end alone."""
    from dicom_deid.key import Key
    from dicom_deid.policy import Policy

    chosen = read_policy(file) if file else Policy()
    if chosen.python:
        raise Unusable("A server runs no code: leave the rules in Python out of the policy.")
    if project.file is None:
        return chosen, Key.random()
    project.version = chosen.pseudonyms
    return chosen, Key(project.secret(undo)())


def listening(settings: Settings) -> Running:
    """A server that listens. Raises Unusable."""
    from dicom_deid.serve.start import Running

    try:
        return Running(settings)
    except BlockingIOError:
        raise Unusable(f"Another server has these links: {settings.home} (--home names another place)") from None
    except sqlite3.Error:
        raise Unusable(f"The links cannot be read or written: {settings.home}") from None
    except OSError as error:
        where = f"{settings.host} port {settings.port}"
        raise Unusable(f"It cannot listen there, or cannot keep links ({error.strerror}): {where}") from None


def tell(running: Running, *, originals: bool, is_open: bool) -> None:
    """The address, and what is to be known beforehand."""
    print(f"dicom-deid is at {running.opening}", flush=True)
    if running.served.guard.sessions.secret:
        print("This address signs in: show it to nobody. Ctrl-C ends the server.", flush=True)
    if originals:
        print(ORIGINALS, file=sys.stderr)
    if is_open:
        print("Other computers can reach it; who signs in sees all that is in its folders.", file=sys.stderr)
