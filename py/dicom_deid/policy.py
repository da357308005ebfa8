"""The policy: what the user chose, checked, and compiled into an action for each data element."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from dicom_deid.elements import vr_of
from dicom_deid.errors import PolicyError
from dicom_deid.key import Key
from dicom_deid.model import ElementAction
from dicom_deid.profile import PATIENT_AGE, dates, decide, judged, table


@dataclass(frozen=True, slots=True)
class Policy:
    """What the user chose. ``options`` are names of tables/options.json."""

    options: frozenset[str] = frozenset()
    allow_sop_classes: frozenset[str] = frozenset()
    pass_burned_in: bool = False
    verbose: bool = False

    @classmethod
    def read(cls, text: str) -> Policy:
        """A policy from its JSON form; raises PolicyError naming the word that cannot be followed."""
        fields: dict[str, Any] = json.loads(text)
        for name in fields:
            if name not in ("options", "allow_sop_classes", "pass_burned_in", "verbose"):
                raise PolicyError("BAD_POLICY", name)
        return cls(
            frozenset(fields.get("options", ())),
            frozenset(uid.strip() for uid in fields.get("allow_sop_classes", ())),
            bool(fields.get("pass_burned_in", False)),
            bool(fields.get("verbose", False)),
        )


@dataclass(slots=True)
class Plan:
    """A policy and a key, checked and compiled; decisions are remembered per attribute, path, VR and SOP Class."""

    policy: Policy
    key: Key
    linked: bool = False
    """Whether outcomes carry what links old to new. It changes no output, so it is no part of the policy."""
    _decided: dict[tuple[int, str, tuple[int, ...], str], ElementAction] = field(default_factory=dict)
    _retained: dict[str, frozenset[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = {option["name"] for option in table("options.json")}
        for name in sorted(self.policy.options):
            if name not in known:
                raise PolicyError("BAD_POLICY", name)
        if {"retain-full-dates", "retain-modified-dates"} <= self.policy.options:
            raise PolicyError("OPTIONS_EXCLUDE")
        for uid in sorted(self.policy.allow_sop_classes):
            if not uid or any(not part.isdigit() for part in uid.split(".")):
                raise PolicyError("BAD_POLICY", uid)

    def action(self, tag: int, vr: str, path: tuple[int, ...], sop_class: str) -> ElementAction:
        """What happens to a data element."""
        where = (tag, vr, path, sop_class)
        found = self._decided.get(where)
        if found is None:
            if len(self._decided) >= 100_000:  # paths of broken files must not fill the memory
                self._decided.clear()
            found = self._decided[where] = decide(tag, vr, path, sop_class, self.policy.options)
        return found

    def retained(self, sop_class: str) -> frozenset[int]:
        """The identifying attributes that an instance of this kind keeps: what they hold may stand elsewhere too."""
        found = self._retained.get(sop_class)
        if found is None:
            identifying = judged("whole_identifiers") | dates() | {PATIENT_AGE}
            found = frozenset(tag for tag in identifying if self.action(tag, vr_of(tag), (), sop_class).code == "K")
            self._retained[sop_class] = found
        return found

    def keeps(self, option: str) -> bool:
        """Whether an option is chosen."""
        return option in self.policy.options

    @property
    def dates(self) -> str:
        """The value of (0028,0303) Longitudinal Temporal Information Modified that is true under this plan."""
        if "retain-full-dates" in self.policy.options:
            return "UNMODIFIED"
        return "MODIFIED" if "retain-modified-dates" in self.policy.options else "REMOVED"

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of CID 7050 that this plan applies, the profile's first."""
        chosen = (option["code"] for option in table("options.json") if option["name"] in self.policy.options)
        return ("113100", *sorted(chosen))
