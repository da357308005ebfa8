"""Encoded data elements as pydicom reads them, whole and in order. Nothing of dicom/ is used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from struct import Struct
from typing import Any, NamedTuple

from pydicom.charset import convert_encodings
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.filereader import data_element_generator, read_sequence
from pydicom.valuerep import VR
from pydicom.values import convert_string

from dicom_deid.verify.stream import Joint, Part, Stream

CHARACTER_SET = 0x00080005
VRS = frozenset(str(vr) for vr in VR)
ITEM, UNDEFINED = (0xFFFE, 0xE000), 0xFFFFFFFF
ITEM_HEADER = {True: Struct("<HHL"), False: Struct(">HHL")}
Raw = RawDataElement | DataElement
Codecs = tuple[str, ...]


class Encoding(NamedTuple):
    """How data elements are encoded."""

    implicit: bool
    little: bool


def stream_of(content: Part | Joint) -> Any:
    """Bytes as pydicom reads them."""
    if isinstance(content, bytes):
        return BytesIO(content)
    return Stream(content if isinstance(content, Joint) else [content])


def elements(content: Part | Joint, encoding: Encoding) -> list[Raw]:
    """The elements in these bytes, read by pydicom; ValueError unless they fill them."""
    stream, end, found = stream_of(content), 0, []
    for raw in data_element_generator(stream, encoding.implicit, encoding.little):
        found.append(raw)
        end = stream.tell()
    if end != len(content):
        raise ValueError
    return found


def walk(found: Iterable[Raw], codecs: Codecs, *, private: bool) -> Iterator[tuple[RawDataElement, str, Codecs]]:
    """Every element that is no sequence, at every depth, with its VR and the codecs of its text.

    Raises ValueError unless they are whole, in order and, where none may be ``private``, standard ones.
    """
    last = -1
    for raw in found:
        tag, vr = int(raw.tag), raw.VR or known_vr(raw.tag)
        if tag <= last or vr not in VRS or (tag >> 16 & 1 and not private):
            raise ValueError
        last = tag
        if vr == "SQ":
            for item in items(raw, codecs):
                yield from walk(item, codecs, private=private)
            continue
        if not isinstance(raw, RawDataElement) or raw.length not in (len(raw.value or b""), UNDEFINED):
            raise ValueError
        codecs = codecs_behind(raw, codecs)
        yield raw, vr, codecs


def codecs_behind(raw: Raw, codecs: Codecs) -> Codecs:
    """The codecs of the text behind an element: those that it names, where it is Specific Character Set."""
    if int(raw.tag) != CHARACTER_SET or not isinstance(raw, RawDataElement):
        return codecs
    return tuple(convert_encodings(convert_string(raw.value or b"", raw.is_little_endian)))


def items(raw: Raw, codecs: Codecs) -> Iterator[Iterable[Raw]]:
    """The elements of each item of a sequence."""
    if isinstance(raw, DataElement):
        yield from (item.values() for item in raw.value)
        return
    value, encoding, at = raw.value or b"", Encoding(raw.is_implicit_VR, raw.is_little_endian), 0
    stream, size = stream_of(value), len(value)
    while at < size:
        group, number, length = ITEM_HEADER[encoding.little].unpack(stream.read(8))
        if length == UNDEFINED:  # where it ends, only reading it shows
            stream.seek(at)
            yield from (item.values() for item in read_sequence(stream, *encoding, size - at, list(codecs)))
            return
        at += 8 + length
        if (group, number) != ITEM or at > size:
            raise ValueError
        yield elements(stream.read(length), encoding)


def known_vr(tag: int) -> str:
    """The VR of an element that is stored without one."""
    try:
        return dictionary_VR(tag)
    except KeyError:
        return "UN"
