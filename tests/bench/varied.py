"""Many DICOM files whose headers differ, made of those of a folder: each round has UIDs, people and texts of its own.

.venv/bin/python tests/bench/varied.py FOLDER TARGET COUNT
"""

import random
import sys
from itertools import cycle
from pathlib import Path

import pydicom
from pydicom.datadict import dictionary_has_tag
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

TEXT = frozenset(("LO", "SH", "ST", "LT", "UT"))
LARGEST = 4_000_000
"""Bytes of the largest file that is repeated: the headers are to differ, not the pixels."""


def readable(folder: Path) -> list[tuple[str, bytes]]:
    """Names and bytes of the files of a folder that pydicom reads and writes again."""
    found = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.stat().st_size > LARGEST:
            continue
        try:
            dataset = pydicom.dcmread(path)
            vary(dataset, random.Random(0), 0)
            save(dataset, Path("/dev/null"))
        except Exception:  # a corpus holds broken files, which are of no use here
            continue
        found.append((path.name, path.read_bytes()))
    return found


def vary(dataset: Dataset, chance: random.Random, turn: int) -> None:
    """Gives a data set other UIDs, people, dates and texts."""

    def other(_dataset: Dataset, element: pydicom.DataElement) -> None:
        if element.tag.is_private or element.tag.group < 0x0008 or not dictionary_has_tag(element.tag):
            return
        if element.VR == "UI" and "Instance UID" in element.name:
            element.value = generate_uid(entropy_srcs=[str(element.value), str(turn)])
        elif element.VR == "PN":
            element.value = f"{word(chance)}^{word(chance)}"
        elif element.VR == "DA":
            element.value = f"{chance.randint(1950, 2020)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
        elif element.VR in TEXT:
            element.value = f"{word(chance)} {chance.randint(0, 999)}"

    dataset.walk(other)
    dataset.PatientID = f"{turn}-{chance.randint(0, 10**6)}"


def word(chance: random.Random) -> str:
    return "".join(chance.choice("bdfgklmnprst") + chance.choice("aeiou") for _ in range(3)).capitalize()


def save(dataset: Dataset, path: Path) -> None:
    if hasattr(dataset, "file_meta") and "SOPInstanceUID" in dataset:
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.save_as(path)


def write(source: Path, target: Path, count: int) -> None:
    """Writes ``count`` files below ``target``, made of those of ``source``."""
    from io import BytesIO

    chance, originals = random.Random(1), readable(source)
    for number, (name, data) in zip(range(count), cycle(originals), strict=False):
        turn = number // len(originals)
        dataset = pydicom.dcmread(BytesIO(data))
        vary(dataset, chance, turn)
        folder = target / f"{turn:03}"
        folder.mkdir(parents=True, exist_ok=True)
        save(dataset, folder / f"{number:06} {name}")


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
