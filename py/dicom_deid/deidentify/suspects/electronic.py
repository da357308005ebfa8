"""Electronic mail, the web, addresses in networks, and UIDs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dicom_deid.deidentify.suspects.languages import BEGIN
from dicom_deid.deidentify.suspects.measures import names_version
from dicom_deid.deidentify.suspects.reading import Reading, Span

REACHED = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}|(?:(?:https?|s?ftp)://|www\.)\S+")
SOURCE_CODE = re.compile(r"git@|https?://(?:www\.)?(?:github|gitlab|bitbucket|sourceforge|codeberg)\.")
NETWORK = re.compile(
    r"(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w.])"
    rf"|{BEGIN}(?:[0-9a-f]{{2}}[:-]){{5}}[0-9a-f]{{2}}(?![\w:-])"
)
FIRST = re.compile(r"[1-9]\d{1,2}\.|[0-9a-f]{2}[:-]")
"""How an address in a label begins: 1.2.3.4 is rather the number of a protocol."""
UIDS = re.compile(rf"{BEGIN}(?!1\.2\.840\.10008\.)[0-2](?:\.(?:0|[1-9]\d{{0,38}})){{6,30}}(?![^\W_])")


def reached(reading: Reading) -> Iterator[Span]:
    """Electronic mail and the web."""
    if "@" in reading.plain or "." in reading.plain:
        for hit in REACHED.finditer(reading.plain):
            if not (reading.sought.maker and SOURCE_CODE.match(hit[0])):
                yield hit.span()


def networks(reading: Reading) -> Iterator[Span]:
    """Addresses in networks; in a label, or behind a word that says so, they may be a version."""
    for hit in NETWORK.finditer(reading.plain):
        if not names_version(reading, hit.start()):
            yield hit.span()


def networks_lightly(reading: Reading) -> Iterator[Span]:
    """Addresses in networks within a label: those of private networks, and others that no numbering begins like."""
    if not reading.sought.maker:
        yield from (place for place in networks(reading) if FIRST.match(reading.plain, place[0]))


def uids(reading: Reading) -> Iterator[Span]:
    """UIDs that PS3.6 does not register."""
    return (hit.span() for hit in UIDS.finditer(reading.plain))
