"""Stage scan: is it DICOM, how is it encoded, where do its header and its pixel data begin and end?"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import replace

from dicom_deid.dicom.behind_pixels import Read, elements_behind, joined
from dicom_deid.dicom.encoding import PIXEL_TAGS, UNDEFINED, ascii_text, encode, first_uid, number, vr_of
from dicom_deid.dicom.header import VR_NAMES
from dicom_deid.dicom.is_dicom import EXPLICIT, EXPLICIT_BIG, IMPLICIT, LOOK_BYTES, instead, start_of
from dicom_deid.dicom.pixel_length import check_excess, check_length, is_whole
from dicom_deid.dicom.read_cache import ReadCache
from dicom_deid.dicom.reader import Reader
from dicom_deid.errors import Failed, ShortRead, Skipped, Withheld
from dicom_deid.model import TAG, Instance, Item, Pixels, Syntax
from dicom_deid.profile import is_transfer_syntax
from dicom_deid.source_and_sink import Beginning, Source

IMPLICIT_UID, EXPLICIT_UID = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
BIG_UID, DEFLATED_UID = "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"
NATIVE = {IMPLICIT_UID, EXPLICIT_UID, BIG_UID, DEFLATED_UID}
NOT_IN_FILES = ("1.2.840.10008.1.2.6", "1.2.840.10008.1.2.7", "1.2.840.10008.1.20")
"""RFC 2557, XML, SMPTE streams, Papyrus: no DICOM files."""
REFERENCED = frozenset(f"1.2.840.10008.1.2.4.{end}" for end in (94, 95, 204, 205))
"""JPIP: the pixel data are on a server that (0028,7FE0) Pixel Data Provider URL names."""
PROVIDER_URL = 0x00287FE0
MEDIA_DIRECTORY = "1.2.840.10008.1.3.10"
MAX_HEADER = 256 * 1024 * 1024
"""Bytes of header, or of an inflated data set, that are taken into memory."""
LONGEST_PART = 16 * 1024 * 1024
"""Bytes of pixel data that stand for all of them where an instance is known by its content alone."""


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
    if pixels is None and ascii_text(instance.data.get(PROVIDER_URL)):
        raise Withheld("PIXELS_ELSEWHERE")
    if pixels is not None and not pixels.encapsulated:
        check_excess(instance, pixels, source)
    if not instance.sop_instance:
        return replace(instance, sop_instance=content_name(instance, source))
    return instance


def content_name(instance: Instance, source: Source) -> str:
    """A name for an instance without a UID, made of its content: its header and the first bytes of its pixel data."""
    digest, pixels = hashlib.sha256(encode(instance.data, instance.syntax)), instance.pixels
    if pixels is not None and pixels.start < pixels.end:
        end = min(pixels.end, pixels.start + LONGEST_PART)
        whole = instance.inflated
        digest.update(source.read(pixels.start, end) if whole is None else whole[pixels.start : end])
    return f"content\0{digest.hexdigest()}"


def located(source: Source, cache: ReadCache | None = None) -> Instance:
    """The instance in a source, even if it is without SOP Instance UID, or its fragments stand in Implicit VR.

    Raises what inspect raises else.
    """
    cache = cache or ReadCache()
    meta, start, named = opened(source, cache)
    if named == DEFLATED_UID:
        return inspect_deflated(source, meta, start, cache)
    head = source.head()
    syntax = encoding_of(head, start, named, source.size)
    reader = Reader(head, source.size, syntax, cache, bulk=True)
    data, at = bounded(reader, start)
    pixels = find_pixels(reader, at, source, data, named)
    data, tail = completed(data, at, pixels, source.size, source.read, syntax, cache)
    return describe(meta, data, syntax, named, pixels, None, tail)


def header(source: Beginning, cache: ReadCache | None = None) -> tuple[Item, bool, bool]:
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
        syntax = encoding_of(source.head(), start, named, source.size)
        reader = Reader(source.head(), source.size, syntax, cache)
        data, _ = bounded(reader, start)
    return data, reader.pixels, syntax.little


def opened(source: Beginning, cache: ReadCache) -> tuple[Item, int, str]:
    """File meta information, the offset behind it, and the transfer syntax that it names. Raises Skipped."""
    head = source.head()
    begin = start_of(head, source.size)
    if begin is None:
        raise Skipped(instead(head))
    meta, start = read_meta(head, begin, source.size, cache)
    if MEDIA_DIRECTORY in (uid_of(meta, 0x00020002), uid_of(meta, 0x00020003)):
        raise Skipped("DICOMDIR")
    return meta, start, uid_of(meta, 0x00020010)


def inspect_deflated(source: Source, meta: Item, start: int, cache: ReadCache) -> Instance:
    """An instance whose data set is deflated."""
    inflated = inflate(source, start)
    reader = Reader(inflated, len(inflated), EXPLICIT, cache, bulk=True)
    data, at = reader.data_set(0)
    pixels = find_pixels(reader, at, None, data, DEFLATED_UID)
    data, _ = completed(data, at, pixels, len(inflated), lambda at, to: inflated[at:to], EXPLICIT, cache)
    return describe(meta, data, EXPLICIT, DEFLATED_UID, pixels, inflated, tail=False)


def completed(
    data: Item, at: int, pixels: Pixels | None, size: int, read: Read, syntax: Syntax, cache: ReadCache
) -> tuple[Item, bool]:
    """The data set with what of it stands behind the pixel data or padding, and whether other bytes follow."""
    end = at if pixels is None else pixels.end
    if end == size:
        return data, False
    behind, tail = elements_behind(read, end, size, MAX_HEADER, syntax, cache, data)
    return (joined(data, behind) if behind else data), tail


def inflate(source: Beginning, start: int) -> bytes:
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
            tag, vr, length, start = reader.header(at, reader.syntax, size)
            element, end = reader.value(tag, vr, length, start, size, reader.syntax, 0)
            element = reader.known.add(head, at, end, element)
        meta.append(element)
        at = end
    meta.sort(key=TAG)
    return meta, at


def encoding_of(head: bytes, start: int, named: str, size: int = 0) -> Syntax:
    """How the data set is encoded: as its first element shows, which need not be what the meta information says.

    ``size``: bytes of the file. Raises Failed for a transfer syntax that is not one of files, Withheld for one whose
    pixel data are elsewhere.
    """
    if named in REFERENCED:
        raise Withheld("PIXELS_ELSEWHERE")
    if named and (not is_transfer_syntax(named) or named.startswith(NOT_IN_FILES)):
        raise Failed("UNSUPPORTED_TRANSFER_SYNTAX")
    if head[start + 4 : start + 6] not in VR_NAMES:
        length = int.from_bytes(head[start + 4 : start + 8], "little")
        fits = length == UNDEFINED or start + 8 + length <= size
        if fits or named in ("", IMPLICIT_UID):
            return IMPLICIT
        return EXPLICIT_BIG if named == BIG_UID else EXPLICIT
    little, big = (int.from_bytes(head[start : start + 2], order) for order in ("little", "big"))
    if little == big:  # as of group 0808, whose bytes show no order
        return EXPLICIT_BIG if named == BIG_UID else EXPLICIT
    return EXPLICIT if little < big else EXPLICIT_BIG


def find_pixels(reader: Reader, at: int, source: Source | None, data: Item, named: str) -> Pixels | None:
    """The pixel data element at ``at``, if one is there and all its bytes are in the file."""
    if at >= reader.size or (reader.padded and not reader.pixels) or reader.only_zeros(at):
        return None
    tag, vr, length, start = reader.header(at, reader.syntax, reader.size)
    if tag not in PIXEL_TAGS:
        raise Failed("MALFORMED")
    if length != UNDEFINED:
        if start + length > reader.size:
            raise Failed("TRUNCATED")
        vr = vr_of(tag) if vr == "UN" and reader.syntax.little else vr
        return Pixels(tag, vr, start, start + length, encapsulated=False)
    if source is None:
        raise Failed("PIXELS_DISAGREE")
    fragments = source.fragments(start)
    frames = number(data.get(0x00280008), reader.syntax) or 1
    if not fragments.count or not (fragments.complete or is_whole(fragments, source, frames, named)):
        raise Failed("TRUNCATED")
    return Pixels(tag, "OB" if vr == "UN" else vr, start, fragments.end, encapsulated=True, closed=fragments.complete)


def describe(
    meta: Item, data: Item, syntax: Syntax, named: str, pixels: Pixels | None, inflated: bytes | None, tail: bool
) -> Instance:
    """The instance, once its parts are found and agree with each other."""
    data.make_by_tag()  # some seventy elements are looked for
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
    return first_uid(item.get(tag)) if vr_of(tag) == "UI" else ""
