"""Originals on their way out: a run of their own over the files of some series, whose outputs alone are shared.

So the policy decides, the check before writing looks, and withholds, just as in any run; and what was made can be
fetched in parts, since it lies on the disk for as long as its link lasts.
"""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from dicom_deid.errors import Failed
from dicom_deid.native.display import Display
from dicom_deid.native.folder_sink import FolderSink
from dicom_deid.native.run import Run
from dicom_deid.native.run_folder import RunFolder, whole_lines
from dicom_deid.native.source import FileSource
from dicom_deid.policy import Plan
from dicom_deid.report import AUDIT_COLUMNS
from dicom_deid.share.archive import Part
from dicom_deid.share.below import open_below
from dicom_deid.share.choice import Choice, output_name
from dicom_deid.share.links import File
from dicom_deid.source_and_sink import Candidate


class Chosen:
    """Some files as the origin of a run."""

    left_alone = 0

    def __init__(self, files: list[File]) -> None:
        self._files = {f"{number}/{file.part.path}": file for number, file in enumerate(files)}
        """Files of several folders may have the same path."""

    def list(self) -> Iterator[Candidate]:
        for path, (part, _) in self._files.items():
            yield Candidate(path, "", part.size, part.modified)

    def open(self, path: str) -> FileSource:
        part = self._files[path].part
        return open_below(part.root, part.path)

    def sop_instance(self, _: str) -> str:
        return ""

    def is_lost(self) -> bool:
        return False


def deidentify(files: list[File], plan: Plan, place: Path) -> Choice:
    """The outputs of some originals, made in a folder that is new. What was not written is counted by its reason.

    Raises Failed for what ends a run: OUTPUT_FULL, OUTPUT_LOST; then the folder is gone.
    """
    origin = Chosen(files)
    sources = {plan.key.source(candidate.path): file for candidate, file in zip(origin.list(), files, strict=True)}
    folder = RunFolder(FolderSink(place))
    try:
        place.mkdir(parents=True, mode=0o700)
        run = Run(origin, folder, plan, plan.key.secret, workers=0)
        run.open()
        summary = run.go(Display())
        if summary.get("error"):
            raise Failed(str(summary["error"]))
        return outputs(place, sources)
    except OSError:
        shutil.rmtree(place, ignore_errors=True)
        raise Failed("OUTPUT_LOST") from None
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def outputs(place: Path, sources: dict[str, File]) -> Choice:
    """The written outputs of a run, in the order of their originals; ``sources``: by source id."""
    chosen, left_out = dict[str, File](), Counter[str]()
    with (place / "audit.csv").open(encoding="utf-8", newline="") as lines:
        for cells in csv.reader(whole_lines(lines)):
            row = dict(zip(AUDIT_COLUMNS, cells, strict=True))
            if row["status"] != "written":
                left_out[row["reason"]] += 1
                continue
            path = row["output_path"]
            with open_below(place, path) as source:
                if str(source.size) != row["bytes_out"]:
                    raise Failed("OUTPUT_LOST")
                part = Part(place, path, output_name(0, path), source.size, source.modified)
            chosen[row["source_id"]] = File(part, sources[row["source_id"]].frames)
    return Choice([chosen[source] for source in sources if source in chosen], left_out)
