"""De-identifies a folder into a run folder, as the command ``run`` does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dicom_deid.api import agree
from dicom_deid.api.file import StrPath
from dicom_deid.errors import Failed, NoRun, Refused
from dicom_deid.native.display import Display
from dicom_deid.native.folder_origin import FolderOrigin
from dicom_deid.native.folder_sink import FolderSink
from dicom_deid.native.places import overlap
from dicom_deid.native.run import Run
from dicom_deid.native.run_folder import RunFolder
from dicom_deid.native.time_limit import TimeLimit
from dicom_deid.native.wheels import Wheels, found, importable
from dicom_deid.policy import Plan

Progress = Callable[[int, int], object]
"""Called with the files that are done and all that are to do."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The end of a run over a folder."""

    end: str
    """"finished", "cancelled" or "stopped"; after the latter two ``resume`` goes on."""
    error: str
    """The reason code for which it was stopped, else ""."""
    counts: dict[str, int]
    """Files written, withheld, skipped and failed."""
    reasons: dict[str, int]
    """Reason code -> files that were not written for it or, of SAME_SOP_INSTANCE, that were and should be looked at."""
    bytes_in: int
    bytes_out: int
    seconds: float
    folder: Path
    """The run folder, of which all below are parts. None of them names a patient."""

    @property
    def audit(self) -> Path:
        """audit.csv: a row for each source file."""
        return self.folder / "audit.csv"

    @property
    def log(self) -> Path:
        """output.log"""
        return self.folder / "output.log"

    @property
    def plan(self) -> Path:
        """plan.json: policy and versions; `Policy.load` reads it."""
        return self.folder / "plan.json"

    @property
    def statement(self) -> Path:
        """conformance.md: what may be claimed of the results (PS3.15 E.1.3)."""
        return self.folder / "conformance.md"

    @property
    def outputs(self) -> Path:
        """out/: the outputs, by patient, study and series."""
        return self.folder / "out"


def deidentify_folder(
    source: StrPath,
    target: StrPath,
    plan: Plan,
    *,
    workers: int = 0,
    progress: Progress | None = None,
    resume: bool = False,
    run_code: bool = False,
    wheels: StrPath = "",
) -> Summary:
    """De-identifies all files below a folder into a run folder, which is new or empty, and returns a summary.

    The outputs, audit.csv and the rest are those of ``dicom-deid run`` with the same policy and passphrase.

    ``workers``: processes beside this one. A script that asks for some must do so below
    ``if __name__ == "__main__":``, since each of them imports it. ``progress`` is called with the number of files done
    and of all that were found, which grows while the folder is listed. ``resume`` goes on with a run that was cut off,
    under the same policy and passphrase. ``wheels``: the folder of the wheels that the policy names.

    Raises Refused where nothing was begun, and what `deidentify_dataset` raises for ``run_code``; PolicyError also
    for WHEEL_MISSING and, of a run that is resumed, for OTHER_POLICY and WRONG_KEY.

    >>> from pydicom.data import get_testdata_file
    >>> from dicom_deid import Plan, Policy, deidentify_folder
    >>> folder = Path(get_testdata_file("dicomdirtests/77654033/CT2/17106"))
    >>> plan = Plan(Policy(), passphrase="seven grey herons by the weir")
    >>> summary = deidentify_folder(folder, "run", plan)
    >>> summary.end, summary.counts
    ('finished', {'written': 1, 'withheld': 0, 'skipped': 0, 'failed': 0})
    >>> summary.audit.name, len(list(summary.outputs.rglob("*.dcm")))
    ('audit.csv', 1)
    """
    agree(plan, run_code)
    root, place = Path(source).resolve(), Path(target).resolve()
    if not (root.is_dir() or root.is_file()):
        raise Refused("SOURCE_LOST")
    if reason := overlap(root, place):
        raise Refused(reason)
    used = found(plan.policy.wheels, Path(wheels)) if plan.policy.python else Wheels()
    importable(used.paths)
    # A run remembers what its files have in common, and ends what takes too long: it has a plan of its own.
    digests, regions = dict(used.digests), plan.regions
    own = Plan(plan.policy, plan.key, False, TimeLimit(), digests, regions, plan.unreviewed)  # noqa: FBT003 - linked
    own.load()
    folder = RunFolder(FolderSink(place))
    run = Run(FolderOrigin(root), folder, own, plan.key.secret, workers, resume, None, used.paths)
    try:
        begin(run)
        return summary_of(run.go(Told(progress)), place)
    finally:
        folder.close()


class Told(Display):
    """Tells a function how a run goes."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress, self._done, self._all = progress, 0, 0

    def scanned(self, files: int, _size: int) -> None:
        self._all = files

    def listed(self, files: int, _size: int) -> None:
        self._all = files
        self.advanced(0, 0)

    def advanced(self, files: int, _size: int) -> None:
        self._done += files
        if self._progress:
            self._progress(self._done, self._all)


def begin(run: Run) -> None:
    """Opens the folder of a run. Raises Refused or PolicyError."""
    try:
        run.open()
    except NoRun as error:
        raise Refused("OUTPUT_EXISTS" if error.reason == "NOT_EMPTY" else error.reason) from None
    except (OSError, Failed) as error:
        too_deep = isinstance(error, Failed) and error.reason == "OUTPUT_TOO_DEEP"
        raise Refused("OUTPUT_TOO_DEEP" if too_deep else "OUTPUT_LOST") from None


def summary_of(told: dict[str, Any], folder: Path) -> Summary:
    """A summary of what a run tells at its end."""
    return Summary(
        told["end"],
        told.get("error", ""),
        dict(told["counts"]),
        dict(told["reasons"]),
        told["bytes_in"],
        told["bytes_out"],
        told["seconds"],
        folder,
    )
