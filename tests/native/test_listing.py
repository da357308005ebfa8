"""The listing beside the work: in order, never far ahead, and its failures reach the one who takes."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest
from dicom_deid.errors import Failed, SourceFailure
from dicom_deid.native import listing as module
from dicom_deid.native.listing import AHEAD, FEW_FILES, FILES_AT_ONCE, Listing
from dicom_deid.source_and_sink import Candidate

MANY = 3 * AHEAD * FILES_AT_ONCE


class Told:
    """An origin of so many files; ``at``: where its listing waits, or fails with an error."""

    left_alone = 0

    def __init__(self, count: int, at: int = -1, error: BaseException | None = None) -> None:
        self._count, self._at, self._error = count, at, error
        self.listed, self.reached, self.free = 0, Event(), Event()

    def list(self) -> Iterator[Candidate]:
        for number in range(self._count):
            if number == self._at:
                self.reached.set()
                if self._error:
                    raise self._error
                self.free.wait(30)
            self.listed += 1
            yield Candidate(f"{number}", "", 10)


def taken(listing: Listing) -> Iterator[Candidate]:
    while not listing.ended:
        yield from listing.take()


def test_all_files_come_once_and_in_order() -> None:
    with Listing(Told(1001)) as listing:  # type: ignore[arg-type]
        assert [one.path for one in taken(listing)] == [f"{number}" for number in range(1001)]
    assert (listing.files, listing.size, listing.ended) == (1001, 10010, True)


def test_what_was_found_is_there_while_the_listing_goes_on() -> None:
    origin = Told(1000, at=500)
    with Listing(origin) as listing:  # type: ignore[arg-type]
        first = listing.first()
        assert len(first) > FEW_FILES
        assert not listing.ended
        origin.reached.wait()
        origin.free.set()
        assert len(first) + len(list(taken(listing))) == 1000


def test_it_is_not_far_ahead_and_ends_with_its_context() -> None:
    origin = Told(MANY, at=MANY - 1)
    with Listing(origin) as listing:  # type: ignore[arg-type]
        listing.take()
        assert not origin.reached.wait(0.5)  # to list all of it takes a tenth of that
    assert origin.listed <= (AHEAD + 3) * FILES_AT_ONCE < MANY


@pytest.mark.parametrize(
    ("error", "code"), [(SourceFailure("STORE_BUSY"), "STORE_BUSY"), (ValueError("Okonkwo"), "INTERNAL_ERROR")]
)
def test_a_failure_comes_behind_the_files_before_it(error: Exception, code: str) -> None:
    found: list[Candidate] = []
    with Listing(Told(500, at=450, error=error)) as listing:  # type: ignore[arg-type]
        while len(found) < 450:
            found += listing.take()
        with pytest.raises(Failed, match=rf"^{code}$"):
            listing.take()


def test_a_slow_place_hands_over_what_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS_AT_ONCE", 0)
    origin = Told(3, at=2)
    with Listing(origin) as listing:  # type: ignore[arg-type]
        found = []
        while len(found) < 2:
            found += listing.take()
        assert [one.path for one in found] == ["0", "1"]
        origin.free.set()
