"""The run of what came to rest: de-identified into a run folder of its own, gone on with where it was cut off."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dicom_deid.errors import Failed, NoRun, PolicyError
from dicom_deid.native.display import Display
from dicom_deid.native.folder_origin import FolderOrigin
from dicom_deid.native.folder_sink import FolderSink
from dicom_deid.native.run import Run, Stop
from dicom_deid.native.run_folder import RunFolder
from dicom_deid.pacs.gateway.spool import TAKEN, Spool, files_of
from dicom_deid.plan import document
from dicom_deid.policy import Plan

RUN_NAME = re.compile(r"run-(\d{6,})")


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of a gateway, in folders of ``output`` by their numbers: a date in a name would tell one of a study."""

    output: Path
    spool: Spool
    plan: Plan
    key: bytes
    workers: int
    spare: bool
    """Whether to start no processes for what one does as soon."""
    wheels: tuple[str, ...] = ()

    def place(self, number: int) -> Path:
        return self.output / f"run-{number:06}"

    def next_number(self) -> int:
        """The lowest number that no run folder has."""
        named = (RUN_NAME.fullmatch(path.name) for path in self.output.iterdir())
        return 1 + max((int(name[1]) for name in named if name), default=0)

    def check(self, number: int) -> None:
        """Raises PolicyError where a run that was cut off has another key or policy, NoRun where it is none."""
        folder = RunFolder(FolderSink(self.place(number)))
        if folder.holds_run():
            folder.check(document(self.plan), self.plan.key.check())

    def carry_out(self, number: int, stop: Stop) -> dict[str, Any]:
        """De-identifies what was taken for a run, as far as it was not; the summary of its end."""
        origin = FolderOrigin(self.spool.folder(TAKEN, number))
        folder = RunFolder(FolderSink(self.place(number)))
        of_run = origin, folder, self.plan, self.key, self.workers
        run = Run(*of_run, resume=True, wheels=self.wheels, spare=self.spare, stop=stop)
        try:
            run.open()
            return run.go(Display())
        except Failed as failure:
            return {"end": "stopped", "error": failure.reason}
        except NoRun as failure:
            return {"end": "stopped", "error": failure.reason}
        except PolicyError as failure:
            return {"end": "stopped", "error": failure.code}
        except OSError:
            return {"end": "stopped", "error": "OUTPUT_LOST"}

    def ends(self, number: int, state: str) -> dict[Path, Mapping[str, str | int]]:
        """The rows of what is in a state, by path, for outputs that are there as their rows say.

        Raises Failed: OUTPUT_MISSING where there is none of an instance, so that no original goes without an output.
        """
        rows = {
            str(row["source_id"]): row for row in RunFolder(FolderSink(self.place(number))).standing(lambda _: True)
        }
        folder = self.spool.folder(state, number)
        paths = [path.relative_to(folder) for path in files_of(folder)]
        try:
            return {path: rows[self.plan.key.source(path.as_posix())] for path in paths}
        except KeyError:
            raise Failed("OUTPUT_MISSING") from None

    def settle(self, number: int) -> dict[Path, Mapping[str, str | int]]:
        """The originals of a run that has ended are set apart, or wait for being deleted; the rows of all of them."""
        if hasattr(os, "sync"):
            os.sync()  # outputs are written without waiting for the disk, and their originals are to go
        ends = self.ends(number, TAKEN)
        self.spool.settle(number, {path: str(row["status"]) for path, row in ends.items()})
        return ends
