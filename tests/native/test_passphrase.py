"""Natively the key is derived from the passphrase by hashlib; the browser tests compare it with the page's."""

from __future__ import annotations

import hashlib

from dicom_deid.key import derive, make_salt, parted, salted


def test_a_passphrase_is_normalised_before_the_key_is_derived() -> None:
    assert derive("Zo\u00eb") == derive("Zoe\u0308")
    assert derive("Zo\u00eb") != derive("Zoe")
    assert len(derive("")) == 32


def test_a_salt_behind_the_passphrase_gives_another_key_in_whatever_form_it_stands() -> None:
    salt = "QF3K-7XN2-ABCD-EFGH-IJKL-MNOP"
    forms = [salted("grey herons", salt), f"grey herons\nsalt: {salt}\n", f"grey herons salt:{salt.lower()}"]
    assert [parted(form) for form in forms] == [("grey herons", salt)] * 3
    assert len({derive(form) for form in forms}) == 1
    others = {derive("grey herons"), derive(salted("grey herons", make_salt())), derive(salted("grey heron", salt))}
    assert len(others | {derive(forms[0])}) == 4


def test_the_key_of_a_passphrase_without_a_salt_is_that_of_version_0_2() -> None:
    secret = b"seven grey herons by the weir"
    assert derive(secret.decode()) == hashlib.pbkdf2_hmac("sha256", secret, b"dicom-deid/project-key/v1", 600_000)
