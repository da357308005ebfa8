"""Asks a PACS by QIDO-RS, page by page, and no further than a limit."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, urlencode

from dicom_deid.errors import PacsFailure
from dicom_deid.pacs.answers import Row, of_json
from dicom_deid.pacs.dicomweb import Client
from dicom_deid.pacs.query import ATTRIBUTES, KEYED, UNIQUE, Keys, Level

NOUNS: dict[Level, str] = {"study": "studies", "series": "series", "instance": "instances"}
AS_THEY_ARE = "*?^-.,:;()'!$@/"
"""Characters of keys that are not encoded: Orthanc 1.10 looks for what was encoded as if it were not."""
PAGE = 1000
"""Answers that are asked for at a time."""


class Qido:
    """A PACS that is asked by DICOMweb."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def ask(self, level: Level, keys: Keys, limit: int) -> Iterator[Row]:
        """The answers, each once and no more than ``limit``. Raises PacsFailure.

        A PACS may give fewer for a page than it has, ignore the limit, or give the same page again and again: the end
        is where a page brings nothing new.
        """
        seen, offset = set[str](), 0
        while len(seen) < limit:
            page = self._page(level, keys, min(PAGE, limit - len(seen)), offset)
            before = len(seen)
            for row in page:
                uid = row[UNIQUE[level]]
                if not uid:
                    raise PacsFailure("PACS_ANSWER")
                if uid not in seen and len(seen) < limit:
                    seen.add(uid)
                    yield row
            if len(seen) == before:
                return
            offset += len(page)

    def _page(self, level: Level, keys: Keys, limit: int, offset: int) -> list[Row]:
        path, rest = address(level, keys)
        parameters = [(KEYED[keyword].number, value) for keyword, value in rest.items()]
        parameters += [("includefield", one.number) for one in ATTRIBUTES[level]]
        parameters += [("limit", str(limit)), ("offset", str(offset))]
        asked = urlencode(parameters, safe=AS_THEY_ARE, quote_via=quote)
        return [of_json(answer, ATTRIBUTES[level]) for answer in self._client.query(f"{path}?{asked}")]


def address(level: Level, keys: Keys) -> tuple[str, dict[str, str]]:
    """The path of a query below the base, and the keys that do not stand in it."""
    rest, path = dict(keys), ""
    for above, noun in NOUNS.items():
        if above == level or UNIQUE[above] not in rest:
            break
        path += f"/{noun}/{quote(rest.pop(UNIQUE[above]), safe='')}"
    return f"{path}/{NOUNS[level]}", rest
