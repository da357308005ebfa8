"""The tables of a linkage file on disk. They name people: only the user may read them, and nothing is overwritten."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from dicom_deid.errors import BadLinkage
from dicom_deid.key import Key
from dicom_deid.linkage import TABLES, Reading, Tables, table_bytes
from dicom_deid.native.linkage_file import open_new, read_header, read_rows


def unseal(linkage: Path, folder: Path, key: Key) -> tuple[dict[str, int], list[str]]:
    """Writes the tables into ``folder``; returns their numbers of lines, and warnings. Raises BadLinkage."""
    if among_results(folder):
        raise BadLinkage("LINKAGE_AMONG_FILES")
    try:
        file = linkage.open("rb")
    except OSError:
        raise BadLinkage("LINKAGE_UNREADABLE") from None
    with file:
        header = read_header(file, key)
        try:
            with ExitStack() as undo:
                counts, warnings = write_tables(file, header, key, open_tables(folder, undo))
                undo.pop_all()
        except OSError:
            raise BadLinkage("LINKAGE_UNWRITABLE") from None
    return counts, warnings


def among_results(folder: Path) -> bool:
    """Whether a folder is, or lies in, a run folder."""
    place = folder.resolve()
    return any((above / "plan.json").exists() and (above / "audit.csv").exists() for above in (place, *place.parents))


def open_tables(folder: Path, undo: ExitStack) -> dict[str, BinaryIO]:
    """The empty tables; what was made for them goes again if ``undo`` unwinds."""
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True)
        undo.callback(folder.rmdir)
    targets = {}
    for name in TABLES:
        try:
            targets[name] = open_new(folder / name)
        except FileExistsError:
            raise BadLinkage("LINKAGE_EXISTS") from None
        undo.callback((folder / name).unlink)
        undo.callback(targets[name].close)
    return targets


def write_tables(
    file: BinaryIO, header: bytes, key: Key, targets: dict[str, BinaryIO]
) -> tuple[dict[str, int], list[str]]:
    """Writes the tables line by line, as far as the linkage file can be read."""
    reading, tables = Reading(), Tables()

    def put(lines: dict[str, str]) -> None:
        for name, text in lines.items():
            targets[name].write(table_bytes(text))

    put(tables.heads())
    for rows in read_rows(file, header, key, reading):
        for row in rows:
            put(tables.add(row))
    tables.check(reading)
    for target in targets.values():
        target.close()
    return tables.counts, reading.warnings()
