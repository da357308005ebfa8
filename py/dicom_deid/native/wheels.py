"""The wheels that rules in Python import: their places, their digests, and their way into a process."""

from __future__ import annotations

import hashlib
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from dicom_deid.errors import PolicyError


class Wheels(NamedTuple):
    """The wheels of a policy."""

    paths: tuple[str, ...] = ()
    digests: tuple[tuple[str, str], ...] = ()
    """File name and SHA-256, in hexadecimal digits, of each."""


def found(names: Iterable[str], folder: Path) -> Wheels:
    """The wheels of these file names in a folder. Raises PolicyError WHEEL_MISSING, whose word is the name."""
    paths = [folder / name for name in names]
    return Wheels(tuple(str(path.resolve()) for path in paths), tuple((path.name, digest(path)) for path in paths))


def importable(paths: Iterable[str]) -> None:
    """Lets this process import from wheels; what is installed goes before."""
    sys.path += [path for path in paths if path not in sys.path]


def digest(path: Path) -> str:
    """SHA-256 of a wheel, in hexadecimal digits. Raises PolicyError WHEEL_MISSING."""
    try:
        if zipfile.is_zipfile(path):
            return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        pass
    raise PolicyError("WHEEL_MISSING", path.name)
