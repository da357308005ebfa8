"""Asks a PACS by C-FIND, and takes the question back (C-CANCEL) when there are more answers than are wanted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dicom_deid.errors import PacsFailure
from dicom_deid.pacs.answers import Row, of_data_set
from dicom_deid.pacs.query import ATTRIBUTES, UNIQUE, Keys, Level

if TYPE_CHECKING:
    from pydicom.dataset import Dataset
    from pynetdicom.association import Association
    from pynetdicom.presentation import PresentationContext

FIND = "1.2.840.10008.5.1.4.1.2.2.1"
"""Study Root Query/Retrieve Information Model - FIND (PS3.4 C.6.2)."""
LEVELS: dict[Level, str] = {"study": "STUDY", "series": "SERIES", "instance": "IMAGE"}
PENDING = (0xFF00, 0xFF01)
SUCCESS = 0x0000
STILL_TAKEN, STILL_SECONDS = 1000, 10.0
"""Answers, and time, for which the end is waited for after a C-CANCEL. A PACS need not heed that."""

MOST_REPEATED = 1000
"""Answers that were given before: a PACS that has nothing else to say would go on for ever."""


class Cfind:
    """A PACS that is asked over an association."""

    def __init__(self, association: Association) -> None:
        self._association = association
        self._message = 0

    def ask(self, level: Level, keys: Keys, limit: int) -> Iterator[Row]:
        """The answers, each once and no more than ``limit``. Raises PacsFailure."""
        self._message = self._message % 60_000 + 1
        answers = self._association.send_c_find(identifier(level, keys), FIND, self._message)
        seen, has_ended = set[str](), False
        try:
            for number, (status, answer) in enumerate(answers):
                if number > limit + MOST_REPEATED:
                    raise PacsFailure("PACS_TOO_MUCH")
                has_ended = status.get("Status") not in PENDING
                row = row_of(status, answer, level)
                if row is None:
                    return
                uid = row[UNIQUE[level]]
                if uid not in seen:
                    seen.add(uid)
                    yield row
                if len(seen) >= limit:
                    return
        finally:
            if not has_ended and self._association.is_established:
                self._association.send_c_cancel(self._message, query_model=FIND)
                self._await_end(answers)

    def _await_end(self, answers: Iterator[tuple[Dataset, Dataset | None]]) -> None:
        """Waits for the end of answers that were taken back, and leaves a PACS that does not end them."""
        until = time.monotonic() + STILL_SECONDS
        for number, (status, _) in enumerate(answers):
            if status.get("Status") not in PENDING:
                return
            if number > STILL_TAKEN or time.monotonic() > until:
                self._association.abort()
                return


def row_of(status: Dataset, answer: Dataset | None, level: Level) -> Row | None:
    """The texts of an answer; None at the end. Raises PacsFailure."""
    code = status.get("Status")
    if code is None:
        raise PacsFailure("PACS_LOST")
    if code not in PENDING:
        if code != SUCCESS:
            raise PacsFailure("PACS_REFUSED", code)
        return None
    row = of_data_set(answer, ATTRIBUTES[level]) if answer is not None else {}
    if not row.get(UNIQUE[level]):
        raise PacsFailure("PACS_ANSWER")
    return row


def contexts() -> list[PresentationContext]:
    """What is to be agreed on for questions."""
    from pynetdicom.presentation import build_context

    return [build_context(FIND)]


def identifier(level: Level, keys: Keys) -> Dataset:
    """The data set of a question: what is known, and what is asked for."""
    from pydicom.dataset import Dataset

    asked = Dataset()
    # Without it a PACS answers in its own default, which need not have the letters of all names.
    asked.SpecificCharacterSet = "ISO_IR 192"
    asked.QueryRetrieveLevel = LEVELS[level]
    for attribute in ATTRIBUTES[level]:
        setattr(asked, attribute.keyword, "")
    for keyword, value in keys.items():
        setattr(asked, keyword, value)
    return asked
