"""The cohort, de-identified by the real command line, meets its whole answer key: profile, options and withholding."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import cohort
import pytest
from dicom_deid.profile import table
from files import CODES
from judge import judge, run, source_ids
from people import GREEK_UTF8, PLAIN

OPTIONS = [option["name"] for option in table("options.json") if option["name"] in CODES]
TOGETHER = [name for name in OPTIONS if name != "retain-full-dates"]
OF_TEXT = [[], ["clean-descriptors"], TOGETHER]
"""Over the whole cohort, since each character set is another case; the other options do not look at text."""
FAULTS = 10
"""Kinds of faults of which the cohort has examples that stand in an output; withholding is a category of its own."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cohort")


@pytest.fixture(scope="module")
def made(folder: Path) -> list[cohort.Made]:
    return cohort.make(folder / "source")


def check(folder: Path, made: list[cohort.Made], options: list[str]) -> None:
    verdict = judge(folder, made, frozenset(options))
    assert verdict.failures == Counter(), verdict.table()
    assert verdict.passed.total() > 100 * len(made)
    faults = {category.partition(" (")[2] for category, _ in verdict.passed} - {""}
    assert len(faults) == FAULTS


@pytest.mark.parametrize("options", OF_TEXT, ids=["basic", "clean descriptors", "everything that goes together"])
def test_every_check_of_the_answer_key_is_met(folder: Path, made: list[cohort.Made], options: list[str]) -> None:
    check(folder, made, options)


@pytest.fixture(scope="module")
def folder_of_two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("two")


@pytest.fixture(scope="module")
def made_of_two(folder_of_two: Path) -> list[cohort.Made]:
    return cohort.make(folder_of_two / "source", people=(GREEK_UTF8, PLAIN))


@pytest.mark.parametrize("option", [name for name in OPTIONS if name != "clean-descriptors"])
def test_each_option_keeps_what_it_says_and_no_more(
    folder_of_two: Path, made_of_two: list[cohort.Made], option: str
) -> None:
    check(folder_of_two, made_of_two, [option])


def test_every_option_has_its_key() -> None:
    """But for what is done by regions: the cohort has no text in its pixels."""
    assert {option["name"] for option in table("options.json") if "by_instance" not in option} <= CODES.keys()


def test_what_usually_shows_a_name_is_withheld(folder: Path, made: list[cohort.Made]) -> None:
    rows = {row["source_id"]: row for row in run(folder, made, frozenset(), allow=False).rows}
    ids = {path: source_id for source_id, path in source_ids(folder / "source").items()}
    ends = Counter(
        (one.kind, rows[ids[one.path]]["status"], rows[ids[one.path]]["reason"]) for one in made if not one.reason
    )
    withheld = {kind for kind, status, reason in ends if (status, reason) == ("withheld", "SOP_CLASS_WITHHELD")}
    assert withheld == set(cohort.WITHHELD)
    assert {status for kind, status, _ in ends if kind not in cohort.WITHHELD} == {"written"}


def test_a_seed_makes_the_same_cohort(tmp_path: Path, folder: Path, made: list[cohort.Made]) -> None:
    again = cohort.make(tmp_path / "again")
    assert [one.path.read_bytes() for one in again] == [one.path.read_bytes() for one in made]
