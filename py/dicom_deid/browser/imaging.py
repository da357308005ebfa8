"""Functions for the imaging worker: panes of the page's viewer, and thumbnails. They need the extra `preview`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dicom_deid.browser.bridge import to_js
from dicom_deid.browser.viewer import LARGEST, Canvas, Viewer
from dicom_deid.errors import Failed, Unwritten
from dicom_deid.frames import frames_of
from dicom_deid.model import Fragments
from dicom_deid.preview.display import Window
from dicom_deid.preview.frames import Frames
from dicom_deid.preview.painting import Tuning
from dicom_deid.preview.thumbnail import Thumbnails
from dicom_deid.readable import HEAD_BYTES, Readable

WHOLE_BYTES = 4 * 1024 * 1024
"""A file up to this long is read at once; of a longer one no more than is asked for (worker/shared/limits.js)."""
WALKED_BYTES = 64 * 1024 * 1024
"""Up to this long the fragments of a file are walked for their end; in a longer one this would take seconds."""
THUMBNAIL = 256
"""Pixels of the longest side, as on the command line."""


class Lent(Readable):
    """A file of the page; ``read`` gives a range of it as a Uint8Array, or throws."""

    def __init__(self, size: int, read: Callable[[int, int], Any], head_bytes: int = 0) -> None:
        """``head_bytes``: read first; 0: all of a file that is not long."""
        super().__init__(size, head_bytes or (size if size <= WHOLE_BYTES else HEAD_BYTES))
        self._read = read

    def read(self, start: int, end: int) -> bytes:
        """The bytes [start, end)."""
        if start >= end:
            return b""
        try:
            data: bytes = self._read(start, end).to_bytes()
        except Exception:  # what the browser says can name the file
            raise Failed("READ_FAILED") from None
        if len(data) != end - start:
            raise Failed("SOURCE_CHANGED")
        return data

    def fragments(self, start: int) -> Fragments:
        """Of a long file they are taken to go on to its end: what is missing shows when a frame is asked for."""
        return super().fragments(start) if self.size <= WALKED_BYTES else Fragments(start, self.size, 1, complete=True)


def coded(doing: Callable[[], dict[str, Any]]) -> Any:
    """The result of a call, or {error} with a reason code, as a JavaScript value."""
    try:
        return to_js(doing())
    except Unwritten as end:
        return to_js({"error": end.reason})
    except MemoryError:
        return to_js({"error": "PIXELS_TOO_LARGE"})


class Pane:
    """Shows one instance after the other."""

    def __init__(self) -> None:
        self._canvas = Canvas()
        self._viewer: Viewer | None = None
        self.pixels = memoryview(b"")
        """Of the frame that was painted last: red, green, blue and 255 of each pixel."""

    def open(self, size: int, read: Callable[[int, int], Any]) -> Any:
        """Facts in worker/shared/protocol/imaging.js, or {error}."""
        self._viewer = None
        return coded(lambda: self._opened(Lent(size, read)))

    def _opened(self, source: Readable) -> dict[str, Any]:
        self._viewer = Viewer(source, self._canvas)
        return self._viewer.facts() | {"range": self._range(self._viewer)}

    def _range(self, viewer: Viewer) -> list[float] | None:
        try:
            ends = viewer.range(0)
        except Failed:  # it is told when that frame is painted
            return None
        return list(ends) if ends else None

    def paint(self, frame: int, tuning: Any) -> Any:
        """Facts of a painted frame, or {error}. ``tuning``: Tuning in worker/shared/protocol/imaging.js."""
        return coded(lambda: self._painted(frame, tuning_of(tuning.to_py())))

    def _painted(self, frame: int, tuning: Tuning) -> dict[str, Any]:
        viewer = self._viewer
        if viewer is None or not 0 <= frame < viewer.frames.count:
            raise Failed("PIXELS_DAMAGED")
        self.pixels = memoryview(b"")
        self.pixels = viewer.paint(frame, tuning)
        picture = viewer.picture(frame)
        rows, columns = picture.values.shape[:2]
        window = (tuning.window or viewer.shown(frame)) if picture.is_grey else None
        return {
            "rows": rows,
            "columns": columns,
            "window": {"center": window.center, "width": window.width} if window else None,
            "warning": viewer.warning(frame),
        }


def tuning_of(told: dict[str, Any]) -> Tuning:
    """A Tuning of the protocol."""
    window = told.get("window")
    chosen = Window(window["center"], window["width"], window["function"]) if window else None
    return Tuning(chosen, told["gamma"], told["invert"])


class Drawer:
    """Draws thumbnails of one instance after the other."""

    def __init__(self) -> None:
        self._thumbnails = Thumbnails(THUMBNAIL)
        self._frames: Frames | None = None

    def open(self, size: int, read: Callable[[int, int], Any]) -> Any:
        """{frames}: how many, or {error}."""
        self._frames = None
        return coded(lambda: self._opened(Lent(size, read)))

    def _opened(self, source: Readable) -> dict[str, Any]:
        self._frames = frames_of(source, LARGEST)
        return {"frames": self._frames.count}

    def draw(self, frame: int) -> Any:
        """Thumbnail in worker/shared/protocol/imaging.js, or {error}."""
        return coded(lambda: self._drawn(frame))

    def _drawn(self, frame: int) -> dict[str, Any]:
        if self._frames is None or not 0 <= frame < self._frames.count:
            raise Failed("PIXELS_DAMAGED")
        picture = self._frames[frame]
        return {"png": self._thumbnails.png(picture), "warning": picture.warning}
