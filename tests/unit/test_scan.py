"""Scan: what is DICOM, how it is encoded, and whether all of it is there."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pydicom
import pytest
from dicom_deid.api.dataset import deidentify_dataset
from dicom_deid.dicom.is_dicom import looks_like_dicom, start_of
from dicom_deid.dicom.pixel_length import MOST_PADDING
from dicom_deid.key import Key
from dicom_deid.pipeline import process
from dicom_deid.policy import Plan, Policy
from hypothesis import given, settings
from hypothesis import strategies as st
from made import KEY, SOURCE_ID, Stingy, ct, item, outcome_of, output_of, sequence, to_bytes
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
)


def without_meta(data: bytes) -> bytes:
    return data[144 + int.from_bytes(data[140:144], "little") :]


def body(dataset: Dataset) -> bytes:
    """The data set alone, without file meta information, whole or not."""
    file, syntax = DicomBytesIO(), dataset.file_meta.TransferSyntaxUID
    file.is_implicit_VR, file.is_little_endian = syntax.is_implicit_VR, syntax.is_little_endian
    write_dataset(file, dataset)
    return file.getvalue()


def encapsulated(*fragments: bytes) -> bytes:
    dataset = ct(PixelData=encapsulate(list(fragments), has_bot=False))
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    return to_bytes(dataset)


def reason(data: bytes) -> tuple[str, str]:
    outcome = outcome_of(data)
    return outcome.status, outcome.reason


def test_an_empty_file_is_skipped() -> None:
    assert reason(b"") == ("skipped", "EMPTY")


@pytest.mark.parametrize("data", [b"\0", b"GIF89a", b"%PDF-1.7 " * 40, bytes(4096), b"\x08\0\x05\0" * 80])
def test_what_is_no_dicom_is_skipped(data: bytes) -> None:
    assert reason(data) == ("skipped", "NOT_DICOM")


@pytest.mark.parametrize("start", [b"PK\3\4", b"PK\5\6", b"\x1f\x8b\x08", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\7"])
def test_an_archive_is_skipped_with_a_word_of_its_own(start: bytes) -> None:
    assert reason(start + bytes(400)) == ("skipped", "ARCHIVE")
    whole = to_bytes(ct())
    assert reason(start + whole[len(start) :])[0] == "written"  # the preamble is free


def test_a_directory_of_a_medium_is_skipped() -> None:
    dataset = ct()
    dataset.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.1.3.10"
    out = BytesIO()
    pydicom.dcmwrite(out, dataset)
    assert reason(out.getvalue()) == ("skipped", "DICOMDIR")
    assert reason(to_bytes(ct(SOPClassUID="1.2.840.10008.1.3.10"))) == ("skipped", "DICOMDIR")


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian])
def test_each_encoding_is_written_as_it_was(syntax: str) -> None:
    dataset = ct(PixelData=bytes(range(32)))
    dataset.file_meta.TransferSyntaxUID = syntax
    data = to_bytes(dataset)
    outcome = outcome_of(data)
    assert outcome.status == "written"
    read = pydicom.dcmread(BytesIO(output_of(data, outcome)))
    assert read.file_meta.TransferSyntaxUID == syntax == outcome.names.transfer_syntax
    assert (read.Rows, read.RescaleIntercept, read.PixelData) == (4, -1024, bytes(range(32)))
    assert read.PatientID == outcome.names.patient


def test_a_file_without_preamble_gets_one() -> None:
    data = without_meta(to_bytes(ct()))
    assert looks_like_dicom(data, len(data))
    outcome = outcome_of(data)
    assert outcome.status == "written"
    read = pydicom.dcmread(BytesIO(output_of(data, outcome)))
    assert read.file_meta.MediaStorageSOPInstanceUID == read.SOPInstanceUID == outcome.names.instance


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize(
    "first", ["Modality", "StudyDate", "Manufacturer", "PatientName", "PatientID", "SliceThickness", "Rows"]
)
def test_a_file_without_preamble_may_begin_with_any_low_group(first: str, syntax: UID) -> None:
    dataset = ct()
    dataset.file_meta.TransferSyntaxUID = syntax
    for element in list(dataset):
        if element.tag < dataset[first].tag:
            del dataset[element.tag]
    data = body(dataset)
    assert start_of(data, len(data)) == 0
    assert reason(data) == ("withheld", "UNKNOWN_SOP_CLASS")


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian])
def test_a_file_without_preamble_may_begin_with_a_sequence_of_undefined_length(syntax: UID) -> None:
    dataset = ct(LanguageCodeSequence=sequence(item(CodeValue="en")))
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset["LanguageCodeSequence"].is_undefined_length = True
    data = without_meta(to_bytes(dataset))
    assert start_of(data, len(data)) == 0
    assert reason(data) == ("written", "")


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian])
def test_a_prefix_is_believed_only_before_group_0002(syntax: UID) -> None:
    dataset = ct(StationName="x")
    dataset.file_meta.TransferSyntaxUID = syntax
    plain = without_meta(to_bytes(dataset))
    for length in range(1, 200):  # a value in which DICM stands just there
        dataset.ImageType = ["ORIGINAL", "A" * length + "DICM"]
        data = without_meta(to_bytes(dataset))
        if data[128:132] == b"DICM":
            break
    assert start_of(data, len(data)) == 0
    assert reason(data) == ("written", "")
    without_group_0002 = bytes(128) + b"DICM" + plain
    assert start_of(without_group_0002, len(without_group_0002)) == 132
    assert reason(without_group_0002) == ("written", "")


def test_the_transfer_syntax_that_is_written_is_the_one_the_bytes_have() -> None:
    dataset = ct()
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    lying = to_bytes(dataset).replace(b"1.2.840.10008.1.2\0", b"1.2.840.10008.1.2.1\0"[:18])
    data = to_bytes(dataset)
    at = data.index(b"1.2.840.10008.1.2\0")
    lying = data[: at - 2] + struct.pack("<H", 20) + b"1.2.840.10008.1.2.1\0" + data[at + 18 :]
    lying = lying[:140] + struct.pack("<L", int.from_bytes(lying[140:144], "little") + 2) + lying[144:]
    outcome = outcome_of(lying)
    assert (outcome.status, outcome.names.transfer_syntax) == ("written", "1.2.840.10008.1.2")


def named(data: bytes, uid: str) -> bytes:
    """A file in Explicit VR Little Endian whose meta information names another transfer syntax."""
    value = uid.encode() + b"\0" * (len(uid) % 2)
    at = data.index(b"1.2.840.10008.1.2.1\0")
    return data[: at - 2] + struct.pack("<H", len(value)) + value + data[at + 20 :]


@pytest.mark.parametrize("uid", ["1.2.840.113619.5.2", "1.2.840.10008.1.2.7.1", "1.2.840.10008.5.1.4.1.1.2", "Smith"])
def test_a_transfer_syntax_that_is_none_is_refused(uid: str) -> None:
    assert reason(named(to_bytes(ct()), uid)) == ("failed", "UNSUPPORTED_TRANSFER_SYNTAX")


@pytest.mark.parametrize("end", [94, 95, 204, 205])
def test_pixel_data_by_reference_are_not_lost_in_silence(end: int) -> None:
    dataset = ct(PixelDataProviderURL="http://pacs.example/jpip?target=1")
    del dataset.PixelData
    assert reason(named(to_bytes(dataset), f"1.2.840.10008.1.2.4.{end}")) == ("withheld", "PIXELS_ELSEWHERE")
    assert reason(to_bytes(dataset)) == ("withheld", "PIXELS_ELSEWHERE")


NEWER = ["4.110", "4.111", "4.112", "8.1", "4.201", "4.106", "1.98"]


@pytest.mark.parametrize("end", NEWER)
def test_newer_transfer_syntaxes_of_the_standard_are_written(end: str) -> None:
    uid = f"1.2.840.10008.1.2.{end}"
    value = uid.encode() + b"\0" * (len(uid) % 2)
    jpeg = b"UI\x16\x001.2.840.10008.1.2.4.50"
    data = encapsulated(b"any codestream").replace(jpeg, b"UI%c\0%b" % (len(value), value))
    outcome = outcome_of(data)
    assert (outcome.status, outcome.reason, outcome.names.transfer_syntax) == ("written", "", uid)
    output = output_of(data, outcome)
    assert pydicom.dcmread(BytesIO(output)).file_meta.TransferSyntaxUID == uid
    assert output.endswith(data[data.index(b"\xe0\x7f\x10\0") :])
    copy, told = deidentify_dataset(pydicom.dcmread(BytesIO(data)), Plan(Policy(), Key(KEY)))
    assert (told.status, told.reason) == ("written", "")
    assert copy is not None


@pytest.mark.parametrize("end", ["4.110", "8.1", "4.50"])
def test_a_transfer_syntax_that_an_object_names_stays(end: str) -> None:
    uid = f"1.2.840.10008.1.2.{end}"
    dataset = ct(AvailableTransferSyntaxUID=uid)
    data = to_bytes(dataset)
    read = pydicom.dcmread(BytesIO(output_of(data, outcome_of(data))))
    assert read.get("AvailableTransferSyntaxUID", uid) == uid


def test_fragments_are_copied_with_their_delimiter() -> None:
    data = encapsulated(b"\xff\xd8one\0", b"\xff\xd8two\0")
    outcome = outcome_of(data)
    assert outcome.status == "written"
    assert output_of(data, outcome).endswith(b"\xfe\xff\xdd\xe0\0\0\0\0")
    read = pydicom.dcmread(BytesIO(output_of(data, outcome)))
    assert read.PixelData == pydicom.dcmread(BytesIO(data)).PixelData


@pytest.mark.parametrize("cut", [1, 8, 12, 30])
def test_fragments_that_were_cut_off_are_refused(cut: int) -> None:
    assert reason(encapsulated(b"\xff\xd8one\0", b"\xff\xd8two\0")[:-cut]) == ("failed", "TRUNCATED")


IMAGE = b"\xff\xd8one\xff\xd9\0"
DELIMITER = b"\xfe\xff\xdd\xe0\0\0\0\0"
LOST = [b"", DELIMITER[:4], DELIMITER[:7], bytes(8), bytes(64), b"\xfe\xff\x0d\xe0\0\0\0\0", b"\0"]


@pytest.mark.parametrize("at_hand", [400, 65536])
@pytest.mark.parametrize("rest", LOST)
def test_fragments_that_are_whole_get_the_delimiter_that_they_lack(rest: bytes, at_hand: int) -> None:
    whole = encapsulated(IMAGE)
    data = whole.removesuffix(DELIMITER) + rest
    outcome = outcome_of(data, first=at_hand)
    assert output_of(data, outcome) == output_of(whole, outcome_of(whole))


def undelimited(frames: int, syntax: str, *fragments: bytes) -> bytes:
    """A file of some frames and fragments without their delimiter."""
    dataset = ct(PixelData=encapsulate(list(fragments), has_bot=False), NumberOfFrames=frames)
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    return to_bytes(dataset).removesuffix(DELIMITER)


RLE, JPEG_2000, MPEG4 = "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.102"
WHOLE = [
    (2, JPEG_2000, (IMAGE, IMAGE), "written"), (1, JPEG_2000, (b"\xff\xd8", IMAGE), "written"),
    (3, JPEG_2000, (IMAGE, IMAGE), "failed"), (1, JPEG_2000, (b"\xff\xd8ab",), "failed"),
    (2, RLE, (b"abcd", b"efgh"), "written"), (3, RLE, (b"abcd", b"efgh"), "failed"),
    (1, MPEG4, (b"abcd",), "written"), (9, MPEG4, (b"abcd",), "failed"),
]  # fmt: skip


@pytest.mark.parametrize(("frames", "syntax", "fragments", "status"), WHOLE)
def test_they_are_whole_if_no_frame_is_missing_and_the_last_one_ends(
    frames: int, syntax: str, fragments: tuple[bytes, ...], status: str
) -> None:
    given = reason(undelimited(frames, syntax, *fragments))
    assert given == (status, "" if status == "written" else "TRUNCATED")


def test_pixel_data_without_any_fragment_are_refused() -> None:
    whole = encapsulated(IMAGE)
    at = whole.index(b"\xe0\x7f\x10\0") + 12
    assert reason(whole[:at] + DELIMITER) == ("failed", "TRUNCATED")


@pytest.mark.parametrize("photometric", ["YBR_FULL_422", "YBR_PARTIAL_422"])
@pytest.mark.parametrize(
    ("size", "given"), [(32, ("written", "")), (48, ("written", "")), (40, ("withheld", "PIXELS_TOO_LONG")),
                        (30, ("failed", "TRUNCATED"))],
)  # fmt: skip
def test_colours_of_which_half_is_stored_are_as_long_as_they_should_be(
    photometric: str, size: int, given: tuple[str, str]
) -> None:
    dataset = ct(
        PhotometricInterpretation=photometric, SamplesPerPixel=3, PlanarConfiguration=0, BitsAllocated=8, BitsStored=8,
        HighBit=7, PixelData=bytes(range(1, size + 1)),
    )  # fmt: skip
    assert reason(to_bytes(dataset)) == given


@pytest.mark.parametrize("cut", [1, 2, 31, 32])
def test_pixel_data_that_were_cut_off_are_refused(cut: int) -> None:
    assert reason(to_bytes(ct())[:-cut]) == ("failed", "TRUNCATED")


def test_pixel_data_that_are_shorter_than_the_image_are_refused() -> None:
    assert reason(to_bytes(ct(PixelData=bytes(30)))) == ("failed", "TRUNCATED")
    assert reason(to_bytes(ct(NumberOfFrames=2))) == ("failed", "TRUNCATED")


LONGER = [b"Okonkwo^", bytes(7) + b"x", bytes(MOST_PADDING + 2)]


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian])
@pytest.mark.parametrize("excess", LONGER, ids=["text", "the last byte", "too much to look at"])
def test_pixel_data_with_something_behind_the_image_are_withheld(excess: bytes, syntax: UID) -> None:
    dataset = ct(PixelData=bytes(range(32)) + excess)
    dataset.file_meta.TransferSyntaxUID = syntax
    assert reason(to_bytes(dataset)) == ("withheld", "PIXELS_TOO_LONG")


def test_pixel_data_that_are_filled_up_stay_as_they_are() -> None:
    for data in (bytes(range(32)) + bytes(128), bytes(range(27)) + b"x"):  # zeros; and a byte for an even length
        dataset = ct(PixelData=data)
        if len(data) == 28:
            dataset.Rows, dataset.Columns, dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 3, 9, 8, 8, 7
        given = to_bytes(dataset)
        outcome = outcome_of(given)
        assert pydicom.dcmread(BytesIO(output_of(given, outcome))).PixelData == data


def padded(dataset: Dataset) -> bytes:
    """A file without pixel data that ends with Data Set Trailing Padding."""
    del dataset.PixelData
    dataset.add_new(0xFFFCFFFC, "OB", bytes(4))
    return to_bytes(dataset)


@pytest.mark.parametrize(
    "behind",
    [b"", b"Okonkwo^Adaeze", bytes(9), b"\x10\0\x20\0", b"\xfe\xff\0\xe0\xff"],
)
def test_what_is_no_element_goes_behind_trailing_padding(behind: bytes) -> None:
    data = padded(ct())
    bare = output_of(data, outcome_of(data))
    for _ in range(2):  # what was read before ends where it did before
        outcome = outcome_of(data + behind)
        assert (outcome.status, outcome.reason) == ("written", "")
        assert output_of(data + behind, outcome) == bare
    assert b"Okonkwo" not in bare


def test_pixel_data_behind_trailing_padding_are_not_lost() -> None:
    plain = to_bytes(ct())
    at = plain.index(b"\xe0\x7f\x10\x00")
    data = plain[:at] + b"\xfc\xff\xfc\xffOB\0\0\x02\0\0\0\0\0" + plain[at:]
    assert (
        pydicom.dcmread(BytesIO(output_of(data, outcome_of(data)))).PixelData
        == pydicom.dcmread(BytesIO(plain)).PixelData
    )


def test_native_pixel_data_under_a_compressed_transfer_syntax_are_refused() -> None:
    dataset = ct()
    data = to_bytes(dataset).replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.5\0")
    assert reason(data) == ("failed", "PIXELS_DISAGREE")


def test_a_deflated_data_set_that_was_cut_off_is_refused() -> None:
    dataset = ct()
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    assert reason(to_bytes(dataset)[:-6]) == ("failed", "TRUNCATED")


def test_a_deflated_bomb_is_refused() -> None:
    dataset = ct()
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    data = to_bytes(dataset)
    meta = 144 + int.from_bytes(data[140:144], "little")
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(260)) + packer.flush()
    assert reason(data[:meta] + bomb) == ("failed", "HEADER_TOO_LONG")


def test_a_deflated_file_that_is_too_long_is_not_asked_for() -> None:
    dataset = ct()
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    source = Stingy(to_bytes(dataset), 1024)
    source.size = 3 << 30
    outcome = process(source, Plan(Policy(), Key(KEY)), SOURCE_ID, repeat=False)
    assert (outcome.status, outcome.reason) == ("failed", "HEADER_TOO_LONG")


def test_a_long_header_is_asked_for_in_few_steps() -> None:
    data = to_bytes(ct(SharedFunctionalGroupsSequence=sequence(*(item(FrameLabel=f"{n:08}") for n in range(20_000)))))
    source = Stingy(data, 4096)
    assert len(data) > 400_000
    from dicom_deid.errors import ShortRead
    from dicom_deid.scan import inspect

    for _ in range(10):
        try:
            instance = inspect(source)
            break
        except ShortRead as short:
            source.give(short.start, short.end)
    assert len(source.asked) <= 5
    assert instance.pixels is not None
    assert instance.pixels.end == len(data)


@settings(deadline=None)
@given(st.integers(132, 4096))
def test_the_outcome_does_not_depend_on_how_much_was_at_hand(first: int) -> None:
    data = encapsulated(b"\xff\xd8" + bytes(6000))
    assert outcome_of(data, first=first).splice == outcome_of(data).splice


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_end_in_an_outcome(tail: bytes) -> None:
    for data in (tail, bytes(128) + b"DICM" + tail):
        assert outcome_of(data).status in ("skipped", "failed", "withheld")
