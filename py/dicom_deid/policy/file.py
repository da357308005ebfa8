"""A policy as text: TOML, or JSON of the same fields.

All that is wrong with one is told together, line by line; options that exclude each other are found here, too.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields as fields_of
from typing import Any, TypeVar

from dicom_deid.errors import PolicyError, Problem, Wrong
from dicom_deid.key import BY_ID, NEWEST
from dicom_deid.nesting import is_deep
from dicom_deid.policy.python import of_fields
from dicom_deid.policy.rules import Rule
from dicom_deid.policy.targets import nearest, target
from dicom_deid.profile import table

LISTS = ("options", "allow_sop_classes")
SWITCHES = ("pass_burned_in", "withhold_faces", "verbose")
RULES, PYTHON, WHEELS, DISPOSITIONS = "attribute", "python", "wheels", "private_dispositions"
PSEUDONYMS = "pseudonyms"
FIELDS = (*LISTS, *SWITCHES, DISPOSITIONS, PSEUDONYMS, RULES, WHEELS, PYTHON)
KNOWN_DISPOSITIONS = ("tcia",)
RULE_FIELDS = tuple(field.name for field in fields_of(Rule))
PYTHON_FIELDS = ("name", "may", "code")
WHEEL = re.compile(r"\w[\w.]*-[\w.!+]+(-\d\w*)?-(py2\.)?py3-none-any\.whl", re.ASCII)
"""The file name of a wheel of pure Python, which runs anywhere."""
CONTROLS = re.compile(r"[^\n\t\x20-\x7e\x80-\U0010ffff]|'$")
"""Characters that a literal text of TOML in several lines cannot hold."""
T = TypeVar("T")


class Text:
    """The text of a policy, and where in it a word stands."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._rules: dict[str, list[int]] = {}

    def line(self, at: int) -> int:
        return self._text.count("\n", 0, at) + 1

    def field(self, name: str, start: int = 0) -> int:
        """Where a field begins, or ``start``."""
        found = re.compile(rf"""(?<![\w-])["']?{re.escape(name)}["']?\s*[=:]""").search(self._text, start)
        return found.start() if found else start

    def rule(self, kind: str, index: int) -> int:
        """Where the rule of a kind with that index begins."""
        if kind not in self._rules:
            head = re.compile(rf"^[ \t]*\[\[\s*{kind}\s*\]\]", re.MULTILINE)
            at = self.field(kind)
            found = list(head.finditer(self._text)) or list(re.compile(r"\{").finditer(self._text, at))
            self._rules[kind] = [rule.start() for rule in found] or [at]
        return self._rules[kind][min(index, len(self._rules[kind]) - 1)]

    def wrong(self, wrong: Wrong, start: int) -> Problem:
        """The problem with a rule that begins at ``start``, with its line; of code only the line is told."""
        if not wrong.line:
            return Problem(self.word(wrong.word, start), wrong.word, wrong.text, wrong.near)
        start = self.field("code", start)
        stands = self._text.find(wrong.word, start) >= 0  # as it is, and so line by line
        line = self.word(wrong.word, start) + (wrong.line - 1 if stands else 0)
        where = "" if stands else f"Line {wrong.line} of the code: "
        return Problem(line, word_of(wrong.word, wrong.line), where + wrong.text, wrong.near)

    def word(self, word: object, start: int = 0) -> int:
        """The line of a word from ``start`` to where the next rule begins; that of ``start`` where it is not found."""
        forms = (json.dumps(word), json.dumps(word, ensure_ascii=False), f"'{word}'", str(word))
        end = min((at for rules in self._rules.values() for at in rules if at > start), default=len(self._text))
        places = [at for form in forms if (at := self._text.find(form, start, end)) >= 0]
        return self.line(places[0] if places else start)


def read(text: str) -> dict[str, Any]:
    """The fields of a policy: sets of names, switches, and rules. Raises PolicyError with all that is wrong."""
    text = text.replace("\r\n", "\n")
    document, places, problems = policy_of(load(text)), Text(text), list[Problem]()
    for name in document:
        if name not in FIELDS:
            near = nearest(name, FIELDS)
            problems.append(Problem(places.word(name), name, f"“{name}” is no field of a policy.", near))
    found: dict[str, Any] = {}
    for name in LISTS:
        words = document.get(name, [])
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            problems.append(Problem(places.line(places.field(name)), name, f"{name} is a list of texts."))
            words = []
        found[name] = frozenset(map(sop_class if name == "allow_sop_classes" else str, words))
    for name in SWITCHES:
        found[name] = document.get(name, False)
        if not isinstance(found[name], bool):
            problems.append(Problem(places.line(places.field(name)), name, f"{name} is true or false."))
    found[DISPOSITIONS] = document.get(DISPOSITIONS, "")
    if found[DISPOSITIONS] not in ("", *KNOWN_DISPOSITIONS):
        word, text = str(found[DISPOSITIONS]), f"{DISPOSITIONS} is one of: {', '.join(KNOWN_DISPOSITIONS)}."
        near = nearest(word, KNOWN_DISPOSITIONS)
        problems.append(Problem(places.line(places.field(DISPOSITIONS)), word, text, near))
    found[PSEUDONYMS] = pseudonyms(document.get(PSEUDONYMS, NEWEST), places, problems)
    start = {name: places.field(name) for name in LISTS}
    for name, wrong in wrong_words(found["options"], found["allow_sop_classes"]):
        problems.append(Problem(places.word(wrong.word, start[name]), wrong.word, wrong.text, wrong.near))
    found["rules"] = tuple(rules(RULES, document, places, problems, attribute_rule))
    found["python"] = tuple(rules(PYTHON, document, places, problems, of_fields))
    found["wheels"] = tuple(wheels(document.get(WHEELS, []), places, problems))
    refuse(problems)
    return found


def pseudonyms(stated: object, places: Text, problems: list[Problem]) -> int:
    """The version of the pseudonyms."""
    if type(stated) is int and BY_ID <= stated <= NEWEST:
        return stated
    text = f"{PSEUDONYMS} is {NEWEST}, or {BY_ID} for those of version 0.2 and before."
    problems.append(Problem(places.line(places.field(PSEUDONYMS)), PSEUDONYMS, text))
    return NEWEST


def policy_of(document: dict[str, Any]) -> dict[str, Any]:
    """The policy that a document is, or that it keeps: a run's plan.json can be given as it is."""
    kept = document.get("policy")
    if document.get("tool") != "dicom-deid" or not isinstance(kept, dict):
        return document
    return {**kept, PSEUDONYMS: document.get(PSEUDONYMS, BY_ID)}  # until 0.2 there was no other version


def load(text: str) -> dict[str, Any]:
    """The document that a text is; JSON begins with a brace."""
    if is_deep(text):
        raise PolicyError("BAD_POLICY", "", (Problem(1, "", "This is nested too deep for a policy."),))
    try:
        document = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except json.JSONDecodeError as error:
        problem = Problem(error.lineno, "", f"This is no JSON: {error.msg}.")
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        line = int(place[1]) if place else text.count("\n") + 1
        problem = Problem(line, "", f"This is no TOML: {re.sub(r' [(]at .*', '', str(error))}.")
    else:
        return dict(document)
    raise PolicyError("BAD_POLICY", "", (problem,))


def rules(
    kind: str, document: dict[str, Any], places: Text, problems: list[Problem], make: Callable[[dict[str, Any]], T]
) -> Iterator[T]:
    """The rules of a kind that are sound; what is wrong with the others is added to ``problems``."""
    stated = document.get(kind, [])
    if not isinstance(stated, list) or not all(isinstance(fields, dict) for fields in stated):
        problems.append(Problem(places.line(places.field(kind)), kind, f"{kind} is a list of rules: [[{kind}]]."))
        return
    known = RULE_FIELDS if kind == RULES else PYTHON_FIELDS
    for index, given in enumerate(stated):
        wrong, start = list(wrong_fields(given, known)), places.rule(kind, index)
        problems += [Problem(places.word(name, start), name, text, near) for name, text, near in wrong]
        if wrong:
            continue
        try:
            yield make(given)
        except Wrong as error:
            problems.append(places.wrong(error, start))


def word_of(code: str, line: int) -> str:
    """A line of code, as the word that is wrong."""
    return (code.splitlines() or [""])[min(line, len(code.splitlines()) or 1) - 1].strip()


def attribute_rule(given: dict[str, Any]) -> Rule:
    """The rule of its fields; raises Wrong where it cannot be followed."""
    rule = Rule(**given)
    target(rule)
    return rule


def wrong_fields(given: dict[str, object], known: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """Name, complaint and nearest name of each field of a rule that is none."""
    for name, value in given.items():
        if name not in known:
            yield name, f"“{name}” is no field of a rule.", nearest(name, known)
        elif name == "may":
            if not isinstance(value, list) or not value or not all(isinstance(word, str) for word in value):
                yield name, f"{name} is a list of action codes.", ""
        elif not isinstance(value, str):
            yield name, f"{name} is a text, in quotes.", ""


def wheels(stated: object, places: Text, problems: list[Problem]) -> Iterator[str]:
    """The file names of wheels that can be imported anywhere."""
    start = places.field(WHEELS)
    if not isinstance(stated, list) or not all(isinstance(name, str) for name in stated):
        problems.append(Problem(places.line(start), WHEELS, f"{WHEELS} is a list of texts."))
        return
    for name in stated:
        if WHEEL.fullmatch(name):
            yield name
        else:
            text = f"“{name}” is no file name of a wheel of pure Python (…-py3-none-any.whl)."
            problems.append(Problem(places.word(name, start), name, text))


def wrong_words(options: Iterable[str], allowed: Iterable[str]) -> Iterator[tuple[str, Wrong]]:
    """Field and complaint for each option and SOP Class that does not exist."""
    known = [option["name"] for option in table("options.json")]
    for name in sorted(set(options) - set(known)):
        yield "options", Wrong(name, f"“{name}” is no option.", nearest(name, known))
    for one, other in excluding():
        if {one, other} <= set(options):
            yield "options", Wrong(other, f"{one} and {other} exclude each other.")
    for uid in sorted(allowed):
        if not re.fullmatch(r"[0-9]+(\.[0-9]+)*", uid):
            near = nearest(uid, [row["name"] for row in table("sop-classes.json")])
            yield "allow_sop_classes", Wrong(uid, f"“{uid}” is no UID and no name of a SOP Class.", near)


def excluding() -> list[tuple[str, str]]:
    """The pairs of options that exclude each other, in the order of tables/options.json."""
    pairs = [(option["name"], other) for option in table("options.json") for other in option.get("excludes", ())]
    return [pair for number, pair in enumerate(pairs) if pair[::-1] not in pairs[:number]]


def wrong_problems(options: Iterable[str], allowed: Iterable[str]) -> list[Problem]:
    """The problems of options and SOP Classes that stand in no text."""
    return [Problem(0, wrong.word, wrong.text, wrong.near) for _, wrong in wrong_words(options, allowed)]


def sop_class(word: str) -> str:
    """The UID of a SOP Class that is named in words; any other word as it is."""
    named = {str(row["name"]).lower(): str(row["uid"]) for row in table("sop-classes.json")}
    return named.get(word.strip().lower(), word.strip())


def refuse(problems: list[Problem]) -> None:
    """Raises PolicyError where there are problems, in the order of the text."""
    if problems:
        ordered = tuple(sorted(problems, key=lambda problem: problem.line))
        only = len(ordered) == 1 and any(
            ordered[0].word == other and one in ordered[0].text for one, other in excluding()
        )
        raise PolicyError("OPTIONS_EXCLUDE" if only else "BAD_POLICY", ordered[0].word, ordered)


def to_toml(fields: dict[str, Any], remarks: Iterable[str] = ()) -> str:
    """A policy file: ``fields`` as a policy states them, below ``remarks``."""
    lines = [f"# {remark}".rstrip() for remark in remarks]
    lines += [f"{name} = {toml(value)}" for name, value in fields.items() if name not in (RULES, PYTHON)]
    for kind in (RULES, PYTHON):
        for rule in fields.get(kind, ()):
            lines += ["", f"[[{kind}]]", *(f"{name} = {toml(value)}" for name, value in rule.items())]
    return "\n".join(lines) + "\n"


def toml(value: object) -> str:
    """A text, a switch or a list of texts in TOML, which has the same texts as JSON but for one control character."""
    if isinstance(value, str) and "\n" in value and "'''" not in value and not CONTROLS.search(value):
        return f"'''\n{value}'''"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
