"""What came of one instance that was sent."""

from __future__ import annotations

from typing import NamedTuple

from dicom_deid.pacs.ledger import State
from dicom_deid.pacs.outgoing import Outgoing


class Result(NamedTuple):
    """``code``: why it was refused; stands in reasons.json."""

    instance: Outgoing
    state: State
    code: str = ""
