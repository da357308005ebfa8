"""Stage verify: the bytes about to be written, read by pydicom, must hold no original identifier and be what they say.

Nothing here is shared with the code that made them but the words that are looked for: pydicom reads the new header
from its bytes. Values are searched as they are stored; only text outside ASCII is converted. What instances of a series
have in common is read and searched once (``read`` says why that is enough).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from pydicom.charset import default_encoding
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

from dicom_deid.dicom.bounded import Contexts
from dicom_deid.errors import Withheld
from dicom_deid.model import Bulk, Piece
from dicom_deid.verify.encoded import Codecs, Encoding, codecs_behind, elements, walk
from dicom_deid.verify.search import named_in, uid_left
from dicom_deid.verify.stream import Joint

TRANSFER_SYNTAX, IDENTITY_REMOVED, METHOD, METHOD_CODES = 0x00020010, 0x00120062, 0x00120063, 0x00120064
MARKS = frozenset((TRANSFER_SYNTAX, IDENTITY_REMOVED, METHOD, METHOD_CODES))
PREAMBLE = 132  # bytes, with "DICM"
META_START = bytes(128) + b"DICM" + b"\x02\0\0\0UL\x04\0"
"""How an output begins: up to the value of (0002,0000) File Meta Information Group Length."""
META = Encoding(implicit=False, little=True)


class Sought(NamedTuple):
    """The values to look for in an element."""

    identifiers: frozenset[str]
    retained: frozenset[int]
    private: bool
    repeated: frozenset[str] = frozenset()
    """Makes, models and programs that may stay as they are."""


class Sound(NamedTuple):
    """A piece of a header, read by pydicom, in which nothing was found: its first and last tag."""

    first: int
    last: int
    codecs: Codecs
    """Those of the text behind it."""
    marks: tuple[tuple[int, Any], ...]


NOTHING = Sought(frozenset(), frozenset(), private=False)
LONGEST = 4096
"""Bytes of a piece that is remembered; longer ones hardly ever come again."""


class SoundCache(Contexts[bytes, Sound]):
    """The pieces that were found sound lately, by all that this depends on but the bytes."""

    def __init__(self) -> None:
        super().__init__(1024 * 1024)


def verify(
    meta: Sequence[bytes],
    data: Sequence[Piece],
    identifiers: frozenset[str],
    uids: Collection[str],
    transfer_syntax: str,
    retained: frozenset[int],
    *,
    repeated: frozenset[str] = frozenset(),
    private: bool = False,
    identity_removed: str = "YES",
    coded: bool = True,
    cache: SoundCache | None = None,
) -> list[bytes | Bulk]:
    """The header that these pieces make, as few parts as can be; raises Withheld when a finding forbids writing it.

    ``meta``: preamble and file meta information; ``data``: the data set up to the pixel data, not deflated; each in
    pieces of one or more whole elements. ``uids`` are original UIDs that were replaced; the attributes in ``retained``
    may keep what they hold, makes and models what is ``repeated``; ``private`` elements may be there.
    ``identity_removed`` and ``coded`` are what the markers have to say. ``cache`` holds what was found sound before.
    """
    header, cache = joined((*meta, *data)), cache or SoundCache()
    try:
        check_meta(meta, transfer_syntax, cache)
        marks = read(
            data, encoding_of(transfer_syntax), Sought(identifiers, retained, private, repeated), cache, uids=uids
        )
    except Withheld:
        raise
    except Exception:
        # Whatever pydicom raises, its text may quote a value; only the code goes on.
        raise Withheld("OUTPUT_UNSOUND") from None
    if not is_sound(marks, identity_removed, coded):
        raise Withheld("OUTPUT_UNSOUND")
    if any(isinstance(part, bytes) and uids_left(uids, part) for part in header):
        raise Withheld("IDENTIFIER_LEFT")
    return header


def joined(pieces: Iterable[Piece]) -> list[bytes | Bulk]:
    """Pieces one behind the other, what lies between bulk values as one."""
    parts, between = list[bytes | Bulk](), list[bytes]()
    for piece in pieces:
        if isinstance(piece, bytes):
            between.append(piece)
            continue
        for part in piece:
            if isinstance(part, bytes):
                between.append(part)
            else:
                parts += (b"".join(between), part)
                between = []
    return [*parts, b"".join(between)] if between or not parts else parts


def uids_left(uids: Collection[str], part: bytes) -> bool:
    """Whether a UID that was replaced stands in a part of the header."""
    return any(uid_left(uid.encode("latin-1"), part) for uid in uids)


def content(piece: Piece) -> bytes | Joint:
    """The bytes of a piece; long values of numbers are not copied."""
    if isinstance(piece, bytes):
        return piece
    return Joint(part.view if isinstance(part, Bulk) else part for part in piece)


def is_left(piece: Piece, transfer_syntax: str, codecs: Codecs, sought: Sought, uids: Collection[str]) -> bool:
    """Whether the search finds something in a piece of whole elements, whose text is in ``codecs``."""
    found = walk(elements(content(piece), encoding_of(transfer_syntax)), codecs, private=sought.private)
    if named_in(found, sought.identifiers, sought.retained, sought.repeated, uids):
        return True
    return any(isinstance(part, bytes) and uids_left(uids, part) for part in joined((piece,)))


def encoding_of(transfer_syntax: str) -> Encoding:
    """How the elements of a data set are encoded that is not deflated."""
    return Encoding(transfer_syntax == ImplicitVRLittleEndian, transfer_syntax != ExplicitVRBigEndian)


def check_meta(meta: Sequence[bytes], transfer_syntax: str, cache: SoundCache) -> None:
    """Raises ValueError where preamble or file meta information are not what they should be."""
    start, length = b"".join(meta)[: len(META_START)], sum(map(len, meta)) - len(META_START) - 4
    if start != META_START or int.from_bytes(meta[0][len(META_START) :][:4], "little") != length:
        raise ValueError
    marks = read((meta[0][PREAMBLE:], *meta[1:]), META, NOTHING, cache, range(2, 3))
    if marks.get(TRANSFER_SYNTAX) != padded(transfer_syntax):
        raise ValueError


def read(
    pieces: Iterable[Piece],
    encoding: Encoding,
    sought: Sought,
    cache: SoundCache,
    groups: range = range(3, 0xFFFF),
    uids: Collection[str] = (),
) -> dict[int, Any]:
    """The values of the marks in a data set of these pieces, which is of these groups. ``uids`` are sought in bulk.

    Raises ValueError or Withheld where a piece is not sound.

    A piece that was found sound before is not read again. Nothing can pass by that. pydicom reads elements one after
    the other, each from its own bytes alone: what lies behind them is not looked at, and of what lies before them only
    the encoding and the character set count. So if every piece by itself is read as whole elements, which fill it, then
    the pieces one behind the other are read as the same elements, whoever cut them; a piece that is cut wrongly is not
    whole and is refused. Whether an element is sound depends, beside its bytes and these two, on what is sought in it
    and on nothing else; all of it is the key under which it is remembered, the bytes themselves and not a digest of
    them. What concerns several elements, their order and the marks, is looked at anew for every output.
    """
    codecs: Codecs = (default_encoding,)
    known, last, marks = cache.of((encoding, codecs, sought)), groups.start << 16, dict[int, Any]()
    for piece in pieces:
        sound = known.get(piece) if isinstance(piece, bytes) else None
        if sound is None:
            in_bulk = () if isinstance(piece, bytes) else uids
            sound = looked_at(content(piece), encoding, codecs, sought, in_bulk)
            if isinstance(piece, bytes) and len(piece) <= LONGEST:
                known.add(piece, sound, 2 * len(piece))
        if sound.first < last:
            raise ValueError
        last = sound.last + 1
        if sound.marks:
            marks.update(sound.marks)
        if sound.codecs != codecs:
            codecs = sound.codecs
            known = cache.of((encoding, codecs, sought))
    if last > groups.stop << 16:
        raise ValueError
    return marks


def looked_at(piece: bytes | Joint, encoding: Encoding, codecs: Codecs, sought: Sought, uids: Collection[str]) -> Sound:
    """A piece as pydicom reads it; raises ValueError or Withheld where it is not sound."""
    found = elements(piece, encoding)
    values = list(walk(found, codecs, private=sought.private))
    if (sought.identifiers or uids) and named_in(values, sought.identifiers, sought.retained, sought.repeated, uids):
        raise Withheld("IDENTIFIER_LEFT")
    for raw in found:
        codecs = codecs_behind(raw, codecs)
    marks = tuple((int(raw.tag), raw.value) for raw in found if raw.tag in MARKS)
    return Sound(int(found[0].tag), int(found[-1].tag), codecs, marks)


def padded(uid: str) -> bytes:
    """A UID as it is stored (PS3.5 6.2)."""
    return uid.encode("ascii") + bytes(len(uid) % 2)


def is_sound(marks: Mapping[int, Any], identity_removed: str, coded: bool) -> bool:
    """Whether the data set says what is true: whether it is de-identified, and how."""
    said = (marks.get(IDENTITY_REMOVED) or b"").decode("latin-1").rstrip(" ")
    return said == identity_removed and bool(marks.get(METHOD_CODES if coded else METHOD))
