"""INPUT and OUTPUT of a command: paths of this machine, or addresses of object stores."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from dicom_deid.cli.text import Unusable
from dicom_deid.errors import Failed, SinkFailure, sentence
from dicom_deid.stores.address import Address, address_of, is_address
from dicom_deid.stores.address import overlap as overlap_of_addresses

if TYPE_CHECKING:
    from dicom_deid.source_and_sink import Sink

    Place = Path | Address
else:
    Place = object  # typer knows no unions; `path` makes what the command gets


def path(text: str) -> Place:
    """The place that a text names; help shows the name of this function as the type.

    Raises Unusable, without the text, where that may hold credentials.
    """
    if not is_address(text):
        return Path(text)
    try:
        found = address_of(text)
    except Failed as failure:
        raise Unusable(sentence(failure.reason)) from None
    if not find_spec("obstore"):
        raise Unusable("Object stores need one more package: pip install 'dicom-deid[cloud]'")
    return found


def overlap(source: Place, target: Place) -> str:
    """The reason code for which outputs of ``source`` must not go to ``target``; "" where they may."""
    if isinstance(source, Path) and isinstance(target, Path):
        from dicom_deid.native.places import overlap as overlap_of_folders

        return overlap_of_folders(source, target)
    if isinstance(source, Address) and isinstance(target, Address):
        return overlap_of_addresses(source, target)
    return ""


def check_target(target: Place) -> None:
    """Raises Unusable where OUTPUT is a file, or its store is out of reach."""
    if isinstance(target, Path):
        if target.exists() and not target.is_dir():
            raise Unusable(f"OUTPUT is no folder: {target}")
        return
    from dicom_deid.stores.reach import reason_of_sink  # an extra

    if reason := reason_of_sink(target):
        raise Unusable(f"{sentence(reason)} ({target})")


def chosen_sink(target: Place) -> Sink:
    """The sink at OUTPUT."""
    if isinstance(target, Path):
        from dicom_deid.native.folder_sink import FolderSink  # its modules load while a key is derived

        return FolderSink(target.resolve())
    from dicom_deid.stores.sink import StoreSink

    return StoreSink(target)


def text_of_run(target: Place, name: str) -> bytes | None:
    """The content of a file of the run at OUTPUT; None where there is none."""
    if isinstance(target, Path):
        try:
            return (target / name).read_bytes()
        except OSError:
            return None
    try:
        return b"".join(line.encode() for line in chosen_sink(target).lines(name))
    except SinkFailure:
        return None
