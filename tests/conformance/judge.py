"""Judges the outputs of the real command line over the cohort by its answer key, and prints a table by category and
language, and that of free text in which nobody is named (unnamed.py).

python tests/conformance/judge.py [--option NAME …] [--folder FOLDER]
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import warnings
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

if __name__ == "__main__":  # pytest has these on its path
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import cohort
import files
import pydicom
import storing
import unnamed
from check import Check, Options
from key import key_of, leaves
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from runs import RunFolder, native_run, source_ids

warnings.filterwarnings("ignore", module="pydicom")
ALLOWED = "1.2.840.10008.5.1.4.1.1.6.1,1.2.840.10008.5.1.4.1.1.7,1.2.840.10008.5.1.4.1.1.104.1"
BASIC: Options = frozenset()
UID = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*))+")


@dataclass
class Verdict:
    """Checks passed and failed by category and language; failures with the kind, the place and a short value."""

    options: Options
    passed: Counter[tuple[str, str]] = field(default_factory=Counter)
    failed: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)

    def count(self, category: str, good: bool, where: str, language: str = "") -> None:
        """Without a language: a check of the whole set."""
        (self.passed if good else self.failed)[category, language] += 1
        if not good:
            self.failures[f"{category:20} {where} {language}"] += 1

    def share(self, category: str, language: str) -> str:
        """Passed of all; an empty word stands for all categories or languages."""
        good, bad = (
            sum(
                count
                for (which, spoken), count in counts.items()
                if category in ("", which) and language in ("", spoken)
            )
            for counts in (self.passed, self.failed)
        )
        return f"{good}/{good + bad}" if good + bad else ""

    def table(self) -> str:
        checks = {*self.passed, *self.failed}
        languages = sorted({language for _, language in checks} - {""})
        lines = [f"options: {', '.join(sorted(self.options)) or 'Basic Profile alone'}", ""]
        lines += [f"| | all | {' | '.join(languages)} |", "| --- " * (len(languages) + 2) + "|"]
        for category in (*sorted({category for category, _ in checks}), ""):
            cells = (self.share(category, language) for language in ("", *languages))
            lines.append(f"| {category or 'all'} | {' | '.join(cells)} |")
        return "\n".join(lines + [f"FAILED {count:4}x {what}" for what, count in self.failures.most_common(60)])


@dataclass
class Linkage:
    """References between outputs: original -> new, collected over the whole set."""

    uids: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    patients: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    offsets: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    written: dict[str, str] = field(default_factory=dict)
    """SOP Instance UIDs of what was written."""


def text(value: object) -> str:
    return "\\".join(map(str, value)) if isinstance(value, MultiValue) else str(value)


def find(dataset: Dataset, check: Check) -> object:
    """The value at the check's path in an output, or None."""
    here: object = dataset
    for step in check.path:
        try:
            here = here[step].value if isinstance(here, Dataset) else here[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            return None
    return here


def leaves_of(items: object) -> list[tuple[str, Dataset]]:
    """The keyword of each value in the items of a sequence, and the item that holds it."""
    found = [leaf for item in items or () for leaf in leaves(item)] if not isinstance(items, str) else []
    return [(str(path[-1]), item) for path, item in found]


def words_of(value: object) -> list[str]:
    return [text(value), *re.split(r"[\s,]+", text(value))]


def elapsed(dataset: Dataset) -> float | None:
    """Seconds from injection to series of a PET object (rule 10), None when the object no longer tells."""
    items = dataset.get("RadiopharmaceuticalInformationSequence")
    if not items or not dataset.get("SeriesDate") or not items[0].get("RadiopharmaceuticalStartDateTime"):
        return None
    start, series = text(items[0].RadiopharmaceuticalStartDateTime), text(dataset.SeriesDate) + text(dataset.SeriesTime)
    return (instant(series) - instant(start)).total_seconds()


def instant(value: str) -> datetime:
    return datetime.strptime(value[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def days_between(old: str, new: str) -> int | None:
    """By how many days a date was moved back, and nothing else of the value changed; None when it was not so."""
    if old[8:] != new[8:] or not new[:8].isdigit() or len(new) < 8:
        return None
    return (parsed(old) - parsed(new)).days


def parsed(value: str) -> date:
    return date(int(value[:4]), int(value[4:6]), int(value[6:8]))


def holds(check: Check, now: object, linkage: Linkage, patient: str) -> bool:
    """Whether an output's value is what the check asks for."""
    before, after = text(check.value), "" if now is None else text(now)
    match check.category:
        case "tag_retained":
            return now is not None
        case "text_notnull":
            return after != ""
        case "text_retained":
            return after == before
        case "content_retained" | "graphics_retained":
            return before in [word for path, item in leaves_of(now) for word in words_of(item[path].value)]
        case "uid_changed":
            linkage.uids[before].add(after)
            return after not in ("", before)
        case "date_shifted":
            moved = days_between(before, after)
            linkage.offsets[patient].add(moved or 0)
            return bool(moved) and moved % 7 == 0 and moved > 0
    return in_words(check, before, after)


def in_words(check: Check, before: str, after: str) -> bool:
    """Whether of a text that may be cleaned the right words are gone, or there."""
    match check.category:
        case "text_removed":
            return before.strip("^ ").lower() not in after.lower()
        case "words_retained":
            return before.lower() in after.lower()
        case "words_removed":
            return before.lower() not in after.lower()
        case "sentence_cleaned":
            return after != "" and not unnamed.left(check.value, after)
        case "sentence_retained":
            return not unnamed.lost(check.value, after)
    raise AssertionError(check.category)


def judge_one(verdict: Verdict, linkage: Linkage, made: cohort.Made, output: bytes | None) -> None:
    """All checks of one instance; one that is missing fails those that ask for something to stay."""
    source = pydicom.dcmread(BytesIO(made.path.read_bytes().removesuffix(storing.BEHIND)))  # pydicom reads it as data
    after = pydicom.dcmread(BytesIO(output)) if output else Dataset()
    patient, language = made.study.person.name, made.study.person.language
    for check in key_of(made.study, made.kind, source, verdict.options):
        good = holds(check, find(after, check), linkage, patient)
        steps = "/".join(step for step in check.path if isinstance(step, str))
        verdict.count(check.counted, good, f"{made.kind} {steps}: {text(check.value)[:40]}", language)
    if output:
        linkage.patients[patient].add(str(after.PatientID))
        linkage.written[source.SOPInstanceUID] = after.SOPInstanceUID
        for category, good, where in files.checks(made, source, after, output, verdict.options):
            verdict.count(category, good, f"{made.kind} {where}", language)
        if made.kind == "PT" and verdict.options & {"retain-full-dates", "retain-modified-dates"}:
            good = elapsed(after) == elapsed(source) is not None
            verdict.count("intervals_preserved", good, "PET: from injection to series", language)
        for path, item in leaves(after):
            values = item[str(path[-1])]
            if values.VR == "UI":
                good = all(UID.fullmatch(uid) and len(uid) <= 64 for uid in text(values.value).split("\\") if uid)
                verdict.count("uids_valid", good, f"{made.kind} {path[-1]}", language)


def judge_set(verdict: Verdict, linkage: Linkage) -> None:
    """Faults that only the whole set shows."""
    for news in linkage.uids.values():
        verdict.count("uid_consistent", len(news) == 1, "one UID became several")
    many = Counter(new for news in linkage.uids.values() for new in news)
    for times in many.values():
        verdict.count("uid_consistent", times == 1, "several UIDs became one")
    for old, new in linkage.written.items():
        good = linkage.uids[old] <= {new} if "retain-uids" not in verdict.options else old == new
        verdict.count("references_resolve", good, "a reference to a written instance leads nowhere")
    for news in linkage.patients.values():
        verdict.count("patid_consistent", len(news) == 1, "one patient became several")
    verdict.count(
        "patid_consistent", len(set.union(*linkage.patients.values())) == len(linkage.patients), "patients merged"
    )
    for offsets in linkage.offsets.values():
        verdict.count("offset_consistent", len(offsets) == 1, f"offsets {sorted(offsets)[:3]}")
    if len(linkage.offsets) > 1:
        verdict.count(
            "offset_consistent", len(set.union(*linkage.offsets.values())) > 1, "all patients have one offset"
        )


def run(folder: Path, made: list[cohort.Made], options: Options, *, allow: bool = True) -> RunFolder:
    """The command line over the cohort's folder."""
    arguments = [word for name in sorted(options) for word in ("--option", name)]
    target = folder / ("run-" + ("-".join(sorted(options)) or "basic")[:80] + ("" if allow else "-withheld"))
    arguments += ["--workers", "0"] + (["--allow-sop-class", ALLOWED] if allow else [])
    return native_run(folder / "source", target, *arguments)


def judge(folder: Path, made: list[cohort.Made], options: Options = BASIC) -> Verdict:
    """Runs the command line with these options, and judges each output."""
    finished, verdict, linkage = run(folder, made, options), Verdict(options), Linkage()
    ids = {path: source_id for source_id, path in source_ids(folder / "source").items()}
    rows = {row["source_id"]: row for row in finished.rows}
    for one in made:
        row = rows[ids[one.path]]
        if one.reason:
            good = (row["status"], row["reason"], row["output_path"]) == ("withheld", one.reason, "")
            verdict.count("withheld", good, f"{one.kind} {row['status']} {row['reason']}", one.study.person.language)
            continue
        verdict.count("written", row["status"] == "written", f"{one.kind} {row['reason']}", one.study.person.language)
        written = (finished.root / row["output_path"]).read_bytes() if row["status"] == "written" else None
        judge_one(verdict, linkage, one, written)
    judge_set(verdict, linkage)
    return verdict


def main() -> int:
    parser = argparse.ArgumentParser(description="Judges the command line over the synthetic cohort.")
    parser.add_argument("--option", action="append", default=[], help="option of the profile; repeatable")
    parser.add_argument("--folder", type=Path, help="where to leave the cohort and the runs")
    parser.add_argument("--seed", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        made = cohort.make(folder / "source", arguments.seed)
        verdict = judge(folder, made, frozenset(arguments.option))
    print(verdict.table())
    print("\nFree text in which nobody is named elsewhere:\n", unnamed.measure().table(), sep="\n")
    return 1 if verdict.failed else 0


if __name__ == "__main__":
    sys.exit(main())
