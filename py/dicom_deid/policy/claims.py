"""Claims of the markers of an output under a policy with rules of its own (PS3.15 E.1.1, PS3.3 C.12.1.1.9).

Conformance is claimed by "protecting and retaining all Attributes as specified in the Profile and Options". So a rule
that protects less than the profile takes all codes away, and so does one that does otherwise than a chosen option: its
code would not be true, and without it the profile's would not be, since what the option keeps is still there. What a
rule adds to the protection takes nothing away. Where a rule in Python may keep or clean, no code is claimed; what else
it says is compared for each instance (``otherwise``).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary

from dicom_deid.dicom.encoding import vr_of
from dicom_deid.model import ElementAction
from dicom_deid.policy.python import PythonRule
from dicom_deid.policy.rules import ONE, PROTECTING, Rules, Target, fixed, named_vr
from dicom_deid.profile import DATES, LABEL, decide, judged, row_of, table

BASIC, CLEAN_PIXELS = "113100", "113101"
INSIDE = 0
"""Stands in a path for whatever sequence a rule without a fixed place also looks into."""


class Claims(NamedTuple):
    """The markers that are true of every output of a plan."""

    codes: tuple[str, ...]
    """For (0012,0064), the profile's first."""
    dates: str
    """For (0028,0303)."""
    identity_removed: str = "YES"
    """For (0012,0062)."""
    weaker: tuple[str, ...] = ()
    """The rules that protect less than the profile."""
    tells_offset: bool = False
    """Whether shifted dates stand beside dates that are kept, so that the patient's offset can be worked out."""


def with_pixels(known: Claims) -> Claims:
    """The claims of an instance whose pixels were cleaned besides; none where nothing else is claimed."""
    return known._replace(codes=(known.codes[0], *sorted((*known.codes[1:], CLEAN_PIXELS)))) if known.codes else known


class Finding(NamedTuple):
    """The actions of a rule and of the profile for one attribute."""

    tag: int
    vr: str
    ruled: ElementAction
    profile: ElementAction

    @property
    def weaker(self) -> bool:
        """Whether the rule protects less. Cleaning labels that no table lists is more than the standard asks for."""
        if self.ruled.code in PROTECTING or self.ruled.code == self.profile.code:
            return False
        return self.profile.rule != LABEL and self.profile.code != "K"

    @property
    def lost(self) -> bool:
        """Whether the rule does something else than the profile and its options."""
        return self.ruled.code != self.profile.code or self.ruled.value is not None


def claims(options: frozenset[str], dates: str, rules: Rules, python: tuple[PythonRule, ...] = ()) -> Claims:
    """The claims of a plan; ``dates`` is what (0028,0303) says under its options alone."""
    found = list(findings(options, rules))
    weaker = {finding.ruled.rule for finding in found if finding.weaker}
    if "retain-safe-private" not in options:
        weaker |= {action.rule for to, action in rules.targets() if to.creator and action.code in "KC"}
    lost = any(otherwise(finding, options) for finding in found)
    codes = sorted(
        entry["code"] for entry in table("options.json") if entry["name"] in options and "by_instance" not in entry
    )
    kept = any(finding.vr in DATES and finding.ruled.code == "K" != finding.profile.code for finding in found)
    shifted = any(finding.vr in DATES and finding.ruled.code == "C" and finding.lost for finding in found)
    may = {code for rule in python for code in rule.may}
    coded = [f"python rule {number}" for number, rule in enumerate(python, 1) if not rule.protecting]
    named = any(finding.tag in judged("patient_identity") and finding.ruled.code == "K" for finding in found)
    beside_kept, beside_shifted = kept or "K" in may, shifted or "C" in may
    return Claims(
        () if weaker or coded or lost else (BASIC, *codes),
        "UNMODIFIED" if kept else "MODIFIED" if shifted and dates == "REMOVED" else dates,
        "NO" if named else "YES",
        (*sorted(weaker, key=lambda rule: int(rule.split()[-1])), *coded),
        (beside_kept and (beside_shifted or dates == "MODIFIED")) or (beside_shifted and dates == "UNMODIFIED"),
    )


def otherwise(finding: Finding, options: frozenset[str]) -> bool:
    """Whether something else is done with an attribute than a chosen option says of it."""
    if not finding.lost:
        return False
    row = row_of(finding.tag)
    by_vr = {"retain-full-dates", "retain-modified-dates"} if finding.vr in DATES else set[str]()
    return not options.isdisjoint(by_vr if row is None else row)


def findings(options: frozenset[str], rules: Rules) -> Iterator[Finding]:
    """Each attribute that a rule decides, at each kind of place where it does."""
    places = {place for to, _ in rules.targets() if not to.creator for place in reached(to)}
    for tag, path in sorted(places):
        vr = vr_of(tag)
        ruled = rules.action(tag, vr, path)
        if ruled is not None:
            yield Finding(tag, vr, ruled, decide(tag, vr, path, "", options))


def reached(to: Target) -> Iterator[tuple[int, tuple[int, ...]]]:
    """The attributes of a target, with the paths that make a difference."""
    for tag in (to.bits,) if to.mask == ONE else standard_tags():
        if tag & to.mask == to.bits and not fixed(tag) and (not to.vr or named_vr(tag, to.vr) == to.vr):
            yield tag, to.steps
            if not to.top:
                yield tag, (INSIDE, *to.steps)


@cache
def standard_tags() -> tuple[int, ...]:
    """The tags of all attributes of PS3.6; of those that repeat, the first."""
    return (*DicomDictionary, *(int(pattern.replace("x", "0"), 16) for pattern in RepeatersDictionary))
