"""Where a PACS is: a name of destinations.toml, or a URL. Never its user or password.

A file with anything in it that has no meaning is refused as a whole: a misspelt word could be the one about TLS.
"""

from __future__ import annotations

import ipaddress
import os
import re
import sys
import tomllib
from pathlib import Path
from typing import Literal, NamedTuple, cast
from urllib.parse import SplitResult, urlsplit

from dicom_deid.errors import PacsFailure

Scheme = Literal["https", "http", "dicom", "dicoms"]
DEFAULT_PORTS = {"https": 443, "http": 80, "dicom": 104, "dicoms": 2762}
"""2762: PS3.15 B.1, DICOM over TLS."""
ENCRYPTED = ("https", "dicoms")
CALLING = "DICOMDEID"
USER, PASSWORD = "DICOM_DEID_USER", "DICOM_DEID_PASSWORD"
FILE_VARIABLE, FILE_NAME = "DICOM_DEID_DESTINATIONS", "destinations.toml"
AE_TITLE = re.compile(r"[!-\[\]-~](?:[ -\[\]-~]{0,14}[!-\[\]-~])?")
"""PS3.5 6.2: at most sixteen characters of ASCII without backslash; blanks at the ends say nothing."""
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
WORDS = {
    "url": str, "calling": str, "ca": str, "certificate": str, "key": str, "user_variable": str,
    "password_variable": str, "associations": int, "insecure": bool,
}  # fmt: skip
"""What a destination of the file may say."""
SECRETS = {"user", "username", "password", "token", "login"}
MOST_ASSOCIATIONS = 8


class Tls(NamedTuple):
    """Files in PEM; None: the authorities of the system, and no certificate of one's own."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


class Destination(NamedTuple):
    """A PACS, and how one speaks to it."""

    name: str
    """Its name in the file; else the URL, which holds no secret."""
    scheme: Scheme
    url: str = ""
    """The base of DICOMweb without the last slash; "" with DIMSE."""
    called: str = ""
    calling: str = CALLING
    host: str = ""
    port: int = 0
    tls: Tls | None = None
    """None: not encrypted."""
    user_variable: str = USER
    password_variable: str = PASSWORD
    associations: int = 2

    @property
    def is_web(self) -> bool:
        """Whether it speaks DICOMweb, not DIMSE."""
        return self.scheme in ("https", "http")


def destination(text: str, file: Path | None = None, *, insecure: bool = False) -> Destination:
    """The destination that a text names or is. Raises PacsFailure.

    ``file``: the destinations file, if not one of the usual places. ``insecure``: somebody said that other computers
    may be spoken to without encryption.
    """
    if "://" in text:
        return of_url(text, text.rstrip("/"), {"insecure": insecure}, Path())
    place = file or usual_file()
    known = {} if place is None else read(place)
    if place is None or text not in known:
        raise PacsFailure("DESTINATION_UNKNOWN")
    said = known[text]
    return of_url(str(said["url"]), text, {**said, "insecure": insecure or said.get("insecure", False)}, place.parent)


def names(file: Path | None = None) -> list[str]:
    """The names of the destinations file, as they stand in it. Raises PacsFailure."""
    place = file or usual_file()
    return [] if place is None else list(read(place))


def usual_file() -> Path | None:
    """The destinations file that is there: of the environment, of this folder, or of the user."""
    if named := os.environ.get(FILE_VARIABLE):
        return Path(named)
    own = os.environ.get("APPDATA" if sys.platform == "win32" else "XDG_CONFIG_HOME")
    users = Path(own) if own else Path.home() / ".config"
    return next((one for one in (Path(FILE_NAME), users / "dicom-deid" / FILE_NAME) if one.is_file()), None)


def read(place: Path) -> dict[str, dict[str, object]]:
    """The destinations of a file, by name. Raises PacsFailure."""
    try:
        known = tomllib.loads(place.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        raise PacsFailure("DESTINATIONS_UNREADABLE") from None
    for name, said in known.items():
        if not isinstance(said, dict) or not NAME.fullmatch(name):
            raise PacsFailure("DESTINATION_BAD")
        if SECRETS & {word.lower() for word in said}:
            raise PacsFailure("DESTINATION_SECRET")
        if "url" not in said or not all(type(value) is WORDS.get(word) for word, value in said.items()):
            raise PacsFailure("DESTINATION_BAD")
    return known


def of_url(url: str, name: str, said: dict[str, object], folder: Path) -> Destination:
    """A destination of its URL and of what else is said; ``folder``: what paths start from. Raises PacsFailure."""
    parts, port = split(url)
    host, scheme = parts.hostname or "", cast(Scheme, parts.scheme)
    is_web = scheme in ("https", "http")
    if parts.password is not None or (is_web and parts.username is not None):
        raise PacsFailure("DESTINATION_SECRET")
    called, calling = parts.username or "", str(said.get("calling", CALLING))
    if not AE_TITLE.fullmatch(calling) or not (is_web or AE_TITLE.fullmatch(called)):
        raise PacsFailure("DESTINATION_BAD")
    if scheme not in ENCRYPTED and not said["insecure"] and not is_loopback(host):
        raise PacsFailure("DESTINATION_INSECURE")
    associations = said.get("associations", 2)
    if not isinstance(associations, int) or not 1 <= associations <= MOST_ASSOCIATIONS:
        raise PacsFailure("DESTINATION_BAD")
    base = f"{scheme}://{parts.netloc}{parts.path}".rstrip("/") if is_web else ""
    user, password = (
        str(said.get(word, usual)) for word, usual in (("user_variable", USER), ("password_variable", PASSWORD))
    )
    return Destination(
        name, scheme, base, called, calling, host, port, files_of(said, scheme, folder), user, password, associations
    )


def split(url: str) -> tuple[SplitResult, int]:
    """A URL in its parts, and its port. Raises PacsFailure."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError:
        raise PacsFailure("DESTINATION_BAD") from None
    plain = url.isascii() and url.isprintable() and " " not in url
    path_fits = parts.scheme in ("https", "http") or parts.path in ("", "/")
    if not plain or not port or not parts.hostname or parts.query or parts.fragment or not path_fits:
        raise PacsFailure("DESTINATION_BAD")
    return parts, port


def files_of(said: dict[str, object], scheme: Scheme, folder: Path) -> Tls | None:
    """The files for TLS, where it is spoken. Raises PacsFailure for files where it is not."""
    given = {word: folder / str(said[word]) for word in Tls._fields if word in said}
    if scheme not in ENCRYPTED:
        if given:
            raise PacsFailure("DESTINATION_BAD")
        return None
    if ("certificate" in given) != ("key" in given):
        raise PacsFailure("DESTINATION_BAD")
    return Tls(**given)


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own, so that nothing goes over a network."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
