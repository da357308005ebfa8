"""Stage scan: is it DICOM, how is it encoded, where do its header and its pixel data begin and end?"""

from __future__ import annotations

import zlib

from pydicom._uid_dict import UID_dictionary

from dicom_deid.dicom.encoding import PIXEL_TAGS, UNDEFINED, ascii_text, vr_of
from dicom_deid.dicom.header import VR_NAMES, read_header
from dicom_deid.dicom.pixel_length import check_excess, check_length
from dicom_deid.dicom.read_cache import ReadCache
from dicom_deid.dicom.reader import Reader
from dicom_deid.errors import Failed, ShortRead, Skipped, Withheld
from dicom_deid.model import TAG, Instance, Item, Pixels, Syntax
from dicom_deid.source_and_sink import Source

EXPLICIT, IMPLICIT = Syntax(explicit=True, little=True), Syntax(explicit=False, little=True)
EXPLICIT_BIG = Syntax(explicit=True, little=False)
IMPLICIT_UID, EXPLICIT_UID = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
BIG_UID, DEFLATED_UID = "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"
NATIVE = {IMPLICIT_UID, EXPLICIT_UID, BIG_UID, DEFLATED_UID}
# Pixel data elsewhere (JPIP), or no DICOM file at all (RFC 2557, XML, SMPTE streams, Papyrus).
JPIP = ("1.2.840.10008.1.2.4.94", "1.2.840.10008.1.2.4.95")
NOT_IN_FILES = (*JPIP, "1.2.840.10008.1.2.6", "1.2.840.10008.1.2.7", "1.2.840.10008.1.20")
MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"
MAX_HEADER = 256 * 1024 * 1024
"""Bytes of header, or of an inflated data set, that are taken into memory."""
LOOK_BYTES = 4096
"""Bytes in which the second look has to find two elements."""
FIRST_TAGS = {0x00080000, 0x00080001, 0x00080005, 0x00080008, 0x00080012, 0x00080016, 0x00080018}
FIRST_TAGS |= {0x00020000, 0x00020001}


def has_preamble(head: bytes) -> bool:
    """Whether "DICM" stands behind a preamble of 128 bytes (PS3.10 7.1)."""
    return head[128:132] == b"DICM"


def looks_like_dicom(head: bytes, size: int) -> bool:
    """The strict second look at a file without preamble: two elements in order, the first of group 0002 or 0008."""
    head = head[:LOOK_BYTES]
    for syntax in (EXPLICIT, IMPLICIT, EXPLICIT_BIG):
        first = element_at(head, 0, size, syntax)
        if first is None or first[0] >> 16 not in (0x0002, 0x0008):
            continue
        if not syntax.explicit and first[0] not in FIRST_TAGS:
            continue
        second = element_at(head, first[1], size, syntax)
        if second is not None and second[0] > first[0]:
            return True
    return False


def element_at(head: bytes, at: int, size: int, syntax: Syntax) -> tuple[int, int] | None:
    """Tag of the element at ``at`` and the offset behind it, if one of defined length within the file stands there."""
    found = read_header(head, at, syntax) if at + 12 <= len(head) else None
    if found is None or (syntax.explicit and not found.vr) or found.length == UNDEFINED:
        return None
    end = found.value + found.length
    return None if end > size else (found.tag, end)


def inspect(source: Source, cache: ReadCache | None = None) -> Instance:
    """The instance in a source; ``cache`` holds what was read of others before.

    Raises Skipped, Failed or Withheld for what cannot go on, ShortRead and FragmentsWanted for bytes not at hand.
    """
    instance = located(source, cache)
    pixels = instance.pixels
    if pixels is not None and pixels.encapsulated and not instance.syntax.explicit:
        raise Failed("PIXELS_DISAGREE")  # fragments stand in Explicit VR (PS3.5 A.4)
    if instance.sop_class == MEDIA_DIRECTORY:
        raise Skipped("DICOMDIR")
    if not instance.sop_instance:
        raise Withheld("NO_SOP_INSTANCE")
    if pixels is not None and not pixels.encapsulated:
        check_excess(instance, pixels, source)
    return instance


def located(source: Source, cache: ReadCache | None = None) -> Instance:
    """The instance in a source, even if it has no SOP Instance UID, or fragments in Implicit VR.

    Raises what inspect raises else.
    """
    cache = cache or ReadCache()
    meta, start, named = opened(source, cache)
    if named == DEFLATED_UID:
        return inspect_deflated(source, meta, start, cache)
    head = source.head()
    syntax = encoding_of(head, start, named)
    reader = Reader(head, source.size, syntax, cache, bulk=True)
    data, at = bounded(reader, start)
    pixels = find_pixels(reader, at, source)
    end = pixels.end if pixels else at
    return describe(meta, data, syntax, named, pixels, None, tail=end < source.size)


def header(source: Source, cache: ReadCache | None = None) -> tuple[Item, bool, bool]:
    """The data set up to the pixel data, whether any follow, and whether it is little endian; pixels are not looked at.

    Raises Skipped or Failed for what has no header that can be read, ShortRead for bytes not at hand.
    """
    cache = cache or ReadCache()
    _, start, named = opened(source, cache)
    if named == DEFLATED_UID:
        inflated = inflate(source, start)
        reader, syntax = Reader(inflated, len(inflated), EXPLICIT, cache), EXPLICIT
        data, _ = reader.data_set(0)
    else:
        syntax = encoding_of(source.head(), start, named)
        reader = Reader(source.head(), source.size, syntax, cache)
        data, _ = bounded(reader, start)
    return data, reader.pixels, syntax.little


def opened(source: Source, cache: ReadCache) -> tuple[Item, int, str]:
    """File meta information, the offset behind it, and the transfer syntax that it names. Raises Skipped."""
    if source.size == 0:
        raise Skipped("EMPTY")
    head = source.head()
    if has_preamble(head):
        meta, start = read_meta(head, 132, source.size, cache)
    elif looks_like_dicom(head, source.size):
        meta, start = read_meta(head, 0, source.size, cache)
    else:
        raise Skipped("NOT_DICOM")
    if MEDIA_DIRECTORY in (uid_of(meta, 0x00020002), uid_of(meta, 0x00020003)):
        raise Skipped("DICOMDIR")
    return meta, start, uid_of(meta, 0x00020010)


def inspect_deflated(source: Source, meta: Item, start: int, cache: ReadCache) -> Instance:
    """An instance whose data set is deflated."""
    inflated = inflate(source, start)
    reader = Reader(inflated, len(inflated), EXPLICIT, cache, bulk=True)
    data, at = reader.data_set(0)
    pixels = find_pixels(reader, at, None)
    return describe(meta, data, EXPLICIT, DEFLATED_UID, pixels, inflated, tail=False)


def inflate(source: Source, start: int) -> bytes:
    """A deflated data set (PS3.5 A.5): the whole of it has to be at hand, so one that is too long is not asked for."""
    if source.size - start > MAX_HEADER:
        raise Failed("HEADER_TOO_LONG")
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        inflated = inflater.decompress(source.read(start, source.size), MAX_HEADER)
    except zlib.error:
        raise Failed("MALFORMED") from None
    if not inflater.eof:
        raise Failed("HEADER_TOO_LONG" if len(inflated) >= MAX_HEADER else "TRUNCATED")
    return inflated


def bounded(reader: Reader, start: int) -> tuple[Item, int]:
    """The header from ``start`` on, unless it is too long to be taken into memory."""
    try:
        return reader.data_set(start)
    except ShortRead as short:
        if short.end > MAX_HEADER:
            raise Failed("HEADER_TOO_LONG") from None
        # Ask for more than the next element: a header that is long now will be longer.
        raise ShortRead(0, min(reader.size, max(short.end + LOOK_BYTES, 4 * len(reader.buffer)))) from None


def read_meta(head: bytes, at: int, size: int, cache: ReadCache | None = None) -> tuple[Item, int]:
    """The file meta information (PS3.10 7.1), always Explicit VR Little Endian, and the offset behind it."""
    cache = cache or ReadCache()
    reader = Reader(head, size, EXPLICIT, cache)
    meta = Item()
    while at + 8 <= size and head[at : at + 2] == b"\x02\x00":
        element, end = reader.known.one(head, at, len(head))
        if element is None:
            if head[at + 4 : at + 6] not in VR_NAMES:
                reader = Reader(head, size, IMPLICIT, cache)  # written so by some toolkits, against the standard
            tag, vr, length, start = reader.header(at, reader.syntax)
            element, end = reader.value(tag, vr, length, start, size, reader.syntax, 0)
            element = reader.known.add(head, at, end, element)
        meta.append(element)
        at = end
    meta.sort(key=TAG)
    return meta, at


def encoding_of(head: bytes, start: int, named: str) -> Syntax:
    """How the data set is encoded: as its first element shows, which need not be what the meta information says."""
    entry = UID_dictionary.get(named)
    if named and (entry is None or entry[1] != "Transfer Syntax" or named.startswith(NOT_IN_FILES)):
        raise Failed("UNSUPPORTED_TRANSFER_SYNTAX")
    explicit = head[start + 4 : start + 6] in VR_NAMES
    if not explicit:
        return IMPLICIT
    little = int.from_bytes(head[start : start + 2], "little")
    return EXPLICIT if little < int.from_bytes(head[start : start + 2], "big") or little == 0 else EXPLICIT_BIG


def find_pixels(reader: Reader, at: int, source: Source | None) -> Pixels | None:
    """The pixel data element at ``at``, if one is there and all its bytes are in the file."""
    if at >= reader.size or (reader.padded and not reader.pixels) or reader.only_zeros(at):
        return None
    tag, vr, length, start = reader.header(at, reader.syntax)
    if tag not in PIXEL_TAGS:
        raise Failed("MALFORMED")
    if length != UNDEFINED:
        if start + length > reader.size:
            raise Failed("TRUNCATED")
        return Pixels(tag, vr, start, start + length, encapsulated=False)
    if source is None:
        raise Failed("PIXELS_DISAGREE")
    fragments = source.fragments(start)
    if not fragments.complete:
        raise Failed("TRUNCATED")
    return Pixels(tag, vr, start, fragments.end, encapsulated=True)


def describe(
    meta: Item, data: Item, syntax: Syntax, named: str, pixels: Pixels | None, inflated: bytes | None, tail: bool
) -> Instance:
    """The instance, once its parts are found and agree with each other."""
    transfer_syntax = named
    if named in NATIVE - {DEFLATED_UID} or not named:
        transfer_syntax = {EXPLICIT: EXPLICIT_UID, IMPLICIT: IMPLICIT_UID, EXPLICIT_BIG: BIG_UID}[syntax]
    if pixels is not None:
        if pixels.encapsulated != (transfer_syntax not in NATIVE):
            raise Failed("PIXELS_DISAGREE")
        if not pixels.encapsulated:
            check_length(data, syntax, pixels)
    elif transfer_syntax not in NATIVE:
        syntax = EXPLICIT
    sop_instance = uid_of(data, 0x00080018) or uid_of(meta, 0x00020003)
    sop_class = uid_of(data, 0x00080016) or uid_of(meta, 0x00020002)
    return Instance(meta, data, syntax, transfer_syntax, pixels, inflated, tail, sop_class, sop_instance)


def uid_of(item: Item, tag: int) -> str:
    """The UID an element holds, or ""."""
    element = item.get(tag)
    return ascii_text(element).split("\\")[0].strip() if element is not None and vr_of(tag) == "UI" else ""
