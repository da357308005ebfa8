"""The project key, and every pseudonym that is derived from it.

Every value is HMAC-SHA256(key, "dicom-deid:" + domain + NUL + original), so that workers, processes and machines agree
without talking, and nobody without the key can try out identifiers.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets

from dicom_deid.dicom.bounded import Remembered
from dicom_deid.normal_form import normal_form

SALT = b"dicom-deid/project-key/v1"
"""The salt of a passphrase without one of its own: the same for everybody, as until 0.2."""
OWN_SALT = b"dicom-deid/project-key/v2/"
"""What goes before the salt of a project."""
SALT_LETTERS = 24
"""Letters of base32 in a salt: 120 bits."""
SALTED = re.compile(rf"\s*\bsalt:\s*((?:[A-Z2-7]{{4}}-){{{SALT_LETTERS // 4 - 1}}}[A-Z2-7]{{4}})\s*\Z", re.IGNORECASE)
"""The salt behind a passphrase, in the same line or the next one."""
DAMAGED_SALT = re.compile(r"\bsalt:\s*[A-Z0-9]*(?:-[A-Z0-9]*)+\s*\Z", re.IGNORECASE)
"""A salt of which something is missing, or wrong."""
MADE = re.compile(r"(?:[A-Z2-7]{4}-){7}[A-Z2-7]{4}")
"""A passphrase that was made. Its 160 random bits cannot be guessed, so it needs no salt."""
ITERATIONS = 600_000
"""Rounds of PBKDF2-HMAC-SHA256, as OWASP advises since 2023."""
KEY_BYTES = 32
BY_ID, NEWEST = 1, 2
"""Versions of the pseudonyms: those until 0.2, by the Patient ID alone; those by ID and issuer (patient.py)."""
MAX_WEEKS = 520
"""Dates are shifted by at most this many weeks: ten years."""


def derive(passphrase: str) -> bytes:
    """The 32-byte project key of a passphrase, with the salt behind it or without one.

    Native only: Pyodide has no pbkdf2, there the page derives it.
    """
    text, salt = parted(passphrase)
    secret = normal_form("NFC", text).encode()
    return hashlib.pbkdf2_hmac("sha256", secret, OWN_SALT + salt.encode() if salt else SALT, ITERATIONS, KEY_BYTES)


def parted(text: str) -> tuple[str, str]:
    """A passphrase and its salt, "" where none stands behind it."""
    found = SALTED.search(text)
    return (text[: found.start()], found[1].upper()) if found else (text, "")


def needs_salt(passphrase: str) -> bool:
    """Whether a passphrase is one that somebody thought of, which others may think of, too."""
    return MADE.fullmatch(passphrase) is None


def salted(passphrase: str, salt: str) -> str:
    """A passphrase with its salt behind it, as it is kept and can be given."""
    return f"{passphrase} salt:{salt}"


def make_passphrase() -> str:
    """160 random bits as base32, in groups of four."""
    return grouped(secrets.token_bytes(20))


def make_salt() -> str:
    """120 random bits as base32, in groups of four: a project makes them once."""
    return grouped(secrets.token_bytes(SALT_LETTERS * 5 // 8))


def make_zip_passphrase() -> str:
    """120 random bits as base32: the keys of an encrypted ZIP are derived with few rounds, so it has to be long."""
    return grouped(secrets.token_bytes(15))


def grouped(data: bytes) -> str:
    """Bytes as base32, in groups of four."""
    text = base64.b32encode(data).decode()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def make_key() -> bytes:
    """A random project key, for a look that leaves nothing behind."""
    return secrets.token_bytes(KEY_BYTES)


class Key:
    """The project key. One object serves a whole run; it keeps no original value but a bounded memory of UIDs."""

    MEMORY = 4 * 1024 * 1024
    """Bytes of UIDs remembered, so that the UIDs of one series are worked out once."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("a project key has 32 bytes")
        self._secret = key
        self._keyed = hmac.new(key, b"dicom-deid:", hashlib.sha256)
        self._uids: Remembered[str, str] = Remembered(self.MEMORY)
        self._patient, self._pseudonym = "", ("", 0)

    @classmethod
    def from_passphrase(cls, passphrase: str) -> Key:
        """The key of a passphrase, in any Unicode form, with its salt behind it or without. ValueError: it is empty."""
        if not parted(passphrase)[0]:
            raise ValueError("the passphrase is empty")
        return cls(derive(passphrase))

    @classmethod
    def random(cls) -> Key:
        """A key that nobody can make again."""
        return cls(make_key())

    @property
    def secret(self) -> bytes:
        """The 32 bytes themselves, for a process that works under the same key. Whoever has them has the pseudonyms."""
        return self._secret

    def digest(self, domain: str, value: str) -> bytes:
        """The 32 bytes that stand for ``value`` in ``domain``."""
        keyed = self._keyed.copy()
        keyed.update(domain.encode() + b"\0" + value.encode("utf-8", "surrogateescape"))
        return keyed.digest()

    def uid(self, original: str) -> str:
        """The new UID of an original one: ``2.25.`` and a version 8 UUID as an integer (PS3.5 B.2, RFC 9562)."""
        found = self._uids.get(original)
        if found is None:
            number = int.from_bytes(self.digest("uid", original)[:16], "big")
            number = number & ~(0xF << 76) | (8 << 76)
            number = number & ~(0x3 << 62) | (2 << 62)
            found = f"2.25.{number}"
            self._uids.add(original, found, len(original))
        return found

    def pseudonym(self, patient: str) -> tuple[str, int]:
        """New Patient ID and weeks of a patient; those of the last one are remembered: files come study by study."""
        if patient != self._patient or not self._pseudonym[1]:
            self._patient, self._pseudonym = patient, (self.patient(patient), self.weeks(patient))
        return self._pseudonym

    def patient(self, original: str) -> str:
        """The new Patient ID: sixteen characters of base32, 80 bits."""
        return base64.b32encode(self.digest("patient", original)[:10]).decode()

    def weeks(self, patient: str) -> int:
        """By how many weeks the dates of a patient go back: 1 to 520, never zero."""
        return 1 + int.from_bytes(self.digest("dates", patient)[:8], "big") % MAX_WEEKS

    def is_held_out(self, patient: str, fraction: float) -> bool:
        """Whether a patient, by the new Patient ID, is of the part that is held out; a larger part has the smaller."""
        return int.from_bytes(self.digest("hold-out", patient)[:8], "big") < fraction * 2**64

    def source(self, path: str) -> str:
        """The source id of a path below the chosen folder: twenty hexadecimal digits."""
        return self.digest("source", path)[:10].hex()

    def check(self) -> str:
        """A value by which a run knows its key again; it does not give the key away."""
        return self.digest("check", "")[:8].hex()
