"""Made instances take the way of real ones, and leave nothing behind."""

import gc

from dicom_deid.dicom.bounded import Caches
from dicom_deid.warm_up import warm_up


def test_made_slices_are_written_each_with_a_header_of_its_own() -> None:
    outcomes = warm_up(3, 6)
    assert [outcome.status for outcome in outcomes] == ["written"] * 6
    assert len({outcome.splice[0] for outcome in outcomes}) == 6
    assert all(outcome.counts.removed and outcome.counts.uids_remapped for outcome in outcomes)


def test_nothing_of_them_is_remembered() -> None:
    gc.collect()
    before = caches()
    warm_up(0, 4)
    gc.collect()
    assert caches() <= before


def caches() -> set[int]:
    """The caches that there are in this process."""
    return {id(one) for one in gc.get_objects() if isinstance(one, Caches)}
