"""Why a request is refused: a status of HTTP, and a reason code with its sentence and its remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dicom_deid.errors import DeidError, reasons


class Refusal(DeidError):
    """A request that is refused. ``facts``: what else is told of it; ``headers`` go with the answer."""

    def __init__(
        self,
        status: int,
        code: str,
        facts: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status, self.code = status, code
        self.facts, self.headers = dict(facts or {}), dict(headers or {})

    def told(self) -> dict[str, Any]:
        """What the answer says."""
        reason = reasons()[self.code]
        return {"error": self.code, "sentence": reason["sentence"], "remedy": reason["remedy"], **self.facts}
