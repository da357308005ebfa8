"""The order in which audit.csv and output.log end, natively: that of the source ids, which the key gives.

Many lines are dealt out to temporary files first, so that the memory of it does not grow with them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from operator import itemgetter
from tempfile import TemporaryFile
from typing import Any

from dicom_deid.errors import SinkFailure
from dicom_deid.report import csv_head, log_line

OWNED = re.compile(r"\S+Z (?:(?:written|withheld|skipped|failed) [A-Z0-9_]+ )?(?P<owner>[0-9a-f]{20})(?: .*)?\n")
"""A line of output.log about one file."""
AT_ONCE = 16 * 1024 * 1024
"""Characters of lines that are put in order in memory."""
MOST_PARTS = 128
"""Temporary files into which more than that is dealt out; of still more, the parts are larger."""


def in_order(lines: Callable[[], Iterable[str]], size: int, owner: Callable[[str], str | None]) -> Iterator[str]:
    """Those of ``lines()``, about ``size`` characters, that belong to files: by source id, each file's as they came.

    Raises SinkFailure LIST_FULL where the folder for temporary files has no room for many of them.
    """
    count = min(size // AT_ONCE + 1, MOST_PARTS)
    owned = ((source_id, line) for line in lines() if (source_id := owner(line)) is not None)
    if count == 1:
        yield from (line for _, line in sorted(owned, key=itemgetter(0)))
        return
    with ExitStack() as files:
        try:
            text: dict[str, Any] = {"mode": "w+", "encoding": "utf-8", "newline": "\n"}
            parts = [files.enter_context(TemporaryFile(**text)) for _ in range(count)]
            for source_id, line in owned:
                parts[int(source_id[:4], 16) * count >> 16].write(line)
            for part in parts:
                part.seek(0)
                yield from sorted(part, key=lambda line: owner(line) or "")
                part.close()
        except OSError:
            raise SinkFailure("LIST_FULL") from None


def row_owner(line: str) -> str | None:
    """The source id of a row of audit.csv."""
    return line[:20] if re.match("[0-9a-f]{20},", line) else None


def line_owner(line: str) -> str | None:
    """The source id of a line of output.log that is about one file."""
    found = OWNED.fullmatch(line)
    return found["owner"] if found else None


def ordered_audit(lines: Callable[[], Iterable[str]], size: int) -> Iterator[str]:
    """An audit.csv with its rows by source id."""
    yield csv_head()
    yield from in_order(lines, size, row_owner)


def ordered_log(lines: Callable[[], Iterable[str]], size: int, last: Iterable[str]) -> Iterator[str]:
    """An output.log: what is about the run as it came, then what is about files, by source id and with one time."""
    yield from (line for line in lines() if line_owner(line) is None)
    time = log_line("").split(" ")[0]
    for line in in_order(lines, size, line_owner):
        yield f"{time} {line.split(' ', 1)[1]}"
    yield from map(log_line, last)
