"""User and password of a destination: from the environment, else from the keyring; never from a file of ours."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dicom_deid.pacs.destination import Destination

SERVICE = "dicom-deid:"
"""Before the destination's name, the name of its entry in the keyring: `keyring set dicom-deid:NAME USER`."""


def credentials(of: Destination) -> tuple[str, str] | None:
    """User and password; None where none are given: then none are sent."""
    user, password = os.environ.get(of.user_variable), os.environ.get(of.password_variable)
    if user and password is not None:
        return user, password
    return in_keyring(of.name, user)


@cache
def in_keyring(name: str, user: str | None) -> tuple[str, str] | None:
    """What the keyring of the system has for a destination; None also where there is no keyring, or it stays locked."""
    import keyring  # an extra, and slow to load
    from keyring.errors import KeyringError

    try:
        found = keyring.get_credential(SERVICE + name, user or None)
    except (KeyringError, OSError, RuntimeError):
        return None
    return (found.username, found.password) if found else None
