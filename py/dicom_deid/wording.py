"""Counts in words, for logs, errors and the command line."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "", *, grouped: bool = False) -> str:
    """A number of things: "1 file", "2 files", "0 boxes"; ``many`` where it is not ``one`` with an s.

    ``grouped``: thousands are set off, "1,000 files".
    """
    return f"{number:{',' if grouped else ''}} {one if number == 1 else many or one + 's'}"
