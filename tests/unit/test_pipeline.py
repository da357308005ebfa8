"""The pipeline over real files: each ends in one outcome, keeps its pixel bytes, and survives any damage."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from dicom_deid.errors import reasons
from dicom_deid.policy import Policy
from dicom_deid.profile import table
from dicom_deid.splice import splice_size
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made import ct, outcome_of, output_of, to_bytes
from pydicom.data import get_testdata_files

EVERYTHING = Policy(
    allow_sop_classes=frozenset(row["uid"] for row in table("sop-classes.json")),
    pass_burned_in=True,
)
FILES = sorted(
    {path for path in get_testdata_files() if Path(path).is_file() and Path(path).stat().st_size < 2_000_000}
)
SMALL = [path for path in FILES if Path(path).stat().st_size < 40_000 and path.endswith(".dcm")]
PIXEL_KEYWORDS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")


@pytest.mark.parametrize("path", FILES, ids=lambda path: Path(path).name)
@pytest.mark.filterwarnings("ignore")
def test_a_real_file_is_written_whole_or_not_at_all(path: str) -> None:
    data = Path(path).read_bytes()
    outcome = outcome_of(data, EVERYTHING)
    if outcome.status != "written":
        assert reasons()[outcome.reason]["status"] == outcome.status
        assert outcome.reason not in ("INTERNAL_ERROR", "IDENTIFIER_LEFT", "OUTPUT_UNSOUND")
        assert outcome.splice == ()
        return
    output = output_of(data, outcome)
    assert len(output) == splice_size(outcome.splice)
    before, after = pydicom.dcmread(BytesIO(data), force=True), pydicom.dcmread(BytesIO(output))
    for keyword in PIXEL_KEYWORDS:
        assert before.get(keyword) == after.get(keyword)
    for keyword in ("Rows", "Columns", "PixelSpacing", "ImagePositionPatient", "RescaleSlope", "NumberOfFrames"):
        assert before.get(keyword) == after.get(keyword)
    if before.get("PatientName"):
        assert str(after.PatientName) == f"{outcome.names.patient}^"


def test_what_is_known_to_be_broken_is_named_so() -> None:
    ends = {Path(path).name: outcome_of(Path(path).read_bytes(), EVERYTHING) for path in FILES}
    expected = {
        "MR_truncated.dcm": ("failed", "TRUNCATED"),
        "rtplan_truncated.dcm": ("failed", "TRUNCATED"),
        "SC_rgb_jpeg.dcm": ("failed", "PIXELS_DISAGREE"),
        "DICOMDIR": ("skipped", "DICOMDIR"),
        "zipMR.gz": ("skipped", "ARCHIVE"),
    }
    assert {name: (ends[name].status, ends[name].reason) for name in expected} == expected


def test_nothing_is_said_of_a_value_that_breaks_its_vr(
    recwarn: pytest.WarningsRecorder, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    data = to_bytes(ct(SliceThickness="1")).replace(b"DS\x02\x001 ", b"DS\x02\x00Jo")
    assert b"Jo" in data
    recwarn.clear()
    assert outcome_of(data).status == "written"
    assert (list(recwarn), capfd.readouterr(), caplog.text) == ([], ("", ""), "")


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
@pytest.mark.filterwarnings("ignore")
def test_a_damaged_file_ends_in_an_outcome(draw: st.DataObject) -> None:
    data = bytearray(Path(draw.draw(st.sampled_from(SMALL))).read_bytes())
    for _ in range(draw.draw(st.integers(1, 4))):
        at = draw.draw(st.integers(0, len(data) - 1))
        match draw.draw(st.sampled_from(("flip", "cut", "insert", "lie"))):
            case "flip":
                data[at] ^= 1 << draw.draw(st.integers(0, 7))
            case "cut":
                del data[max(at, 1) :]
            case "insert":
                data[at:at] = draw.draw(st.binary(min_size=1, max_size=12))
            case "lie":
                data[at : at + 4] = b"\xff\xff\xff\xff"
    outcome = outcome_of(bytes(data), EVERYTHING)
    assert outcome.reason != "INTERNAL_ERROR"
    if outcome.status == "written":
        pydicom.dcmread(BytesIO(output_of(bytes(data), outcome)))


@pytest.mark.parametrize("path", SMALL[:12], ids=lambda path: Path(path).name)
@pytest.mark.filterwarnings("ignore")
def test_a_file_that_is_cut_anywhere_is_never_written_short(path: str) -> None:
    data = Path(path).read_bytes()
    whole = outcome_of(data, EVERYTHING)
    if whole.status != "written" or whole.pixels != "kept":
        return
    source_pixels = len(output_of(data, whole)) - len(whole.splice[0])  # type: ignore[arg-type]
    for end in range(200, len(data), max(1, len(data) // 60)):
        cut = outcome_of(data[:end], EVERYTHING)
        if cut.status == "written" and cut.pixels == "kept":
            assert len(output_of(data[:end], cut)) - len(cut.splice[0]) == source_pixels  # type: ignore[arg-type]
