"""Identifiers whose letters stand as something else go as well, and the verification finds those that do not."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from io import BytesIO

import pytest
from dicom_deid.deidentify.identifiers.names import name_parts
from dicom_deid.deidentify.identifiers.numbers import whole_values
from dicom_deid.deidentify.text import clean_named
from dicom_deid.verify.disguised import disguised
from dicom_deid.verify.search import folded, left, named_in
from made import ct, deidentified
from pydicom import dcmwrite
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag

NAMED = frozenset(
    name_parts("Zorbath^Quillan")
    | name_parts("Müller^Jörg")
    | name_parts("Copoкин=王^小东")
    | whole_values("MRN-0815-4711")
)
LATIN = (
    "Z-O-R-B-A-T-H", "Z O R B A T H", "z.o.r.b.a.t.h", "Z_O_R_B_A_T_H", "Z  O  R  B  A  T  H", "M Ü L L E R",
    "&#90;orbath", "&#x5A;ORBATH", "&amp;#90;orbath", "M&uuml;ller", "M%C3%BCller", "M%FCller", "M=C3=BCller",
    "%5Aorbath", "%51uillan", "%5A%6F%72%62%61%74%68", "Zоrbath", "ΖORBATH", "Zοrbath", "ZОRВАТН",
    b64encode(b"Zorbath").decode(), b64encode(b"Zorbath^Quillan").decode().rstrip("="),
    b64encode("Müller".encode()).decode(), b64encode("Müller".encode("latin-1")).decode(),
    b64encode("Zorbath".encode("utf-16-le")).decode(), b64encode(b"MRN-0815-4711").decode(),
    urlsafe_b64encode("id=3;ÿÿ?n=Zorbath".encode()).decode(), b"Zorbath".hex(), "0x" + b"Zorbath".hex().upper(),
)  # fmt: skip
OTHERS = (
    "Zor-ba-th",
    "ZO RB AT H",
    "Z O R B ATH",
    "%u005Aorbath",
    "𝐙𝐨𝐫𝐛𝐚𝐭𝐡",
    "王 小 东",
    "王·小·东",
    "M R N 0 8 1 5 4 7 1 1",
    b"Zorbath".hex(" "),
    "Q U I L L A N  Z O R B A T H",
)


@pytest.mark.parametrize("written", LATIN + OTHERS)
def test_a_disguised_identifier_goes(written: str) -> None:
    for label in (f"MRT {written} 3T", written):
        assert clean_named(label, NAMED) in ("MRT 3T", "REMOVED"), label


@pytest.mark.parametrize("written", [*LATIN, r"M\u00fcller", r"\x5aorbath"])
def test_the_verification_finds_a_disguised_identifier(written: str) -> None:
    assert any(left(folded(reading), NAMED) for reading in disguised(f"MRT {written} 3T"))


@pytest.mark.parametrize("written", ["Z-O-R-B-A-T-H", "&#90;orbath", "%5Aorbath", b64encode(b"Zorbath").decode()])
def test_the_verification_withholds_what_was_not_cleaned(written: str) -> None:
    raw = RawDataElement(
        Tag(0x00181030), "LO", len(written), written.encode(), 0, is_implicit_VR=False, is_little_endian=True
    )
    assert named_in([(raw, "LO", ("ascii",))], NAMED, frozenset())
    assert not named_in([(raw, "LO", ("ascii",))], frozenset(("quillan",)), frozenset())


@pytest.mark.parametrize(
    "label",
    [
        "the cat sat on the mat", "AP LAT OBL", "C1 C2 L5 S1", "A P & L A T",
        "T 1 W F S", "T2 FLAIR 100%FL KVP=12", "A&P 50%BA", "R O I 1 2 3 4", "DEFINITION AS+",
        "МРТ головного мозга", "ΑΞΟΝΙΚΗ ΕΓΚΕΦΑΛΟΥ", "Localizer_AbdomenPelvis", "5a6f7262", "Zorba", "头 颈 部",
        "ФЛАИР СОР", "S A G T 2 W",
    ],
)  # fmt: skip
def test_what_only_looks_disguised_stays(label: str) -> None:
    assert clean_named(label, NAMED) == label
    assert not any(left(folded(reading), NAMED) for reading in disguised(label))


@pytest.mark.parametrize("written", ["Z O R B A T H", "&#90;orbath", "Zоrbath", b64encode(b"Zorbath").decode()])
def test_nothing_disguised_stands_in_an_output(written: str) -> None:
    made = ct(SpecificCharacterSet="ISO_IR 192", PatientName="Zorbath^Q", ProtocolName=f"{written} head")
    made.ImageComments = f"seen {written} today"
    new = deidentified(made, "clean-descriptors")
    out = BytesIO()
    dcmwrite(out, new)
    assert new.ProtocolName == "head"
    assert written.encode() not in out.getvalue()


def test_a_name_that_the_header_has_in_disguise_goes_as_itself() -> None:
    made = ct(SpecificCharacterSet="ISO_IR 192", PatientName="Zyxw&uuml;rger^Q", ProtocolName="Zyxwürger head")
    assert deidentified(made, "clean-descriptors").ProtocolName == "head"
