"""Passcodes and passphrases as they are kept: scrypt with a salt of their own (RFC 7914)."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading

from dicom_deid.key import grouped
from dicom_deid.normal_form import normal_form

COST, BLOCK, LANES = 2**15, 8, 1
MEMORY = 64 * 1024 * 1024
"""Bytes that scrypt may take: it needs 128 * COST * BLOCK, which is 32 MiB."""
SALT_BYTES, HASH_BYTES = 16, 32
LONGEST = 1000
"""Characters that are composed (NFC): Python takes minutes for very many accents, in which no other thread runs."""
MADE_BYTES = 5
"""Random bytes of a passcode that is made: 40 bits, of which five tries find nothing."""
MADE = re.compile(r"[A-Z2-7]{4}-?[A-Z2-7]{4}", re.IGNORECASE | re.ASCII)


class Passcodes:
    """Makes and checks them one after another, so that many guesses at once cannot fill the memory."""

    def __init__(self) -> None:
        self._turn = threading.Lock()

    def kept(self, text: str) -> bytes:
        """Salt and hash of a text."""
        salt = secrets.token_bytes(SALT_BYTES)
        return salt + self._hash(text, salt)

    def fits(self, text: str, kept: bytes) -> bool:
        """Whether a text is the one that is kept."""
        return hmac.compare_digest(self._hash(text, kept[:SALT_BYTES]), kept[SALT_BYTES:])

    def _hash(self, text: str, salt: bytes) -> bytes:
        composed = normal_form("NFC", text) if len(text) <= LONGEST else text
        secret = composed.encode("utf-8", "surrogatepass")
        with self._turn:
            return hashlib.scrypt(secret, salt=salt, n=COST, r=BLOCK, p=LANES, maxmem=MEMORY, dklen=HASH_BYTES)


def make_passcode() -> str:
    """A random passcode that can be told on the telephone: eight characters of base32."""
    return grouped(secrets.token_bytes(MADE_BYTES))


def typed(passcode: str) -> str:
    """A passcode as it is meant, however it was typed: of one that was made, case and dash do not count."""
    text = passcode.strip()
    return text.replace("-", "").upper() if MADE.fullmatch(text) else text
