"""What a store answers, as a code: the texts of its answers name keys, and so perhaps people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    InvalidPathError,
    NotSupportedError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)

from dicom_deid.errors import DeidError

MISSING, CHANGED, EXISTS, DENIED, UNSUPPORTED, FAILED = range(6)
"""What may be wrong with one object: it is not there, of another version, there already, not this account's to use; the
store cannot do this at all; something else."""
LOGIN = frozenset((
    "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefreshRequired",
    "InvalidClientTokenId", "InvalidSecurity", "RequestTimeTooSkewed", "AuthenticationFailed", "AuthenticationRequired",
    "InvalidAuthenticationInfo", "NoAuthenticationInformation",
))  # fmt: skip
NO_BUCKET = frozenset(("NoSuchBucket", "InvalidBucketName", "ContainerNotFound", "ContainerBeingDeleted"))
ARCHIVED = frozenset(("InvalidObjectState", "BlobArchived"))
"""Codes of S3, GCS and Azure (their API references, error codes)."""
CODE, STATUS = re.compile(r"<Code>(\w+)</Code>"), re.compile(r"status code: (\d{3})")
ASKED_MACHINE = re.compile(r"Error performing [A-Z]+ http://(?:169\.254\.|metadata\.)|token request")
"""Where no credentials are in the environment, the library asks the virtual machine that it may run on."""
OF_CLASS: dict[type[Exception], int] = {
    FileNotFoundError: MISSING, PreconditionError: CHANGED, AlreadyExistsError: EXISTS, PermissionDeniedError: DENIED,
    NotSupportedError: UNSUPPORTED,
}  # fmt: skip
OF_STATUS = {"403": DENIED, "404": MISSING, "412": CHANGED, "501": UNSUPPORTED}
BUSY = frozenset(("429", "500", "502", "503", "504"))


class StoreFailure(DeidError):
    """A store did not do what it was asked.

    ``code``: a reason that the next request would meet as well; "" where ``kind`` says what is wrong with one object.
    """

    def __init__(self, code: str, kind: int = FAILED) -> None:
        super().__init__(code or "object")
        self.code, self.kind = code, kind


@contextmanager
def coded() -> Iterator[None]:
    """Makes a StoreFailure of whatever the library raises."""
    try:
        yield
    except (BaseError, OSError, ValueError) as error:
        raise failure_of(error) from None


def failure_of(error: Exception) -> StoreFailure:
    """The failure that an error of the library is. Retries and waiting lie behind it."""
    text = str(error).partition("Debug source")[0]
    code = CODE.search(text)
    said = code[1] if code else ""
    if said in NO_BUCKET:
        return StoreFailure("STORE_BUCKET")
    if said in LOGIN or isinstance(error, UnauthenticatedError) or ASKED_MACHINE.search(text):
        return StoreFailure("STORE_LOGIN")
    if isinstance(error, InvalidPathError):
        return StoreFailure("STORE_KEYS")
    if said in ARCHIVED:
        return StoreFailure("")
    for kinds, kind in OF_CLASS.items():
        if isinstance(error, kinds):
            return StoreFailure("", kind)
    status = STATUS.search(text)
    if status is None:
        return StoreFailure("STORE_UNREACHABLE")
    return StoreFailure("STORE_BUSY") if status[1] in BUSY else StoreFailure("", OF_STATUS.get(status[1], FAILED))
