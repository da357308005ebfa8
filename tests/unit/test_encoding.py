"""Encoding: what is read and written again has the same bytes; what is broken is said to be broken."""

from __future__ import annotations

import struct
from io import BytesIO

import pydicom
import pytest
from dicom_deid.dicom.encoding import encode
from dicom_deid.dicom.read_cache import LONGEST, MOST, ElementCache, ReadCache
from dicom_deid.dicom.reader import MAX_DEPTH, Reader
from dicom_deid.errors import Failed, ShortRead
from dicom_deid.model import Element, Item, Run, Syntax
from dicom_deid.scan import EXPLICIT, EXPLICIT_BIG, IMPLICIT
from hypothesis import given
from hypothesis import strategies as st
from made import ct, item, sequence
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

SYNTAXES = {"explicit": EXPLICIT, "implicit": IMPLICIT, "big": EXPLICIT_BIG}


def encoded(dataset: Dataset, syntax: Syntax) -> bytes:
    """A data set as pydicom writes it."""
    out = DicomBytesIO()
    out.is_implicit_VR, out.is_little_endian = not syntax.explicit, syntax.little
    write_dataset(out, dataset)
    return bytes(out.getvalue())


def nested() -> Dataset:
    dataset = ct(
        ReferencedStudySequence=sequence(item(ReferencedSOPInstanceUID="1.2.3"), item(), item(PatientID="1")),
        RequestAttributesSequence=sequence(item(ScheduledProtocolCodeSequence=sequence(item(CodeValue="X")))),
    )
    dataset["RequestAttributesSequence"].is_undefined_length = True
    dataset.RequestAttributesSequence[0].is_undefined_length_sequence_item = True
    del dataset.PixelData
    return dataset


@pytest.mark.parametrize("name", SYNTAXES)
def test_what_stays_has_the_same_bytes(name: str) -> None:
    data = encoded(nested(), SYNTAXES[name])
    elements, end = Reader(data, len(data), SYNTAXES[name]).data_set(0)
    assert end == len(data)
    assert encode(elements, SYNTAXES[name]) == data


@given(st.binary(max_size=400), st.sampled_from(sorted(SYNTAXES)))
def test_any_bytes_are_read_or_refused(data: bytes, name: str) -> None:
    try:
        elements, _ = Reader(data, len(data), SYNTAXES[name]).data_set(0)
    except Failed as failed:
        assert failed.reason in ("MALFORMED", "TRUNCATED")
    else:
        again = encode(elements, SYNTAXES[name])
        assert encode(Reader(again, len(again), SYNTAXES[name]).data_set(0)[0], SYNTAXES[name]) == again


@given(st.binary(max_size=400), st.sampled_from(sorted(SYNTAXES)))
def test_what_was_read_before_is_read_alike_again(data: bytes, name: str) -> None:
    def told(item: Item) -> list[object]:
        return [(e.tag, e.vr, e.value, e.undefined, [told(nested) for nested in e.items or ()]) for e in item]

    def read(cache: ReadCache) -> object:
        try:
            elements, end = Reader(data, len(data), SYNTAXES[name], cache).data_set(0)
        except Failed as failed:
            return failed.reason
        return told(elements), end

    cache = ReadCache()
    assert read(cache) == read(cache) == read(ReadCache())


@pytest.mark.parametrize("name", SYNTAXES)
def test_slices_share_the_elements_that_they_have_in_common(name: str) -> None:
    one, other, cache = nested(), nested(), ReadCache()
    other.InstanceNumber = "2"
    first, second = (
        Reader(data, len(data), SYNTAXES[name], cache).data_set(0)[0]
        for data in (encoded(one, SYNTAXES[name]), encoded(other, SYNTAXES[name]))
    )
    shared = {id(element) for element in first} & {id(element) for element in second}
    assert len(shared) == len(first) == len(second) - 1


def test_an_attribute_read_before_ends_no_later_than_its_item() -> None:
    def sequence(length: int) -> bytes:
        inner = struct.pack("<HH2sH", 0x0008, 0x1155, b"UI", length) + b"1.2.%08d" % length
        item = b"\xfe\xff\x00\xe0" + struct.pack("<L", len(inner)) + inner
        return struct.pack("<HH2sHL", 0x0008, 0x1140, b"SQ", 0, len(item)) + item

    behind = struct.pack("<HH2sH", 0x0010, 0x0020, b"LO", 4) + b"4711"
    cache = ReadCache()
    for data in (sequence(12) + behind, sequence(12).replace(b"1.2.", b"1.3.") + behind):
        read, _ = Reader(data, len(data), EXPLICIT, cache).data_set(0)
        assert [element.tag for element in read] == [0x00081140, 0x00100020]
        assert encode(read, EXPLICIT) == data
    with pytest.raises(Failed, match="MALFORMED"):
        Reader(sequence(20) + behind, len(sequence(20) + behind), EXPLICIT, cache).data_set(0)


def test_the_memory_is_bounded_in_bytes() -> None:
    known, longest = ElementCache(EXPLICIT), LONGEST - 8
    for number in range(MOST // longest):
        data = struct.pack("<HH2sH", 0x0010, 0x0020, b"LO", longest) + b"%0*d" % (longest, number)
        known.add(data, 0, len(data), Element(0x00100020, "LO", data[8:]))
        known.keep(Run(b"%08d" % number + data, [], []))
    # The value of an element is held twice: by itself, and in its bytes.
    assert longest < sum(2 * len(coded) for coded in known.elements) < MOST
    assert longest < sum(len(run.coded) for run in known.runs.values()) < MOST


@pytest.mark.parametrize("name", SYNTAXES)
def test_runs_that_a_series_has_in_common_end_where_something_changes(name: str) -> None:
    series, cache = [], ReadCache()
    for number in range(4):
        dataset = nested()
        dataset.InstanceNumber, dataset.StudyDescription = str(number), "one" if number < 3 else "other"
        series.append(encoded(dataset, SYNTAXES[name]))
    read = [Reader(data, len(data), SYNTAXES[name], cache).data_set(0) for data in series]
    assert [end for _, end in read] == [len(data) for data in series]
    assert [encode(item, SYNTAXES[name]) for item, _ in read] == series


@pytest.mark.parametrize("name", SYNTAXES)
def test_every_cut_is_noticed(name: str) -> None:
    data = encoded(nested(), SYNTAXES[name])
    whole, _ = Reader(data, len(data), SYNTAXES[name]).data_set(0)
    for end in range(1, len(data)):
        try:
            part, _ = Reader(data[:end], end, SYNTAXES[name]).data_set(0)
        except Failed as failed:
            assert failed.reason in ("TRUNCATED", "MALFORMED")
        else:
            assert len(part) < len(whole), "a cut between two elements leaves fewer of them"


def test_bytes_that_are_not_at_hand_are_asked_for() -> None:
    data = encoded(nested(), EXPLICIT)
    with pytest.raises(ShortRead) as short:
        Reader(data[:100], len(data), EXPLICIT).data_set(0)
    assert 100 < short.value.end <= len(data)


def test_a_sequence_nested_without_end_is_refused() -> None:
    tag = struct.pack("<HH", 0x0040, 0xA730)
    one = tag + b"SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    data = one * (MAX_DEPTH + 2)
    with pytest.raises(Failed, match="MALFORMED"):
        Reader(data, len(data), EXPLICIT).data_set(0)


def test_un_of_undefined_length_is_an_implicit_sequence() -> None:
    inner = struct.pack("<HHL", 0x0010, 0x0020, 4) + b"4711"
    data = struct.pack("<HH", 0x0040, 0x0275) + b"UN\0\0\xff\xff\xff\xff"
    data += b"\xfe\xff\x00\xe0" + struct.pack("<L", len(inner)) + inner + b"\xfe\xff\xdd\xe0\0\0\0\0"
    elements, _ = Reader(data, len(data), EXPLICIT).data_set(0)
    assert elements[0].items is not None
    assert elements[0].items[0][0].value == b"4711"
    again = pydicom.dcmread(BytesIO(encode(elements, EXPLICIT)), force=True)
    assert again[0x00400275].value[0].PatientID == "4711"


def test_elements_out_of_order_are_put_in_order() -> None:
    one, other = (struct.pack("<HH", 0x0010, number) + b"LO\x02\x00ab" for number in (0x0020, 0x0021))
    data = other + one
    elements, _ = Reader(data, len(data), EXPLICIT).data_set(0)
    assert [element.tag for element in elements] == [0x00100020, 0x00100021]


TWICE = [
    (b"ab", b"ab", True), (b"ab", b"ba", False), (b"ab", b"ab ", True), (b"", b"ab", False), (b"ab", b"", False),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "same"), TWICE)
@pytest.mark.parametrize("nested", [False, True])
def test_an_element_that_comes_twice_is_read_once_if_its_value_is_the_same(
    one: bytes, other: bytes, same: bool, nested: bool
) -> None:
    data = (
        b"".join(struct.pack("<HH2sH", 0x0010, 0x0020, b"LO", len(value)) + value for value in (one, other))
        + struct.pack("<HH2sH", 0x0010, 0x0040, b"CS", 2)
        + b"F "
    )
    if nested:
        data = b"\xfe\xff\x00\xe0" + struct.pack("<L", len(data)) + data
        data = struct.pack("<HH2sHL", 0x0010, 0x1002, b"SQ", 0, len(data)) + data
    for cache in (ReadCache(), None):
        for _ in range(2):
            reader = Reader(data, len(data), EXPLICIT, cache)
            if not same:
                with pytest.raises(Failed, match="MALFORMED"):
                    reader.data_set(0)
                continue
            item = reader.data_set(0)[0]
            found = (item[0].items or [])[0] if nested else item
            assert [(element.tag, element.value) for element in found] == [(0x00100020, one), (0x00100040, b"F ")]


def test_numbers_and_sequences_that_come_twice_have_to_be_equal_to_the_last_bit() -> None:
    rows = struct.pack("<HH2sHH", 0x0028, 0x0010, b"US", 2, 0x2000)
    empty = struct.pack("<HH2sHL", 0x0008, 0x1140, b"SQ", 0, 0)
    one_item = struct.pack("<HH2sHL", 0x0008, 0x1140, b"SQ", 0, 8) + b"\xfe\xff\x00\xe0\0\0\0\0"
    for one, other, same in (
        (rows, rows, True), (rows, rows[:-2] + b"\0\0", False), (one_item, one_item, True), (empty, one_item, False),
    ):  # fmt: skip
        reader = Reader(one + other, len(one + other), EXPLICIT)
        if same:
            assert encode(reader.data_set(0)[0], EXPLICIT) == one
        else:
            with pytest.raises(Failed, match="MALFORMED"):
                reader.data_set(0)
