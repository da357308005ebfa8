"""INPUT of a command: a folder, a ZIP, one file or a store, and what is said where it cannot be used."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from dicom_deid.cli.places import Place
from dicom_deid.cli.text import Unusable
from dicom_deid.errors import SourceFailure, sentence

if TYPE_CHECKING:
    from dicom_deid.source_and_sink import Origin

ZIP_BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06")
"""Of an archive with entries, and of an empty one (PKWARE APPNOTE 4.3)."""


def check_source(source: Place) -> None:
    """Raises Unusable unless a source is there and can be read; of a store, unless it can be listed."""
    if not isinstance(source, Path):
        from dicom_deid.stores.reach import reason_of_origin  # an extra

        if reason := reason_of_origin(source):
            raise Unusable(f"{sentence(reason)} ({source})")
        return
    if not source.exists():
        raise Unusable(f"INPUT is not there: {source}")
    if not (source.is_dir() or source.is_file()) or not os.access(source, os.R_OK):
        raise Unusable(f"INPUT is no folder or file that can be read: {source}")


def is_archive(source: Place) -> bool:
    """Whether a source is a ZIP."""
    if not isinstance(source, Path) or not source.is_file():
        return False
    with source.open("rb") as file:
        return file.read(4) in ZIP_BEGINNINGS


def chosen_origin(source: Place) -> Origin:
    """The files of a folder, a ZIP or a store, or a single one. Raises Unusable for a ZIP that cannot be read."""
    if not isinstance(source, Path):
        from dicom_deid.stores.origin import StoreOrigin

        return StoreOrigin(source)
    if not is_archive(source):
        from dicom_deid.native.folder_origin import FolderOrigin  # its modules load while a key is derived

        return FolderOrigin(source.resolve())
    from dicom_deid.native.zip_origin import ZipOrigin

    origin = ZipOrigin(source.resolve())
    try:
        origin.opened()
    except SourceFailure as failure:
        raise Unusable(f"{sentence(failure.reason)} ({source})") from None
    return origin
