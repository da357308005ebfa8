"""What a header says of pixels that were made blank (PS3.15 E.3.1, PS3.3 C.7.6.1): only what is true."""

from __future__ import annotations

from dicom_deid.deidentify.markers import put, text
from dicom_deid.dicom.encoding import PADDING
from dicom_deid.model import Element, Item
from dicom_deid.version import __version__

BURNED_IN, DERIVATION, ICONS = 0x00280301, 0x00082111, 0x00880200
PIXEL_GROUP = 0x7FE0
LONGEST = 1024
"""Characters of a Derivation Description, which is ST (PS3.5 6.2)."""


def say_reviewed(data: Item) -> None:
    """Burned In Annotation NO: a person has confirmed that nothing in the pixels identifies."""
    put(data, text(BURNED_IN, "CS", "NO"))


def say_cleaned(data: Item, regions: int, approved: bool) -> None:
    """Derivation Description: what was done, before what it said; in ASCII, which all character sets have."""
    review = "as reviewed" if approved else "not reviewed"
    said = f"dicom-deid {__version__}: {regions} region{'s' * (regions > 1)} of the pixels set to one value, {review}"
    known = data.get(DERIVATION)
    before = known.value.strip(PADDING.encode()) if known is not None else b""
    whole = said.encode() + (b"; " + before if before else b"")
    if len(whole) > LONGEST:
        whole = said.encode()
    put(data, Element(DERIVATION, "ST", whole + b" " * (len(whole) % 2)))


def without_pictures(item: Item, *, icons: bool, nested: bool = False) -> Item:
    """The same without pixel data in items of sequences, which nobody has looked at, whatever a policy keeps.

    ``icons``: also without icon images, which show the old pixels; else those that a policy keeps stay.
    """
    found = Item(undefined=item.undefined)
    for element in item:
        if (element.tag == ICONS and icons) or (nested and element.tag >> 16 == PIXEL_GROUP):
            continue
        inside = element.tag != ICONS
        items = [without_pictures(one, icons=icons, nested=inside) for one in element.items] if element.items else None
        if items is not None and items != element.items:
            found.append(Element(element.tag, element.vr, b"", items, element.undefined))
        else:
            found.append(element)
    found.units = item.units
    return found
