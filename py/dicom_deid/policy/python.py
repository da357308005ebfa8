"""Rules in Python: how they are read, and how their code is brought to run. deidentify/python_rules.py asks them.

Code is compiled when a policy is read, so that what is wrong with it has a line. It runs no earlier than ``loaded``:
by then the user has agreed to it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import CodeType
from typing import Any, NamedTuple

from dicom_deid.errors import PolicyError, Problem, Wrong
from dicom_deid.policy.rules import ACTIONS, PROTECTING
from dicom_deid.policy.targets import nearest
from dicom_deid.silence import NO_WARNINGS

FUNCTION = "rule"
"""The function that the code of a rule defines."""
Function = Callable[[Any, Any], object]


@dataclass(frozen=True, slots=True)
class PythonRule:
    """One ``[[python]]`` of a policy, as it was written."""

    code: str
    name: str = ""
    may: tuple[str, ...] = tuple(code for code in ACTIONS if code in PROTECTING)
    """The actions that it may return; without being told otherwise, those that leave nothing of a value."""

    def stated(self) -> dict[str, Any]:
        """The fields of the rule."""
        named = {"name": self.name} if self.name else {}
        return {**named, "may": list(self.may), "code": self.code}

    @property
    def protecting(self) -> bool:
        """Whether nothing of a value is left after what it may return."""
        return PROTECTING.issuperset(self.may)


class Loaded(NamedTuple):
    """A rule whose code has run, so that it can be asked."""

    number: int
    rule: PythonRule
    function: Function
    texts: frozenset[str]
    """The texts that stand in its code as they are: none of them comes from an instance."""

    @property
    def label(self) -> str:
        return label(self.rule, self.number)


def label(rule: PythonRule, number: int) -> str:
    """The name of a rule in messages to its user."""
    return f"rule {number} in Python ({rule.name})" if rule.name else f"rule {number} in Python"


def of_fields(given: dict[str, Any]) -> PythonRule:
    """The rule of the fields of a policy, which are of the right types; raises Wrong where it cannot be followed."""
    if "code" not in given:
        raise Wrong("python", f"A rule in Python has code, in which a function {FUNCTION}(element, instance) stands.")
    name, code, may = str(given.get("name", "")), str(given["code"]), given.get("may")
    if not name.isprintable():
        raise Wrong(name, "A name is of letters in one line.")
    for word in may or ():
        if word not in ACTIONS:
            raise Wrong(word, f"“{word}” is no action: {', '.join(ACTIONS)}.", nearest(word, ACTIONS))
    rule = PythonRule(code, name) if may is None else PythonRule(code, name, tuple(may))
    names = compiled(rule, "<rule>").co_names
    if FUNCTION not in names:
        raise Wrong(code, f"The code has no function {FUNCTION}(element, instance).", nearest(FUNCTION, names), line=1)
    return rule


def compiled(rule: PythonRule, file: str) -> CodeType:
    """The code of a rule; raises Wrong with the line in it that is none."""
    try:
        with NO_WARNINGS:
            return compile(rule.code, file, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise Wrong(rule.code, f"This is no Python: {error.msg}.", line=error.lineno or 1) from None
    except (ValueError, OverflowError, RecursionError, MemoryError):
        raise Wrong(rule.code, "This is no Python.", line=1) from None


def loaded(rules: tuple[PythonRule, ...], watch: AbstractContextManager[object]) -> tuple[Loaded, ...]:
    """The rules, the last one first, as they are asked. Runs their code; raises PolicyError where that fails."""
    found, problems = list[Loaded](), list[Problem]()
    for number, rule in enumerate(rules, 1):
        try:
            with watch:
                found.append(run(number, rule))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # also what ends a program; there is no value yet that its text could quote
            text = f"{type(error).__name__}: {error}".removesuffix(": ")
            problems.append(Problem(line_of(error, file_of(number)), rule.name, f"{label(rule, number)}: {text}"))
    if problems:
        raise PolicyError("RULE_NOT_LOADED", problems[0].word, tuple(problems))
    return tuple(reversed(found))


def file_of(number: int) -> str:
    """The name of a rule's code in tracebacks."""
    return f"<rule {number}>"


def run(number: int, rule: PythonRule) -> Loaded:
    """Runs the code of a rule in a namespace of its own, so that its function is there."""
    file = file_of(number)
    code = compiled(rule, file)
    namespace: dict[str, Any] = {"__name__": file}
    exec(code, namespace)
    function = namespace.get(FUNCTION)
    if not callable(function):
        raise TypeError(f"{FUNCTION} is no function")
    inspect.signature(function).bind("element", "instance")
    return Loaded(number, rule, function, frozenset(texts(code)))


def line_of(error: BaseException, file: str) -> int:
    """The line of the rule's code where an error came up; 0 where it did not come up there."""
    line, at = 0, error.__traceback__
    while at is not None:
        line = at.tb_lineno if at.tb_frame.f_code.co_filename == file else line
        at = at.tb_next
    return line


def texts(constant: object) -> Iterator[str]:
    """The texts among the constants of a code, at any depth."""
    if isinstance(constant, str):
        yield constant
    parts = constant.co_consts if isinstance(constant, CodeType) else constant
    for part in parts if isinstance(parts, tuple | frozenset) else ():
        yield from texts(part)
