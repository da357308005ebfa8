"""Draws the thumbnails of one file: what a process does when thumbnails are made. It needs the extra `preview`."""

from __future__ import annotations

from pathlib import Path

from dicom_deid.errors import Failed, NoThumbnails, Unwritten
from dicom_deid.frames import frames_of
from dicom_deid.index.images import Unshown, filename_of
from dicom_deid.native.source import FileSource
from dicom_deid.native.thumbnails import Draw, Drawn
from dicom_deid.preview.frames import LARGEST, Frames
from dicom_deid.preview.thumbnail import Thumbnails


class Drawing:
    """All that a process needs for any file: the folder of the files, that of the thumbnails, and their size."""

    def __init__(self, folder: Path, target: Path, size: int) -> None:
        self.folder, self.target, self._thumbnails = folder, target, Thumbnails(size)
        self._parts = (folder, target, size)

    def __reduce__(self) -> tuple[type[Drawing], tuple[Path, Path, int]]:
        return Drawing, self._parts

    def __call__(self, task: Draw) -> Drawn:
        drawn = Drawn([], [])
        try:
            with FileSource(self.folder / task.path) as source:
                self.draw(frames_of(source, LARGEST), task, drawn)
        except Unwritten as end:
            reason = end.reason
        except MemoryError:
            reason = "PIXELS_TOO_LARGE"
        except NoThumbnails:
            return drawn._replace(written=False)
        except Exception:  # its text may quote a value or the path
            reason = "INTERNAL_ERROR"
        else:
            return drawn
        drawn.unshown.append(Unshown(task.path, 0, reason))
        return drawn

    def draw(self, frames: Frames, task: Draw, drawn: Drawn) -> None:
        """Draws all frames of a file."""
        number = 0
        for number, picture in enumerate(frames, 1):
            if isinstance(picture, Failed):
                drawn.unshown.append(Unshown(task.path, number, picture.reason))
                continue
            if picture.warning:
                drawn.unshown.append(Unshown(task.path, number, picture.warning))
            name = filename_of(task.name, number, frames.count)
            write(self.target / name, self._thumbnails.png(picture))
            drawn.made.append((name, number))
        if number < frames.count:
            drawn.unshown.append(Unshown(task.path, 0, "PIXELS_DAMAGED"))


def write(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all. Raises NoThumbnails."""
    partial = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(exist_ok=True)
        partial.write_bytes(content)
        partial.replace(path)
    except OSError:
        raise NoThumbnails from None
