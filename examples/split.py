"""De-identifies a folder, then divides its patients into training and test, for a study that must not mix them.

    python examples/split.py INPUT OUTPUT PASSPHRASE-FILE

The division depends on the passphrase and the patient alone: when files are added later, each patient stays where they
were. It is written to split.csv in the run folder, by pseudonyms only.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from dicom_deid import Plan, Policy, deidentify_folder

TEST_PART = 0.2


def main(source: str, target: str, passphrase_file: str) -> int:
    """Returns the exit code: 0 when the run came to its end."""
    passphrase = Path(passphrase_file).read_text(encoding="utf-8").rstrip("\r\n")
    plan = Plan(Policy(options=["retain-modified-dates", "retain-patient-characteristics"]), passphrase=passphrase)
    summary = deidentify_folder(source, target, plan, progress=show)
    for reason, files in sorted(summary.reasons.items()):
        print(f"not written, {reason}: {files}")
    with summary.audit.open(encoding="utf-8", newline="") as audit:
        rows = [row for row in csv.DictReader(audit) if row["status"] == "written"]
    with (summary.folder / "split.csv").open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(("output_path", "patient_id", "part"))
        for row in rows:
            is_test = plan.key.is_held_out(row["patient_id"], TEST_PART)
            lines.writerow((row["output_path"], row["patient_id"], "test" if is_test else "training"))
    print(f"{len(rows)} files of {len({row['patient_id'] for row in rows})} patients")
    return 0 if summary.end == "finished" else 1


def show(done: int, files: int) -> None:
    """How far it is, now and then."""
    if done % 100 == 0 or done == files:
        print(f"{done} of {files} files", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
