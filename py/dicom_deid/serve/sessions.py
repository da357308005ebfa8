"""Who may use the API: whoever has the secret of this start, or the passphrase of this server, gets a session."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable

from dicom_deid.serve.refusal import Refusal
from dicom_deid.share.passcode import Passcodes

SECRET_BYTES = 32
WRONG_SIGN_INS, PAUSE = 5, 30
"""After so many wrong ones in a row, each further try waits so many seconds."""
LASTS = 12 * 3600
"""Seconds after its last use at which a session ends."""
MOST_SESSIONS = 1000


class Sessions:
    """The sessions of one start. ``passphrase``: "" where the secret alone signs in. ``clock``: seconds, going up."""

    def __init__(self, passcodes: Passcodes, passphrase: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self.secret = "" if passphrase else secrets.token_urlsafe(SECRET_BYTES)
        self._passcodes, self._clock = passcodes, clock
        self._kept = self._passcodes.kept(passphrase) if passphrase else b""
        self._used = dict[bytes, float]()
        """SHA-256 of each session's token, and when it was used last."""
        self._wrong, self._until = 0, 0.0
        self._turn = threading.Lock()

    @property
    def by(self) -> str:
        """What signs in: "secret" or "passphrase"."""
        return "passphrase" if self._kept else "secret"

    def sign_in(self, given: str) -> str:
        """The token of a new session. Raises Refusal."""
        with self._turn:
            if self._clock() < self._until:
                later = {"Retry-After": str(int(self._until - self._clock()) + 1)}
                raise Refusal(429, "SIGN_IN_LATER", headers=later)
            if not self._is_right(given):
                self._wrong += 1
                if self._wrong >= WRONG_SIGN_INS:
                    self._until = self._clock() + PAUSE
                raise Refusal(401, "SIGN_IN_WRONG")
            self._wrong = 0
            token = secrets.token_urlsafe(SECRET_BYTES)
            self._used[digest(token)] = self._clock()
            self._forget_old()
            return token

    def _is_right(self, given: str) -> bool:
        if self._kept:
            return self._passcodes.fits(given, self._kept)
        return hmac.compare_digest(digest(given), digest(self.secret))

    def _forget_old(self) -> None:
        oldest = self._clock() - LASTS
        kept = sorted(self._used.items(), key=lambda session: session[1])[-MOST_SESSIONS:]
        self._used = {token: used for token, used in kept if used > oldest}

    def holds(self, token: str) -> bool:
        """Whether a token is that of a session; then it lasts on."""
        with self._turn:
            known = digest(token)
            if self._used.get(known, -LASTS) <= self._clock() - LASTS:
                return False
            self._used[known] = self._clock()
            return True

    def end(self, token: str) -> None:
        """Ends a session."""
        with self._turn:
            self._used.pop(digest(token), None)


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
