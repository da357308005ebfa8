"""Natively the key is derived from the passphrase by hashlib; the browser tests compare it with the page's."""

from __future__ import annotations

from dicom_deid.key import derive


def test_a_passphrase_is_normalised_before_the_key_is_derived() -> None:
    assert derive("Zo\u00eb") == derive("Zoe\u0308")
    assert derive("Zo\u00eb") != derive("Zoe")
    assert len(derive("")) == 32
