"""The native scan and the files worker's see the same: what is DICOM, and which SOP Instance UID it has."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path

from dicom_deid.native.folder_origin import FolderOrigin
from dicom_deid.native.folder_sink import FolderSink
from dicom_deid.native.job import Job, Take, fingerprint
from dicom_deid.policy import Policy
from dicom_deid.report import coarse
from faults import faults
from made import ct, item, sequence, to_bytes

PEEK = Path(__file__).with_name("peek.mjs")
MUTANTS = 3
"""Damaged versions of each file."""


def browser_peeks(paths: list[Path]) -> list[tuple[bool, int]]:
    node = shutil.which("node")
    assert node, "Node.js is one of the two things that the build needs"
    text = "".join(f"{path}\n" for path in paths)
    done = subprocess.run((node, PEEK), input=text, capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return [(answer["dicom"], fingerprint(answer["instance"])) for answer in answers]


def native_peeks(paths: list[Path], root: Path) -> list[tuple[bool, int]]:
    job = Job(FolderOrigin(root), Policy(), bytes(32), FolderSink(root))
    seen = [job.look(str(path.relative_to(root))) for path in paths]
    return [(look.reason == "", look.instance) for look in seen]


def agree(paths: list[Path], root: Path) -> list[tuple[bool, int]]:
    ours, theirs = native_peeks(paths, root), browser_peeks(paths)
    differing = [str(path) for path, one, other in zip(paths, ours, theirs, strict=True) if one != other]
    assert differing == []
    return ours


def test_both_see_the_same_in_real_files(corpus: list[Path]) -> None:
    seen = agree(corpus, Path("/"))
    assert sum(dicom for dicom, _ in seen) > 100
    assert sum(instance != 0 for _, instance in seen) > 100


def test_both_see_the_same_in_damaged_files(corpus: list[Path], tmp_path: Path) -> None:
    chance = random.Random(20261121)
    paths = []
    for number, path in enumerate(corpus):
        with path.open("rb") as file:
            head = bytearray(file.read(80_000))
        if not head:
            continue
        for turn in range(MUTANTS):
            mutant = bytearray(head)
            for _ in range(chance.randrange(1, 12)):
                # The first bytes count most: there the elements are that a look reads.
                mutant[chance.randrange(min(len(mutant), chance.choice((200, 2000, 80_000))))] = chance.randrange(256)
            mutant = mutant[: chance.randrange(len(mutant))] if chance.random() < 0.3 else mutant
            mutant = mutant[132:] if chance.random() < 0.2 else mutant
            paths.append(tmp_path / f"{number}-{turn}")
            paths[-1].write_bytes(mutant)
    agree(paths, tmp_path)


def test_both_see_the_same_in_files_with_the_faults_of_writers(tmp_path: Path) -> None:
    paths = []
    for name, (data, _) in faults().items():
        paths.append(tmp_path / name)
        paths[-1].write_bytes(data)
        paths.append(tmp_path / f"{name} without preamble")
        paths[-1].write_bytes(data[132:] if data[128:132] == b"DICM" else bytes(128) + b"DICM" + data)
    seen = agree(paths, tmp_path)
    assert sum(dicom for dicom, _ in seen) > 150


def test_both_look_further_when_a_long_sequence_comes_first(tmp_path: Path) -> None:
    references = [item(ReferencedSOPInstanceUID=f"1.2.3.{number}") for number in range(3000)]
    paths = []
    for length in (1, 60, 100, 600, 3000):
        paths.append(tmp_path / f"{length}")
        dataset = ct(LanguageCodeSequence=sequence(*references[:length]))
        paths[-1].write_bytes(to_bytes(dataset))
    seen = agree(paths, tmp_path)
    assert all(instance != 0 for _, instance in seen)


def test_a_file_that_changes_after_the_scan_fails(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(to_bytes(ct()))
    (listed,) = FolderOrigin(tmp_path).list()
    task = Take("a", listed.size, listed.modified, repeat=False)
    job = Job(FolderOrigin(tmp_path), Policy(), bytes(32), FolderSink(tmp_path))
    (tmp_path / "a").write_bytes(to_bytes(ct(PatientAge="061Y")))
    row = job.take(task).row
    assert (row["status"], row["reason"], row["bytes_in"]) == ("failed", "SOURCE_CHANGED", coarse(listed.size))
    (tmp_path / "a").unlink()
    assert job.take(task).row["reason"] == "READ_FAILED"
    assert job.look("a").reason == "READ_FAILED"
