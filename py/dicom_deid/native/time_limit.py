"""An end to what takes too long in this process, where the system has an alarm clock and this is the main thread."""

from __future__ import annotations

import signal
import threading
from types import FrameType

from dicom_deid.errors import TooLong

SECONDS = 10.0
"""How long a rule in Python may take over one element."""


class TimeLimit:
    """A context that is left by TooLong when it lasts longer than ``seconds``; it can be entered again and again."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._set = False

    def __enter__(self) -> None:
        self._set = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
        if self._set:
            if signal.getsignal(signal.SIGALRM) is not ring:
                signal.signal(signal.SIGALRM, ring)
            # Again and again, for code that catches everything.
            signal.setitimer(signal.ITIMER_REAL, self.seconds, self.seconds)

    def __exit__(self, *error: object) -> None:
        if self._set:
            signal.setitimer(signal.ITIMER_REAL, 0)


def ring(_number: int, _frame: FrameType | None) -> None:
    """Handler of the alarm: ends the code that is running."""
    raise TooLong("it took too long")
