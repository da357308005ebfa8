"""The list of the pictures that a search looked at: which file each id of its regions file is. It may name people."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Self, TextIO

import typer

from dicom_deid.cli.text import Unusable
from dicom_deid.cli.unwritten import NOT_FOR_OTHERS, check_place
from dicom_deid.report import cell_text
from dicom_deid.wording import counted

if TYPE_CHECKING:
    from dicom_deid.pixels.sighting import Sighting

HEAD = ("group", "source_id", "path", "frames", "boxes", "own_boxes", "words_of_the_header", "not_read")

PicturesList = Annotated[
    Path | None,
    typer.Option(
        "--csv",
        metavar="LIST",
        help="Write which file each id in FILE is, with its group, apart from INPUT, for you alone.",
    ),
]


class Pictures:
    """Writes a line for each instance, as it is seen; in a ``with``, before which the place is checked."""

    def __init__(self, place: Path, apart_from: tuple[Path, ...]) -> None:
        """Raises Unusable where the list would lie in a wrong place, or cannot be made."""
        check_place(place, apart_from)
        self._place, self._count = place, 0
        try:
            place.touch(mode=0o600, exist_ok=False)
            self._file: TextIO = place.open("w", encoding="utf-8", errors="backslashreplace", newline="")
        except OSError as error:
            raise Unusable(f"The list cannot be written ({error.strerror}): {place}") from None
        self._line(HEAD)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()
        if kind is not None:  # half a list would be taken for all
            self._place.unlink(missing_ok=True)
        else:
            print(f"{counted(self._count, 'picture')}: {self._place}\n{NOT_FOR_OTHERS}")

    def __call__(self, path: str, seen: Sighting) -> None:
        """Takes the next instance."""
        self._count += 1
        words = "yes" if seen.alarm else ""
        self._line((seen.group, seen.source_id, path, seen.frames, len(seen.boxes), len(seen.own), words, seen.unread))

    def _line(self, cells: tuple[str | int, ...]) -> None:
        try:
            self._file.write(",".join(map(cell_text, cells)) + "\n")
        except OSError as error:
            raise Unusable(f"The list cannot be written ({error.strerror}): {self._place}") from None
