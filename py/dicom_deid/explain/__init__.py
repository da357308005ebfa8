"""The what-if: for one instance, what happens to each data element, by which rule, and its value before and after.

Nothing is decided here. The pipeline runs with a Deidentifier that remembers its decisions, and what comes after is
read from the bytes that it made. Rows hold original values: they are shown, never stored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from dicom_deid.deidentify import Deidentifier
from dicom_deid.deidentify.markers import file_meta
from dicom_deid.dicom.encoding import encode
from dicom_deid.dicom.reader import Reader
from dicom_deid.errors import Unwritten, reasons
from dicom_deid.explain.compare import Comparison, Place, Row
from dicom_deid.explain.failures import traceback_of
from dicom_deid.explain.readable import LONGEST, class_name, keyword_of, name_of, tag_text
from dicom_deid.explain.residual import places
from dicom_deid.explain.sentences import what, why
from dicom_deid.model import Element, ElementAction, Instance, Item, Outcome
from dicom_deid.pipeline import process
from dicom_deid.policy import Plan
from dicom_deid.scan import read_meta
from dicom_deid.silence import NO_WARNINGS
from dicom_deid.source_and_sink import Source
from dicom_deid.wording import counted

MOST_LEFT = 5
"""Elements that are named where an identifier is left; frames have the same ones over and over."""
REPLACED_META = ElementAction("D", "file meta")


@dataclass(frozen=True, slots=True)
class Explanation:
    """The outcome that one file would have, element by element."""

    outcome: Outcome
    rows: tuple[Row, ...] = ()
    sop_class: str = ""
    traceback: str = ""
    """Of a rule in Python that failed. It may quote values."""
    left: tuple[str, ...] = ()
    """The elements in which the check before writing found an original identifier: path and name, no value."""

    @property
    def sentence(self) -> str:
        """Why it ended so, and where that was found; "" for what would be written."""
        reason = reasons().get(self.outcome.reason, {"sentence": ""})["sentence"]
        if not self.left:
            return reason
        more = len(self.left) - MOST_LEFT
        beyond = f", and in {counted(more, 'more element')}" if more > 0 else ""
        return f"{reason} It stands in {', '.join(self.left[:MOST_LEFT])}{beyond}."


class Listener(Deidentifier):
    """A Deidentifier that remembers what it decided, and what it made."""

    def __init__(self, instance: Instance, plan: Plan) -> None:
        super().__init__(replace(instance, data=apart(instance.data)), plan)
        self.decided: dict[int, ElementAction] = {}
        """id() of an element of the instance, which outlives this, -> action."""
        self.made: Item | None = None

    def note(self, element: Element, action: ElementAction, path: tuple[int, ...]) -> None:
        super().note(element, action, path)
        self.decided[id(element)] = action

    def header(self) -> Item:
        self.made = super().header()
        return self.made


def apart(item: Item) -> Item:
    """The same with each element an object of its own: what was read at two places may be one (reader.py)."""
    return Item(
        [
            Element(
                element.tag,
                element.vr,
                element.value,
                None if element.items is None else [apart(nested) for nested in element.items],
                element.undefined,
                element.bulk,
            )
            for element in item
        ],
        item.undefined,
    )


def explain(source: Source, plan: Plan, source_id: str, longest: int = LONGEST) -> Explanation:
    """The explanation of a source; values of at most ``longest`` characters.

    Raises ShortRead and FragmentsWanted, as ``process`` does.
    """
    heard: list[Listener] = []

    def listen(instance: Instance, plan: Plan) -> Deidentifier:
        heard.append(Listener(instance, plan))
        return heard[-1]

    outcome = process(source, plan, source_id, repeat=False, make=listen)
    if not heard:
        return Explanation(outcome)
    with NO_WARNINGS:  # they quote values
        return told(heard[-1], outcome, source.size, longest)


def told(listener: Listener, outcome: Outcome, size: int, longest: int) -> Explanation:
    """The explanation, from what was heard."""
    sop_class = class_name(listener.instance.sop_class)
    if outcome.status == "failed":
        return Explanation(outcome, (), sop_class)
    try:
        # An instance that the policy withholds was not de-identified; the what-if asks what would happen to it.
        made = listener.made if listener.made is not None else listener.header()
    except Unwritten as end:
        return Explanation(Outcome(end.status, end.reason), (), sop_class, traceback_of(listener.inquiry.failure))
    left = places(listener, made) if outcome.reason == "IDENTIFIER_LEFT" else ()
    return Explanation(outcome, tuple(rows_of(listener, made, size, longest)), sop_class, left=left)


def rows_of(listener: Listener, made: Item, size: int, longest: int) -> list[Row]:
    """The rows of an instance: file meta information, data set, pixel data, and what lies behind."""
    instance = listener.instance
    comparison = Comparison(instance, listener.plan.policy, listener.decided, longest, listener.patient)
    header = b"".join((*file_meta(instance, made), encode(made, instance.syntax)))
    meta, start = read_meta(header, 132, len(header))
    data, _ = Reader(header, len(header), instance.syntax).data_set(start)
    comparison.item(instance.meta, meta, Place(around=REPLACED_META))
    comparison.item(instance.data, data, Place())
    rows, pixels = comparison.rows, instance.pixels
    if pixels is not None:
        action, length = ElementAction("K", "pixel data"), counted(pixels.end - pixels.start, "byte")
        name, reason = name_of(pixels.tag, ""), why(action.rule)
        named = (tag_text(pixels.tag), 0, pixels.tag, name, pixels.vr)
        rows.append(Row(*named, action, reason, "", "unchanged", length, length, "kept", 0))
    if instance.tail:
        action = ElementAction("X", "behind the data")
        behind = counted(size - pixels.end, "byte") if pixels is not None else "some bytes"
        reason = why(action.rule)
        rows.append(Row("", 0, 0, "Behind the data set", "", action, reason, "", "removed", behind, None, "removed", 0))
    return rows


def document(explanation: Explanation, *, values: bool) -> dict[str, Any]:
    """The explanation for JSON; without ``values``, nothing of it is from the source but tags and VRs."""
    failure = {"traceback": explanation.traceback} if values and explanation.traceback else {}
    outcome = explanation.outcome
    reason = reasons().get(outcome.reason, {"remedy": ""})
    return {
        "outcome": {
            "status": outcome.status,
            "reason": outcome.reason,
            "sentence": explanation.sentence,
            "remedy": reason["remedy"],
        },
        **failure,
        "sop_class": explanation.sop_class,
        "elements": [
            {
                "path": row.path,
                "keyword": keyword_of(row.tag),
                "name": row.name,
                "vr": row.vr,
                "action": row.action.code,
                "rule": row.action.rule,
                "what": what(row.action.code),
                "why": f"{row.reason} {row.detail}".strip(),
                "effect": row.effect,
                "became": row.became,
                "cut": row.cut,
                **({"before": row.before, "after": row.after} if values else {}),
            }
            for row in explanation.rows
        ],
    }
