"""A server is put together of what it was given, listens, and ends."""

from __future__ import annotations

import errno
import ipaddress
import socket
import sqlite3
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from dicom_deid.key import Key
from dicom_deid.native import index_file
from dicom_deid.pacs.destination import Destination
from dicom_deid.policy import Policy
from dicom_deid.serve.app import application
from dicom_deid.serve.guard import Guard
from dicom_deid.serve.indexing import Indexing
from dicom_deid.serve.library import Library, folders_of
from dicom_deid.serve.pacs import Pacs
from dicom_deid.serve.pictures import Pictures
from dicom_deid.serve.server import Server, bound, server
from dicom_deid.serve.sessions import Sessions
from dicom_deid.serve.sharing import Sharing
from dicom_deid.serve.state import Served
from dicom_deid.serve.tls import Front
from dicom_deid.share.links import Links
from dicom_deid.share.record import Record
from dicom_deid.share.store import Store
from dicom_deid.share.streams import STREAMS, Streams

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
ANY_ADDRESS = ("0.0.0.0", "::")
PLAIN_PORT, TLS_PORT = 80, 443
SWEEP_SECONDS = 60
"""Between two looks for outputs of links that have ended."""
STORE, RECORD, STAGED = "links.sqlite", "share.log", "outputs"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server is given. ``home``: the folder of its links."""

    site: Path
    home: Path
    folders: list[Path] = field(default_factory=list)
    host: str = "127.0.0.1"
    port: int = 0
    names: tuple[str, ...] = ()
    """Further names by which it may be called."""
    tls: ssl.SSLContext | None = None
    passphrase: str = ""
    originals: bool = False
    policy: Policy = field(default_factory=Policy)
    key: Key = field(default_factory=Key.random)
    streams: int = STREAMS
    pacs: Destination | None = None
    """What /dicom-web/ leads to."""
    clock: Callable[[], float] = time.time


def home() -> Path:
    """The usual folder of links: beside that of the indexes, for the user alone."""
    return index_file.home().with_name("share")


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine alone."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def hosts(settings: Settings, port: int) -> frozenset[str]:
    """All that the header Host may say: anything else comes from a page that had its name point here."""
    names = {name.lower() for name in (settings.host, *settings.names)}
    names |= set(LOOPBACK_NAMES) if is_loopback(settings.host) else {socket.gethostname().lower()}
    names = {f"[{name}]" if is_six(name) else name for name in names}
    plain = names if port == (TLS_PORT if settings.tls else PLAIN_PORT) else set()
    given = {name.lower() for name in settings.names}  # as they are, too: another server may stand before this one
    return frozenset(given | plain | {f"{name}:{port}" for name in names})


def is_six(name: str) -> bool:
    """Whether a name is an address of IPv6, which stands in brackets where a port follows."""
    return name.count(":") > 1 and not name.startswith("[")


class Running:
    """A server that listens. Raises OSError where it cannot, BlockingIOError where another one has its links."""

    def __init__(self, settings: Settings) -> None:
        self._listening = bound(settings.host, settings.port)
        self.port = int(self._listening.getsockname()[1])
        try:
            self._check_address(settings)
            self.served = put_together(settings, self.port)
        except BaseException:
            self._listening.close()
            raise
        app = application(self.served, settings.site)
        self._front: Front | None = None
        if settings.tls is None:
            self._server: Server = server(app, self._listening, settings.streams, self.served.guard)
        else:
            inner = bound("127.0.0.1", 0)
            self._server = server(app, inner, settings.streams, self.served.guard)
            self._front = Front(self._listening, inner.getsockname(), settings.tls)
        self._ending = threading.Event()
        name = settings.names[0] if settings.names else settings.host
        name = socket.gethostname() if name in ANY_ADDRESS else f"[{name}]" if is_six(name) else name
        self.address = f"{self.served.guard.scheme}://{name}:{self.port}/"

    def _check_address(self, settings: Settings) -> None:
        """Raises OSError where others could reach what was meant for this computer alone: a name can mean anything."""
        mine_alone = settings.tls is None or is_loopback(settings.host)
        if mine_alone and not is_loopback(self._listening.getsockname()[0]):
            raise OSError(errno.EADDRNOTAVAIL, "the name is not that of this computer alone")

    @property
    def opening(self) -> str:
        """The address to open, with the secret that signs in, where that does."""
        secret = self.served.guard.sessions.secret
        return f"{self.address}#server={secret}" if secret else self.address

    def serve(self) -> None:
        """Answers until ``end`` is called."""
        threading.Thread(target=self._sweep, name="sweep", daemon=True).start()
        try:
            self._server.serve(self._ending)
        finally:
            if self._front is not None:
                self._front.close()
            self.served.close()

    def _sweep(self) -> None:
        while not self._ending.wait(SWEEP_SECONDS):
            with suppress(OSError, sqlite3.Error):
                self.served.sharing.sweep_if_idle()

    def end(self) -> None:
        """Ends ``serve``; a second time, as by a second Ctrl-C, does nothing."""
        self._ending.set()
        with suppress(OSError):  # it has ended already, and its trigger is closed
            self._server.pull_trigger()


def put_together(settings: Settings, port: int) -> Served:
    """The parts of a server.

    Raises OSError, BlockingIOError and sqlite3.Error where its links cannot be kept, PacsFailure where files for TLS
    cannot be used.
    """
    pacs = Pacs(settings.pacs) if settings.pacs else None
    store = Store(settings.home / STORE)
    try:
        links = Links(store, settings.clock)
        record = Record(settings.home / RECORD, links)
    except BaseException:
        store.close()
        raise
    library = Library(folders_of(settings.folders))
    sharing = Sharing(
        library, links, settings.home.resolve() / STAGED, settings.originals, settings.policy, settings.key
    )
    sharing.sweep()
    scheme = "https" if settings.tls else "http"
    guard = Guard(Sessions(links.passcodes, settings.passphrase), hosts(settings, port), scheme, f"dicom-deid-{port}")
    indexing, pictures, streams = Indexing(library.folders), Pictures(), Streams(settings.streams)
    return Served(guard, library, indexing, pictures, store, links, record, sharing, streams, pacs)
