"""A folder that lies so deep that no output fits below it: told before anything is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from commands import command
from made import ct, to_bytes

LONGEST_BELOW = 1 + len("out/") + 16 + 3 * (1 + 44) + len(".dcm")
MOST = os.pathconf("/", "PC_PATH_MAX") - 1 if hasattr(os, "pathconf") else 259


def deep(folder: Path, length: int) -> Path:
    """A folder below another one, whose path has that many characters."""
    while length - len(str(folder)) > 202:
        folder /= "d" * 100
    left = length - len(str(folder)) - 1
    folder = folder / ("d" * (left - 100)) / ("d" * 99)
    assert len(str(folder)) == length
    return folder


@pytest.mark.parametrize(("over", "code"), [(0, 0), (1, 2)])
def test_an_output_folder_that_lies_too_deep_is_refused_before_the_run(tmp_path: Path, over: int, code: int) -> None:
    source, target = tmp_path / "a.dcm", deep(tmp_path, MOST - LONGEST_BELOW + over)
    source.write_bytes(to_bytes(ct()))
    ran = command("run", source, target, "--save-passphrase", tmp_path / "secret")
    assert (ran.returncode, "lies too deep" in ran.stderr) == (code, code == 2), ran.stderr[-300:]
    assert list(target.glob("*")) == [] if code else (target / "audit.csv").exists()
