"""Residual identifiers: the elements of a new header in which the check before writing finds one. No value is told."""

from __future__ import annotations

from collections.abc import Iterator

from dicom_deid.deidentify import Deidentifier
from dicom_deid.deidentify.character_set import encodings_of
from dicom_deid.dicom.encoding import encode_element
from dicom_deid.explain.readable import name_of, tag_text
from dicom_deid.model import Element, Item
from dicom_deid.verify import Sought, is_left


def places(done: Deidentifier, made: Item) -> tuple[str, ...]:
    """Path and name of each element of the new data set in which something is left."""
    sought = Sought(done.identifiers, done.retained, done.private, done.repeated)
    syntax, named = done.instance.syntax, done.instance.transfer_syntax
    found = []
    for path, element, codecs in leaves(made, "", ("iso8859",)):
        try:
            left = is_left(encode_element(element, syntax), named, codecs, sought, done.remapped)
        except ValueError:  # it cannot be read, which is another finding
            left = False
        if left:
            found.append(f"{path} {name_of(element.tag, '')}")
    return tuple(found)


def leaves(item: Item, before: str, inherited: tuple[str, ...]) -> Iterator[tuple[str, Element, tuple[str, ...]]]:
    """Every element that is no sequence, at every depth, with its path and the codecs of its text."""
    codecs = encodings_of(item, inherited)
    for element in item:
        path = f"{before}{tag_text(element.tag)}"
        if element.items is None:
            yield path, element, codecs
        for number, nested in enumerate(element.items or (), 1):
            yield from leaves(nested, f"{path}[{number}]/", codecs)
