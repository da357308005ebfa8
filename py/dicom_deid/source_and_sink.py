"""Source and Sink: all that the stages and a run know of the world.

A ``Source`` is one file, an ``Origin`` lists and opens those of a run, and a ``Sink`` takes what the run makes. Folders
of this machine implement them in native/, prefixes of object stores in stores/; the browser's workers do the same for
folders, archives and OPFS on their side of the bridge. Keys are texts with "/" between their parts. Those of an origin
may name people and stay with the run; those of a sink are made of pseudonyms.

Nothing here is an OSError: what cannot be read is a SourceFailure, what cannot be written a SinkFailure, each with a
code of tables/reasons.json and neither with a key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from dicom_deid.model import Asides, Fragments, Pixels
from dicom_deid.splice import Splice

UNKNOWN = -1
"""``modified`` of a candidate of which nothing is known before it is opened."""
ORIGIN_LOST = frozenset((
    "SOURCE_LOST", "PACS_UNREACHABLE", "PACS_TLS", "PACS_TLS_FILES", "PACS_REFUSED_LOGIN", "PACS_REJECTED", "PACS_BUSY",
    "PACS_LISTEN", "STORE_LOGIN", "STORE_DENIED", "STORE_BUCKET", "STORE_UNREACHABLE", "STORE_BUSY",
))  # fmt: skip
"""Reasons of a source that every other one of its origin would meet, too: they end the run."""


class Beginning(Protocol):
    """The first bytes of one file. A part that is not at hand is asked for by raising ShortRead."""

    size: int

    def head(self) -> bytes:
        """The bytes at hand from offset 0 on; at least 4096 of them, or all."""

    def read(self, start: int, end: int) -> bytes:
        """The bytes [start, end). Raises SourceFailure READ_FAILED or SOURCE_CHANGED."""


class Source(Beginning, Protocol):
    """The bytes of one file. A part that is not at hand is asked for by raising ShortRead or FragmentsWanted."""

    def fragments(self, start: int) -> Fragments:
        """The end of the fragments that begin at ``start``."""

    def asides(self, pixels: Pixels) -> Asides:
        """What no picture shows in encapsulated pixel data that are codestreams.

        Raises Withheld PIXELS_NOT_FOLLOWED.
        """


class OpenSource(Source, AbstractContextManager["OpenSource"], Protocol):
    """A source that a run has opened: every range of it can be read, until the context ends."""

    modified: int
    """A mark of this version of the file, as a time in nanoseconds; another one means that the file has changed."""
    seconds: float
    """Time spent reading."""

    def extend(self, end: int) -> bool:
        """Brings the bytes before ``end`` into the head; False when they were there before."""

    def unchanged(self) -> bool:
        """Whether size and ``modified`` are still those of the moment when it was opened."""


class Candidate(NamedTuple):
    """A file that an origin lists. ``reason``: the code for its not even being opened, or "".

    ``size`` in bytes and ``modified`` as an OpenSource has them, unless the file changes before it is opened; 0 and
    UNKNOWN where the place does not tell them.
    """

    path: str
    reason: str = ""
    size: int = 0
    modified: int = 0


class Origin(Protocol):
    """The place that the sources of a run come from. It can be sent to other processes."""

    def list(self) -> Iterator[Candidate]:
        """The files, one after another and always in the same order; where a store lists by pages, page by page.

        Raises SourceFailure SOURCE_LOST when nothing can be listed.
        """

    @property
    def left_alone(self) -> int:
        """How many things the last listing passed by that are no files: links, pipes, devices."""

    def open(self, path: str) -> OpenSource:
        """A listed file. Raises SourceFailure READ_FAILED."""

    def sop_instance(self, path: str, /) -> str:
        """The SOP Instance UID of a listed file, where it is known without opening that; else ""."""

    def is_lost(self) -> bool:
        """Whether all of it has gone since it was listed, as a share that is no longer mounted."""


class Journal(Protocol):
    """A text that only grows."""

    def lock(self) -> bool:
        """Keeps a second run out, where there are such locks; False when this is the second one."""

    def cut_torn_line(self) -> None:
        """Takes off a last line without an end: the run that wrote it was cut off."""

    def write(self, text: str) -> None:
        """Appends all of the text, or nothing: half a row would be read as a row.

        Raises SinkFailure OUTPUT_FULL or OUTPUT_LOST.
        """

    def close(self) -> None:
        """Ends the writing; from here on, what was appended survives a power cut."""


class Sink(Protocol):
    """The place that a run puts its outputs, journals and texts.

    It can be sent to other processes, of which each writes outputs by itself.

    An output is staged, where nobody takes it for finished, and then placed. Failures are SinkFailure WRITE_FAILED for
    one output, OUTPUT_FULL or OUTPUT_LOST for the run.
    """

    name: str
    """The name of the run in its summary."""
    atomic: bool
    """Whether a place that loses its power can have no part of an output where the whole was."""

    def open(self) -> None:
        """Gets ready for staged outputs; those of an earlier run stay until ``clear``."""

    def clear(self) -> None:
        """Removes every staged output."""

    def close(self) -> None:
        """The run has ended: removes the staged outputs and their place."""

    def names(self) -> set[str]:
        """The first parts of all keys that there are; none where nothing was ever written."""

    def expect(self, keys: Iterable[str]) -> None:
        """Is told of which outputs the size will be asked next: where an answer takes its time, all are got at once."""

    def size(self, key: str) -> int | None:
        """Bytes of what stands at a key; None where nothing does that can be read."""

    def read(self, key: str, start: int, end: int) -> bytes:
        """The bytes [start, end) of what stands at a key, or as many as there are."""

    def lines(self, key: str) -> Iterator[str]:
        """The lines of a text, each with its end; a letter that is not UTF-8 becomes U+FFFD."""

    def put(self, key: str, lines: Iterable[str]) -> None:
        """Writes a text that is there whole, or as it was before."""

    def journal(self, key: str) -> Journal:
        """Opens a text to append to it."""

    def stage(self, name: str, splice: Splice, source: OpenSource) -> None:
        """Writes an output that is not yet to be seen; on any failure there is none.

        Raises SourceFailure, too, above all SOURCE_CHANGED where the source was written to meanwhile: header and pixel
        data would be of two files.
        """

    def place(self, name: str, key: str) -> None:
        """Moves a staged output to its key, all at once, in place of whatever stands there.

        Where that takes its time, it is under way when this returns, and done when a journal was next written to; that
        raises what went wrong.
        """

    def discard(self, name: str) -> None:
        """Removes a staged output, if it is there and can be removed."""
