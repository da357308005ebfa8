"""Stage verify: the bytes about to be written, read by pydicom, must hold no original identifier and be what they say.

Nothing here is shared with the code that made them but the words that are looked for: pydicom reads the new header
from its bytes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from io import BytesIO

from pydicom import Dataset, dcmread
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.multival import MultiValue

from dicom_deid.errors import Withheld
from dicom_deid.profile import judged, words

NUMERIC = frozenset(("AS", "DA", "DS", "DT", "IS", "TM", "UI"))
"""VRs whose values are numbers and dates, not words."""
TEXTS = frozenset(("LO", "LT", "PN", "SH", "ST", "UC", "UT"))
"""VRs whose bytes depend on Specific Character Set."""
OURS = frozenset((0x00120062, 0x00120063, 0x00120064, 0x00280303))


@lru_cache(1024)
def but(known: str, identifiers: frozenset[str]) -> frozenset[str]:
    """The identifiers but for the words that mean something else in their place (tables/judged.json)."""
    return identifiers - {word.lower() for word in words(known)}


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
    header: bytes,
    identifiers: frozenset[str],
    uids: Iterable[str],
    transfer_syntax: str,
    retained: frozenset[int],
    *,
    private: bool = False,
    identity_removed: str = "YES",
    coded: bool = True,
) -> None:
    """Raises Withheld when a finding forbids writing an output with this ``header`` (preamble to pixel data).

    ``uids`` are original UIDs that were replaced; the attributes in ``retained`` may keep what they hold;
    ``private`` elements may be there. ``identity_removed`` and ``coded`` are what the markers have to say.
    """
    try:
        dataset = dcmread(BytesIO(header))
        values = list(walk(dataset))
        sound = is_sound(dataset, transfer_syntax, identity_removed, coded)
    except Exception:
        # Whatever pydicom raises, its text may quote a value; only the code goes on.
        raise Withheld("OUTPUT_UNSOUND") from None
    if not private and any(tag >> 16 & 1 for tag, _, _ in values):
        raise Withheld("OUTPUT_UNSOUND")
    if not sound or header[:128] != bytes(128):
        raise Withheld("OUTPUT_UNSOUND")
    if any(uid_left(uid.encode("latin-1"), header) for uid in uids):
        raise Withheld("IDENTIFIER_LEFT")
    if identifiers and may_hold(header, identifiers):
        search(values, identifiers, retained)


def is_sound(dataset: Dataset, transfer_syntax: str, identity_removed: str, coded: bool) -> bool:
    """Whether the header says what is true: its transfer syntax, whether it is de-identified, and how."""
    return (
        dataset.file_meta.TransferSyntaxUID == transfer_syntax
        and dataset.get("PatientIdentityRemoved") == identity_removed
        and bool(dataset.get("DeidentificationMethodCodeSequence" if coded else "DeidentificationMethod"))
    )


def uid_left(uid: bytes, header: bytes) -> bool:
    """Whether a UID stands in the header, and not as a part of a longer one. One of a few digits is no identifier."""
    if len(uid) <= 8 or uid not in header:
        return False
    return re.search(rb"(?<![0-9.])%b(?![0-9.])" % re.escape(uid), header) is not None


def walk(dataset: Dataset) -> Iterator[tuple[int, str, str]]:
    """Tag, VR and text of every element that is no sequence, at every depth; bytes that are no text as Latin-1."""
    for tag in list(dataset.keys()):
        raw = dataset.get_item(tag)
        vr = raw.VR or known_vr(tag)
        if vr == "SQ":
            for item in dataset[tag].value or ():
                yield from walk(item)
        elif isinstance(raw, RawDataElement):
            yield int(tag), vr, text_of(dataset, tag, vr, raw.value or b"")
        else:
            yield int(tag), vr, plain(raw.value)


def known_vr(tag: int) -> str:
    """The VR of an element that is stored without one."""
    try:
        return dictionary_VR(tag)
    except KeyError:
        return "UN"


def text_of(dataset: Dataset, tag: int, vr: str, value: bytes) -> str:
    """The text of a value as pydicom reads it; where its character set is broken, its bytes."""
    if vr in TEXTS and not (value.isascii() and b"\x1b" not in value):
        try:
            return plain(dataset[tag].value)
        except (LookupError, ValueError):
            return value.decode("latin-1")
    return value.decode("latin-1")


def search(values: list[tuple[int, str, str]], identifiers: frozenset[str], retained: frozenset[int]) -> None:
    """Raises Withheld when an identifier is left in a text, or in the bytes of a value that is not text."""
    in_text, in_codes = finder(identifiers), finder(but("terms", identifiers))
    in_makers = finder(but("maker_names", identifiers))
    for tag, vr, text in values:
        if tag in OURS or tag in retained or vr in NUMERIC:
            continue
        sought = in_codes if vr == "CS" else in_makers if tag in judged("maker_names") else in_text
        if sought.search(folded(text)):
            raise Withheld("IDENTIFIER_LEFT")


def may_hold(header: bytes, identifiers: frozenset[str]) -> bool:
    """Whether a search of each value is worth while: plain ASCII identifiers are looked for in all bytes at once."""
    if not all(identifier.isascii() for identifier in identifiers) or not header[132:].isascii():
        return True
    lower = header.lower()
    return any(identifier.encode() in lower for identifier in identifiers)


def plain(value: object) -> str:
    """The text of a value that pydicom has converted."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, MultiValue):
        return "\\".join(plain(single) for single in value)
    return "" if value is None else str(value)
