"""The spool: each instance stands in the folder of its state, and a move to the next one is the step.

    incoming/                            on its way in; nothing of it was acknowledged; emptied at the start
    waiting/STUDY/INSTANCE-DIGEST.dcm    acknowledged; its study has not come to rest
    taken/NUMBER/STUDY/…                 de-identified into run NUMBER, from which it can be gone on with
    written/NUMBER/STUDY/…               its output stands in run NUMBER, but is not confirmed yet
    withheld/NUMBER/STUDY/…              has no output; stays until a person decides
    kept/NUMBER/STUDY/…                  with --keep-originals only

Names are made with the key. A step is a rename, so that whoever is killed finds each instance in one place; before an
instance leaves the spool, ``memory.sqlite`` has it, so that it is known when it is sent again.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Lock
from typing import Literal

from dicom_deid.key import Key
from dicom_deid.native.append_only import Appended
from dicom_deid.pacs.gateway.arriving import Arriving
from dicom_deid.pacs.gateway.memory import Instance, Memory

INCOMING, WAITING, TAKEN, WRITTEN, WITHHELD, KEPT = "incoming", "waiting", "taken", "written", "withheld", "kept"
STATES = (WAITING, TAKEN, WRITTEN, WITHHELD)
"""Those whose instances are known by their files alone."""
MEMORY, LOCK = "memory.sqlite", "lock"
Kept = Literal["new", "same", "other"]
"""What became of an instance: kept; here already with these bytes; here already with others."""


@dataclass(slots=True)
class Study:
    """What waits of a study."""

    heard: float
    """When its last instance came, of the monotonic clock."""
    instances: int = 0
    is_on_disk: bool = False
    """Whether the name of its folder is known to be."""


class Spool:
    """The instances of a gateway. ``open`` it first; any number of threads may then keep what arrives."""

    def __init__(self, root: Path, key: Key) -> None:
        self.root, self._key = root, key
        self._moving = Lock()
        """Held while a file or a study moves within waiting/."""
        self._changed, self._arriving = Condition(), set[str]()
        self._present: dict[str, str] = {}
        """Instance -> digest, of what has a file."""
        self._studies: dict[str, Study] = {}

    def open(self) -> None:
        """Makes the spool, or goes on with it. Raises OSError, BlockingIOError, sqlite3.Error, PolicyError."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.root.chmod(0o700)
        self._lock = Appended(self.root / LOCK)
        if not self._lock.lock():
            raise BlockingIOError
        self.memory = Memory(self.root / MEMORY, self._key.check())
        shutil.rmtree(self.root / INCOMING, ignore_errors=True)
        for state in (INCOMING, *STATES, KEPT):
            (self.root / state).mkdir(exist_ok=True)
        for state in STATES:
            for path in files_of(self.root / state):
                self._present.update([parted(path.name)])
                if state == WAITING:
                    self._count(path.parent.name)

    def close(self) -> None:
        self.memory.close()
        self._lock.close()

    @property
    def incoming(self) -> Path:
        return self.root / INCOMING

    def free(self) -> int:
        """Bytes that are free on its disk."""
        return shutil.disk_usage(self.root).free

    def waiting(self) -> int:
        """Instances whose study has not come to rest."""
        return sum(study.instances for study in list(self._studies.values()))

    def keep(self, arriving: Arriving, instance: str, study: str, digest: str) -> Kept:
        """Keeps what has arrived whole; it is on the disk when this returns. Raises OSError."""
        name = self._key.digest("gateway instance", instance)[:16].hex()
        folder = self._key.digest("gateway study", study or name)[:16].hex()
        with self._changed:
            self._changed.wait_for(lambda: name not in self._arriving)
            known = self._present.get(name) or self.memory.digest(name)
            if known:
                return "same" if known == digest else "other"
            self._arriving.add(name)
        try:
            arriving.sync()
            self._place(arriving.name, folder, f"{name}-{digest}.dcm")
        finally:
            with self._changed:
                self._arriving.discard(name)
                self._changed.notify_all()
        return "new"

    def _place(self, file: str, study: str, name: str) -> None:
        """Moves a whole file among what waits, and sees that the move is on the disk."""
        waiting = self.root / WAITING
        with self._moving:
            if study not in self._studies:
                (waiting / study).mkdir(exist_ok=True)
            Path(file).rename(waiting / study / name)
            self._present.update([parted(name)])
            found = self._count(study)
            folder = opened(waiting / study)
        sync(folder)
        if not found.is_on_disk:  # of two that come together, neither is acknowledged before
            sync(opened(waiting))
            found.is_on_disk = True

    def _count(self, study: str) -> Study:
        found = self._studies.setdefault(study, Study(0))
        found.heard, found.instances = time.monotonic(), found.instances + 1
        return found

    def at_rest(self, seconds: float) -> list[str]:
        """The studies of which nothing came for so long."""
        before = time.monotonic() - seconds
        return [name for name, study in list(self._studies.items()) if study.heard <= before]

    def take(self, studies: list[str], at_least: int) -> int:
        """Moves studies among what is de-identified, and gives the number of their run."""
        number = self.memory.next_run(at_least)
        taken = self.folder(TAKEN, number)
        taken.mkdir()
        for study in studies:
            with self._moving:
                (self.root / WAITING / study).rename(taken / study)
                del self._studies[study]
        for folder in (taken, self.root / TAKEN, self.root / WAITING):
            sync(opened(folder))
        return number

    def folder(self, state: str, number: int) -> Path:
        return self.root / state / f"{number:06}"

    def numbers(self, state: str) -> list[int]:
        """The runs that have instances in a state."""
        return sorted(int(path.name) for path in (self.root / state).iterdir() if path.name.isdecimal())

    def settle(self, number: int, ends: Mapping[Path, str]) -> None:
        """Sets apart what was not written, and moves on what was. ``ends``: status by path below the run's folder."""
        self.memory.add(Instance(*parted(path.name), number, status) for path, status in ends.items())
        self.set_apart(number, TAKEN, (path for path, status in ends.items() if status != "written"))
        self.folder(TAKEN, number).rename(self.folder(WRITTEN, number))
        for state in (WITHHELD, WRITTEN, TAKEN):
            sync(opened(self.root / state))

    def set_apart(self, number: int, state: str, paths: Iterable[Path], to: str = WITHHELD) -> None:
        """Moves instances of a run to where they stay."""
        for path in paths:
            apart = self.folder(to, number) / path
            apart.parent.mkdir(parents=True, exist_ok=True)
            (self.folder(state, number) / path).rename(apart)

    def finish(self, number: int, paths: list[Path], *, keep: bool) -> None:
        """Deletes originals whose outputs are safe, or puts them away."""
        written = self.folder(WRITTEN, number)
        if keep:
            self.set_apart(number, WRITTEN, paths, KEPT)
        for path in paths:
            if not keep:
                (written / path).unlink()
            self._present.pop(parted(path.name)[0], None)
        remove_empty(written)

    def again(self) -> int:
        """Lets all that was withheld wait once more, for another policy; how many instances those are."""
        count = 0
        for number in self.numbers(WITHHELD):
            for path in files_of(self.folder(WITHHELD, number)):
                (self.root / WAITING / path.parent.name).mkdir(exist_ok=True)
                path.rename(self.root / WAITING / path.parent.name / path.name)
                self._count(path.parent.name)
                count += 1
            remove_empty(self.folder(WITHHELD, number))
        return count


def files_of(folder: Path) -> Iterator[Path]:
    """The instances below a folder of the spool."""
    return (path for path in sorted(folder.rglob("*.dcm")) if len(path.stem) == 65)


def remove_empty(folder: Path) -> None:
    """Removes the folder of a run as far as there is nothing in it: not what a person has put there."""
    for one in (*(one for one in folder.iterdir() if one.is_dir()), folder):
        with suppress(OSError):  # it has instances yet
            one.rmdir()


def parted(name: str) -> tuple[str, str]:
    """Instance and digest of the name of a file."""
    instance, _, digest = name.removesuffix(".dcm").partition("-")
    return instance, digest


def opened(folder: Path) -> int:
    """The descriptor of a folder; -1 where the system opens none."""
    return os.open(folder, os.O_RDONLY) if os.name == "posix" else -1


def sync(folder: int) -> None:
    """What was renamed in an open folder is on the disk when this returns."""
    if folder >= 0:
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
