"""Headers of data elements, byte by byte: where length and value stand, and what is no header."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest
from dicom_deid.dicom.encoding import TEXT_VRS, number
from dicom_deid.dicom.fragments import ITEM, LONG_WINDOW, SEQUENCE_END, SHORT_WINDOW
from dicom_deid.dicom.header import Header, read_header
from dicom_deid.dicom.is_dicom import looks_like_dicom
from dicom_deid.dicom.peek import Peek, peek
from dicom_deid.dicom.read_cache import CHANGES, ReadCache
from dicom_deid.dicom.reader import Reader
from dicom_deid.errors import Failed, ShortRead
from dicom_deid.model import Element, Fragments, Item, Syntax
from dicom_deid.readable import Readable
from dicom_deid.scan import encoding_of, uid_of
from made import UID, ct, item, sequence
from pydicom import dcmwrite
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

EXPLICIT, BIG = Syntax(explicit=True, little=True), Syntax(explicit=True, little=False)
IMPLICIT, IMPLICIT_BIG = Syntax(explicit=False, little=True), Syntax(explicit=False, little=False)
TAG, LONG, SHORT = 0x00081030, 0x01020304, 0x0506


def header(syntax: Syntax, vr: str = "", tag: int = TAG) -> bytes:
    """A header with lengths of which each byte is another."""
    order = "<" if syntax.little else ">"
    start = struct.pack(f"{order}HH", tag >> 16, tag & 0xFFFF)
    if not vr:
        return start + struct.pack(f"{order}L", LONG)
    if vr in ("LO", "US"):
        return start + vr.encode() + struct.pack(f"{order}H", SHORT)
    return start + vr.encode() + b"\0\0" + struct.pack(f"{order}L", LONG)


CASES = [
    *((syntax, vr, SHORT, 8) for syntax in (EXPLICIT, BIG) for vr in ("LO", "US")),
    *((syntax, vr, LONG, 12) for syntax in (EXPLICIT, BIG) for vr in ("OB", "UT", "UN", "SQ")),
    *((syntax, "", LONG, 8) for syntax in (IMPLICIT, IMPLICIT_BIG)),
]


@pytest.mark.parametrize(("syntax", "vr", "length", "size"), CASES)
@pytest.mark.parametrize("before", [b"", b"\x08\0\x05\0LO\x02\0xx"])
def test_tag_vr_length_and_place_of_the_value(syntax: Syntax, vr: str, length: int, size: int, before: bytes) -> None:
    data = before + header(syntax, vr)
    assert read_header(data, len(before), syntax) == Header(TAG, vr, length, len(before) + size)
    for cut in range(len(before), len(data)):
        assert read_header(data[:cut], len(before), syntax) is None


@pytest.mark.parametrize("tag", [0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD])
def test_items_and_delimiters_have_no_vr(tag: int) -> None:
    assert read_header(header(EXPLICIT, tag=tag), 0, EXPLICIT) == Header(tag, "", LONG, 8)


def test_what_has_no_vr_of_the_standard_is_no_header() -> None:
    assert read_header(b"\x08\0\x30\x10XX\0\0\0\0\0\0", 0, EXPLICIT) is None


# ---- the peek ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_the_peek_finds_the_sop_instance_uid_of_the_data_set_before_that_of_the_file(syntax: str) -> None:
    dataset = ct(ReferencedStudySequence=sequence(item(ReferencedSOPInstanceUID=f"{UID}.77")))
    dataset.file_meta.TransferSyntaxUID = syntax
    out = BytesIO()
    dcmwrite(out, dataset, enforce_file_format=True)
    data = out.getvalue().replace(f"{UID}.3".encode(), f"{UID}.9".encode(), 1)  # that of the file meta information
    named = data.index(f"{UID}.3".encode())
    assert peek(data, 132) == Peek(f"{UID}.3", short=False)
    assert peek(data[: named - 2], 132) == Peek(f"{UID}.9", short=True)
    assert peek(data[:200], 132).short
    assert peek(b"nothing that has elements", 0) == Peek("", short=False)


# ---- the strict second look --------------------------------------------------------------------------------------

PAIRS = {
    "short VR": (b"\x08\0\x05\0CS\x0a\0" + b"ISO_IR 100", b"\x08\0\x16\0UI\x04\0" + b"1.2\0"),
    "long VR": (b"\x02\0\x01\0OB\0\0\x02\0\0\0" + b"\0\1", b"\x02\0\x02\0UI\x04\0" + b"1.2\0"),
    "implicit": (b"\x08\0\x05\0\x0a\0\0\0" + b"ISO_IR 100", b"\x08\0\x16\0\x04\0\0\0" + b"1.2\0"),
    "big endian": (b"\0\x08\0\x05CS\0\x0a" + b"ISO_IR 100", b"\0\x08\0\x16UI\0\x04" + b"1.2\0"),
}


@pytest.mark.parametrize("name", PAIRS)
def test_two_elements_are_dicom_if_they_fit_into_the_file_exactly(name: str) -> None:
    first, second = PAIRS[name]
    whole = first + second
    assert looks_like_dicom(whole, len(whole))
    assert not looks_like_dicom(whole, len(whole) - 1)
    for at in (-1, 1):  # a length that is wrong by one: behind it no second element stands
        wrong = bytearray(whole)
        lengths = {"short VR": 6, "long VR": 8, "implicit": 4, "big endian": 7}
        wrong[lengths[name]] += at
        assert not looks_like_dicom(bytes(wrong), len(whole))


def test_a_second_element_has_to_follow_in_order_and_no_item_is_one() -> None:
    first, second = PAIRS["short VR"]
    assert not looks_like_dicom(second + first, len(first + second))
    assert not looks_like_dicom(first + first, 2 * len(first))
    short = b"\x08\0\x16\0UI\x02\0" + b"1\0"
    assert not looks_like_dicom(first + short, len(first + short)), "twelve bytes of it have to be there"
    odd = b"\x08\0\x16\0UI\x03\0" + b"1.2"
    assert not looks_like_dicom(first + odd, len(first + odd)), "eleven are too few"
    assert not looks_like_dicom(first + b"\xfe\xff\x00\xe0\x04\0\0\0abcd", len(first) + 12)


def test_an_undefined_length_is_no_length_even_in_a_file_that_is_long_enough() -> None:
    first = PAIRS["short VR"][0]
    assert looks_like_dicom(first + b"\x08\0\x40\x11SQ\0\0\xfe\xff\xff\xff", 1 << 33)
    assert not looks_like_dicom(first + b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff", 1 << 33)


def test_the_first_element_shows_the_encoding() -> None:
    assert encoding_of(b"\x08\0\x30\x10LO\x02\0xx", 0, "") == EXPLICIT
    assert encoding_of(b"\0\x08\x10\x30LO\0\x02xx", 0, "") == BIG
    assert encoding_of(b"\0\0\0\0UL\x04\0", 0, "") == EXPLICIT  # a group length of group 0 shows no byte order
    assert encoding_of(b"\x08\0\x30\x10\x02\0\0\0xx", 0, "") == IMPLICIT
    assert encoding_of(b"DICM\x08\0\x30\x10LO\x02\0xx", 4, "") == EXPLICIT


@pytest.mark.parametrize(
    ("named", "expected"), [("", EXPLICIT), (ExplicitVRLittleEndian, EXPLICIT), (ExplicitVRBigEndian, BIG)]
)
def test_a_first_group_of_two_equal_bytes_shows_no_byte_order(named: str, expected: Syntax) -> None:
    assert encoding_of(b"\x08\x08\x30\x10LO\x02\0xx", 0, named) == expected


@pytest.mark.parametrize(
    ("named", "size", "expected"),
    [
        (ExplicitVRLittleEndian, 100, EXPLICIT), (ExplicitVRBigEndian, 100, BIG), ("", 100, IMPLICIT),
        (ImplicitVRLittleEndian, 100, IMPLICIT), (ExplicitVRLittleEndian, 1 << 30, IMPLICIT),
    ],
)  # fmt: skip
def test_a_first_element_without_vr_is_implicit_if_its_length_fits(named: str, size: int, expected: Syntax) -> None:
    assert encoding_of(b"\x08\0\x30\x10??\x02\0xx", 0, named, size) == expected


def test_of_several_uids_the_first_is_taken_without_blanks() -> None:
    item = Item([Element(0x00080018, "UI", b"1.2 \\3.4\0"), Element(0x00080060, "CS", b"CT")])
    assert uid_of(item, 0x00080018) == "1.2"
    assert uid_of(item, 0x00080016) == uid_of(item, 0x00080060) == ""


@pytest.mark.parametrize("at_hand", [8, 9, 10, 11])
def test_a_long_header_that_is_cut_is_asked_for_up_to_its_end(at_hand: int) -> None:
    data = b"\x08\0\x40\x11OB\0\0\x02\0\0\0AB"
    with pytest.raises(ShortRead) as short:
        Reader(data[:at_hand], len(data), EXPLICIT).data_set(0)
    assert short.value.end == 12
    with pytest.raises(Failed, match="TRUNCATED"):
        Reader(data[:at_hand], at_hand, EXPLICIT).data_set(0)


# ---- what follows the elements -----------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r\n\x1a", b"\0\r\n", b"\n" * 7])
def test_an_end_of_a_line_behind_a_data_set_is_none_of_it(end: bytes) -> None:
    element = b"\x10\0\x20\0LO\x02\0AB"
    data = element + end
    item, at = Reader(data, len(data), EXPLICIT).data_set(0)
    assert ([one.value for one in item], at) == ([b"AB"], len(element))
    with pytest.raises(Failed, match="TRUNCATED"):
        Reader(element + b"\x10\0", len(element) + 2, EXPLICIT).data_set(0)


@pytest.mark.parametrize("zeros", [1, 2, 7, 8, 9, 20])
def test_zeros_behind_a_data_set_are_none_of_it(zeros: int) -> None:
    element = b"\x10\0\x20\0LO\x02\0AB"
    data = element + bytes(zeros)
    item, end = Reader(data, len(data), EXPLICIT).data_set(0)
    assert ([one.value for one in item], end) == ([b"AB"], len(element))


@pytest.mark.parametrize("at", [8, 9, 12])
def test_something_behind_zeros_is_an_element_or_an_error(at: int) -> None:
    data = bytearray(b"\x10\0\x20\0LO\x02\0AB" + bytes(at + 1))
    data[-1] = 1
    with pytest.raises(Failed):
        Reader(bytes(data), len(data), EXPLICIT).data_set(0)


def test_zeros_are_looked_at_to_the_end_of_the_file_only_if_eight_of_them_stand_there() -> None:
    element = b"\x10\0\x20\0LO\x02\0AB"
    at = len(element)
    for zeros, end in ((2, at + 8), (7, at + 8), (8, 1000), (20, 1000)):
        with pytest.raises(ShortRead) as short:
            Reader(element + bytes(zeros), 1000, EXPLICIT).data_set(0)
        assert short.value.end == end
    with pytest.raises(Failed, match="MALFORMED"):
        Reader(element + bytes(7) + b"\1", 1000, EXPLICIT).data_set(0)


def icon(*lengths: int) -> bytes:
    """Fragments of these lengths within the header, with their delimiter."""
    parts = (ITEM + struct.pack("<L", length) + b"\x01" * length for length in lengths)
    return b"".join(parts) + SEQUENCE_END + bytes(4)


@pytest.mark.parametrize("lengths", [(), (0,), (0, 4), (2, 6, 0)])
def test_fragments_in_the_header_end_behind_their_delimiter(lengths: tuple[int, ...]) -> None:
    start = b"\x88\0\0\x02OB\0\0\xff\xff\xff\xff"
    data = start + icon(*lengths) + b"\x88\0\x04\x09LO\x02\0AB"
    item, end = Reader(data, len(data), EXPLICIT).data_set(0)
    assert [element.value for element in item] == [icon(*lengths), b"AB"]
    assert end == len(data)


def test_fragments_that_are_longer_than_what_holds_them_are_malformed() -> None:
    for data in (icon(4).replace(b"\x04\0\0\0", b"\x40\0\0\0"), b"\xfe\xff\x0d\xe0\0\0\0\0" + icon()):
        whole = b"\x88\0\0\x02OB\0\0\xff\xff\xff\xff" + data
        with pytest.raises(Failed, match="MALFORMED"):
            Reader(whole, len(whole), EXPLICIT).data_set(0)


def test_fragments_that_end_with_the_file_lack_their_delimiter() -> None:
    whole = b"\x88\0\0\x02OB\0\0\xff\xff\xff\xff" + icon(4)[:-8]
    with pytest.raises(Failed, match="TRUNCATED"):
        Reader(whole, len(whole), EXPLICIT).data_set(0)


def test_implicit_items_have_the_byte_order_of_the_data_set() -> None:
    inner = b"\0\x08\x11\x55\0\0\0\x04" + b"1.2\0"
    items = b"\xff\xfe\xe0\0" + struct.pack(">L", len(inner)) + inner
    data = b"\0\x08\x11\x40SQ\0\0" + struct.pack(">L", len(items)) + items
    (element,), _ = Reader(data, len(data), BIG).data_set(0)
    assert [(one.tag, one.value) for one in (element.items or [])[0]] == [(0x00081155, b"1.2\0")]


def test_uids_beside_a_sequence_of_implicit_items_are_read_as_such() -> None:
    inner = b"\x08\0\x55\x11\x04\0\0\0" + b"1.2\0"
    data = b"\x08\0\x40\x11SQ\0\0" + struct.pack("<L", len(inner) + 8) + ITEM + struct.pack("<L", len(inner)) + inner
    (element,), _ = Reader(data, len(data), EXPLICIT).data_set(0)
    assert [one.value for one in (element.items or [])[0]] == [b"1.2\0"]
    explicit = inner[:4] + b"UI\x04\0" + inner[8:]
    data = data.replace(inner, explicit)
    (element,), _ = Reader(data, len(data), EXPLICIT).data_set(0)
    assert [(one.vr, one.value) for one in (element.items or [])[0]] == [("UI", b"1.2\0")]


def test_a_run_whose_first_elements_change_is_not_tried_again() -> None:
    cache = ReadCache()

    def read(first: bytes) -> None:
        parts = [b"\x10\0\x20\0LO\x02\0" + first] + [bytes((0x10, 0, at, 0x10)) + b"LO\x02\0xx" for at in range(4)]
        data = b"".join(parts)
        Reader(data, len(data), EXPLICIT, cache).data_set(0)

    for first in (b"AB", b"AB", b"AB", b"CD"):
        read(first)
    runs = cache.of(EXPLICIT).runs
    assert runs[b"\x10\0\x20\0LO\x02\0"] is CHANGES
    read(b"EF")
    assert runs[b"\x10\0\x20\0LO\x02\0"] is CHANGES
    assert any(run.elements for run in runs.values())


# ---- numbers -----------------------------------------------------------------------------------------------------

NUMBERS = [
    ("US", b"\x01\x02", 0x0201), ("US", b"\x01\x02\x03\x04", 0x0201), ("US", b"\x01", None), ("US", b"", None),
    ("SS", b"\x01\x02", 0x0201), ("OW", b"\x01\x02", 0x0201), ("UL", b"\x01\x02\x03\x04", 0x04030201),
    ("UL", b"\x01\x02\x03", None), ("UL", b"\x01\x02\x03\x04\x05\x06\x07\x08", 0x04030201),
    ("IS", b"12 ", 12), ("IS", b"12\\7", 12), ("IS", b"x", None), ("LO", b"12", None), ("FL", b"\0\0\0\0", None),
]  # fmt: skip


@pytest.mark.parametrize(("vr", "value", "expected"), NUMBERS)
def test_the_first_number_of_an_element(vr: str, value: bytes, expected: int | None) -> None:
    assert number(Element(0x00280010, vr, value), EXPLICIT) == expected


def test_text_needs_its_character_set() -> None:
    assert {"LO", "LT", "PN", "SH", "ST", "UC", "UT"} == TEXT_VRS


# ---- fragments ---------------------------------------------------------------------------------------------------


class Counted(Readable):
    """Bytes in memory that remember the ranges they were asked for."""

    def __init__(self, data: bytes) -> None:
        super().__init__(len(data))
        self.data, self.asked = data, list[int]()

    def read(self, start: int, end: int) -> bytes:
        self.asked.append(end - start)
        return self.data[start:end]


def test_short_fragments_are_read_many_at_a_time_and_long_ones_by_their_headers() -> None:
    many = Counted(icon(*[100] * 5000))
    assert many.fragments(0) == Fragments(0, many.size, 5000, complete=True)
    assert many.asked[0] == LONG_WINDOW
    assert len(many.asked) == 3
    long = Counted(icon(LONG_WINDOW, LONG_WINDOW + 2, LONG_WINDOW + 2, LONG_WINDOW))
    assert long.fragments(0) == Fragments(0, long.size, 4, complete=True)
    assert long.asked[0] == LONG_WINDOW
    assert SHORT_WINDOW in long.asked


def test_runs_out_of_order_are_put_in_order() -> None:
    first, second = (b"".join(bytes((group, 0, at, 0x10)) + b"LO\x02\0xx" for at in range(4)) for group in (0x10, 0x18))
    cache = ReadCache()
    for middle in (b"AB", b"AB", b"CD", b"CD"):  # first and second become runs of their own
        data = first + b"\x12\0\x10\0LO\x02\0" + middle + second
        Reader(data, len(data), EXPLICIT, cache).data_set(0)
    for turned in (second + first, second + b"\x12\0\x10\0LO\x02\0AB" + first):
        warm, cold = (Reader(turned, len(turned), EXPLICIT, kept).data_set(0)[0] for kept in (cache, ReadCache()))
        tags = [element.tag for element in warm]
        assert tags == [element.tag for element in cold] == sorted(tags)
    twice, other = first + first, first + first.replace(b"xx", b"xy")
    assert [element.tag for element in Reader(twice, len(twice), EXPLICIT, cache).data_set(0)[0]] == tags[:4]
    with pytest.raises(Failed, match="MALFORMED"):
        Reader(other, len(other), EXPLICIT, cache).data_set(0)
