"""Data elements behind Pixel Data: they take their place before it, are searched, or end the instance."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pydicom
import pytest
from dicom_deid.model import Outcome
from dicom_deid.policy import Policy
from made import Stingy, ct, outcome_of, output_of, to_bytes
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
)

SYNTAXES = [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, JPEGBaseline8Bit]
PIXELS = 0x7FE00010


def elements(dataset: Dataset) -> dict[int, bytes]:
    """Tag -> the element as bytes, in the encoding of the data set."""
    syntax, found = dataset.file_meta.TransferSyntaxUID, {}
    for element in dataset:
        file = DicomBytesIO()
        file.is_implicit_VR, file.is_little_endian = syntax.is_implicit_VR, syntax.is_little_endian
        one = Dataset()
        one.add(element)
        write_dataset(file, one)
        found[int(element.tag)] = file.getvalue()
    return found


def moved(dataset: Dataset, *keywords: str, behind: bytes = b"", first: bool = False) -> bytes:
    """A file with some elements behind its pixel data, and then other bytes; or with the pixel data ``first``."""
    coded = elements(dataset)
    late = [int(dataset[keyword].tag) for keyword in keywords]
    pixels = coded.pop(PIXELS)
    early = [data for tag, data in coded.items() if tag not in late]
    body = b"".join((pixels, *early) if first else (*early, pixels))
    body += b"".join(coded[tag] for tag in late) + behind
    whole = to_bytes(dataset)
    meta = 144 + int.from_bytes(whole[140:144], "little")
    if dataset.file_meta.TransferSyntaxUID == DeflatedExplicitVRLittleEndian:
        packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        body = packer.compress(body) + packer.flush()
    return whole[:meta] + body


def slice_in(syntax: str, **values: object) -> Dataset:
    """A slice in a transfer syntax."""
    dataset = ct(PixelSpacing=[1, 1], **values)
    dataset.file_meta.TransferSyntaxUID = syntax
    if dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        dataset.PixelData = encapsulate([b"\xff\xd8one\xff\xd9\0"])
        dataset["PixelData"].VR = "OB"
        dataset["PixelData"].is_undefined_length = True
    return dataset


def written(data: bytes, outcome: Outcome) -> Dataset:
    assert (outcome.status, outcome.reason) == ("written", "")
    return pydicom.dcmread(BytesIO(output_of(data, outcome)))


@pytest.mark.parametrize("syntax", [*SYNTAXES, DeflatedExplicitVRLittleEndian])
@pytest.mark.parametrize(
    "late",
    [
        ("PatientID",), ("PatientName", "PatientID"), ("Rows", "Columns"), ("PixelSpacing",), ("SOPInstanceUID",),
        ("StudyInstanceUID", "SeriesInstanceUID", "SliceThickness"), ("PixelSpacing", "PatientID", "Modality"),
    ],
)  # fmt: skip
def test_elements_behind_the_pixel_data_make_the_output_that_they_make_in_their_place(
    syntax: str, late: tuple[str, ...]
) -> None:
    dataset = slice_in(syntax)
    plain, turned = to_bytes(dataset), moved(dataset, *late)
    expected, outcome = outcome_of(plain), outcome_of(turned)
    assert output_of(turned, outcome) == output_of(plain, expected)
    assert outcome.names == expected.names


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_pixel_data_may_come_first(syntax: str) -> None:
    dataset = slice_in(syntax)
    plain, turned = to_bytes(dataset), moved(dataset, first=True)
    assert output_of(turned, outcome_of(turned)) == output_of(plain, outcome_of(plain))


@pytest.mark.parametrize("at_hand", [200, 4096])
@pytest.mark.parametrize("syntax", SYNTAXES)
def test_they_are_asked_for_where_they_are_not_at_hand(syntax: str, at_hand: int) -> None:
    dataset = slice_in(syntax, Rows=64, Columns=64, PixelData=bytes(8192))
    dataset.ImageComments = "x" * 9000
    data = moved(dataset, "PatientID", "ImageComments", "PixelSpacing")
    outcome = outcome_of(data, first=at_hand)
    assert outcome.splice == outcome_of(data, first=len(data)).splice
    assert written(data, outcome).PixelSpacing == [1, 1]


def test_of_what_is_long_no_more_than_the_elements_behind_it_is_asked_for() -> None:
    data = moved(slice_in(ExplicitVRLittleEndian, Rows=512, Columns=512, PixelData=bytes(524288)), "PatientID")
    source = Stingy(data, 4096)
    from dicom_deid.errors import ShortRead
    from dicom_deid.scan import inspect

    for _ in range(4):
        try:
            instance = inspect(source)
            break
        except ShortRead as short:
            source.give(short.start, short.end)
    assert instance.data.get(0x00100020) is not None
    assert source.asked == [(instance.pixels.end, len(data))]


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_name_behind_the_pixel_data_is_sought_before_them(syntax: str) -> None:
    dataset = slice_in(syntax, ProtocolName="Head of Okonkwo", SeriesDescription="Adaeze axial")
    data = moved(dataset, "PatientName")
    output = output_of(data, outcome_of(data))
    assert not {b"Okonkwo", b"Adaeze"} & {word for word in (b"Okonkwo", b"Adaeze") if word in output}


@pytest.mark.parametrize("same", [True, False])
def test_one_that_stands_before_them_too_has_to_be_the_same(same: bool) -> None:
    other = slice_in(ExplicitVRLittleEndian, PatientID="MRN-0815-4711" if same else "4712")
    data = to_bytes(slice_in(ExplicitVRLittleEndian)) + elements(other)[0x00100020]
    outcome = outcome_of(data)
    assert (outcome.status, outcome.reason) == (("written", "") if same else ("failed", "MALFORMED"))


BEHIND = [
    b"\0", bytes(3000), b"Okonkwo^Adaeze was here", b"\xfe\xff\xdd\xe0\0\0\0\0", b"\xfe\xff\x0d\xe0\0\0\0\0" + bytes(9),
    b"\xfc\xff\xfc\xffOB\0\0\x08\0\0\0Okonkwo ", bytes(128) + b"DICM\x02\0\0\0UL\x04\0", b"\x10\0\x20\0",
]  # fmt: skip


@pytest.mark.parametrize("behind", BEHIND)
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGBaseline8Bit])
@pytest.mark.parametrize("at_hand", [500, 65536])
def test_padding_and_what_is_no_element_goes(syntax: str, behind: bytes, at_hand: int) -> None:
    if syntax == ImplicitVRLittleEndian and behind.startswith(b"\xfc"):
        behind = behind[:4] + behind[8:]
    dataset = slice_in(syntax)
    plain, data = to_bytes(dataset), moved(dataset, behind=behind)
    outcome = outcome_of(data, first=at_hand)
    assert output_of(data, outcome) == output_of(plain, outcome_of(plain))
    assert outcome.counts.removed == outcome_of(plain).counts.removed + 1


@pytest.mark.parametrize(
    ("behind", "reason"),
    [
        (b"\x10\0\x20\0LO\x20\0PID", "TRUNCATED"),
        (b"\x10\0\x20\0LO\x04\0PID1and something else", "MALFORMED"),
        (b"\xe0\x7f\x10\0OW\0\0\x02\0\0\0\0\0", "MALFORMED"),  # pixel data a second time
        (b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff", "TRUNCATED"),
    ],
)
def test_elements_that_cannot_be_read_with_certainty_end_the_instance(behind: bytes, reason: str) -> None:
    outcome = outcome_of(to_bytes(slice_in(ExplicitVRLittleEndian)) + behind)
    assert (outcome.status, outcome.reason) == ("failed", reason)


def private(*, safe: bool) -> bytes:
    """A file with private elements behind the pixel data, as they stand in order."""
    dataset = slice_in(ExplicitVRLittleEndian, SeriesDescription="made by Quorra")
    if safe:
        item = Dataset()
        item.PrivateGroupReference, item.PrivateCreatorReference = 0x7FE1, "ACME 1"
        item.BlockIdentifyingInformationStatus = "SAFE"
        dataset.PrivateDataElementCharacteristicsSequence = [item]
    dataset.add_new(0x7FE10010, "LO", "ACME 1")
    dataset.add_new(0x7FE11001, "US", 7)
    return to_bytes(dataset)


@pytest.mark.parametrize("at_hand", [4096, 65536])
def test_private_ones_that_stay_stand_behind_the_pixel_data_again(at_hand: int) -> None:
    data = private(safe=True)
    outcome = outcome_of(data, Policy(options=frozenset({"retain-safe-private"})), first=at_hand)
    read = written(data, outcome)
    assert (read[0x7FE10010].value, read[0x7FE11001].value) == ("ACME 1", 7)
    assert list(read.keys()) == sorted(read.keys())
    assert read.PixelData == bytes(range(32))
    gone = outcome_of(data)
    assert 0x7FE10010 not in written(data, gone)


@pytest.mark.parametrize("zeros", [1, 2, 7, 64])
@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("at_hand", [500, 65536])
def test_elements_behind_zeros_that_fill_up_the_pixel_data_are_read(syntax: str, zeros: int, at_hand: int) -> None:
    dataset = slice_in(syntax)
    coded = elements(dataset)
    patient = coded.pop(0x00100020)
    whole = to_bytes(dataset)
    meta = 144 + int.from_bytes(whole[140:144], "little")
    data = whole[:meta] + b"".join(coded.values()) + bytes(zeros) + patient
    assert output_of(data, outcome_of(data, first=at_hand)) == output_of(whole, outcome_of(whole))


PADDING = b"\xfc\xff\xfc\xffOB\0\0\x0a\0\0\0Okonkwo \0\0"
BETWEEN = [
    PADDING, bytes(4096), bytes(70_000), b"\xfa\xff\xfa\xffSQ" + bytes(6), b"\2\0\x16\0AE\4\0ABCD",
    b"\4\0\x30\x11CS\4\0ABCD", b"\xfe\xff\0\xe0\0\0\0\0", b"\xfe\xff\xdd\xe0\0\0\0\0", PADDING + bytes(5000) + PADDING,
    b"\xfa\xff\xfa\xffSQ\0\0\xff\xff\xff\xff\xfe\xff\xdd\xe0\0\0\0\0",
]  # fmt: skip


@pytest.mark.parametrize("between", BETWEEN)
@pytest.mark.parametrize("at_hand", [500, 200_000])
def test_elements_behind_others_that_have_no_place_are_read(between: bytes, at_hand: int) -> None:
    dataset = slice_in(ExplicitVRLittleEndian)
    coded = elements(dataset)
    name, patient = coded.pop(0x00100010), coded.pop(0x00100020)
    whole = to_bytes(dataset)
    meta = 144 + int.from_bytes(whole[140:144], "little")
    for behind in (between + name + patient, between + name + PADDING + patient, name + PADDING + between + patient):
        data = whole[:meta] + b"".join(coded.values()) + behind
        assert output_of(data, outcome_of(data, first=at_hand)) == output_of(whole, outcome_of(whole))


@pytest.mark.parametrize("between", [b"\xff", b"SIGNED!\n", b"x\0", PADDING + b"\r\n", bytes(5000) + b"\1"])
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_bytes_that_may_hide_an_element_end_the_instance(between: bytes, syntax: str) -> None:
    dataset = slice_in(syntax)
    for keywords in (("PatientName", "PatientID"), ("PatientName",), ("PixelSpacing",)):
        coded = elements(dataset)
        late = b"".join(coded[int(dataset[keyword].tag)] for keyword in keywords)
        without = slice_in(syntax)
        for keyword in keywords:
            del without[keyword]
        outcome = outcome_of(moved(without, behind=between + late))
        assert outcome.status == "failed"
        assert outcome.reason in ("MALFORMED", "TRUNCATED")


def test_bytes_without_an_element_stay_in_doubt_where_patient_id_is_missing() -> None:
    dataset = slice_in(ExplicitVRLittleEndian)
    del dataset.PatientID
    assert outcome_of(moved(dataset, behind=b"MRN-0815")).reason == "MALFORMED"


@pytest.mark.parametrize("behind", [b"", b"\0"])
def test_pixel_data_of_odd_length_stay_as_they_are(behind: bytes) -> None:
    dataset = slice_in(ExplicitVRLittleEndian, Rows=3, Columns=3, BitsAllocated=8, BitsStored=8, HighBit=7)
    coded = elements(dataset)
    coded[PIXELS] = b"\xe0\x7f\x10\0OB\0\0" + struct.pack("<L", 9) + bytes(range(9))
    whole = to_bytes(dataset)
    meta = 144 + int.from_bytes(whole[140:144], "little")
    data = whole[:meta] + b"".join(coded.values()) + behind
    assert written(data, outcome_of(data)).PixelData == bytes(range(9))


@pytest.mark.parametrize(("vr", "expected"), [(b"UN", "OW"), (b"OB", "OB"), (b"??", "OW")])
def test_pixel_data_of_unknown_vr_get_that_of_the_standard(vr: bytes, expected: str) -> None:
    whole = to_bytes(slice_in(ExplicitVRLittleEndian))
    data = whole.replace(b"\xe0\x7f\x10\0OW", b"\xe0\x7f\x10\0" + vr)
    read = written(data, outcome_of(data))
    assert (read["PixelData"].VR, read.PixelData) == (expected, bytes(range(32)))


@pytest.mark.parametrize("between", [PADDING, PADDING + bytes(5000), PADDING + BETWEEN[3], PADDING + PADDING])
@pytest.mark.parametrize("at_hand", [300, 65536])
def test_elements_behind_padding_are_read_where_there_are_no_pixel_data(between: bytes, at_hand: int) -> None:
    dataset = slice_in(ExplicitVRLittleEndian, SOPClassUID="1.2.840.10008.5.1.4.1.1.88.67")
    del dataset.PixelData
    coded = elements(dataset)
    patient = coded.pop(0x00100020)
    whole = to_bytes(dataset)
    meta = 144 + int.from_bytes(whole[140:144], "little")
    data = whole[:meta] + b"".join(coded.values()) + between + patient
    assert output_of(data, outcome_of(data, first=at_hand)) == output_of(whole, outcome_of(whole))
    assert outcome_of(data + b"MRN-0815-4711").reason == "MALFORMED"
