"""How easily a passphrase is guessed, by the judgement of zxcvbn; the page asks the same library."""

from __future__ import annotations

from dicom_deid.cli.text import Unusable
from dicom_deid.errors import sentence

STRONG = 4
"""The score of zxcvbn that protects from guessing offline: 10^10 guesses."""
LONGEST = 72
"""Characters that are judged: zxcvbn takes long for more."""


def refuse_weak(passphrase: str) -> None:
    """Raises Unusable for a passphrase that is easy to guess."""
    from zxcvbn import zxcvbn  # its lists of words, and pydicom, take a moment to load

    from dicom_deid.profile import table

    guessed = [word for words in table("guessed-first.json")["words"].values() for word in words]
    if zxcvbn(passphrase[:LONGEST], user_inputs=guessed)["score"] < STRONG:
        raise Unusable(f"{sentence('WEAK_PASSPHRASE')} (--weak-passphrase)")
