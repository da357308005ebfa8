"""The list of a run's files: what was added comes back, and it is no memory that holds many."""

from __future__ import annotations

import pytest
from dicom_deid.errors import Failed
from dicom_deid.native import sources as module
from dicom_deid.native.sources import BLOCK, Listed, Sources
from dicom_deid.source_and_sink import UNKNOWN, Candidate

HIGHEST = 2**64 - 1


def test_sources_give_back_what_was_added() -> None:
    sources = Sources()
    names = ["a", "sub/Zo\u00eb", "", "raw\udcff", "\U0001f600"]
    reasons = ["", "READ_FAILED", "", "", ""]
    candidates = [Candidate(*one, 5, UNKNOWN) for one in zip(names, reasons, strict=True)]
    expected = [
        Listed(number, name, 5, UNKNOWN, reason, name == "a")
        for number, (name, reason) in enumerate(zip(names, reasons, strict=True))
    ]
    assert [*sources.add(candidates[:2], ["a"]), *sources.add(candidates[2:])] == expected
    assert list(sources.between(0, 5)) == [sources[number] for number in range(5)] == expected
    assert (len(sources), sources.to_do) == (5, 4)


def test_many_are_read_block_by_block() -> None:
    sources, count = Sources(), 2 * BLOCK + 7
    sources.add(Candidate(f"{number}") for number in range(count))
    assert [one.path for one in sources.between(3, count)] == [f"{number}" for number in range(3, count)]


def test_the_first_of_equal_instances_is_no_repeat_and_unknown_ones_never_are() -> None:
    sources = Sources()
    instances = [7, 0, HIGHEST, 7, 0, 7, HIGHEST, 1]
    assert [sources.first(number, instance) for number, instance in enumerate(instances)] == [0, 1, 2, 0, 4, 0, 2, 7]


def test_what_an_earlier_run_did_is_known_by_its_id() -> None:
    sources = Sources()
    sources.keep("0a" * 10, "written")
    sources.keep("0b" * 10, "withheld")
    assert [sources.earlier(name * 10) for name in ("0a", "0b", "0c")] == ["written", "withheld", ""]
    assert sources.kept == 2


def test_a_list_for_which_there_is_no_room_ends_the_run_with_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MADE", (*module.MADE, "PRAGMA max_page_count = 100"))
    sources = Sources()
    with pytest.raises(Failed, match=r"^LIST_FULL$"):
        sources.add(Candidate(f"{number:0500}") for number in range(2000))
