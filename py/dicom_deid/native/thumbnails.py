"""Thumbnails on disk: where they lie, how those that are wanting are made, and how they are deleted.

Those of originals may show faces and names: they lie beside the index, in a folder that says so, for the user alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from dicom_deid.errors import NoThumbnails
from dicom_deid.executors import Executor
from dicom_deid.index import Index
from dicom_deid.index.images import Unshown, Wanting, forget, forget_all, keep, name_of, wanting

IN_RUN = "previews"
OF_ORIGINALS = "thumbnails-of-originals"
FILES_AT_ONCE = 8
COMMIT_SECONDS = 1.0
"""At most so much drawing is done again after the power was cut."""
WHERE, SIZE = "thumbnails", "thumbnail size"
"""Facts noted in the index."""


class Draw(NamedTuple):
    """Asks for the thumbnails of a file; ``name``: theirs, without frame and end."""

    path: str
    name: str


class Drawn(NamedTuple):
    """The result for a file: (filename, frame) of each thumbnail, and the frames without one."""

    made: list[tuple[str, int]]
    unshown: list[Unshown]
    written: bool = True
    """False: the thumbnails' folder cannot be written."""


class Made(NamedTuple):
    """Result of making thumbnails: thumbnails and files; seconds of drawing and of the database."""

    thumbnails: int
    files: int
    processing: float
    insert: float


def place(index: Path, holds: str) -> Path:
    """The usual place of the thumbnails of an index."""
    return index.parent / IN_RUN if holds == "de-identified" else index.with_suffix(f".{OF_ORIGINALS}")


def make(
    index: Index, target: Path, size: int, start: Callable[[], Executor[Draw, Drawn]], tell: Callable[[int], None]
) -> Made:
    """Makes the thumbnails that are wanting; those of another size or place are made anew.

    ``start`` gives what draws them; it is not called when none are wanting.

    Raises NoThumbnails when there is no writing to the folder.
    """
    if (index.noted(WHERE), index.noted(SIZE)) != (str(target), str(size)):
        forget_all(index.database)
        sweep(index)
        index.note(WHERE, str(target))
        index.note(SIZE, str(size))
    target.mkdir(parents=True, exist_ok=True, mode=0o700 if index.holds == "originals" else 0o777)
    forget_lost(index, target)
    made = Made(0, 0, 0.0, 0.0)
    if wanting(index.database, "", 1):
        with closing(start()) as executor:
            made = draw(index, executor, tell)
    sweep(index)
    index.database.commit()
    return made


def draw(index: Index, executor: Executor[Draw, Drawn], tell: Callable[[int], None]) -> Made:
    """Draws what is wanting, and takes it into the index as it comes."""
    files = Files(index)
    began = committed = time.perf_counter()
    inserting, thumbnails, done = 0.0, 0, 0
    for answers in executor.run(iter(files), lambda: False):
        begun = time.perf_counter()
        for task, answer in answers:
            drawn = answer or Drawn([], [Unshown(task.path, 0, "WORKER_ERROR")])
            if not drawn.written:
                raise NoThumbnails
            keep(index.database, files.done(task), drawn.made, drawn.unshown)
            thumbnails += len(drawn.made)
            done += 1
        if begun - committed > COMMIT_SECONDS:
            index.database.commit()
            committed = begun
        inserting += time.perf_counter() - begun
        tell(done)
    return Made(thumbnails, done, time.perf_counter() - began - inserting, inserting)


class Files:
    """Batches of the files that want thumbnails, with the names of these."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._under_way: dict[str, Wanting] = {}
        """By the names of their thumbnails, in lower case."""

    def __iter__(self) -> Iterator[list[Draw]]:
        after = ""
        while found := wanting(self.index.database, after, FILES_AT_ONCE):
            after = found[-1].path
            yield [self.named(file) for file in found]

    def named(self, file: Wanting) -> Draw:
        """The task for a file."""
        name = name_of(self.index.database, file, self._under_way)
        self._under_way[name.lower()] = file
        return Draw(file.path, name)

    def done(self, task: Draw) -> Wanting:
        """The file of a task that is answered."""
        return self._under_way.pop(task.name.lower())


def forget_lost(index: Index, folder: Path) -> None:
    """Takes out the files of which a thumbnail is no longer there, so that they get theirs again."""
    found = index.database.execute("SELECT path, filename FROM images").fetchall()
    for path in {str(path) for path, name in found if not (folder / name).is_file()}:
        forget(index.database, path)
    index.database.commit()


def sweep(index: Index) -> None:
    """Deletes the thumbnails whose sources changed or went."""
    folder = Path(index.noted(WHERE)) if index.noted(WHERE) else None
    for (name,) in index.database.execute("SELECT filename FROM gone").fetchall():
        if folder is not None:
            unlink(folder, str(name))
    index.database.execute("DELETE FROM gone")


def delete(index: Index) -> None:
    """Deletes all thumbnails of an index, and nothing else that may lie there."""
    forget_all(index.database)
    sweep(index)
    if index.noted(WHERE):
        with suppress(OSError):  # not empty: somebody else's files are in it
            Path(index.noted(WHERE)).rmdir()


def unlink(folder: Path, name: str) -> None:
    """Deletes one thumbnail, and its study's folder with the last one."""
    with suppress(OSError):
        (folder / name).unlink(missing_ok=True)
        (folder / name).parent.rmdir()
