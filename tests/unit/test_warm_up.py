"""Made instances take the way of real ones, and leave nothing behind."""

from dicom_deid.browser import warm_up
from dicom_deid.deidentify.cached import Recalling
from dicom_deid.dicom.read_cache import KNOWN
from dicom_deid.verify import SOUND


def test_made_slices_are_written_each_with_a_header_of_its_own() -> None:
    outcomes = warm_up.rehearse(3, 6)
    assert [outcome.status for outcome in outcomes] == ["written"] * 6
    assert len({outcome.splice[0] for outcome in outcomes}) == 6
    assert all(outcome.counts.removed and outcome.counts.uids_remapped for outcome in outcomes)


def test_nothing_of_them_is_remembered() -> None:
    warm_up.rehearse(0, 4)
    assert Recalling.memory is None
    assert not SOUND.held
    assert not any(known.elements or known.runs or known.lengths for known in KNOWN.values())
