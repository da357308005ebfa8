"""The files that a run has to do, as the listing finds them: tasks in batches, in the order of the pick."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from dicom_deid.key import Key
from dicom_deid.native.display import Display
from dicom_deid.native.job import Look, Take
from dicom_deid.native.listing import Listing, is_much
from dicom_deid.native.sources import BLOCK, Listed, Sources

FILES_AT_ONCE = 32
"""Most files in a batch; towards the end there are fewer in it, so that all processes end together."""
BYTES_AT_ONCE = 256 * 1024 * 1024
"""A batch that has so many bytes of files gets no more of them."""
T = TypeVar("T", bound=Look | Take)


@dataclass(slots=True)
class ToDo:
    """The files of a listing, of which some may be done by an earlier run."""

    listing: Listing
    sources: Sources
    key: Key
    display: Display
    stop: Callable[[], bool]
    numbers: dict[str, int] = field(default_factory=dict)
    """Path -> number, of the files under way only."""
    _bytes: int = 0
    """Of all that were found and are not done."""
    _handed: int = 0

    def find(self, *, wait: bool) -> bool:
        """Takes what the listing has found since, and says whether that was anything. Raises SourceFailure."""
        ended, candidates = self.listing.ended, self.listing.take(wait=wait)
        done = {one.path: status for one in candidates if (status := self.earlier(one.path))}
        found = self.sources.add(candidates, done)
        self.sources.not_written(one.number for one in found if one.done and done[one.path] != "written")
        self._bytes += sum(one.size for one in found if not one.done)
        if self.listing.ended and not ended:
            self.display.listed(self.sources.to_do, self._bytes)
        elif found:
            self.display.scanned(self.sources.to_do, self._bytes)
        return bool(found)

    def earlier(self, path: str) -> str:
        """The status of a file that an earlier run did, or ""."""
        return self.sources.earlier(self.key.source(path)) if self.sources.kept else ""

    def wait_for(self, enough: Callable[[], bool]) -> None:
        """Waits until enough is found, or all. Raises SourceFailure."""
        while not (enough() or self.listing.ended or self.stop()):
            self.find(wait=True)

    def is_much(self) -> bool:
        """Whether what was found so far is worth more than one process."""
        return is_much(self.listing.files, self.listing.size)

    def files(self) -> Iterator[Listed | None]:
        """All files; None where the listing has no more at the moment."""
        at = 0
        while not self.stop():
            while self.find(wait=False):
                pass
            if at < len(self.sources):
                end = min(at + BLOCK, len(self.sources))
                yield from self.sources.between(at, end)
                at = end
            elif self.listing.ended:
                return
            else:
                yield None
                self.find(wait=True)

    def tasks(
        self, begin: Callable[[int], None], without_core: Callable[[Listed], None]
    ) -> Iterator[tuple[int, Look | Take] | None]:
        """Number and task of each file to do; ``begin`` is told of each, ``without_core`` of those without a task.

        Of those done by an earlier run only the SOP Instance UID is asked, and only where a file to do stands behind.
        """
        at = 0
        for listed in self.files():
            if listed is None:
                yield None
            elif listed.done:
                continue
            elif listed.reason:
                without_core(listed)
            else:
                for one in self.sources.between(at, listed.number) if self.sources.kept else ():
                    if one.done and not one.reason:
                        begin(one.number)
                        yield one.number, Look(one.path)
                at = listed.number + 1
                begin(listed.number)
                self._handed += 1
                yield listed.number, Take(listed.path, listed.size, listed.modified, False)  # noqa: FBT003 - repeat

    def repeat(self, number: int, first: int) -> Take:
        """The task of a file whose SOP Instance UID another has: that of the number ``first``, -1 where not known."""
        listed, path_of_first = self.sources[number], "" if first < 0 else self.sources[first].path
        return Take(listed.path, listed.size, listed.modified, True, path_of_first)  # noqa: FBT003 - repeat

    def batches(self, tasks: Iterable[tuple[int, T] | None], workers: int) -> Iterator[list[T]]:
        """Tasks in batches, with their numbers kept; of little left each process gets its share."""
        batch, size = list[T](), 0
        for given in tasks:
            length = given[1].size if given and isinstance(given[1], Take) else 0
            left = (self.sources.to_do - self._handed) // (4 * max(1, workers)) + 1
            most = min(FILES_AT_ONCE, left) if self.listing.ended else FILES_AT_ONCE
            if batch and (given is None or len(batch) >= most or size + length > BYTES_AT_ONCE):
                yield batch
                batch, size = [], 0
            if given is not None:
                number, task = given
                self.numbers[task.path] = number
                batch.append(task)
                size += length
        if batch:
            yield batch
