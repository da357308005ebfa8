"""Verify: an output with a finding is never written."""

from __future__ import annotations

import pytest
from dicom_deid.dicom.bounded import CONTEXTS, ENTRY, FULL, Contexts
from dicom_deid.errors import Withheld
from dicom_deid.verify import SoundCache, verify
from made import ct, item, sequence, to_bytes
from pydicom.charset import convert_encodings
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

EXPLICIT_UID = "1.2.840.10008.1.2.1"
NAMES = frozenset(("okonkwo",))


def marked(**values: object) -> Dataset:
    code = item(CodeValue="113100", CodingSchemeDesignator="DCM", CodeMeaning="Basic")
    marks = {"PatientIdentityRemoved": "YES", "DeidentificationMethodCodeSequence": sequence(code)}
    return ct(**{"PatientName": "X", "PatientID": "X", **marks, **values})


def finding(dataset: Dataset, uids: tuple[str, ...] = (), syntax: str = EXPLICIT_UID, data: bytes = b"") -> str:
    header = data or to_bytes(dataset)
    end = 144 + int.from_bytes(header[140:144], "little")
    try:
        verify([header[:end]], [header[end:]], NAMES, uids, syntax, frozenset())
    except Withheld as withheld:
        return withheld.reason
    return ""


def test_a_clean_output_passes() -> None:
    assert finding(marked()) == ""


@pytest.mark.parametrize(
    "values",
    [
        {"FilterType": "for Okonkwo"},
        {"FilterType": "OKONKWO"},
        {"SpecificCharacterSet": "ISO_IR 192", "FilterType": "Ókonkwo"},
        {"SpecificCharacterSet": "ISO_IR 192", "FilterType": "Økonkwo"},
        {"SpecificCharacterSet": "ISO_IR 192", "FilterType": "Okon\u00adkwo"},
        {"SpecificCharacterSet": "ISO_IR 192", "FilterType": "Okon\u200bkwo"},
        {"RequestAttributesSequence": sequence(item(OperatorsName="Okonkwo^A"))},
        {"ICCProfile": b"by okonkwo "},
    ],
)
def test_an_identifier_that_is_left_is_found(values: dict[str, object]) -> None:
    assert finding(marked(**values)) == "IDENTIFIER_LEFT"


def test_a_uid_that_is_left_is_found_wherever_it_is() -> None:
    assert finding(marked(FilterType="1.2.3.4.5.6"), ("1.2.3.4.5.6",)) == "IDENTIFIER_LEFT"
    assert finding(marked(FilterType="1.2.3.4.5.66"), ("1.2.3.4.5.6",)) == ""


def test_marks_that_are_missing_are_found() -> None:
    unmarked = marked()
    unmarked.PatientIdentityRemoved = "NO"
    assert finding(unmarked) == "OUTPUT_UNSOUND"
    del unmarked.PatientIdentityRemoved
    assert finding(unmarked) == "OUTPUT_UNSOUND"


def test_a_private_element_is_found() -> None:
    dataset = marked()
    dataset.private_block(0x0009, "ACME", create=True).add_new(1, "LO", "x")
    assert finding(dataset) == "OUTPUT_UNSOUND"


def test_another_transfer_syntax_or_a_preamble_is_found() -> None:
    assert finding(marked(), syntax="1.2.840.10008.1.2") == "OUTPUT_UNSOUND"
    assert finding(marked(), data=b"II*\0" + to_bytes(marked())[4:]) == "OUTPUT_UNSOUND"


def test_bytes_that_cannot_be_read_are_found() -> None:
    assert finding(marked(), data=b"nothing") == "OUTPUT_UNSOUND"


def pieces_of(dataset: Dataset) -> tuple[list[bytes], list[bytes]]:
    """File meta information as one piece, and the data set element by element."""
    header = to_bytes(dataset)
    end = 144 + int.from_bytes(header[140:144], "little")
    codecs = convert_encodings(dataset.get("SpecificCharacterSet", "ISO_IR 6"))
    pieces = []
    for element in dataset:
        stream = DicomBytesIO()
        stream.is_implicit_VR, stream.is_little_endian = False, True
        write_dataset(stream, Dataset({element.tag: element}), codecs)
        pieces.append(stream.getvalue())
    assert header[end:] == b"".join(pieces)
    return [header[:end]], pieces


def reason(
    meta: list[bytes],
    data: list[bytes],
    names: frozenset[str] = NAMES,
    retained: frozenset[int] = frozenset(),
    cache: SoundCache | None = None,
) -> str:
    try:
        assert verify(meta, data, names, (), EXPLICIT_UID, retained, cache=cache) == [b"".join(meta + data)]
    except Withheld as withheld:
        return withheld.reason
    return ""


def test_what_was_sound_is_looked_at_again_for_another_name_and_where_it_is_not_retained() -> None:
    (meta, data), cache = pieces_of(marked(FilterType="for Reyes", InstitutionName="Eastport")), SoundCache()
    for _ in range(2):
        assert reason(meta, data, cache=cache) == ""
        assert reason(meta, data, frozenset(("reyes",)), cache=cache) == "IDENTIFIER_LEFT"
        assert reason(meta, data, frozenset(("eastport",)), frozenset((0x00080080,)), cache) == ""
        assert reason(meta, data, frozenset(("eastport",)), cache=cache) == "IDENTIFIER_LEFT"


def test_what_was_sound_is_looked_at_again_behind_another_character_set() -> None:
    names = frozenset(("жуков",))
    text = "Жуков".encode("iso8859_5").decode("latin-1")
    latin = marked(SpecificCharacterSet="ISO_IR 100", FilterType=text)
    cyrillic = marked(SpecificCharacterSet="ISO_IR 144", FilterType="Жуков")
    assert set(pieces_of(latin)[1]) - set(pieces_of(cyrillic)[1]) == {pieces_of(latin)[1][0]}
    cache = SoundCache()
    for _ in range(2):
        assert reason(*pieces_of(latin), names, cache=cache) == ""
        assert reason(*pieces_of(cyrillic), names, cache=cache) == "IDENTIFIER_LEFT"


def test_pieces_out_of_order_or_cut_within_an_element_are_found() -> None:
    (meta, data), cache = pieces_of(marked()), SoundCache()
    assert reason(meta, data, cache=cache) == ""
    assert reason(meta, [data[1], data[0], *data[2:]], cache=cache) == "OUTPUT_UNSOUND"
    assert reason(meta, [data[0], *data], cache=cache) == "OUTPUT_UNSOUND"
    assert reason(meta, [data[0][:-2], data[0][-2:] + data[1], *data[2:]], cache=cache) == "OUTPUT_UNSOUND"
    assert reason(meta, [*data, b""], cache=cache) == "OUTPUT_UNSOUND"
    assert reason([*meta, data[0]], data[1:], cache=cache) == "OUTPUT_UNSOUND"
    assert reason(meta, [b"", *data], cache=cache) == "OUTPUT_UNSOUND"


def test_an_undefined_length_without_its_end_is_no_whole_piece() -> None:
    meta, data = pieces_of(marked())
    data.pop()  # pixel data
    sequence_start = b"\x40\0\x75\2SQ\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff"
    value, item_end, sequence_end = b"\x40\0\7\0LO\2\0ab", b"\xfe\xff\r\xe0" + bytes(4), b"\xfe\xff\xdd\xe0" + bytes(4)
    whole = sequence_start + value + item_end + sequence_end
    assert reason(meta, [*data, whole]) == ""
    for cut in range(1, len(whole)):
        assert reason(meta, [*data, whole[:cut]]) == "OUTPUT_UNSOUND"
        assert reason(meta, [*data, whole[:cut], whole[cut:]]) == "OUTPUT_UNSOUND"


def test_what_is_remembered_is_bounded() -> None:
    contexts: Contexts[int, bytes] = Contexts(10_000)
    for number in range(1000):
        contexts.of(number).add(1, b"", 0)
        contexts.of("one").add(number, bytes(100), 100)
    assert len(contexts.held) <= CONTEXTS
    assert sum(ENTRY + 100 for _ in contexts.of("one")) <= 10_000
    assert contexts.of("one").add(1000, b"longer than all", 20_000) == b"longer than all"
    for number in range(100):
        contexts.of(number).add(2, b"", 9000)
    assert contexts.bytes <= FULL * 10_000


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (b"\x02\0\xff\xff", ""),
        (b"\x03\0\0\0", "OUTPUT_UNSOUND"),
        (b"\x03\0\1\0", "OUTPUT_UNSOUND"),
        (b"\x04\0\0\0", "OUTPUT_UNSOUND"),
    ],
)
def test_file_meta_information_ends_with_its_group(tag: bytes, expected: str) -> None:
    meta, data = pieces_of(marked())
    more = tag + b"OB\0\0\2\0\0\0XX"
    length = int.from_bytes(meta[0][140:144], "little") + len(more)
    whole = [meta[0][:140] + length.to_bytes(4, "little") + meta[0][144:], more]
    assert reason(whole, data) == expected


def test_a_data_set_has_no_element_of_the_file_meta_information() -> None:
    meta, data = pieces_of(marked())
    assert reason(meta, [b"\x02\0\xff\xffLO\2\0XX", *data]) == "OUTPUT_UNSOUND"


@pytest.mark.parametrize(
    "values",
    [
        {"SeriesNumber": "73512"},
        {"AcquisitionNumber": 73512},
        {"TriggerTime": "1\\073512.0"},
        {"TriggerTime": "1\\7.3512E4"},
        {"LargestImagePixelValue": 40512},
        {"SimpleFrameList": [1, 73512]},
        {"FrameAcquisitionDuration": 73512.0},
        {"ImageID": "14.07.1952"},
        {"ImageID": "7/14/1952"},
        {"ImageID": "1952-07-14"},
        {"ImageID": "x195207141230"},
    ],
)
def test_a_number_or_a_day_that_is_left_is_found(values: dict[str, object]) -> None:
    meta, data = pieces_of(marked(**values))
    assert reason(meta, data, frozenset(("73512", "040512", "19520714"))) == "IDENTIFIER_LEFT"


@pytest.mark.parametrize(
    "values",
    [
        {"SeriesNumber": "4711"},
        {"AcquisitionNumber": 70000},
        {"TriggerTime": "73512.5"},
        {"SimpleFrameList": list(range(73500, 73600))},
        {"ImageID": "14.7.1953"},
        {"ImageID": "1952"},
    ],
)
def test_another_number_or_day_is_none(values: dict[str, object]) -> None:
    meta, data = pieces_of(marked(**values))
    assert reason(meta, data, frozenset(("4711", "70000", "73512", "19520714"))) == ""
