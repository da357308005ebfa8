"""Evidence of headers for boxes: ultrasound regions and tables of devices; groups of pictures that look alike."""

from __future__ import annotations

from itertools import chain, product
from pathlib import Path
from typing import Any

import pytest
from dicom_deid.key import Key
from dicom_deid.model import Instance
from dicom_deid.pixels.alike import group_id, mark
from dicom_deid.pixels.evidence.devices import device_boxes
from dicom_deid.pixels.evidence.ultrasound import outside, ultrasound_boxes
from dicom_deid.regions import Box, Rectangle
from dicom_deid.scan import inspect
from dicom_deid.tables.dicom_dre import dicom_dre
from made import KEY, Stingy, ct, item, sequence, to_bytes
from pydicom.dataset import Dataset

ULTRASOUND = "1.2.840.10008.5.1.4.1.1.6.1"


def instance(rows: int = 60, columns: int = 80, **values: Any) -> Instance:
    data = to_bytes(picture(rows, columns, **values))
    return inspect(Stingy(data, len(data)))


def picture(rows: int, columns: int, **values: Any) -> Dataset:
    dataset = ct(SOPClassUID=ULTRASOUND, Modality="US", Rows=rows, Columns=columns, **values)
    dataset.file_meta.MediaStorageSOPClassUID = ULTRASOUND
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 8, 8, 7
    dataset.PixelData = bytes(rows * columns)
    dataset["PixelData"].VR = "OB"
    return dataset


def region(left: int, top: int, right: int, bottom: int, spatial: int = 1, kind: int = 1) -> Dataset:
    return item(
        RegionSpatialFormat=spatial, RegionDataType=kind, RegionFlags=1, RegionLocationMinX0=left,
        RegionLocationMinY0=top, RegionLocationMaxX1=right, RegionLocationMaxY1=bottom,
    )  # fmt: skip


def places(boxes: list[Box]) -> list[tuple[int, ...]]:
    return [tuple(box.rectangle) for box in boxes]


def test_what_lies_outside_of_the_calibrated_regions_is_proposed() -> None:
    found = ultrasound_boxes(instance(SequenceOfUltrasoundRegions=sequence(region(10, 20, 69, 49))))
    assert places(found) == [(0, 0, 80, 20), (0, 20, 10, 50), (70, 20, 80, 50), (0, 50, 80, 60)]
    assert {box.evidence for box in found} == {"ultrasound"}


@pytest.mark.parametrize(("spatial", "kind"), [(0, 1), (1, 0), (0, 0)])
def test_a_region_of_no_format_or_type_is_no_image(spatial: int, kind: int) -> None:
    screen, image = region(0, 0, 79, 59, spatial, kind), region(0, 20, 79, 59)
    assert ultrasound_boxes(instance(SequenceOfUltrasoundRegions=sequence(screen))) == []
    both = ultrasound_boxes(instance(SequenceOfUltrasoundRegions=sequence(screen, image)))
    assert places(both) == [(0, 0, 80, 20)]


def test_regions_beyond_the_picture_or_upside_down_tell_nothing_wrong() -> None:
    assert ultrasound_boxes(instance(SequenceOfUltrasoundRegions=sequence(region(100, 100, 200, 200)))) == []
    assert ultrasound_boxes(instance(SequenceOfUltrasoundRegions=sequence(region(50, 50, 10, 10)))) == []
    wide = ultrasound_boxes(instance(SequenceOfUltrasoundRegions=sequence(region(0, 5, 500, 500))))
    assert places(wide) == [(0, 0, 80, 5)]
    assert ultrasound_boxes(instance()) == []


@pytest.mark.parametrize(
    "inside",
    [
        [Rectangle(2, 2, 5, 5)],
        [Rectangle(0, 0, 4, 4), Rectangle(2, 2, 7, 7)],
        [Rectangle(1, 0, 3, 8), Rectangle(5, 0, 6, 8), Rectangle(0, 3, 9, 4)],
        [Rectangle(0, 0, 9, 8)],
    ],
)
def test_the_outside_is_every_other_pixel_once(inside: list[Rectangle]) -> None:
    def pixels(rectangles: list[Rectangle]) -> list[tuple[int, int]]:
        found = (product(range(one.left, one.right), range(one.top, one.bottom)) for one in rectangles)
        return sorted(chain.from_iterable(found))

    everything = set(product(range(9), range(8)))
    assert pixels(outside(inside, 8, 9)) == sorted(everything - set(pixels(inside)))


def test_a_device_of_the_table_proposes_its_rectangles() -> None:
    epiq = {"Manufacturer": "Philips Medical Systems", "ManufacturerModelName": "EPIQ 7G"}
    found = device_boxes(instance(600, 1024, **epiq))
    assert (0, 0, 1024, 49) in places(found)
    assert {box.evidence for box in found} == {"device"}
    assert device_boxes(instance(601, 1024, **epiq)) == [], "the table names the rows"
    assert device_boxes(instance(600, 1024, Manufacturer="ACME")) == []


def test_rectangles_of_a_table_are_cut_off_at_the_edge() -> None:
    found = device_boxes(instance(600, 800, Manufacturer="MINDRAY", ManufacturerModelName="M6"))
    assert places(found) == [(0, 0, 800, 75)]


def test_conditions_reach_codes_and_the_file_meta_information() -> None:
    dose = sequence(item(CodeMeaning="iec body dosimetry phantom"))
    assert places(device_boxes(instance(512, 512, AnatomicRegionSequence=dose))) == [(0, 0, 512, 200)]
    dataset = picture(600, 800)
    dataset.file_meta.ImplementationVersionName = "MINDRAY_1"
    assert (0, 0, 800, 69) in places(device_boxes(inspect(Stingy(to_bytes(dataset), 10**6))))


def test_pictures_that_look_alike_have_one_group_by_the_key() -> None:
    one = group_id(instance(), Key(KEY))
    assert one == group_id(instance(PatientID="other", StudyDate="20200101", SOPInstanceUID="1.2.3"), Key(KEY))
    assert one != group_id(instance(), Key(bytes(32)))
    regions = sequence(region(0, 20, 79, 59))
    for other in ({"rows": 61}, {"DeviceSerialNumber": "2"}, {"Manufacturer": "X"}, {"SoftwareVersions": "2"},
                  {"SequenceOfUltrasoundRegions": regions}, {"PhotometricInterpretation": "MONOCHROME1"}):  # fmt: skip
        assert group_id(instance(**other), Key(KEY)) != one


def test_an_instance_that_changed_has_another_mark() -> None:
    key, one = Key(KEY), instance()
    assert mark(one, 5000, key) == mark(instance(), 5000, key)
    assert len({mark(one, 5000, key), mark(one, 5002, key), mark(instance(SOPInstanceUID="1.2.3"), 5000, key)}) == 3


CATALOGUE = """
US = "1.2.840"
devices = [
    device("A", "allow", manufacturer=["^GE", "=GEMS"], modality="US", manufacturer_model_name="/(?i)^LOGIQ\\\\/E9$/",
        sop_class_uid=[f"^{US}.6"], software_versions=["^1", "="], burned_in_annotation="/^(?!YES$)/",
        variants=[variant(rows=r, cols=c) for r, c in [(1, 2)]]),
    device("B", "scrub", manufacturer=["^GE", "=GEMS"], image_type=["DERIVED", "DOSE"], image_type_exclude="SCREEN",
        manufacturer_model_name="/(?i)^LOGIQ\\\\/E9$/", software_versions=["^1", "="],
        variants=[variant(rows=720, cols=960, scrub=[(0, 5, 666, 68)]), variant(rows=421)]),
    device("C", "scrub", series_description="dlp", scrub=[(1, 2, 10000, 3)]),
]
"""


def test_a_catalogue_of_calls_becomes_rows_of_which_the_wider_reading_counts(tmp_path: Path) -> None:
    (tmp_path / "catalogue.py").write_text(CATALOGUE, encoding="utf-8")
    told = dicom_dre(tmp_path / "catalogue.py")
    assert told["rows"] == [
        {
            "from": "dicom-dre B",
            "where": [
                [["00080070", "begins", "GE"], ["00080070", "equals", "GEMS"]],
                [["00080008", "contains", "DERIVED"]],
                [["00080008", "contains", "DOSE"]],
                [["00081090", "equals", "LOGIQ/E9"]],
                [["00280010", "equals", "720"]],
                [["00280011", "equals", "960"]],
            ],
            "rectangles": [[0, 5, 666, 73]],
        },
        {"from": "dicom-dre C", "where": [[["0008103E", "contains", "DLP"]]], "rectangles": [[1, 2, 10001, 5]]},
    ]


def test_a_device_of_the_catalogue_proposes_its_rectangles() -> None:
    logiq = {"Manufacturer": "GE Healthcare", "ManufacturerModelName": "LOGIQS8"}
    assert (0, 0, 880, 24) in places(device_boxes(instance(649, 1170, **logiq)))
    assert (0, 0, 880, 24) not in places(device_boxes(instance(649, 1170, **logiq | {"Manufacturer": "A GE"})))
