"""Stage verify: the bytes about to be written, read by pydicom, must hold no original identifier and be what they say.

Nothing here is shared with the code that made them but the words that are looked for: pydicom reads the new header
from its bytes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from io import BytesIO

from pydicom import Dataset, dcmread
from pydicom.dataelem import DataElement
from pydicom.multival import MultiValue

from dicom_deid.errors import Withheld
from dicom_deid.profile import words

NUMERIC = frozenset(("AS", "DA", "DS", "DT", "IS", "TM", "UI"))
"""VRs whose values are numbers and dates, not words."""
OURS = frozenset((0x00120062, 0x00120063, 0x00120064, 0x00280303))


@lru_cache(512)
def but_terms(identifiers: frozenset[str]) -> frozenset[str]:
    """The identifiers that are no terms of code strings (tables/judged.json)."""
    return identifiers - {term.lower() for term in words("terms")}


@lru_cache(512)
def finder(identifiers: frozenset[str]) -> re.Pattern[str]:
    """Finds any identifier as a word of its own in folded text; of none, nothing."""
    if not identifiers:
        return re.compile(r"(?!)")
    words = (rf"(?<![a-z0-9]){re.escape(w)}(?![a-z0-9])" if w.isascii() else re.escape(w) for w in sorted(identifiers))
    return re.compile("|".join(words))


def folded(text: str) -> str:
    """Lower case, without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def verify(
    header: bytes, identifiers: frozenset[str], uids: Iterable[str], transfer_syntax: str, retained: frozenset[int]
) -> None:
    """Raises Withheld when a finding forbids writing an output with this ``header`` (preamble to pixel data).

    ``uids`` are original UIDs that were replaced; the attributes in ``retained`` may keep what they hold.
    """
    try:
        dataset = dcmread(BytesIO(header))
        flat = list(walk(dataset))
    except Exception:
        # Whatever pydicom raises, its text may quote a value; only the code goes on.
        raise Withheld("OUTPUT_UNSOUND") from None
    if dataset.file_meta.TransferSyntaxUID != transfer_syntax or header[:128] != bytes(128):
        raise Withheld("OUTPUT_UNSOUND")
    if dataset.get("PatientIdentityRemoved") != "YES" or not dataset.get("DeidentificationMethodCodeSequence"):
        raise Withheld("OUTPUT_UNSOUND")
    if any(element.tag.is_private for element in flat):
        raise Withheld("OUTPUT_UNSOUND")
    if any(uid_left(uid.encode("latin-1"), header) for uid in uids):
        raise Withheld("IDENTIFIER_LEFT")
    search(flat, header, identifiers, retained)


def uid_left(uid: bytes, header: bytes) -> bool:
    """Whether a UID stands in the header, and not as a part of a longer one. One of a few digits is no identifier."""
    return (
        len(uid) > 8 and uid in header and re.search(rb"(?<![0-9.])%b(?![0-9.])" % re.escape(uid), header) is not None
    )


def walk(dataset: Dataset) -> Iterable[DataElement]:
    """Every element that is no sequence, at every depth."""
    for element in dataset:
        if element.VR == "SQ":
            for item in element.value or ():
                yield from walk(item)
        else:
            yield element


def search(flat: list[DataElement], header: bytes, identifiers: frozenset[str], retained: frozenset[int]) -> None:
    """Raises Withheld when an identifier is left in a text, or in the bytes of a value that is not text."""
    if not identifiers or not may_hold(header, identifiers):
        return
    in_text, in_codes = finder(identifiers), finder(but_terms(identifiers))
    for element in flat:
        if element.tag in OURS or element.tag in retained or element.VR in NUMERIC:
            continue
        value = element.value
        text = value.decode("latin-1") if isinstance(value, bytes) else plain(value)
        if (in_codes if element.VR == "CS" else in_text).search(folded(text)):
            raise Withheld("IDENTIFIER_LEFT")


def may_hold(header: bytes, identifiers: frozenset[str]) -> bool:
    """Whether a search of each value is worth while: plain ASCII identifiers are looked for in all bytes at once."""
    if not all(identifier.isascii() for identifier in identifiers) or not header[132:].isascii():
        return True
    lower = header.lower()
    return any(identifier.encode() in lower for identifier in identifiers)


def plain(value: object) -> str:
    """The text of a value of any VR; numbers give none."""
    if isinstance(value, int | float) or value is None:
        return ""
    if isinstance(value, MultiValue):
        return "\\".join(plain(single) for single in value)
    return str(value)
