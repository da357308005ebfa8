"""`dciodvfy -new` before and after: what it finds in an output that it did not find in the source (rule 19).

python tests/conformance/dciodvfy.py [--option NAME …]     over pydicom's files, the corpus and the cohort
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":  # pytest has these on its path
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "py")]

from dicom_deid.profile import table
from runs import native_run, source_ids

SECONDS = 60  # for one file
DEFLATED = b"1.2.840.10008.1.2.1.99"
UNCHECKED = "Error - Information Object Not found"


@dataclass(frozen=True)
class Known:
    """A finding that is allowed to be new, and why."""

    pattern: re.Pattern[str]
    why: str


def allowed(pattern: str, why: str) -> Known:
    return Known(re.compile(pattern), why)


EXCEPTIONS = [
    allowed(
        r"Missing attribute or value that would be needed to build DICOMDIR",
        "Study Date, Time and ID are emptied (Z), as Table E.1-1 asks; a DICOMDIR is never made",
    ),
    allowed(
        r"</PresentationCreation(Date|Time)\(0070,008[23]\)> - Missing attribute for Type 1",
        "Table E.1-1 says X although presentation states have them as Type 1: the table is followed as it is",
    ),
    allowed(
        r"ReasonForRequestedProcedureCodeSequence\(0040,100a\)> - Missing attribute for Type 2",
        "Table E.1-1 says X although hanging protocols have it as Type 2: the table is followed as it is",
    ),
    allowed(
        r"</(PatientIdentityRemoved|DeidentificationMethod|DeidentificationMethodCodeSequence|"
        r"LongitudinalTemporalInformationModified)\(.*Attribute is not present in standard DICOM IOD",
        "PS3.15 E.1.1 asks for the marks in every object; hanging protocols and colour palettes have no patient module",
    ),
    allowed(
        r"99DEID",
        "a code that is replaced must say in which scheme it is one; 99 marks a local scheme (PS3.3 8.2)",
    ),
]
"""Findings that may be new. Everything else that is new fails."""


def findings(path: Path) -> frozenset[str]:
    """The errors and warnings for one file, without values, item numbers and lengths, so that two files compare."""
    done = subprocess.run(("dciodvfy", "-new", path), capture_output=True, check=False, timeout=SECONDS)
    lines = (done.stderr + done.stdout).decode("latin-1").splitlines()
    return frozenset(general(line) for line in lines if line.startswith(("Error", "Warning")))


def general(line: str) -> str:
    """A finding without what differs from value to value."""
    if "99DEID" in line:
        return "Warning - 99DEID"
    line = re.sub(r"\[\d+\]|= <.*|\d+ dec.*|\b0x[0-9a-f]+\b", "", line)
    return re.sub(r"\s+", " ", line).strip()


def excepted(finding: str) -> bool:
    return any(known.pattern.search(finding) for known in EXCEPTIONS)


def new_findings(pairs: Iterable[tuple[Path, Path]]) -> dict[str, list[Path]]:
    """Findings in outputs that are not in their sources: finding -> the sources."""
    found: dict[str, list[Path]] = {}
    with ThreadPoolExecutor(2) as threads:
        for source, news in threads.map(compare, pairs):
            for finding in news:
                found.setdefault(finding, []).append(source)
    return found


def compare(pair: tuple[Path, Path]) -> tuple[Path, frozenset[str]]:
    """The source and what is new in its output.

    Two kinds are left out: deflated data sets, in which it loses itself, and sources whose data set has no SOP Class:
    there it checks no module, while the output has the SOP Class of the file meta information.
    """
    source, output = pair
    before = findings(source)
    if DEFLATED in output.read_bytes()[:1024] or UNCHECKED in before:
        return source, frozenset()
    return source, findings(output) - before


def pairs(folder: Path, target: Path, *options: str) -> list[tuple[Path, Path]]:
    """Each source of a folder that the command line writes with everything allowed, and its output."""
    everything = ",".join(row["uid"] for row in table("sop-classes.json"))
    arguments = [word for name in options for word in ("--option", name)]
    command = ["--workers", "0", "--pass-burned-in", "--allow-sop-class", everything, *arguments]
    finished = native_run(folder, target, *command, status=None)
    paths = source_ids(folder)
    written = [row for row in finished.rows if row["status"] == "written"]
    return [(paths[row["source_id"]], finished.root / row["output_path"]) for row in written]


def table_of(found: dict[str, list[Path]], count: int) -> str:
    """The findings, the unexpected ones first."""
    lines = [f"{count} outputs compared with their sources"]
    for finding, sources in sorted(found.items(), key=lambda entry: (excepted(entry[0]), -len(entry[1]))):
        mark = "known" if excepted(finding) else "NEW"
        lines.append(f"  {mark:6}{len(sources):4}x {finding[:220]}   e.g. {sources[0].name}")
    return "\n".join(lines)


def main() -> int:
    import cohort
    from real import copy_all  # the files that are there

    parser = argparse.ArgumentParser(description="dciodvfy before and after de-identification.")
    parser.add_argument("--option", action="append", default=[])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        copy_all(folder / "source")
        cohort.make(folder / "source" / "cohort")
        compared = pairs(folder / "source", folder / "run", *arguments.option)
        found = new_findings(compared)
    print(table_of(found, len(compared)))
    print("files by exception:", Counter(excepted(finding) for finding in found))
    return 1 if any(not excepted(finding) for finding in found) else 0


if __name__ == "__main__":
    sys.exit(main())
