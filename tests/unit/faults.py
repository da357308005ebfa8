"""Files with the faults of writers, made in code: by name, and with the end that is right for each."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from codestreams import jpeg
from made import UID, ct, item, sequence, to_bytes
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

WRITTEN = ("written", "")
MALFORMED, TRUNCATED = ("failed", "MALFORMED"), ("failed", "TRUNCATED")
NOT_DICOM, UNKNOWN = ("skipped", "NOT_DICOM"), ("withheld", "UNKNOWN_SOP_CLASS")
UNSUPPORTED, ELSEWHERE = ("failed", "UNSUPPORTED_TRANSFER_SYNTAX"), ("withheld", "PIXELS_ELSEWHERE")
TOO_LONG = ("withheld", "PIXELS_TOO_LONG")
SECRETS = (b"Okonkwo", b"Adaeze", b"0815-4711", b"19610307", UID.encode())
LONG = ("OB", "OW", "SQ", "UN", "UT")
UNDEFINED = 0xFFFFFFFF
ITEM_END, SEQUENCE_END = struct.pack("<HHL", 0xFFFE, 0xE00D, 0), struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
IMAGE = jpeg()
Fault = tuple[str, bytes, tuple[str, str]]


def element(tag: int, vr: str, value: bytes, *, explicit: bool = True, length: int | None = None) -> bytes:
    """One element, little endian; with another length than its own, if one is given."""
    size = len(value) if length is None else length
    start = struct.pack("<HH", tag >> 16, tag & 0xFFFF)
    if not explicit:
        return start + struct.pack("<L", size) + value
    if vr in LONG:
        return start + vr.encode() + struct.pack("<HL", 0, size) + value
    return start + vr.encode() + struct.pack("<H", size) + value


def item_of(value: bytes, *, ended: bool = False) -> bytes:
    """One item, with its length or with a delimiter."""
    head = struct.pack("<HHL", 0xFFFE, 0xE000, UNDEFINED if ended else len(value))
    return head + value + (ITEM_END if ended else b"")


def body(dataset: Dataset, *, explicit: bool = True, little: bool = True) -> dict[int, bytes]:
    """Tag -> each element of a data set."""
    found = {}
    for one in dataset:
        file, single = DicomBytesIO(), Dataset()
        file.is_implicit_VR, file.is_little_endian = not explicit, little
        single.add(one)
        write_dataset(file, single)
        found[int(one.tag)] = file.getvalue()
    return found


def meta(syntax: str = "1.2.840.10008.1.2.1", instance: str = f"{UID}.3") -> bytes:
    """Preamble and file meta information."""
    uids = ((0x00020002, "1.2.840.10008.5.1.4.1.1.2"), (0x00020003, instance), (0x00020010, syntax))
    found = b"".join(element(tag, "UI", uid.encode() + b"\0" * (len(uid) % 2)) for tag, uid in uids if uid)
    return bytes(128) + b"DICM" + element(0x00020000, "UL", struct.pack("<L", len(found))) + found


def with_element(tag: int, coded: bytes, dataset: Dataset | None = None) -> bytes:
    """A file in which an element, or what stands for it, is at the place of its tag."""
    found = body(dataset or ct())
    before = b"".join(data for known, data in found.items() if known < tag)
    return meta() + before + coded + b"".join(data for known, data in found.items() if known >= tag)


def order() -> Iterator[Fault]:
    """Elements out of order, and behind Pixel Data."""
    found = body(ct(PixelSpacing=[1, 1]))
    pixels = found.pop(0x7FE00010)
    yield "reversed_header", meta() + b"".join(reversed(found.values())) + pixels, WRITTEN
    yield "pixels_first", meta() + pixels + b"".join(found.values()), WRITTEN
    for name, late in (
        ("rows_after_pixels", (0x00280010, 0x00280011)),
        ("patient_after_pixels", (0x00100010, 0x00100020, 0x00180050, 0x00280030)),
        ("sop_uid_last", (0x00080018,)),
    ):
        early = b"".join(data for tag, data in found.items() if tag not in late)
        yield name, meta() + early + pixels + b"".join(found[tag] for tag in late), WRITTEN
    whole = meta() + b"".join(found.values()) + pixels
    yield "padding_after", whole + element(0xFFFCFFFC, "OB", b"Okonkwo Adaeze"), WRITTEN
    private = element(0x7FE10010, "LO", b"ACME 1") + element(0x7FE11010, "OB", b"Okonkwo Adaeze")
    yield "group_7fe1_after", whole + private, WRITTEN
    yield "second_data_set", whole + whole, WRITTEN
    yield "cut_element_after", whole + element(0x00100040, "CS", b"F ", length=20), TRUNCATED
    item_turned = item_of(element(0x00081155, "UI", b"1.2.3\0") + element(0x00081150, "UI", b"1.2.4\0"))
    yield "item_out_of_order", with_element(0x00081140, element(0x00081140, "SQ", item_turned)), WRITTEN


def twice() -> Iterator[Fault]:
    """The same element twice."""
    for name, other, end in (("same", b"MRN-0815-4711 ", WRITTEN), ("other", b"MRN-0815-4712 ", MALFORMED)):
        yield f"dup_{name}_value", with_element(0x00100021, element(0x00100020, "LO", other)), end
    creator = element(0x00290010, "LO", b"ACME 1")
    yield "dup_private", with_element(0x00290010, creator + creator), WRITTEN
    inner = element(0x00081155, "UI", b"1.2.3\0")
    yield "dup_in_item", with_element(0x00081140, element(0x00081140, "SQ", item_of(inner + inner))), WRITTEN


def vrs() -> Iterator[Fault]:
    """VRs that are none."""
    said = b"Adaeze said "
    for name, vr in (("zero", b"\0\0"), ("blank", b"  "), ("qq", b"??")):
        short = struct.pack("<HH", 0x0010, 0x4000) + vr + struct.pack("<H", len(said)) + said
        yield f"vr_{name}_short", with_element(0x00104000, short), WRITTEN
        long = struct.pack("<HH", 0x0011, 0x1001) + vr + struct.pack("<HL", 0, len(said)) + said
        creator = element(0x00110010, "LO", b"ACME 1")
        yield f"vr_{name}_private_long", with_element(0x00110010, creator + long), WRITTEN
    yield "one_implicit", with_element(0x00104000, element(0x00104000, "", said, explicit=False)), WRITTEN


def beginnings() -> Iterator[Fault]:
    """Files without preamble or prefix."""
    for name, explicit, little in (("explicit", True, True), ("implicit", False, True), ("big_endian", True, False)):
        yield f"no_preamble_{name}", b"".join(body(ct(), explicit=explicit, little=little).values()), WRITTEN
    found = body(ct(), explicit=False)
    for tag, end in ((0x00080016, WRITTEN), (0x00080018, UNKNOWN), (0x00080060, UNKNOWN), (0x00100010, UNKNOWN)):
        yield f"implicit_first_{tag:08x}", b"".join(data for known, data in found.items() if known >= tag), end
    coded = ct(LanguageCodeSequence=sequence(item(CodeValue="en")))
    coded["LanguageCodeSequence"].is_undefined_length = True
    yield "first_is_sequence", b"".join(body(coded).values()), WRITTEN
    whole = b"".join(body(ct()).values())
    yield "preamble_without_prefix", bytes(128) + meta()[132:] + whole, NOT_DICOM
    yield "prefix_without_meta", bytes(128) + b"DICM" + whole, WRITTEN
    yield "meta_without_syntax", meta(syntax="") + whole, WRITTEN


def fragments() -> Iterator[Fault]:
    """Ends of encapsulated pixel data."""
    dataset = ct(BitsAllocated=8, BitsStored=8, HighBit=7)
    del dataset.PixelData
    header = meta("1.2.840.10008.1.2.4.50") + b"".join(body(dataset).values())
    start = struct.pack("<HH", 0x7FE0, 0x0010) + b"OB" + struct.pack("<HL", 0, UNDEFINED)
    data = header + start + item_of(b"") + item_of(IMAGE)
    for name, end in (
        ("no_delimiter", b""), ("zeros_instead", bytes(8)), ("many_zeros_instead", bytes(64)),
        ("delimiter_cut", SEQUENCE_END[:4]), ("item_delimiter_instead", ITEM_END), ("ok", SEQUENCE_END),
        ("delimiter_with_length", SEQUENCE_END[:4] + b"\xff\xff\xff\xff"), ("delimiter_twice", SEQUENCE_END * 2),
        ("garbage_behind", SEQUENCE_END + b"Okonkwo garbage"),
    ):  # fmt: skip
        yield f"fragments_{name}", data + end, WRITTEN
    yield "fragments_cut", data[:-2], TRUNCATED
    yield "fragments_none", header + start + SEQUENCE_END, TRUNCATED


def delimiters() -> Iterator[Fault]:
    """Delimiters among elements."""
    inner = element(0x00081150, "UI", b"1.2.3\0") + element(0x00081155, "UI", b"1.2.4\0")
    begun = struct.pack("<HH", 0x0008, 0x1140) + b"SQ" + struct.pack("<HL", 0, UNDEFINED)
    opened = struct.pack("<HHL", 0xFFFE, 0xE000, UNDEFINED) + inner
    defined = element(0x00081140, "SQ", item_of(inner))
    for name, coded, end in (
        ("sq_end_for_item_end", begun + opened + SEQUENCE_END, MALFORMED),
        ("item_end_behind_item", begun + item_of(inner) + ITEM_END + SEQUENCE_END, WRITTEN),
        ("sq_end_behind_sq", defined + SEQUENCE_END, WRITTEN),
        ("sq_end_in_sq", element(0x00081140, "SQ", item_of(inner) + SEQUENCE_END), WRITTEN),
        ("item_end_with_length", begun + opened + ITEM_END[:4] + b"\x08\0\0\0" + SEQUENCE_END, WRITTEN),
    ):
        yield f"h_{name}", with_element(0x00081140, coded), end
    report = ct()
    del report.PixelData
    whole = meta() + b"".join(body(report).values())
    yield "h_item_end_at_end", whole + ITEM_END, WRITTEN
    yield "h_sq_end_at_end", whole + SEQUENCE_END, WRITTEN
    yield "h_sq_never_ends", whole + begun.replace(b"\x08\0\x40\x11", b"\x40\0\x30\xa7") + opened, TRUNCATED


def as_un() -> Iterator[Fault]:
    """Sequences as UN."""
    for explicit in (True, False):
        inner = element(0x00081155, "UI", b"1.2.3\0", explicit=explicit)
        inner += element(0x00100010, "PN", b"Okonkwo^Adaeze", explicit=explicit)
        for ended in (True, False):
            name = f"{'explicit' if explicit else 'implicit'}_{'undefined' if ended else 'defined'}"
            value = item_of(inner) + (SEQUENCE_END if ended else b"")
            length = UNDEFINED if ended else len(value)
            known = element(0x00081140, "UN", value, length=length)
            yield f"un_known_{name}", with_element(0x00081140, known), WRITTEN
            private = element(0x00191001, "UN", value, length=length)
            creator = element(0x00190010, "LO", b"ACME 1")
            yield f"un_private_{name}", with_element(0x00190010, creator + private), WRITTEN
    for levels, end in ((64, WRITTEN), (66, MALFORMED), (300, MALFORMED)):
        value = element(0x00100010, "PN", b"Okonkwo^Adaeze")
        for _ in range(levels):
            value = element(0x0040A730, "SQ", item_of(value, ended=True) + SEQUENCE_END, length=UNDEFINED)
        yield f"depth_{levels}", with_element(0x0040A730, value), end


def syntaxes() -> Iterator[Fault]:
    """Transfer syntaxes."""
    dataset = ct(BitsAllocated=8, BitsStored=8, HighBit=7)
    del dataset.PixelData
    coded = (
        b"".join(body(dataset).values()) + struct.pack("<HH", 0x7FE0, 0x0010) + b"OB" + struct.pack("<HL", 0, UNDEFINED)
    )
    coded += item_of(b"") + item_of(bytes(16)) + SEQUENCE_END
    ends = dict.fromkeys(("4.110", "4.111", "4.112", "8.1", "4.201", "4.202", "4.203", "1.98", "4.107", "5"), WRITTEN)
    ends |= dict.fromkeys(("4.94", "4.95", "4.204", "4.205"), ELSEWHERE)
    ends |= dict.fromkeys(("7.1", "2.123456"), UNSUPPORTED)
    for end, outcome in ends.items():
        yield f"syntax_{end}", meta(f"1.2.840.10008.1.2.{end}") + coded, outcome
    yield "syntax_private", meta("1.2.124.113532.3320.922.1") + coded, UNSUPPORTED


def lengths() -> Iterator[Fault]:
    """Native pixel data shorter or longer than described."""
    for name, data, end in (
        ("none", b"", TRUNCATED), ("short", bytes(30), TRUNCATED), ("zeros", bytes(160), WRITTEN),
        ("excess", bytes(32) + b"\xff" * 128, TOO_LONG), ("blanks", bytes(32) + b"  ", TOO_LONG),
    ):  # fmt: skip
        yield f"pixels_{name}", to_bytes(ct(PixelData=data)), end
    for photometric in ("YBR_FULL_422", "YBR_PARTIAL_422"):
        for size in (32, 48):
            colours = ct(
                SamplesPerPixel=3, PhotometricInterpretation=photometric, PlanarConfiguration=0, BitsAllocated=8,
                BitsStored=8, HighBit=7, PixelData=bytes(range(1, size + 1)),
            )  # fmt: skip
            yield f"pixels_{photometric}_{size}", to_bytes(colours), WRITTEN


def uids() -> Iterator[Fault]:
    """UIDs of the object itself that are none."""
    for name, tag, value in (
        ("sop_empty", 0x00080018, b""), ("sop_blank", 0x00080018, b"  "),
        ("sop_multi", 0x00080018, b"1.2.3\\1.2.4\0\0\0"),
        ("sop_text", 0x00080018, b"not a uid "), ("study_newline", 0x0020000D, f"{UID}.1\r\n".encode()),
        ("study_multi", 0x0020000D, b"1.2.3\\1.2.4\0"), ("series_empty", 0x0020000E, b""),
    ):  # fmt: skip
        dataset = ct()
        del dataset[tag]
        yield name, with_element(tag, element(tag, "UI", value), dataset), WRITTEN
    dataset = ct()
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
        delattr(dataset, keyword)
    yield "no_uid_at_all", meta(instance="") + b"".join(body(dataset).values()), WRITTEN


KINDS: tuple[Callable[[], Iterator[Fault]], ...] = (
    order, twice, vrs, beginnings, fragments, delimiters, as_un, syntaxes, lengths, uids,
)  # fmt: skip


def faults() -> dict[str, tuple[bytes, tuple[str, str]]]:
    """Name -> a file, and its status and reason."""
    return {name: (data, end) for kind in KINDS for name, data, end in kind()}
