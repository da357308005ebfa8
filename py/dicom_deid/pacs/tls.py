"""TLS of both ways: the certificate of the other side is always checked."""

from __future__ import annotations

import ssl
from pathlib import Path

from dicom_deid.errors import PacsFailure
from dicom_deid.pacs.destination import Tls


def client_context(tls: Tls) -> ssl.SSLContext:
    """The settings with which a PACS is called; its name must be that of its certificate. Raises PacsFailure."""
    try:
        made = ssl.create_default_context(cafile=tls.ca)
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        if tls.certificate:
            made.load_cert_chain(tls.certificate, tls.key, no_question)
    except (OSError, ValueError):
        raise PacsFailure("PACS_TLS_FILES") from None
    return made


def server_context(certificate: Path, key: Path, client_ca: Path | None = None) -> ssl.SSLContext:
    """The settings with which others are heard; ``client_ca``: they need a certificate of this authority.

    Raises PacsFailure.
    """
    try:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        made.load_cert_chain(certificate, key, no_question)
        if client_ca:
            made.load_verify_locations(client_ca)
            made.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ValueError):
        raise PacsFailure("PACS_TLS_FILES") from None
    return made


def no_question() -> str:
    """A key that is encrypted cannot be used: OpenSSL would wait at the terminal for its passphrase."""
    return ""
