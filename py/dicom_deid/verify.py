"""Stage verify: the bytes about to be written, read by pydicom, must hold no original identifier and be what they say.

Nothing here is shared with the code that made them but the words that are looked for: pydicom reads the new header
from its bytes. Values are searched as they are stored; only text outside ASCII is converted.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, MutableSequence
from functools import lru_cache
from io import BytesIO
from itertools import filterfalse
from struct import Struct

from pydicom.charset import convert_encodings, default_encoding
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement, RawDataElement, convert_raw_data_element
from pydicom.filereader import data_element_generator, read_sequence
from pydicom.multival import MultiValue
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian
from pydicom.valuerep import VR
from pydicom.values import convert_string

from dicom_deid.errors import Withheld
from dicom_deid.profile import judged, words

NUMERIC = frozenset(("AS", "DA", "DS", "DT", "IS", "TM", "UI"))
"""VRs whose values are numbers and dates, not words."""
TEXTS = frozenset(("LO", "LT", "PN", "SH", "ST", "UC", "UT"))
"""VRs whose bytes depend on Specific Character Set."""
CHARACTER_SET, TRANSFER_SYNTAX = 0x00080005, 0x00020010
IDENTITY_REMOVED, METHOD, METHOD_CODES = 0x00120062, 0x00120063, 0x00120064
OURS = frozenset((IDENTITY_REMOVED, METHOD, METHOD_CODES, 0x00280303))
PREAMBLE = 132  # bytes, with "DICM"
META_START = bytes(128) + b"DICM" + b"\x02\0\0\0UL\x04\0"
"""How an output begins: up to the value of (0002,0000) File Meta Information Group Length."""
VRS = frozenset(str(vr) for vr in VR)
ITEM, UNDEFINED = (0xFFFE, 0xE000), 0xFFFFFFFF
ITEM_HEADER = {True: Struct("<HHL"), False: Struct(">HHL")}
WORDS = bytes(ord(chr(at).lower()) if at < 128 and chr(at).isalnum() else 32 for at in range(256))
"""What each byte becomes so that ASCII text falls apart into its words at spaces."""
Raw = RawDataElement | DataElement
Codecs = str | MutableSequence[str]


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


@lru_cache(512)
def beginnings(identifiers: frozenset[str]) -> tuple[frozenset[bytes], tuple[str, ...]]:
    """The first words of identifiers, and the identifiers that begin with no ASCII letter or digit."""
    others = tuple(identifier for identifier in identifiers if not words_in(identifier[:1]))
    return frozenset(words_in(identifier)[0] for identifier in identifiers.difference(others)), others


def words_in(text: str) -> list[bytes]:
    """The ASCII words of folded text; anything else stands between words."""
    return text.encode("ascii", "replace").translate(WORDS).split()


def folded(text: str) -> str:
    """Lower case, without accents."""
    if text.isascii():
        return text.lower()
    return "".join(filterfalse(unicodedata.combining, unicodedata.normalize("NFKD", text.casefold())))


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
        top = data_set(header, transfer_syntax)
        values = list(walk(top, default_encoding))
        sound = is_sound(top, identity_removed, coded)
    except Exception:
        # Whatever pydicom raises, its text may quote a value; only the code goes on.
        raise Withheld("OUTPUT_UNSOUND") from None
    if not sound or (not private and any(raw.tag >> 16 & 1 for raw, _, _ in values)):
        raise Withheld("OUTPUT_UNSOUND")
    if any(uid_left(uid.encode("latin-1"), header) for uid in uids):
        raise Withheld("IDENTIFIER_LEFT")
    if identifiers:
        search(values, identifiers, retained)


def data_set(header: bytes, transfer_syntax: str) -> list[Raw]:
    """The elements of the data set; ValueError where preamble or file meta information are not what they should be."""
    end = len(META_START) + 4 + int.from_bytes(header[len(META_START) : len(META_START) + 4], "little")
    if not header.startswith(META_START):
        raise ValueError
    meta = elements(header[PREAMBLE:end], implicit=False, little=True)
    named = [raw.value for raw in meta if raw.tag == TRANSFER_SYNTAX]
    if named != [padded(transfer_syntax)] or any(raw.tag >> 16 != 2 for raw, _, _ in walk(meta, default_encoding)):
        raise ValueError
    body = header[end:]
    if transfer_syntax == DeflatedExplicitVRLittleEndian:
        body = zlib.decompress(body, -zlib.MAX_WBITS)
    implicit, big = transfer_syntax == ImplicitVRLittleEndian, transfer_syntax == ExplicitVRBigEndian
    return elements(body, implicit=implicit, little=not big)


def padded(uid: str) -> bytes:
    """A UID as it is stored (PS3.5 6.2)."""
    return uid.encode("ascii") + bytes(len(uid) % 2)


def elements(content: bytes, *, implicit: bool, little: bool) -> list[Raw]:
    """The elements in these bytes, read by pydicom; ValueError unless they fill them."""
    stream, end, found = BytesIO(content), 0, []
    for raw in data_element_generator(stream, implicit, little):
        found.append(raw)
        end = stream.tell()
    if end != len(content):
        raise ValueError
    return found


def is_sound(top: list[Raw], identity_removed: str, coded: bool) -> bool:
    """Whether the data set says what is true: whether it is de-identified, and how."""
    marks = {int(raw.tag): raw.value for raw in top if raw.tag in OURS}
    said = (marks.get(IDENTITY_REMOVED) or b"").decode("latin-1").rstrip(" ")
    return said == identity_removed and bool(marks.get(METHOD_CODES if coded else METHOD))


def uid_left(uid: bytes, header: bytes) -> bool:
    """Whether a UID stands in the header, and not as a part of a longer one. One of a few digits is no identifier."""
    if len(uid) <= 8 or uid not in header:
        return False
    return re.search(rb"(?<![0-9.])%b(?![0-9.])" % re.escape(uid), header) is not None


def walk(found: Iterable[Raw], codecs: Codecs) -> Iterator[tuple[RawDataElement, str, Codecs]]:
    """Every element that is no sequence, at every depth, with its VR and the codecs of its text; whole and in order."""
    last = -1
    for raw in found:
        tag, vr = int(raw.tag), raw.VR or known_vr(raw.tag)
        if tag <= last or vr not in VRS:
            raise ValueError
        last = tag
        if vr == "SQ":
            for item in items(raw, codecs):
                yield from walk(item, codecs)
            continue
        if not isinstance(raw, RawDataElement) or raw.length not in (len(raw.value or b""), UNDEFINED):
            raise ValueError
        if tag == CHARACTER_SET:
            codecs = convert_encodings(convert_string(raw.value or b"", raw.is_little_endian))
        yield raw, vr, codecs


def items(raw: Raw, codecs: Codecs) -> Iterator[Iterable[Raw]]:
    """The elements of each item of a sequence."""
    if isinstance(raw, DataElement):
        yield from (item.values() for item in raw.value)
        return
    value, implicit, little, at = raw.value or b"", raw.is_implicit_VR, raw.is_little_endian, 0
    while at < len(value):
        group, number, length = ITEM_HEADER[little].unpack_from(value, at)
        if length == UNDEFINED:  # where it ends, only reading it shows
            rest = value[at:]
            yield from (item.values() for item in read_sequence(BytesIO(rest), implicit, little, len(rest), codecs))
            return
        start, at = at + 8, at + 8 + length
        if (group, number) != ITEM or at > len(value):
            raise ValueError
        yield elements(value[start:at], implicit=implicit, little=little)


def known_vr(tag: int) -> str:
    """The VR of an element that is stored without one."""
    try:
        return dictionary_VR(tag)
    except KeyError:
        return "UN"


def search(
    values: list[tuple[RawDataElement, str, Codecs]], identifiers: frozenset[str], retained: frozenset[int]
) -> None:
    """Raises Withheld when an identifier is left in a text, or in the bytes of a value that is not text."""
    found: dict[str, list[str]] = {"": [], "terms": [], "maker_names": []}
    makers = judged("maker_names")
    for raw, vr, codecs in values:
        tag, value = raw.tag, raw.value
        if not value or vr in NUMERIC or tag in OURS or tag in retained:
            continue
        plain_text = value.isascii() and b"\x1b" not in value
        text = str(value.lower(), "ascii") if plain_text else folded(text_of(raw, vr, codecs))
        found["terms" if vr == "CS" else "maker_names" if tag in makers else ""].append(text)
    for known, texts in found.items():
        if texts and left("\\".join(texts), but(known, identifiers) if known else identifiers):
            raise Withheld("IDENTIFIER_LEFT")


def left(text: str, identifiers: frozenset[str]) -> bool:
    """Whether an identifier is left in values, folded, with a backslash between them, which no identifier holds."""
    first, others = beginnings(identifiers)
    # An identifier is a word of its own, so its first word is one, too: most outputs have none of these words.
    if first.isdisjoint(words_in(text)) and not any(other in text for other in others):
        return False
    return finder(identifiers).search(text) is not None


def text_of(raw: RawDataElement, vr: str, codecs: Codecs) -> str:
    """The text of a value as pydicom reads it; where its character set is broken or it is no text, its bytes."""
    value = raw.value or b""
    if vr in TEXTS:
        try:
            return plain(convert_raw_data_element(raw, encoding=codecs).value)
        except (LookupError, ValueError):
            pass
    return value.decode("latin-1")


def plain(value: object) -> str:
    """The text of a value that pydicom has converted."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, MultiValue):
        return "\\".join(plain(single) for single in value)
    return "" if value is None else str(value)
