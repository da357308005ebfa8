"""Recipes of pydicom/deid: the %header section, with the %fields groups that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from dicom_deid.dicom.encoding import vr_of
from dicom_deid.errors import NotCarried, Wrong
from dicom_deid.importers.draft import UNTOUCHED, Imported, Line
from dicom_deid.policy.rules import Rule
from dicom_deid.policy.targets import keywords, target
from dicom_deid.profile import MARKERS
from dicom_deid.wording import counted

TOOL = "pydicom/deid"
NOTES = (
    "Fields that the recipe does not name are decided by the Basic Profile; deid leaves them as they are.",
    "Rules stand in the order of deid's own precedence: BLANK, REMOVE, JITTER, REPLACE, ADD, KEEP.",
    UNTOUCHED,
)
FIELD = re.compile(r"""\(?[0-9A-Fa-f]{4},"[^"]+",[0-9A-Fa-f]{2}\)?|\S+""")
"""A field of deid; only that of a private element has spaces in it."""
ORDER = ("BLANK", "REMOVE", "JITTER", "REPLACE", "ADD", "KEEP")
"""The actions of %header, the one that gives way to all others first."""
SHIFTED = ("DA", "DT")
"""VRs that JITTER moves; of others deid leaves the value as it is."""
NAMED = 5
"""How many attributes are named of those that an expression stands for in vain."""
CODES = {"BLANK": "Z", "REMOVE": "X", "JITTER": "C", "KEEP": "K"}
WEEKS = "the date goes back by the patient's own weeks, not by what the recipe says"
MISSING = "only where the element is there: none is added"
PSEUDONYM = "the patient's name and ID become the pseudonym instead of being empty"
PSEUDONYMOUS = frozenset(("PatientName", "PatientID", "ClinicalTrialSubjectID"))
SECTIONS = {
    "filter": "filters find pixels to clear; the pixel data stay as they are",
    "labels": "labels are for other programs",
    "filemeta": "the file meta information is written anew",
    "values": "a rule does not depend on the values of other elements",
}


class Statement(NamedTuple):
    """One line of a section."""

    line: Line
    section: str
    name: str
    words: tuple[str, ...]


def of_recipe(text: str) -> Imported:
    """The draft of a recipe."""
    imported, groups, header = Imported(TOOL, list(NOTES)), dict[str, list[str]](), list[Statement]()
    for statement in statements(text):
        action = statement.words[0].upper()
        if action == "FORMAT" or statement.section in ("header", "fields"):
            if statement.section == "header" and action in ORDER:
                header.append(statement)
            elif statement.section == "fields" and action == "FIELD" and len(statement.words) == 2:
                groups.setdefault(statement.name, []).append(statement.words[1])
                imported.carried += 1
            elif action == "FORMAT" and statement.words[1:] == ("dicom",):
                imported.carried += 1
            else:
                imported.leave(statement.line, f"“{statement.words[0]}” is no action of this section")
        else:
            imported.leave(statement.line, SECTIONS.get(statement.section, "this section is not known"))
    for statement in sorted(header, key=lambda found: ORDER.index(found.words[0].upper())):
        carry(imported, statement, groups)
    imported.left.sort()
    imported.differing.sort()
    return imported


def statements(text: str) -> Iterator[Statement]:
    """The lines of a recipe that say something; those of one filter are taken together."""
    section = name = ""
    label: Line | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        content = re.sub(r"(^|\s)#.*", "", raw).strip()
        if not content:
            continue
        line = Line(number, number, content)
        starts = content.startswith("%") or content.upper().startswith("LABEL")
        if label and (starts or section != "filter"):
            yield Statement(label, "filter", name, ("LABEL",))
            label = None
        if content.startswith("%"):
            section, _, name = content[1:].partition(" ")
            section, name = section.strip().lower(), name.strip()
        elif section == "filter":
            label = label._replace(last=number) if label else line
        else:
            yield Statement(line, section, name, words_of(content))
    if label:
        yield Statement(label, "filter", name, ("LABEL",))


def words_of(content: str) -> tuple[str, ...]:
    """Action, field and value of a line."""
    action, _, rest = content.partition(" ")
    field = FIELD.match(rest.strip())
    if field is None:
        return (action,)
    value = rest.strip()[field.end() :].strip()
    return (action, field[0], value) if value else (action, field[0])


def carry(imported: Imported, statement: Statement, groups: dict[str, list[str]]) -> None:
    """Carries over one line of %header."""
    line, action = statement.line, statement.words[0].upper()
    try:
        if len(statement.words) < 2:
            raise NotCarried("it names no field")
        value = given_value(action, statement.words[2] if len(statement.words) > 2 else "")
        places = list(fields(statement.words[1], groups))
        expanded = len(places) > 1 or (":" in statement.words[1] and "match" in places[0])
        if expanded and action == "JITTER":
            places = [place for place in places if vr_named(place.get("match", "")) in ("", *SHIFTED)]
        if not places:
            raise NotCarried("it fits no date")
    except NotCarried as left:
        imported.leave(line, str(left))
        return
    if all("match" in place and is_marker(place["match"]) for place in places):
        imported.carry(line, differs="this program writes its own markers, which say what was done")
        return
    said = {"value": value} if value is not None else {"action": CODES[action]}
    rules = [Rule(**place, **said, reason=f"line {line.first}") for place in places]
    differs = {"JITTER": WEEKS, "ADD": MISSING}.get(action, "")
    if action == "BLANK" and any(place.get("match") in PSEUDONYMOUS for place in places):
        differs = PSEUDONYM
    if expanded:
        rules, beyond = followed(rules)
        fits = f"stands for {counted(len(rules), 'attribute of PS3.6 that fits', 'attributes of PS3.6 that fit')}"
        differs = "; ".join(filter(None, (differs, fits, beyond)))
    imported.carry(line, *rules, differs=differs)


def followed(rules: list[Rule]) -> tuple[list[Rule], str]:
    """Those rules of an expression or a group that can be followed, and for what else it stands.

    Where none can be followed, all stay, so that it is told why.
    """
    found, beyond = list[Rule](), list[str]()
    for rule in rules:
        try:
            target(rule)
        except Wrong:
            beyond.append(rule.where)
        else:
            found.append(rule)
    more = f" and {len(beyond) - NAMED} more" if len(beyond) > NAMED else ""
    return (found, f"not for {', '.join(beyond[:NAMED])}{more}" if beyond else "") if found else (rules, "")


def given_value(action: str, value: str) -> str | None:
    """The value that an action writes, if any; raises NotCarried where it is worked out later."""
    if action in ("REPLACE", "ADD"):
        if not value:
            raise NotCarried("it names no value")
        if re.match(r"(var|func|deid_func|fields|values):", value):
            raise NotCarried("the value comes from a variable or a function, which a policy does not have")
        return value
    if action == "REMOVE" and value:
        raise NotCarried("it depends on the value of the element")
    return None


def fields(field: str, groups: dict[str, list[str]]) -> Iterator[dict[str, str]]:
    """The elements that a field of deid stands for, as a rule names them."""
    expander, colon, expression = field.partition(":")
    private = re.fullmatch(r'\(?([0-9A-Fa-f]{4}),"(.+)",([0-9A-Fa-f]{2})\)?', field)
    if private:
        yield {"creator": private[2], "element": f"({private[1]},xx{private[3]})"}
    elif field.upper() == "ALL":
        raise NotCarried(
            "a rule for all fields would also reach what the recipe keeps; the Basic Profile decides the rest"
        )
    elif not colon:
        yield {"match": "/" + field.replace("__", "/") if "__" in field else field}
    elif expander == "fields":
        if expression not in groups:
            raise NotCarried(f"there is no %fields group “{expression}”")
        for one in groups[expression]:
            yield from fields(one, {})
    elif expander == "select":
        yield selected(expression)
    else:
        yield from ({"match": keyword} for keyword in expanded_keywords(expander, expression))


def selected(expression: str) -> dict[str, str]:
    """The elements of select:VR: and select:group:."""
    what, _, value = expression.partition(":")
    if what.upper() == "VR":
        return {"vr": value[:2].upper()}
    if what.upper() == "GROUP" and re.fullmatch(r"(0x)?[0-9A-Fa-f]{1,4}", value):
        return {"pattern": f"{int(value, 16):04X},xxxx"}
    raise NotCarried("this selects by something that rules do not know")


def expanded_keywords(expander: str, expression: str) -> list[str]:
    """The keywords of PS3.6 that an expression of deid fits, which does not heed case."""
    forms = {"startswith": f"^({expression})", "endswith": f"({expression})$", "contains": expression}
    if expander.lower() not in forms:
        raise NotCarried(f"{expander}: has no counterpart among rules")
    try:
        fits = re.compile(forms[expander.lower()], re.IGNORECASE)
    except re.error:
        raise NotCarried("this is no regular expression") from None
    found = sorted(keyword for keyword in keywords() if fits.search(keyword))
    if not found:
        raise NotCarried("it fits no keyword of PS3.6")
    return found


def is_marker(match: str) -> bool:
    """Whether a field is one of the de-identification markers."""
    return tag_named(match) in MARKERS


def vr_named(match: str) -> str:
    """The VR of an attribute that is named by its keyword, else nothing."""
    return vr_of(tag_named(match)) if tag_named(match) else ""


def tag_named(match: str) -> int:
    """The tag of a keyword; 0 for another text, and for an attribute that repeats."""
    digits = keywords().get(match, "x")
    return 0 if "x" in digits else int(digits, 16)
