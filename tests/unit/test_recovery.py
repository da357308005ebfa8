"""Faults of writers that leave no value in doubt are read over, and the output is as the standard has it."""

from __future__ import annotations

import struct
from io import BytesIO

import pydicom
import pytest
from dicom_deid.dicom.encoding import encode
from dicom_deid.dicom.read_cache import ReadCache
from dicom_deid.dicom.reader import Reader
from dicom_deid.errors import Failed, ShortRead
from dicom_deid.model import Item, Syntax
from dicom_deid.policy import Policy
from made import ct, item, outcome_of, output_of, sequence, to_bytes
from pydicom.dataset import Dataset
from pydicom.uid import ImplicitVRLittleEndian

EXPLICIT, IMPLICIT = Syntax(explicit=True, little=True), Syntax(explicit=False, little=True)
BIG = Syntax(explicit=True, little=False)
SEQUENCE_END, ITEM_END, ITEM = b"\xfe\xff\xdd\xe0\0\0\0\0", b"\xfe\xff\x0d\xe0\0\0\0\0", b"\xfe\xff\x00\xe0"
UNDEFINED = b"\xff\xff\xff\xff"
LONG = ("OB", "OW", "SQ", "UN", "UT")


def element(tag: int, vr: str, value: bytes, syntax: Syntax = EXPLICIT) -> bytes:
    """One element."""
    order = "<" if syntax.little else ">"
    start = struct.pack(f"{order}HH", tag >> 16, tag & 0xFFFF)
    if not syntax.explicit:
        return start + struct.pack(f"{order}L", len(value)) + value
    if vr in LONG:
        return start + vr.encode() + b"\0\0" + struct.pack(f"{order}L", len(value)) + value
    return start + vr.encode() + struct.pack(f"{order}H", len(value)) + value


def between(tag: int, coded: bytes, dataset: Dataset | None = None) -> bytes:
    """A file in Explicit VR Little Endian with these bytes where an element of that tag belongs."""
    dataset = dataset or ct()
    dataset.add_new(tag, "LO" if tag & 0x10000 else "CS", "MARK")
    whole = to_bytes(dataset)
    mark = element(tag, "LO" if tag & 0x10000 else "CS", b"MARK")
    assert whole.count(mark) == 1
    return whole.replace(mark, coded)


def read(data: bytes, syntax: Syntax = EXPLICIT) -> Item:
    """The elements of a data set: those that a cold cache gives, and a warm one, too."""
    cache = ReadCache()
    one, other, cold = (Reader(data, len(data), syntax, kept).data_set(0)[0] for kept in (cache, cache, None))
    assert encode(one, syntax) == encode(other, syntax) == encode(cold, syntax)
    return one


def written(data: bytes) -> Dataset:
    """The output as pydicom reads it, every value of it; it must be written."""
    outcome = outcome_of(data)
    assert (outcome.status, outcome.reason) == ("written", "")
    found = pydicom.dcmread(BytesIO(output_of(data, outcome)))
    for nested in found.iterall():
        assert nested.VR not in ("UN", "")
        assert nested.value is not NotImplemented
    assert found.PixelData == bytes(range(32))
    return found


# ---- headers -----------------------------------------------------------------------------------------------------

NO_VRS = [b"  ", b"\0\0", b"??"]


@pytest.mark.parametrize("vr", NO_VRS)
@pytest.mark.parametrize("value", [b"", b"1.5 ", b"1.25" * 30])
def test_a_vr_that_is_none_stands_before_a_length_of_two_bytes(vr: bytes, value: bytes) -> None:
    data = between(0x00181151, struct.pack("<HH", 0x0018, 0x1151) + vr + struct.pack("<H", len(value)) + value)
    # (0018,1151) X-Ray Tube Current is IS: what is not valid for it is emptied elsewhere, here it is only read.
    (found,) = [one for one in read(data[144 + int.from_bytes(data[140:144], "little") :]) if one.tag == 0x00181151]
    assert (found.vr, found.value) == ("IS", value)


@pytest.mark.parametrize("vr", [b"  ", b"\0\0", b"??"])
def test_what_stays_of_such_elements_is_written_with_the_vr_of_the_standard(vr: bytes) -> None:
    coded = struct.pack("<HH", 0x0018, 0x1151) + vr + struct.pack("<H", 4) + b"120 "
    found = written(between(0x00181151, coded))
    assert (found["XRayTubeCurrent"].VR, found.XRayTubeCurrent) == ("IS", 120)
    name = struct.pack("<HH", 0x0010, 0x1001) + vr + struct.pack("<H", 8) + b"Okonkwo "
    assert "OtherPatientNames" not in written(between(0x00101001, name))


@pytest.mark.parametrize("vr", [b"\0\0", b"??", b"  "])
def test_a_whole_data_set_without_vrs_is_read(vr: bytes) -> None:
    dataset = ct()
    whole = to_bytes(dataset)
    meta = 144 + int.from_bytes(whole[140:144], "little")
    parts, at = [whole[:meta]], meta
    while at < len(whole):
        long = whole[at + 4 : at + 6] == b"OW"
        length = int.from_bytes(whole[at + 8 : at + 12] if long else whole[at + 6 : at + 8], "little")
        end = at + (12 if long else 8) + length
        parts.append(whole[at:end] if long else whole[at : at + 4] + vr + whole[at + 6 : end])
        at = end
    data = b"".join(parts)
    assert output_of(data, outcome_of(data)) == output_of(whole, outcome_of(whole))


@pytest.mark.parametrize("vr", [b"OX", b"??", b"\0\0", b"  "])
def test_a_long_length_behind_a_vr_that_is_none_is_read(vr: bytes) -> None:
    coded = struct.pack("<HH", 0x0011, 0x1001) + vr + b"\0\0" + struct.pack("<L", 12) + b"Adaeze said "
    (creator, found) = read(element(0x00110010, "LO", b"ACME") + coded)
    assert (creator.vr, found.vr, found.value) == ("LO", "UN", b"Adaeze said ")


def test_un_before_a_length_of_two_bytes_is_read() -> None:
    coded = struct.pack("<HH", 0x0011, 0x1001) + b"UN" + struct.pack("<H", 6) + b"Adaeze"
    behind = element(0x00180060, "DS", b"120 ")
    assert [one.value for one in read(coded + behind)] == [b"Adaeze", b"120 "]


def test_one_element_in_implicit_vr_among_explicit_ones_is_read() -> None:
    coded = element(0x00104000, "", b"Adaeze said so", IMPLICIT)
    data = element(0x00080060, "CS", b"CT") + coded + element(0x00180060, "DS", b"120 ")
    assert [(one.vr, one.value) for one in read(data)] == [("CS", b"CT"), ("LT", b"Adaeze said so"), ("DS", b"120 ")]


@pytest.mark.parametrize("syntax", [EXPLICIT, BIG])
def test_in_items_too(syntax: Syntax) -> None:
    order = "<" if syntax.little else ">"
    inner = struct.pack(f"{order}HH", 0x0008, 0x0104) + b"??" + struct.pack(f"{order}H", 4) + b"Head"
    inner = element(0x00080100, "SH", b"1234", syntax) + inner
    items = struct.pack(f"{order}HHL", 0xFFFE, 0xE000, len(inner)) + inner
    (found,) = read(element(0x00082218, "SQ", items, syntax), syntax)
    assert [(one.vr, one.value) for one in (found.items or [])[0]] == [("SH", b"1234"), ("LO", b"Head")]


DOUBTFUL = [
    struct.pack("<HH", 0x0018, 0x0050) + b"??\x04\0" + b"1.25" + b"no element behind it",
    struct.pack("<HH", 0x0018, 0x0050) + b"??\x04\0" + b"1.25" + element(0x00080060, "CS", b"CT"),  # out of order
    struct.pack("<HH", 0x0018, 0x0050) + b"??\xff\xff" + b"1.25",
    struct.pack("<HH", 0x0002, 0x0010) + b"??\x04\0" + b"1.25",
    struct.pack("<HH", 0x0018, 0x0050) + b"4S\x04\0" + b"1.25" + element(0x00180060, "DS", b"120 "),  # damaged
    struct.pack("<HH", 0x0018, 0x0050) + b"ds\x04\0" + b"1.25" + element(0x00180060, "DS", b"120 "),
]


@pytest.mark.parametrize("data", DOUBTFUL)
def test_what_may_be_read_in_another_way_is_not(data: bytes) -> None:
    for before in (b"", element(0x00080005, "CS", b"ISO_IR 100")):
        with pytest.raises(Failed, match="MALFORMED"):
            Reader(before + data, len(before + data), EXPLICIT).data_set(0)


def test_two_readings_that_both_make_sense_are_a_doubt() -> None:
    data = struct.pack("<HH", 0x0011, 0x1001) + b"??" + b"\0\0"  # of no value, or of the 18 bytes that follow
    data += element(0x00120000, "UL", b"\0\0\0\0") + element(0x00120020, "LO", b"ab")
    data += element(0x00180060, "DS", b"120 ")
    with pytest.raises(Failed, match="MALFORMED"):
        Reader(data, len(data), EXPLICIT).data_set(0)


def test_no_more_than_a_megabyte_is_asked_for_because_of_a_doubtful_header() -> None:
    data = struct.pack("<HH", 0x0018, 0x0050) + b"??\x00\x40" + bytes(100)  # in Implicit VR a value of a gigabyte
    with pytest.raises(ShortRead) as short:
        Reader(data, 2 << 30, EXPLICIT).data_set(0)
    assert short.value.end < 0x4000 + 100


def test_bytes_behind_a_doubtful_header_are_asked_for() -> None:
    data = struct.pack("<HH", 0x0018, 0x0050) + b"??\x04\0" + b"1.25" + element(0x00180060, "DS", b"120 ")
    for at_hand in range(8, len(data)):
        reader = Reader(data[:at_hand], len(data), EXPLICIT)
        with pytest.raises(ShortRead) as short:
            reader.data_set(0)
        assert at_hand < short.value.end <= len(data)


# ---- delimiters --------------------------------------------------------------------------------------------------

INNER = element(0x00081150, "UI", b"1.2.3\0") + element(0x00081155, "UI", b"1.2.4\0")
WHOLE = ITEM + struct.pack("<L", len(INNER)) + INNER
OPEN = ITEM + UNDEFINED + INNER
SQ, REST = struct.pack("<HH", 0x0008, 0x1140) + b"SQ\0\0", element(0x00180060, "DS", b"120 ")


def defined(value: bytes) -> bytes:
    """A sequence whose length is known."""
    return SQ + struct.pack("<L", len(value)) + value


READ_OVER = {
    "a sequence delimiter in a sequence of known length": defined(WHOLE + SEQUENCE_END) + REST,
    "one behind it": defined(WHOLE) + SEQUENCE_END + REST,
    "an item delimiter behind an item of known length": SQ + UNDEFINED + WHOLE + ITEM_END + SEQUENCE_END + REST,
    "one in it": defined(ITEM + struct.pack("<L", len(INNER) + 8) + INNER + ITEM_END) + REST,
    "one behind it in a sequence of known length": defined(WHOLE + ITEM_END) + REST,
    "an item delimiter at the end": defined(WHOLE) + REST + ITEM_END,
    "a sequence delimiter at the end": defined(WHOLE) + REST + SEQUENCE_END,
    "both at the end": defined(WHOLE) + REST + ITEM_END + SEQUENCE_END,
    "a delimiter with a length": SQ + UNDEFINED + OPEN + ITEM_END[:4] + b"\x08\0\0\0" + SEQUENCE_END + REST,
    "zeros behind one at the end": defined(WHOLE) + REST + ITEM_END + bytes(10),
}


@pytest.mark.parametrize("data", READ_OVER.values(), ids=READ_OVER)
def test_a_delimiter_that_ends_nothing_is_read_over(data: bytes) -> None:
    references, voltage = read(data)
    assert [[one.value for one in item] for item in references.items or []] == [[b"1.2.3\0", b"1.2.4\0"]]
    assert voltage.value == b"120 "
    again = pydicom.dcmread(BytesIO(encode(Item([references, voltage]), EXPLICIT)), force=True)
    assert again.ReferencedImageSequence[0].ReferencedSOPInstanceUID == "1.2.4"


NOT_READ = {
    "a sequence delimiter ends an item": (SQ + UNDEFINED + OPEN + SEQUENCE_END + REST, "MALFORMED"),
    "nothing ends a sequence": (SQ + UNDEFINED + OPEN, "TRUNCATED"),
    "nothing ends it but its item": (SQ + UNDEFINED + OPEN + ITEM_END, "TRUNCATED"),
    "items behind the end of a sequence": (defined(WHOLE + SEQUENCE_END + WHOLE) + REST, "MALFORMED"),
    "an item among elements": (defined(WHOLE) + WHOLE + REST, "MALFORMED"),
    "a delimiter before what belongs in front": (REST + ITEM_END + element(0x00080060, "CS", b"CT"), "MALFORMED"),
    "a delimiter with a length among elements": (REST + ITEM_END[:4] + b"\x02\0\0\0AB", "MALFORMED"),
    "an item of the other byte order": (SQ + UNDEFINED + b"\xff\xfe\xe0\0" + bytes(4) + SEQUENCE_END, "MALFORMED"),
}


@pytest.mark.parametrize(("data", "reason"), NOT_READ.values(), ids=NOT_READ)
def test_one_that_may_have_ended_something_is_not(data: bytes, reason: str) -> None:
    for cache in (ReadCache(), None):
        for _ in range(2):
            with pytest.raises(Failed, match=reason):
                Reader(data, len(data), EXPLICIT, cache).data_set(0)


def test_fragments_that_end_with_what_holds_them_do_not_end_behind_it() -> None:
    """A delimiter that stands behind the item is none of its icon."""
    icon = struct.pack("<HH", 0x7FE0, 0x0010) + b"OB\0\0" + UNDEFINED + ITEM + bytes(4)
    item = ITEM + struct.pack("<L", len(icon)) + icon
    data = struct.pack("<HH", 0x0088, 0x0200) + b"SQ\0\0" + struct.pack("<L", len(item)) + item + SEQUENCE_END
    with pytest.raises(Failed, match="MALFORMED"):
        Reader(data, len(data), EXPLICIT).data_set(0)


# ---- sequences that are stored as something else ------------------------------------------------------------------


def un(tag: int, value: bytes, *, known: bool) -> bytes:
    """A sequence as UN, of known length or not."""
    start = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + b"UN\0\0"
    return start + (struct.pack("<L", len(value)) + value if known else UNDEFINED + value + SEQUENCE_END)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("ended", [True, False])
@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
@pytest.mark.parametrize("tag", [0x00081140, 0x00081032])
def test_a_sequence_as_un_holds_implicit_items_or_against_the_standard_explicit_ones(
    tag: int, syntax: Syntax, ended: bool, known: bool
) -> None:
    inner = element(0x00081150, "UI", b"1.2.3\0", syntax) + element(0x00081155, "UI", b"1.2.4\0", syntax)
    item = ITEM + (UNDEFINED + inner + ITEM_END if ended else struct.pack("<L", len(inner)) + inner)
    data = un(tag, item, known=known) + REST
    references, _ = read(data)
    assert references.vr == "SQ"
    assert [(one.vr, one.value) for one in (references.items or [])[0]] == [("UI", b"1.2.3\0"), ("UI", b"1.2.4\0")]


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
def test_what_such_a_sequence_names_is_removed(syntax: Syntax) -> None:
    inner = element(0x00081155, "UI", b"1.2.4\0", syntax) + element(0x00100010, "PN", b"Okonkwo^Adaeze", syntax)
    data = between(0x00089215, un(0x00089215, ITEM + struct.pack("<L", len(inner)) + inner, known=True))
    found = written(data)
    assert found.DerivationCodeSequence[0].ReferencedSOPInstanceUID.startswith("2.25.")
    assert found.DerivationCodeSequence[0].get("PatientName", "") != "Okonkwo^Adaeze"


OLD_CODES = [(0x00540220, b"CC"), (0x00540220, b"MLO "), (0x00180012, b"BARIUM SULFATE"), (0x00081140, b"AX")]


@pytest.mark.parametrize(("tag", "value"), OLD_CODES)
def test_text_where_the_dictionary_has_a_sequence_is_removed_in_implicit_vr(tag: int, value: bytes) -> None:
    dataset = ct()
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    whole = to_bytes(dataset)
    later = next(int(one.tag) for one in dataset if one.tag > tag)
    at = whole.index(struct.pack("<HH", later >> 16, later & 0xFFFF), 132)
    coded = struct.pack("<HHL", tag >> 16, tag & 0xFFFF, len(value)) + value
    found = written(whole[:at] + coded + whole[at:])
    assert tag not in found


def test_one_that_was_text_once_is_a_sequence_the_next_time() -> None:
    cache, syntax = ReadCache(), IMPLICIT
    inner = element(0x00080100, "SH", b"1234", syntax)
    text = element(0x00540220, "", b"CC", syntax)
    items = element(0x00540220, "", ITEM + struct.pack("<L", len(inner)) + inner, syntax)
    for data, vr in ((text, "LO"), (items, "SQ"), (text, "LO"), (element(0x00540220, "", b"", syntax), "SQ")):
        (found,) = Reader(data, len(data), syntax, cache).data_set(0)[0]
        assert found.vr == vr


# ---- elements that come twice ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "vr", "values", "status"),
    [
        (0x00100020, "LO", (b"4711", b"4711"), "written"),
        (0x00100020, "LO", (b"4711", b"4712"), "failed"),
        (0x00290010, "LO", (b"ACME 1", b"ACME 1"), "written"),
        (0x00290010, "LO", (b"ACME 1", b"ACME 2"), "written"),
        (0x00280010, "US", (b"\4\0", b"\4\0"), "written"),
        (0x00280010, "US", (b"\4\0", b"\5\0"), "failed"),
        (0x00280000, "UL", (b"\4\0\0\0", b"\5\0\0\0"), "written"),
    ],
)
def test_an_element_that_comes_twice_with_one_value_is_written(
    tag: int, vr: str, values: tuple[bytes, bytes], status: str
) -> None:
    dataset = ct()
    if tag in dataset:
        del dataset[tag]
    whole = to_bytes(dataset)
    later = next(int(one.tag) for one in dataset if one.tag > tag)
    at = whole.index(struct.pack("<HH", later >> 16, later & 0xFFFF) + dataset[later].VR.encode(), 132)
    data = whole[:at] + b"".join(element(tag, vr, value) for value in values) + whole[at:]
    outcome = outcome_of(data)
    assert (outcome.status, outcome.reason) == (status, "" if status == "written" else "MALFORMED")
    if status == "written":
        written(data)


@pytest.mark.parametrize("options", [(), ("retain-safe-private",)])
@pytest.mark.parametrize("second", [b"Okonkwo ", b"CHANGED "])
@pytest.mark.parametrize("creators", [(b"ACME 1", b"ACME 1"), (b"ACME 1", b"OTHER ")])
def test_private_elements_that_come_twice_with_other_values_go(
    creators: tuple[bytes, bytes], second: bytes, options: tuple[str, ...]
) -> None:
    declared = item(
        PrivateGroupReference=0x0029, PrivateCreatorReference="ACME 1", BlockIdentifyingInformationStatus="SAFE"
    )
    dataset = ct(PrivateDataElementCharacteristicsSequence=sequence(declared))
    whole = to_bytes(dataset)
    at = whole.index(b"\xe0\x7f\x10\0", 132)
    blocks = (
        element(0x00290010, "LO", creator) + element(0x00291001, "LO", value) + element(0x00291002, "US", b"\7\0")
        for creator, value in zip(creators, (b"FIRST ", second), strict=True)
    )
    data = whole[:at] + b"".join(blocks) + whole[at:]
    outcome = outcome_of(data, Policy(options=options))
    assert (outcome.status, outcome.reason) == ("written", "")
    read = written(data) if not options else pydicom.dcmread(BytesIO(output_of(data, outcome)))
    assert 0x00291001 not in read
    assert (0x00291002 in read) is (bool(options) and creators[0] == creators[1])
