"""One bucket, as the rest of this package uses it: obstore's functions with failures as codes.

Credentials and endpoints are the environment's; the library retries, with growing pauses, what a store answers with 5xx
or not at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

import obstore
from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, S3Store

from dicom_deid.stores.address import Address
from dicom_deid.stores.ahead import ahead
from dicom_deid.stores.failures import DENIED, FAILED, MISSING, StoreFailure, coded

if TYPE_CHECKING:
    from obstore import GetOptions, ObjectMeta
    from obstore.store import RetryConfig

PART = 8 * 1024 * 1024
"""Bytes that are read or sent at a time; an object that is no longer is sent in one request."""
MOST_PARTS = 9_000
"""Of a multipart upload; S3 takes 10,000. Longer parts make up for it."""
AT_ONCE = 2
"""Parts of one upload that are under way."""
PAGE = 1000
"""Objects of a listing, or keys to delete, for which one request is made."""
RETRIES: RetryConfig = {"max_retries": 10, "retry_timeout": timedelta(minutes=3)}
FEW_RETRIES: RetryConfig = {"max_retries": 3, "retry_timeout": timedelta(seconds=15)}
"""While somebody waits to hear whether the address is right."""
MARK_BYTES = 7
"""Of a mark: it fits into 63 bits, and is never negative."""


class Stand(NamedTuple):
    """A version of an object. ``etag`` is as the store told it, "" where it tells none."""

    key: str
    size: int
    mark: int
    """For this version, as `modified` of a source: another version has another one."""
    etag: str


def stand_of(meta: ObjectMeta) -> Stand:
    """The version that an answer speaks of. In a listing, Azure leaves away the quotation marks of an ETag."""
    etag = meta["e_tag"] or ""
    told = etag.strip('"') or meta["last_modified"].isoformat()
    digest = hashlib.blake2b(told.encode("utf-8", "surrogateescape"), digest_size=MARK_BYTES).digest()
    return Stand(meta["path"], meta["size"], int.from_bytes(digest, "big"), etag)


class Store:
    """The bucket of an address. Every failure is a StoreFailure."""

    def __init__(self, address: Address, retries: RetryConfig = RETRIES) -> None:
        # Options of the HTTP client are the environment's, too (…_ALLOW_HTTP): any given here unset them.
        kinds = {"s3": S3Store, "gs": GCSStore, "az": AzureStore}
        try:
            self._store = kinds[address.scheme](address.bucket, retry_config=retries)
        except (BaseError, OSError, ValueError):
            raise StoreFailure("STORE_LOGIN") from None  # what the environment says is not whole, or contradicts itself

    def beginning(self, key: str, size: int) -> tuple[bytes, Stand]:
        """The first ``size`` bytes of an object, or all of fewer, in one request."""
        try:
            with coded():
                got = obstore.get(self._store, key, options={"range": (0, size)})
                return bytes(got.bytes()), stand_of(got.meta)
        except StoreFailure as failure:
            stand = self.stand(key) if failure.kind == FAILED and not failure.code else None
            if stand is None or stand.size:
                raise
            return b"", stand  # of nothing there is no range

    def read(self, key: str, start: int, end: int, etag: str = "") -> bytes:
        """The bytes [start, end), or as many as there are; with ``etag``, of that version or none."""
        options: GetOptions = {"range": (start, end)}
        if etag:
            options["if_match"] = etag
        with coded():
            return bytes(obstore.get(self._store, key, options=options).bytes())

    def stand(self, key: str) -> Stand | None:
        """The version of an object that there is; None where there is none."""
        try:
            with coded():
                return stand_of(obstore.head(self._store, key))
        except StoreFailure as failure:
            if failure.kind == MISSING and not failure.code:
                return None
            if failure.kind == DENIED:
                self.read(key, 0, 1)  # no reason comes with the answer to HEAD
            raise

    def pieces(self, stand: Stand) -> Iterator[bytes]:
        """The bytes of a version, part by part."""
        for at in range(0, stand.size, PART):
            yield self.read(stand.key, at, min(at + PART, stand.size), stand.etag)

    def put(self, key: str, data: bytes, *, new: bool = False) -> None:
        """Writes an object whole. With ``new``, StoreFailure of kind EXISTS where there is one."""
        with coded():
            obstore.put(self._store, key, data, mode="create" if new else "overwrite", use_multipart=False)

    def upload(self, key: str, pieces: Iterable[bytes], size: int = 0) -> None:
        """Writes an object of pieces; it is there when it is whole, or there is none.

        ``size``: its bytes, where they are known: a very long object is sent in longer parts.
        """
        rest, first, length = iter(pieces), list[bytes](), 0
        while length <= PART and (piece := next(rest, None)) is not None:
            first.append(piece)
            length += len(piece)
        if length <= PART:
            self.put(key, b"".join(first))
            return
        part = max(PART, -(-size // MOST_PARTS))
        with coded():
            sent = ahead(chain(first, rest))
            obstore.put(self._store, key, sent, use_multipart=True, chunk_size=part, max_concurrency=AT_ONCE)

    def copy(self, key: str, to: str) -> None:
        """Copies an object within the store, which takes it for S3 up to 5 GiB."""
        with coded():
            obstore.copy(self._store, key, to)

    def delete(self, keys: Iterable[str]) -> None:
        """Deletes objects; those that are not there are none too many."""
        left = iter(keys)
        while some := list(islice(left, PAGE)):
            with coded():
                obstore.delete(self._store, some)

    def list(self, prefix: str) -> Iterator[Stand]:
        """The objects below a prefix, in the order of the store, page by page."""
        pages = iter(obstore.list(self._store, prefix or None, chunk_size=PAGE))
        while True:
            with coded():
                page = next(pages, None)
            if page is None:
                return
            yield from map(stand_of, page)

    def first_parts(self, prefix: str) -> set[str]:
        """What stands directly below a prefix: objects, and first parts of longer keys."""
        with coded():
            found = obstore.list_with_delimiter(self._store, prefix or None)
        keys = [*found["common_prefixes"], *(meta["path"] for meta in found["objects"])]
        return {key.rpartition("/")[2] for key in keys}
