"""Runs the stages for one instance, and turns whatever happens into one outcome."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable

from dicom_deid.admission import admit
from dicom_deid.deidentify import Deidentifier
from dicom_deid.deidentify.cached import CachedDeidentifier
from dicom_deid.deidentify.links import link
from dicom_deid.deidentify.markers import file_meta
from dicom_deid.dicom.encoding import encode, encode_header, pieces
from dicom_deid.dicom.pixel_length import DELIMITER
from dicom_deid.dicom.read_cache import ReadCache
from dicom_deid.errors import FragmentsWanted, ShortRead, Unwritten
from dicom_deid.model import Bulk, Copy, Element, Instance, Item, Names, Outcome, Pixels, Splice
from dicom_deid.policy import Plan
from dicom_deid.scan import inspect
from dicom_deid.silence import NO_WARNINGS
from dicom_deid.source_and_sink import Source
from dicom_deid.verify import SoundCache, verify

# Messages and warnings of pydicom quote the value that they are about; no console and no log may get one.
logging.getLogger("pydicom").disabled = True

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
        admit(plan, instance)
        data = deidentifier.header()
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
        splice = join(instance, header, behind_pixels(data, instance))
        linked = link(deidentifier, data) if plan.linked else None
    except (ShortRead, FragmentsWanted):
        raise
    except Unwritten as end:
        return Outcome(end.status, end.reason, without_path(names))
    except Exception:
        # The text of an unforeseen error may quote a value, so nothing of it goes on but the code.
        return Outcome("failed", "INTERNAL_ERROR", without_path(names))
    pixels = "kept" if instance.pixels else ""
    return Outcome("written", "", names, deidentifier.counts, splice, pixels, tuple(deidentifier.log), linked)


def behind_pixels(data: Item, instance: Instance) -> bytes:
    """The elements of a new data set that go behind its pixel data: private ones that stay."""
    pixels = instance.pixels
    if pixels is None or not data or data[-1].tag < pixels.tag:
        return b""
    return encode(Item([element for element in data if element.tag > pixels.tag]), instance.syntax)


def join(instance: Instance, header: list[bytes | Bulk], behind: bytes) -> Splice:
    """The output as a splice: the new header, with bulk values and the pixel data copied from the source.

    ``behind``: the end of the header, which goes behind the pixel data.
    """
    pixels = instance.pixels
    if pixels is not None:
        length = pixels.end - pixels.start
        element = Element(pixels.tag, pixels.vr, b"", None, pixels.encapsulated)
        last = encode_header(element, length, instance.syntax)
        end = header[-1]
        header[-1:] = [end.removesuffix(behind) + last] if isinstance(end, bytes) else [end, last]
        behind = behind if pixels.closed else DELIMITER + behind
    if instance.inflated is not None:
        return (deflated(instance.inflated, pixels, header, behind),)
    copied = tuple(Copy(part.start, part.end) if isinstance(part, Bulk) else part for part in header)
    if pixels is None:
        return copied
    return (*copied, Copy(pixels.start, pixels.end), *((behind,) if behind else ()))


def deflated(inflated: bytes, pixels: Pixels | None, header: list[bytes | Bulk], behind: bytes) -> bytes:
    """The output of an instance whose data set was deflated (PS3.5 A.5)."""
    parts = [part.view if isinstance(part, Bulk) else part for part in header]
    opening = bytes(parts[0])
    meta, packer = meta_end(opening), zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    parts[0] = opening[meta:]
    if pixels is not None:
        parts += [memoryview(inflated)[pixels.start : pixels.end], behind]
    packed = b"".join((*map(packer.compress, parts), packer.flush()))
    return opening[:meta] + packed + bytes(len(packed) % 2)


def meta_end(header: bytes) -> int:
    """The offset behind the file meta information, which begins with its own length."""
    return 144 + int.from_bytes(header[140:144], "little")


def without_path(names: Names) -> Names:
    """The names of an instance that is not written, and so has no path."""
    return Names(
        names.patient, names.study, names.series, names.instance, names.sop_class, names.modality, names.transfer_syntax
    )
