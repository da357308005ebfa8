"""The policy: what the user chose, checked, and compiled into an action for each data element."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import InitVar, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dicom_deid.dicom.bounded import Caches
from dicom_deid.dicom.encoding import vr_of
from dicom_deid.errors import PolicyError
from dicom_deid.key import NEWEST, Key
from dicom_deid.model import ElementAction
from dicom_deid.policy import file
from dicom_deid.policy.claims import Claims, claims
from dicom_deid.policy.python import Loaded, PythonRule, loaded
from dicom_deid.policy.rules import Rule, Rules
from dicom_deid.policy.targets import compiled
from dicom_deid.profile import PATIENT_AGE, dates, decide, edition, judged, persons, telling
from dicom_deid.version import __version__

if TYPE_CHECKING:
    from dicom_deid.regions import Regions

PIXEL_OPTION = "clean-pixel-data"
"""The option that a run does by regions which somebody approved."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The choices of the user. Without any it is the Basic Application Level Confidentiality Profile (PS3.15 E.2).

    ``options`` are names of tables/options.json, ``allow_sop_classes`` SOP Classes by UID or by name: any iterable of
    them, or a single one. A Plan refuses what it does not know.

    >>> policy = Policy(options=["retain-uids"], allow_sop_classes="Ultrasound Image Storage")
    >>> policy.allow_sop_classes
    frozenset({'1.2.840.10008.5.1.4.1.1.6.1'})
    """

    options: frozenset[str]
    allow_sop_classes: frozenset[str]
    pass_burned_in: bool
    withhold_faces: bool
    """Whether volumes of the head are withheld, from which a face can be rebuilt."""
    verbose: bool
    rules: tuple[Rule, ...]
    python: tuple[PythonRule, ...]
    wheels: tuple[str, ...]
    """File names of the wheels that the rules in Python import."""
    private_dispositions: str
    """Whose dispositions say, beside the standard, which private elements are safe: "tcia" or nobody's."""
    pseudonyms: int
    """Version of the pseudonyms: 2, or 1 for those that version 0.2 and before gave."""

    def __init__(
        self,
        options: Iterable[str] = (),
        allow_sop_classes: Iterable[str] = (),
        pass_burned_in: bool = False,
        verbose: bool = False,
        rules: Iterable[Rule] = (),
        python: Iterable[PythonRule] = (),
        wheels: Iterable[str] = (),
        private_dispositions: str = "",
        pseudonyms: int = NEWEST,
        withhold_faces: bool = False,
    ) -> None:
        classes = map(file.sop_class, words(allow_sop_classes))
        for name, value in (
            ("options", frozenset(words(options))),
            ("allow_sop_classes", frozenset(classes)),
            ("pass_burned_in", pass_burned_in),
            ("verbose", verbose),
            ("rules", tuple(rules)),
            ("python", tuple(python)),
            ("wheels", tuple(wheels)),
            ("private_dispositions", private_dispositions),
            ("pseudonyms", pseudonyms),
            ("withhold_faces", withhold_faces),
        ):
            object.__setattr__(self, name, value)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Policy:
        """The policy of a file, in TOML or JSON (docs/policy-file.md), or of the plan.json of a run.

        Raises PolicyError with all that cannot be followed, BAD_POLICY also where the file is no UTF-8 text, and
        OSError where it cannot be read.
        """
        try:
            return cls.read(Path(path).read_bytes().decode("utf-8-sig"))
        except UnicodeError:
            raise PolicyError("BAD_POLICY") from None

    @classmethod
    def read(cls, text: str) -> Policy:
        """A policy from a file, in TOML or JSON; raises PolicyError with all that cannot be followed."""
        return cls(**file.read(text))

    @property
    def tcia(self) -> bool:
        """Whether TCIA's dispositions count: they are a way to know safe private elements, for the option only."""
        return self.private_dispositions == "tcia" and "retain-safe-private" in self.options

    def stated(self) -> dict[str, Any]:
        """The policy as a file states it, in one order; without what does not change what is done to an element."""
        found: dict[str, Any] = {
            "options": sorted(self.options),
            "allow_sop_classes": sorted(self.allow_sop_classes),
            "pass_burned_in": self.pass_burned_in,
        }
        if self.withhold_faces:
            found["withhold_faces"] = True
        if self.private_dispositions:
            found["private_dispositions"] = self.private_dispositions
        if self.rules:
            found["attribute"] = [rule.stated() for rule in self.rules]
        if self.wheels:
            found["wheels"] = list(self.wheels)
        if self.python:
            found["python"] = [rule.stated() for rule in self.python]
        return found


@dataclass(slots=True)
class Plan:
    """A policy and a key, checked and compiled; decisions are remembered per attribute, path, VR and SOP Class.

    It owns all that is remembered of the instances that came before. Several plans can be at work in one process, each
    in one thread at a time.

    Raises PolicyError for options or SOP Classes that there are not, ValueError for an empty passphrase.

    >>> plan = Plan(Policy(options=["retain-modified-dates"]), passphrase="seven grey herons by the weir")
    >>> plan.dates
    'MODIFIED'
    """

    policy: Policy = field(default_factory=Policy)
    key: Key = field(default_factory=Key.random)
    linked: bool = False
    """Whether outcomes carry what links old to new. It changes no output, so it is no part of the policy."""
    watch: AbstractContextManager[object] = field(default_factory=nullcontext)
    """Within it rules in Python are asked: it ends what takes too long, where there are means to."""
    wheels: Mapping[str, str] = field(default_factory=dict)
    """Name -> SHA-256 of the wheels that the policy names, as far as they are known."""
    regions: Regions | None = None
    """With Clean Pixel Data: what is to be made blank, and who approved it."""
    unreviewed: bool = False
    """Whether regions that nobody has reviewed count, too. Then nothing is claimed of the pixels."""
    rules: Rules = field(init=False)
    caches: Caches = field(default_factory=Caches, compare=False, repr=False)
    """Caches of the stages, from one instance to the next, under this plan and no other."""
    _code: tuple[Loaded, ...] | None = None
    _claims: list[Claims] = field(default_factory=list)
    _decided: dict[tuple[int, str, tuple[int, ...], str], ElementAction] = field(default_factory=dict)
    _retained: dict[str, frozenset[int]] = field(default_factory=dict)

    passphrase: InitVar[str | None] = field(default=None, kw_only=True)
    """Makes the key. Without a key or a passphrase there is a random one: pseudonyms agree under this plan alone."""

    def __post_init__(self, passphrase: str | None) -> None:
        if passphrase is not None:
            self.key = Key.from_passphrase(passphrase)
        file.refuse(file.wrong_problems(self.policy.options, self.policy.allow_sop_classes))
        self.rules = compiled(self.policy.rules)

    def load(self) -> tuple[Loaded, ...]:
        """The rules in Python, the last one first. Runs their code, once; raises PolicyError where that fails."""
        if self._code is None:
            self._code = loaded(self.policy.python, self.watch)
        return self._code

    def action(self, tag: int, vr: str, path: tuple[int, ...], sop_class: str) -> ElementAction:
        """The action for a data element."""
        where = (tag, vr, path, sop_class)
        found = self._decided.get(where)
        if found is None:
            if len(self._decided) >= 20_000:  # paths of broken files must not fill the memory
                self._decided.clear()
            found = self.rules.action(tag, vr, path) or decide(tag, vr, path, sop_class, self.policy.options)
            self._decided[where] = found
        return found

    def retained(self, sop_class: str) -> frozenset[int]:
        """The identifying attributes that an instance of this kind keeps: what they hold may stand elsewhere too."""
        found = self._retained.get(sop_class)
        if found is None:
            identifying = judged("whole_identifiers") | telling() | dates() | {PATIENT_AGE}
            found = frozenset(tag for tag in identifying if self.action(tag, vr_of(tag), (), sop_class).code == "K")
            found |= self.rules.keeping(identifying | persons())
            self._retained[sop_class] = found
        return found

    @property
    def cleans_pixels(self) -> bool:
        """Whether pixels are made blank where somebody approved it."""
        return PIXEL_OPTION in self.policy.options

    def keeps(self, option: str) -> bool:
        """Whether an option is chosen."""
        return option in self.policy.options

    @property
    def hides_moments(self) -> bool:
        """Whether UIDs stay beside shifted dates: one that carries a date must not, or it tells by how much."""
        return {"retain-uids", "retain-modified-dates"} <= self.policy.options

    @property
    def dates(self) -> str:
        """The value of (0028,0303) under the chosen options: UNMODIFIED, MODIFIED or REMOVED."""
        if "retain-full-dates" in self.policy.options:
            return "UNMODIFIED"
        return "MODIFIED" if "retain-modified-dates" in self.policy.options else "REMOVED"

    @property
    def claims(self) -> Claims:
        """The claims that the markers of every output may make."""
        if not self._claims:
            self._claims.append(claims(self.policy.options, self.dates, self.rules, self.policy.python))
        return self._claims[0]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of CID 7050 that this plan may claim, the profile's first."""
        return self.claims.codes

    @property
    def method(self) -> str:
        """The text of (0012,0063): the program, the standard, and which rules of its own a policy has."""
        text = f"dicom-deid {__version__}, PS3.15 {edition()}"
        if not self.policy.rules and not self.policy.python:
            return text
        stated = json.dumps(self.policy.stated(), sort_keys=True)
        return f"{text}, local policy {hashlib.sha256(stated.encode()).hexdigest()[:12]}"


def words(given: Iterable[str]) -> Iterable[str]:
    """The words of a choice; a single one may stand alone."""
    return (given,) if isinstance(given, str) else given
