"""The page's forecast, from the first bytes of a file, against the decision that a run takes over the whole of it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from dicom_deid.errors import ShortRead
from dicom_deid.forecast import Forecast, Kind, forecast, kind_of, remedies
from dicom_deid.key import Key
from dicom_deid.native.source import FileSource
from dicom_deid.policy import Plan, Policy
from dicom_deid.profile import storage_classes, table
from dicom_deid.silence import NO_WARNINGS
from dicom_deid.tables.forecast_rules import forecast_rules
from faults import faults
from made import KEY, ct, item, sequence, to_bytes
from pydicom.dataset import Dataset
from test_admission import SIGNS

FORECAST = Path(__file__).with_name("forecast.mjs")
HEAD_BYTES = 16 * 1024
"""As worker/scan/look.js reads them."""
POLICIES = [
    Policy(),
    Policy(pass_burned_in=True),
    Policy(options=["clean-pixel-data"]),
    Policy(allow_sop_classes=storage_classes()),
    Policy(withhold_faces=True),
]
FLAG = "FACE_CAN_BE_REBUILT"
US, SC, SR, ECG = (f"1.2.840.10008.5.1.4.1.1.{end}" for end in ("6.1", "7", "88.33", "9.1.2"))


def of_page(paths: list[Path], read: int) -> list[list[tuple[Forecast, list[tuple[str, ...]]]] | None]:
    node = shutil.which("node")
    assert node, "Node.js is one of the two things that the build needs"
    policies = [
        {
            "options": sorted(policy.options),
            "allow_sop_classes": sorted(policy.allow_sop_classes),
            "pass_burned_in": policy.pass_burned_in,
            "withhold_faces": policy.withhold_faces,
        }
        for policy in POLICIES
    ]
    asked = json.dumps({"paths": [str(path) for path in paths], "policies": policies, "bytes": read})
    done = subprocess.run((node, FORECAST), input=asked, capture_output=True, text=True, check=True)
    answers: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    return [
        answer["made"]
        and [
            (Forecast(made["outcome"], made["reason"], made["open"]), [tuple(one) for one in made["remedies"]])
            for made in answer["made"]
        ]
        for answer in answers
    ]


def of_run(path: Path) -> Kind:
    plan = Plan(Policy(), Key(KEY))
    with FileSource(path) as source, NO_WARNINGS:
        while True:
            try:
                return kind_of(source, plan)
            except ShortRead as short:
                assert source.extend(short.end)


def compare(paths: list[Path], read: int = HEAD_BYTES) -> tuple[int, int]:
    """How many forecasts are sure, and how many open; each that is sure has to be the run's."""
    sure = unsure = 0
    differing = []
    for path, page in zip(paths, of_page(paths, read), strict=True):
        kind = of_run(path)
        if page is None:
            assert kind.reason in ("NOT_DICOM", "ARCHIVE", "EMPTY")
            continue
        for policy, (foreseen, changes) in zip(POLICIES, page, strict=True):
            if foreseen.open == "header":
                unsure += 1
                continue
            sure += 1
            real = forecast(policy, kind)
            if real.reason == FLAG and not foreseen.reason:  # a word about what is written, which may stand further on
                real = Forecast("written")
            if (foreseen, changes) != (real, remedies(policy, kind)) and kind.status != "failed":
                differing.append((path.name, foreseen, real))
    assert differing == []
    return sure, unsure


def stored(folder: Path, datasets: list[Dataset]) -> list[Path]:
    paths = [folder / f"{number}" for number in range(len(datasets))]
    for path, dataset in zip(paths, datasets, strict=True):
        path.write_bytes(to_bytes(dataset))
    return paths


def test_the_table_of_the_page_is_what_python_decides_by() -> None:
    assert table("forecast.json") == forecast_rules(), "make it again: python3 build.py tables"


def test_page_and_run_agree_on_real_files(corpus: list[Path]) -> None:
    sure, unsure = compare(corpus)
    assert sure > 3 * unsure


def test_page_and_run_agree_when_less_of_a_file_was_read(corpus: list[Path]) -> None:
    assert min(compare(corpus, 4096)) > 100


def test_page_and_run_agree_on_each_sign_and_kind(tmp_path: Path) -> None:
    named = [ct(SOPClassUID=uid) for uid in ("", "1.2.3.4", "1.2.840.10008.1.1", *storage_classes())]
    said = [ct(**values) for values, _ in SIGNS]
    both = [ct(SOPClassUID=uid, BurnedInAnnotation=text) for uid in (US, SC) for text in ("YES", "NO", "")]
    sure, unsure = compare(stored(tmp_path, [*named, *said, *both]))
    assert sure > 1000
    assert unsure < 10  # those that single frames say


HEADS = [
    {"BodyPartExamined": "HEAD"},
    {"ProtocolName": "Kopf nativ"},
    {"ProtocolName": "Schädel", "SpecificCharacterSet": "ISO_IR 100"},
    {"SeriesDescription": "Schädel", "SpecificCharacterSet": "ISO_IR 192"},
    {"StudyDescription": "頭部", "SpecificCharacterSet": "ISO_IR 192"},
    {"ProtocolName": "femoral head"},
    {"BodyPartExamined": "HEAD", "ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]},
    {"BodyPartExamined": "HEAD", "SliceThickness": "12"},
    {"AnatomicRegionSequence": sequence(item(CodeMeaning="Head"))},
    {"BodyPartExamined": "CHEST"},
]
LENGTHS = [
    {"Rows": 5},
    {"Rows": 3},
    {"PixelData": bytes(70_000)},
    {"SamplesPerPixel": 3, "PhotometricInterpretation": "YBR_FULL_422", "BitsAllocated": 8},
    {"NumberOfFrames": "2"},
    {"Columns": 3},
]
# What the page read of a file counts for the next one, if that says the same.
NEIGHBOURS = [{"BodyPartExamined": part} for part in ("HAND", "HEAD", "HAND", "HAND HEAD", "HAND")]


@pytest.mark.parametrize("cases", [HEADS, LENGTHS, NEIGHBOURS])
def test_page_and_run_agree_on_heads_and_lengths(tmp_path: Path, cases: list[dict[str, object]]) -> None:
    sure, unsure = compare(stored(tmp_path, [ct(**values) for values in cases]))
    assert sure > 4 * unsure


def test_page_and_run_agree_on_the_faults_of_writers(tmp_path: Path) -> None:
    paths = []
    for name, (data, _) in faults().items():
        paths.append(tmp_path / name)
        paths[-1].write_bytes(data)
    sure, unsure = compare(paths)
    assert sure > unsure
