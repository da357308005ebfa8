"""Warm-up: made instances go through the stages before the first real one comes.

WebAssembly is compiled while it runs: the first slices of a run take twice as long as the later ones, and the compiler
a second of the processor that reading and writing could use. While a person chooses, nobody needs either.
"""

from __future__ import annotations

from dicom_deid.dicom.encoding import IMPLICIT_LITTLE, U16, encode, vr_of
from dicom_deid.key import Key, make_key
from dicom_deid.model import TAG, Element, Item, Outcome, Syntax
from dicom_deid.pipeline import process
from dicom_deid.policy import Plan, Policy
from dicom_deid.readable import Readable

EXPLICIT = Syntax(explicit=True, little=True)
EDGE = 64  # pixels
PIXEL_DATA = 0x7FE00010
ROOT = "1.2.826.0.1.3680043.10.99999.7."
CT, EXPLICIT_UID, IMPLICIT_UID = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"
COMMON: dict[int, str | int] = {
    0x00080005: "ISO_IR 100", 0x00080008: "ORIGINAL\\PRIMARY\\AXIAL", 0x00080016: CT, 0x00080020: "20240229",
    0x00080021: "20240229", 0x00080022: "20240229", 0x00080030: "101112.125", 0x00080050: "ACC-104711",
    0x00080060: "CT", 0x00080070: "ACME", 0x00080080: "General Hospital", 0x00080081: "1 Quay Road, Eastport",
    0x00080090: "Marlowe^Philippa", 0x00081010: "CTAWP73021", 0x00081030: "CT Thorax", 0x0008103E: "Thorax 1.0 B30f",
    0x00081070: "Novak^Jana", 0x00081090: "Spiral 64", 0x00090010: "ACME CT HEADER", 0x00091001: "kernel 3",
    0x00100010: "Okonkwo^Adaeze^Chidinma", 0x00100020: "MRN-0815-4711", 0x00100030: "19610307", 0x00100040: "F",
    0x00101010: "062Y", 0x00101040: "12 Harbour Lane, Eastport", 0x001021B0: "Mrs Okonkwo was seen on 2024-02-12.",
    0x00180015: "CHEST", 0x00180022: "HELICAL_CT", 0x00180050: "1.0", 0x00180060: "120", 0x00181000: "73021",
    0x00181020: "VA47C\\SL7P1", 0x00181030: "ThoraxRoutine", 0x00181150: "500", 0x00181151: "212",
    0x00181210: "B30f", 0x00185100: "HFS", 0x0020000D: f"{ROOT}1", 0x0020000E: f"{ROOT}2", 0x00200010: "S4711",
    0x00200011: "3", 0x00200037: "1\\0\\0\\0\\1\\0", 0x00200052: f"{ROOT}3", 0x00280002: 1,
    0x00280004: "MONOCHROME2", 0x00280010: EDGE, 0x00280011: EDGE, 0x00280030: "0.7421875\\0.7421875",
    0x00280100: 16, 0x00280101: 12, 0x00280102: 11, 0x00280103: 0, 0x00281050: "40", 0x00281051: "400",
    0x00281052: "-1024", 0x00281053: "1", 0x00321060: "CT Thorax", 0x00400244: "20240229", 0x00400253: "PPS-4711",
}  # fmt: skip


class Made(Readable):
    """A made slice, whose image is black."""

    def __init__(self, number: int, syntax: Syntax) -> None:
        meta = [element(0x00020002, CT), element(0x00020003, f"{ROOT}4.{number}")]
        meta.append(element(0x00020010, EXPLICIT_UID if syntax.explicit else IMPLICIT_UID))
        data = Item([element(tag, value) for tag, value in {**COMMON, **own(number)}.items()])
        data.append(Element(0x00081140, "SQ", b"", [reference(number), reference(number + 1)]))
        data.append(Element(PIXEL_DATA, "OW", bytes(2 * EDGE * EDGE)))
        data.sort(key=TAG)
        self._whole = bytes(128) + b"DICM" + encode(Item(meta), EXPLICIT) + encode(data, syntax)
        super().__init__(len(self._whole))

    def read(self, start: int, end: int) -> bytes:
        """The bytes [start, end)."""
        return self._whole[start:end]


def own(number: int) -> dict[int, str | int]:
    """The values that no other slice of the series has."""
    return {
        0x00080018: f"{ROOT}4.{number}", 0x00080032: f"1011{number % 60:02}.{number:06}",
        0x00080033: f"1012{number % 60:02}.{number:06}", 0x00200013: str(number), 0x00200032: f"-190\\-180\\-{number}",
        0x00201041: f"-{number}.5", 0x00281054: "HU", 0x00280106: number % 50, 0x00280107: 4000 - number % 90,
    }  # fmt: skip


def element(tag: int, value: str | int) -> Element:
    """An element of ASCII text, or of a number in 16 bits."""
    vr = "LO" if tag == 0x00091001 else vr_of(tag)
    if isinstance(value, int):
        return Element(tag, "US", U16[True].pack(value))
    return Element(tag, vr, value.encode("ascii"))


def reference(number: int) -> Item:
    """An item that refers to a slice."""
    return Item([element(0x00081150, CT), element(0x00081155, f"{ROOT}4.{number}")])


def warm_up(first: int, count: int) -> list[Outcome]:
    """The outcomes of slices of these numbers, under a plan of their own: it goes, and its caches with it."""
    plan = Plan(Policy(), Key(make_key()))
    slices = [Made(number, EXPLICIT if number % 4 else IMPLICIT_LITTLE) for number in range(first, first + count)]
    return [process(made, plan, "0" * 20, repeat=False) for made in slices]
