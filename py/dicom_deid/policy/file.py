"""A policy as text: TOML, or JSON of the same fields. All that is wrong with one is told together, line by line."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import fields as fields_of
from typing import Any

from dicom_deid.errors import PolicyError, Problem
from dicom_deid.policy.rules import Rule
from dicom_deid.policy.targets import Wrong, nearest, target
from dicom_deid.profile import table

LISTS = ("options", "allow_sop_classes")
SWITCHES = ("pass_burned_in", "verbose")
RULES = "attribute"
FIELDS = (*LISTS, *SWITCHES, RULES)
RULE_FIELDS = tuple(field.name for field in fields_of(Rule))
EXCLUDING = ("retain-full-dates", "retain-modified-dates")


class Text:
    """The text of a policy, and where in it a word stands."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._rules: list[int] = []

    def line(self, at: int) -> int:
        return self._text.count("\n", 0, at) + 1

    def field(self, name: str, start: int = 0) -> int:
        """Where a field begins, or ``start``."""
        found = re.compile(rf"""(?<![\w-])["']?{re.escape(name)}["']?\s*[=:]""").search(self._text, start)
        return found.start() if found else start

    def rule(self, index: int) -> int:
        """Where the rule with that index begins."""
        if not self._rules:
            head = re.compile(rf"^[ \t]*\[\[\s*{RULES}\s*\]\]", re.MULTILINE)
            at = self.field(RULES)
            found = list(head.finditer(self._text)) or list(re.compile(r"\{").finditer(self._text, at))
            self._rules = [rule.start() for rule in found] or [at]
        return self._rules[min(index, len(self._rules) - 1)]

    def word(self, word: object, start: int = 0) -> int:
        """The line of a word from ``start`` on; that of ``start`` where it is not found."""
        forms = (json.dumps(word), json.dumps(word, ensure_ascii=False), f"'{word}'", str(word))
        places = [at for form in forms if (at := self._text.find(form, start)) >= 0]
        return self.line(places[0] if places else start)


def read(text: str) -> dict[str, Any]:
    """The fields of a policy: sets of names, switches, and rules. Raises PolicyError with all that is wrong."""
    document, places, problems = load(text), Text(text), list[Problem]()
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
    start = {name: places.field(name) for name in LISTS}
    for name, wrong in wrong_words(found["options"], found["allow_sop_classes"]):
        problems.append(Problem(places.word(wrong.word, start[name]), wrong.word, wrong.text, wrong.near))
    found["rules"] = tuple(rules(document.get(RULES, []), places, problems))
    refuse(problems)
    return found


def load(text: str) -> dict[str, Any]:
    """The document that a text is; JSON begins with a brace."""
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


def rules(stated: object, places: Text, problems: list[Problem]) -> Iterator[Rule]:
    """The rules that are sound; what is wrong with the others is added to ``problems``."""
    if not isinstance(stated, list) or not all(isinstance(fields, dict) for fields in stated):
        problems.append(Problem(places.line(places.field(RULES)), RULES, f"{RULES} is a list of rules: [[{RULES}]]."))
        return
    for index, given in enumerate(stated):
        wrong, start = list(wrong_fields(given)), places.rule(index)
        problems += [Problem(places.word(name, start), name, text, near) for name, text, near in wrong]
        if wrong:
            continue
        try:
            rule = Rule(**given)
            target(rule)
        except Wrong as error:
            problems.append(Problem(places.word(error.word, start), error.word, error.text, error.near))
        else:
            yield rule


def wrong_fields(given: dict[str, object]) -> Iterator[tuple[str, str, str]]:
    """Name, complaint and nearest name of each field of a rule that is none."""
    for name, text in given.items():
        if name not in RULE_FIELDS:
            yield name, f"“{name}” is no field of a rule.", nearest(name, RULE_FIELDS)
        elif not isinstance(text, str):
            yield name, f"{name} is a text, in quotes.", ""


def wrong_words(options: Iterable[str], allowed: Iterable[str]) -> Iterator[tuple[str, Wrong]]:
    """Field and complaint for each option and SOP Class that does not exist."""
    known = [option["name"] for option in table("options.json")]
    for name in sorted(set(options) - set(known)):
        yield "options", Wrong(name, f"“{name}” is no option.", nearest(name, known))
    if set(EXCLUDING) <= set(options):
        yield "options", Wrong(EXCLUDING[1], f"{EXCLUDING[0]} and {EXCLUDING[1]} exclude each other.")
    for uid in sorted(allowed):
        if not re.fullmatch(r"[0-9]+(\.[0-9]+)*", uid):
            near = nearest(uid, [row["name"] for row in table("sop-classes.json")])
            yield "allow_sop_classes", Wrong(uid, f"“{uid}” is no UID and no name of a SOP Class.", near)


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
        only = len(ordered) == 1 and ordered[0].word == EXCLUDING[1] and EXCLUDING[0] in ordered[0].text
        raise PolicyError("OPTIONS_EXCLUDE" if only else "BAD_POLICY", ordered[0].word, ordered)


def to_toml(fields: dict[str, Any], remarks: Iterable[str] = ()) -> str:
    """A policy file: ``fields`` as a policy states them, below ``remarks``."""
    lines = [f"# {remark}".rstrip() for remark in remarks]
    lines += [f"{name} = {toml(value)}" for name, value in fields.items() if name != RULES]
    for rule in fields.get(RULES, ()):
        lines += ["", f"[[{RULES}]]", *(f"{name} = {toml(value)}" for name, value in rule.items())]
    return "\n".join(lines) + "\n"


def toml(value: object) -> str:
    """A text, a switch or a list of texts in TOML, which has the same texts as JSON but for one control character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
