"""Stage plan: a policy made ready for a run, and what it says of each instance and data element."""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import asdict, dataclass, field
from typing import Any

import pydicom

from dicom_deid import __version__
from dicom_deid.elements import ascii_text
from dicom_deid.errors import PolicyError, Withheld
from dicom_deid.key import Key
from dicom_deid.model import ElementAction, Instance
from dicom_deid.profile import decide, edition, sop_class_state, table

BURNED_IN_ANNOTATION = 0x00280301


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
    _decided: dict[tuple[int, str, tuple[int, ...], str], ElementAction] = field(default_factory=dict)

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

    def admit(self, instance: Instance) -> None:
        """Raises Withheld for an instance of a kind that the policy does not write."""
        state = sop_class_state(instance.sop_class)
        if instance.sop_class not in self.policy.allow_sop_classes:
            if not instance.sop_class or state == "other":
                raise Withheld("UNKNOWN_SOP_CLASS")
            if state == "private":
                raise Withheld("PRIVATE_SOP_CLASS")
            if state == "withheld":
                raise Withheld("SOP_CLASS_WITHHELD")
        burned_in = ascii_text(instance.data.get(BURNED_IN_ANNOTATION)).upper()
        if burned_in.startswith("Y") and not self.policy.pass_burned_in:
            raise Withheld("BURNED_IN")

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

    def content(self) -> dict[str, Any]:
        """What decides the output, apart from the key: it is what a resumed run has to have in common."""
        policy = asdict(self.policy)
        policy["options"] = sorted(self.policy.options)
        policy["allow_sop_classes"] = sorted(self.policy.allow_sop_classes)
        del policy["verbose"]
        return {
            "tool": "dicom-deid",
            "version": __version__,
            "standard": f"PS3.15 {edition()}",
            "table_sha256": table("profile.json")["sha256"],
            "policy": policy,
        }

    def digest(self) -> str:
        """SHA-256 of ``content()``, in hexadecimal digits."""
        return hashlib.sha256(json.dumps(self.content(), sort_keys=True).encode()).hexdigest()

    def document(self) -> str:
        """The text of plan.json: what was done, by what, and a check value of the key, never the key."""
        content = {**self.content(), "digest": self.digest(), "key_check": self.key.check()}
        return json.dumps(content, indent=2) + "\n"

    def opening(self) -> list[str]:
        """The first lines of output.log."""
        names = [option["title"] for option in table("options.json") if option["name"] in self.policy.options]
        allowed = ", ".join(sorted(self.policy.allow_sop_classes)) or "none beside the default"
        return [
            f"dicom-deid {__version__}, pydicom {pydicom.__version__}, Python {platform.python_version()}",
            f"PS3.15 {edition()} Table E.1-1, SHA-256 {table('profile.json')['sha256'][:16]}",
            f"policy: Basic Application Confidentiality Profile{''.join(f', {name}' for name in names)}",
            f"SOP Classes allowed: {allowed}; Burned In Annotation YES: "
            + ("passed" if self.policy.pass_burned_in else "withheld"),
            f"plan {self.digest()[:16]}, key check {self.key.check()}",
        ]
