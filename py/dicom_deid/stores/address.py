"""Addresses of object stores, as s3://bucket/prefix, and whether two of them are apart."""

from __future__ import annotations

import re
from typing import NamedTuple

from dicom_deid.errors import Failed

SCHEMES = ("s3", "gs", "az")
ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://([^/]*)/?(.*)", re.DOTALL)
BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,221}")
"""S3, GCS and Azure name their buckets and containers so, each by narrower rules of its own."""
SECRET = re.compile(r"[@:]")
"""What stands in an address before a host only with a user or a password; no bucket has it in its name."""


class Address(NamedTuple):
    """A place in a store. It holds no credentials: those are in the environment of each process."""

    scheme: str
    bucket: str
    prefix: str
    """Without "/" at its ends; "" for the whole bucket."""

    def __str__(self) -> str:
        return f"{self.scheme}://{self.bucket}/{self.prefix}".rstrip("/")

    @property
    def name(self) -> str:
        """The last part of it."""
        return self.prefix.rpartition("/")[2] or self.bucket

    def key(self, path: str) -> str:
        """The key in the bucket of a path below the prefix; of "" the prefix itself."""
        return "/".join(filter(None, (self.prefix, path)))

    def path(self, key: str) -> str:
        """The path below the prefix of a key of the bucket."""
        return key[len(self.prefix) + 1 :] if self.prefix else key

    def holds(self, other: Address) -> bool:
        """Whether another address is this one or lies in it."""
        inside = not self.prefix or f"{other.prefix}/".startswith(f"{self.prefix}/")
        return self[:2] == other[:2] and inside


def is_address(text: str) -> bool:
    """Whether a text is meant as an address, and not as a path."""
    return ADDRESS.fullmatch(text) is not None


def address_of(text: str) -> Address:
    """The address in a text. Raises Failed STORE_SECRET where it holds credentials, else STORE_ADDRESS."""
    found = ADDRESS.fullmatch(text)
    scheme, bucket, prefix = found.groups() if found else ("", "", "")
    # A signed address, or a token for a container of Azure, is credentials, too: they stand behind a "?".
    if SECRET.search(bucket) or "?" in bucket + prefix:
        raise Failed("STORE_SECRET")
    prefix = prefix.removesuffix("/")
    parts = prefix.split("/") if prefix else []
    sound = all(part not in ("", ".", "..") and part.isprintable() and "#" not in part for part in parts)
    if scheme.lower() not in SCHEMES or not BUCKET.fullmatch(bucket) or not sound:
        raise Failed("STORE_ADDRESS")
    return Address(scheme.lower(), bucket, prefix)


def overlap(source: Address, target: Address) -> str:
    """The reason code for which outputs of ``source`` must not go to ``target``; "" where they may."""
    if source.holds(target):
        return "OUTPUT_INSIDE_INPUT"
    return "INPUT_INSIDE_OUTPUT" if target.holds(source) else ""
