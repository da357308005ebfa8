"""Runs the stages for one instance, and turns whatever happens into one outcome."""

from __future__ import annotations

import logging
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from dicom_deid.admission import admit
from dicom_deid.deidentify import Deidentifier
from dicom_deid.deidentify.cached import CachedDeidentifier
from dicom_deid.deidentify.links import link
from dicom_deid.deidentify.markers import file_meta
from dicom_deid.dicom.encoding import encode, encode_header, number, pieces
from dicom_deid.dicom.fragment_stream import NOT_FOLLOWED
from dicom_deid.dicom.pixel_length import DELIMITER, JPEG_FAMILY
from dicom_deid.dicom.read_cache import ReadCache
from dicom_deid.errors import FragmentsWanted, ShortRead, Unwritten, Withheld
from dicom_deid.facts import facts_of
from dicom_deid.model import Bulk, Element, Instance, Item, Names, Outcome
from dicom_deid.policy import Plan
from dicom_deid.scan import inspect
from dicom_deid.silence import NO_WARNINGS
from dicom_deid.source_and_sink import Source
from dicom_deid.splice import Copy, Fill, Splice, Stripes, emptied, splice_size
from dicom_deid.verify import SoundCache, verify

if TYPE_CHECKING:
    from dicom_deid.pixels.treatment import Treatment

# Messages and warnings of pydicom quote the value that they are about; no console and no log may get one.
logging.getLogger("pydicom").disabled = True

BEGINNING = re.compile(rb"\xff\xd8\xff[\xc0-\xfe]|\xff\x4f\xff\x51")
"""An image of JPEG, JPEG-LS or JPEG 2000 begins so."""
BEFORE = 4096
"""Bytes of pixel data that begin as none, in which one is looked for."""
Make = Callable[[Instance, Plan], Deidentifier]


def process(source: Source, plan: Plan, source_id: str, repeat: bool, make: Make = CachedDeidentifier) -> Outcome:
    """The outcome of one source file. Raises ShortRead and FragmentsWanted, and nothing else.

    ``repeat``: an earlier file has the same SOP Instance UID, so the output gets a name of its own.
    ``make``: a Deidentifier that also remembers what it decides (explain/).
    """
    with NO_WARNINGS:
        return run_stages(source, plan, source_id, repeat, make)


def run_stages(source: Source, plan: Plan, source_id: str, repeat: bool, make: Make) -> Outcome:
    """The stages in their order, with whatever ends them early made an outcome."""
    names = Names()
    try:
        instance = inspect(source, plan.caches.of(ReadCache))
        deidentifier = make(instance, plan)
        names = deidentifier.names(source_id, repeat)
        facts = facts_of(instance)
        doubt = admit(plan.policy, facts)
        beside = beside_pictures(source, instance)
        treatment = treated(source, instance, plan, source_id, doubt) if plan.cleans_pixels else None
        if treatment is not None:
            instance = replace(instance, transfer_syntax=treatment.transfer_syntax(instance))
            names = replace(names, transfer_syntax=instance.transfer_syntax)
            deidentifier.pixels_reviewed = treatment.verdict.approved
        data = deidentifier.header()
        if treatment is not None:
            treatment.tell(data)
        claims = deidentifier.claims
        header = verify(
            file_meta(instance, data),
            pieces(data, instance.syntax),
            deidentifier.identifiers,
            deidentifier.remapped,
            instance.transfer_syntax,
            deidentifier.retained,
            repeated=deidentifier.repeated,
            private=deidentifier.private,
            identity_removed=claims.identity_removed,
            coded=bool(claims.codes),
            cache=plan.caches.of(SoundCache),
        )
        splice = join(instance, header, behind_pixels(data, instance), treatment.value if treatment else None)
        splice = emptied(splice, beside)
        linked = link(deidentifier, data) if plan.linked else None
        told = [f"parts of the pixel data that no picture shows became zeros: {len(beside)}"] if beside else []
    except (ShortRead, FragmentsWanted):
        raise
    except Unwritten as end:
        return Outcome(end.status, end.reason, without_path(names))
    except Exception:
        # The text of an unforeseen error may quote a value, so nothing of it goes on but the code.
        return Outcome("failed", "INTERNAL_ERROR", without_path(names))
    pixels = treatment.verdict.told if treatment else "kept" if instance.pixels else ""
    reason = "FACE_CAN_BE_REBUILT" if facts.head else ""
    return Outcome("written", reason, names, deidentifier.counts, splice, pixels, (*deidentifier.log, *told), linked)


def treated(source: Source, instance: Instance, plan: Plan, source_id: str, doubt: str) -> Treatment | None:
    """The treatment of an instance's pixels; its modules are loaded when the first one needs it."""
    from dicom_deid.pixels.treatment import treat

    return treat(source, instance, plan, source_id, doubt)


def beside_pictures(source: Source, instance: Instance) -> Sequence[tuple[int, int]]:
    """What in the pixel data no picture shows: it is written as zeros.

    Fragments are taken for what they begin as, whatever the transfer syntax says. Raises Withheld where they cannot be
    followed, or there are more images than the header has frames.
    """
    pixels = instance.pixels
    if pixels is None or not pixels.encapsulated:
        return ()
    found, frames = source.asides(pixels), number(instance.data.get(0x00280008), instance.syntax) or 1
    if found.images > frames or (found.images < frames and found.ranges):  # a second image behind a first one
        raise Withheld(NOT_FOLLOWED)
    if not found.images and JPEG_FAMILY.fullmatch(instance.transfer_syntax):
        opening = source.read(pixels.start, min(pixels.start + BEFORE, pixels.end))
        if BEGINNING.search(opening):  # something stands before the image
            raise Withheld(NOT_FOLLOWED)
    return found.ranges


def behind_pixels(data: Item, instance: Instance) -> bytes:
    """The elements of a new data set that go behind its pixel data: private ones that stay."""
    pixels = instance.pixels
    if pixels is None or not data or data[-1].tag < pixels.tag:
        return b""
    return encode(Item([element for element in data if element.tag > pixels.tag]), instance.syntax)


def join(instance: Instance, header: list[bytes | Bulk], behind: bytes, value: Splice | None = None) -> Splice:
    """The output as a splice: the new header, with bulk values and the pixel data copied from the source.

    ``behind``: the end of the header, which goes behind the pixel data. ``value``: what stands in place of these.
    """
    pixels = instance.pixels
    if pixels is not None:
        value, closed = ((Copy(pixels.start, pixels.end),), pixels.closed) if value is None else (value, True)
        length = splice_size(value)
        element = Element(pixels.tag, pixels.vr, b"", None, pixels.encapsulated)
        last = encode_header(element, length, instance.syntax)
        end = header[-1]
        header[-1:] = [end.removesuffix(behind) + last] if isinstance(end, bytes) else [end, last]
        behind = behind if closed else DELIMITER + behind
    if instance.inflated is not None:
        return (deflated(instance.inflated, value, header, behind),)
    copied = tuple(Copy(part.start, part.end) if isinstance(part, Bulk) else part for part in header)
    if value is None:
        return copied
    return (*copied, *value, *((behind,) if behind else ()))


def deflated(inflated: bytes, value: Splice | None, header: list[bytes | Bulk], behind: bytes) -> bytes:
    """The output of an instance whose data set was deflated (PS3.5 A.5); ``value``: of its pixel data, if any."""
    parts: list[bytes | bytearray | memoryview] = [part.view if isinstance(part, Bulk) else part for part in header]
    opening = bytes(parts[0])
    meta, packer = meta_end(opening), zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    parts[0] = opening[meta:]
    if value is not None:
        parts += [*(stretch(inflated, segment) for segment in value), behind]
    packed = b"".join((*map(packer.compress, parts), packer.flush()))
    return opening[:meta] + packed + bytes(len(packed) % 2)


def stretch(inflated: bytes, segment: bytes | Copy | Fill | Stripes) -> bytes | bytearray | memoryview:
    """The bytes of a segment, whose ranges are those of the inflated data set."""
    match segment:
        case Copy(start, end):
            return memoryview(inflated)[start:end]
        case Fill(count=count, byte=byte):
            return bytes([byte]) * count
        case Stripes():
            part = bytearray(inflated[segment.start : segment.end])
            segment.over(part)
            return part
    return segment


def meta_end(header: bytes) -> int:
    """The offset behind the file meta information, which begins with its own length."""
    return 144 + int.from_bytes(header[140:144], "little")


def without_path(names: Names) -> Names:
    """The names of an instance that is not written, and so has no path."""
    return Names(
        names.patient, names.study, names.series, names.instance, names.sop_class, names.modality, names.transfer_syntax
    )
