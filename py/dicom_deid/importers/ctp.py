"""Scripts of RSNA CTP's DicomAnonymizer: XML, and the properties files of older versions (DAScript.java).

A script works on the top of the data set, and in sequences only where it says ``@process()``; a sequence that it keeps
is kept with all that is in it. So what keeps becomes a rule for the top, and what protects one for every depth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from xml.parsers import expat

from dicom_deid.dicom.encoding import vr_of
from dicom_deid.importers.draft import UNTOUCHED, Imported, Line
from dicom_deid.policy.rules import Rule
from dicom_deid.policy.targets import keywords
from dicom_deid.profile import DATES, MARKERS

TOOL = "RSNA CTP"
NOTES = (
    "Elements that the script does not name are decided by the Basic Profile; CTP leaves them as they are.",
    "What keeps is a rule for the top of the data set; what protects is one for every depth.",
    "New UIDs and the patient's pseudonym come from the passphrase, not from @UIDROOT, @hash or a lookup table.",
    UNTOUCHED,
)
GLOBAL = {"privategroups": "private elements", "curves": "curves", "overlays": "overlays"}
WEEKS = "the date goes back by the patient's own weeks, not by what the script says"
MISSING = "only where the element is there: none is added"
PSEUDONYM = "the patient's name and ID become the pseudonym instead of being empty"
NO_HASH = "no such function of the value; the Basic Profile decides (a name and a patient's ID become the pseudonym)"
WHY_NOT = {
    "if": "it depends on a value; a rule does not",
    "quarantine": "nothing is quarantined by a rule",
    "skip": "nothing is skipped by a rule",
    "call": "it calls Java code",
    "lookup": "there is no lookup table; pseudonyms come from the passphrase",
    "append": "nothing is appended to a value",
    "contents": "it works on the value of an element",
    "param": "the script gives that parameter no value",
}
"""Function -> why it has no counterpart; all others work on a value."""


class Entry(NamedTuple):
    """One p, e, k or r of a script."""

    line: Line
    kind: str
    on: bool
    name: str
    script: str


def of_xml(text: str) -> Imported:
    """The draft of a script in XML."""
    imported = Imported(TOOL, list(NOTES))
    try:
        entries = list(xml_entries(text))
    except expat.ExpatError as error:
        imported.leave(Line(error.lineno, error.lineno, ""), "this is no XML from here on")
        return imported
    return carried(imported, entries)


def xml_entries(text: str) -> Iterator[Entry]:
    """The entries of a script in XML, with their lines."""
    parser, found, lines = expat.ParserCreate(), list[Entry](), text.splitlines()
    open_entry: list[tuple[str, dict[str, str], int]] = []
    script: list[str] = []

    def start(kind: str, attributes: dict[str, str]) -> None:
        script.clear()
        open_entry.append((kind, attributes, parser.CurrentLineNumber))

    def end(_kind: str) -> None:
        kind, attributes, first = open_entry.pop()
        if kind in "pekr":
            line = Line(first, parser.CurrentLineNumber, lines[first - 1].strip())
            on = attributes.get("en", "T") == "T"
            found.append(Entry(line, kind, on, attributes.get("t", ""), "".join(script).strip()))

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = script.append
    parser.Parse(text, True)  # noqa: FBT003
    yield from found


def of_properties(text: str) -> Imported:
    """The draft of a script in the older form."""
    entries = []
    for number, text_line in enumerate(text.splitlines(), 1):
        found = re.match(r"\s*(#?)(param|set|keep|remove)\.([^=]*)=(.*)", text_line)
        if found:
            kind = {"param": "p", "set": "e", "keep": "k", "remove": "r"}[found[2]]
            tag = re.match(r"\[([^\]]*)\]", found[3])
            name = tag[1].replace(",", "") if tag else found[3].strip().removeprefix("group")
            line = Line(number, number, text_line.strip())
            entries.append(Entry(line, kind, not found[1], name, found[4].strip()))
    return carried(Imported(TOOL, list(NOTES)), entries)


def carried(imported: Imported, entries: list[Entry]) -> Imported:
    """Carries over all entries, the parameters first."""
    parameters = {entry.name: entry.script for entry in entries if entry.kind == "p"}
    used = {name for entry in entries if entry.on for name in re.findall(r"@param\(@?(\w+)\)", entry.script)}
    for entry in entries:
        match entry.kind:
            case "p" if entry.name in used:
                imported.carried += 1
            case "p":
                imported.leave(entry.line, "no rule uses this parameter")
            case _ if not entry.on:
                imported.off += 1
            case "e":
                element(imported, entry, parameters)
            case "k":
                kept(imported, entry)
            case _:
                removed(imported, entry)
    on = {entry.name for entry in entries if entry.kind == "r" and entry.on}
    imported.notes += [
        f"The script keeps {words}; here they are removed." for name, words in GLOBAL.items() if name not in on
    ]
    return imported


def kept(imported: Imported, entry: Entry) -> None:
    """A k: a group, or the safe private elements."""
    if entry.name.startswith("safe"):
        imported.options.add("retain-safe-private")
        imported.carry(entry.line, differs="the list of safe elements is that of PS3.15 Table E.3.10-1")
    else:
        imported.leave(entry.line, "a group is kept from “remove unchecked elements” only, which is not carried over")


def removed(imported: Imported, entry: Entry) -> None:
    """An r: what is removed as a whole."""
    if entry.name in GLOBAL:
        imported.carry(entry.line)
    else:
        imported.leave(entry.line, "elements without a rule are decided by the Basic Profile, not removed")


def element(imported: Imported, entry: Entry, parameters: dict[str, str]) -> None:
    """An e: what is done to one element."""
    private = re.fullmatch(r"([0-9A-Fa-f]{4})\[(.+)\]([0-9A-Fa-f]{2})", entry.name)
    if private:
        named = {"creator": private[2], "element": f"({private[1]},xx{private[3]})"}
    elif re.fullmatch(r"[0-9A-Fa-f]{8}", entry.name):
        tag = int(entry.name, 16)
        if tag in MARKERS:
            imported.leave(entry.line, "this program writes its own markers, which say what was done")
            return
        if tag >> 16 & 1:
            if entry.script == "@remove()":
                imported.carry(entry.line, differs="private elements are removed unless something keeps them")
            else:
                imported.leave(entry.line, "a private element is named by creator and element, not by a block's number")
            return
        named = {"match": name_of(tag)}
    else:
        imported.leave(entry.line, "this names no element")
        return
    selected = re.fullmatch(r"@select\(\)\{(.*)\}\{(.*)\}", entry.script, re.DOTALL)
    if selected and "match" in named:
        both = [(selected[2].strip(), ""), (selected[1].strip(), "/")]
    else:
        both = [(entry.script, "")]
    found = [action(script, named.get("match", ""), parameters) for script, _ in both]
    left = next((why for fields, why in found if not fields), None)
    if left is not None:
        imported.leave(entry.line, left)
        return
    rules = []
    for (_, top), (fields, _) in zip(both, found, strict=True):
        place = dict(named)
        if "match" in place and (top or (fields.get("action") == "K" and len(both) == 1)):
            place["match"] = f"/{place['match']}"
        rules.append(Rule(**place, **fields, reason=f"line {entry.line.first}"))
    imported.carry(entry.line, *rules, differs="; ".join(sorted({why for _, why in found if why})))


def action(script: str, keyword: str, parameters: dict[str, str]) -> tuple[dict[str, str], str]:
    """Fields of the rule for a script, and how it differs; without fields, why there is none."""
    always, bare = script.startswith("@always()"), script.removeprefix("@always()")
    fields, why = plain_action(bare, keyword) or text_action(bare, parameters)
    if fields and (always or bare.startswith("@require(")):
        why = "; ".join(filter(None, (why, MISSING)))
    return fields, why


def plain_action(script: str, keyword: str) -> tuple[dict[str, str], str] | None:
    """The action of a script that is one call of a function."""
    name = re.match(r"@(\w+)\(", script)
    call = name[1] if name and re.fullmatch(r"@\w+\([^()]*\)", script) else ""
    own = re.match(rf"@\w+\([^()]*\b(this|{re.escape(keyword) or 'this'})\b", script)
    vr = vr_of(int(keywords().get(keyword, "0"), 16)) if "x" not in keywords().get(keyword, "0") else ""
    if call == "keep" or call == "require" or call == "process":
        return {"action": "K"}, "of a sequence, each item is decided in turn" if vr == "SQ" and call == "keep" else ""
    if call == "remove":
        return {"action": "X"}, ""
    if call in ("empty", "blank") or not script:
        differs = PSEUDONYM if keyword in ("PatientName", "PatientID", "ClinicalTrialSubjectID") else ""
        return {"action": "Z"}, differs or ("empty, without blanks" if call == "blank" else "")
    if call == "hashuid" and own and vr == "UI":
        return {"action": "U"}, ""
    if call in ("incrementdate", "hashdate") and own and vr in DATES - {"TM"}:
        return {"action": "C"}, WEEKS
    return None


def text_action(script: str, parameters: dict[str, str]) -> tuple[dict[str, str], str]:
    """The action of a script that is a text, with parameters in it."""
    given = re.compile(r"@param\(@?(\w+)\)")
    function = re.search(r"(?<!\\)@(\w+)", given.sub("", script))
    if function:
        return {}, WHY_NOT.get(function[1], NO_HASH)
    if not all(parameters.get(name) for name in given.findall(script)):
        return {}, WHY_NOT["param"]
    text = given.sub(lambda found: parameters[found[1]], script)
    return {"value": re.sub(r"\\(.)", r"\1", text)}, ""


def name_of(tag: int) -> str:
    """The keyword of an attribute, or its tag."""
    digits = f"{tag:08X}"
    named = next((keyword for keyword, known in keywords().items() if known == digits), "")
    return named or f"({digits[:4]},{digits[4:]})"
