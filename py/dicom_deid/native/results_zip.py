"""The results of a run as one ZIP: outputs, audit, log, plan and statement; what is for resuming alone stays behind.

Its entries are in the order of their names and have the time of packing, as in the page: nothing of it follows the
order of the sources. It is written beside its place and moved there: half a ZIP is never taken for a whole one.
"""

from __future__ import annotations

import csv
import secrets
import shutil
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from dicom_deid.errors import NoRun, SinkFailure
from dicom_deid.native.folder_sink import UNFINISHED, FolderSink
from dicom_deid.native.run_folder import AUDIT, LOG, PLAN, STATEMENT, RunFolder, whole_lines
from dicom_deid.native.write import code_of
from dicom_deid.report import AUDIT_COLUMNS

TEXTS = (AUDIT, STATEMENT, LOG, PLAN)
PIECE = 1024 * 1024
"""Bytes of a file that are in memory."""


def pack(root: Path, target: Path, passphrase: str, tell: Callable[[int, int], None]) -> int:
    """Makes the ZIP of a run that has ended, and returns the number of its files.

    ``passphrase``: encrypts it by AES-256; "": it is not encrypted. ``tell`` is called with the files that are done and
    with their number. Raises NoRun where there is no such run or it is not whole, SinkFailure where the ZIP cannot be
    written.
    """
    names = sorted(results_of(root))
    begun = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    now = time.gmtime()  # in UTC, so that it does not tell where it was made
    try:
        with opened(begun, passphrase) as archive:
            for number, name in enumerate(names):
                tell(number, len(names))
                add(archive, root / name, name, now)
        begun.rename(target)
    except OSError as error:
        raise SinkFailure(code_of(error)) from None
    finally:
        begun.unlink(missing_ok=True)
    return len(names)


def results_of(root: Path) -> Iterator[str]:
    """The files of a run that are handed out: its texts, and the outputs that its audit says are written.

    Raises NoRun; of a run that was cut off the rows still stand in the order of the sources.
    """
    folder = RunFolder(FolderSink(root))
    size = folder.sink.size(AUDIT)
    if not folder.holds_run() or size is None:
        raise NoRun("NO_RUN")
    if (root / UNFINISHED).exists():
        raise NoRun("NOT_ENDED")
    if folder.sink.read(AUDIT, max(size - 1, 0), size) != b"\n":
        raise NoRun("OUTPUT_MISSING")  # the row that is cut off would be passed over, and its output left out
    yield from (name for name in TEXTS if folder.sink.size(name) is not None)
    for cells in csv.reader(whole_lines(folder.sink.lines(AUDIT))):
        row = dict(zip(AUDIT_COLUMNS, cells, strict=False))
        if len(cells) != len(AUDIT_COLUMNS) or not folder.stands(row):
            raise NoRun("OUTPUT_MISSING")
        if row["status"] == "written":
            yield row["output_path"]


def opened(path: Path, passphrase: str) -> zipfile.ZipFile:
    """A new archive, for the user alone."""
    path.touch(mode=0o600, exist_ok=False)
    if not passphrase:
        return zipfile.ZipFile(path, "w")
    import pyzipper  # an extra, which not everybody has

    archive: zipfile.ZipFile = pyzipper.AESZipFile(path, "w", encryption=pyzipper.WZ_AES)
    archive.setpassword(passphrase.encode())
    return archive


def add(archive: zipfile.ZipFile, path: Path, name: str, now: time.struct_time) -> None:
    """Stores one file, a piece at a time."""
    with path.open("rb") as source, archive.open(entry(archive, name, now, path.stat().st_size), "w") as place:
        shutil.copyfileobj(source, place, PIECE)


def entry(archive: zipfile.ZipFile, name: str, now: time.struct_time, size: int) -> zipfile.ZipInfo:
    """The head of an entry; of the archive's own kind, which may encrypt."""
    made: zipfile.ZipInfo = getattr(archive, "zipinfo_cls", zipfile.ZipInfo)(name, now[:6])
    made.file_size = size
    return made
