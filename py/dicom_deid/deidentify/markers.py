"""The marks that say what was done (PS3.15 E.1.1, PS3.3 C.12.1.1.9): they are added to, and are true."""

from __future__ import annotations

from bisect import bisect
from functools import lru_cache

from dicom_deid.dicom.encoding import ascii_text, encode, padding
from dicom_deid.model import TAG, Element, Instance, Item, Syntax
from dicom_deid.policy.claims import Claims
from dicom_deid.profile import table
from dicom_deid.version import __version__

IDENTITY_REMOVED, METHOD, METHOD_CODES, DATES_MODIFIED = 0x00120062, 0x00120063, 0x00120064, 0x00280303
IMPLEMENTATION_UID = "2.25.193822951026953474410912498873061480704"
"""This program's Implementation Class UID (0002,0012)."""
EXPLICIT = Syntax(explicit=True, little=True)
STATES = ("UNMODIFIED", "MODIFIED", "REMOVED")
"""Values of (0028,0303): whatever was done last, what was done before stays true."""


def put(data: Item, element: Element) -> None:
    """Puts an element in its place, instead of one with the same tag."""
    at = bisect(data, element.tag, key=TAG)
    if at and data[at - 1].tag == element.tag:
        data[at - 1] = element
    else:
        data.insert(at, element)


def text(tag: int, vr: str, value: str) -> Element:
    """An element of ASCII text, of even length."""
    encoded = value.encode("ascii")
    return Element(tag, vr, encoded + padding(vr) * (len(encoded) % 2))


def mark(data: Item, claims: Claims, how: str) -> None:
    """Writes the four marks into a de-identified data set; ``how`` goes to (0012,0063)."""
    removed, method, codes, dates = fresh(claims, how)
    put(data, removed)
    known = data.get(METHOD)
    before = known.value.rstrip(b" \0") if known is not None else b""
    if not before:
        put(data, method)
    elif method.value.rstrip(b" ") not in before.split(b"\\"):
        value = before + b"\\" + method.value.rstrip(b" ")
        put(data, Element(METHOD, "LO", value + b" " * (len(value) % 2)))
    earlier = data.get(METHOD_CODES)
    items = list((earlier.items if earlier is not None else None) or ())
    if items:
        present = set(map(coded, items))
        added = [item for item in codes.items or () if coded(item) not in present]
        put(data, Element(METHOD_CODES, "SQ", b"", [*items, *added]))
    elif codes.items:
        put(data, codes)
    elif earlier is not None:  # without a code, (0012,0063) alone says what was done (PS3.3 C.7.1.1, Type 1C)
        data.remove(earlier)
    states = (claims.dates, ascii_text(data.get(DATES_MODIFIED)).upper(), implied(items))
    least = max((state for state in states if state in STATES), key=STATES.index)
    put(data, dates if least == claims.dates else text(DATES_MODIFIED, "CS", least))


def coded(item: Item) -> tuple[str, str]:
    """Coding scheme and value of a code."""
    return ascii_text(item.get(0x00080102)), ascii_text(item.get(0x00080100))


def implied(items: list[Item]) -> str:
    """The state of dates that De-identification Method Codes of the source tell; "" for none."""
    return "MODIFIED" if ("DCM", "113107") in map(coded, items) else ""


@lru_cache(16)
def fresh(claims: Claims, method: str) -> tuple[Element, Element, Element, Element]:
    """The four marks of an instance that had none, in the order of their tags."""
    meanings, items = table("methods.json")["rows"], []
    for code in claims.codes:
        elements = [text(0x00080100, "SH", code), text(0x00080102, "SH", "DCM")]
        items.append(Item([*elements, text(0x00080104, "LO", meanings[code])]))
    return (
        text(IDENTITY_REMOVED, "CS", claims.identity_removed),
        text(METHOD, "LO", method),
        Element(METHOD_CODES, "SQ", b"", items),
        text(DATES_MODIFIED, "CS", claims.dates),
    )


def file_meta(instance: Instance, data: Item) -> list[bytes]:
    """Preamble and file meta information, made anew (PS3.10 7.1): nothing of the source's is carried over."""
    before, behind = constant_meta(instance.sop_class, instance.transfer_syntax)
    own = encode(Item([Element(0x00020003, "UI", ascii_text(data.get(0x00080018)).encode("latin-1"))]), EXPLICIT)
    meta = [before, own, behind]
    return [opening(sum(map(len, meta))), *meta]


@lru_cache(256)
def constant_meta(sop_class: str, transfer_syntax: str) -> tuple[bytes, bytes]:
    """The file meta elements before and behind the instance's own UID."""
    version = Element(0x00020001, "OB", b"\0\1")
    syntax = Element(0x00020010, "UI", transfer_syntax.encode("latin-1"))
    program = Element(0x00020012, "UI", IMPLEMENTATION_UID.encode("ascii"))
    name = text(0x00020013, "SH", "DICOM-DEID " + ".".join(__version__.split(".")[:2]))
    before = Item([version, Element(0x00020002, "UI", sop_class.encode("latin-1"))])
    return encode(before, EXPLICIT), encode(Item([syntax, program, name]), EXPLICIT)


@lru_cache(256)
def opening(length: int) -> bytes:
    """Preamble and File Meta Information Group Length."""
    return bytes(128) + b"DICM" + encode(Item([Element(0x00020000, "UL", length.to_bytes(4, "little"))]), EXPLICIT)
