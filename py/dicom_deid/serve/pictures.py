"""Pictures of series, drawn in a process of their own: a damaged file can end that one, and not the server."""

from __future__ import annotations

import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures import TimeoutError as Late
from concurrent.futures.process import BrokenProcessPool
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path

from dicom_deid.errors import Failed, Unwritten
from dicom_deid.executors.processes import nameless_main
from dicom_deid.share.below import open_below

PATIENCE = 60.0
"""Seconds after which a process that has drawn nothing is ended."""
LARGEST = 256 * 1024 * 1024
"""Bytes of a decoded frame."""
EXTRA = ("numpy", "imagecodecs", "PIL")


class Pictures:
    """Draws one picture after another."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None

    @staticmethod
    def are_there() -> bool:
        """Whether the extra `preview` is installed."""
        return all(find_spec(name) for name in EXTRA)

    def png(self, root: Path, path: str, frame: int, size: int, stamp: tuple[int, int] | None = None) -> bytes:
        """A frame, from 1, of a file below ``root``, as a PNG of that longest side. Raises Failed.

        ``stamp``: bytes of the file, and when it was modified in ns; where they differ, it is not shown.
        """
        if not self.are_there():
            raise Failed("PREVIEW_MISSING")
        with self._turn:
            if self._pool is None:
                # A process that was forked of one with threads could hang.
                self._pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
            pool = self._pool
            with nameless_main():
                asked = pool.submit(drawn, root, path, frame, size, stamp)
        try:
            answer = asked.result(PATIENCE)
        except (Late, BrokenProcessPool):
            self._end(pool)
            raise Failed("DECODER_LOST") from None
        if isinstance(answer, str):
            raise Failed(answer)
        return answer

    def _end(self, pool: ProcessPoolExecutor) -> None:
        """Ends a process that hangs or is gone; the next picture gets another."""
        with self._turn:
            if self._pool is pool:
                self._pool = None
        for process in list((pool._processes or {}).values()):
            process.kill()
        pool.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """Ends the process."""
        if self._pool is not None:
            self._end(self._pool)


def drawn(root: Path, path: str, frame: int, size: int, stamp: tuple[int, int] | None) -> bytes | str:
    """The PNG of a frame, or the reason code for there being none."""
    from dicom_deid.frames import frames_of  # the server itself needs no codec
    from dicom_deid.preview.thumbnail import Thumbnails

    try:
        with open_below(root, path) as source:
            if stamp not in (None, (source.size, source.modified)):
                return "SOURCE_CHANGED"
            return Thumbnails(size).png(frames_of(source, LARGEST)[frame - 1])
    except Unwritten as end:
        return end.reason
    except MemoryError:
        return "PIXELS_TOO_LARGE"
    except Exception:  # its text may quote a value or the path
        return "INTERNAL_ERROR"
