"""Makes links of what somebody chose: checks that it may go, and de-identifies it first where that is asked for."""

from __future__ import annotations

import re
import secrets
import shutil
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from dicom_deid.errors import PolicyError
from dicom_deid.key import Key
from dicom_deid.policy import Plan, Policy
from dicom_deid.serve.library import Library, Series, counted, names_people
from dicom_deid.serve.refusal import Refusal
from dicom_deid.share.choice import Choice, choose, output_name, plain_names
from dicom_deid.share.deidentified import deidentify
from dicom_deid.share.links import HOURS, File, Link, Links, Wish
from dicom_deid.share.passcode import make_passcode

MOST_SERIES, MOST_FILES = 1000, 20_000
STAGED_BYTES = 8
OWN = re.compile(f"[0-9a-f]{{{2 * STAGED_BYTES}}}")
"""Names of the folders of outputs that are made here: what else lies there is somebody's, and is not deleted."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a link. ``passcode``: True makes one, "" is none."""

    series: list[tuple[str, int | None]]
    hours: int = HOURS
    passcode: str | bool = ""
    one_time: bool = False
    deidentify: bool = False
    policy: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """A new link with what is told this once."""

    link: Link
    token: str
    passcode: str
    left_out: Counter[str]


@dataclass(slots=True)
class Sharing:
    """The maker of links. ``place``: the folder of outputs that are made for links."""

    library: Library
    links: Links
    place: Path
    originals: bool = False
    """Whether originals may go as they are."""
    policy: Policy = field(default_factory=Policy)
    key: Key = field(default_factory=Key.random)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def make(self, asked: Asked) -> Made:
        """A link to some series. Raises Refusal, and Failed for a disk that is full or gone."""
        series = [self.series(key, folder) for key, folder in asked.series]
        if sum(len(one.files) for one in series) > MOST_FILES:
            raise Refusal(409, "SHARE_TOO_LARGE")
        plan = self.plan(asked.policy) if asked.deidentify and not all(one.folder.is_run for one in series) else None
        if self.names_people(series, plan):
            self.check_originals(asked)
        passcode = make_passcode() if asked.passcode is True else str(asked.passcode or "")
        if plan is None:
            return self.linked(asked, series, None, self.chosen(series), passcode)
        if not self._turn.acquire(blocking=False):
            raise Refusal(409, "SHARE_BUSY")
        try:
            self.sweep()
            return self.deidentified(asked, series, plan, passcode)
        finally:
            self._turn.release()

    def series(self, key: str, folder: int | None) -> Series:
        try:
            return self.library.series(key, folder)
        except KeyError:
            raise Refusal(404, "SERIES_UNKNOWN") from None

    def names_people(self, series: list[Series], plan: Plan | None) -> bool:
        """Whether what goes says who the patient is; with a plan, originals go by that."""
        as_they_are = [one for one in series if plan is None or one.folder.is_run]
        return any(one.folder.names_people for one in as_they_are) or (plan is not None and names_people(plan.policy))

    def check_originals(self, asked: Asked) -> None:
        """Originals go as they are only where the server was started so, and with a passcode."""
        if not self.originals:
            raise Refusal(403, "ORIGINALS_NOT_SHARED")
        if not asked.passcode:
            raise Refusal(422, "PASSCODE_NEEDED")

    def plan(self, text: str) -> Plan:
        """The plan by which originals are de-identified; code comes from the command line alone."""
        try:
            policy = Policy.read(text) if text.strip() else self.policy
            if text.strip() and policy.python:
                raise Refusal(422, "CODE_NOT_AGREED")
            return Plan(policy, self.key)
        except PolicyError as error:
            problems = [problem._asdict() for problem in error.problems]
            raise Refusal(422, error.code, {"problems": problems}) from None

    def chosen(self, series: list[Series]) -> Choice:
        """The files of series that are there as the index and the audit know them."""
        files, left_out = list[File](), Counter[str]()
        for at, one in enumerate(series, 1):
            name = output_name if one.folder.is_run else plain_names(at)
            choice = choose(one.folder.root, one.files, name, is_run=one.folder.is_run)
            files += choice.files
            left_out += choice.left_out
        return Choice(once(files), left_out)

    def deidentified(self, asked: Asked, series: list[Series], plan: Plan, passcode: str) -> Made:
        """A link to outputs that are made now of the originals; what is of a run already goes as it is."""
        runs = self.chosen([one for one in series if one.folder.is_run])
        originals = self.chosen([one for one in series if not one.folder.is_run])
        staged = secrets.token_hex(STAGED_BYTES)
        made = deidentify(originals.files, plan, self.place / staged)
        choice = Choice(once(runs.files + made.files), runs.left_out + originals.left_out + made.left_out)
        try:
            return self.linked(asked, series, plan, choice, passcode, staged)
        except BaseException:
            shutil.rmtree(self.place / staged, ignore_errors=True)
            raise

    def linked(
        self, asked: Asked, series: list[Series], plan: Plan | None, choice: Choice, passcode: str, staged: str = ""
    ) -> Made:
        """The link of files that may go."""
        if not choice.files:
            raise Refusal(409, "NOTHING_TO_SHARE", {"left_out": counted(choice.left_out)})
        names_people = self.names_people(series, plan)
        if names_people:
            self.check_originals(asked)  # again: another run may have come to its place meanwhile
        holds = "originals" if names_people else "de-identified"
        about = [{"key": str(one.row["key"]), "modality": str(one.row["modality"])} for one in series]
        wish = Wish(choice.files, about, holds, asked.hours, passcode, asked.one_time, asked.note, staged)
        token, link = self.links.create(wish)
        return Made(link, token, passcode, choice.left_out)

    def sweep(self) -> None:
        """Deletes the outputs of links that have ended."""
        if self.place.is_dir():
            needed = self.links.staged()
            for folder in self.place.iterdir():
                if OWN.fullmatch(folder.name) and folder.name not in needed:
                    shutil.rmtree(folder, ignore_errors=True)

    def sweep_if_idle(self) -> None:
        """The same, unless outputs are being made."""
        if self._turn.acquire(blocking=False):
            try:
                self.sweep()
            finally:
                self._turn.release()


def once(files: list[File]) -> list[File]:
    """The files with names that differ: two runs may have outputs of the same name."""
    taken, named = set[str](), list[File]()
    for part, frames in files:
        name, again = part.name, 2
        while name.lower() in taken:
            name, again = f"{again}/{part.name}", again + 1
        taken.add(name.lower())
        named.append(File(part._replace(name=name), frames))
    return named
