"""The private data elements that stay: by the Retain Safe Private Option (PS3.15 E.3.10), and by rules.

They are matched by private creator and element, never by the number of their block. An element is safe if Table
E.3.10-1 lists it, or if the object declares it in (0008,0300) Private Data Element Characteristics (PS3.3 C.12.1.1.7).
A policy may ask for TCIA's dispositions too; they count where the object itself declares nothing of the block.
Bulk values (OB, OW, UN) are never safe by themselves: nobody can see what is in them.
"""

from __future__ import annotations

from dicom_deid.dicom.encoding import IMPLICIT_LITTLE, TEXT_VRS, VRS, ascii_text, number
from dicom_deid.dicom.read_cache import ReadCache
from dicom_deid.dicom.reader import Reader
from dicom_deid.errors import Failed, ShortRead
from dicom_deid.model import Element, ElementAction, Item, Syntax
from dicom_deid.profile import DATES, FREE_TEXT, private_vr

CHARACTERISTICS = 0x00080300
BULK = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "UN"))
TCIA = "TCIA disposition"
Defined = dict[tuple[int, str], dict[int, str]]
"""(group, private creator) -> element within its block -> VR."""
Declared = dict[tuple[int, str], dict[int, str]]
"""(group, private creator) -> element within its block -> action code; -1 stands for all others of the block."""


def creators(item: Item) -> dict[int, str]:
    """Block -> private creator, a block being (group << 8 | its number) (PS3.5 7.8.1)."""
    found = {}
    for element in item:
        if is_creator(element.tag) and element.items is None:
            found[element.tag >> 16 << 8 | element.tag & 0xFF] = element.value.decode("latin-1").strip(" \0")
    return found


def is_creator(tag: int) -> bool:
    """Whether a tag is that of a private creator."""
    return bool(tag >> 16 & 1) and 0x10 <= tag & 0xFFFF <= 0xFF


def block_of(tag: int) -> int:
    """The block of a private element."""
    return tag >> 16 << 8 | (tag & 0xFFFF) >> 8


def declared(data: Item, syntax: Syntax) -> Declared:
    """The declarations of the object itself in (0008,0300): safe elements, and the actions for the rest."""
    found: Declared = {}
    sequence = data.get(CHARACTERISTICS)
    for item in (sequence.items if sequence is not None else None) or ():
        group, creator = number(item.get(0x00080301), syntax), item.get(0x00080302)
        if group is None or creator is None:
            continue
        safe: dict[int, str] = {}
        status = ascii_text(item.get(0x00080303))
        if status == "SAFE":
            safe[-1] = "K"
        elif status == "MIXED":
            safe.update(dict.fromkeys(numbers(item.get(0x00080304), syntax), "K"))
        for action in actions(item):
            code = ascii_text(action.get(0x00080307))
            safe.update(dict.fromkeys(numbers(action.get(0x00080306), syntax), code if code in "DZXKCU" else "X"))
        found[group, creator.value.decode("latin-1").strip(" \0")] = safe
    return found


def defined(data: Item, syntax: Syntax) -> Defined:
    """The VRs that the object itself gives its private elements, in (0008,0310) (PS3.3 C.12.1.1.7)."""
    found: Defined = {}
    sequence = data.get(CHARACTERISTICS)
    for item in (sequence.items if sequence is not None else None) or ():
        group, creator, definitions = number(item.get(0x00080301), syntax), item.get(0x00080302), item.get(0x00080310)
        if group is None or creator is None or definitions is None:
            continue
        vrs = found.setdefault((group, creator.value.decode("latin-1").strip(" \0")), {})
        for definition in definitions.items or ():
            vr = ascii_text(definition.get(0x0008030A)).split("\\")[0]
            if vr in VRS:
                vrs.update(dict.fromkeys((one & 0xFF for one in numbers(definition.get(0x00080308), syntax)), vr))
    return found


def actions(item: Item) -> list[Item]:
    """The items of (0008,0305) Deidentification Action Sequence."""
    sequence = item.get(0x00080305)
    return list(sequence.items or ()) if sequence is not None else []


def numbers(element: Element | None, syntax: Syntax) -> list[int]:
    """The values of a US element: numbers of elements within a block."""
    value = element.value if element is not None else b""
    return [int.from_bytes(value[at : at + 2], "little" if syntax.little else "big") for at in range(0, len(value), 2)]


def decide(
    element: Element,
    creator: str,
    known: Declared | None,
    ruled: ElementAction | None = None,
    *,
    tcia: bool = False,
    vrs: Defined | None = None,
) -> tuple[str, ElementAction]:
    """The VR and the action of a private element; without the option (``known`` is None) only a rule keeps one.

    ``vrs``: what the object itself gives; it counts where no VR is stored and no table has one.
    ``tcia``: its dispositions are asked about what Table E.3.10-1 and the object say nothing of.
    """
    group, within, rule = element.tag >> 16, element.tag & 0xFF, "safe private"
    listed = private_vr(group, within, creator)
    if listed is None and tcia and (group, creator) not in (known or {}):
        listed, rule = private_vr(group, within, creator, "tcia-private.json"), TCIA
    vr = element.vr
    if vr == "UN":
        vr = listed if listed in VRS else (vrs or {}).get((group, creator), {}).get(within, vr)
    if ruled is not None:
        return vr, by_rule(ruled, vr, element.items is not None)
    named = (known or {}).get((group, creator), {})
    code = named.get(within, named.get(-1))
    if code is None and listed is not None and known is not None:
        code = "K"
    if code in (None, "X") or vr in BULK or vr == "PN" or (rule == TCIA and vr in FREE_TEXT):
        return vr, ElementAction("X", "private")
    if code == "K" and element.items is None:
        code = cleaning(vr)
    return vr, ElementAction(str(code), rule)


def items_of(element: Element, cache: ReadCache) -> list[Item] | None:
    """The items of a sequence that is stored as UN, and so in Implicit VR Little Endian (PS3.5 6.2.2 note 2).

    None where they are not whole: then nobody knows what is in it.
    """
    value = element.value
    try:
        reader = Reader(value, len(value), IMPLICIT_LITTLE, cache)
        return reader.items(0, len(value), len(value), IMPLICIT_LITTLE, 1)[0]
    except (Failed, ShortRead):
        return None


def by_rule(ruled: ElementAction, vr: str, sequence: bool) -> ElementAction:
    """The action of a rule on a private element: what it keeps is treated as safe, its UIDs and dates like all others.

    Where the action does not go with the VR, and for names of persons, nothing stays.
    """
    if sequence or ruled.code in "XZD":
        return ruled._replace(code="X") if ruled.code == "U" else ruled
    if ruled.code == "K" and vr != "PN":
        return ruled._replace(code=cleaning(vr), local=False)
    fits = cleaning(vr) == ruled.code and vr != "PN"
    return ruled if fits else ruled._replace(code="X")


def cleaning(vr: str) -> str:
    """The action code for a private value that stays: what can hold an identifier is cleaned."""
    if vr == "UI":
        return "U"
    return "C" if vr in TEXT_VRS or vr in DATES or vr in ("CS", "AE", "UR") else "K"
