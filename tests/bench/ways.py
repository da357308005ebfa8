"""One way of making de-identified copies, in a process of its own, round after round. Called by native.py.

    python tests/bench/ways.py WAY SLICES

Each line of its input names a folder; all slices are made anew in it, and a line of output says how many seconds that
took by the clock, and how many of the processor's. What is imported or made once is not counted: a round comes first
that nobody measures. It runs in the interpreter that has the peer, so it imports nothing of the project but for its own
way.
"""

import shutil
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
One = Callable[[Path, Path], object]


def plain_copy() -> One:
    return shutil.copyfile


def dicom_deid() -> One:
    sys.path.insert(0, str(ROOT / "py"))
    from dicom_deid.key import Key
    from dicom_deid.native.job import settle
    from dicom_deid.native.source import FileSource
    from dicom_deid.native.write import write
    from dicom_deid.policy import Plan, Policy

    plan = Plan(Policy(), Key(bytes(range(32))))

    def one(path: Path, target: Path) -> None:
        with FileSource(path) as source:
            outcome, _ = settle(source, plan, "0123456789abcdef0123", repeat=False)
            if outcome.status != "written":
                raise SystemExit(f"not written: {outcome.reason}")
            write(outcome.splice, source, target)

    return one


def dicognito() -> One:
    import pydicom
    from dicognito.anonymizer import Anonymizer

    anonymizer = Anonymizer(seed="bench")

    def one(path: Path, target: Path) -> None:
        with pydicom.dcmread(path) as dataset:
            anonymizer.anonymize(dataset)
            dataset.save_as(target)

    return one


def dicom_anonymizer() -> One:
    from dicomanonymizer import anonymize_dicom_file

    return lambda path, target: anonymize_dicom_file(str(path), str(target))


WAYS = {
    "plain copy": plain_copy,
    "dicom-deid": dicom_deid,
    "dicognito": dicognito,
    "dicom-anonymizer": dicom_anonymizer,
}


def go_over(one: One, slices: list[Path], folder: Path) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    wall, processor = time.perf_counter(), time.process_time()
    for path in slices:
        one(path, folder / path.name)
    return time.perf_counter() - wall, time.process_time() - processor


def main() -> None:
    warnings.simplefilter("ignore")
    one, slices = WAYS[sys.argv[1]](), sorted(Path(sys.argv[2]).iterdir())
    for line in sys.stdin:
        wall, processor = go_over(one, slices, Path(line.rstrip("\n")))
        sys.stdout.write(f"{wall} {processor}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
