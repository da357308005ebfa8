"""The words that commands share: refusals, and texts and sizes as a terminal may show them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import NoReturn

from dicom_deid.errors import reasons

UNSOUND, USAGE = 1, 2
"""Exit codes: something was withheld, failed or stopped; the command was not meant so."""
AGREE = "With --run-code you agree beforehand."
SALT_NOTE = (
    "Keep it with the passphrase, and apart from the results: the same pseudonyms need both. "
    "Results of version 0.2 and before have no salt; --pseudonyms 1 goes on with theirs."
)
PASSPHRASE_NOTE = (
    "Keep it in a safe place: only with it do later files of the same patients get the same new identifiers, "
    "and only with it can this run be resumed."
)


class Unusable(Exception):
    """A command that cannot be followed. Its text is for the user, and repeats only what the user has typed."""


def usage(text: str) -> NoReturn:
    """Says why the command cannot be followed, and ends it with exit code 2."""
    print(f"dicom-deid: {text}", file=sys.stderr)
    sys.exit(USAGE)


def remedy(code: str, sop_classes: Iterable[str] = ()) -> str:
    """What to do about a reason, by the options of the command line. ``sop_classes``: UIDs that it withholds."""
    reason = reasons()[code]
    if "command" not in reason:
        return reason["remedy"]
    return reason["command"].format(uid=",".join(sorted(filter(None, sop_classes))) or "UID")


def in_full(code: str) -> str:
    """Sentence and remedy of a reason code, by the options of the command line."""
    return f"{reasons()[code]['sentence']} {remedy(code)}"


def printable(path: str) -> str:
    """A path that cannot command the terminal, whatever bytes are in it."""
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in path)


def in_words(size: int) -> str:
    """A number of bytes in the unit that suits it."""
    power = min(4, (len(str(size)) - 1) // 3)
    return f"{size / 1000**power:.{1 if power else 0}f} {('bytes', 'kB', 'MB', 'GB', 'TB')[power]}"
