"""How fast the command line encrypts a ZIP of a run, beside the same ZIP as it is.

    .venv/bin/python tests/bench/zip.py [--files 200] [--kib 512] [--rounds 5]

The two take turns, so that both meet the same load; the ratio is that of the medians of processor time. The run is made
of one output that is copied, since packing does not look into files.
"""

from __future__ import annotations

import argparse
import secrets
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "py"))

from dicom_deid.key import make_zip_passphrase  # noqa: E402 - the path above comes first
from dicom_deid.native.results_zip import pack  # noqa: E402
from dicom_deid.report import AUDIT_COLUMNS  # noqa: E402


def make_run(root: Path, files: int, size: int) -> None:
    """A run folder whose outputs are noise behind a DICOM prefix."""
    (root / "out").mkdir(parents=True)
    lines = [",".join(AUDIT_COLUMNS)]
    for number in range(files):
        path = f"out/{number}.dcm"
        (root / path).write_bytes(bytes(128) + b"DICM" + secrets.token_bytes(size - 132))
        row = dict.fromkeys(AUDIT_COLUMNS, "") | {"source_id": f"{number:020x}", "status": "written"}
        lines.append(",".join((row | {"output_path": path, "bytes_out": str(size)}).values()))
    (root / "audit.csv").write_text("\n".join(lines) + "\n")
    (root / "plan.json").write_text("{}")


def measured(root: Path, target: Path, passphrase: str) -> float:
    """Seconds of processor time."""
    began = time.process_time()
    pack(root, target, passphrase, lambda _done, _total: None)
    seconds = time.process_time() - began
    target.unlink()
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("files", 200), ("kib", 512), ("rounds", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "run"
        make_run(root, options.files, options.kib * 1024)
        passphrases = {"as it is": "", "encrypted": make_zip_passphrase()}
        taken: dict[str, list[float]] = {way: [] for way in passphrases}
        for _ in range(options.rounds):
            for way, passphrase in passphrases.items():
                taken[way].append(measured(root, Path(folder) / "run.zip", passphrase))
    seconds = {way: statistics.median(times) for way, times in taken.items()}
    for way, median in seconds.items():
        rate = options.files * options.kib / 1024 / median
        sys.stdout.write(f"{way}: {rate:.0f} MiB/s, {seconds['as it is'] / median:.2f} of the plain ZIP\n")


if __name__ == "__main__":
    main()
