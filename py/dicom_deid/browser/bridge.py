"""Functions for the Python worker: JavaScript values in, JavaScript values out. No other module imports pyodide."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dicom_deid.conformance import conformance
from dicom_deid.dicom.fragment_stream import NOT_FOLLOWED
from dicom_deid.errors import BadLinkage, FragmentsWanted, PolicyError, ShortRead, Withheld
from dicom_deid.explain import document as explained
from dicom_deid.explain import explain as explain_source
from dicom_deid.importers import read_any
from dicom_deid.key import Key
from dicom_deid.linkage import Reading, Tables, table_bytes
from dicom_deid.model import Asides, Fragments, Outcome, Pixels
from dicom_deid.pipeline import process
from dicom_deid.plan import document, opening
from dicom_deid.policy import Plan, Policy
from dicom_deid.report import closing as closing_lines
from dicom_deid.report import file_line, row
from dicom_deid.silence import NO_WARNINGS
from dicom_deid.splice import Copy, Fill, Splice, Stripes
from dicom_deid.warm_up import warm_up as make_outcomes

if TYPE_CHECKING:
    from dicom_deid.regions import Regions

ENCODE = json.JSONEncoder(check_circular=False).encode
MOST_HELD = 128 * 1024 * 1024
"""Bytes of a file that are taken into memory for its pixels to be made blank: the tab has to stay below 500 MB."""
PAGE_LONGEST = 20_000
"""Characters of a value that the page is given; it shows the first of them, and all on demand."""


class Ranges:
    """A source of which the files worker has sent some ranges."""

    def __init__(self, size: int, ranges: list[tuple[int, bytes]], fragments: Fragments | None) -> None:
        self.size, self._ranges, self._fragments = size, ranges, fragments
        self.short: ShortRead | None = None
        """The first range that was asked for and is not there: decoders of frames tell no reason of a failure."""

    def head(self) -> bytes:
        """The range that begins at offset 0."""
        return next((data for start, data in self._ranges if start == 0), b"")

    def read(self, start: int, end: int) -> bytes:
        """The bytes [start, end), or ShortRead."""
        for at, data in self._ranges:
            if at <= start and end <= at + len(data):
                return data[start - at : end - at]
        self.short = self.short or ShortRead(start, end)
        raise self.short

    @property
    def held(self) -> int:
        """Bytes of all ranges."""
        return sum(len(data) for _, data in self._ranges)

    def fragments(self, start: int) -> Fragments:
        """The end that the files worker has found, or FragmentsWanted."""
        if self._fragments is None or self._fragments.start != start:
            raise FragmentsWanted(start)
        return self._fragments

    def asides(self, pixels: Pixels) -> Asides:
        """Those that the files worker has found together with the end. Raises Withheld."""
        found: Asides | None = self.fragments(pixels.start).asides
        if found is None:
            raise Withheld(NOT_FOLLOWED)
        return found


def to_js(value: Any) -> Any:
    """A JavaScript value of dictionaries, lists and bytes; bytes become a Uint8Array of their own."""
    from pyodide.ffi import to_js as convert

    from js import Object  # type: ignore[attr-defined]

    return convert(value, dict_converter=Object.fromEntries)


def problems(error: PolicyError) -> list[dict[str, Any]]:
    """All that is wrong with a policy, as PolicyProblem of the protocol."""
    return [problem._asdict() for problem in error.problems]


def read_policy(name: str, text: str) -> Any:
    """A policy of a file's text, or of another tool's script: Reading in protocol/policy.js, or {problems}."""
    try:
        return to_js(read_any(name, text)._asdict())
    except PolicyError as error:
        return to_js({"problems": problems(error)})


class Session:
    """The plan that a Python worker serves, one after the other. The worker owns it; it raises AttributeError before
    ``configure``. With it, its process is without warnings for good, so that no file has to switch them off again."""

    plan: Plan

    def __init__(self) -> None:
        NO_WARNINGS.__enter__()

    def configure(
        self,
        policy: str,
        key: Any,
        linked: bool = False,
        wheels: str = "{}",
        regions: str = "",
        unreviewed: bool = False,
    ) -> Any:
        """Makes the plan of a run. Returns {document, key_check, opening, statement}, or {error, problems} with a code.

        Runs the code of rules in Python: the page has asked for it. ``wheels``: name -> SHA-256, in JSON. ``regions``:
        the text of a regions file, "" for none.
        """
        try:
            own = Key(key.to_bytes())
            plan = Plan(Policy.read(policy), own, linked, wheels=json.loads(wheels), unreviewed=unreviewed)
            plan.regions = regions_of(regions, own)
            plan.load()
            self.plan = plan
        except PolicyError as error:
            return to_js({"error": error.code, "problems": problems(error)})
        told = {"document": document(plan), "opening": opening(plan), "statement": conformance(plan)}
        return to_js({**told, "key_check": plan.key.check()})

    def deidentify(self, number: int, source_id: str, repeat: bool, *file: Any) -> Any:
        """The answer to one task of the files worker (Task and Answer in worker/shared/protocol/tasks.js), handed over.

        ``file``: as for ``ranges_of``. A task as one object would cost a call of JavaScript for each of its properties.
        """
        from pyodide.ffi import to_js as convert

        return convert(handed(answer(ranges_of(*file), self.plan, number, source_id, repeat)))

    def explain(self, number: int, source_id: str, _repeat: bool, *file: Any) -> str:
        """The explanation of the file of a task, with its values: shown, never stored. In JSON: it can be long."""
        return json.dumps(explanation(ranges_of(*file), self.plan, number, source_id))


def regions_of(text: str, key: Key) -> Regions | None:
    """The regions of a file's text; None for "". Raises PolicyError."""
    if not text:
        return None
    from dicom_deid.regions.file import project_of, read  # needed for Clean Pixel Data only

    return read(text, project_of(key))


def warm_up(first: int, count: int) -> None:
    """Runs made slices of these numbers through the stages, so that the first real ones are as fast as the rest."""
    make_outcomes(first, count)


def handed(answer: dict[str, Any]) -> list[str | bytes]:
    """An answer in JSON, then its new bytes, of which the JSON has the place: dictionaries take twice as long."""
    if answer["kind"] != "outcome":
        return [ENCODE(answer)]
    fresh, places = list[bytes](), list[dict[str, Any]]()
    for segment in answer["segments"]:
        if "bytes" not in segment:
            places.append(segment)
            continue
        places.append({"bytes": len(fresh)})
        fresh.append(segment["bytes"])
    return [ENCODE({**answer, "segments": places}), *fresh]


def ranges_of(size: int, fragments: Any, *parts: Any) -> Ranges:
    """The ranges of its file that a task holds; ``parts`` are offset and bytes of one range after the other."""
    found = None
    if fragments:
        asides = None
        if fragments.images >= 0:
            flat = list(fragments.asides)
            asides = Asides(tuple(zip(flat[::2], flat[1::2], strict=True)), fragments.images)
        found = Fragments(fragments.start, fragments.end, fragments.count, fragments.complete, asides)
    ranges = [(start, data.to_bytes()) for start, data in zip(parts[::2], parts[1::2], strict=True)]
    return Ranges(size, ranges, found)


def wanting(number: int, error: ShortRead | FragmentsWanted, least: int = 0) -> dict[str, Any]:
    """The answer that asks for more of a file, at ``least`` so many bytes."""
    if isinstance(error, ShortRead):
        return {"kind": "need", "id": number, "start": error.start, "end": max(error.end, error.start + least)}
    return {"kind": "fragments", "id": number, "start": error.start}


def explanation(source: Ranges, plan: Plan, number: int, source_id: str) -> dict[str, Any]:
    """The explanation as Python values."""
    try:
        found = explain_source(source, plan, source_id, PAGE_LONGEST)
    except (ShortRead, FragmentsWanted) as error:
        return wanting(number, error)
    return {"kind": "explained", "id": number, "explanation": explained(found, values=True)}


def answer(source: Ranges, plan: Plan, number: int, source_id: str, repeat: bool) -> dict[str, Any]:
    """The answer as Python values."""
    try:
        outcome = process(source, plan, source_id, repeat)
    except FragmentsWanted as error:
        return wanting(number, error)
    except ShortRead as error:
        if plan.regions is None:
            return wanting(number, error)
        source.short = error
    if plan.regions is not None and source.short is not None:
        if source.held + source.short.end - source.short.start <= MOST_HELD:
            # Each time all is begun anew: frame by frame, a cine would be gone through as often as it has frames.
            return wanting(number, source.short, min(source.held, MOST_HELD - source.held))
        outcome = Outcome("failed", "PIXELS_EXCEED_MEMORY")
    cells = row(source_id, outcome, source.size)
    log = [
        file_line(source_id, text) for text in outcome.log
    ]  # the files worker adds the line of a file that was not written
    link = {"link": outcome.link._asdict()} if outcome.link else {}
    return {"kind": "outcome", "id": number, "row": cells, "segments": segments(outcome.splice), "log": log, **link}


def segments(splice: Splice) -> list[dict[str, Any]]:
    """A splice as the protocol writes it."""
    return [segment(part) for part in splice]


def segment(part: bytes | Copy | Fill | Stripes) -> dict[str, Any]:
    """A segment as the protocol writes it."""
    match part:
        case Copy(start, end):
            return {"copy": [start, end]}
        case Fill(count, byte):
            return {"fill": [count, byte]}
        case Stripes(start, step, rows, stripes):
            laid = [[one.offset, one.times, *one.unit] for one in stripes]
            return {"stripes": [start, part.end, step, rows], "laid": laid}
        case bytes():
            return {"bytes": part}


class Tabulating:
    """Makes the tables of one linkage file of the records that the files worker has unsealed."""

    def __init__(self) -> None:
        self._reading, self._tables = Reading(), Tables()

    def heads(self) -> Any:
        """Table -> its first line."""
        return self._written(self._tables.heads())

    def add(self, records: Any) -> Any:
        """Table -> the lines that some records add (LinkageRecord in worker/linkage/format.js)."""
        lines = dict.fromkeys(self._tables.counts, "")
        for record in records:
            for found in self._reading.take(record.number, record.content.to_bytes() if record.content else None):
                for name, text in self._tables.add(found).items():
                    lines[name] += text
        return self._written(lines)

    def end(self, torn: bool) -> Any:
        """{counts, warnings}, or {error} if nothing can be made of the file. ``torn``: it ends within a record."""
        self._reading.torn = torn
        try:
            self._tables.check(self._reading)
        except BadLinkage as bad:
            return to_js({"error": bad.reason})
        return to_js({"counts": self._tables.counts, "warnings": self._reading.warnings()})

    def _written(self, tables: dict[str, str]) -> Any:
        return to_js({name: table_bytes(text) for name, text in tables.items()})


def closing(summary: str) -> Any:
    """The closing lines of output.log."""
    return to_js(closing_lines(json.loads(summary)))
