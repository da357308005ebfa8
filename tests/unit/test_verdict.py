"""The verdict on pixels: nothing is written that nobody approved, and nothing is claimed that is not true."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pydicom
import pytest
from dicom_deid.errors import sentence
from dicom_deid.key import Key
from dicom_deid.model import Outcome
from dicom_deid.pipeline import process
from dicom_deid.pixels.alike import group_id, mark
from dicom_deid.plan import content, digest, opening
from dicom_deid.policy import Plan, Policy
from dicom_deid.regions import APPROVED, LEFT_OUT, NONE, Box, Group, Rectangle, Regions, Review
from dicom_deid.regions.file import project_of
from dicom_deid.scan import inspect
from made import KEY, SOURCE_ID, Stingy, ct, to_bytes
from pydicom.dataset import Dataset

CAPTURE, PDF = "1.2.840.10008.5.1.4.1.1.7", "1.2.840.10008.5.1.4.1.1.104.1"
OPTION = "clean-pixel-data"
AT = "2026-11-29T10:30:00Z"
BOX = Box(Rectangle(0, 0, 2, 1))
Made = tuple[bytes, str, str]


def capture(**values: Any) -> Dataset:
    dataset = ct(SOPClassUID=CAPTURE, ConversionType="WSD", Modality="OT", **values)
    dataset.file_meta.MediaStorageSOPClassUID = CAPTURE
    return dataset


def regions(data: bytes, review: Review, key: Key, **changes: Any) -> Regions:
    """A regions file that knows one instance."""
    instance = inspect(Stingy(data, len(data)))
    values: dict[str, Any] = {"instances": {SOURCE_ID: mark(instance, len(data), key)}, **changes}
    return Regions(project_of(key), {group_id(instance, key): Group(4, 4, 1, review, **values)})


def outcome(dataset: Dataset, known: Regions | None, *options: str, unreviewed: bool = False) -> Outcome:
    data = to_bytes(dataset)
    plan = Plan(Policy(options or [OPTION]), Key(KEY), regions=known, unreviewed=unreviewed)
    return process(Stingy(data, len(data)), plan, SOURCE_ID, repeat=False)


def end(dataset: Dataset, review: Review | None, **changes: Any) -> tuple[str, str, str]:
    """Status, reason and fate of the pixels."""
    known = None if review is None else regions(to_bytes(dataset), review, Key(KEY), **changes)
    found = outcome(dataset, known)
    return found.status, found.reason, found.pixels


def header(found: Outcome) -> Dataset:
    """The new header of a written instance."""
    assert found.written, found.reason
    return pydicom.dcmread(BytesIO(b"".join(part for part in found.splice if isinstance(part, bytes))), force=True,
                           stop_before_pixels=True)  # fmt: skip


def codes(dataset: Dataset) -> set[str]:
    return {code.CodeValue for code in dataset.DeidentificationMethodCodeSequence}


APPROVAL = Review((), APPROVED, "MK", AT)


@pytest.mark.parametrize(
    ("review", "changes", "reason"),
    [
        (None, {}, "PIXELS_NOT_SEEN"),
        (Review(), {}, "PIXELS_NOT_REVIEWED"),
        (Review((BOX,)), {}, "PIXELS_NOT_REVIEWED"),
        (Review((), LEFT_OUT, "MK", AT), {}, "PIXELS_LEFT_OUT"),
        (APPROVAL, {"instances": {"f" * 20: "0" * 16}}, "PIXELS_NOT_SEEN"),
        (APPROVAL, {"instances": {SOURCE_ID: "0" * 16}}, "PIXELS_NOT_SEEN"),
        (APPROVAL, {"instances": {}, "unread": {SOURCE_ID: "PIXELS_DAMAGED"}}, "PIXELS_NOT_READ"),
    ],
)
@pytest.mark.parametrize("dataset", [capture(), ct(BurnedInAnnotation="YES"), ct(RecognizableVisualFeatures="YES")])
def test_without_an_approval_that_covers_it_a_doubtful_instance_is_withheld(
    dataset: Dataset, review: Review | None, changes: dict[str, Any], reason: str
) -> None:
    assert end(dataset, review, **changes) == ("withheld", reason, "")


def test_a_file_for_another_key_covers_nothing() -> None:
    data = to_bytes(capture())
    other = regions(data, APPROVAL, Key(bytes(32)))
    assert outcome(capture(), other).reason == "PIXELS_NOT_SEEN"


def test_what_a_person_approved_is_written_and_claimed() -> None:
    dataset = capture(BurnedInAnnotation="YES")
    found = outcome(dataset, regions(to_bytes(dataset), APPROVAL, Key(KEY)))
    after = header(found)
    assert (found.pixels, after.BurnedInAnnotation) == ("kept; reviewed", "NO")
    assert codes(after) == {"113100", "113101"}
    assert "DerivationDescription" not in after


def test_nothing_is_claimed_where_the_profile_is_not() -> None:
    data = to_bytes(capture())
    plan = Plan(
        Policy.read('{"options": ["clean-pixel-data"], "attribute": [{"match": "PatientAddress", "action": "K"}]}'),
        Key(KEY), regions=regions(data, APPROVAL, Key(KEY)),
    )  # fmt: skip
    after = header(process(Stingy(data, len(data)), plan, SOURCE_ID, repeat=False))
    assert "DeidentificationMethodCodeSequence" not in after


def test_an_instance_without_doubt_is_written_as_without_the_option_and_not_claimed() -> None:
    without = outcome(ct(), None, "retain-uids").splice
    assert outcome(ct(), None, "retain-uids", OPTION).splice == without
    for review in (None, Review()):
        assert end(ct(), review) == ("written", "", "kept; not reviewed")
    after = header(outcome(ct(), regions(to_bytes(ct()), Review(), Key(KEY))))
    assert codes(after) == {"113100"}
    assert "BurnedInAnnotation" not in after


def test_what_was_found_in_an_instance_without_doubt_is_not_passed_over() -> None:
    assert end(ct(), Review((BOX,))) == ("withheld", "PIXELS_NOT_REVIEWED", "")
    assert end(ct(), Review((), LEFT_OUT, "", AT)) == ("withheld", "PIXELS_LEFT_OUT", "")
    changed = end(ct(), Review((BOX,), APPROVED, "", AT), instances={SOURCE_ID: "0" * 16})
    assert changed == ("withheld", "PIXELS_NOT_SEEN", "")
    unread = {"instances": {}, "unread": {SOURCE_ID: "PIXELS_DAMAGED"}}
    assert end(ct(), Review(), **unread) == ("written", "", "kept; not reviewed")
    assert end(ct(), Review((BOX,)), **unread) == ("withheld", "PIXELS_NOT_READ", "")
    known = regions(to_bytes(ct()), Review(), Key(KEY), **unread)
    own = Regions(known.project, known.groups, {SOURCE_ID: Review((BOX,))})
    assert outcome(ct(), own).reason == "PIXELS_NOT_READ", "a mask marks it, and it cannot be read"


def test_an_exception_stands_in_place_of_its_group() -> None:
    data, key = to_bytes(capture()), Key(KEY)
    known = regions(data, APPROVAL, key)
    out = Regions(known.project, known.groups, {SOURCE_ID: Review((), LEFT_OUT, "", AT)})
    assert outcome(capture(), out).reason == "PIXELS_LEFT_OUT"
    waits = Regions(known.project, known.groups, {SOURCE_ID: Review((), NONE)})
    assert outcome(capture(), waits).reason == "PIXELS_NOT_REVIEWED"


def test_unreviewed_regions_count_where_the_user_says_so_and_a_detector_looked() -> None:
    data = to_bytes(capture(BurnedInAnnotation="YES"))
    dataset = capture(BurnedInAnnotation="YES")
    seen = regions(data, Review(), Key(KEY), detector="small")
    found = outcome(dataset, seen, unreviewed=True)
    after = header(found)
    assert (found.pixels, after.BurnedInAnnotation, codes(after)) == ("kept; not reviewed", "YES", {"113100"})
    assert outcome(dataset, seen).reason == "PIXELS_NOT_REVIEWED"
    unlooked = regions(data, Review(), Key(KEY))
    assert outcome(dataset, unlooked, unreviewed=True).reason == "PIXELS_NOT_REVIEWED"
    out = regions(data, Review((), LEFT_OUT, "", AT), Key(KEY), detector="small")
    assert outcome(dataset, out, unreviewed=True).reason == "PIXELS_LEFT_OUT"


def test_what_no_review_of_pixels_answers_stays_withheld() -> None:
    pdf = ct(SOPClassUID=PDF, EncapsulatedDocument=b"%PDF-1.7", MIMETypeOfEncapsulatedDocument="application/pdf")
    pdf.file_meta.MediaStorageSOPClassUID = PDF
    del pdf.PixelData
    assert end(pdf, APPROVAL) == ("withheld", "SOP_CLASS_WITHHELD", "")
    assert "pages of encapsulated documents cannot be cleaned" in sentence("SOP_CLASS_WITHHELD")
    private = ct(SOPClassUID="1.2.276.0.1", Modality="OT")
    private.file_meta.MediaStorageSOPClassUID = "1.2.276.0.1"
    assert end(private, APPROVAL) == ("withheld", "PRIVATE_SOP_CLASS", "")
    overlaid = capture()
    overlaid.add_new(0x60000102, "US", 15)
    assert end(overlaid, APPROVAL) == ("withheld", "OVERLAY_IN_PIXELS", "")


def test_without_the_option_regions_change_nothing() -> None:
    known = regions(to_bytes(capture()), APPROVAL, Key(KEY))
    assert outcome(capture(), known, "retain-uids").reason == "SOP_CLASS_WITHHELD"
    plan = Plan(Policy(), Key(KEY), regions=known)
    assert content(plan) == content(Plan(Policy(), Key(KEY)))


def test_the_plan_tells_its_regions() -> None:
    data, key = to_bytes(capture()), Key(KEY)
    plans = [
        Plan(Policy([OPTION]), key, regions=known, unreviewed=unreviewed)
        for known, unreviewed in ((None, False), (None, True), (regions(data, APPROVAL, key), False),
                                  (regions(data, Review(), key), False))
    ]  # fmt: skip
    assert len(set(map(digest, plans))) == 4
    assert len(content(plans[2])["regions_sha256"]) == 64
    assert any("1 approved, 0 left out, 0 none" in line for line in opening(plans[2]))
    assert any("no regions are given" in line for line in opening(plans[0]))
