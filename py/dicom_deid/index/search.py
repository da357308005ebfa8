"""How an index is asked: words, words of one kind (``modality:CT``), dates (``date:2024-01..2024-03``), ``-`` for not.

All terms must hold. A word is found at the beginning of a word; accents and case do not count. "Several words" stand
together in quotes. Dates are those of the study, as far as they are given: 2024, 2024-01, 2024-01-31, or a range.
``sort:patient`` puts the answer in that order, ``-sort:patient`` in the opposite one.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from dicom_deid.index.images import in_the_middle
from dicom_deid.index.schema import WORDS

TERM = re.compile(r'(-)?(?:([A-Za-z]+):)?(?:"([^"]*)"?|(\S+))')
DAY = re.compile(r"(\d{4})(?:-?(\d{2})(?:-?(\d{2}))?)?")
DATE = "date"
SORT = "sort"
SORTS = {
    "patient": ("patient_name COLLATE NOCASE", "patient_id"),
    "study": ("study_date", "study_description COLLATE NOCASE"),
    "series": ("series_number", "series_description COLLATE NOCASE"),
    "modality": ("modality", "body_part"),
    "files": ("file_count",),
}
"""Orders by name, which are those of the columns of the page's table."""
FIELDS = (*WORDS, DATE, SORT)
"""What may stand before a colon."""
MOST = 200
"""Terms that count: SQLite takes no expression of more than a thousand, and a text pasted by mistake has more."""
MOST_UNKNOWN = 3
"""Fields that there are not, of which is told: a text that was pasted by mistake can name many."""
ORDER = "study_date DESC, patient_id, study_instance_uid, series_number, key"
LAST_DIGIT = "99"
"""Behind a year or a month, it is after each of its days."""


class Asked(NamedTuple):
    """A condition of SQL over ``series``, and its values."""

    condition: str
    values: tuple[str, ...]


class Page(NamedTuple):
    """Rows of an answer, as dictionaries by column, and how many series there are in all.

    ``unknown``: what the query has before a colon that is none of ``fields``, and was searched for as a word.
    """

    total: int
    rows: list[dict[str, object]]
    unknown: list[str]
    fields: tuple[str, ...] = FIELDS


class Term(NamedTuple):
    """A part of a query: its field, "" for none or one that is unknown, which then stands in ``text``."""

    negative: bool
    field: str
    text: str
    unknown: str = ""


def asked(query: str) -> Asked:
    """The meaning of a query. Every text has one: a text that is no term of the language is a word."""
    terms: dict[Asked, None] = {}
    for negative, field, text, _ in parts(query):
        if field == SORT:
            continue
        term = of_date(text) if field == DATE else of_words(field, text)
        if term is not None:
            terms[term._replace(condition=f"NOT ({term.condition})") if negative else term] = None
        if len(terms) == MOST:
            break
    conditions = " AND ".join(term.condition for term in terms)
    return Asked(conditions or "1", tuple(value for term in terms for value in term.values))


def parts(query: str) -> Iterator[Term]:
    """The terms of a query; an order that there is not is a word, as is a field."""
    for found in TERM.finditer(query):
        negative, kind, quoted, word = found.groups()
        text = word if quoted is None else quoted
        field = (kind or "").lower()
        if field and (field not in FIELDS or (field == SORT and text and text not in SORTS)):
            yield Term(bool(negative), "", f"{kind} {text}", kind)
        else:
            yield Term(bool(negative), field, text)


def order_of(query: str) -> str:
    """The order that a query asks for, as SQL; the first one counts most."""
    wanted = [term for term in parts(query) if term.field == SORT and term.text in SORTS][: len(SORTS)]
    columns = [f"{column}{' DESC' * term.negative}" for term in wanted for column in SORTS[term.text]]
    return ", ".join([*columns, ORDER])


def of_words(kind: str, text: str) -> Asked | None:
    """A condition for words that stand together, the last one perhaps being the beginning of one."""
    if not re.search(r"\w", text):
        return None
    words = re.sub(r'["\0\ud800-\udfff]', " ", text)  # what SQLite takes for the end of a text, or for none
    phrase = f'"{words}" *'
    return Asked("id IN (SELECT rowid FROM words WHERE words MATCH ?)", (f"{{{kind}}} : {phrase}" if kind else phrase,))


def of_date(text: str) -> Asked | None:
    """A condition for a day, a month, a year, or a range of them; one that is being typed asks nothing yet."""
    first, dots, last = text.partition("..")
    begin, end = digits(first), digits(last if dots else first)
    if not begin and not end:
        return None
    values = (begin or "0", (end or "9999") + LAST_DIGIT)
    return Asked("study_date != '' AND study_date >= ? AND study_date <= ?", values)


def digits(day: str) -> str:
    """2024-01 as 202401; "" for what is no date."""
    found = DAY.fullmatch(day)
    return "".join(part or "" for part in found.groups()) if found else ""


def search(database: sqlite3.Connection, query: str, first: int = 0, count: int = 100) -> Page:
    """``count`` series from number ``first`` on, in the order that is asked for, or the latest studies first."""
    condition, values = asked(query)
    total = database.execute(f"SELECT count(*) FROM series WHERE {condition}", values).fetchone()[0]
    found = database.execute(
        f"SELECT * FROM series WHERE {condition} ORDER BY {order_of(query)} LIMIT ? OFFSET ?",
        (*values, count, first),
    )
    columns = [column[0] for column in found.description]
    rows = [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
    for row in rows:
        row["thumbnail"] = in_the_middle(database, row["id"], row["thumbnails"])
    unknown = dict.fromkeys(term.unknown for term in parts(query) if term.unknown)
    return Page(total, rows, list(unknown)[:MOST_UNKNOWN])


def keys(database: sqlite3.Connection, query: str) -> list[str]:
    """The SeriesKeys of all series that a query finds, in the same order."""
    condition, values = asked(query)
    found = database.execute(f"SELECT key FROM series WHERE {condition} ORDER BY {order_of(query)}", values)
    return [str(key) for (key,) in found]
