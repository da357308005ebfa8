"""Kinds of object that are withheld: by their SOP Class, and by what a header says of pixels and waveforms."""

from __future__ import annotations

import pytest
from dicom_deid.policy import Policy
from dicom_deid.profile import table
from made import CT, ct, item, outcome_of, sequence, to_bytes
from pydicom.dataset import Dataset

MR, SLIDE, SR = "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.77.1.6", "1.2.840.10008.5.1.4.1.1.88.67"
ECG, EEG = "1.2.840.10008.5.1.4.1.1.9.1.2", "1.2.840.10008.5.1.4.1.1.9.7.1"
TEXT, PERSON, SOUND = "PIXELS_SHOW_TEXT", "PIXELS_SHOW_PERSON", "SOUND_RECORDED"
WITHHELD = [row["uid"] for row in table("sop-classes.json") if row["default"] == "withheld"]


def of(sop_class: str, **values: object) -> Dataset:
    made = ct(SOPClassUID=sop_class, **values)
    made.file_meta.MediaStorageSOPClassUID = sop_class
    return made


def reason(dataset: Dataset, policy: Policy | None = None) -> str:
    outcome = outcome_of(to_bytes(dataset), policy)
    assert outcome.status == ("withheld" if outcome.reason else "written")
    return outcome.reason


@pytest.mark.parametrize("uid", WITHHELD)
def test_a_kind_that_usually_shows_or_tells_who_it_is_is_withheld_unless_allowed(uid: str) -> None:
    assert reason(of(uid)) == "SOP_CLASS_WITHHELD"
    assert reason(of(uid), Policy(allow_sop_classes=uid)) == ""


@pytest.mark.parametrize(
    "name",
    [
        "Basic Voice Audio Waveform Storage",
        "General Audio Waveform Storage",
        "Enhanced US Volume Storage",
        "Dermoscopic Photography Image Storage",
        "VL Image Storage - Trial",
        "VL Multi-frame Image Storage - Trial",
        "Stored Print Storage SOP Class",
        "Ophthalmic Photography 8 Bit Image Storage",
        "Surface Scan Mesh Storage",
        "Encapsulated STL Storage",
        "Multi-frame True Color Secondary Capture Image Storage",
        "Video Endoscopic Image Storage",
    ],
)
def test_such_a_kind_is_in_the_table(name: str) -> None:
    assert {row["default"] for row in table("sop-classes.json") if row["name"] == name} == {"withheld"}


SIGNS = [
    ({"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]}, TEXT),
    ({"ImageType": ["DERIVED", "SECONDARY", "SCREEN_SAVE"]}, TEXT),
    ({"ImageType": ["ORIGINAL", "PRIMARY", "OTHER", "CSA REPORT"]}, TEXT),
    ({"ImageType": ["DERIVED", "SECONDARY", "OTHER", "CT_SOM5 PROT"]}, TEXT),
    ({"ImageType": ["ORIGINAL", "PRIMARY", "OTHER", "CT_SOM7 PROT"]}, TEXT),
    ({"ImageType": ["DERIVED", "SECONDARY", "DOSE_INFO"]}, TEXT),
    ({"ImageType": ["DERIVED", "SECONDARY", "POSDISP"]}, TEXT),
    ({"ImageType": ["DERIVED", "SECONDARY", "OTHER", "CSA 3D EDITOR", "VRT"]}, PERSON),
    ({"ImageType": ["DERIVED", "SECONDARY", "PHOTO"]}, PERSON),
    *(
        ({"ImageType": ["DERIVED", "SECONDARY", value]}, TEXT)
        for value in (
            "SCREENDUMP",
            "PRINTSCREEN",
            "SCRSHOT",
            "SNAPSHOT",
            "SCANNED",
            "BATCHFILM",
            "TEXT",
            "GRAPH",
            "TABLE",
            "SCR CAP",
            "KEY IMAGES",
            "ANNOTATED",
            "EXPORT",
            "RESULT",
            "SCRNCAP",
            "SCREENSHOT2",
            "SAVED_PAGE_12",
            "BURNED-IN",
            "REPORTDATA",
        )
    ),
    *(
        ({"ImageType": ["DERIVED", "SECONDARY", "OTHER", value]}, PERSON)
        for value in ("RENDERED", "RENDERING", "SURFACE", "3D VIEW", "VR")
    ),
    *(
        ({"SeriesDescription": value}, TEXT)
        for value in ("Dosis Protokoll", "Dosisprotokoll", "Snapshot", "CAPTURE", "Screen Save", "print-screen")
    ),
    ({"VolumeBasedCalculationTechnique": "VOLUME_RENDER"}, PERSON),
    *(({"ConversionType": value}, TEXT) for value in ("WSD", "DV", "DF", "SD", "SI", "DRW", "SYN", "wsd ")),
    ({"Modality": "XC"}, PERSON),
    ({"Modality": "DOC"}, TEXT),
    ({"SeriesDescription": "Patient Protocol"}, TEXT),
    ({"SeriesDescription": "Patient Protocol", "ImageType": ["ORIGINAL", "PRIMARY", "OTHER"]}, TEXT),
    ({"SeriesDescription": "999 DOSE-REPORT"}, TEXT),
    ({"SeriesDescription": "Relatório de dose"}, TEXT),
    ({"DerivationDescription": "Screen-capture of workstation"}, TEXT),
    ({"BurnedInAnnotation": "YES"}, "BURNED_IN"),
    ({"BurnedInAnnotation": "yes"}, "BURNED_IN"),
    ({"RecognizableVisualFeatures": "YES"}, PERSON),
    ({"SpecimenLabelInImage": "YES"}, TEXT),
]


@pytest.mark.parametrize("sop_class", [CT, MR])
@pytest.mark.parametrize(("values", "code"), SIGNS)
def test_what_says_that_it_shows_text_or_a_person_is_withheld(
    sop_class: str, values: dict[str, object], code: str
) -> None:
    values = {"SpecificCharacterSet": "ISO_IR 100", **values}
    assert reason(of(sop_class, **values)) == code
    assert reason(of(sop_class, **values), Policy(pass_burned_in=True)) == ""


@pytest.mark.parametrize("kind", ["LABEL", "OVERVIEW", "MACRO"])
def test_the_label_of_a_slide_is_withheld(kind: str) -> None:
    assert reason(of(SLIDE, ImageType=["ORIGINAL", "PRIMARY", kind, "NONE"], BurnedInAnnotation="NO")) == TEXT
    assert reason(of(CT, ImageType=["ORIGINAL", "PRIMARY", kind])) == ""


@pytest.mark.parametrize(
    "values",
    [
        {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]},
        {"ImageType": ["DERIVED", "SECONDARY", "MPR"]},
        {"ImageType": ["ORIGINAL", "PRIMARY", "M", "SE", "DIS2D"]},
        {"ImageType": ["DERIVED", "SECONDARY", "REFORMATTED", "AVERAGE"]},
        {"ImageType": ["ORIGINAL", "PRIMARY", "SCREENING"]},
        {"ImageType": ["DERIVED", "PRIMARY", "PROTON"]},
        {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"], "SeriesDescription": "Patient Protocol"},
        {"ImageType": ["DERIVED", "SECONDARY", "MPR"], "SeriesDescription": "Patient Protocol"},
        *(
            {"ImageType": ["DERIVED", "SECONDARY", value]}
            for value in (
                "PERFUSION",
                "MIP",
                "RT FILM-FOCUS",
                "RADIOGRAPH",
                "TEXTURE",
                "SURFACE COIL",
                "ANGIOGRAPHY",
                "PROJECTION IMAGE",
                "MOVING TABLE",
                "LOW DOSE",
                "CSA MIP",
                "RECON2",
                "CURVED",
            )
        ),
        {"SeriesDescription": "SnapShot Freeze 75%"},
        {"ConversionType": "DI"},
        {"SeriesDescription": "Dose finding study, protocol 3"},
        {"BurnedInAnnotation": "NO", "RecognizableVisualFeatures": "NO", "SpecimenLabelInImage": "NO"},
    ],
)
def test_what_a_scanner_made_is_written(values: dict[str, object]) -> None:
    assert reason(ct(**values)) == ""


def test_the_page_of_the_dose_is_withheld() -> None:
    dose = ["DERIVED", "SECONDARY", "DOSE"]
    assert [reason(of(kind, ImageType=dose)) for kind in (CT, MR)] == [TEXT, ""]


ENHANCED = "1.2.840.10008.5.1.4.1.1.2.1"


@pytest.mark.parametrize("groups", ["SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"])
@pytest.mark.parametrize("kind", ["CTImageFrameTypeSequence", "MRImageFrameTypeSequence", "XRay3DFrameTypeSequence"])
@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"FrameType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]}, TEXT),
        ({"FrameType": ["DERIVED", "SECONDARY", "VRT"]}, PERSON),
        ({"VolumeBasedCalculationTechnique": "SURFACE_RENDER"}, PERSON),
        ({"FrameType": ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"], "VolumeBasedCalculationTechnique": "MAX_IP"}, ""),
    ],
)
def test_a_frame_may_say_it_too(groups: str, kind: str, values: dict[str, object], code: str) -> None:
    plain = item(**{kind: sequence(item(FrameType=["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]))})
    made = of(ENHANCED, **{groups: sequence(plain, plain, item(**{kind: sequence(item(**values))}))})
    assert reason(made) == code


@pytest.mark.parametrize("kind", ["VOLUME", "THUMBNAIL"])
def test_a_slide_without_its_label_is_written(kind: str) -> None:
    assert reason(of(SLIDE, ImageType=["ORIGINAL", "PRIMARY", kind, "NONE"], SpecimenLabelInImage="NO")) == ""


def test_words_count_only_where_there_are_pixels() -> None:
    report = of(SR, SeriesDescription="Dose Report", ImageType=["DERIVED", "SECONDARY", "DOSE REPORT"], Modality="SR")
    del report.PixelData
    assert reason(report) == ""


def test_an_allowed_kind_answers_what_is_said_by_the_way_but_not_a_yes() -> None:
    capture = "1.2.840.10008.5.1.4.1.1.7"
    allowed = Policy(allow_sop_classes=capture)
    assert reason(of(capture, ConversionType="WSD"), allowed) == ""
    assert reason(of(capture, ConversionType="WSD", BurnedInAnnotation="YES"), allowed) == "BURNED_IN"
    assert reason(of(capture, RecognizableVisualFeatures="YES"), allowed) == PERSON


@pytest.mark.parametrize("sop_class", [ECG, EEG])
@pytest.mark.parametrize(
    ("coding", "modality", "code"), [("MB", "ECG", SOUND), ("AB", "EEG", SOUND), ("SS", "AU", SOUND), ("SS", "ECG", "")]
)
def test_a_waveform_that_is_sound_is_withheld(sop_class: str, coding: str, modality: str, code: str) -> None:
    made = of(sop_class, Modality=modality)
    del made.PixelData
    made.WaveformSequence = sequence(item(WaveformSampleInterpretation="SS"), item(WaveformSampleInterpretation=coding))
    assert reason(made) == code


def test_every_storage_sop_class_has_one_judgment() -> None:
    judged = [name for kind in table("kinds.json")["kinds"] for name in kind["sop_classes"]]
    assert len(judged) == len(set(judged))
    assert set(judged) == {row["name"] for row in table("sop-classes.json")}
    by_name = {name: kind for kind in table("kinds.json")["kinds"] for name in kind["sop_classes"]}
    for row in table("sop-classes.json"):
        state = by_name[row["name"]]
        assert row["default"] == state["default"]
        assert row["reason"] == (state["reason"] if row["default"] == "withheld" else "")
