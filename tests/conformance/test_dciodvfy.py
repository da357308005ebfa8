"""dciodvfy finds nothing in an output that it did not find in the source, but for the exceptions listed there."""

from __future__ import annotations

from pathlib import Path

import cohort
import dciodvfy
import pytest
from people import PLAIN, RUSSIAN
from real import copy_all

LARGEST = 3_000_000  # bytes; dciodvfy reads pixel data too
CHOICES = {"basic": (), "cleaned": ("clean-descriptors", "clean-structured-content", "clean-graphics")}


def unexpected(compared: list[tuple[Path, Path]]) -> dict[str, list[str]]:
    found = dciodvfy.new_findings(compared)
    return {text: [path.name for path in paths][:5] for text, paths in found.items() if not dciodvfy.excepted(text)}


@pytest.mark.parametrize("options", CHOICES.values(), ids=CHOICES)
def test_nothing_new_is_found_in_the_cohort(tmp_path: Path, options: tuple[str, ...]) -> None:
    made = cohort.make(tmp_path / "source", people=(PLAIN, RUSSIAN))
    compared = dciodvfy.pairs(tmp_path / "source", tmp_path / "run", *options)
    assert len(compared) == len(made)
    assert unexpected(compared) == {}


def test_nothing_new_is_found_in_real_files(tmp_path: Path) -> None:
    copy_all(tmp_path / "source", LARGEST)
    compared = dciodvfy.pairs(tmp_path / "source", tmp_path / "run")
    assert len(compared) > 100
    assert unexpected(compared) == {}


def test_a_fault_is_found(tmp_path: Path) -> None:
    made = next(one for one in cohort.make(tmp_path / "source", people=(PLAIN,)) if one.kind == "CT")
    data = made.path.read_bytes()
    broken = tmp_path / "broken.dcm"
    broken.write_bytes(data.replace(b"\x20\x00\x0d\x00UI", b"\x20\x00\x0d\x40UI"))
    assert dciodvfy.findings(broken) - dciodvfy.findings(made.path)
