"""Retrieves instances by WADO-RS: as they are stored, from addresses made here, each to the place that waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from dicom_deid.errors import PacsFailure
from dicom_deid.pacs.dicomweb import Client
from dicom_deid.pacs.instance import LOOK_BYTES, Instance, uid_in
from dicom_deid.pacs.multipart import boundary_of, parts
from dicom_deid.pacs.routing import Place

if TYPE_CHECKING:
    import httpx

ACCEPT = 'multipart/related; type="application/dicom"; transfer-syntax=*'
"""Without the star a PACS has to give everything in Explicit VR Little Endian, and may fail to (PS3.18 8.7.3.5.2)."""
MOST_UNASKED = 1000
"""Parts that nobody waits for; behind them an answer is read no further."""


class Wado:
    """A PACS from which instances are taken by DICOMweb."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def series(self, wanted: Sequence[Instance], place_for: Callable[[str], Place | None]) -> None:
        """Asks for a whole series. Raises PacsFailure; what has come until then has come."""
        first = wanted[0]
        self._take(f"/studies/{quoted(first.study)}/series/{quoted(first.series)}", place_for)

    def some(self, wanted: Sequence[Instance], place_for: Callable[[str], Place | None]) -> None:
        """Asks for these instances, of one series. Raises PacsFailure; what has come until then has come."""
        for one in wanted:
            self._take(address(one), place_for)

    def _take(self, path: str, place_for: Callable[[str], Place | None]) -> None:
        unasked = 0
        with self._client.retrieve(path, ACCEPT) as answer:
            for part in parts_of(answer):
                if not put(part, place_for):
                    unasked += 1
                    if unasked > MOST_UNASKED:
                        raise PacsFailure("PACS_TOO_MUCH")

    def content(self, wanted: Instance) -> Iterator[bytes]:
        """The bytes of one instance, which has to be the only part of the answer. Raises PacsFailure."""
        with self._client.retrieve(address(wanted), ACCEPT) as answer:
            for number, part in enumerate(parts_of(answer)):
                if number:
                    raise PacsFailure("PACS_ANSWER")
                yield from part

    def close(self) -> None:
        """Ends the connections."""
        self._client.close()


def parts_of(answer: httpx.Response) -> Iterator[Iterator[bytes]]:
    """The parts of an answer, as they come. Raises PacsFailure."""
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise PacsFailure("PACS_ANSWER")
    return parts(answer.iter_raw(), boundary_of(answer.headers.get("Content-Type", "")))


def put(part: Iterator[bytes], place_for: Callable[[str], Place | None]) -> bool:
    """Puts a part into its place; whether somebody waited for it."""
    head = b""
    for piece in part:
        head += piece
        if len(head) >= LOOK_BYTES:
            break
    place = place_for(uid_in(head))
    if place is None:
        for _ in part:
            pass
        return False
    place.write(head)
    try:
        for piece in part:
            place.write(piece)
    except BaseException:
        place.drop()
        raise
    place.end()
    return True


def address(wanted: Instance) -> str:
    """The path of an instance below the base, made of its UIDs alone."""
    names = (("studies", wanted.study), ("series", wanted.series), ("instances", wanted.uid))
    return "".join(f"/{noun}/{quoted(uid)}" for noun, uid in names)


def quoted(uid: str) -> str:
    return quote(uid, safe="")
