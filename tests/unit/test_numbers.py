"""Numbers: bulk values are searched for long identifiers alone, and stay where they are."""

from __future__ import annotations

import struct
from array import array
from io import BytesIO
from random import Random

import pydicom
import pytest
from dicom_deid.dicom.reader import BULK_BYTES
from dicom_deid.explain import explain
from dicom_deid.key import Key
from dicom_deid.model import Outcome
from dicom_deid.policy import Plan, Policy
from dicom_deid.splice import Copy
from dicom_deid.verify.binary_values import AT_ONCE, is_held
from dicom_deid.verify.stream import Joint, Stream
from made import KEY, SOURCE_ID, UID, Stingy, ct, item, outcome_of, output_of, sequence, to_bytes
from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

EEG = "1.2.840.10008.5.1.4.1.1.9.7.3"
NOISE = Random(4).randbytes(2 * BULK_BYTES)
WORDS = frozenset(("okonkwo-adaeze", "mrn-0815-4711", "ravensford", "0123456789", "kim", "жуковский"))


def recorded(values: bytes, syntax: str = ExplicitVRLittleEndian, undefined: bool = False, **header: object) -> Dataset:
    """An EEG of one multiplex group."""
    group = item(NumberOfWaveformChannels=1, WaveformBitsAllocated=16, WaveformSampleInterpretation="SS")
    group.add_new(0x54001010, "OW", values)
    group.is_undefined_length_sequence_item = undefined
    dataset = ct(**header)
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = EEG
    dataset.file_meta.TransferSyntaxUID = syntax
    del dataset.PixelData, dataset.Rows, dataset.Columns
    dataset.WaveformSequence = sequence(group)
    dataset["WaveformSequence"].is_undefined_length = undefined
    return dataset


def made(dataset: Dataset, policy: Policy | None = None) -> tuple[Outcome, bytes]:
    data = to_bytes(dataset)
    outcome = outcome_of(data, policy)
    return outcome, output_of(data, outcome)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian])
@pytest.mark.parametrize("undefined", [True, False])
def test_noise_of_a_patient_with_a_short_name_is_written_as_it_is(syntax: str, undefined: bool) -> None:
    assert b"kim" in NOISE.lower()
    outcome, output = made(recorded(NOISE, syntax, undefined, PatientName="Kim^Lee", PatientID="Kim"))
    assert (outcome.status, outcome.reason) == ("written", "")
    read = pydicom.dcmread(BytesIO(output))
    assert read.WaveformSequence[0].WaveformData == NOISE
    assert read["WaveformSequence"].is_undefined_length == undefined
    copies = [part.end - part.start for part in outcome.splice if isinstance(part, Copy)]
    assert copies == ([] if syntax == DeflatedExplicitVRLittleEndian else [len(NOISE)])


def mesh(values: bytes) -> Dataset:
    points = item(NumberOfSurfacePoints=4)
    points.add_new(0x00660016, "OF", values)
    return ct(SurfaceSequence=sequence(item(SurfaceNumber=1, SurfacePointsSequence=sequence(points))))


def grid(values: bytes) -> Dataset:
    deformation = item(GridDimensions=[4, 4, 4])
    deformation.add_new(0x00640009, "OF", values)
    registration = item(DeformableRegistrationGridSequence=sequence(deformation))
    return ct(DeformableRegistrationSequence=sequence(registration))


def of(tag: int, vr: str, values: bytes) -> Dataset:
    dataset = ct(PatientID="0123456789", PatientName="Kim^Abcdefgh")
    if vr == "FD":
        dataset.add_new(tag, vr, list(struct.unpack(f"<{len(values) // 8}d", values)))
    else:
        dataset.add_new(tag, vr, values)
    return dataset


NAMED = b"a kim and a lee, 55 f"
FLOATS = struct.pack("<6f", *[struct.unpack("<f", NAMED[at : at + 4])[0] for at in range(0, 20, 4)], 0.0)
PALETTE = bytes(range(256))
WIDE_PALETTE = array("H", (257 * value for value in range(256))).tobytes()


@pytest.mark.parametrize(
    "dataset",
    [
        mesh(FLOATS),
        grid(FLOATS),
        of(0x56000020, "OF", FLOATS),
        of(0x00281201, "OW", PALETTE),
        of(0x00281202, "OW", WIDE_PALETTE),
        of(0x00281203, "OW", array("H", range(256)).tobytes()),
        of(0x00660040, "OL", PALETTE),
        of(0x0070150D, "OD", PALETTE),
        of(0x7FE00001, "OV", PALETTE),
        of(0x00186026, "FD", FLOATS),
        of(0x00700256, "OB", b"kim." * 32),
    ],
)
def test_numbers_that_read_like_a_short_name_or_a_row_of_digits_are_written(dataset: Dataset) -> None:
    dataset.PatientName = "Kim^Lee^Abcdefgh"
    outcome, output = made(dataset)
    assert (outcome.status, outcome.reason) == ("written", "")
    values = [
        e.value for e in pydicom.dcmread(BytesIO(output)).iterall() if e.VR in ("OF", "OW", "OL", "OD", "OV", "OB")
    ]
    before = [e.value for e in dataset.iterall() if e.VR in ("OF", "OW", "OL", "OD", "OV", "OB")]
    assert values == before


@pytest.mark.parametrize("at", [0, 777, 1_500_000])
@pytest.mark.parametrize(
    "word", [b"MRN-0815-4711", b"Ravensford", "RAVENSFORD".encode("utf-16-le"), f"{UID}.1".encode()]
)
def test_a_long_identifier_in_a_waveform_is_found(word: bytes, at: int) -> None:
    values = NOISE[:at] + word + NOISE[at + len(word) :]
    outcome, _ = made(recorded(values, InstitutionName="Ravensford"))
    assert (outcome.status, outcome.reason) == ("withheld", "IDENTIFIER_LEFT")


def test_what_may_be_text_is_searched_as_text() -> None:
    dataset = ct(PatientName="Kim^Lee")
    dataset.ICCProfile = b"made for kim, not "
    assert made(dataset)[0].reason == "IDENTIFIER_LEFT"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (b"\xff" * 9 + b"Okonkwo-Adaeze\xff", True),
        (b"\xff" * (AT_ONCE - 5) + b"OKONKWO-ADAEZE" + b"\xff" * 100, True),
        (b"\xff" * (AT_ONCE - 5) + "Okonkwo-Adaeze".encode("utf-16-be") + b"\xff" * 100, True),
        (b"\xff\xfe" + "mrn-0815-4711".encode("utf-16-le"), True),
        (b"0" * 5000 + b"ravensford" + b"0" * 5000, True),
        ("x Жуковский".encode(), True),
        ("x ЖУКОВСКИЙ".encode(), True),
        (bytes(range(256)) * 50, False),
        (b"okonkwo-adaez\0e ravensfor kim", False),
        (b"ravensf" + b"\0ord", False),
        (b"", False),
    ],
)
def test_identifiers_of_eight_bytes_and_more_are_found_wherever_they_stand(value: bytes, found: bool) -> None:
    assert is_held(value, WORDS) is found
    assert is_held(memoryview(value), WORDS) is found


def test_of_many_words_none_is_missed() -> None:
    random = Random(8)
    words = ["".join(random.choices("abcdefgh", k=random.randint(8, 12))) for _ in range(400)]
    for word in words[::40]:
        for value in (word, f"{'x' * 500}{word}", f"{word[:-1]}{word}"):
            assert is_held(value.encode(), frozenset(words))
    assert not is_held(b"abcdefgi" * 1000, frozenset(words) - {"abcdefgi"})


def test_uids_are_found_in_numbers_as_whole_ones() -> None:
    assert is_held(b"\xff1.2.3.4.5.6.7\xff", frozenset(), ["1.2.3.4.5.6.7"])
    assert not is_held(b"\xff1.2.3.4.5.6.77\xff", frozenset(), ["1.2.3.4.5.6.7"])


def test_a_bulk_value_that_a_rule_removes_or_replaces_is_gone() -> None:
    policy = Policy.read('[[attribute]]\nmatch = "WaveformData"\naction = "Z"\n')
    _, output = made(recorded(NOISE), policy)
    assert pydicom.dcmread(BytesIO(output)).WaveformSequence[0].WaveformData in (b"", None)
    code = "    return 'X' if element.keyword == 'WaveformData' and len(element.value) > 9 else None"
    policy = Policy.read(f"[[python]]\ncode = '''\ndef rule(element, instance):\n{code}\n'''\n")
    _, output = made(recorded(NOISE), policy)
    assert "WaveformData" not in pydicom.dcmread(BytesIO(output)).WaveformSequence[0]


def test_the_what_if_shows_a_bulk_value_as_unchanged() -> None:
    data = to_bytes(recorded(NOISE))
    source = Stingy(data, len(data))
    rows = {row.tag: row for row in explain(source, Plan(Policy(), Key(KEY)), SOURCE_ID).rows}
    assert (rows[0x54001010].effect, rows[0x54001010].before) == ("unchanged", f"{len(NOISE)} bytes")


def test_a_stream_gives_the_same_bytes_as_a_file() -> None:
    parts: list[bytes | memoryview] = [b"abc", memoryview(b"defghij"), b"", b"klm"]
    whole, random = b"abcdefghijklm", Random(2)
    stream, file = Stream(Joint(parts)), BytesIO(whole)
    for _ in range(500):
        offset, count = random.randrange(15), random.randrange(-1, 15)
        assert stream.seek(offset) == file.seek(offset)
        read = stream.read(count)
        assert (b"".join(read) if isinstance(read, Joint) else bytes(read)) == file.read(count)
        assert stream.tell() == file.tell()
    assert (stream.seek(-2, 2), stream.seek(1, 1)) == (11, 12)
    assert (len(Joint(parts)), bool(Joint())) == (13, False)
