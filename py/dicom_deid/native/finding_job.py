"""The search for text in the pictures of one file: what a process does. It needs the extra `pixels`."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from dicom_deid.dicom.is_dicom import instead, start_of
from dicom_deid.errors import Failed, Refused, ShortRead, Unwritten
from dicom_deid.facts import facts_of
from dicom_deid.key import Key
from dicom_deid.native.finding import Found, Search
from dicom_deid.pixels.evidence.mask import Mask
from dicom_deid.pixels.finding import Finder
from dicom_deid.pixels.sighting import Sighting
from dicom_deid.policy import Plan, Policy
from dicom_deid.scan import inspect
from dicom_deid.source_and_sink import OpenSource, Origin


class Looks(NamedTuple):
    """What is looked at, and with what."""

    every_kind: bool = False
    detect: bool = True
    models: Path | None = None
    mask: Mask | None = None


class FindingJob:
    """All that a process needs for any file: where it is, the policy, the key, and what is to be looked at."""

    def __init__(self, origin: Origin, policy: Policy, key: bytes, looks: Looks) -> None:
        self.origin, self.plan, self.mask = origin, Plan(policy, Key(key)), looks.mask
        self.finder = Finder(self.plan, **looks._asdict())
        self._parts = (origin, policy, key, looks)

    def __reduce__(self) -> tuple[type[FindingJob], tuple[Origin, Policy, bytes, Looks]]:
        return FindingJob, self._parts

    def __call__(self, task: Search) -> Found:
        head = False
        try:
            with self.origin.open(task.path) as source:
                if start_of(source.head(), source.size) is None:
                    return Found(reason=instead(source.head()))
                sighting = self.look(source, task.path)
                instance = inspect(source)
                head = facts_of(instance).head
                near = self.mask is not None and self.mask.is_near(instance)
                return Found(sighting, head=head, beside=near and not (sighting and sighting.own))
        except Unwritten as end:
            return Found(reason=end.reason, head=head)
        except Refused:
            raise
        except Exception:  # its text may quote a value or the path
            return Found(reason="INTERNAL_ERROR")

    def look(self, source: OpenSource, path: str) -> Sighting | None:
        """What speaks for boxes; more of the file is read as asked for."""
        while True:
            try:
                return self.finder.look(source, self.plan.key.source(path))
            except ShortRead as short:
                if not source.extend(short.end):
                    raise Failed("INTERNAL_ERROR") from None
