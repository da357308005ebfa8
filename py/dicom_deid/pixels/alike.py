"""The group that a picture belongs to, and the mark by which an instance is known again: the project key makes both."""

from __future__ import annotations

from collections.abc import Iterator

from dicom_deid.dicom.encoding import ascii_text, number
from dicom_deid.key import Key
from dicom_deid.model import Instance, Item

ROWS, COLUMNS, FRAMES, IMAGE_TYPE, ULTRASOUND_REGIONS = 0x00280010, 0x00280011, 0x00280008, 0x00080008, 0x00186011
DEVICE = (0x00080060, 0x00080064, 0x00080070, 0x00081090, 0x00181000, 0x00181020, 0x00181016, 0x00181018)
"""Modality, Conversion Type, Manufacturer, its Model Name, Device Serial Number, Software Versions; then Manufacturer
and Model Name of a Secondary Capture Device."""
REGION = (0x00186012, 0x00186014, 0x00186018, 0x0018601A, 0x0018601C, 0x0018601E)
"""Region Spatial Format, Data Type, and Location Min X0, Min Y0, Max X1, Max Y1 (PS3.3 C.8.5.5)."""
SAMPLES, PHOTOMETRIC = 0x00280002, 0x00280004


def group_id(instance: Instance, key: Key) -> str:
    """Twenty hexadecimal digits for all pictures that look alike."""
    return key.digest("pixel group", "\0".join(traits(instance)))[:10].hex()


def mark(instance: Instance, size: int, key: Key) -> str:
    """Sixteen hexadecimal digits for an instance in a source of that many bytes: other ones if it has changed."""
    pixels = instance.pixels
    place = (pixels.start, pixels.end) if pixels is not None else ()
    return key.digest("pixel mark", "\0".join(map(str, (instance.sop_instance, size, *place))))[:8].hex()


def traits(instance: Instance) -> Iterator[str]:
    """What pictures that look alike have in common."""
    data = instance.data
    yield instance.sop_class
    yield from (ascii_text(data.get(tag)).upper() for tag in DEVICE)
    yield from map(str, size(instance))
    yield str(number(data.get(SAMPLES), instance.syntax))
    yield ascii_text(data.get(PHOTOMETRIC))
    regions = data.get(ULTRASOUND_REGIONS)
    if regions is None:
        yield "\\".join(ascii_text(data.get(IMAGE_TYPE)).upper().split("\\")[2:])
        return
    for region in regions.items or ():
        yield " ".join(map(str, placed(region, instance)))


def placed(region: Item, instance: Instance) -> tuple[int | None, ...]:
    """Format, type and place of an ultrasound region."""
    return tuple(number(region.get(tag), instance.syntax) for tag in REGION)


def size(instance: Instance) -> tuple[int, int]:
    """Rows and columns; 0 where the header does not say."""
    found = (number(instance.data.get(tag), instance.syntax) for tag in (ROWS, COLUMNS))
    return next(found) or 0, next(found) or 0


def frame_count(instance: Instance) -> int:
    """Frames of the instance."""
    return number(instance.data.get(FRAMES), instance.syntax) or 1
