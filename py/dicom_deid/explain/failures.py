"""Traceback of a rule in Python that failed, for the one who writes it. It may quote values: shown, never stored."""

from __future__ import annotations

import linecache
import traceback

from dicom_deid.errors import RuleFailed, Wrong, WrongAnswer

LONGEST = 20_000
"""Characters of a traceback that are shown: its end, where the error stands."""


def traceback_of(failure: RuleFailed | None) -> str:
    """The rule that failed, the element, and the traceback; of the frames only those of the rule and what it called."""
    if failure is None:
        return ""
    error, head = failure.error, f"{failure.label}, asked about {failure.path}:\n"
    if isinstance(error, WrongAnswer | Wrong):
        return head + str(error)
    frames = error.__traceback__.tb_next if error.__traceback__ else None
    code, file = failure.code, failure.file
    # Only now, and from the rule that failed: two plans in one process have different rules of the same number.
    linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
    try:
        return head + "".join(traceback.format_exception(type(error), error, frames))[-LONGEST:]
    finally:
        del linecache.cache[file]
