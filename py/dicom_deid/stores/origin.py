"""A prefix of a bucket, or one object, as the origin of a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dicom_deid.errors import SourceFailure
from dicom_deid.source_and_sink import Candidate
from dicom_deid.stores.address import Address
from dicom_deid.stores.failures import DENIED, StoreFailure
from dicom_deid.stores.source import ObjectSource
from dicom_deid.stores.store import RETRIES, Store

if TYPE_CHECKING:
    from obstore.store import RetryConfig


class StoreOrigin:
    """The objects below an address; where an object has that very key, that one.

    The paths of objects are what stands behind the address, as those of files behind their folder: with the same names
    below, both have the same ids in an audit.
    """

    def __init__(self, address: Address, retries: RetryConfig = RETRIES) -> None:
        self.address, self.left_alone = address, 0
        self._opened: Store | None = None
        self._retries = retries

    def __reduce__(self) -> tuple[type[StoreOrigin], tuple[Address]]:
        return StoreOrigin, (self.address,)

    @property
    def store(self) -> Store:
        """The bucket; each process opens it for itself, with the credentials of its environment."""
        if self._opened is None:
            self._opened = Store(self.address, self._retries)
        return self._opened

    def list(self) -> Iterator[Candidate]:
        """The objects in the order of the store, which for S3, GCS and Azure is that of the bytes of their keys."""
        self.left_alone = 0
        try:
            yield from self.found()
        except StoreFailure as failure:
            raise SourceFailure(code_of(failure)) from None

    def found(self) -> Iterator[Candidate]:
        """The same. Raises StoreFailure."""
        if self.address.prefix and (alone := self.store.stand(self.address.prefix)):
            yield Candidate(self.address.name, "", alone.size, alone.mark)
        for stand in self.store.list(self.address.prefix):
            if not stand.size and self.store.stand(stand.key) is None:
                self.left_alone += 1  # what consoles make to show a folder: its key ends with "/"
                continue
            yield Candidate(self.address.path(stand.key), "", stand.size, stand.mark)

    def open(self, path: str) -> ObjectSource:
        """A listed object. Raises SourceFailure."""
        try:
            return ObjectSource(self.store, self.address.key(path))
        except SourceFailure as failure:
            # The one object of an address that names it. Few addresses do, so the others are not asked about that.
            if failure.reason != "FILE_GONE" or path != self.address.name:
                raise
        return ObjectSource(self.store, self.address.prefix)

    def sop_instance(self, _: str) -> str:
        return ""

    def is_lost(self) -> bool:
        """False: that the whole store is lost is said by the code of each failure."""
        return False


def code_of(failure: StoreFailure) -> str:
    """The reason for which nothing can be listed."""
    return failure.code or ("STORE_DENIED" if failure.kind == DENIED else "SOURCE_LOST")
