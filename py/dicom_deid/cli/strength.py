"""How easily a passphrase is guessed, by the judgement of zxcvbn; the page asks the same library."""

from __future__ import annotations

import json
from importlib import resources

from dicom_deid.cli.text import Unusable
from dicom_deid.errors import sentence

STRONG = 4
"""The score of zxcvbn that protects from guessing offline: 10^10 guesses."""
LONGEST = 72
"""Characters that are judged: zxcvbn takes long for more."""


def refuse_weak(passphrase: str) -> None:
    """Raises Unusable for a passphrase that is easy to guess."""
    from zxcvbn import zxcvbn  # its lists of words take a moment to load

    # Read here, as profile.py would load pydicom, and the key is derived while that loads.
    text = resources.files("dicom_deid.tables").joinpath("guessed-first.json").read_text(encoding="utf-8")
    guessed = [word for words in json.loads(text)["words"].values() for word in words]
    if zxcvbn(passphrase[:LONGEST], user_inputs=guessed)["score"] < STRONG:
        raise Unusable(f"{sentence('WEAK_PASSPHRASE')} (--weak-passphrase)")
