"""Rules in Python: the view of an element that they are given, and the checks of their answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from pydicom.datadict import keyword_for_tag

from dicom_deid.deidentify.values import ItemView, Value, value_of
from dicom_deid.errors import RuleFailed, Withheld, WrongAnswer
from dicom_deid.model import Element, ElementAction, Instance, Syntax
from dicom_deid.policy import Plan
from dicom_deid.policy.claims import Finding, otherwise
from dicom_deid.policy.python import Loaded, file_of
from dicom_deid.policy.rules import CLEANABLE, fixed, named_vr
from dicom_deid.policy.targets import check_value
from dicom_deid.profile import DATES, judged
from dicom_deid.silence import NO_OUTPUT


@dataclass(frozen=True, slots=True)
class Asked:
    """A data element as a rule in Python sees it. Nothing of the instance can be changed through it."""

    path: str
    """Keywords, or tags where there is none, of the sequences around it and of itself, with / between them."""
    tag: int
    keyword: str
    """"" where PS3.6 has none."""
    vr: str
    creator: str
    """The private creator of a private element, else ""."""
    _element: Element = field(repr=False)
    _encodings: tuple[str, ...] = field(repr=False)
    _syntax: Syntax = field(repr=False)

    @property
    def value(self) -> Value:
        """The value; see ``value_of``."""
        return value_of(self._element, self._encodings, self._syntax)


def name_of(tag: int) -> str:
    """The keyword of an attribute, or its tag."""
    return keyword_for_tag(tag) or f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


class Inquiry:
    """The rules in Python of a plan, asked about the elements of one instance; each element is asked about once."""

    def __init__(self, plan: Plan, instance: Instance, encodings: tuple[str, ...]) -> None:
        self.plan, self.instance, self.encodings = plan, instance, encodings
        self.rules = bool(plan.policy.python)
        """Whether there are any."""
        self.failure: RuleFailed | None = None
        """The first that failed."""
        self.claims = plan.claims
        """The claims that the markers of the instance may make."""
        self._said: dict[tuple[Element, tuple[int, ...], tuple[str, ...]], ElementAction | None] = {}

    @cached_property
    def view(self) -> ItemView:
        """The data set as rules see it."""
        return ItemView(self.instance.data, self.encodings, self.instance.syntax)

    def about(
        self, element: Element, path: tuple[int, ...], encodings: tuple[str, ...], creator: str = ""
    ) -> ElementAction | None:
        """The action by the last rule that has an opinion on an element. Raises Withheld where one fails."""
        if not self.rules or fixed(element.tag):
            return None
        where = (element, path, encodings)
        if where not in self._said:
            try:
                self._said[where] = self.ask(element, path, encodings, creator)
            except RuleFailed as failure:
                self.failure = failure
                raise Withheld("RULE_FAILED") from None
        return self._said[where]

    def ask(
        self, element: Element, path: tuple[int, ...], encodings: tuple[str, ...], creator: str
    ) -> ElementAction | None:
        """Asks the rules, the last one first. Raises RuleFailed where one fails."""
        tag = element.tag
        place = "/".join(map(name_of, (*path, tag)))
        syntax = self.instance.syntax
        shown = Asked(place, tag, keyword_for_tag(tag), element.vr, creator, element, encodings, syntax)
        for rule in self.plan.load():
            try:
                # A rule may print a value, and the terminal may be kept as a log.
                with NO_OUTPUT, self.plan.watch:
                    answer = rule.function(shown, self.view)
                    said = None if answer is None else checked(answer, rule, element)
            except BaseException as error:  # also one that would end the program
                raise RuleFailed(rule.label, file_of(rule.number), rule.rule.code, place, error) from None
            if said is not None:
                return said
        return None

    def followed(self, element: Element, said: ElementAction, planned: ElementAction) -> None:
        """Takes note of what the markers have to say of an action that goes before the one planned."""
        claims, vr = self.claims, named_vr(element.tag, element.vr)
        if element.value and vr in DATES:
            if said.code == "K":
                self.claims = claims._replace(dates="UNMODIFIED")
            elif said.code == "C" and claims.dates == "REMOVED":
                self.claims = claims._replace(dates="MODIFIED")
        if claims.codes and otherwise(Finding(element.tag, vr, said, planned), self.plan.policy.options):
            self.claims = self.claims._replace(codes=())


def checked(answer: object, rule: Loaded, element: Element) -> ElementAction:
    """The action that an answer names; raises WrongAnswer or Wrong where it cannot be carried out."""
    code, text = answer if isinstance(answer, tuple) and len(answer) == 2 else (answer, None)
    if not isinstance(code, str) or not (text is None or isinstance(text, str)):
        raise WrongAnswer(f"It returned {answer!r}, which is neither None, nor an action code, nor D with a text.")
    if code not in rule.rule.may:
        may = ", ".join(rule.rule.may)
        place = "set under What it may answer, or by may in a policy file"
        raise WrongAnswer(f"It returned {code!r}, and may return {may} ({place}).")
    action = ElementAction(str(code), f"python rule {rule.number}", local=True, value=text)
    check_action(action, rule, element)
    return action


def check_action(action: ElementAction, rule: Loaded, element: Element) -> None:
    """Raises WrongAnswer or Wrong for an action that does not go with an element, by what attribute rules may do."""
    tag, private = element.tag, bool(element.tag >> 16 & 1)
    vr = element.vr if private else named_vr(tag, element.vr)
    if action.value is not None:
        if action.code != "D" or private or element.items is not None:
            raise WrongAnswer("A text goes with D, and with a standard attribute that is no sequence.")
        if action.value not in rule.texts and rule.rule.protecting:
            raise WrongAnswer("A text that does not stand in the code could be the value; the rule may not return K.")
        check_value(action.value, vr, name_of(tag))
    elif action.code == "U" and (vr != "UI" or element.items is not None):
        raise WrongAnswer(f"U is for UIDs, and this is {vr}.")
    elif action.code == "C" and vr not in CLEANABLE:
        raise WrongAnswer(f"C is for text, dates and sequences, and this is {vr}.")
    elif action.code in "KC" and tag in judged("patient_identity"):
        raise WrongAnswer("What names the patient is kept by an attribute rule only: (0012,0062) says so then.")
